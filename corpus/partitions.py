"""Rows that are dealt out to parts on disk and read again part by part, so that memory is that of one part.

What must be seen together (the members of a cluster, the rows of a range of ids) is dealt to one part. A part is a file
of Arrow streams one behind the other, so that no file need stay open and there may be thousands of parts.
"""

import itertools
from collections import defaultdict
from collections.abc import Iterator, Sequence
from pathlib import Path
from threading import Lock

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

PENDING_BYTES_MAX = 2**26
"""Bytes that wait in memory until they are written: enough for long writes, little beside a part."""

_HEX = np.zeros(256, dtype=np.uint64)
_HEX[list(b"0123456789abcdef")] = np.arange(16)
_ID_CHARS, _PREFIX_CHARS = 64, 8
_PLACES = np.uint64(16) ** np.arange(_PREFIX_CHARS - 1, -1, -1, dtype=np.uint64)
PREFIXES = 2**32
"""How many values `prefixes` may give."""

RANGE_ROWS = 2**20
"""Rows of a range of ids that are read at once: some hundred megabytes of a few short columns."""

Parts = npt.NDArray[np.int64]


class Partitions:
    """Parts of rows in a folder that is the caller's to remove. Several threads may deal at once."""

    def __init__(self, folder: Path, schema: pa.Schema) -> None:
        self._folder, self._schema = folder, schema
        self._pending: defaultdict[int, list[pa.Table]] = defaultdict(list)
        self._bytes = 0
        self._alone = Lock()

    def deal(self, rows: pa.Table, parts: Parts) -> None:
        """Deal each row to its part, in order; a row whose part is negative is left out."""
        order = np.argsort(parts, kind="stable")
        order = order[np.searchsorted(parts[order], 0) :]
        if not len(order):
            return
        taken = rows.take(pa.array(order)).cast(self._schema)
        numbers, starts = np.unique(parts[order], return_index=True)
        with self._alone:
            for part, start, end in zip(numbers, starts, [*starts[1:], len(order)], strict=True):
                self._pending[int(part)].append(taken.slice(start, end - start))
            self._bytes += taken.nbytes
            if self._bytes > PENDING_BYTES_MAX:
                self._write()

    def flush(self) -> None:
        """Write what waits; to be called before the first part is read."""
        with self._alone:
            self._write()

    def _write(self) -> None:
        for part, tables in self._pending.items():
            with self._path(part).open("ab") as file, pa.ipc.new_stream(file, self._schema) as writer:
                for table in tables:
                    writer.write_table(table)
        self._pending.clear()
        self._bytes = 0

    def read(self, part: int) -> pa.Table:
        """A part's rows in the order they were dealt; none when there are none. The file is gone then."""
        path = self._path(part)
        if not path.exists():
            return self._schema.empty_table()
        with pa.memory_map(str(path)) as file:
            table = pa.concat_tables(_streams(file)).combine_chunks()
        path.unlink()
        return table

    def _path(self, part: int) -> Path:
        return self._folder / f"{part:06}.arrows"


def prefixes(ids: pa.ChunkedArray) -> npt.NDArray[np.uint64]:
    """The first 32 bits of ids that are 64 hex digits each, in their order."""
    found = [np.empty(0, dtype=np.uint64)]
    for chunk in ids.chunks:
        if not len(chunk):
            continue
        _, offsets, values = chunk.buffers()
        bounds = np.frombuffer(offsets, dtype=np.int32, count=len(chunk) + 1, offset=4 * chunk.offset)
        if chunk.null_count or not (np.diff(bounds) == _ID_CHARS).all():
            raise AssertionError("an id is not the 64 hex digits of a SHA-256")
        text = np.frombuffer(values, dtype=np.uint8, count=_ID_CHARS * len(chunk), offset=int(bounds[0]))
        found.append(_HEX[text.reshape(-1, _ID_CHARS)[:, :_PREFIX_CHARS]] @ _PLACES)
    return np.concatenate(found)


def ranges(ids: pa.ChunkedArray, count: int) -> Parts:
    """Which of so many equal ranges of ids each is in, counted from 0."""
    return (prefixes(ids) * np.uint64(count) // np.uint64(PREFIXES)).astype(np.int64)


def id_ranges(rows: int) -> Iterator[tuple[str, str]]:
    """Ranges that cut the ids of so many rows into about as many as are read at once; the end is not in it."""
    count = max(1, -(-rows // RANGE_ROWS))
    ends = [f"{number * PREFIXES // count:08x}" for number in range(count)] + ["g"]
    return itertools.pairwise(ends)


def read_range(path: Path, columns: Sequence[str], part: tuple[str, str]) -> pa.Table:
    """The rows of a Parquet file, sorted by id, whose ids are in a range; row groups without any are passed over."""
    start, end = part
    return pq.read_table(path, columns=list(columns), filters=(pc.field("id") >= start) & (pc.field("id") < end))


def _streams(file: pa.MemoryMappedFile) -> Iterator[pa.Table]:
    while file.tell() < file.size():
        with pa.ipc.open_stream(file) as reader:
            yield reader.read_all()
