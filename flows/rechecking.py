"""A sealed release, looked at anew: every check that it passed before it was sealed, on what lies in storage now."""

import hashlib
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from corpus.checks import Checks, Finding, Looked, check_ids_once, judge, look_again
from corpus.checksums import BESIDE, digest_of, read_checksums
from corpus.errors import CorpusError, StorageError
from corpus.releases import Manifest, read_staged
from corpus.shards import Shard
from corpus.storage import open_storage
from dedup.signatures import sign
from flows.release import checks_of, record_of
from flows.withheld import withheld_by
from flows.workspace import Workspace
from ledger.records import ReleaseRecord
from ledger.releases import release
from ledger.withdrawals import exclusions


@dataclass(frozen=True, slots=True)
class Rechecked:
    """What was counted in a release, and everything that is wrong with it."""

    counted: dict[str, Any]
    findings: tuple[Finding, ...]


def recheck(space: Workspace, version: str) -> Rechecked:
    """Check a release as before it was sealed, and that it is what the ledger recorded. A shard is in memory at a time.

    Storage is read anew, past the copies of it that are kept here. Raises UnknownRecord when there is no such release.
    """
    record = release(space.ledger, version)
    with tempfile.TemporaryDirectory(prefix="fodaftryk-verify-") as cache:
        storage = open_storage(space.settings.storage_settings, Path(cache), reading=True)
        fresh = replace(space, storage=storage)
        manifest = read_staged(record.manifest_digest, storage)
        findings = [*_as_recorded(fresh, manifest, record), *_beside(fresh, version)]
        looked: list[Looked] = []
        sound: list[Shard] = []
        with withheld_by(fresh, exclusions(space.ledger)) as withheld:
            checks = replace(checks_of(space), barred=withheld.places if withheld else None)
            for shard in manifest.shards:
                try:
                    looked.append(_look(fresh, shard, checks))
                    sound.append(shard)
                except (CorpusError, OSError) as error:
                    findings.append(Finding("bytes", shard.path, str(error)))
        findings += judge(looked, space.settings.release.checks)
        findings += check_ids_once(sound, storage)
    counted = {"release": version, "shards": len(manifest.shards), "documents": sum(each.rows for each in sound)}
    return Rechecked(counted, tuple(findings))


def _as_recorded(space: Workspace, manifest: Manifest, record: ReleaseRecord) -> Iterator[Finding]:
    """The manifest that is shown is the ledger's, and counts what the ledger counts."""
    key = f"releases/{record.version}/manifest.json"
    shown = space.storage.local(key).read_bytes() if space.storage.exists(key) else None
    if shown is None or hashlib.sha256(shown).hexdigest() != record.manifest_digest:
        yield Finding("manifest", key, "is missing" if shown is None else "is not the one that the ledger recorded")
    ours = {replace(usage, shards=tuple(sorted(usage.shards))) for usage in record.usages}
    theirs = {
        replace(usage, shards=tuple(sorted(usage.shards))) for usage in record_of(manifest, manifest.digest).usages
    }
    for source in sorted({usage.source for usage in ours ^ theirs}):
        yield Finding("ledger", source, "the manifest counts other documents, words, bytes or shards than the ledger")


def _beside(space: Workspace, version: str) -> Iterator[Finding]:
    """The cards are those that were sealed; older releases do not say which those are."""
    prefix = f"releases/{version}/"
    if not space.storage.exists(prefix + BESIDE):
        return
    stated, wrong = read_checksums(space.storage.local(prefix + BESIDE).read_bytes())
    for name in [BESIDE, *stated] if wrong else stated:
        held = space.storage.local(prefix + name) if space.storage.exists(prefix + name) else Path()
        if digest_of(held) != stated.get(name):
            yield Finding("beside", prefix + name, "is not as it was sealed, or is missing")


def _look(space: Workspace, shard: Shard, checks: Checks) -> Looked:
    file = space.storage.local(shard.path)
    with file.open("rb") as data:
        digest = hashlib.file_digest(data, "sha256").hexdigest()
    if digest != shard.sha256:
        raise StorageError("its bytes are not those that the manifest names: bring it back from your backup")
    return look_again(file, shard, checks, lambda texts: sign(texts, space.settings.dedup))
