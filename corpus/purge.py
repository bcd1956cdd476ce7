"""Purge: withdrawn texts taken out of files at rest. What remains is that there was something, and its digest.

Mark is for quality, purge is for rights. Each function writes a new file beside the old one, which takes its place
whole: a documents file keeps a row for each text, without it; a WARC file of pages keeps a record that says so, filled
up to the size of the old one, so that all others lie where documents say; a shard is written again without the rows.
What is not touched goes over as it is. Purging twice changes nothing.
"""

import gzip
import hashlib
import io
import zlib
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any, BinaryIO

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from corpus.captures import Withdrawn, digest_of, withdrawn_record
from corpus.document_files import SCHEMA, purged_of, read_documents, signed_how, write_documents
from corpus.documents import Reason
from corpus.measures import Measures
from corpus.records import Record, RecordError, records
from corpus.shards import ROW_GROUP_ROWS, Shard, open_shard

PIECE_BYTES = 1 << 16
"""Bytes read of a WARC file at a time."""

RECORD_BYTES_MAX = 1 << 30
"""Bytes of one record that are held while it is looked at; a crawl's own limit on a page is far below it."""

_EMPTIED = ("text", "title", "author", "site_name", "detail")
_MACHINERY = ("javascript", "ecmascript", "css", "font", "image/", "wasm")
"""Types of what a page was made of that carry none of its text."""


@dataclass(frozen=True, slots=True)
class Gone:
    """What is to be purged of a source's captures: payload digests by address."""

    payloads: Mapping[str, Collection[str]]


def purge_documents(path: Path, out: Path, ids: Collection[str]) -> int:
    """Write a documents file without what is told of some documents; returns how many were not purged before.

    Their rows stay, with the reason `withdrawn`, so that counts add up, and so does the digest of the text.
    """
    wanted, gone = pa.array(sorted(ids), pa.string()), list[str]()
    for batch in read_documents(path, ["id", "reason"]):
        found = batch.filter(pc.and_(pc.is_in(batch["id"], wanted), pc.invert(_is_purged(batch))))
        gone += found["id"].to_pylist()
    if not gone:
        return 0
    told = hashlib.sha256("\n".join([purged_of(path), *gone]).encode()).hexdigest()
    with write_documents(out, signed_how(path) or "", told) as writer:
        for batch in read_documents(path):
            table = pa.Table.from_batches([batch])
            if pc.any(pc.is_in(batch["id"], wanted)).as_py():
                rows = [_emptied(row) if row["id"] in ids else row for row in batch.to_pylist()]
                table = pa.Table.from_pylist(rows, schema=SCHEMA)
            writer.write_table(table)
    return len(gone)


def without_text(path: Path) -> Iterator[dict[str, Any]]:
    """Id, address, title and author of the documents of a file that have no text, but for those that were purged.

    Of such a page the bytes are kept as they came: a later program may find the text in them.
    """
    for batch in read_documents(path, ["id", "url", "title", "author", "chars", "reason"]):
        yield from batch.filter(pc.and_(pc.equal(batch["chars"], 0), pc.invert(_is_purged(batch)))).to_pylist()


def _is_purged(batch: pa.RecordBatch) -> pa.Array:
    return pc.equal(pc.fill_null(batch["reason"], ""), Reason.WITHDRAWN.value)


def _emptied(row: dict[str, Any]) -> dict[str, Any]:
    measures = Measures()
    row |= {field.name: getattr(measures, field.name) for field in fields(Measures)}
    row |= dict.fromkeys(_EMPTIED, "")
    row |= {"chars": 0, "signature": None, "reason": Reason.WITHDRAWN.value, "published": None}
    return row


