"""Offers of a licence or a price, and text that is shared: uploaded, or pointed to as a delivery."""

from collections import defaultdict
from collections.abc import Sequence
from typing import Annotated

from fastapi import APIRouter, Depends
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from ledger.agreements import Rate, RateUnit, Use
from ledger.deliveries import deliveries
from ledger.errors import RecordRefused
from ledger.journal import Stamp
from ledger.money import CURRENCIES, parse_amount
from ledger.portal.access import Signed, allow
from ledger.portal.forms import Form, Posted
from ledger.portal.holdings import holdings_of
from ledger.portal.kept_files import forget_unneeded
from ledger.portal.languages import N_, language_of, translate
from ledger.portal.limits import UPLOADS, limited
from ledger.portal.offers import OFFERED_PER, OfferState, Terms, end_offer, make_offer, offers_of
from ledger.portal.own import own_offer, own_share
from ledger.portal.pages import page
from ledger.portal.people import Holder, find_holder, find_person, holders
from ledger.portal.portal import Mail, Portal, portal_of, post
from ledger.portal.posted_files import Uploaded, with_file
from ledger.portal.roles import Action
from ledger.portal.sessions import Session
from ledger.portal.shares import Share, ShareState, add_share, give_up, note_pointer, shares_of
from ledger.portal.uploads import UPLOAD_BYTES_MAX, look_at

router = APIRouter()

USES = tuple(Use)

READ_FILE = Depends(with_file)


@router.get("/tilbud")
def offers(request: Request, session: Signed) -> Response:
    """Show one's offers, and the form for a new one."""
    return _offers(request, session, Form({}))


@router.post("/tilbud")
def offer(request: Request, form: Posted, session: Signed) -> Response:
    """Offer texts under an open licence, or at a price."""
    holder = form.text("holder")
    allow(request, session.who, Action.OFFER, holder)
    portal = portal_of(request)
    try:
        terms = terms_of(form)
    except ValueError:
        told = N_("Write the amount as 1250 or 1250.50, and choose what it is for.")
        return _offers(request, session, form, translate(language_of(request), told))
    make_offer(portal.ledger, terms, (holder, session.who.person), portal.now())
    return RedirectResponse("/tilbud", 303)


@router.post("/tilbud/{name}/fortryd")
def take_back_offer(request: Request, name: str, form: Posted, session: Signed) -> Response:
    """Take an offer back."""
    portal = portal_of(request)
    own_offer(request, session.who, name, Action.OFFER)
    reason = form.text("reason", 2000) or "withdrawn in the portal"
    end_offer(portal.ledger, name, (OfferState.WITHDRAWN, reason), _stamp(portal, session))
    return RedirectResponse("/tilbud", 303)


@router.get("/del-tekst")
def sharing(request: Request, session: Signed, sendt: bool = False) -> Response:  # noqa: FBT001, FBT002 - a query
    """Show what was shared, and the form for more."""
    portal, who = portal_of(request), session.who
    mine = holders(portal.ledger, who.holders)
    values = {
        "holders": mine,
        "names": {holder.id: holder.name for holder in mine},
        "shares": shares_of(portal.ledger, who.holders),
        "megabytes": UPLOAD_BYTES_MAX // 1024**2,
        "deliveries": [
            (name, *delivered) for name in _own_sources(portal, mine) for delivered in deliveries(portal.ledger, name)
        ],
        "sent": sendt,
    }
    return page(request, "own/sharing.html", **values)


@router.post("/del-tekst", dependencies=[Depends(limited(UPLOADS))])
def share(request: Request, session: Signed, sent: Annotated[Uploaded, READ_FILE]) -> Response:
    """Keep an upload until it is delivered."""
    holder = sent.form.text("holder")
    allow(request, session.who, Action.SHARE, holder)
    take_upload(portal_of(request), sent, (holder, session.who.person))
    return RedirectResponse("/del-tekst", 303)


