"""Patching: the newest release again without what is withdrawn, and the old shards removed when their time has come.

No crawl, no extraction and no decision is needed: of the newest release's manifest only the shards that hold withdrawn
rows are written anew, and the rest is shared. Shards of earlier releases are written anew as well, so that whoever
pulls one of those can have it without; beside each such release lies which shard stands for which (`withdrawn.json`).
Old shards are removed after `withdrawal.grace_days` (`removals.py`), unless a release that was sealed since holds them.
"""

import json
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from datetime import datetime
from typing import Any

from corpus.errors import SealError
from corpus.exclusions import key_of, read_exclusions
from corpus.orphans import WITHDRAWN_FILE
from corpus.purge import Rows, purge_shard, shard_of
from corpus.releases import Manifest, check_unclaimed, patch_version, read_staged, stage
from corpus.shards import Shard
from flows.attesting import publish_checkpoint
from flows.cards import files_beside
from flows.comparing import CHANGELOG, changelog_of, changes_since
from flows.finding import agreed_ids
from flows.paths import digest_of_parts
from flows.progress import emit
from flows.records import newest_record
from flows.release import digest_beside, latest_manifest, record_of, show_release
from flows.removals import manifests
from flows.sweeping import record_stored
from flows.workspace import Workspace
from ledger.errors import Overtaken
from ledger.releases import record_release, releases
from ledger.withdrawals import Exclusions


@dataclass(frozen=True)
class Rewritten:
    """Shards that held withdrawn rows: by the old one's path, what stands for it (None: nothing is left), and the rows.

    `rows` has the id and the text digest of each; `versions` every release, oldest first, with its shards' paths.
    """

    instead: Mapping[str, Shard | None] = field(default_factory=dict)
    rows: Mapping[str, Sequence[tuple[str, str]]] = field(default_factory=dict)
    versions: Mapping[str, frozenset[str]] = field(default_factory=dict)

    def releases_of(self) -> dict[tuple[str, str], tuple[str, str]]:
        """The first and the last release of each withdrawn row."""
        found: dict[tuple[str, str], tuple[str, str]] = {}
        for version, paths in self.versions.items():
            for path in sorted(paths & self.rows.keys()):
                for row in self.rows[path]:
                    found[row] = found.get(row, (version, version))[0], version
        return found


def rewrite_shards(space: Workspace, standing: Exclusions) -> Rewritten:
    """Write every shard of every release anew that holds a withdrawn row; what was done before is found again."""
    withheld = read_exclusions([space.storage.local(key_of(digest)) for digest in standing.files])
    agreed = agreed_ids(space)
    asked = [name for name, is_asked in zip(withheld.ids, withheld.asked_for, strict=True) if is_asked]
    strict, all_rows = Rows.of(asked, ()), Rows.of(set(withheld.ids) - agreed | set(asked), withheld.digests)
    sealed = manifests(space)
    shards = {shard.path: shard for manifest in sealed.values() for shard in manifest.shards}
    noted = f"withdrawn/shards/{digest_of_parts(*standing.files)}.json"
    done = json.loads(space.storage.local(noted).read_bytes()) if space.storage.exists(noted) else {}
    for path in sorted(shards.keys() - done.keys()):
        rows = strict if shards[path].basis == "agreement" else all_rows
        done[path] = told = _rewrite(space, shards[path], rows) if space.storage.exists(path) else None
        if told and told["instead"]:
            done[told["instead"]["path"]] = None
    if shards:
        space.storage.put_bytes(noted, json.dumps(done, sort_keys=True).encode())
    touched = {path: told for path, told in done.items() if told is not None}
    return Rewritten(
        {path: Shard(**told["instead"]) if told["instead"] else None for path, told in touched.items()},
        {path: [(name, digest) for name, digest in told["rows"]] for path, told in touched.items()},
        {version: frozenset(shard.path for shard in manifest.shards) for version, manifest in sealed.items()},
    )


