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


def store_table(storage: Storage, folder: Path, table: pa.Table, right: tuple[str, str, str]) -> Shard:
    """A stored shard of rows, in row groups of ten or, of many, a thousand."""
    path = folder / "made.parquet"
    pq.write_table(table, path, compression="zstd", row_group_size=10 if len(table) < 1000 else 1000)
    data, source = path.read_bytes(), table["source"][0].as_py()
    digest = hashlib.sha256(data).hexdigest()
    key = f"shards/{source}/{digest}.parquet"
    storage.put_once(key, path)
    path.unlink()
    return Shard(key, digest, source, *right, len(table), sum(table["words"].to_pylist()), len(data))


def publish_shards(storage: Storage, version: str, shards: Sequence[Shard]) -> Manifest:
    """Publish a release of stored shards."""
    holders = {shard.source: "H" for shard in shards}
    kinds = {item.name: str(item.type) for item in SCHEMA}
    manifest = Manifest(version, date(2026, 11, 24), {"policy": "p"}, tuple(shards), {}, holders, kinds)
    stage(manifest, storage, {"README.md": b"# card\n", "ATTRIBUTION.md": b"# who\n"})
    return publish(manifest.digest, storage)


def release(storage: Storage, folder: Path, sources: Sequence[str] = ("avis", "blog"), **words: int | str) -> Manifest:
    """Publish a release with a shard of each source on each right; `documents` in each, as `version`."""
    count, version = int(words.get("documents", 30)), str(words.get("version", "0.1.0"))
    tables = [
        (pa.Table.from_pylist(rows_of(source, right[0], count + number), SCHEMA), right)
        for source in sources
        for number, right in enumerate(RIGHTS)
    ]
    shards = [store_table(storage, folder, table, right) for table, right in tables]
    return publish_shards(storage, version, shards)
