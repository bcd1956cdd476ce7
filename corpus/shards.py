"""Shards: the released documents as content-addressed Parquet, one source and one licence basis each.

The same selection gives the same shards, byte for byte: rows are sorted by id, the schema is fixed, and nothing of
the time or the machine is written. A release that changes little therefore shares most shards with the one before.
"""

import hashlib
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from corpus.documents import SCHEMA, ZSTD_LEVEL, read_documents
from corpus.fates import Fate
from corpus.storage import Storage

SHARD_CHARS_MAX = 128 * 2**20
"""Most characters in a shard: about 130 MB of Danish in memory while it is packed, 40 MB on disk."""

ROW_GROUP_ROWS = 10_000
"""Rows in a row group: about 20 MB of text, which readers such as DuckDB and `datasets` stream well."""

_FROM_DOCUMENTS = (
    "id", "text", "source", "url", "title", "author", "published", "fetched", "payload_digest", "text_digest",
    "language", "language_score", "da_share", "words", "chars",
)  # fmt: skip
_ADDED = {
    "licence": "the licence or ground the text is used on, an SPDX expression",
    "basis": "agreement, open_licence, official_document or tdm",
    "tier": "open, agreed or tdm",
    "rights_holder": "who holds the rights, as the catalogue names them",
}
SHARD_SCHEMA = pa.schema(
    [SCHEMA.field(name) for name in _FROM_DOCUMENTS]
    + [pa.field(name, pa.string(), nullable=False, metadata={"meaning": text}) for name, text in _ADDED.items()]
    + [pa.field("cluster_size", pa.int64(), nullable=False, metadata={"meaning": "documents in its cluster of copies"})]
)
"""The columns of a shard; metadata of each says its meaning."""


@dataclass(frozen=True, slots=True)
class Shard:
    """One shard as the manifest lists it; `sha256` is the hex digest of its bytes."""

    path: str
    sha256: str
    source: str
    licence: str
    basis: str
    tier: str
    rows: int
    words: int
    bytes: int


@dataclass(frozen=True, slots=True)
class Packing:
    """Whose documents are packed: the source, and the rights holder every row names."""

    source: str
    rights_holder: str


def pack_source(selection: Path, packing: Packing, documents: Sequence[Path], storage: Storage) -> list[Shard]:
    """Pack one source's released documents and store the shards; returns them sorted by path.

    `selection` holds all sources, `documents` are this source's own files. Memory is one shard's text.
    """
    keys = ["licence", "basis", "tier"]
    released = pq.read_table(
        selection,
        columns=["id", "chars", "cluster_size", *keys],
        filters=(pc.field("fate") == Fate.RELEASED.value) & (pc.field("source") == packing.source),
    )
    shards = []
    for right in released.group_by(keys).aggregate([]).to_pylist():
        alike = [pc.equal(released[key], right[key]) for key in keys]
        group = released.filter(pc.and_(pc.and_(alike[0], alike[1]), alike[2]))
        for part in _partitions(group):
            table = _rows(part, documents, packing.rights_holder)
            shards.append(_store(table, storage))
    return sorted(shards, key=lambda shard: shard.path)


def _partitions(group: pa.Table) -> Iterator[pa.Table]:
    """Split by the first bits of the id, so finely that no part has more characters than a shard may."""
    parts = 1
    while (pc.sum(group["chars"]).as_py() or 0) / parts > SHARD_CHARS_MAX:
        parts *= 2
    places = [int(document[:8], 16) * parts >> 32 for document in group["id"].to_pylist()]
    for place in range(parts):
        part = group.filter(pc.equal(pa.array(places), place))
        if len(part):
            yield part


def _rows(part: pa.Table, documents: Sequence[Path], rights_holder: str) -> pa.Table:
    """The part's documents in full, sorted by id."""
    found = [
        pa.Table.from_batches([batch]).filter(pc.is_in(batch["id"], part["id"].combine_chunks()))
        for path in documents
        for batch in read_documents(path, _FROM_DOCUMENTS)
    ]
    table = pa.concat_tables(found).join(part.drop_columns("chars"), "id").sort_by("id")
    if len(table) != len(part):
        raise AssertionError(f"{len(part)} documents were selected and {len(table)} found")
    table = table.append_column("rights_holder", pa.array([rights_holder] * len(table), pa.string()))
    return table.select(SHARD_SCHEMA.names).cast(SHARD_SCHEMA)


def _store(table: pa.Table, storage: Storage) -> Shard:
    """Write to local disk, hash, then store whole under the digest."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "shard.parquet"
        pq.write_table(
            table,
            path,
            compression="zstd",
            compression_level=ZSTD_LEVEL,
            row_group_size=ROW_GROUP_ROWS,
            write_page_index=True,
        )
        with path.open("rb") as file:
            digest = hashlib.file_digest(file, "sha256").hexdigest()
        size = path.stat().st_size
        first = {name: table[name][0].as_py() for name in ("source", "licence", "basis", "tier")}
        key = f"shards/{first['source']}/{digest}.parquet"
        if not storage.exists(key):
            storage.put(key, path)
    words = pc.sum(table["words"]).as_py()
    return Shard(path=key, sha256=digest, rows=len(table), words=words, bytes=size, **first)
