"""Looking things up in files at rest, one source at a time."""

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import pyarrow.compute as pc
import pyarrow.parquet as pq

from corpus.document_files import read_documents


def document_rows(files: Sequence[Path], columns: Sequence[str]) -> Iterator[dict[str, Any]]:
    """Rows of documents files with the named columns; a batch is in memory at a time."""
    for file in files:
        for batch in read_documents(file, columns):
            yield from batch.to_pylist()


def documents_at(files: Sequence[Path], url: str) -> list[dict[str, Any]]:
    """The documents fetched from a URL, in full but for the signature."""
    found = []
    for file in files:
        columns = [name for name in pq.read_schema(file).names if name != "signature"]
        found += pq.read_table(file, columns=columns, filters=pc.field("url") == url).to_pylist()
    return found


def fates_of(selection: Path, source: str) -> Iterator[dict[str, Any]]:
    """The rows of a selection that belong to a source."""
    yield from pq.read_table(selection, filters=pc.field("source") == source).to_pylist()


def copies_of(selection: Path, keeper: str) -> list[dict[str, Any]]:
    """The rows of a selection that are one cluster, given its keeper's id; sorted by id."""
    table = pq.read_table(selection, filters=pc.field("keeper") == keeper)
    rows: list[dict[str, Any]] = table.sort_by("id").to_pylist()
    return rows


def shard_holding(shards: Sequence[tuple[str, Path]], document: str) -> str | None:
    """Which of the shards (path in the release, local file) holds a document id, or None."""
    for name, file in shards:
        if len(pq.read_table(file, columns=["id"], filters=pc.field("id") == document)):
            return name
    return None
