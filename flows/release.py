"""Release: pack the selected documents, seal them, record what is owed, and show the release.

The ledger's row is the commit. A run that is killed before it leaves shards nobody lists; one that is killed after it
leaves a release that the next run shows, unchanged.
"""

import hashlib
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from pathlib import Path

from corpus.checks import Checks, Finding, check_ids_once, refuse
from corpus.errors import SealError
from corpus.fates import count_fates
from corpus.packing import Packed, Packing, pack_source
from corpus.refine import refine_digest
from corpus.releases import (
    Manifest,
    check_shards,
    check_unclaimed,
    next_version,
    publish,
    read_staged,
    stage,
    sums_of,
    usages,
)
from corpus.shards import Shard, columns_of
from corpus.tokens import Tokenizer, read_tokenizer
from flows.attesting import attest_release, publish_checkpoint
from flows.cards import files_beside
from flows.comparing import CHANGELOG, changelog_of, changes_since
from flows.progress import emit
from flows.refine import refine_settings
from flows.sweeping import record_stored
from flows.withheld import withheld_by
from flows.workspace import Workspace
from ledger.dues import publish_release
from ledger.journal import PROGRAM, Stamp
from ledger.licences import normalise_licence
from ledger.records import ReleaseRecord, Usage
from ledger.releases import record_release, releases
from ledger.sources import source as find_source
from ledger.withdrawals import exclusions, withdrawing_waits

MANIFEST = "manifest.json"


@dataclass(frozen=True, slots=True)
class Draft:
    """What is to be sealed: the selection's key, the shards packed of it, and the release that was newest before.

    `exclusions` is the digest of what was kept out when it was selected; empty, and nobody asks.
    `findings` are what was found wrong while they were packed.
    """

    selection: str
    shards: Sequence[Shard]
    after: str
    exclusions: str = ""
    findings: Sequence[Finding] = ()


@dataclass(frozen=True, slots=True)
class Sealed:
    """The release a run ended with (empty when there is nothing to release), and whether this run sealed it."""

    version: str
    new: bool


def pack(space: Workspace, selection: str, source: str, documents: Sequence[str]) -> Packed:
    """Pack one source's released documents into stored shards, and look at them."""
    local, how = space.storage.local, space.settings.release
    with withheld_by(space, exclusions(space.ledger)) as withheld, space.scratch() as scratch:
        packing = Packing(
            source,
            find_source(space.ledger, source).holder,
            replace(checks_of(space), barred=withheld.places if withheld else None),
            _tokenizer(space),
            how.threads,
            scratch.parent,
        )
        packed = pack_source(local(selection), packing, [local(key) for key in documents], space.storage)
    emit("packed", source, shards=len(packed.shards), documents=sum(shard.rows for shard in packed.shards))
    return packed


def checks_of(space: Workspace) -> Checks:
    """How rows are looked at before they are sealed, and after."""
    return Checks(space.settings.release.checks, is_licence=lambda licence: bool(normalise_licence(licence)))


def seal(space: Workspace, draft: Draft, now: datetime) -> Sealed:
    """Seal a release of the draft's shards, unless the newest release holds just them.

    Raises SealError when shards and selection do not agree, when another run sealed a release since this one began,
    or when the storage holds a release the ledger does not know; and the ledger's errors when it refuses the record.
    """
    latest = latest_manifest(space, now)
    before, fates = latest.version if latest else "", count_fates(space.storage.local(draft.selection))
    if before != draft.after:
        raise SealError(f"another run sealed release {before} meanwhile. Run again, and what stands now is compared.")
    manifest = _drafted(space, draft, _funnel(fates), now.date())
    if latest is None and not draft.shards:
        return Sealed("", new=False)
    if latest is not None and latest.content_digest == manifest.content_digest:
        _show(space, latest, now, draft.exclusions)
        return Sealed(latest.version, new=False)
    moved = changes_since(space, latest, manifest, draft.selection)
    manifest = replace(manifest, version=next_version(latest, manifest, moved))
    refuse([*draft.findings, *check_shards(manifest, fates), *check_ids_once(manifest.shards, space.storage)])
    check_unclaimed(manifest, space.storage)
    publish_checkpoint(space)  # a journal that lost something is found before a release is recorded in it
    beside = files_beside(space, manifest, draft.selection)
    beside |= {CHANGELOG: changelog_of(space, latest, manifest, moved)}
    record = replace(record_of(manifest, manifest.digest), after=before, beside=digest_beside(beside))

    def commit(sweeps: int) -> bool:
        stage(manifest, space.storage, beside)
        return record_release(space.ledger, replace(record, sweeps=sweeps), now, exclusions=draft.exclusions)

    record_stored(space, manifest.shards, commit)
    _show(space, manifest, now)
    emit("sealed", release=manifest.version, documents=sum(shard.rows for shard in draft.shards))
    return Sealed(manifest.version, new=True)


