"""Segments: signatures at rest, with their entries sorted by band, so that a bucket is a piece of a file.

A segment is a folder of two files of raw values: `signatures` (rows × permutations, uint32) and `bands` (bands + 1
times its entries, uint64, each band sorted; see `dedup.bands`). Rows are counted within the segment in its files, and
over all segments, one after the other, everywhere else. A row without words has a signature and no entries.

Nothing is held open or in memory: files are mapped a window at a time, so that what is read is not all there at once.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from dedup.bands import KEYS, Entries, Rows, entries_of, keys_of, rows_in, speaking_in_steps, steps
from dedup.errors import IndexDamagedError
from dedup.files import write_whole
from dedup.parameters import Parameters
from dedup.signatures import Signatures

WINDOW_BYTES = 32 << 20
"""Bytes of a file mapped at a time."""

SEGMENT_BYTES = 1_400
"""Memory of a row while its segment is written: 512 of signature at 128 values, its entries, and what makes them."""


@dataclass(frozen=True, slots=True)
class Segment:
    """A folder of signatures: how many rows it has, and how many of them have entries."""

    folder: Path
    rows: int
    speaking: int


def write_segment(folder: Path, signatures: Signatures, parameters: Parameters) -> Segment:
    """Write signatures as a segment. Memory: `SEGMENT_BYTES` a row at 128 values."""
    folder.mkdir(parents=True, exist_ok=True)
    rows = np.flatnonzero(speaking_in_steps(signatures))
    keys = np.empty((parameters.bands + 1, len(rows)), dtype=np.uint32)
    for step in steps(len(rows)):
        keys[:, step] = keys_of(signatures[rows[step]], parameters)
    write_whole(folder / "signatures", (signatures[step] for step in steps(len(signatures))))
    write_whole(folder / "bands", (entries_of(band, rows) for band in keys))
    return Segment(folder, len(signatures), len(rows))


def merge_segments(folder: Path, segments: "Segments", keep: NDArray[np.bool_], parts: int) -> Segment:
    """Write the kept rows of segments as one segment, a part of a band at a time.

    Memory: 13 bytes a row, 30 an entry of a part, and a window.
    """
    folder.mkdir(parents=True, exist_ok=True)
    bands = range(segments.parameters.bands + 1)
    places = (np.cumsum(keep) - 1).astype(np.uint64)

    def kept(entries: Entries) -> Entries:
        rows = rows_in(entries)
        entries, rows = entries[keep[rows]], rows[keep[rows]]
        return entries - rows.astype(np.uint64) + places[rows]

    write_whole(folder / "signatures", (window[keep[rows]] for rows, window in segments.windows()))
    write_whole(folder / "bands", (kept(segments.bucket(band, part, parts)) for band in bands for part in range(parts)))
    entries = (folder / "bands").stat().st_size // 8
    return Segment(folder, int(keep.sum()), entries // len(bands))


@dataclass(frozen=True, slots=True)
class Segments:
    """Segments one after the other, as one array of rows. Raises IndexDamagedError when a file is not what it was."""

    segments: Sequence[Segment]
    parameters: Parameters

    @property
    def rows(self) -> int:
        """Rows of all segments; at most 2**32."""
        return sum(segment.rows for segment in self.segments)

    def based(self) -> Iterator[tuple[int, Segment]]:
        """Each segment with the rows before it."""
        base = 0
        for segment in self.segments:
            yield base, segment
            base += segment.rows

    def take(self, rows: Rows) -> Signatures:
        """Signatures of ascending rows."""
        taken = np.empty((len(rows), self.parameters.permutations), dtype=np.uint32)
        window = WINDOW_BYTES // (4 * self.parameters.permutations)
        for base, segment in self.based():
            first, last = np.searchsorted(rows, (base, base + segment.rows))
            mine = rows[first:last] - base
            bounds = np.append(np.flatnonzero(np.diff(mine // window, prepend=-1)), len(mine))
            for start, end in pairwise(bounds):
                at = int(mine[start] // window * window)
                part = self._signatures(segment, slice(at, min(at + window, segment.rows)))
                np.take(part, mine[start:end] - at, axis=0, out=taken[first + start : first + end])
        return taken

    def windows(self) -> Iterator[tuple[slice, Signatures]]:
        """All signatures in their order, a window at a time, with the rows they are of."""
        for base, segment in self.based():
            for step in steps(segment.rows, WINDOW_BYTES // (4 * self.parameters.permutations)):
                yield slice(base + step.start, base + step.stop), self._signatures(segment, step)

    def bucket(self, band: int, part: int, parts: int) -> Entries:
        """Entries of one band whose keys are in one of `parts` equal ranges, sorted."""
        edges = (np.array([part, part + 1], dtype=np.uint64) * np.uint64(KEYS) // np.uint64(parts)) << np.uint64(32)
        found = []
        for base, segment in self.based():
            entries = self.entries(segment, band)
            last = np.searchsorted(entries, edges[1]) if part + 1 < parts else len(entries)
            found.append(entries[np.searchsorted(entries, edges[0]) : last] + np.uint64(base))
        bucket = np.concatenate([np.empty(0, dtype=np.uint64), *found])
        if len(found) > 1:
            bucket.sort()
        return bucket

    def entries(self, segment: Segment, band: int) -> Entries:
        """One segment's entries of a band, mapped; rows are the segment's own."""
        size = segment.speaking * (self.parameters.bands + 1)
        return _mapped(
            segment.folder / "bands", np.uint64, size, slice(band * segment.speaking, (band + 1) * segment.speaking)
        )

    def _signatures(self, segment: Segment, rows: slice) -> Signatures:
        width = self.parameters.permutations
        part = slice(rows.start * width, rows.stop * width)
        return _mapped(segment.folder / "signatures", np.uint32, segment.rows * width, part).reshape(-1, width)


def _mapped(path: Path, kind: type[Any], size: int, part: slice) -> NDArray[Any]:
    """A part of a file of `size` values, mapped to be read."""
    item = np.dtype(kind).itemsize
    try:
        found = path.stat().st_size
    except FileNotFoundError:
        found = -1
    if found != size * item:
        raise IndexDamagedError(f"{path} should have {size * item} bytes: build it anew from the documents.")
    if part.stop == part.start:
        return np.empty(0, dtype=kind)
    return np.memmap(path, kind, "r", part.start * item, part.stop - part.start)
