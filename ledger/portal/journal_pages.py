"""The journal, a page at a time, newest first: for the house's trail, as reading all of it grows with the ledger."""

from sqlalchemy import select

from ledger import tables
from ledger.instants import instant_from_text
from ledger.records import Entry
from ledger.store import Ledger

PAGE = 100
"""Entries shown at once."""


def journal_page(ledger: Ledger, before: int = -1) -> tuple[Entry, ...]:
    """Return the newest entries, or those before a number that is not below zero."""
    table = tables.entry
    query = select(table).order_by(table.c.seq.desc()).limit(PAGE)
    if before >= 0:
        query = query.where(table.c.seq < before)
    with ledger.reading() as connection:
        rows = connection.execute(query).mappings().all()
    return tuple(Entry(**{**row, "recorded_at": instant_from_text(row["recorded_at"])}) for row in rows)
