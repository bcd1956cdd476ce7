"""Offers: a holder offers texts under an open licence, or at a price; the house accepts, declines, or does not answer.

An offer binds nobody. To accept one of a price makes an agreement with exactly its terms, under which the texts can be
used from the next release on; an open licence that is offered is a statement of the holder, which the house writes into
the catalogue with the offer as its place.
"""

import json
import secrets
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from sqlalchemy import RowMapping, insert, select, update

from ledger import portal_tables as tables
from ledger.agreements import Agreement, AgreementForm, PartyKind, Rate, RateUnit, Use
from ledger.errors import RecordRefused, UnknownRecord
from ledger.instants import instant_from_text, instant_to_text
from ledger.journal import Stamp
from ledger.licences import normalise_licence
from ledger.money import AMOUNT_MICRO_MAX, CURRENCIES
from ledger.portal.events import Happened, note
from ledger.portal.people import Holder, HolderKind
from ledger.store import Ledger
from ledger.terms import record_agreement

OFFERS_MAX = 100
"""Most offers of one holder that wait for an answer: a person reads each."""

NOTE_CHARS_MAX = 2000
ABOUT_CHARS_MAX = 2000

OFFERED_PER = (RateUnit.MILLION_WORDS, RateUnit.DOCUMENT, RateUnit.RELEASE, RateUnit.YEAR)
"""What a price can be offered for."""


class OfferState(StrEnum):
    """What became of an offer."""

    MADE = "made"
    ACCEPTED = "accepted"
    DECLINED = "declined"
    WITHDRAWN = "withdrawn"


@dataclass(frozen=True, slots=True)
class Terms:
    """What is offered: which texts, in the holder's words, under a licence or at a price, and for which uses."""

    about: str
    licence: str
    rate: Rate | None
    uses: tuple[Use, ...]
    note: str = ""


@dataclass(frozen=True, slots=True)
class Offer:
    """An offer of a holder, and what became of it."""

    id: str
    holder: str
    person: str
    terms: Terms
    state: OfferState
    reason: str
    agreement: str
    made_at: datetime


@dataclass(frozen=True, slots=True)
class Acceptance:
    """What the house adds to accept: the source, the agreement's id, its days, and the digest of what was signed."""

    source: str
    agreement: str
    start: date
    end: date | None = None
    attachment: str = ""


def make_offer(ledger: Ledger, terms: Terms, whose: tuple[str, str], now: datetime) -> Offer:
    """Write down an offer; `whose` is the holder and the person. The same while it is open is the one there is.

    Raises:
        RecordRefused: it is about nothing, has neither licence nor price or both, or a price that cannot be kept; too
            many wait.

    """
    licence = _check(terms)
    holder, person = whose
    rate = terms.rate
    made = f"o{secrets.token_hex(8)}"
    values = {
        "holder": holder,
        "about": terms.about.strip(),
        "licence": licence,
        "rate_per": rate.per.value if rate else "",
        "rate_amount_micro": rate.amount_micro if rate else None,
        "rate_currency": rate.currency if rate else "",
        "uses": json.dumps(sorted(terms.uses)),
        "note": terms.note.strip(),
        "state": OfferState.MADE.value,
    }
    with ledger.writing() as connection:
        held = connection.execute(select(tables.offer).filter_by(**values)).mappings().first()
        if held is not None:
            return _offer(held)
        waiting = select(tables.offer.c.id).filter_by(holder=holder, state=OfferState.MADE.value)
        if len(connection.scalars(waiting.limit(OFFERS_MAX)).all()) >= OFFERS_MAX:
            raise RecordRefused("A hundred offers wait already. Take some back, or let us answer those first.")
        at = instant_to_text(now)
        connection.execute(insert(tables.offer).values(**values, id=made, person=person, reason="", made_at=at))
        note(connection, Happened("offer made", person, holder, made), now)
    return find_offer(ledger, made)


def accept_offer(ledger: Ledger, name: str, holder: Holder, acceptance: Acceptance, stamp: Stamp) -> Offer:
    """Accept an offer of a price: the agreement is recorded with its terms, for the holder's party.

    Raises:
        RecordRefused: it is of a licence, is not open any more, or the holder's party was not named by the house.
        UnknownRecord: the source is not in the ledger.
        RecordConflict: other terms stand under the agreement's id.

    """
    offer = find_offer(ledger, name)
    if offer.state is not OfferState.MADE or offer.holder != holder.id:
        raise RecordRefused("This offer has been answered or taken back already.")
    if offer.terms.rate is None:
        raise RecordRefused(
            "An open licence is written into the catalogue, with this offer as its place. Then answer it."
        )
    if not holder.party:
        raise RecordRefused("Say first under which name this holder stands in agreements.")
    agreement = Agreement(
        id=acceptance.agreement,
        source=acceptance.source,
        party=holder.party,
        payee=holder.party,
        form=AgreementForm.WRITTEN,
        uses=tuple(offer.terms.uses),
        start=acceptance.start,
        end=acceptance.end,
        rate=offer.terms.rate,
        note=f"offer {offer.id}",
        party_kind=PartyKind.COLLECTIVE if holder.kind is HolderKind.COLLECTIVE else PartyKind.HOLDER,
        attachments=(acceptance.attachment,) if acceptance.attachment else (),
    )
    record_agreement(ledger, agreement, stamp.actor, stamp.now)
    return _become(ledger, offer, (OfferState.ACCEPTED, "", agreement.id), stamp)


