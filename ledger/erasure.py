"""Erasing names: what entries only commit to is taken out, and the journal stands as it was.

A commitment is a hash over a random nonce and the values. When the values are erased from their rows and the nonce with
them, nobody can find out any more what was committed to, not even by trying every name there is; the entry, its proof
and every checkpoint still hold, as none of them held the names. That something was erased is entered itself.

Left alone is what was owed and paid, with the payee's name: the law on bookkeeping keeps it for years.
"""

from sqlalchemy import Connection, update

from ledger import tables
from ledger.errors import UnknownRecord
from ledger.journal import Event, Stamp, append
from ledger.rows import openings_in
from ledger.store import Ledger

ERASED = {
    "source": ("title", "holder", "payee", "nonce"),
    "licence": ("asserted_by", "place", "note"),
    "agreement": ("party", "payee", "note", "nonce"),
}
"""The columns that are emptied."""


def erase(ledger: Ledger, name: str, stamp: Stamp) -> tuple[int, ...]:
    """Erase the names and notes of a source, its licences and its agreements; return the entries that hid them.

    Nothing to erase, and nothing is entered. A source that stands in the catalogue gets its names back at the next run.

    Raises:
        UnknownRecord: there is no such source.

    """
    with ledger.writing() as connection:
        opened = openings_in(connection, [name], ERASED.keys())
        entries = tuple(sorted(opening.entry for opening in opened))
        if not _exists(connection, name):
            raise UnknownRecord(f"no source {name} is in the ledger: see `fodaftryk status` for the names")
        if entries:
            for table_name, columns in ERASED.items():
                table = tables.metadata.tables[table_name]
                column = table.c.name if table is tables.source else table.c.source
                connection.execute(update(table).where(column == name).values(dict.fromkeys(columns, "")))
            append(connection, stamp, Event("erasure", f"source:{name}", {"entries": entries}))
        return entries


def _exists(connection: Connection, name: str) -> bool:
    return connection.scalar(tables.source.select().filter_by(name=name)) is not None
