"""Sweeping storage, and sealing while somebody does: each waits for the other, and no release loses a shard.

How the two keep out of each other's way is told in `ledger.sweeps`. A sweep that was killed leaves itself under way;
whoever has watched it for longer than any sweep takes ends it in its place.
"""

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import timedelta

from corpus.orphans import check_stored, orphans, remove_orphans
from corpus.shards import Shard
from corpus.storage import StoredObject
from flows.progress import emit
from flows.settings import moment
from flows.workspace import Workspace
from ledger.errors import Overtaken
from ledger.journal import PROGRAM, Stamp
from ledger.store import Ledger
from ledger.sweeps import begin_sweep, end_sweep, referenced, sweeps

SWEEP_S_MAX = 240.0
"""Longest that a sweep removes before it ends and begins anew, so that sealing need not wait long."""

ABANDONED_S = 3600.0
"""A sweep that is seen under way for so long was killed. One that lives ends sooner, even when its last removal is
tried as often, and waits as long for each reply, as requests to a store ever do."""

LOOK_S = 1.0
"""Seconds between two looks at a sweep that is waited for."""

RECORDED_MAX = 10
"""Times that a release is recorded anew because a sweep came between."""


@dataclass(frozen=True, slots=True)
class Swept:
    """What a sweep removed, or would: the objects, and uploads in parts that nobody finished."""

    objects: tuple[StoredObject, ...]
    uploads: int

    @property
    def size(self) -> int:
        """Bytes of the objects."""
        return sum(each.size for each in self.objects)


def sweep(space: Workspace, older_than: timedelta, *, dry_run: bool = False) -> Swept:
    """Remove objects that nothing refers to and that are older than stated; with `dry_run`, only tell of them.

    Raises StorageError when a manifest cannot be read, or the storage refuses.
    """
    before = moment() - older_than
    found = orphans(space.storage, referenced(space.ledger), before)
    if dry_run:
        return Swept(tuple(found), 0)
    removed: list[StoredObject] = []
    while found:
        number = settled(space.ledger) + 1
        kept = begin_sweep(space.ledger, len(found), Stamp(PROGRAM, moment()))
        until, count = time.monotonic() + SWEEP_S_MAX, len(removed)
        try:
            for each in remove_orphans(space.storage, found, kept, before):
                removed.append(each)
                if time.monotonic() > until:
                    break
        finally:
            told = {"objects": len(removed) - count, "bytes": sum(each.size for each in removed[count:])}
            end_sweep(space.ledger, number, told, Stamp(PROGRAM, moment()))
        found = found[found.index(removed[-1]) + 1 :] if len(removed) > count and time.monotonic() > until else []
        emit("swept", objects=len(removed))
    return Swept(tuple(removed), space.storage.abort_uploads(before))


def record_stored(space: Workspace, shards: Sequence[Shard], record: Callable[[int], bool]) -> bool:
    """Make sure that all shards lie in storage, then have their release staged and recorded by the sweeps so far.

    It is staged again when a sweep came between. Raises SealError when a shard is missing, and what `record` does.
    """
    for _ in range(RECORDED_MAX - 1):
        number = settled(space.ledger)
        check_stored(shards, space.storage)
        try:
            return record(number)
        except Overtaken:
            if sweeps(space.ledger).begun == number:  # it was something else that overtook it
                raise
    number = settled(space.ledger)
    check_stored(shards, space.storage)
    return record(number)


def settled(ledger: Ledger) -> int:
    """Wait until no sweep is under way; return how many there were."""
    since, watched = time.monotonic(), sweeps(ledger)
    while watched.under_way:
        if time.monotonic() - since > ABANDONED_S:
            end_sweep(ledger, watched.begun, {"abandoned": True}, Stamp(PROGRAM, moment()))
        else:
            emit("waiting", message="for a sweep of the storage to end")
            time.sleep(LOOK_S)  # a sweep is another process's, whose end nothing but the ledger tells
        now = sweeps(ledger)
        if now.begun != watched.begun:
            since = time.monotonic()
        watched = now
    return watched.begun
