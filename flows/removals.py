"""Removals: shards that hold withdrawn texts, noted to be removed from storage when the grace is over.

withdrawn/removals/<day>-<digest>.json    the day, and the shards
withdrawn/held/<digest>.json              a withdrawal, and the shards of releases that held texts of it
"""

import json
from collections.abc import Iterable, Mapping
from datetime import date, datetime, timedelta
from typing import Any

from corpus.releases import Manifest, read_staged
from flows.paths import digest_of_parts
from flows.progress import emit
from flows.sweeping import under_way
from flows.workspace import Workspace
from ledger.releases import releases

_REMOVALS, _HELD = "withdrawn/removals/", "withdrawn/held/"


def schedule_removal(space: Workspace, paths: Iterable[str], as_of: date) -> date:
    """Note shards to be removed when the grace is over; returns the day. What is noted already keeps its day."""
    after = as_of + timedelta(days=space.settings.withdrawal.grace_days)
    noted = {path for key in space.storage.keys(_REMOVALS) for path in _read(space, key)["shards"]}
    if new := sorted(path for path in set(paths) - noted if space.storage.exists(path)):
        body = json.dumps({"after": after.isoformat(), "shards": new}, indent=1)
        space.storage.put_bytes(f"{_REMOVALS}{after:%Y%m%d}-{digest_of_parts(*new)}.json", body.encode())
    return after


def remove_due(space: Workspace, now: datetime) -> list[str]:
    """Remove the shards whose grace is over and that the newest release does not hold; returns their paths.

    It is a sweep: who seals meanwhile looks again whether all of theirs are there.
    """
    due = [key for key in space.storage.keys(_REMOVALS) if date.fromisoformat(_read(space, key)["after"]) <= now.date()]
    wanted = sorted({path for key in due for path in _read(space, key)["shards"]})
    removed: list[str] = []
    if wanted:
        told = {"withdrawn": 0}
        with under_way(space, len(wanted), told):
            newest = next(reversed(manifests(space).values()), None)
            held = {shard.path for shard in newest.shards} if newest else set()
            for path in wanted:
                if path not in held and space.storage.exists(path):
                    space.storage.remove(path)
                    removed.append(path)
                    told["withdrawn"] += 1
        emit("removed", shards=len(removed))
    for key in due:
        space.storage.remove(key)
    return removed


def cancel_removals(space: Workspace) -> None:
    """Remove no shard for now: what still is withdrawn is noted anew by the next round."""
    for key in list(space.storage.keys(_REMOVALS)):
        space.storage.remove(key)


def note_held(space: Workspace, shards: Mapping[str, Iterable[str]]) -> None:
    """Note for some withdrawals which shards held texts of them, so that each can be told its own day."""
    for by, paths in shards.items():
        if held := sorted(paths):
            body = json.dumps({"by": by, "shards": held}, indent=1)
            space.storage.put_bytes(f"{_HELD}{digest_of_parts(by)}.json", body.encode())


def waiting_removal(space: Workspace) -> dict[str, date]:
    """The day on which the last shard that held texts of a withdrawal is removed; of those that wait for one."""
    told = [_read(space, key) for key in space.storage.keys(_REMOVALS)]
    days = {path: date.fromisoformat(each["after"]) for each in told for path in each["shards"]}
    held = [_read(space, key) for key in space.storage.keys(_HELD)]
    waiting = {each["by"]: [days[path] for path in each["shards"] if path in days] for each in held}
    return {by: max(some) for by, some in waiting.items() if some}


def manifests(space: Workspace) -> dict[str, Manifest]:
    """Every release's manifest by its version, in the order they were recorded in."""
    return {each.version: read_staged(each.manifest_digest, space.storage) for each in releases(space.ledger)}


def _read(space: Workspace, key: str) -> dict[str, Any]:
    told: dict[str, Any] = json.loads(space.storage.local(key).read_bytes())
    return told
