"""Sweeps: when objects that nothing refers to are removed from storage, and why no release can lose a shard to one.

All of it stands in the journal, about `storage`: a sweep is entered when it begins, with what it may not remove read in
that transaction, and again when it has ended; there is one at a time. Who seals looks how many sweeps there were, makes
sure that every shard lies in storage, and has the release recorded only if no sweep began since (`check_unswept`).
So a shard is either seen by the sweep in a release, or found missing before the release is recorded.
"""

import json
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
    """How many sweeps have begun so far, whether the last of them has not ended, and the word it began with."""

    begun: int
    under_way: bool
    word: str = ""


def sweeps(ledger: Ledger) -> Sweeps:
    """Return how sweeps stand."""
    with ledger.reading() as connection:
        return _sweeps(connection)


def begin_sweep(ledger: Ledger, objects: int, stamp: Stamp, word: str = "") -> tuple[int, frozenset[str]]:
    """Enter that a sweep begins, of so many objects; return how many have begun with it, and what it must leave.

    That is the hex SHA-256 of every shard and manifest; a digest takes about 150 bytes of memory. By the `word` others
    know whose sweep it is.

    Raises:
        RecordConflict: another sweep has not ended.

    """
    with ledger.writing() as connection:
        if _sweeps(connection).under_way:
            raise RecordConflict("another sweep of the storage is under way: wait until it has ended; then sweep again")
        append(connection, stamp, Event(_BEGUN, _STORAGE, {"objects": objects, **({"word": word} if word else {})}))
        return _sweeps(connection).begun, _referenced(connection)


def end_sweep(ledger: Ledger, number: int, told: Mapping[str, Json], stamp: Stamp) -> None:
    """Enter what a sweep has removed, if it is the one that is under way: the sweep that was `number` to begin."""
    with ledger.writing() as connection:
        known = _sweeps(connection)
        if known.under_way and known.begun == number:
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
    now = _sweeps(connection)
    if now.under_way or now.begun != known:
        raise Overtaken("the storage is being swept while this release is sealed. Nothing was released; run again.")


def _sweeps(connection: Connection) -> Sweeps:
    entry = tables.entry.c
    query = select(entry.kind, entry.body).where(entry.subject == _STORAGE, entry.kind.in_((_BEGUN, _ENDED)))
    rows = connection.execute(query.order_by(entry.seq)).all()
    under_way = bool(rows) and rows[-1].kind == _BEGUN
    word = json.loads(rows[-1].body).get("word", "") if under_way else ""
    return Sweeps(sum(row.kind == _BEGUN for row in rows), under_way, word)


def _referenced(connection: Connection) -> frozenset[str]:
    shards = connection.scalars(select(tables.usage_shard.c.digest).distinct())
    return frozenset([*shards, *connection.scalars(select(tables.release.c.manifest_digest))])
