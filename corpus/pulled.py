"""A pulled release, or a slice of one, as it lies in somebody's folder; and a synced one: are they what was released?

    manifest.json         what was pulled of which release: the choice, each shard's digest and where it is from
    shards/<source>/…     Parquet, nothing else
    release/              what lies beside the release's own manifest in storage, and that manifest, byte for byte
    README.md             how to load it; `datasets.load_dataset(folder)` reads its front matter
    receipt.json          who pulled it, where that was asked for
    checksums.sha256      of all of these; `sha256sum -c` reads it

Shards that were taken whole are held against the release's manifest, which the ledger's proof names. A slice's rows
were written here: that they are the release's is only as sure as this folder. `pulled_checks` finds what is damaged.
"""

import hashlib
import json
import re
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from corpus.checksums import checksums_of, digest_of
from corpus.errors import PullError
from corpus.storage import on_disk, publish, unfinished

FORMAT = "fodaftryk-pull/1"
MANIFEST, CHECKSUMS, RECEIPT, README, RELEASE, SHARDS, WORK = (
    "manifest.json", "checksums.sha256", "receipt.json", "README.md", "release", "shards", ".pull",
)  # fmt: skip

MANIFEST_BYTES_MAX = 1_000_000_000
"""Largest manifest that is read: a shard takes 400 bytes of it."""

HASHED_AT_ONCE = 4
"""Files that are hashed together: a disk gives no more."""

_SHARD = re.compile(r"shards/([a-z0-9][a-z0-9_.-]{0,199})/([0-9a-f]{64})\.parquet")


@dataclass(frozen=True, slots=True)
class Listed:
    """A shard as a manifest lists it; `of` is the digest of the release's shard it was sliced from, else empty."""

    path: str
    sha256: str
    source: str
    licence: str
    basis: str
    tier: str
    rows: int
    words: int
    bytes: int
    of: str = ""


@dataclass(frozen=True, slots=True)
class Choice:
    """What is wanted of a release: of each empty list all, and of their shards the rows that a filter keeps."""

    tier: tuple[str, ...] = ()
    licence: tuple[str, ...] = ()
    source: tuple[str, ...] = ()
    basis: tuple[str, ...] = ()
    where: str = ""

    def takes(self, shard: Listed) -> bool:
        """Whether a shard is wanted, whole or in part."""
        return all(
            not wanted or value in wanted
            for wanted, value in (
                (self.tier, shard.tier),
                (self.licence, shard.licence),
                (self.source, shard.source),
                (self.basis, shard.basis),
            )
        )

    def to_dict(self) -> dict[str, Any]:
        """The choice as JSON has it."""
        return {name: list(value) if isinstance(value, tuple) else value for name, value in asdict(self).items()}


@dataclass(frozen=True, slots=True)
class Offer:
    """A release as its manifest has it: the version, the manifest's bytes, its shards, the Arrow type of each column.

    Manifests that older programs wrote tell of no columns.
    """

    version: str
    manifest: bytes
    shards: tuple[Listed, ...]
    columns: Mapping[str, str] = field(default_factory=dict)

    @property
    def digest(self) -> str:
        """Hex SHA-256 of the manifest."""
        return hashlib.sha256(self.manifest).hexdigest()

    def chosen(self, choice: Choice) -> list[Listed]:
        """The shards that a choice takes."""
        return [shard for shard in self.shards if choice.takes(shard)]


def read_manifest(data: bytes, name: str) -> Offer:
    """Read a release's manifest, whoever wrote it. Raises PullError when it is none."""
    try:
        body = json.loads(data)
        version, shards = body["version"], tuple(listed(row) for row in body["shards"])
        columns = {str(name): str(kind) for name, kind in body.get("columns", {}).items()}
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        raise PullError(f"{name} is no release's manifest that can be read here: {error!r}.") from error
    if not isinstance(version, str) or len({shard.path for shard in shards}) < len(shards):
        raise PullError(f"{name} is no release's manifest: it has no version, or names a shard twice.")
    return Offer(version, data, shards, columns)