def end_offer(ledger: Ledger, name: str, ruling: tuple[OfferState, str], stamp: Stamp) -> Offer:
    """Decline an open offer, answer one of a licence as accepted, or let its holder withdraw it; says why.

    Raises:
        RecordRefused: it is not open any more, no reason is given, or a price is to be accepted without an agreement.
        UnknownRecord: there is no such offer.

    """
    state, reason = ruling
    offer = find_offer(ledger, name)
    if offer.state is not OfferState.MADE or state is OfferState.MADE:
        raise RecordRefused("This offer has been answered or taken back already.")
    if state is OfferState.ACCEPTED and offer.terms.rate is not None:
        raise RecordRefused("A price is accepted with an agreement.")
    if not 0 < len(reason.strip()) <= NOTE_CHARS_MAX:
        raise RecordRefused("Say why, in at most 2000 characters.")
    return _become(ledger, offer, (state, reason.strip(), None), stamp)


def find_offer(ledger: Ledger, name: str) -> Offer:
    """Return an offer by id. Raises `UnknownRecord` when there is none."""
    with ledger.reading() as connection:
        row = connection.execute(select(tables.offer).filter_by(id=name)).mappings().one_or_none()
    if row is None:
        raise UnknownRecord("there is no such offer in the portal")
    return _offer(row)


def offers_of(ledger: Ledger, holders: frozenset[str] | None, **about: str) -> tuple[Offer, ...]:
    """Return the offers of some holders, or everybody's, newest first; those `about` a state."""
    query = select(tables.offer).filter_by(**about).order_by(tables.offer.c.made_at.desc(), tables.offer.c.id)
    if holders is not None:
        query = query.where(tables.offer.c.holder.in_(holders))
    with ledger.reading() as connection:
        return tuple(_offer(row) for row in connection.execute(query).mappings())


def _check(terms: Terms) -> str:
    """The licence in its one spelling; refuses an offer that says too little or too much."""
    if not 0 < len(terms.about.strip()) <= ABOUT_CHARS_MAX or len(terms.note) > NOTE_CHARS_MAX:
        raise RecordRefused("Say which texts are offered, in at most 2000 characters.")
    if bool(terms.licence.strip()) == (terms.rate is not None):
        raise RecordRefused("Offer an open licence or a price: one of the two.")
    if terms.rate is not None:
        if terms.rate.currency not in CURRENCIES:
            raise RecordRefused("A price is in DKK, EUR, SEK, NOK, ISK, USD or GBP.")
        if not 0 <= terms.rate.amount_micro <= AMOUNT_MICRO_MAX or terms.rate.per not in OFFERED_PER or not terms.uses:
            raise RecordRefused("A price is an amount for a unit, and for the uses it allows. Choose one use or more.")
        return ""
    licence = normalise_licence(terms.licence)
    if not licence:
        raise RecordRefused("This licence is not known. Write it as CC-BY-4.0, or its address.")
    return licence


def _become(ledger: Ledger, offer: Offer, ruling: tuple[OfferState, str, str | None], stamp: Stamp) -> Offer:
    state, reason, agreement = ruling
    with ledger.writing() as connection:
        values = {"state": state.value, "reason": reason, "agreement": agreement}
        connection.execute(update(tables.offer).filter_by(id=offer.id, state=OfferState.MADE.value).values(**values))
        note(
            connection, Happened(f"offer {state}", holder=offer.holder, what=f"{offer.id} by {stamp.actor}"), stamp.now
        )
    return find_offer(ledger, offer.id)


def _offer(row: RowMapping) -> Offer:
    rate = None
    if row["rate_per"]:
        rate = Rate(RateUnit(row["rate_per"]), row["rate_amount_micro"], row["rate_currency"])
    uses = tuple(Use(use) for use in json.loads(row["uses"]))
    return Offer(
        row["id"],
        row["holder"],
        row["person"],
        Terms(row["about"], row["licence"], rate, uses, row["note"]),
        OfferState(row["state"]),
        row["reason"],
        row["agreement"] or "",
        instant_from_text(row["made_at"]),
    )
