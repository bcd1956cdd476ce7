"""Documents as Parquet: their Arrow schema, writing them whole or not at all, and reading them again."""

import os
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import fields
from operator import attrgetter
from pathlib import Path
from typing import get_type_hints

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.parquet as pq

from corpus.columns import Column, Kind
from corpus.documents import SIGNATURE_SIZE, Document
from corpus.measures import Measures

_REPEATING = [
    "source", "crawl", "author", "site_name", "declared_language", "content_type", "charset", "extractor", "language",
    "profile", "reason", "warc",
]  # fmt: skip
"""Columns whose values are worth a dictionary; those of the others make a file an eighth larger by it."""

ZSTD_LEVEL = 6
"""Above 6, Danish text shrinks by less than 2 % and writing takes twice as long."""

SIGNATURE = pa.list_(pa.field("element", pa.uint32()), SIGNATURE_SIZE)
"""What a signature is in Arrow."""

_ARROW = {
    Kind.TEXT: pa.string(),
    Kind.INT: pa.int32(),
    Kind.LONG: pa.int64(),
    Kind.REAL: pa.float32(),
    Kind.DAY: pa.date32(),
    Kind.INSTANT: pa.timestamp("us", tz="UTC"),
    Kind.SIGNATURE: SIGNATURE,
}

_SIGNATURE = Column(Kind.SIGNATURE, "MinHash signature of text; null without text", nullable=True)


def _columns() -> dict[str, Column]:
    """The columns of Document in order, with the measures in the place of the field that holds them."""
    columns: dict[str, Column] = {}
    for name, hint in get_type_hints(Document, include_extras=True).items():
        inner = get_type_hints(Measures, include_extras=True) if name == "measures" else {name: hint}
        columns |= {key: value.__metadata__[0] for key, value in inner.items()}
    return columns | {"signature": _SIGNATURE}


SIGNING = "fodaftryk.signing"
"""Name, in a file's metadata, of what says how its signatures were made."""

PURGED = "fodaftryk.purged"
"""Name, in a file's metadata, of what says which of its texts were purged; absent where none was."""

SCHEMA = pa.schema(
    pa.field(name, _ARROW[item.kind], nullable=item.nullable, metadata={"meaning": item.meaning, "unit": item.unit})
    for name, item in _columns().items()
)
"""The columns of a documents file; metadata of each says its meaning and unit."""


_POOL = pa.system_memory_pool()
"""Where what is written is kept until it is: Arrow's own pool holds 20 MB more for itself than a row group has."""

_OF_MEASURES = tuple(item.name for item in fields(Measures))
_OF_DOCUMENT = tuple(item.name for item in fields(Document) if item.name != "measures")


def to_table(documents: Sequence[Document], signatures: npt.NDArray[np.uint32]) -> pa.Table:
    """Documents and their signatures as a table in `SCHEMA`.

    `signatures` is uint32 of shape (documents, SIGNATURE_SIZE); the row of a document without text is not stored.
    """
    if signatures.shape != (len(documents), SIGNATURE_SIZE):
        raise ValueError(f"{len(documents)} documents need as many signatures, not an array of {signatures.shape}")
    measures = [document.measures for document in documents]
    held: list[tuple[Sequence[object], tuple[str, ...]]] = [(documents, _OF_DOCUMENT), (measures, _OF_MEASURES)]
    columns = {name: list(map(attrgetter(name), records)) for records, names in held for name in names}
    arrays = {name: pa.array(column, SCHEMA.field(name).type, memory_pool=_POOL) for name, column in columns.items()}
    present = np.array([bool(document.text) for document in documents], dtype=bool)
    arrays["signature"] = pa.Array.from_buffers(  # `from_arrays` loads all of Arrow's functions, 6 MB, for its mask
        SCHEMA.field("signature").type,
        len(documents),
        [pa.py_buffer(np.packbits(present, bitorder="little"))],
        children=[pa.array(signatures.ravel())],
    )
    return pa.table([arrays[name] for name in SCHEMA.names], schema=SCHEMA)


class DocumentWriter:
    """Writes tables into an open file, a row group each; equal tables in equal order give equal bytes."""

    def __init__(self, path: Path, signed: str = "", purged: str = "") -> None:
        told = {name: value for name, value in ((SIGNING, signed), (PURGED, purged)) if value}
        schema = SCHEMA.with_metadata(told) if told else SCHEMA
        self._writer = pq.ParquetWriter(
            path, schema, compression="zstd", compression_level=ZSTD_LEVEL, use_dictionary=_REPEATING, memory_pool=_POOL
        )

    def write(self, documents: Sequence[Document], signatures: npt.NDArray[np.uint32]) -> None:
        """Write one row group; see `to_table`."""
        if documents:
            self.write_table(to_table(documents, signatures))

    def write_table(self, table: pa.Table) -> None:
        """Write rows that are in `SCHEMA` already, as one row group."""
        self._writer.write_table(table, row_group_size=len(table))

    def close(self) -> None:
        """Write the footer."""
        self._writer.close()


@contextmanager
def write_documents(path: Path, signed: str = "", purged: str = "") -> Iterator[DocumentWriter]:
    """Open `path` for writing; it appears whole when the block ends well, and not at all when it does not.

    `signed` says how its signatures were made, and stays with them; see `signed_how`. `purged` names the texts that
    were taken out of it, if any; see `purged_of`.

    A Parquet writer that is closed by an exception leaves a short file that reads without complaint, so the rows go
    to a temporary name, to disk, and only then to `path`.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.", suffix=".part")
    os.close(handle)
    temporary = Path(name)
    try:
        writer = DocumentWriter(temporary, signed, purged)
        yield writer
        writer.close()
        with temporary.open("rb") as file:
            os.fsync(file.fileno())
        temporary.chmod(0o644)
        temporary.replace(path)
        folder = os.open(path.parent, os.O_RDONLY)
        os.fsync(folder)
        os.close(folder)
    finally:
        temporary.unlink(missing_ok=True)


def signed_how(path: Path) -> str | None:
    """What a documents file says of how its signatures were made; None when it says nothing."""
    return _stated(path, SIGNING)


def purged_of(path: Path) -> str:
    """What names the texts that were purged from a documents file; empty where none was."""
    return _stated(path, PURGED) or ""


def _stated(path: Path, name: str) -> str | None:
    stated = (pq.read_schema(path).metadata or {}).get(name.encode())
    return stated.decode() if stated is not None else None


def read_documents(path: Path, columns: Sequence[str] | None = None) -> Iterator[pa.RecordBatch]:
    """Read a documents file batch by batch, in order; only the row group at hand is in memory."""
    with pq.ParquetFile(path) as file:
        yield from file.iter_batches(columns=list(columns) if columns is not None else None)
