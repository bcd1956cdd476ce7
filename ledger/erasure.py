"""Erasing names: what entries only commit to is taken out, and the journal stands as it was.

A commitment is a hash over a random nonce and the values. When the values are erased from their rows and the nonce with
them, nobody can find out any more what was committed to, not even by trying every name there is; the entry, its proof
and every checkpoint still hold, as none of them held the names. That something was erased is entered itself.

Left alone is what was owed and paid, with the payee's name: the law on bookkeeping keeps it for years. So is what a
case is about, since it goes on keeping texts out.
"""

from sqlalchemy import select, update

from ledger import tables
from ledger.errors import RecordRefused, UnknownRecord
from ledger.journal import Event, Stamp, append
from ledger.store import Ledger

ERASED = {
    "source": (
        ("source", "name", ("title", "holder", "payee", "nonce")),
        ("licence", "source", ("asserted_by", "place", "note")),
        ("settlement", "source", ("note", "nonce")),
        ("reading", "source", ("note", "nonce")),
        ("agreement", "source", ("party", "payee", "represents", "note", "nonce")),
    ),
    "case": (
        ("rights_case", "id", ("requester", "contact")),
        ("case_step", "case", ("reason", "evidence", "nonce")),
    ),
    "receipt": (("receipt", "id", ("pulled_by", "nonce")),),
}
"""Of each kind of subject, the tables, the column that names the subject, and the columns that are emptied."""

EMPTY = {"evidence": "[]"}
"""What an emptied column has, where it is not an empty text."""


def erase(ledger: Ledger, subject: str, stamp: Stamp) -> tuple[int, ...]:
    """Erase the names and notes of a `source:<name>`, `case:<id>` or `receipt:<id>`; return the entries that hid them.

    Nothing to erase, and nothing is entered. A source that stands in the catalogue gets its names back at the next run.

    Raises:
        RecordRefused: it is none of these.
        UnknownRecord: there is no such one.

    """
    kind, _, name = subject.partition(":")
    if kind not in ERASED:
        raise RecordRefused(f"{subject!r}: names are erased of a source:<name>, a case:<id> or a receipt:<id>")
    entries: list[int] = []
    with ledger.writing() as connection:
        for number, (table_name, whose, columns) in enumerate(ERASED[kind]):
            table = tables.metadata.tables[table_name]
            mine = table.c[whose] == name
            if "nonce" in columns:
                hiding = select(table.c.entry_seq).where(mine, table.c.nonce != "")
                entries += connection.scalars(hiding)
            values = {column: EMPTY.get(column, "") for column in columns}
            if connection.execute(update(table).where(mine).values(**values)).rowcount == 0 and number == 0:
                raise UnknownRecord(f"no {kind} {name} is in the ledger, so nothing of it can be erased")
        if entries:
            append(connection, stamp, Event("erasure", subject, {"entries": sorted(entries)}))
    return tuple(sorted(entries))
