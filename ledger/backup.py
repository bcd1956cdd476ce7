"""A backup of the ledger that needs no server and no engine of a kind: one file, restored whole or not at all.

The file is gzip: a line of JSON that says what it is, one for each row of each table, and a last line with the
journal's size and root. It is read in one transaction that sees one state, while writers go on. Restored, everything is
put in as it was, in one transaction too, and the root is worked out anew from the entries and has to be the same.
A backup taken from SQLite may be restored to PostgreSQL, and the other way round. The signing key is not in it.
"""

import gzip
import json
import os
import tempfile
import zlib
from collections.abc import Iterator, Sequence
from datetime import date
from itertools import groupby, islice
from pathlib import Path
from typing import IO, Any

from sqlalchemy import Connection, Date, MetaData, Table, func, insert, select
from sqlalchemy.exc import DataError, IntegrityError, ProgrammingError

from ledger import tables
from ledger.errors import JournalBroken, RecordRefused
from ledger.leaves import leaf
from ledger.merkle import Frontier, leaf_hash
from ledger.store import HEAD, Ledger
from ledger.tree import lines, size_of

FORMAT = "fodaftryk-ledger-backup/1"

ROWS_AT_ONCE = 2000
"""Rows held in memory while they are written or put in."""

LINE_CHARS_MAX = 16 * 1024 * 1024
"""Longest line that is read: a row's texts have limits far below it."""

NOT_WHOLE = (
    *(EOFError, gzip.BadGzipFile, zlib.error, UnicodeDecodeError, ValueError, KeyError, TypeError),
    *(IntegrityError, DataError, ProgrammingError),
)
"""What a file that is cut, changed or something else leads to."""


def backup(ledger: Ledger, file: Path) -> tuple[int, bytes]:
    """Write everything the ledger holds to a new file; return the journal's size and root.

    Raises:
        JournalBroken: the journal has a gap, so that it has no root.
        FileExistsError: there is such a file.

    """
    with tempfile.NamedTemporaryFile(dir=file.parent, prefix=".backup-") as out:
        with gzip.open(out, "wt", encoding="utf-8") as written, ledger.reading() as connection:
            size, root = _root(connection)
            for line in _written(connection):
                written.write(json.dumps(line, ensure_ascii=False, separators=(",", ":")) + "\n")
            written.write(json.dumps({"entries": size, "root": root.hex()}) + "\n")
        out.flush()
        os.fsync(out.fileno())
        os.link(out.name, file)
    return size, root


def restore(ledger: Ledger, file: Path, *, replace: bool = False) -> tuple[int, bytes]:
    """Put a backup into a ledger, and bring it up to the newest schema; return the journal's size and root.

    `replace` drops what the ledger holds now. When anything fails the ledger is as it was.

    Raises:
        RecordRefused: the ledger holds something, and is not to be replaced; or the file is no whole backup.
        JournalBroken: what was put in does not have the root that was backed up.
        LedgerUnavailable: a newer program made the backup.

    """
    with ledger.writing() as connection:
        if not replace and any(_counts(connection)):
            raise RecordRefused("the ledger holds something already: restore to an empty one, or say to replace it")
        try:
            with gzip.open(file, "rt", encoding="utf-8", errors="strict") as read:
                stated = _put_in(connection, read)
        except NOT_WHOLE as error:
            raise RecordRefused(f"{file} is no whole backup of a ledger ({error}): take another one") from error
        size, root = _root(connection)
        if stated != {"entries": size, "root": root.hex()}:
            raise JournalBroken(f"{file} does not lead to the journal that was backed up: it was changed; take another")
    return size, root


def _counts(connection: Connection) -> Iterator[int]:
    for table in tables.metadata.sorted_tables:
        yield connection.scalar(select(func.count()).select_from(table)) or 0


def _root(connection: Connection) -> tuple[int, bytes]:
    """The journal's size and root, by its entries alone."""
    size, frontier = size_of(connection), Frontier()
    for line in lines(connection, 0, size):
        frontier.add(leaf_hash(leaf(line)))
    if frontier.size != size:
        raise JournalBroken(f"the journal has {frontier.size} entries and numbers up to {size}: audit it first")
    return size, frontier.root


def _written(connection: Connection) -> Iterator[object]:
    """What stands in a backup: a head, the rows in the order in which they can be put in."""
    sorted_tables = tables.metadata.sorted_tables
    yield {"format": FORMAT, "revision": HEAD, "tables": {table.name: list(table.c.keys()) for table in sorted_tables}}
    for table in sorted_tables:
        query = select(table).order_by(*table.primary_key)
        for row in connection.execute(query, execution_options={"yield_per": ROWS_AT_ONCE}):
            yield [table.name, *(value.isoformat() if isinstance(value, date) else value for value in row)]


def _put_in(connection: Connection, read: IO[str]) -> object:
    """Build the schema of the backup's time, put the rows in, bring it up to date; return the last line."""
    from ledger.migrate import rebuild, upgrade  # noqa: PLC0415 - Alembic loads for half a second

    head = json.loads(read.readline(LINE_CHARS_MAX))
    if head["format"] != FORMAT:
        raise ValueError(f"its format is {head['format']!r}")
    rebuild(connection, str(head["revision"]))
    schema = MetaData()
    schema.reflect(connection)
    last: object = None
    for name, lines_ in groupby(_lines(read), lambda line: line[0] if isinstance(line, list) else None):
        if name is None:
            last = next(lines_)
            continue
        table, columns = schema.tables[name], head["tables"][name]
        while rows := [_row(table, columns, line) for line in islice(lines_, ROWS_AT_ONCE)]:
            connection.execute(insert(table), rows)
    upgrade(connection)
    return last


def _lines(read: IO[str]) -> Iterator[Any]:
    while line := read.readline(LINE_CHARS_MAX):
        yield json.loads(line)


def _row(table: Table, columns: Sequence[str], line: Sequence[Any]) -> dict[str, Any]:
    """A row as its table takes it."""
    values = dict(zip(columns, line[1:], strict=True))
    dates = [name for name, value in values.items() if value is not None and isinstance(table.c[name].type, Date)]
    return values | {name: date.fromisoformat(values[name]) for name in dates}
