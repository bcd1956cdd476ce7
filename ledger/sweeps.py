"""Sweeps: when objects that nothing refers to are removed from storage, and why no release can lose a shard to one.

All of it stands in the journal, about `storage`: a sweep is entered when it begins, with what it may not remove read in
that transaction, and again when it has ended; there is one at a time. Who seals looks how many sweeps there were, makes
sure that every shard lies in storage, and has the release recorded only if no sweep began since (`check_unswept`).
So a shard is either seen by the sweep in a release, or found missing before the release is recorded.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy import Connection, select

from ledger import tables
from ledger.errors import Overtaken, RecordConflict
from ledger.journal import Event, Json, Stamp, append
from ledger.store import Ledger

_STORAGE, _BEGUN, _ENDED = "storage", "sweep", "swept"


@dataclass(frozen=True, slots=True)
class Sweeps:
    """How many sweeps have begun so far, and whether the last of them has not ended."""

    begun: int
    under_way: bool


def sweeps(ledger: Ledger) -> Sweeps:
    """Return how sweeps stand."""
    with ledger.reading() as connection:
        return _sweeps(connection)


def begin_sweep(ledger: Ledger, objects: int, stamp: Stamp) -> frozenset[str]:
    """Enter that a sweep begins, of so many objects; return the hex SHA-256 of every shard and manifest it must leave.

    A digest takes about 150 bytes of memory.

    Raises:
        RecordConflict: another sweep has not ended.

    """
    with ledger.writing() as connection:
        if _sweeps(connection).under_way:
            raise RecordConflict("another sweep of the storage is under way: wait until it has ended; then sweep again")
        append(connection, stamp, Event(_BEGUN, _STORAGE, {"objects": objects}))
        return _referenced(connection)


def end_sweep(ledger: Ledger, number: int, told: Mapping[str, Json], stamp: Stamp) -> None:
    """Enter what a sweep has removed, if it is the one that is under way: the sweep that was `number` to begin."""
    with ledger.writing() as connection:
        if _sweeps(connection) == Sweeps(number, under_way=True):
            append(connection, stamp, Event(_ENDED, _STORAGE, told))


def referenced(ledger: Ledger) -> frozenset[str]:
    """Return the hex SHA-256 of every shard and manifest of a release."""
    with ledger.reading() as connection:
        return _referenced(connection)


def check_unswept(connection: Connection, known: int) -> None:
    """Make sure, inside the transaction that records a release, that no sweep began since its shards were looked at.

    Raises:
        Overtaken: one did, and may have removed some.

    """
    if _sweeps(connection) != Sweeps(known, under_way=False):
        raise Overtaken("the storage is being swept while this release is sealed. Nothing was released; run again.")


def _sweeps(connection: Connection) -> Sweeps:
    entry = tables.entry.c
    query = select(entry.kind).where(entry.subject == _STORAGE, entry.kind.in_((_BEGUN, _ENDED)))
    kinds = list(connection.scalars(query.order_by(entry.seq)))
    return Sweeps(kinds.count(_BEGUN), kinds[-1:] == [_BEGUN])


def _referenced(connection: Connection) -> frozenset[str]:
    shards = connection.scalars(select(tables.usage_shard.c.digest).distinct())
    return frozenset([*shards, *connection.scalars(select(tables.release.c.manifest_digest))])
