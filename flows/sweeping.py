"""Sweeping storage, and sealing while somebody does: each waits for the other, and no release loses a shard.

How the two keep out of each other's way is told in `ledger.sweeps`. A sweep that was killed stays under way, and who
waits for it ends it in its place: soon on the machine it ran on, where a lock tells that nobody sweeps any more (the
word that a sweep begins with stands in the lock's file), and elsewhere when it was watched for longer than any takes.
"""

import fcntl
import secrets
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
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
from ledger.sweeps import begin_sweep, end_sweep, referenced, sweeps

SWEEP_S_MAX = 240.0
"""Longest that a sweep removes before it ends and begins anew, so that sealing need not wait long."""

ABANDONED_S = 3600.0
"""A sweep that is seen under way for so long was killed. One that lives ends sooner, even when its last removal is
tried as often, and waits as long for each reply, as requests to a store ever do."""

SETTLE_S = 60.0
"""How long a sweep is known to be killed before it is ended: what it had asked a store for may still be done."""

LOOK_S = 1.0
"""Seconds between two looks at a sweep that is waited for."""

RECORDED_MAX = 10
"""Times that a release is recorded anew because a sweep came between."""

_LOCK = "sweep.lock"


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
        told = {"objects": 0, "bytes": 0}
        with under_way(space, len(found), told) as kept:
            until, left = time.monotonic() + SWEEP_S_MAX, list[StoredObject]()
            for each in remove_orphans(space.storage, found, kept, before):
                removed.append(each)
                told |= {"objects": told["objects"] + 1, "bytes": told["bytes"] + each.size}
                if time.monotonic() > until:
                    left = found[found.index(each) + 1 :]
                    break
        found = left
        emit("swept", objects=len(removed))
    return Swept(tuple(removed), space.storage.abort_uploads(before))


@contextmanager
def under_way(space: Workspace, objects: int, told: dict[str, int]) -> Iterator[frozenset[str]]:
    """Sweep within the block, when no other sweep is under way; gives the digests that it must leave.

    `told` is entered when it has ended. Raises RecordConflict when another sweep, elsewhere, was quicker.
    """
    settled(space)
    space.work.mkdir(parents=True, exist_ok=True)
    with (space.work / _LOCK).open("a+") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        word = secrets.token_hex(8)
        lock.truncate(0)
        lock.write(word)
        lock.flush()
        number, kept = begin_sweep(space.ledger, objects, Stamp(PROGRAM, moment()), word)
        try:
            yield kept
        finally:
            end_sweep(space.ledger, number, told, Stamp(PROGRAM, moment()))


def record_stored(space: Workspace, shards: Sequence[Shard], record: Callable[[int], bool]) -> bool:
    """Make sure that all shards lie in storage, then have their release staged and recorded by the sweeps so far.

    It is staged again when a sweep came between. Raises SealError when a shard is missing, and what `record` does.
    """
    tries = 0
    while True:
        number = settled(space)
        check_stored(shards, space.storage)
        try:
            return record(number)
        except Overtaken:
            tries += 1
            if tries == RECORDED_MAX or sweeps(space.ledger).begun == number:  # or something else overtook it
                raise


def settled(space: Workspace) -> int:
    """Wait until no sweep is under way; return how many there were."""
    watched, since, dead = sweeps(space.ledger), time.monotonic(), 0.0
    while watched.under_way:
        now = time.monotonic()
        dead = dead or (now if _is_dead(space, watched.word) else 0.0)
        if now - since > ABANDONED_S or (dead and now - dead > SETTLE_S):
            end_sweep(space.ledger, watched.begun, {"abandoned": True}, Stamp(PROGRAM, moment()))
        else:
            emit("waiting", message="for a sweep of the storage to end")
            time.sleep(LOOK_S)  # a sweep is another process's, whose end nothing but the ledger tells
        known = sweeps(space.ledger)
        if known.begun != watched.begun:
            since, dead = time.monotonic(), 0.0
        watched = known
    return watched.begun


def _is_dead(space: Workspace, word: str) -> bool:
    """Whether the sweep that began with a word ran on this machine, and does so no more."""
    try:
        with (space.work / _LOCK).open() as lock:
            if not word or lock.read() != word:
                return False
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            return True
    except (FileNotFoundError, BlockingIOError):
        return False
