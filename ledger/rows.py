"""Rows against the entries that journalled them: an audit's look at what stands beside the journal.

A row that was journalled names its entry (`entry_seq`). The rule it is held to: a column whose name is a key of the
entry's body has the body's value; the entry is about the row's source or release; and what the body only commits to is
what the row holds, as long as its nonce is there. A row whose names were erased has none, and is not compared so far.
"""

import json
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from functools import lru_cache
from typing import Any

from sqlalchemy import Connection, RowMapping, Table, select

from ledger import tables
from ledger.hidden import COLUMNS, OF_A_SOURCE, opening_of
from ledger.journal import canonical, digest
from ledger.records import Finding, Opening
from ledger.store import Ledger

ONE_ROW = {
    "crawl": "crawl",
    "release": "release",
    "usage": "usage",
    "due": "obligation",
    "payment": "payment",
    "invoice": "invoice",
    "settlement": "settlement",
    "reading": "reading",
    "case": "case_step",
    "pull": "receipt",
}
"""Kinds of entries that each have one row for ever, and its table."""

SUBJECTS = {
    "source": ("name", "source"),
    "release": ("version", "release"),
    "receipt": ("release", "release"),
    "repertoire": ("id", "repertoire"),
    "case_step": ("case", "case"),
}
"""Which column says whom a table's entries are about, and how; `source` where nothing is said here."""

ROWS_AT_ONCE = 1000
"""Rows read in one go, so that memory does not grow with the table."""


def check_rows(connection: Connection) -> Iterator[Finding]:
    """Tell every journalled row that is not what its entry says, and every entry whose row is gone."""
    for table in tables.metadata.sorted_tables:
        if "entry_seq" in table.c:
            yield from _check_table(connection, table)
    entry = tables.entry
    for kind, name in ONE_ROW.items():
        table = tables.metadata.tables[name]
        joined = entry.outerjoin(table, table.c.entry_seq == entry.c.seq)
        gone = select(entry.c.seq).select_from(joined).where(entry.c.kind == kind, table.c.entry_seq.is_(None))
        for seq in connection.scalars(gone.order_by(entry.c.seq)):
            yield Finding(f"entry {seq}", f"has no row in the table {name}: it was removed")


def _check_table(connection: Connection, table: Table) -> Iterator[Finding]:
    entry = tables.entry
    said = (entry.c.subject.label("entry_subject"), entry.c.body.label("entry_body"))
    joined = table.outerjoin(entry, table.c.entry_seq == entry.c.seq)
    query = select(table, *said).select_from(joined).order_by(*table.primary_key)
    shards = lru_cache(1)(lambda release: _shards(connection, release))  # usages come release by release
    for row in connection.execute(query, execution_options={"yield_per": ROWS_AT_ONCE}).mappings():
        name = " ".join(str(row[column.name]) for column in table.primary_key)
        try:
            wrong = [*_differing(connection, table, row)]
            if table is tables.usage and not _holds(row, shards(row["release"])):
                wrong.append("shards")
        except (ValueError, TypeError, KeyError, AttributeError):  # what somebody wrote that we never write
            wrong = ["it or the entry cannot be read"]
        if wrong:
            yield Finding(f"{table.name} {name}", f"is not what entry {row['entry_seq']} says: {', '.join(wrong)}")


def _differing(connection: Connection, table: Table, row: RowMapping) -> Iterator[str]:
    """Name what differs between a row and its entry."""
    body = json.loads(row["entry_body"] or "{}")
    if row["entry_subject"] != _subject(table, row):
        yield "whom it is about"
    for column, value in _stated(body, row):
        if _plain(row[column]) != value:
            yield column
    if row.get("nonce") and opening_of(connection, table, row, body) is None:
        yield f"one of {', '.join(COLUMNS[table.name])}, or what stands with them"


def _holds(row: RowMapping, shards: Mapping[int, list[str]]) -> bool:
    """Whether the shards of a usage are those whose digest its entry has."""
    stated = json.loads(row["entry_body"])["shards_digest"]
    return bool(stated == digest(canonical(sorted(shards[row["entry_seq"]]))))


def _subject(table: Table, row: RowMapping) -> str:
    """Whom a row is about; where it does not say, its entry alone does."""
    column, what = SUBJECTS.get(table.name, ("source", "source"))
    return str(row["entry_subject"]) if row.get(column) is None else f"{what}:{row[column]}"


def _stated(body: Mapping[str, Any], row: RowMapping) -> Iterator[tuple[str, Any]]:
    """What a body says of the columns of its names; of a rate inside it, of the columns `rate_…`."""
    for key, value in body.items():
        if key == "rate":
            for part in ("per", "amount_micro", "currency", "minimum_micro", "cap_micro", "share_ppm"):
                column = f"rate_{part}" if f"rate_{part}" in row else part
                if column in row:
                    yield column, None if value is None else value.get(part)
        elif key in row:
            yield key, canonical(value).decode() if isinstance(value, list | dict) else value


def _plain(value: object) -> object:
    return value.isoformat() if isinstance(value, date) else value


def _shards(connection: Connection, release: str) -> defaultdict[int, list[str]]:
    """The digests of a release's shards, by the entry of the usage they belong to."""
    found: defaultdict[int, list[str]] = defaultdict(list)
    table = tables.usage_shard.c
    for seq, value in connection.execute(select(table.usage_seq, table.digest).where(table.release == release)):
        found[seq].append(value)
    return found


def openings(ledger: Ledger, names: Sequence[str]) -> tuple[Opening, ...]:
    """Return what the entries of some sources' rows commit to, so that a holder can check it; erased ones are left out.

    Only what stands today is known: names that were changed since are in no row any more.
    """
    opened: list[Opening | None] = []
    entry = tables.entry
    with ledger.reading() as connection:
        for kind in OF_A_SOURCE:
            table = tables.metadata.tables[kind]
            column = table.c.name if table is tables.source else table.c.source
            joined = table.join(entry, table.c.entry_seq == entry.c.seq)
            query = select(table, entry.c.body.label("entry_body")).select_from(joined)
            rows = connection.execute(query.where(column.in_(names), table.c.nonce != "")).mappings().all()
            opened += [opening_of(connection, table, row, json.loads(row["entry_body"])) for row in rows]
    return tuple(sorted(filter(None, opened), key=lambda opening: opening.entry))
