"""Two releases beside each other: documents, words and money, in and out, by source and reason."""

import json
from collections.abc import Sequence
from dataclasses import asdict
from datetime import date
from pathlib import Path
from typing import Any

from corpus.changelog import changelog
from corpus.changes import Change, Rewritten, Sealing, changes, first_changes, withdrawn_changes
from corpus.orphans import WITHDRAWN_FILE
from corpus.releases import Manifest, read_staged
from corpus.shards import Shard
from flows.records import record_for
from flows.workspace import Workspace
from ledger.money import format_amount
from ledger.releases import release, releases
from ledger.standing import obligations

CHANGELOG = "CHANGELOG.md"
"""Name beside a release's manifest."""


def compare(space: Workspace, old: str, new: str, as_of: date) -> dict[str, Any]:
    """What came in and went out from one release to another, and what each owes, as JSON values.

    Raises UnknownRecord when the ledger has no release of a version.
    """
    sealed = [read_staged(release(space.ledger, version).manifest_digest, space.storage) for version in (old, new)]
    same = {shard.sha256 for shard in sealed[0].shards} & {shard.sha256 for shard in sealed[1].shards}
    (before, old_taken), (after, new_taken) = (_left(space, each, same) for each in sealed)
    moved = sorted([*changes(before, after, space.storage), *withdrawn_changes(old_taken, new_taken)])
    return {
        "old": old,
        "new": new,
        "totals": [_total(moved, side) for side in ("in", "out")],
        "changes": [asdict(change) for change in moved],
        "money": _money(space, old, new, as_of),
    }


def changes_since(space: Workspace, latest: Manifest | None, manifest: Manifest, selection: str) -> list[Change]:
    """What a release that is to be sealed changes, beside the one before it."""
    if latest is None:
        return first_changes(manifest.shards)
    before = Sealing(latest.shards, _selection(space, latest.version))
    return changes(before, Sealing(manifest.shards, space.storage.local(selection)), space.storage)


def changelog_of(space: Workspace, latest: Manifest | None, manifest: Manifest, moved: Sequence[Change]) -> bytes:
    """The changelog to lie beside a release: its own entry, and those of the releases before it."""
    key = f"releases/{latest.version}/{CHANGELOG}" if latest else ""
    before = space.storage.local(key).read_bytes() if key and space.storage.exists(key) else b""
    return changelog(manifest.version, manifest.as_of, moved, before)


def _selection(space: Workspace, version: str) -> Path | None:
    """The selection a release was made of, or, where it is another without some texts, that of the one it came from."""
    versions = [record.version for record in releases(space.ledger)]
    for earlier in reversed(versions[: versions.index(version) + 1]):
        record = record_for(space, earlier)
        if record is not None:
            return space.storage.local(record.selection) if space.storage.exists(record.selection) else None
    return None


def _left(space: Workspace, manifest: Manifest, same: set[str]) -> tuple[Sealing, Rewritten]:
    """What can still be read of a release but for some shards, and those that were written anew since it was sealed."""
    key = f"releases/{manifest.version}/{WITHDRAWN_FILE}"
    instead: dict[str, Shard | None] = {}
    if space.storage.exists(key):
        told = json.loads(b"".join(space.storage.read(key)))  # past a copy of it here, as it changes
        shards = {each["path"]: Shard(**each) for each in told["shards"]}
        instead = {path: shards[new] if new else None for path, new in told["instead"].items()}
    pairs = [(shard, instead.get(shard.path, shard)) for shard in manifest.shards if shard.sha256 not in same]
    left = [shard for _, shard in pairs if shard is not None]
    return Sealing(left, _selection(space, manifest.version)), [pair for pair in pairs if pair[0] is not pair[1]]


def _total(moved: Sequence[Change], side: str) -> dict[str, Any]:
    of_side = [change for change in moved if change.side == side]
    return {"side": side, **{name: sum(getattr(each, name) for each in of_side) for name in ("documents", "words")}}


def _money(space: Workspace, old: str, new: str, as_of: date) -> list[dict[str, Any]]:
    """What each release made owed for a source, where that differs; amounts as exact decimal strings.

    That is what it came to when it was sealed: what is owed in its place by another, or was waived since, is in it.
    """
    owed: dict[tuple[str, str, str], list[int]] = {}
    for place, version in enumerate((old, new)):
        for due in obligations(space.ledger, as_of, version):
            if due.amount_micro is not None and due.rate is not None:
                key = (due.source, due.payee, due.rate.currency)
                owed.setdefault(key, [0, 0])[place] += due.amount_micro
    return [
        {"source": source, "payee": payee, "currency": currency, "old": format_amount(one), "new": format_amount(other),
         "difference": format_amount(other - one)}
        for (source, payee, currency), (one, other) in sorted(owed.items())
        if one != other
    ]  # fmt: skip
