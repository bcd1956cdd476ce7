"""Agreements as the ledger holds them: those of the catalogue and those somebody recorded by hand.

An agreement's terms never change under its id, since obligations were counted by them: new terms are a new agreement.
The catalogue may still say when one ends, correct its note and name what was signed; an agreement that is gone from
the catalogue is withdrawn, and counts for no later release.
"""

import json
import re
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, RowMapping, insert, select, update

from ledger import tables
from ledger.agreements import DOMAIN, Agreement, AgreementForm, PartyKind, Rate, RateUnit
from ledger.errors import RecordConflict, RecordRefused, UnknownRecord
from ledger.journal import Event, Json, Stamp, append, canonical, commitment, new_nonce
from ledger.money import AMOUNT_MICRO_MAX, check_currency
from ledger.store import Ledger
from ledger.targets import Target, TargetKind

_ID = re.compile(r"[A-Za-z0-9.-]{1,100}")
_DIGEST = re.compile(r"sha256:[0-9a-f]{64}")

EMBARGO_MONTHS_MAX = 1200
"""A hundred years: copyright lasts longer, an embargo does not."""

_CATALOGUE, _MANUAL = "catalogue", "manual"


def record_agreement(ledger: Ledger, agreement: Agreement, actor: str, now: datetime) -> bool:
    """Record an agreement that is not in the catalogue; tell whether it was new. The same once more changes nothing.

    Raises:
        UnknownRecord: its source is not in the ledger.
        RecordConflict: other terms stand under its id.
        RecordRefused: its price cannot be kept, or the actor cannot stand in the journal.

    """
    stamp = Stamp(actor, now)
    with ledger.writing() as connection:
        if connection.scalar(select(tables.source.c.name).filter_by(name=agreement.source)) is None:
            raise UnknownRecord(
                f"no source {agreement.source} is in the ledger: put it into the catalogue before recording, as "
                "`fodaftryk sources add` does"
            )
        row = _row(connection, agreement.id)
        if row is None:
            _insert(connection, stamp, agreement, _MANUAL)
        elif agreement_of(row) != agreement or row["withdrawn"]:
            raise RecordConflict(_other_terms(agreement.id))
        return row is None


def agreements(ledger: Ledger, name: str) -> tuple[Agreement, ...]:
    """Return a source's agreements, past and present, oldest first; withdrawn ones are left out."""
    with ledger.reading() as connection:
        return standing(connection, name)


def standing(connection: Connection, name: str) -> tuple[Agreement, ...]:
    """Return what `agreements` does, inside a transaction."""
    table = tables.agreement
    query = select(table).filter_by(source=name, withdrawn=False).order_by(table.c.start, table.c.id)
    return tuple(agreement_of(row) for row in connection.execute(query).mappings())


def sync_agreements(connection: Connection, stamp: Stamp, name: str, stated: Sequence[Agreement]) -> bool:
    """Make the ledger hold what the catalogue states for a source; tell whether anything changed.

    Raises:
        RecordConflict: other terms stand under an agreement's id.
        RecordRefused: an agreement is another source's, stated twice, or at a price that cannot be kept.

    """
    ids = [agreement.id for agreement in stated]
    if len(set(ids)) < len(ids):
        raise RecordRefused(f"{name}: two agreements have the same id; give each its own")
    changed = [_sync_one(connection, stamp, name, agreement) for agreement in stated]
    gone = select(tables.agreement).filter_by(source=name, origin=_CATALOGUE, withdrawn=False)
    for row in connection.execute(gone.where(tables.agreement.c.id.not_in(ids))).mappings().all():
        _update(connection, stamp, agreement_of(row), withdrawn=True)
        changed.append(True)
    return any(changed)


