"""Taking out: withdrawn rows removed from Parquet that somebody else keeps, however they have cut it.

Any Parquet file counts in which a column is called `id` or `text_digest`: a release as it was pulled, a slice of it, or
what somebody partitioned, sorted and renamed. Each file is written anew beside itself and takes its place whole, so
whoever reads meanwhile reads the old one or the new one. A file without such rows is not touched.
"""

import hashlib
import os
import tempfile
from collections import Counter
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from corpus.errors import StorageError
from corpus.purge import Rows

BATCH_ROWS = 10_000
"""Rows in memory at a time."""

_BY = ("id", "text_digest")
"""What rows are known by: the first of these that a file has. A text may stay under another id, by agreement."""


@dataclass(frozen=True, slots=True)
class TakenOut:
    """A file that was looked through: its digest before and after (hex SHA-256), and its rows.

    `gone` counts the rows that were taken out by what named them; `is_known` says whether it has a column to know its
    rows by. Where nothing was taken out both digests are empty.
    """

    before: str = ""
    after: str = ""
    rows: int = 0
    gone: Mapping[str, int] = field(default_factory=Counter)
    is_known: bool = True


def parquet_in(folder: Path) -> Iterator[Path]:
    """The Parquet files below a folder, sorted; what is hidden or a link is passed over."""
    for parent, folders, files in os.walk(folder):
        folders[:] = sorted(name for name in folders if not name.startswith("."))
        for name in sorted(files):
            path = Path(parent, name)
            if name.endswith(".parquet") and not name.startswith(".") and not path.is_symlink():
                yield path


def take_out(path: Path, named: Mapping[str, str], rows: Rows) -> TakenOut:
    """Take rows out of a Parquet file; `named` says for each id and text digest what named it.

    Raises StorageError for a file that cannot be read or written; it stays as it was.
    """
    try:
        return _taken_out(path, named, rows)
    except (pa.ArrowException, OSError) as error:
        raise StorageError(f"cannot be read or written: {error}") from error


def _taken_out(path: Path, named: Mapping[str, str], rows: Rows) -> TakenOut:
    with pq.ParquetFile(path) as file:
        column = next((name for name in _BY if name in file.schema_arrow.names), None)
        if column is None:
            return TakenOut(is_known=False, rows=file.metadata.num_rows)
        rows = rows.by(column)
        gone = Counter[str]()
        for batch in file.iter_batches(batch_size=BATCH_ROWS, columns=[column]):
            gone.update(named[str(value)] for value in batch.filter(rows.among(batch))[column].to_pylist())
        left = file.metadata.num_rows - gone.total()
        if not gone:
            return TakenOut(rows=left)
        before = _digest(path)
        _write_without(file, path, rows)
    return TakenOut(before, _digest(path), left, gone)


def rows_of(ids: Collection[str], digests: Collection[str]) -> Rows:
    """What `take_out` is to look for."""
    return Rows.of(ids, digests)


def _write_without(file: pq.ParquetFile, path: Path, rows: Rows) -> None:
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.", suffix=".part")
    os.close(handle)
    temporary = Path(name)
    try:
        with pq.ParquetWriter(temporary, file.schema_arrow, compression=_codec(file)) as writer:
            for batch in file.iter_batches(batch_size=BATCH_ROWS):
                kept = batch.filter(pc.invert(rows.among(batch)))
                if len(kept):
                    writer.write_table(pa.Table.from_batches([kept]))
        with temporary.open("rb") as written:
            os.fsync(written.fileno())
        temporary.chmod(path.stat().st_mode & 0o777)
        temporary.replace(path)
        folder = os.open(path.parent, os.O_RDONLY)
        os.fsync(folder)
        os.close(folder)
    finally:
        temporary.unlink(missing_ok=True)


def _codec(file: pq.ParquetFile) -> str:
    """How the file is compressed."""
    if not file.metadata.num_row_groups or not file.metadata.num_columns:
        return "zstd"
    codec: str = file.metadata.row_group(0).column(0).compression
    return "none" if codec == "UNCOMPRESSED" else codec.lower()


def _digest(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
