"""The hash tree over the journal as the database keeps it.

Kept are the roots over 256 entries, over 65,536, and so on: one row for 256 entries, written once, in the transaction
that completes it. Leaves are hashed from the entries themselves when they are needed, at most 256 for one proof, so
that nothing stands between an entry and its proof that could be changed without the entry.
"""

from collections.abc import Iterator, Sequence
from functools import lru_cache
from typing import cast

from sqlalchemy import Connection, func, insert, select

from ledger import tables
from ledger.leaves import Line, leaf
from ledger.merkle import HEIGHT, WIDTH, Blocks, BrokenTree, fold, leaf_hash

ROWS_KEPT = 1024
"""Blocks a reader remembers: 8 KB of hashes each, 20 KB in Python; as many events as that of one holder lie close."""

LINES_AT_ONCE = 5000
"""Entries read in one statement: some megabytes, on PostgreSQL too, whose driver holds a whole answer in memory."""

LINE = (
    tables.entry.c.seq,
    tables.entry.c.recorded_at,
    tables.entry.c.kind,
    tables.entry.c.subject,
    tables.entry.c.actor,
    tables.entry.c.body,
)
"""The columns of a `Line`."""


def size_of(connection: Connection) -> int:
    """How many entries the journal has, by the last one's number."""
    last = connection.scalar(select(func.max(tables.entry.c.seq)))
    return 0 if last is None else last + 1


def grow(connection: Connection, before: int, after: int) -> None:
    """Keep the subtrees that the entries from `before` up to `after` complete, inside their own transaction."""
    level = 0
    while first := range(before >> HEIGHT * (level + 1), after >> HEIGHT * (level + 1)):
        rows = [
            {"level": level + 1, "number": number, "hash": fold(block(connection, level, number)).hex()}
            for number in first
        ]
        connection.execute(insert(tables.subtree), rows)
        level += 1


def blocks_of(connection: Connection) -> Blocks:
    """Return the kept blocks, for making roots and proofs inside a transaction in which nothing is appended."""
    return lru_cache(ROWS_KEPT)(lambda level, number: block(connection, level, number))


def block(connection: Connection, level: int, number: int) -> Sequence[bytes]:
    """Return one block of hashes; on level 0 hashed from the entries."""
    first = number * WIDTH
    if level == 0:
        return [leaf_hash(leaf(line)) for line in lines(connection, first, first + WIDTH)]
    table = tables.subtree
    kept = select(table.c.hash).where(table.c.level == level, table.c.number.between(first, first + WIDTH - 1))
    try:
        return [bytes.fromhex(value) for value in connection.scalars(kept.order_by(table.c.number))]
    except ValueError:
        raise BrokenTree(f"level {level}, from number {first} on: what is kept is no hash") from None


def lines(connection: Connection, first: int, behind: int) -> Iterator[Line]:
    """Give the entries from number `first` up to `behind`, in order, some thousands at a time."""
    for start in range(first, behind, LINES_AT_ONCE):
        until = min(start + LINES_AT_ONCE, behind) - 1
        query = select(*LINE).where(tables.entry.c.seq.between(start, until)).order_by(tables.entry.c.seq)
        for row in connection.execute(query):
            yield cast("Line", tuple(row))