def agreement_of(row: RowMapping) -> Agreement:
    """Read an agreement from its row."""
    per = row["rate_per"]
    return Agreement(
        id=row["id"],
        source=row["source"],
        party=row["party"],
        payee=row["payee"],
        form=AgreementForm(row["form"]),
        uses=tuple(json.loads(row["uses"])),
        start=row["start"],
        end=row["end"],
        rate=None
        if per is None
        else Rate(
            RateUnit(per),
            row["rate_amount_micro"],
            row["rate_currency"],
            minimum_micro=row["rate_minimum_micro"],
            cap_micro=row["rate_cap_micro"],
            share_ppm=row["rate_share_ppm"],
        ),
        note=row["note"],
        party_kind=PartyKind(row["party_kind"]),
        represents=row["represents"],
        embargo_months=row["embargo_months"],
        model_licences=tuple(json.loads(row["model_licences"])),
        attachments=tuple(json.loads(row["attachments"])),
    )


def payee_of(agreement: Agreement) -> str:
    """Return who is paid under an agreement: its payee, and without one the party itself."""
    return agreement.payee or agreement.party


def _sync_one(connection: Connection, stamp: Stamp, name: str, agreement: Agreement) -> bool:
    if agreement.source != name:
        raise RecordRefused(f"agreement {agreement.id} is stated for {name} but belongs to {agreement.source}")
    row = _row(connection, agreement.id)
    if row is None:
        _insert(connection, stamp, agreement, _CATALOGUE)
        return True
    held = agreement_of(row)
    if replace(held, end=agreement.end, note=agreement.note, attachments=agreement.attachments) != agreement:
        raise RecordConflict(_other_terms(agreement.id))
    if held == agreement and not row["withdrawn"]:
        return False
    _update(connection, stamp, agreement, withdrawn=False)
    return True


def _row(connection: Connection, agreement_id: str) -> RowMapping | None:
    return connection.execute(select(tables.agreement).filter_by(id=agreement_id)).mappings().one_or_none()


def _insert(connection: Connection, stamp: Stamp, agreement: Agreement, origin: str) -> None:
    check_agreement(agreement)
    values = _columns(agreement)
    connection.execute(
        insert(tables.agreement).values(
            **values, origin=origin, withdrawn=False, **_entered(connection, stamp, agreement, withdrawn=False)
        )
    )


def _update(connection: Connection, stamp: Stamp, agreement: Agreement, *, withdrawn: bool) -> None:
    attachments = canonical(agreement.attachments).decode()
    changes = {"end": agreement.end, "note": agreement.note, "withdrawn": withdrawn, "attachments": attachments}
    entered = _entered(connection, stamp, agreement, withdrawn=withdrawn)
    connection.execute(update(tables.agreement).filter_by(id=agreement.id).values(**changes, **entered))


def _columns(agreement: Agreement) -> dict[str, Any]:
    rate = agreement.rate
    return {
        "id": agreement.id,
        "source": agreement.source,
        "party": agreement.party,
        "payee": agreement.payee,
        "form": str(agreement.form),
        "uses": canonical(agreement.uses).decode(),
        "start": agreement.start,
        "end": agreement.end,
        "rate_per": None if rate is None else str(rate.per),
        "rate_amount_micro": None if rate is None else rate.amount_micro,
        "rate_currency": None if rate is None else rate.currency,
        "rate_minimum_micro": None if rate is None else rate.minimum_micro,
        "rate_cap_micro": None if rate is None else rate.cap_micro,
        "rate_share_ppm": None if rate is None else rate.share_ppm,
        "note": agreement.note,
        "party_kind": str(agreement.party_kind),
        "represents": agreement.represents,
        "embargo_months": agreement.embargo_months,
        "model_licences": canonical(agreement.model_licences).decode(),
        "attachments": canonical(agreement.attachments).decode(),
    }


