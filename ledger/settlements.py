"""Conflicts of licences as the ledger holds them settled: by whom, on which day, with what note."""

import json
from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import Connection, RowMapping, insert, select

from ledger import tables
from ledger.conflicts import Conflict, Settlement
from ledger.errors import RecordRefused
from ledger.journal import Event, Json, Stamp, append, canonical, commitment, new_nonce
from ledger.licences import normalise_licence, one_name
from ledger.sources import check_known
from ledger.store import Ledger

NOTE_CHARS_MAX = 2000
"""Longest note: a reason and where it can be read again, and not the letter itself."""


@dataclass(frozen=True, slots=True)
class Ruling:
    """What a person rules about a conflict: the licence (empty: none of those named), and why."""

    licence: str
    note: str


def record_settlement(ledger: Ledger, conflict: Conflict, ruling: Ruling, stamp: Stamp) -> Settlement:
    """Settle a conflict, or settle it anew; the newest counts, and the earlier ones stay in the journal.

    Raises:
        UnknownRecord: the source is not in the ledger.
        RecordRefused: the licence is none that is known or named in the conflict, or the note is empty or too long.

    """
    licence = normalise_licence(ruling.licence) if ruling.licence else ""
    if ruling.licence and not licence:
        raise RecordRefused(
            f"{ruling.licence!r} is no licence that is known: write an SPDX expression, or settle on none"
        )
    if licence and one_name(licence) not in conflict.licences:
        raise RecordRefused(
            f"nobody names {licence} here, but {' | '.join(conflict.licences)}: settle on one of them, or on none; or "
            "put who names it, and where, into the catalogue first"
        )
    if not 0 < len(ruling.note.strip()) <= NOTE_CHARS_MAX:
        raise RecordRefused(
            f"a settlement needs a note of at most {NOTE_CHARS_MAX} characters: what was read, and where"
        )
    settled = Settlement(conflict.licences, licence, ruling.note.strip(), stamp.now.date())
    with ledger.writing() as connection:
        check_known(connection, {conflict.source})
        if next(iter(_read(connection, conflict.source, conflict.licences)), None) == settled:
            return settled
        nonce = new_nonce()
        body: dict[str, Json] = {
            "conflict": conflict.id,
            "licences": settled.licences,
            "licence": settled.licence,
            "on": settled.on.isoformat(),
            "commitment": commitment(nonce, {"note": settled.note}),
        }
        seq = append(connection, stamp, Event("settlement", f"source:{conflict.source}", body))
        connection.execute(
            insert(tables.settlement).values(
                entry_seq=seq,
                source=conflict.source,
                licences=canonical(settled.licences).decode(),
                licence=settled.licence,
                on=settled.on,
                note=settled.note,
                nonce=nonce,
            )
        )
    return settled


def settlements(ledger: Ledger, source: str) -> tuple[Settlement, ...]:
    """Return what stands settled for a source: the newest for each set of licences."""
    with ledger.reading() as connection:
        newest: dict[tuple[str, ...], Settlement] = {}
        for settled in _read(connection, source):
            newest.setdefault(settled.licences, settled)
    return tuple(newest[licences] for licences in sorted(newest))


def _read(connection: Connection, source: str, licences: Sequence[str] | None = None) -> list[Settlement]:
    """Settlements of a source, or of one set of its licences, newest first."""
    query = select(tables.settlement).filter_by(source=source).order_by(tables.settlement.c.entry_seq.desc())
    if licences is not None:
        query = query.filter_by(licences=canonical(licences).decode())
    return [_settlement(row) for row in connection.execute(query).mappings()]


def _settlement(row: RowMapping) -> Settlement:
    return Settlement(tuple(json.loads(row["licences"])), row["licence"], row["note"], row["on"])
