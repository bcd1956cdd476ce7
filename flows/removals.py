"""Removals: shards that hold withdrawn texts, noted to be removed from storage when the grace is over.

withdrawn/removals/<day>-<digest>.json    the day, and the shards
"""

import json
from collections.abc import Iterable
from datetime import date, datetime, timedelta
from typing import Any

from corpus.releases import Manifest, read_staged
from flows.paths import digest_of_parts
from flows.progress import emit
from flows.sweeping import under_way
from flows.workspace import Workspace
from ledger.releases import releases

_REMOVALS = "withdrawn/removals/"


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


def waiting_removal(space: Workspace) -> dict[str, date]:
    """The shards that wait to be removed, each with its day."""
    told = [_read(space, key) for key in space.storage.keys(_REMOVALS)]
    return {path: date.fromisoformat(each["after"]) for each in told for path in each["shards"]}


def manifests(space: Workspace) -> dict[str, Manifest]:
    """Every release's manifest by its version, in the order they were recorded in."""
    return {each.version: read_staged(each.manifest_digest, space.storage) for each in releases(space.ledger)}


def _read(space: Workspace, key: str) -> dict[str, Any]:
    told: dict[str, Any] = json.loads(space.storage.local(key).read_bytes())
    return told