def _entered(connection: Connection, stamp: Stamp, agreement: Agreement, *, withdrawn: bool) -> dict[str, str | int]:
    """Enter an agreement in the journal, its names and note as a commitment; return the row's nonce and entry."""
    nonce = new_nonce()
    rate = agreement.rate
    hidden = {name: getattr(agreement, name) for name in ("party", "payee", "represents", "note")}
    body: dict[str, Json] = {
        "agreement": agreement.id,
        "form": str(agreement.form),
        "party_kind": str(agreement.party_kind),
        "embargo_months": agreement.embargo_months,
        "model_licences": agreement.model_licences,
        "attachments": agreement.attachments,
        "uses": agreement.uses,
        "start": agreement.start.isoformat(),
        "end": None if agreement.end is None else agreement.end.isoformat(),
        "rate": None if rate is None else rate_body(rate),
        "withdrawn": withdrawn,
        "commitment": commitment(nonce, hidden),
    }
    seq = append(connection, stamp, Event("agreement", f"source:{agreement.source}", body))
    return {"nonce": nonce, "entry_seq": seq}


def rate_body(rate: Rate) -> dict[str, Json]:
    """Write a rate as the journal has it: least, most and share only where they were agreed."""
    bounds = {"minimum_micro": rate.minimum_micro, "cap_micro": rate.cap_micro, "share_ppm": rate.share_ppm}
    agreed = {name: value for name, value in bounds.items() if value is not None}
    return {"per": str(rate.per), "amount_micro": rate.amount_micro, "currency": rate.currency, **agreed}


def check_agreement(agreement: Agreement) -> None:
    """Refuse what no agreement can say, whatever its source.

    Raises:
        RecordRefused: with the agreement's id, and what is wrong with it.

    """
    named = f"agreement {agreement.id}"
    if not _ID.fullmatch(agreement.id):
        raise RecordRefused(f"agreement {agreement.id!r}: an id is letters, digits, points and hyphens")
    if not agreement.party.strip():
        raise RecordRefused(f"{named} has no party: say who agreed")
    if payee_of(agreement).startswith(DOMAIN):
        _check_domain(named, payee_of(agreement).removeprefix(DOMAIN))
    if agreement.end is not None and agreement.end < agreement.start:
        raise RecordRefused(f"{named} ends on {agreement.end}, before it starts on {agreement.start}")
    if not 0 <= agreement.embargo_months <= EMBARGO_MONTHS_MAX:
        raise RecordRefused(f"{named}: an embargo is 0 to {EMBARGO_MONTHS_MAX} months")
    if not all(_DIGEST.fullmatch(digest) for digest in agreement.attachments):
        raise RecordRefused(f"{named}: an attachment is named by its digest, as sha256: and 64 hex digits")
    if agreement.rate is not None:
        _check_rate(named, agreement.rate)


def _check_domain(named: str, domain: str) -> None:
    """Refuse an unclaimed payee that no claim could ever name."""
    try:
        spelled = Target.of(TargetKind.DOMAIN, domain).value
    except ValueError as error:
        raise RecordRefused(f"{named}: its payee {DOMAIN}{domain}: {error}") from error
    if spelled != domain:
        raise RecordRefused(f"{named}: write its payee as {DOMAIN}{spelled}, as a claim names it")


def _check_rate(named: str, rate: Rate) -> None:
    for amount in (rate.amount_micro, rate.minimum_micro, rate.cap_micro):
        if amount is not None and not 0 <= amount <= AMOUNT_MICRO_MAX:
            raise RecordRefused(f"{named}: a price is at least 0 and at most {AMOUNT_MICRO_MAX} micro-units")
    if None not in (rate.minimum_micro, rate.cap_micro) and (rate.minimum_micro or 0) > (rate.cap_micro or 0):
        raise RecordRefused(f"{named}: the least that is owed is more than the most")
    if (rate.share_ppm is None) is (rate.per is RateUnit.POOL) or not 0 <= (rate.share_ppm or 0) <= 1_000_000:
        raise RecordRefused(
            f"{named}: the price of a pool has a share, at most the whole of it, and no other price has"
        )
    try:
        check_currency(rate.currency)
    except ValueError as error:
        raise RecordRefused(f"{named}: {error}") from error


def _other_terms(agreement_id: str) -> str:
    return (
        f"agreement {agreement_id} is in the ledger with other terms or was withdrawn, and obligations may have been "
        "counted by it: record the new terms under an id of their own"
    )