def _show(space: Workspace, manifest: Manifest, now: datetime, known: str = "") -> None:
    """Show a release. Raises SealError where it may not be."""
    if not show_release(space, manifest.version, manifest.digest, now, known):
        raise SealError(
            f"texts were withdrawn while release {manifest.version} was sealed: it is not shown. Run again."
        )


def _drafted(space: Workspace, draft: Draft, funnel: Mapping[str, Mapping[str, int]], as_of: date) -> Manifest:
    """The manifest of what is to be sealed, without a version yet."""
    tokenizer, set_up = _tokenizer(space), space.settings
    return Manifest(
        version="",
        as_of=as_of,
        parameters={
            "policy": space.policy.digest,
            "dedup": set_up.dedup.digest,
            "refine": refine_digest(refine_settings(set_up.refine, set_up.dedup)),  # profiles are in their documents
            **({"tokenizer": f"{tokenizer.name} sha256:{tokenizer.digest}"} if tokenizer else {}),
        },
        shards=tuple(sorted(draft.shards, key=lambda shard: shard.path)),
        funnel=funnel,
        rights_holders=_holders(space, draft.shards),
        columns=columns_of(tokenizer),
    )


def latest_manifest(space: Workspace, now: datetime) -> Manifest | None:
    """The newest release the ledger knows, shown if a killed run left it unshown.

    It stays unshown where something was withdrawn since it was recorded: the next one takes its place.
    """
    recorded = releases(space.ledger)
    if not recorded:
        return None
    show_release(space, recorded[-1].version, recorded[-1].manifest_digest, now)
    return read_staged(recorded[-1].manifest_digest, space.storage)


def show_release(space: Workspace, version: str, digest: str, now: datetime, known: str = "") -> bool:
    """Show a recorded release, with the ledger's own word for it beside the manifest, and owe what it made due.

    Tells whether it is shown: what was recorded before something was withdrawn is shown no more, unless it came out
    the same under the exclusions that stand now (`known` is their digest).
    """
    if not space.storage.exists(f"releases/{version}/{MANIFEST}"):
        attest_release(space, version)
        with withdrawing_waits(space.ledger, version, known) as may_be_shown:
            if not may_be_shown:
                return False
            publish(digest, space.storage)
    publish_release(space.ledger, version, Stamp(PROGRAM, now))
    return True


def _tokenizer(space: Workspace) -> Tokenizer | None:
    how = space.settings.release
    return read_tokenizer(Path(how.tokenizer), how.tokenizer_name) if how.tokenizer else None


def _funnel(fates: Mapping[str, Counter[tuple[str, str]]]) -> dict[str, dict[str, int]]:
    """Documents per source, by fate."""
    funnel: dict[str, dict[str, int]] = {}
    for source, counts in sorted(fates.items()):
        totals: Counter[str] = Counter()
        for (fate, _), count in counts.items():
            totals[fate] += count
        funnel[source] = dict(sorted(totals.items()))
    return funnel


def _holders(space: Workspace, shards: Sequence[Shard]) -> dict[str, str]:
    return {name: find_source(space.ledger, name).holder for name in sorted({shard.source for shard in shards})}


def digest_beside(beside: Mapping[str, bytes]) -> str:
    """What the ledger vouches for of what lies beside a manifest: hex SHA-256 of its checksums."""
    return hashlib.sha256(sums_of(beside)).hexdigest()


def record_of(manifest: Manifest, digest: str) -> ReleaseRecord:
    """What the ledger is told: usage per source and right, from which it accrues what is owed."""
    counted = tuple(
        Usage(
            source=source,
            basis=basis,
            tier=tier,
            licence=licence,
            documents=sum(shard.rows for shard in shards),
            words=sum(shard.words for shard in shards),
            bytes=sum(shard.bytes for shard in shards),
            shards=tuple(shard.sha256 for shard in shards),
        )
        for (source, basis, tier, licence), shards in usages(manifest.shards).items()
    )
    return ReleaseRecord(manifest.version, digest, manifest.parameters["policy"], manifest.as_of, counted)
