"""Names at rest: the ids of a segment's rows, to be read by row and found by name, without holding them in memory.

Three files in the segment's folder: `ids` (UTF-8, one after the other), `ends` (where each ends, uint64) and `names`
(entries as in `dedup.bands`: 32 bits of the id's hash, and the row; sorted). Two ids may share a hash, so what is found
is compared with the name itself.
"""

import hashlib
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from dedup.bands import Rows, entries_of, kept_entries, rows_in, steps
from dedup.files import mapped, write_whole


def write_names(folder: Path, ids: Sequence[bytes]) -> None:
    """Write a segment's ids, in the order of its rows."""
    write_whole(folder / "ids", [np.frombuffer(b"".join(ids), dtype=np.uint8)])
    write_whole(folder / "ends", [np.cumsum(np.fromiter(map(len, ids), np.uint64, len(ids)))])
    write_whole(folder / "names", [entries_of(_hashes(ids), np.arange(len(ids)))])


def merge_names(folder: Path, segments: Sequence[tuple[Path, int]], keep: NDArray[np.bool_]) -> None:
    """Write the ids of segments' kept rows as those of one. Memory: 50 bytes a row."""
    lengths = [np.diff(mapped(path / "ends", np.uint64, rows), prepend=np.uint64(0)) for path, rows in segments]
    write_whole(folder / "ends", [np.cumsum(np.concatenate(lengths)[keep])])
    bases = np.cumsum([0, *(rows for _, rows in segments)])
    entries = [mapped(path / "names", np.uint64, rows) + np.uint64(base)
               for (path, rows), base in zip(segments, bases, strict=False)]  # fmt: skip
    write_whole(folder / "names", [np.sort(kept_entries(np.concatenate(entries), keep))])
    write_whole(folder / "ids", _kept_text(segments, bases, keep))


def _kept_text(
    segments: Sequence[tuple[Path, int]], bases: Rows, keep: NDArray[np.bool_]
) -> Iterator[NDArray[np.uint8]]:
    """The ids of the kept rows, some at a time."""
    for (path, rows), base in zip(segments, bases, strict=False):
        for step in steps(rows):
            wanted = np.flatnonzero(keep[base + step.start : base + step.stop]) + step.start
            yield np.frombuffer(b"".join(read_names(path, rows, wanted)), dtype=np.uint8)


def read_names(folder: Path, rows: int, wanted: Rows) -> list[bytes]:
    """Ids of some of a segment's rows."""
    ends = mapped(folder / "ends", np.uint64, rows)
    last = ends[wanted]
    first = np.where(wanted > 0, ends[wanted - 1], np.uint64(0))
    text = mapped(folder / "ids", np.uint8, int(ends[-1]) if rows else 0)
    return [text[start:end].tobytes() for start, end in zip(first, last, strict=True)]


def find_names(folder: Path, rows: int, ids: Sequence[bytes]) -> Iterator[tuple[int, int]]:
    """Pairs of a place in `ids` and a row of the segment that has that id; a row that is gone has its id still."""
    names = mapped(folder / "names", np.uint64, rows)
    keys = _hashes(ids).astype(np.uint64) << np.uint64(32)
    first = np.searchsorted(names, keys)
    last = np.searchsorted(names, keys | np.uint64(2**32 - 1), side="right")
    for place in np.flatnonzero(first < last):
        found = np.sort(rows_in(np.array(names[first[place] : last[place]])))
        for row, name in zip(found, read_names(folder, rows, found), strict=True):
            if name == ids[int(place)]:
                yield int(place), int(row)


def _hashes(ids: Iterable[bytes]) -> NDArray[np.uint32]:
    digests = b"".join(hashlib.blake2b(name, digest_size=4).digest() for name in ids)
    return np.frombuffer(digests, dtype="<u4").astype(np.uint32)