def purge_pages(path: Path, out: Path, gone: Gone) -> int:
    """Write a WARC file of pages without some captures; returns how many there were.

    Each leaves a record with its address and the digest of what is gone. Raises RecordError for a file that is damaged.
    """

    def instead(record: Record, size: int) -> bytes | None:
        if record.kind not in {"response", "conversion"} or record.url not in gone.payloads:
            return None
        fetched_at, digest = record.fetched_at, _payload_digest(record)
        if fetched_at is None or digest not in gone.payloads[record.url]:
            return None
        return filled(withdrawn_record(Withdrawn(record.url, fetched_at, 0, (), b"", digest=digest)), size)

    return _rewrite(path, out, instead)


def purge_beside(path: Path, out: Path, gone: Gone, *, data: bool) -> int:
    """Write a WARC file of evidence, or of what pages were made of, without what may hold purged texts.

    That is every answer from their addresses and, with `data`, all that is no script, style, font or picture: which of
    the data a page was made of is not known. Returns how many records went.
    """

    def instead(record: Record, _size: int) -> bytes | None:
        if record.kind != "response":
            return None
        head = record.http_head()
        kind = "" if head is None else next((value for name, value in head[1] if name.lower() == "content-type"), "")
        is_data = data and not any(word in kind.lower() for word in _MACHINERY)
        return b"" if record.url in gone.payloads or is_data else None

    return _rewrite(path, out, instead)


def purge_shard(path: Path, out: Path, withheld: "Rows") -> list[tuple[str, str]]:
    """Write a shard without some rows; returns the id and text digest of each, and writes nothing when there is none.

    Where no row is left, nothing is written either.
    """
    gone = list[tuple[str, str]]()
    with pq.ParquetFile(path) as file:
        rows = file.metadata.num_rows
        for batch in file.iter_batches(columns=["id", "text_digest"]):
            found = batch.filter(withheld.among(batch))
            gone += zip(found["id"].to_pylist(), found["text_digest"].to_pylist(), strict=True)
        if not gone or len(gone) == rows:
            return gone
        with open_shard(out, file.schema_arrow) as writer:
            for table in _regrouped(file.iter_batches(batch_size=ROW_GROUP_ROWS), withheld):
                writer.write_table(table, row_group_size=ROW_GROUP_ROWS)
    return gone


def shard_of(path: Path, old: Shard) -> Shard:
    """What a manifest says of a shard that was written anew."""
    with path.open("rb") as file:
        digest = hashlib.file_digest(file, "sha256").hexdigest()
    words = pq.read_table(path, columns=["words"])["words"]
    key = f"{old.path.rpartition('/')[0]}/{digest}.parquet"
    kept = {name: getattr(old, name) for name in ("source", "licence", "basis", "tier")}
    counts = {"rows": len(words), "words": pc.sum(words).as_py(), "bytes": path.stat().st_size}
    return Shard(path=key, sha256=digest, **kept, **counts)


@dataclass(frozen=True, slots=True)
class Rows:
    """Which rows are withdrawn: by id, or by the digest of their text. As sorted Arrow arrays."""

    ids: pa.Array
    digests: pa.Array

    @classmethod
    def of(cls, ids: Collection[str], digests: Collection[str]) -> "Rows":
        """Make one of any collections of ids and of text digests."""
        return cls(pa.array(sorted(ids), pa.string()), pa.array(sorted(digests), pa.string()))

    def by(self, column: str) -> "Rows":
        """The same, told by one of the two columns alone."""
        nothing = pa.array([], pa.string())
        return Rows(self.ids, nothing) if column == "id" else Rows(nothing, self.digests)

    def among(self, batch: Any) -> pa.Array:  # noqa: ANN401 - a batch or a table
        """Which rows of a batch with the columns `id` or `text_digest`, or both, are withdrawn."""
        names = batch.schema.names
        found = pa.array([False] * len(batch))
        for name, wanted in (("id", self.ids), ("text_digest", self.digests)):
            if name in names:
                column = batch[name].combine_chunks() if isinstance(batch[name], pa.ChunkedArray) else batch[name]
                found = pc.or_(found, pc.is_in(column.cast(pa.string()), wanted))
        return found


