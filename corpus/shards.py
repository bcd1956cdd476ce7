"""Shards: the released documents as content-addressed Parquet, one source and one licence basis each.

The same rows give the same shard, byte for byte: they are sorted by id, the schema is fixed, and nothing of the time or
the machine is written. A release that changes little therefore shares most shards with the one before.
"""

import hashlib
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass, fields
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from corpus.document_files import SCHEMA, ZSTD_LEVEL
from corpus.fates import ELSEWHERE
from corpus.measures import Measures
from corpus.storage import Storage
from corpus.tokens import Tokenizer

SHARD_FORMAT = "fodaftryk-shard/2"
"""Stands in the schema's metadata."""

SHARD_CHARS_MAX = 128 * 2**20
"""Most characters in a shard: about 130 MB of Danish in memory while it is packed, 40 MB on disk."""

ROW_GROUP_ROWS = 10_000
ROW_GROUP_BYTES = 32 * 2**20
"""A row group ends with its ten thousandth row or 32 MB of text: readers such as DuckDB and `datasets` stream those."""

FROM_DOCUMENTS = (
    "id", "text", "source", "url", "title", "author", "published", "fetched", "warc", "warc_offset", "payload_digest",
    "text_digest", "language", "language_score", "da_share", "profile", "chars",
    *(item.name for item in fields(Measures)),
)  # fmt: skip
"""Columns as the documents have them."""

RIGHT = ("licence", "basis", "tier")
"""What the rows of a shard have in common beside their source."""

_REPEATING = (
    "source", "author", "warc", "language", "profile", "licence", "basis", "tier", "rights_holder", "decision", "rule",
    "evidence_digest",
)  # fmt: skip
"""Columns whose values are worth a dictionary."""

_WITHOUT_BOUNDS = frozenset({"text", "elsewhere"})
"""Columns of which no least and greatest value is kept: nobody looks a text up by them."""


def _field(name: str, arrow: pa.DataType, meaning: str, unit: str = "") -> pa.Field:
    return pa.field(name, arrow, nullable=False, metadata={"meaning": meaning, "unit": unit})


_ADDED = (
    _field("bytes", pa.int64(), "length of text as UTF-8", "bytes"),
    _field("licence", pa.string(), "the licence or ground the text is used on", "SPDX expression"),
    _field("basis", pa.string(), "agreement, open_licence, official_document, contribution or tdm"),
    _field("tier", pa.string(), "open, agreed or tdm"),
    _field("rights_holder", pa.string(), "who holds the rights, as the catalogue names them"),
    _field("decision", pa.string(), "what was decided about it: include"),
    _field("rule", pa.string(), "the rule of the policy that decided"),
    _field("evidence_digest", pa.string(), "digest of the places the decision rests on, one a line", "sha256:hex"),
    _field("cluster", pa.string(), "the smallest id among its near-copies and itself", "hex SHA-256"),
    _field("cluster_size", pa.int64(), "documents in its cluster of copies, itself included", "count"),
    _field("elsewhere", ELSEWHERE, "source and address of its near-copies that were left out, 20 at most"),
)
_TOKENS = _field("tokens", pa.int64(), "length of text in tokens of the tokenizer the schema names", "tokens")


def shard_schema(tokenizer: Tokenizer | None = None) -> pa.Schema:
    """The columns of a shard; metadata of each says its meaning and unit. There are `tokens` when a tokenizer counts.

    The schema's own metadata name its format, and the tokenizer with its file's digest.
    """
    told = {"fodaftryk.format": SHARD_FORMAT}
    if tokenizer is not None:
        told |= {"fodaftryk.tokenizer": tokenizer.name, "fodaftryk.tokenizer_digest": tokenizer.digest}
    counted = (_TOKENS,) if tokenizer is not None else ()
    return pa.schema([*map(SCHEMA.field, FROM_DOCUMENTS), *_ADDED, *counted], metadata=told)


def columns_of(tokenizer: Tokenizer | None = None) -> dict[str, str]:
    """The Arrow type of each column, by name, as a manifest says it."""
    return {item.name: str(item.type) for item in shard_schema(tokenizer)}


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


def open_shard(path: Path, schema: pa.Schema) -> pq.ParquetWriter:
    """Open a file to write a shard's row groups to, in the one way that shards are written."""
    bounded = [name for name in schema.names if name not in _WITHOUT_BOUNDS]
    return pq.ParquetWriter(
        path,
        schema,
        compression="zstd",
        compression_level=ZSTD_LEVEL,
        use_dictionary=list(_REPEATING),
        write_statistics=bounded,
        write_page_index=True,
    )


def write_shard(table: pa.Table, path: Path) -> None:
    """Write rows, sorted by id and in a schema of `shard_schema`, as a shard's bytes."""
    with open_shard(path, table.schema) as writer:
        for group in row_groups(table):
            writer.write_table(group, row_group_size=len(group))


def store_shard(table: pa.Table, storage: Storage, work: Path | None = None) -> Shard:
    """Write to local disk, below `work` or where the system has such files, hash, then store whole under the digest."""
    with tempfile.TemporaryDirectory(dir=work) as folder:
        path = Path(folder) / "shard.parquet"
        write_shard(table, path)
        with path.open("rb") as file:
            digest = hashlib.file_digest(file, "sha256").hexdigest()
        size = path.stat().st_size
        first = {name: table[name][0].as_py() for name in ("source", *RIGHT)}
        key = f"shards/{first['source']}/{digest}.parquet"
        storage.put_once(key, path)
    words = pc.sum(table["words"]).as_py()
    return Shard(path=key, sha256=digest, rows=len(table), words=words, bytes=size, **first)


def row_groups(table: pa.Table) -> Iterator[pa.Table]:
    """Cut rows into groups by their number and the bytes of their texts."""
    ends = pc.cumulative_sum(table["bytes"]).to_numpy()
    start = 0
    while start < len(table):
        before = int(ends[start - 1]) if start else 0
        fitting = int(ends.searchsorted(before + ROW_GROUP_BYTES, side="right"))
        end = min(max(fitting, start + 1), start + ROW_GROUP_ROWS)
        yield table.slice(start, end - start)
        start = end
