"""Checks of what somebody has of a release: a pulled folder, a slice, or a copy of the storage. Every byte counts.

What is read may be anything: what is wrong is found, and never an exception.
"""

import json
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from corpus.checksums import BESIDE, read_checksums
from corpus.errors import PullError
from corpus.pulled import (
    CHECKSUMS,
    FORMAT,
    MANIFEST,
    RELEASE,
    SHARDS,
    Choice,
    Listed,
    Offer,
    files_of,
    hashed,
    listed,
    read_manifest,
    read_whole,
)

_KEPT = ("source", "licence", "basis", "tier")
"""What a slice has of its shard."""

Findings = list[tuple[str, str]]
"""Where something is wrong, and what."""


def check_pulled(folder: Path) -> tuple[dict[str, Any], Findings]:
    """Check a pulled folder: every byte against its checksums, those against the manifest, that against the release's.

    Returns what was counted, and what was found.
    """
    if not (folder / CHECKSUMS).is_file():
        return {}, [(CHECKSUMS, "is missing: the pull was not finished. Pull again, and it goes on")]
    try:
        stated, findings = _stated(folder / CHECKSUMS)
    except PullError as error:
        return {}, [(CHECKSUMS, str(error))]
    found = dict(zip(stated, hashed(folder, list(stated)), strict=True))
    findings += [(name, _damage(folder / name)) for name, digest in stated.items() if found[name] != digest]
    present = {path.relative_to(folder).as_posix() for path in files_of(folder)}
    findings += [(name, "was not pulled: it is not in the checksums") for name in sorted(present - stated.keys())]
    try:
        offer, choice, shards = _pulled(folder)
    except PullError as error:
        return {}, [*findings, (MANIFEST, str(error))]
    digests = {shard.path: shard.sha256 for shard in shards}
    for name in sorted(digests.keys() | {name for name in stated if name.startswith(f"{SHARDS}/")}):
        if stated.get(name) != digests.get(name):
            findings.append((name, "is another in the manifest than in the checksums: one of them was exchanged"))
    findings += _against_release(offer, choice, shards)
    counted = {"release": offer.version, "shards": len(shards), "documents": sum(shard.rows for shard in shards)}
    return counted | ({"slice": True} if choice != Choice() else {}), findings


def check_synced(folder: Path) -> tuple[dict[str, Any], Findings]:
    """Check a copy of a storage: every shard that a manifest names and no other, and the cards beside it."""
    offers: list[Offer] = []
    findings: Findings = []
    for path in sorted((folder / "releases").glob(f"*/{MANIFEST}")):
        name = path.relative_to(folder).as_posix()
        try:
            offers.append(read_manifest(read_whole(path), name))
        except PullError as error:
            findings.append((name, str(error)))
        else:
            if offers[-1].version != path.parent.name:
                findings.append((name, f"is the manifest of release {offers[-1].version}: it was exchanged"))
        release = path.parent.relative_to(folder).as_posix()
        findings += [(f"{release}/{where}", what) for where, what in check_beside(path.parent)]
    named = {shard.path: shard for offer in offers for shard in offer.shards}
    found = dict(zip(named, hashed(folder, list(named)), strict=True))
    for name, shard in named.items():
        if found[name] != shard.sha256:
            findings.append((name, _damage(folder / name, shard.bytes)))
    present = {path.relative_to(folder).as_posix() for path in (folder / SHARDS).rglob("*") if path.is_file()}
    findings += [(name, "is in no release here") for name in sorted(present - named.keys())]
    return {"releases": len(offers), "shards": len(named)}, findings


def _pulled(folder: Path) -> tuple[Offer, Choice, list[Listed]]:
    """What a pulled folder says of itself, and the release it is of. Raises PullError when that cannot be read."""
    offer = read_manifest(read_whole(folder / RELEASE / MANIFEST), f"{RELEASE}/{MANIFEST}")
    try:
        body = json.loads(read_whole(folder / MANIFEST))
        said = (body["format"], body["release"], body["release_manifest"])
        choice, shards = _choice(body["choice"]), [listed(row) for row in body["shards"]]
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        raise PullError(f"is no manifest of a pull: {error!r}") from error
    if said != (FORMAT, offer.version, offer.digest):
        raise PullError(f"is not of the release {offer.version} whose manifest lies in {RELEASE}/: it was exchanged")
    return offer, choice, shards


def _choice(body: dict[str, Any]) -> Choice:
    """A choice as a manifest has it. Raises ValueError and TypeError when it is none."""
    where, lists = body["where"], {name: tuple(value) for name, value in body.items() if name != "where"}
    if not isinstance(where, str) or not all(isinstance(text, str) for value in lists.values() for text in value):
        raise ValueError("it chooses by something else than texts")
    return Choice(**lists, where=where)


def _against_release(offer: Offer, choice: Choice, shards: Sequence[Listed]) -> Findings:
    """What of a pull's manifest does not follow from the release's: shards that are not its, or are left out."""
    wanted = {shard.sha256: shard for shard in offer.chosen(choice)}
    held = [shard.of if choice.where else shard.sha256 for shard in shards]
    findings = [(MANIFEST, "names a shard of the release twice")] if len(set(held)) < len(held) else []
    if choice.where:
        sliced = [(shard, wanted.get(shard.of)) for shard in shards]
        what = "is of no shard that the release has for this choice, or on another right than that"
        return [*findings, *((shard.path, what) for shard, of in sliced if of is None or not _is_of(shard, of))]
    findings += [
        (shard.path, "is not as the release lists it") for shard in shards if wanted.get(shard.sha256) != shard
    ]
    return findings + [(wanted[left].path, "is left out of the manifest") for left in sorted(wanted.keys() - set(held))]


def _is_of(part: Listed, shard: Listed) -> bool:
    """Whether a slice can be of a shard: of its source, on its right, and with no more rows."""
    return part == replace(part, **{name: getattr(shard, name) for name in _KEPT}) and part.rows <= shard.rows


def check_beside(folder: Path) -> Findings:
    """Check what lies beside a release's manifest against the checksums there; older releases have none."""
    if not (folder / BESIDE).exists():
        return []
    try:
        stated, findings = _stated(folder / BESIDE)
    except PullError as error:
        return [(BESIDE, str(error))]
    found = dict(zip(stated, hashed(folder, list(stated)), strict=True))
    return [*findings, *((name, _damage(folder / name)) for name in stated if found[name] != stated[name])]


def _stated(file: Path) -> tuple[dict[str, str], Findings]:
    """Digests by name; a line that is none is a finding. Raises PullError when the file is no such."""
    stated, wrong = read_checksums(read_whole(file))
    lines: Findings = [(f"{file.name}, line {number}", "is no digest of a file, or was changed") for number in wrong]
    return stated, lines


def _damage(path: Path, size: int | None = None) -> str:
    """What is wrong with a file whose digest is another than stated."""
    if not path.is_file():
        return "is missing"
    if size is not None and path.stat().st_size < size:
        return f"is cut: it has {path.stat().st_size:,} of {size:,} bytes"
    return "has other bytes than it was released with"
