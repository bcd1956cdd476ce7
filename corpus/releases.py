"""Releases: a small manifest that names shards, put last, and what is written beside it for people and tools.

The same shards made with the same parameters are the same release, whatever the day. Sealing takes three steps, and a
run that is killed between them goes on at the next: `stage` stores all of it under the manifest's digest, the caller
commits that digest in the ledger, `publish` shows it.
"""

import hashlib
import json
import re
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from datetime import date
from types import MappingProxyType

from corpus.changes import Change
from corpus.checks import Finding
from corpus.checksums import BESIDE, checksums_of
from corpus.errors import SealError
from corpus.shards import Shard
from corpus.storage import Storage

FORMAT = "fodaftryk-release/1"
_VERSION = re.compile(r"(\d+)\.(\d+)\.(\d+)")


@dataclass(frozen=True, slots=True)
class Manifest:
    """What a release is made of. `parameters` are digests of everything that shaped it: policy, refinement, dedup.

    `funnel` counts documents per source and fate, `rights_holders` names the holder of each source, `columns` says the
    Arrow type of each column of the shards.
    """

    version: str
    as_of: date
    parameters: Mapping[str, str]
    shards: tuple[Shard, ...]
    funnel: Mapping[str, Mapping[str, int]]
    rights_holders: Mapping[str, str]
    columns: Mapping[str, str] = field(default_factory=dict)

    @property
    def content_digest(self) -> str:
        """Digest of what a reader gets: the shards and the parameters, without version, day and funnel."""
        content = {"parameters": dict(self.parameters), "shards": [asdict(shard) for shard in self.shards]}
        return hashlib.sha256(_canonical(content)).hexdigest()

    def to_json(self) -> bytes:
        """Canonical JSON: sorted keys, one trailing newline; byte-identical for equal manifests."""
        totals = {name: sum(getattr(shard, name) for shard in self.shards) for name in ("rows", "words", "bytes")}
        body = {
            "format": FORMAT,
            "version": self.version,
            "as_of": self.as_of.isoformat(),
            "content": self.content_digest,
            "parameters": dict(self.parameters),
            "totals": totals,
            "shards": [asdict(shard) for shard in self.shards],
            "funnel": {source: dict(counts) for source, counts in self.funnel.items()},
            "rights_holders": dict(self.rights_holders),
        }
        return _canonical(body | ({"columns": dict(self.columns)} if self.columns else {}))

    @property
    def digest(self) -> str:
        """Hex SHA-256 of the manifest's bytes."""
        return hashlib.sha256(self.to_json()).hexdigest()


def _canonical(value: object) -> bytes:
    return (json.dumps(value, ensure_ascii=False, sort_keys=True, indent=1) + "\n").encode()


NOTHING_BESIDE: Mapping[str, bytes] = MappingProxyType({})


def stage(manifest: Manifest, storage: Storage, beside: Mapping[str, bytes] = NOTHING_BESIDE) -> str:
    """Store the manifest and the files beside it, by name, not yet visible as a release; returns its digest.

    Beside it come the checksums of those files, so that whoever has a copy finds damage in them.
    """
    for name, data in {**beside, BESIDE: sums_of(beside)}.items():
        storage.put_bytes(_beside(manifest.digest) + name, data)
    storage.put_bytes(_staged(manifest.digest), manifest.to_json())
    return manifest.digest


def sums_of(beside: Mapping[str, bytes]) -> bytes:
    """The checksums of what lies beside a manifest."""
    return checksums_of({name: hashlib.sha256(data).hexdigest() for name, data in beside.items()})


def publish(digest: str, storage: Storage) -> Manifest:
    """Show a staged release: what lies beside it, then the manifest, which makes it visible. Again it changes nothing.

    Raises StorageError when the version already holds something else.
    """
    manifest = read_staged(digest, storage)
    staged = [(key.removeprefix(_beside(digest)), key) for key in storage.keys(_beside(digest))]
    for name, key in [*staged, ("manifest.json", _staged(digest))]:
        storage.put_bytes(f"releases/{manifest.version}/{name}", storage.local(key).read_bytes(), only_new=True)
    return manifest


def read_staged(digest: str, storage: Storage) -> Manifest:
    """Read a manifest by its digest. Raises StorageError when it is missing."""
    body = json.loads(storage.local(_staged(digest)).read_bytes())
    return Manifest(
        version=body["version"],
        as_of=date.fromisoformat(body["as_of"]),
        parameters=body["parameters"],
        shards=tuple(Shard(**shard) for shard in body["shards"]),
        funnel=body["funnel"],
        rights_holders=body["rights_holders"],
        columns=body.get("columns", {}),  # releases sealed by older programs do not say
    )


def next_version(latest: Manifest | None, manifest: Manifest, changed: Sequence[Change]) -> str:
    """The version of what comes after `latest` and differs from it so.

    A column that is gone, or of another type, makes a major version: programs that read it break. Documents that only
    went out make a patch, which everybody should take in place of the one before. All else is a minor version.
    """
    if latest is None:
        return "0.1.0"
    major, minor, _ = _numbers(latest.version)
    if any(manifest.columns.get(name) != kind for name, kind in latest.columns.items()):
        return f"{major + 1}.0.0"
    if changed and all(change.side == "out" for change in changed) and manifest.columns == latest.columns:
        return patch_version(latest.version)
    return f"{major}.{minor + 1}.0"


def patch_version(version: str) -> str:
    """The version of a release without some documents of another. Raises SealError when that has no such version."""
    major, minor, patch = _numbers(version)
    return f"{major}.{minor}.{patch + 1}"


def _numbers(version: str) -> tuple[int, int, int]:
    match = _VERSION.fullmatch(version)
    if match is None:
        raise SealError(f"the latest release is called {version!r}, which is not a version such as 0.2.0")
    return int(match[1]), int(match[2]), int(match[3])


def check_shards(manifest: Manifest, selected: Mapping[str, Counter[tuple[str, str]]]) -> list[Finding]:
    """What does not add up: the rows of each source's shards must be the documents selected for release."""
    rows: dict[str, int] = defaultdict(int)
    for shard in manifest.shards:
        rows[shard.source] += shard.rows
    chosen = {source: selected.get(source, Counter())["released", ""] for source in rows.keys() | selected.keys()}
    return [
        Finding("selected", source, f"{chosen[source]} documents were selected and {rows[source]} packed")
        for source in sorted(chosen)
        if rows[source] != chosen[source]
    ]


def check_unclaimed(manifest: Manifest, storage: Storage) -> None:
    """Refuse a version under which the storage shows another release. Raises SealError."""
    key = f"releases/{manifest.version}/manifest.json"
    if storage.exists(key) and storage.local(key).read_bytes() != manifest.to_json():
        raise SealError(
            f"{storage.uri(key)} is another release, which this ledger does not know. "
            "Use the ledger that sealed it (FODAFTRYK_LEDGER__URL), or other storage (FODAFTRYK_STORAGE__URL)."
        )


def usages(shards: Sequence[Shard]) -> dict[tuple[str, str, str, str], list[Shard]]:
    """Shards by (source, basis, tier, licence): what the ledger counts and accrues by."""
    groups: dict[tuple[str, str, str, str], list[Shard]] = defaultdict(list)
    for shard in shards:
        groups[shard.source, shard.basis, shard.tier, shard.licence].append(shard)
    return dict(sorted(groups.items()))


def _staged(digest: str) -> str:
    return f"manifests/{digest}.json"


def _beside(digest: str) -> str:
    """Where what lies beside a manifest waits to be shown."""
    return f"manifests/{digest}/"
