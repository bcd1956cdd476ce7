"""Delivered tables and compressed streams, read with Arrow: rows of Parquet files, and Zstandard."""

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, BinaryIO, cast

import pyarrow as pa
import pyarrow.parquet as pq

from corpus.errors import CorpusError

ROWS_AT_ONCE = 64
"""Rows of a table in memory; a row may hold a whole book."""

BUFFER_BYTES = 2**20
"""Bytes of a column read at once: without it Arrow reads a row group's whole column, which may be the whole file."""

Row = dict[str, Any]


class TableError(CorpusError):
    """A table is no Parquet, or is broken; what was read before stands."""


def read_rows(path: Path, columns: Sequence[str]) -> Iterator[Row | None]:
    """Rows of a Parquet file, in order, with those of the named columns it has; a dot leads into a nested column.

    None stands for a row with a value Python has no word for: no UTF-8, or a moment beyond its calendar.
    Raises `TableError` when the file cannot be read, at the beginning or behind some rows.
    """
    try:
        with pq.ParquetFile(path, buffer_size=BUFFER_BYTES) as file:
            names = set(file.schema_arrow.names)
            there = [name for name in dict.fromkeys(columns) if names & {name, name.partition(".")[0]}]
            for batch in file.iter_batches(ROWS_AT_ONCE, columns=there, use_threads=False):
                yield from _rows_of(batch)
    except (pa.ArrowException, OSError) as error:
        raise TableError(f"{path} is no Parquet file, or broken: {error}") from error


def columns_of(path: Path) -> list[str]:
    """The names of a Parquet file's columns. Raises `TableError` when it is none."""
    try:
        return list(pq.read_schema(path).names)
    except (pa.ArrowException, OSError) as error:
        raise TableError(f"{path} is no Parquet file, or broken: {error}") from error


def _rows_of(batch: pa.RecordBatch) -> list[Row | None]:
    try:
        return list(batch.to_pylist())
    except (ValueError, OverflowError, LookupError):
        return (
            [None]
            if batch.num_rows == 1
            else [row for at in range(batch.num_rows) for row in _rows_of(batch[at : at + 1])]
        )


def zstd_opened(raw: BinaryIO) -> BinaryIO:
    """A stream of Zstandard frames, inflated while it is read; reading raises `OSError` without a number if broken."""
    return cast("BinaryIO", pa.CompressedInputStream(raw, "zstd"))
