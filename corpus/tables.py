"""Delivered tables and compressed streams, read with Arrow: rows of Parquet files, and Zstandard."""

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, BinaryIO, cast

import pyarrow as pa
import pyarrow.parquet as pq

from corpus.errors import CorpusError

ROWS_AT_ONCE = 64
"""Rows of a table in memory; a row may hold a whole book."""


class TableError(CorpusError):
    """A table is no Parquet, or is broken; what was read before stands."""


def read_rows(path: Path, columns: Sequence[str]) -> Iterator[dict[str, Any]]:
    """Rows of a Parquet file, in order, with those of the named columns it has; a dot leads into a nested column.

    Raises `TableError` when the file cannot be read, at the beginning or behind some rows.
    """
    try:
        with pq.ParquetFile(path) as file:
            there = [name for name in columns if name.partition(".")[0] in file.schema_arrow.names]
            for batch in file.iter_batches(ROWS_AT_ONCE, columns=there):
                yield from batch.to_pylist()
    except (pa.ArrowException, OSError) as error:
        raise TableError(f"{path} is no Parquet file, or broken: {error}") from error


def zstd_opened(raw: BinaryIO) -> BinaryIO:
    """A stream of Zstandard frames, inflated while it is read; reading raises `OSError` without a number if broken."""
    return cast("BinaryIO", pa.CompressedInputStream(raw, "zstd"))