def patch(space: Workspace, standing: Exclusions, rewritten: Rewritten, now: datetime) -> str:
    """Seal the newest release without what is withdrawn; returns its version, empty when it holds nothing of it.

    Raises SealError when the counts do not add up, and Overtaken when something was withdrawn, or sealed elsewhere,
    meanwhile.
    """
    recorded = releases(space.ledger)
    if not recorded:
        return ""
    newest = read_staged(recorded[-1].manifest_digest, space.storage)
    if not rewritten.versions.get(newest.version, frozenset()) & rewritten.instead.keys():
        latest_manifest(space, now)  # shows a patch that a killed round left recorded alone
        return ""
    manifest = _without(newest, rewritten)
    check_unclaimed(manifest, space.storage)
    publish_checkpoint(space)
    run, record = newest_record(space), record_of(manifest, manifest.digest)
    beside = files_beside(space, manifest, run.selection) if run else {}
    if run:
        moved = changes_since(space, newest, manifest, run.selection)
        beside[CHANGELOG] = changelog_of(space, newest, manifest, moved)

    def commit(sweeps: int) -> bool:
        stage(manifest, space.storage, beside)
        counted = replace(record, after=newest.version, beside=digest_beside(beside), sweeps=sweeps)
        return record_release(space.ledger, counted, now, exclusions=standing.digest, replaces=newest.version)

    record_stored(space, manifest.shards, commit)
    if not show_release(space, manifest.version, manifest.digest, now):
        raise Overtaken(f"more was withdrawn while release {manifest.version} was sealed. Run again.")
    emit("sealed", release=manifest.version, documents=sum(shard.rows for shard in manifest.shards))
    return manifest.version


def tell_beside(space: Workspace, rewritten: Rewritten) -> None:
    """Put beside each release that held something which shards stand for its old ones."""
    for version, paths in rewritten.versions.items():
        held = sorted(paths & rewritten.instead.keys())
        if held and space.storage.exists(f"releases/{version}/manifest.json"):
            new = {path: rewritten.instead[path] for path in held}
            told = {
                "instead": {path: None if shard is None else shard.path for path, shard in new.items()},
                "shards": [asdict(shard) for _, shard in sorted(new.items()) if shard is not None],
            }
            body = json.dumps(told, indent=1, sort_keys=True) + "\n"
            space.storage.put_bytes(f"releases/{version}/{WITHDRAWN_FILE}", body.encode())


def _rewrite(space: Workspace, shard: Shard, rows: Rows) -> dict[str, Any] | None:
    """What stands for a shard, and the rows that are gone; None when it holds none."""
    with space.scratch() as out:
        gone = purge_shard(space.storage.local(shard.path), out, rows)
        if not gone:
            return None
        if len(gone) == shard.rows:
            return {"instead": None, "rows": gone}
        new = shard_of(out, shard)
        if new.rows + len(gone) != shard.rows:
            raise SealError(
                f"{shard.path} has {shard.rows} rows by its manifest, and {new.rows} and {len(gone)} were read"
            )
        if not space.storage.exists(new.path):
            space.storage.put(new.path, out)
        return {"instead": asdict(new), "rows": gone}


def _without(newest: Manifest, rewritten: Rewritten) -> Manifest:
    """A manifest without the withdrawn rows, under the next patch version; its decisions are those of the newest."""
    kept = [rewritten.instead.get(shard.path, shard) for shard in newest.shards]
    shards = tuple(sorted((shard for shard in kept if shard is not None), key=lambda shard: shard.path))
    gone: Counter[str] = Counter()
    for shard in newest.shards:
        gone[shard.source] += len(rewritten.rows.get(shard.path, ()))
    funnel = {name: dict(row) for name, row in newest.funnel.items()}
    for source, count in (+gone).items():
        fates = Counter(funnel.get(source, {}))
        fates.update({"released": -count, "excluded": count})
        funnel[source] = dict(sorted(fates.items()))
    holders = {name: newest.rights_holders[name] for name in sorted({shard.source for shard in shards})}
    return replace(newest, version=patch_version(newest.version), shards=shards, funnel=funnel, rights_holders=holders)
