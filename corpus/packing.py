"""Packing: one source's released documents become shards, whatever order they lie in and however many they are.

Documents are dealt to ranges of ids on disk, and the selection, which is sorted, is read range by range beside them; so
memory is that of a few shards. What is ready is written by a pool of threads, as Arrow writes without Python's lock.
"""

import hashlib
import tempfile
from collections import deque
from collections.abc import Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from corpus.checks import Checks, Finding, Looked, judge
from corpus.document_files import SCHEMA
from corpus.documents import SIGNATURE_SIZE
from corpus.errors import SealError
from corpus.fates import Fate, fates_of_source
from corpus.partitions import Partitions, Parts, ranges
from corpus.shards import FROM_DOCUMENTS, RIGHT, SHARD_CHARS_MAX, Shard, shard_schema, store_shard
from corpus.storage import Storage
from corpus.tokens import Tokenizer

Right = tuple[str, ...]

BATCH_ROWS = 2**11
"""Documents read at a time by each thread: some megabytes, whose memory is used again for the next ones."""

_OF_SELECTION = ("id", *RIGHT, "outcome", "rule", "evidence", "cluster", "cluster_size", "elsewhere")


@dataclass(frozen=True, slots=True)
class Packing:
    """Whose documents are packed, and how: the source, the rights holder every row names, what looks at the rows.

    With a `tokenizer` their tokens are counted. `threads` write at a time, each with a shard in memory. `work` is a
    folder for what lies on disk meanwhile; the system's own, when None.
    """

    source: str
    rights_holder: str
    checks: Checks = field(default_factory=Checks)
    tokenizer: Tokenizer | None = None
    threads: int = 1
    work: Path | None = None


@dataclass(frozen=True, slots=True)
class Packed:
    """The shards stored, sorted by path, and what was found wrong in their rows."""

    shards: tuple[Shard, ...]
    findings: tuple[Finding, ...]


@dataclass(frozen=True, slots=True)
class _How:
    """How documents are dealt: by which threads, and whether their signatures come along."""

    pool: ThreadPoolExecutor
    signed: bool


def pack_source(selection: Path, packing: Packing, documents: Sequence[Path], storage: Storage) -> Packed:
    """Pack one source's released documents and store the shards.

    `selection` holds all sources, `documents` are this source's own files. On disk the texts of all of its documents
    that are not marked lie once more while it is packed.
    """
    ranges_of, count = _ranges(selection, packing.source)
    done: list[tuple[Shard, Looked]] = []
    if ranges_of:
        with tempfile.TemporaryDirectory(dir=packing.work) as folder, ThreadPoolExecutor(packing.threads) as pool:
            parts = _dealt(Path(folder), documents, count, _How(pool, packing.checks.barred is not None))
            under_way: deque[Future[tuple[Shard, Looked]]] = deque()
            for rows in _in_shards(_chosen(selection, packing.source, count), parts, ranges_of, count):
                under_way.append(pool.submit(_finish, rows, packing, storage))
                if len(under_way) > packing.threads:
                    done.append(under_way.popleft().result())
            done += [future.result() for future in under_way]
    shards = sorted((shard for shard, _ in done), key=lambda shard: shard.path)
    return Packed(tuple(shards), tuple(judge((looked for _, looked in done), packing.checks.limits)))


def _ranges(selection: Path, source: str) -> tuple[dict[Right, int], int]:
    """How many ranges of ids the shards of each right are, and how many the documents are dealt to.

    A power of two each, so fine that none has more characters than a shard may; so the finer are within the coarser.
    """
    chars: dict[Right, int] = {}
    kept = 0
    for table in fates_of_source(selection, source, ["fate", "chars", *RIGHT, "outcome"]):
        kept += pc.sum(table["chars"].filter(table["outcome"].is_valid())).as_py() or 0
        released = table.filter(pc.equal(table["fate"], Fate.RELEASED.value))
        for row in released.group_by(list(RIGHT)).aggregate([("chars", "sum")]).to_pylist():
            right = tuple(row[name] for name in RIGHT)
            chars[right] = chars.get(right, 0) + row["chars_sum"]
    found = {right: _halvings(total) for right, total in chars.items()}
    return found, max([_halvings(kept), *found.values()])


def _halvings(chars: int) -> int:
    parts = 1
    while chars / parts > SHARD_CHARS_MAX:
        parts *= 2
    return parts


