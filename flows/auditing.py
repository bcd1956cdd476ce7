"""The audit of everything: the journal by the ledger, its checkpoints and releases by what lies in storage."""

import hashlib
import json
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from corpus.errors import CorpusError
from corpus.releases import read_staged, usages
from corpus.storage import open_storage
from flows.attesting import CHECKPOINT, published, sizes_stated
from flows.workspace import Workspace
from ledger.audit import Audit, audit
from ledger.checkpoints import Checkpoint, open_checkpoint
from ledger.journal import entries
from ledger.notes import BadNote, PublicKey
from ledger.records import Finding, ReleaseRecord, Usage
from ledger.releases import releases


@dataclass(frozen=True, slots=True)
class Audited:
    """The ledger's audit, how many checkpoints and releases were compared with it, and every finding."""

    journal: Audit
    checkpoints: int
    releases: int
    findings: tuple[Finding, ...]


def audit_all(space: Workspace, key: PublicKey, others: Sequence[Path]) -> Audited:
    """Audit the ledger against everything in storage, and against checkpoints that others have kept as files.

    Storage is read anew, past the copies of it that are kept here.
    """
    with tempfile.TemporaryDirectory(prefix="fodaftryk-audit-") as cache:
        storage = open_storage(space.settings.storage_settings, Path(cache), reading=True)
        space = replace(space, storage=storage)
        notes = published(space) | {str(file): file.read_text("utf-8", "replace") for file in others}
        known, findings = _opened(notes, key)
        journal = audit(space.ledger, known)
        recorded = releases(space.ledger)
        for record in recorded:
            findings += _check_release(space, record, known)
        findings += _unknown_releases(space, {record.version for record in recorded})
    return Audited(journal, len(notes), len(recorded), (*journal.findings, *findings))


def _opened(notes: dict[str, str], key: PublicKey) -> tuple[dict[str, Checkpoint], list[Finding]]:
    """The checkpoints whose signature holds, and what is wrong with the others."""
    known, findings = {}, []
    stated = sizes_stated(notes)
    for place, note in notes.items():
        try:
            known[place] = checkpoint = open_checkpoint(note, key)
        except BadNote as error:
            findings.append(Finding(place, str(error)))
            continue
        if stated.get(place, checkpoint.size) != checkpoint.size:
            findings.append(Finding(place, f"is the checkpoint of {checkpoint.size} entries: another was exchanged"))
    return known, findings


def _check_release(space: Workspace, record: ReleaseRecord, known: dict[str, Checkpoint]) -> Iterator[Finding]:
    """Compare a release's manifest and checkpoint in storage with what the ledger has of it."""
    folder = f"releases/{record.version}/"
    seq = min((entry.seq for entry in entries(space.ledger, f"release:{record.version}")), default=0)
    covers = known.get(folder + CHECKPOINT)
    if not space.storage.exists(folder + CHECKPOINT):
        yield Finding(folder + CHECKPOINT, "is missing; where it never was, `fodaftryk ledger checkpoint` makes it")
    elif covers is not None and covers.size <= seq:
        yield Finding(folder + CHECKPOINT, f"has {covers.size} entries and not the release's own, {seq}: exchanged")
    try:
        manifest = space.storage.local(folder + "manifest.json").read_bytes()
        if hashlib.sha256(manifest).hexdigest() != record.manifest_digest:
            yield Finding(folder + "manifest.json", "is not the manifest that the ledger recorded")
            return
        shards = read_staged(record.manifest_digest, space.storage).shards
    except (CorpusError, json.JSONDecodeError, KeyError, TypeError) as error:
        yield Finding(folder + "manifest.json", f"cannot be read: {error}")
        return
    counted = {
        Usage(
            *right,
            documents=sum(shard.rows for shard in group),
            words=sum(shard.words for shard in group),
            bytes=sum(shard.bytes for shard in group),
            shards=tuple(sorted(shard.sha256 for shard in group)),
        )
        for right, group in usages(shards).items()
    }
    if counted != {replace(usage, shards=tuple(sorted(usage.shards))) for usage in record.usages}:
        yield Finding(folder + "manifest.json", "counts other documents, words, bytes or shards than the ledger")


def _unknown_releases(space: Workspace, versions: set[str]) -> Iterator[Finding]:
    """Tell the releases in storage that the ledger has no entry of."""
    for key in space.storage.keys("releases/"):
        _, version, *rest = key.split("/")
        if rest == ["manifest.json"] and version not in versions:
            yield Finding(key, "is a release that this ledger has no entry of")
