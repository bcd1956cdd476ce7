"""Slices: the rows of a shard that a filter keeps, written as a shard of their own, batch by batch.

The same shard and filter give the same bytes. Memory is a batch and a row group, whatever the shard's size. That holds
of shards as we write them: a file that somebody made to unpack to more than any machine has is stopped, as it is read
in a process of its own, which may take so much memory and time and no more.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from corpus.checksums import digest_of
from corpus.errors import FilterError, PullError
from corpus.pulled import Listed
from corpus.shards import open_shard
from corpus.storage import publish
from corpus.where import expression
from corpus.workers import Lost, Template, WorkerLimits, Workers

GROUP_ROWS, GROUP_BYTES = 10_000, 32 * 2**20
"""A slice's row group ends with so many rows, or bytes in memory, whichever comes first."""

BATCH_ROWS = 1_000
"""Rows that a filter looks at in one go."""

MEMORY_BYTES_MAX = 3 * 2**30
"""Address space for one shard's filter: ours take a tenth of it, where every row is as long as a text may be."""

SECONDS_MAX = 3600.0
"""Processor time for one shard's filter: ours take seconds."""


@dataclass(frozen=True, slots=True)
class Slice:
    """A shard as it came (`part`), how it is listed, the filter, and the folder that its rows are to lie in."""

    part: Path
    shard: Listed
    where: str
    folder: Path


@contextmanager
def slicers() -> Iterator[Template]:
    """Give what starts the processes that shards are filtered in; it starts with the first of them."""
    with Template("corpus.slicing:try_slice", WorkerLimits(1, SECONDS_MAX, MEMORY_BYTES_MAX, 1)) as template:
        yield template


def slice_apart(template: Template, wanted: Slice) -> dict[str, Any]:
    """Do what `sliced` does in a process of its own.

    Raises FilterError as that does, OSError when the disk refuses, and PullError for a shard that cannot be read, or
    takes more memory or time than any of ours.
    """
    with Workers(template) as workers:
        [answer] = workers.map([wanted])
    if isinstance(answer, Lost):
        if answer.detail:
            raise PullError(f"{wanted.shard.path} cannot be filtered, by a fault in the program: {answer.detail}.")
        raise PullError(
            f"{wanted.shard.path} takes more than {MEMORY_BYTES_MAX:,} bytes of memory, or {SECONDS_MAX:,.0f} seconds, "
            "to filter, as no shard of ours does: tell who publishes it, or pull it whole, without --where."
        )
    if isinstance(answer, Exception):
        raise answer
    made: dict[str, Any] = answer
    return made


def try_slice(wanted: Slice) -> dict[str, Any] | Exception:
    """Return what `sliced` does, or the error that is not a fault of ours. Too little memory ends the process."""
    try:
        return sliced(wanted.part, wanted.shard, wanted.where, wanted.folder)
    except pa.ArrowMemoryError as error:
        raise MemoryError from error
    except FilterError as error:
        return error
    except (pa.ArrowException, OSError) as error:
        if isinstance(error, OSError) and error.errno is not None:  # the disk's; Arrow's own have no number
            return error
        return PullError(f"{wanted.shard.path} is no shard that can be read ({error}): tell who publishes it.")


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
