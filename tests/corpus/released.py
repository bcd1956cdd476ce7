"""Small releases in a storage, made of rows that a test needs to know."""

import hashlib
import random
from collections.abc import Sequence
from datetime import date
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from corpus.releases import Manifest, publish, stage
from corpus.shards import Shard
from corpus.storage import Storage

RIGHTS = (("CC0-1.0", "open_licence", "open"), ("LicenseRef-Agreement-a", "agreement", "agreed"))
SCHEMA = pa.schema(
    [
        pa.field("id", pa.string(), nullable=False),
        pa.field("text", pa.string(), nullable=False),
        pa.field("source", pa.string(), nullable=False),
        pa.field("licence", pa.string(), nullable=False),
        pa.field("published", pa.date32()),
        pa.field("words", pa.int32(), nullable=False, metadata={"meaning": "words of the text"}),
    ]
)


def rows_of(source: str, licence: str, count: int) -> list[dict[str, object]]:
    """Documents of 1 to `count` words."""
    draw = random.Random(f"{source} {licence} {count}")
    return [
        {
            "id": hashlib.sha256(f"{source} {licence} {words}".encode()).hexdigest(),
            "text": " ".join(draw.choices(["æble", "bog", "by", "dag", "ø"], k=words)),
            "source": source,
            "licence": licence,
            "published": date(2020, 1, 1 + words % 28) if words % 3 else None,
            "words": words,
        }
        for words in range(1, count + 1)
    ]


def make_shard(storage: Storage, folder: Path, source: str, right: tuple[str, str, str], count: int) -> Shard:
    """A stored shard of `count` documents, in row groups of ten."""
    rows, path = rows_of(source, right[0], count), folder / "made.parquet"
    pq.write_table(pa.Table.from_pylist(rows, SCHEMA), path, compression="zstd", row_group_size=10)
    data = path.read_bytes()
    digest = hashlib.sha256(data).hexdigest()
    key = f"shards/{source}/{digest}.parquet"
    storage.put_once(key, path)
    path.unlink()
    return Shard(key, digest, source, *right, count, sum(range(1, count + 1)), len(data))


def release(storage: Storage, folder: Path, sources: Sequence[str] = ("avis", "blog"), **words: int | str) -> Manifest:
    """Publish a release with a shard of each source on each right; `documents` in each, as `version`."""
    count, version = int(words.get("documents", 30)), str(words.get("version", "0.1.0"))
    shards = [
        make_shard(storage, folder, source, right, count + number)
        for source in sources
        for number, right in enumerate(RIGHTS)
    ]
    manifest = Manifest(version, date(2026, 11, 24), {"policy": "p"}, tuple(shards), {}, dict.fromkeys(sources, "H"))
    stage(manifest, storage, {"README.md": b"# card\n", "ATTRIBUTION.md": b"# who\n"})
    return publish(manifest.digest, storage)
