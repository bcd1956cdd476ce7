"""Taking out: withdrawn rows removed from Parquet that somebody else keeps, however they have cut it.

Any Parquet file counts in which a column is called `id` or `text_digest` and holds what a release has there: a release
as it was pulled, a slice of it, or what somebody partitioned, sorted, renamed and numbered anew. Each file is written
anew beside itself and takes its place whole, so whoever reads meanwhile reads the old one or the new one. A file
without such rows is not touched.
"""

import hashlib
import os
import tempfile
from collections import Counter
from collections.abc import Callable, Collection, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from corpus.errors import StorageError
from corpus.purge import Rows

BATCH_ROWS = 10_000
"""Rows in memory at a time."""

_BY = {"id": "^[0-9a-f]{64}$", "text_digest": "^sha256:[0-9a-f]{64}$"}
"""What rows are known by, and how it is written: the first of these that a file has. A text may stay under another id,
by agreement; where ids are others', who took the texts numbered them anew, and digests alone tell."""


@dataclass(frozen=True, slots=True)
class TakenOut:
    """A file that was looked through: its digest before and after (hex SHA-256), and its rows.

    `gone` counts the rows that go by what named them; `is_known` says whether it has a column to know its rows by.
    Where nothing is to be taken out both digests are empty.
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


def take_out(path: Path, named: Mapping[str, str], rows: Rows, say: Callable[[TakenOut], object]) -> TakenOut:
    """Take rows out of a Parquet file; `named` says for each id and text digest what named it.

    `say` is told before a file takes the place of the old one, so that who is killed behind it has it noted. Raises
    StorageError for a file that cannot be read or written; it stays as it was.
    """
    try:
        with pq.ParquetFile(path) as file:
            column, gone = _counted(file, named, rows)
            left = file.metadata.num_rows - gone.total()
            if not gone:
                return TakenOut(rows=left, is_known=bool(column))
            with _without(file, path, rows.by(column)) as temporary:
                taken = TakenOut(_digest(path), _digest(temporary), left, gone)
                say(taken)
                _put_in_place(temporary, path)
            return taken
    except (pa.ArrowException, OSError) as error:
        raise StorageError(f"cannot be read or written: {error}") from error


def _counted(file: pq.ParquetFile, named: Mapping[str, str], rows: Rows) -> tuple[str, Counter[str]]:
    """The column that a file's rows are known by (empty: none), and how many of them go, by what named them."""
    for column, written in _BY.items():
        if column not in file.schema_arrow.names or not _is_text(file.schema_arrow.field(column).type):
            continue
        gone, is_ours = Counter[str](), not file.metadata.num_rows
        for batch in file.iter_batches(batch_size=BATCH_ROWS, columns=[column]):
            is_ours = is_ours or pc.any(pc.match_substring_regex(batch[column].cast(pa.string()), written)).as_py()
            gone.update(named[str(value)] for value in batch.filter(rows.by(column).among(batch))[column].to_pylist())
        if is_ours:
            return column, gone
    return "", Counter()


def _is_text(kind: pa.DataType) -> bool:
    kind = kind.value_type if pa.types.is_dictionary(kind) else kind
    return bool(pa.types.is_string(kind) or pa.types.is_large_string(kind) or pa.types.is_string_view(kind))


def rows_of(ids: Collection[str], digests: Collection[str]) -> Rows:
    """What `take_out` is to look for."""
    return Rows.of(ids, digests)


@contextmanager
def _without(file: pq.ParquetFile, path: Path, rows: Rows) -> Iterator[Path]:
    """Write the rows that stay to a hidden file beside a file; it is gone behind the block, if it is still there."""
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.", suffix=".part")
    os.close(handle)
    temporary = Path(name)
    try:
        with pq.ParquetWriter(temporary, file.schema_arrow, compression=_codec(file)) as writer:
            for batch in file.iter_batches(batch_size=BATCH_ROWS):
                kept = batch.filter(pc.invert(rows.among(batch)))
                if len(kept):
                    writer.write_table(pa.Table.from_batches([kept]))
        yield temporary
    finally:
        temporary.unlink(missing_ok=True)


def _put_in_place(temporary: Path, path: Path) -> None:
    """Have a file on disk, then under its name, then that name on disk."""
    with temporary.open("rb") as written:
        os.fsync(written.fileno())
    temporary.chmod(path.stat().st_mode & 0o777)
    temporary.replace(path)
    folder = os.open(path.parent, os.O_RDONLY)
    os.fsync(folder)
    os.close(folder)


def _codec(file: pq.ParquetFile) -> str:
    """How the file is compressed."""
    if not file.metadata.num_row_groups or not file.metadata.num_columns:
        return "zstd"
    codec: str = file.metadata.row_group(0).column(0).compression
    return "none" if codec == "UNCOMPRESSED" else codec.lower()


def _digest(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