def listed(row: Mapping[str, Any]) -> Listed:
    """One shard; what newer programs say of it besides is left. Raises ValueError when it is not of the form."""
    fields = {name: row[name] for name in Listed.__dataclass_fields__ if name in row}
    shard, path = Listed(**fields), _SHARD.fullmatch(str(row["path"]))
    texts = (shard.source, shard.licence, shard.basis, shard.tier, shard.of)
    counts = (shard.rows, shard.words, shard.bytes)
    if path is None or path.groups() != (shard.source, shard.sha256):
        raise ValueError(f"a shard cannot lie at {str(row['path'])[:300]!r}")
    if not all(isinstance(text, str) for text in texts) or not all(type(n) is int and n >= 0 for n in counts):
        raise ValueError(f"{shard.path} is not told as a shard is")
    return shard


def manifest_of(offer: Offer, choice: Choice, shards: Sequence[Listed]) -> bytes:
    """Write the manifest of what was pulled; `of` is left out where shards are the release's own."""
    rows = [asdict(shard) if shard.of else _without_of(shard) for shard in sorted(shards, key=lambda each: each.path)]
    body = {
        "format": FORMAT,
        "release": offer.version,
        "release_manifest": offer.digest,
        "choice": choice.to_dict(),
        "slice": choice != Choice(),
        "totals": {name: sum(getattr(shard, name) for shard in shards) for name in ("rows", "words", "bytes")},
        "shards": rows,
    }
    return (json.dumps(body, ensure_ascii=False, sort_keys=True, indent=1) + "\n").encode()


def _without_of(shard: Listed) -> dict[str, Any]:
    return {name: value for name, value in asdict(shard).items() if name != "of"}


def readme_of(offer: Offer, choice: Choice, shards: Sequence[Listed]) -> bytes:
    """Write how to load what was pulled: one configuration for everything and one for each source."""
    shards = sorted(shards, key=lambda each: each.path)
    sources = sorted({shard.source for shard in shards})
    configs = [("default", shards)] + [(name, [each for each in shards if each.source == name]) for name in sources]
    lines = ["---", "configs:" if shards else "configs: []"]
    for name, members in configs if shards else []:
        lines += [f"- config_name: {json.dumps(name)}", "  data_files:", "  - split: train", "    path:"]
        lines += [f"    - {json.dumps(shard.path)}" for shard in members]
    what = "a slice of release" if choice != Choice() else "release"
    lines += ["---", "", f"# Fodaftryk: {what} {offer.version}", ""]
    lines += [
        "`manifest.json` says what was chosen and from which shards; `release/` is what the release says of itself,"
    ]
    lines += ["its licences and attributions among it. `fodaftryk verify .` finds whatever is damaged.", ""]
    return "\n".join(lines).encode()


def write_checksums(folder: Path, names: Sequence[str]) -> None:
    """Write the digests of all that was pulled, last of all: without it a pull is not finished."""
    write_whole(folder / CHECKSUMS, checksums_of(dict(zip(names, hashed(folder, names), strict=True))))


def write_whole(path: Path, data: bytes) -> None:
    """Write a file so that it is there whole or not at all."""
    with unfinished(path, how="") as temporary:
        temporary.write_bytes(data)
        publish(temporary, path)


def files_of(folder: Path) -> Iterator[Path]:
    """The files of a pull: those at its top that are of the format, and all below `release` and `shards`."""
    for name in (MANIFEST, README, RECEIPT):
        if (folder / name).is_file():
            yield folder / name
    for name in (RELEASE, SHARDS):
        yield from (path for path in sorted((folder / name).rglob("*")) if path.is_file() or path.is_symlink())


def hashed(folder: Path, names: Sequence[str]) -> list[str]:
    """The digests of files below a folder, in the order of their names."""
    with on_disk(folder, how=""), ThreadPoolExecutor(HASHED_AT_ONCE) as pool:
        return list(pool.map(lambda name: digest_of(folder / name), names))


def read_whole(path: Path) -> bytes:
    """Read a file that is there and not too large. Raises PullError for others."""
    if not path.is_file():
        raise PullError(f"{path.name} is missing")
    if path.stat().st_size > MANIFEST_BYTES_MAX:
        raise PullError(f"{path.name} is larger than the {MANIFEST_BYTES_MAX:,} bytes that are read")
    return path.read_bytes()
