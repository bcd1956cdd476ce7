"""Segments: signatures at rest, with their entries sorted by band, so that a bucket is a piece of a file.

A segment is a folder of three files of raw values: `signatures` (rows × permutations, uint32), `bands` (for each band
its entries, sorted, uint64; see `dedup.bands`) and `wholes` (the entries of whole signatures). Rows are counted within
the segment in its files, and over all segments, one after the other, everywhere else. A row without words has a
signature and no entries; a row that equals an earlier one may have one in `wholes` alone.

Nothing is held open or in memory: files are mapped a window at a time, so that what is read is not all there at once.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import chain, pairwise
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from dedup.bands import KEYS, Entries, Rows, entries_of, kept_entries, keys_of, speaking, steps
from dedup.files import mapped, read_rows, write_whole
from dedup.parameters import Parameters
from dedup.signatures import Signatures

WINDOW_BYTES = 32 << 20
"""Bytes of a file mapped at a time."""

SPARSE = 64
"""Where fewer than one row in so many is wanted, each is read by itself (2 µs); a map costs 3 µs a row that is far from
the next, and a third of one where they are near."""

SEGMENT_BYTES = 800
"""Memory of a row while its segment is written: 512 of signature at 128 values, its keys, and these once more where a
text without words is left out."""


@dataclass(frozen=True, slots=True)
class Segment:
    """A folder of signatures: how many rows it has, how many of them are in `wholes`, and how many in each band."""

    folder: Path
    rows: int
    speaking: int
    banded: int


def write_segment(
    folder: Path, signatures: Signatures, parameters: Parameters, first: NDArray[np.bool_] | None = None
) -> Segment:
    """Write signatures as a segment. Memory: `SEGMENT_BYTES` a row at 128 values.

    Where equal signatures are known, `first` says which rows stand for theirs in the bands.
    """
    folder.mkdir(parents=True, exist_ok=True)
    rows = np.flatnonzero(speaking(signatures))
    keys = keys_of(signatures, parameters)
    if len(rows) < len(signatures):
        keys = keys[:, rows]
    banded = slice(None) if first is None else first[rows]
    write_whole(folder / "signatures", (signatures[step] for step in steps(len(signatures))))
    write_whole(folder / "bands", (entries_of(band[banded], rows[banded]) for band in keys[:-1]))
    write_whole(folder / "wholes", [entries_of(keys[-1], rows)])
    return Segment(folder, len(signatures), len(rows), len(rows[banded]))


def merge_segments(folder: Path, segments: "Segments", keep: NDArray[np.bool_], parts: int) -> Segment:
    """Write the kept rows of segments as one segment, a part of a band at a time.

    Memory: 13 bytes a row, 30 an entry of a part, and a window.
    """
    folder.mkdir(parents=True, exist_ok=True)

    def kept(band: int) -> Iterator[Entries]:
        return (kept_entries(segments.bucket(band, part, parts), keep) for part in range(parts))

    bands = segments.parameters.bands
    write_whole(folder / "signatures", (window[keep[rows]] for rows, window in segments.windows()))
    write_whole(folder / "bands", chain.from_iterable(map(kept, range(bands))))
    write_whole(folder / "wholes", kept(bands))
    speaking, banded = ((folder / name).stat().st_size // 8 for name in ("wholes", "bands"))
    return Segment(folder, int(keep.sum()), speaking, banded // bands)


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
        for base, segment in self.based():
            first, last = np.searchsorted(rows, (base, base + segment.rows))
            self._copy(segment, rows[first:last] - base, taken[first:last])
        return taken

    def take_any(self, rows: Rows) -> Signatures:
        """Signatures of rows in any order, more than once if asked."""
        names, places = np.unique(rows, return_inverse=True)
        return self.take(names)[places]

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
        """One segment's entries of a band, or of whole signatures after the last; rows are the segment's own."""
        bands = self.parameters.bands
        if band == bands:
            return mapped(segment.folder / "wholes", np.uint64, segment.speaking)
        part = slice(band * segment.banded, (band + 1) * segment.banded)
        return mapped(segment.folder / "bands", np.uint64, bands * segment.banded, part)

    def _copy(self, segment: Segment, rows: Rows, out: Signatures) -> None:
        """Copy a segment's ascending rows, a window at a time."""
        window = WINDOW_BYTES // (4 * self.parameters.permutations)
        bounds = np.append(np.flatnonzero(np.diff(rows // window, prepend=-1)), len(rows))
        for start, end in pairwise(bounds):
            at = int(rows[start] // window * window)
            around = slice(at, min(at + window, segment.rows))
            if end - start < (around.stop - at) / SPARSE:
                size = segment.rows * self.parameters.permutations
                read_rows(segment.folder / "signatures", size, rows[start:end], out[start:end])
            else:
                part = out[start:end]  # "clip", as NumPy would take all twice to leave it as it was after an error
                np.take(self._signatures(segment, around), rows[start:end] - at, axis=0, out=part, mode="clip")

    def _signatures(self, segment: Segment, rows: slice) -> Signatures:
        width = self.parameters.permutations
        part = slice(rows.start * width, rows.stop * width)
        return mapped(segment.folder / "signatures", np.uint32, segment.rows * width, part).reshape(-1, width)
