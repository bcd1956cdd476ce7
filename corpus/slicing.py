"""Slices: the rows of a shard that a filter keeps, written as a shard of their own, batch by batch.

The same shard and filter give the same bytes. Memory is a batch and a row group, whatever the shard's size.
"""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from corpus.checksums import digest_of
from corpus.pulled import Listed
from corpus.shards import open_shard
from corpus.storage import publish
from corpus.where import expression

GROUP_ROWS, GROUP_BYTES = 10_000, 32 * 2**20
"""A slice's row group ends with so many rows, or bytes in memory, whichever comes first."""

BATCH_ROWS = 1_000
"""Rows that a filter looks at in one go."""


def sliced(part: Path, shard: Listed, where: str, folder: Path) -> dict[str, Any]:
    """Write the rows of a shard that a filter keeps as a shard; returns what it is listed with, empty when it has none.

    Raises FilterError when the filter does not fit the columns.
    """
    out = part.with_suffix(".slice")
    with pq.ParquetFile(part) as file:
        kept = expression(where, file.schema_arrow)
        rows = words = 0
        with open_shard(out, file.schema_arrow) as writer:
            for group in _groups(file, kept):
                writer.write_table(group, row_group_size=len(group))
                rows += len(group)
                words += int(pc.sum(group["words"]).as_py() or 0) if "words" in group.column_names else 0
    if not rows:
        out.unlink()
        return {}
    digest, size = digest_of(out), out.stat().st_size
    path = f"shards/{shard.source}/{digest}.parquet"
    (folder / path).parent.mkdir(parents=True, exist_ok=True)
    publish(out, folder / path)
    return {"path": path, "sha256": digest, "rows": rows, "words": words, "bytes": size, "of": shard.sha256}


def _groups(file: pq.ParquetFile, kept: pc.Expression) -> Iterator[pa.Table]:
    """The rows that are kept, in row groups."""
    waiting: list[pa.Table] = []
    rows = size = 0
    for batch in file.iter_batches(batch_size=BATCH_ROWS, use_threads=False):
        found = pa.Table.from_batches([batch]).filter(kept)
        waiting.append(found)
        rows, size = rows + len(found), size + found.nbytes
        if rows >= GROUP_ROWS or size >= GROUP_BYTES:
            yield pa.concat_tables(waiting)
            waiting, rows, size = [], 0, 0
    if rows:
        yield pa.concat_tables(waiting)