def _dealt(folder: Path, documents: Sequence[Path], count: int, how: "_How") -> Partitions:
    """The documents that are not marked, dealt to ranges of ids by all threads; within a range in no order."""
    names = [*FROM_DOCUMENTS, *(["signature"] if how.signed else [])]
    parts = Partitions(folder, pa.schema([SCHEMA.field(name) for name in names]))

    def deal(path: Path) -> None:
        with pq.ParquetFile(path) as file:
            for batch in file.iter_batches(batch_size=BATCH_ROWS, columns=[*names, "reason"]):
                table = pa.Table.from_batches([batch])
                numbers: Parts = np.where(table["reason"].is_null().to_numpy(), ranges(table["id"], count), -1)
                parts.deal(table.select(names), numbers)

    deque(how.pool.map(deal, documents), maxlen=0)
    parts.flush()
    return parts


def _chosen(selection: Path, source: str, count: int) -> Iterator[pa.Table]:
    """What is released, one table for each range of ids, in their order."""
    waiting: list[pa.Table] = []
    at = 0
    for table in fates_of_source(selection, source, [*_OF_SELECTION, "fate"]):
        released = table.filter(pc.equal(table["fate"], Fate.RELEASED.value)).select(list(_OF_SELECTION))
        numbers = ranges(released["id"], count)
        while len(released) and numbers[-1] > at:
            end = int(np.searchsorted(numbers, at, side="right"))
            yield pa.concat_tables([*waiting, released.slice(0, end)])
            waiting, at, released, numbers = [], at + 1, released.slice(end), numbers[end:]
        waiting.append(released)
    for _ in range(at, count):
        yield pa.concat_tables(waiting)
        waiting = [waiting[0].slice(0, 0)]


def _in_shards(
    chosen: Iterator[pa.Table], documents: Partitions, ranges_of: dict[Right, int], count: int
) -> Iterator[pa.Table]:
    """The released rows, documents and selection side by side, a table for each shard, sorted by id."""
    waiting: dict[Right, list[pa.Table]] = {right: [] for right in ranges_of}
    for number, rows in enumerate(chosen):
        together = _joined(rows, documents.read(number)) if len(rows) else None
        for right, tables in waiting.items():
            if together is not None:
                alike = _of_right(together, right) if len(ranges_of) > 1 else together
                tables.extend([alike] if len(alike) else [])
            is_end = (number + 1) * ranges_of[right] % count == 0
            if is_end and tables:
                yield pa.concat_tables(tables)
                tables.clear()


def _joined(rows: pa.Table, documents: pa.Table) -> pa.Table:
    if pc.count_distinct(documents["id"]).as_py() != len(documents):
        raise AssertionError("a document stands twice among those of a source")
    places = pc.index_in(rows["id"], documents["id"].combine_chunks())
    if places.null_count:
        raise SealError(
            f"{places.null_count} of {len(rows)} documents were selected and are not there: they were withdrawn "
            "meanwhile. Run again."
        )
    table = documents.take(places)
    for name in _OF_SELECTION[1:]:
        table = table.append_column(name, rows[name])
    return table


def _of_right(rows: pa.Table, right: Right) -> pa.Table:
    alike = pc.and_(pc.equal(rows[RIGHT[0]], right[0]), pc.equal(rows[RIGHT[1]], right[1]))
    return rows.filter(pc.and_(alike, pc.equal(rows[RIGHT[2]], right[2])))


def _finish(rows: pa.Table, packing: Packing, storage: Storage) -> tuple[Shard, Looked]:
    """Give the rows their last columns, look at them, and store them as a shard."""
    table = _completed(rows, packing)
    shard = store_shard(table, storage, packing.work)
    signatures = None
    if "signature" in rows.column_names:
        values = rows["signature"].combine_chunks().flatten()
        signatures = values.to_numpy().reshape(-1, SIGNATURE_SIZE)
    return shard, packing.checks.look(table, shard, signatures)


def _completed(rows: pa.Table, packing: Packing) -> pa.Table:
    schema = shard_schema(packing.tokenizer)
    added: dict[str, Any] = {
        "bytes": pc.cast(pc.binary_length(rows["text"]), pa.int64()),
        "rights_holder": pa.repeat(packing.rights_holder, len(rows)),
        "decision": rows["outcome"],
        "evidence_digest": _digests(rows["evidence"]),
    }
    if packing.tokenizer is not None:
        counts = (packing.tokenizer.count(batch["text"].to_pylist()) for batch in rows.to_batches(max_chunksize=1000))
        added["tokens"] = pa.array([count for part in counts for count in part], pa.int64())
    columns = [added[name] if name in added else rows[name] for name in schema.names]
    return pa.table(columns, names=schema.names).cast(schema)


def _digests(texts: pa.ChunkedArray) -> pa.Array:
    """The digest of each text; most say the same as many others."""
    encoded = pc.fill_null(texts, "").combine_chunks().dictionary_encode()
    digests = [f"sha256:{hashlib.sha256(text.encode()).hexdigest()}" for text in encoded.dictionary.to_pylist()]
    return pa.array(digests, pa.string()).take(encoded.indices)