def _regrouped(batches: Iterator[pa.RecordBatch], withheld: Rows) -> Iterator[pa.Table]:
    """The rows that stay, in groups of the size shards have."""
    waiting: pa.Table | None = None
    for batch in batches:
        kept = pa.Table.from_batches([batch.filter(pc.invert(withheld.among(batch)))])
        waiting = kept if waiting is None else pa.concat_tables([waiting, kept])
        while len(waiting) >= ROW_GROUP_ROWS:
            yield waiting.slice(0, ROW_GROUP_ROWS)
            waiting = waiting.slice(ROW_GROUP_ROWS)
    if waiting is not None and len(waiting):
        yield waiting


def filled(member: bytes, size: int) -> bytes:
    """A gzip member filled up to a size with extra fields (RFC 1952, 2.3), in it and in empty members behind it.

    A record that was smaller than what stands for it, some three hundred bytes, moves what lies behind it.
    """
    spare = size - len(member)
    if spare <= 0:
        return member
    if spare == 1:
        return member[:3] + bytes([_NAME]) + member[4:_HEAD] + b"\0" + member[_HEAD:]
    inside = min(spare - 2, _EXTRA_MAX)
    if 0 < spare - 2 - inside < len(_EMPTY) + 2:
        inside -= len(_EMPTY) + 2
    first = _with_extra(member, inside)
    rest = size - len(first)
    return first + (filled(_EMPTY, rest) if rest else b"")


_HEAD, _EXTRA, _NAME = 10, 4, 8
"""Bytes of a gzip member's plain header, and the flags of what may follow it: an extra field, a name."""

_EXTRA_MAX = 0xFFFF
_EMPTY = gzip.compress(b"", mtime=0)


def _with_extra(member: bytes, size: int) -> bytes:
    return member[:3] + bytes([_EXTRA]) + member[4:_HEAD] + size.to_bytes(2, "little") + bytes(size) + member[_HEAD:]


def _payload_digest(record: Record) -> str:
    if record.kind == "response" and record.http_head() is None:
        return ""
    return digest_of(record.read(record.left))


def _rewrite(path: Path, out: Path, instead: Callable[[Record, int], bytes | None]) -> int:
    """Copy a WARC file record by record, each a gzip member, but for those that something else stands for."""
    changed = 0
    with path.open("rb") as source, out.open("wb") as target:
        for packed, plain in _members(source):
            record = next(iter(records(io.BytesIO(plain))), None)
            new = None if record is None else instead(record, len(packed))
            changed += new is not None
            target.write(packed if new is None else new)
    return changed


def _members(stream: BinaryIO) -> Iterator[tuple[bytes, bytes]]:
    """The gzip members of a file, as they are and inflated; one in memory at a time."""
    rest = b""
    while rest or (rest := stream.read(PIECE_BYTES)):
        unpacker, packed, plain = zlib.decompressobj(31), list[bytes](), list[bytes]()
        size = 0
        while not unpacker.eof:
            if not rest and not (rest := stream.read(PIECE_BYTES)):
                raise RecordError("the file ends within a record")
            plain.append(unpacker.decompress(rest))
            size += len(plain[-1])
            if size > RECORD_BYTES_MAX:
                raise RecordError(f"a record is larger than {RECORD_BYTES_MAX} bytes")
            packed.append(rest)
            rest = b""
        rest = unpacker.unused_data
        member = b"".join(packed)
        yield member[: len(member) - len(rest)], b"".join(plain)


def texts_gone(rows: Sequence[Mapping[str, Any]]) -> Gone:
    """What to purge of captures for some documents' rows, by their `url` and `payload_digest`."""
    payloads: dict[str, set[str]] = {}
    for row in rows:
        payloads.setdefault(row["url"], set()).add(row["payload_digest"])
    return Gone(payloads)
