"""The tables of `fodaftryk dedupe`: what is known of each document before and after its copies are found.

Memory: an id's own bytes and about 60 more a document in `read_known`, which sees all of them at once.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
from numpy.typing import NDArray

from corpus.texts import Rows, TextError

SPANS_AT_ONCE = 50_000
"""Spans of a row group."""

_KINDS = "ids, or values to keep by, are of several kinds or out of range; make all of them strings, or all numbers"

_DIGESTS = ("digest_low", "digest_high")


@dataclass(frozen=True, slots=True)
class Known:
    """All documents in the order of their files: ids, digests (documents, 2), and rank of preference and of id."""

    ids: pa.ChunkedArray
    digests: NDArray[np.uint64]
    preference: NDArray[np.int64]
    by_id: NDArray[np.int64]
    rows: list[int]


def write_known(path: Path, file: Path, batches: Iterable[tuple[Rows, NDArray[np.uint64]]], keep_by: str) -> None:
    """Write what is known of one file's documents, with their digests. Raises TextError.

    `keep_by` names the other field that is kept to choose by; empty for the length of the text.
    """
    tables = [_known(file, rows, digests, keep_by) for rows, digests in batches]
    pq.write_table(_together(tables, f"{file}: ") if tables else pa.table({"id": []}), path, compression="zstd")


def _known(file: Path, rows: Rows, digests: NDArray[np.uint64], keep_by: str) -> pa.Table:
    values = rows.others[keep_by] if keep_by else [-len(text) for text in rows.texts]
    try:
        columns = {"id": pa.array(rows.ids), "keep": pa.array(values)}
    except (pa.ArrowException, OverflowError, UnicodeEncodeError) as error:
        raise TextError(f"{file}, {rows.ids[0]!r} and after: {_KINDS} ({error}).") from error
    return pa.table(columns | {name: pa.array(digests[:, place]) for place, name in enumerate(_DIGESTS)})


def _together(tables: list[pa.Table], place: str) -> pa.Table:
    try:
        return pa.concat_tables(tables, promote_options="permissive")
    except pa.ArrowException as error:
        raise TextError(f"{place}{_KINDS} ({error}).") from error


def read_known(paths: Sequence[Path], files: Sequence[Path]) -> Known:
    """Read what is known of all files' documents. Raises TextError when an id comes twice, or kinds differ."""
    tables = [pq.read_table(path) for path in paths]
    if not any(table.num_rows for table in tables):
        raise TextError(f"There is no document in {', '.join(map(str, files[:5]))}: nothing can be compared.")
    table = _together([each for each in tables if each.num_rows], "")
    if table.column("keep").null_count == len(table):
        raise TextError("No document has a value in the column to keep by: name another, or keep the longest.")
    try:
        order = pc.sort_indices(table, [("keep", "ascending"), ("id", "ascending")])
    except pa.ArrowException as error:
        raise TextError(f"The column to keep by cannot be put in order: {error}. Name another.") from error
    by_id = _ranks(pc.sort_indices(table.column("id")))
    _check_once(table.column("id"), by_id, tables, files)
    digests = np.stack([table.column(name).to_numpy() for name in _DIGESTS], axis=1)
    return Known(table.column("id"), digests, _ranks(order), by_id, [each.num_rows for each in tables])


def _ranks(order: pa.Array) -> NDArray[np.int64]:
    positions = order.to_numpy().astype(np.int64)
    ranks = np.empty(len(positions), dtype=np.int64)
    ranks[positions] = np.arange(len(positions))
    return ranks


def _check_once(ids: pa.ChunkedArray, by_id: NDArray[np.int64], tables: list[pa.Table], files: Sequence[Path]) -> None:
    order = np.argsort(by_id)
    ordered = ids.take(pa.array(order))
    twice: NDArray[np.int64] = np.flatnonzero(pc.equal(ordered[1:], ordered[:-1]).to_numpy())
    if len(twice):
        bounds = np.cumsum([table.num_rows for table in tables])
        places = sorted(int(order[at]) for at in (twice[0], twice[0] + 1))
        told = [
            f"{files[number]} (row {place - int(bounds[number - 1] if number else 0)})"
            for place in places
            for number in [int(np.searchsorted(bounds, place, side="right"))]
        ]
        raise TextError(
            f"The id {ordered[int(twice[0])].as_py()!r} comes twice, in {' and in '.join(told)}; {len(twice)} ids do. "
            "Give each document an id of its own, such as the file's name and a number."
        )


def write_told(
    path: Path, ids: pa.ChunkedArray, positions: Mapping[str, Any], values: Mapping[str, Any], told: Mapping[str, str]
) -> None:
    """Write a table of documents, named by their ids from positions, and values; `told` becomes its metadata."""
    named = {name: ids.take(pa.array(each)) for name, each in positions.items()}
    table = pa.table(named | {name: pa.array(each) for name, each in values.items()})
    pq.write_table(table.replace_schema_metadata(dict(told)), path, compression="zstd")


def write_spans(path: Path, rows: Iterator[tuple[Any, str, int, int, int]], ids: pa.ChunkedArray) -> int:
    """Write lines that repeat: (id, unit, begin, end, documents); returns how many."""
    schema = pa.schema(
        [("id", ids.type), ("unit", pa.string()), ("begin", pa.int64()), ("end", pa.int64()), ("documents", pa.int64())]
    )
    written, held = 0, list[tuple[Any, str, int, int, int]]()
    with pq.ParquetWriter(path, schema, compression="zstd") as writer:
        for row in rows:
            held.append(row)
            written += 1
            if len(held) == SPANS_AT_ONCE:
                writer.write_batch(_spans(held, schema))
                held = []
        writer.write_batch(_spans(held, schema))
    return written


def _spans(rows: list[tuple[Any, str, int, int, int]], schema: pa.Schema) -> pa.RecordBatch:
    columns = zip(*rows, strict=True) if rows else ([] for _ in schema)
    return pa.record_batch(
        [pa.array(list(each), field.type) for each, field in zip(columns, schema, strict=True)], schema
    )
