"""Readings as the ledger keeps them: by whom, on which day, with what note; the newest of a statement counts."""

from sqlalchemy import Connection, RowMapping, insert, select

from ledger import tables
from ledger.errors import RecordRefused
from ledger.journal import Event, Json, Stamp, append, commitment, new_nonce
from ledger.readings import MEANINGS, Reading, statement_of
from ledger.signals import RightsSignal, Verdict
from ledger.sources import check_known
from ledger.store import Ledger

NOTE_CHARS_MAX = 2000
"""Longest note: a reason and where it can be read again."""


def record_reading(
    ledger: Ledger, source: str, signal: RightsSignal, ruling: tuple[Verdict, str], stamp: Stamp
) -> None:
    """Write down what a person found a source's statement to mean and why; the same once more changes nothing.

    Whether it may be read is asked before (`readings.is_readable`).

    Raises:
        UnknownRecord: the source is not in the ledger.
        RecordRefused: it is found to mean something else than a no or nothing, or the note is empty or too long.

    """
    verdict, note = ruling
    if verdict not in MEANINGS or not 0 < len(note.strip()) <= NOTE_CHARS_MAX:
        raise RecordRefused("Say whether it is a no, and why, in at most 2000 characters.")
    read = Reading(statement_of(signal), verdict, note.strip(), stamp.now.date())
    with ledger.writing() as connection:
        check_known(connection, {source})
        if _read(connection, source).get(read.statement) == read:
            return
        nonce = new_nonce()
        values: dict[str, Json] = {
            "statement": read.statement,
            "mechanism": signal.mechanism.value,
            "verdict": verdict.value,
        }
        body = {**values, "on": read.on.isoformat(), "commitment": commitment(nonce, {"note": read.note})}
        seq = append(connection, stamp, Event("reading", f"source:{source}", body))
        row = {**values, "entry_seq": seq, "source": source, "on": read.on, "note": read.note, "nonce": nonce}
        connection.execute(insert(tables.reading).values(**row))


def readings(ledger: Ledger, source: str) -> tuple[Reading, ...]:
    """Return what was found of a source's statements, the newest of each, by statement."""
    with ledger.reading() as connection:
        found = _read(connection, source)
    return tuple(found[statement] for statement in sorted(found))


def _read(connection: Connection, source: str) -> dict[str, Reading]:
    query = select(tables.reading).filter_by(source=source).order_by(tables.reading.c.entry_seq)
    return {row["statement"]: _reading(row) for row in connection.execute(query).mappings()}


def _reading(row: RowMapping) -> Reading:
    return Reading(row["statement"], Verdict(row["verdict"]), row["note"], row["on"])