@router.post("/del-tekst/sted")
def point(request: Request, form: Posted, session: Signed) -> Response:
    """Tell the house where a larger collection lies, that it may be fetched as a delivery."""
    holder = form.text("holder")
    allow(request, session.who, Action.SHARE, holder)
    told = (form.text("place", 1000), form.text("agreement"), form.text("note", 2000))
    tell_of(portal_of(request), (holder, session.who.person), told)
    return RedirectResponse("/del-tekst?sendt=1", 303)


@router.post("/del-tekst/{name}/fortryd")
def take_back_share(request: Request, name: str, form: Posted, session: Signed) -> Response:
    """Take an upload back before it was delivered."""
    portal = portal_of(request)
    own_share(request, session.who, name, Action.SHARE)
    ruling = (ShareState.WITHDRAWN, form.text("reason", 2000) or "withdrawn in the portal")
    given_up = give_up(portal.ledger, name, ruling, _stamp(portal, session))
    forget_unneeded(portal.ledger, given_up.digest, portal.wiring.hands)
    return RedirectResponse("/del-tekst", 303)


def tell_of(portal: Portal, whose: tuple[str, str], told: tuple[str, str, str]) -> None:
    """Write to the house where texts lie, under which agreement, and what else was said. Raises `RecordRefused`."""
    if not portal.site.contact or not told[0] or not told[0].isprintable():
        raise RecordRefused(
            "Write in one line where the texts lie. We are told by mail, so this site needs an address."
        )
    named, person = find_holder(portal.ledger, whose[0]), find_person(portal.ledger, whose[1])
    note_pointer(portal.ledger, (named.id, person.id), portal.now())
    lines = (named.name, person.email, *told)
    post(portal, Mail(portal.site.contact, f"Delivery offered by {named.id}", "\n".join(lines) + "\n"))


def take_upload(portal: Portal, sent: Uploaded, whose: tuple[str, str]) -> Share:
    """Look at an upload, keep it and write it down, for a holder's own source alone. Raises `RecordRefused`."""
    upload = look_at(sent.path, sent.name)
    holder = find_holder(portal.ledger, whose[0])
    source = sent.form.text("source", 200)
    if source and source not in {
        held.source.name for held in holdings_of(portal.ledger, holder, portal.wiring.sources_of)
    }:
        raise HTTPException(404)
    portal.wiring.hands.keep(upload.sha256, sent.path)
    try:
        return add_share(portal.ledger, upload, whose, source, portal.now())
    finally:  # what was refused is not kept
        forget_unneeded(portal.ledger, upload.sha256, portal.wiring.hands)


def terms_of(form: Form) -> Terms:
    """Read what a form offers. Raises `ValueError` when the amount, its unit or its currency cannot be read."""
    rate = None
    if form.text("amount"):
        rate = Rate(RateUnit(form.text("per")), parse_amount(form.text("amount", 30)), form.text("currency"))
    uses = tuple(use for use in USES if form.text(f"use_{use}"))
    return Terms(form.text("about", 3000), form.text("licence"), rate, uses, form.text("note", 3000))


def _own_sources(portal: Portal, mine: Sequence[Holder]) -> list[str]:
    """The sources of some holders whose right was seen: what was delivered for them is theirs to see."""
    held = [one for holder in mine for one in holdings_of(portal.ledger, holder, portal.wiring.sources_of)]
    return sorted({one.source.name for one in held if one.money})


def _stamp(portal: Portal, session: Session) -> Stamp:
    return Stamp(f"person:{session.who.person}", portal.now())


def _offers(request: Request, session: Session, form: Form, error: str = "") -> Response:
    portal, who = portal_of(request), session.who
    mine = holders(portal.ledger, who.holders)
    values = {
        "form": defaultdict(str, form.fields),
        "holders": mine,
        "names": {holder.id: holder.name for holder in mine},
        "offers": offers_of(portal.ledger, who.holders),
        "units": OFFERED_PER,
        "currencies": sorted(CURRENCIES),
        "uses": USES,
        "strong": who.second,
        "error": error,
    }
    return page(request, "own/offers.html", 422 if error else 200, **values)
