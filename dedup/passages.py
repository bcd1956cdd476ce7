"""Passages: the texts a short one stands in, found on disk among millions, whether it is the whole of them or a part.

Signatures tell what share two texts have in common, so they cannot find a few sentences in a long one. So of each
text the same sample of shingles is kept as for `dedup.containment`: those whose hash is below 2⁶⁴ / SAMPLE_EVERY.
They lie in one sorted file for each file of documents, and a passage looks its own up in all of them. Words and
shingles are those of signatures, so case, digits and punctuation do not matter.

What it can miss: a passage of 30 words has 26 shingles, of which one in 1,800 has none in the sample, and one in 180
but one, which is then believed. Disk: 8 bytes a sampled shingle, a kilobyte for a text of 500 words, and its id.
Memory: none of it; the files are mapped. Time: some page reads for each sampled shingle and file.
"""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from dedup.containment import CROWD_MAX, SAMPLE_EVERY
from dedup.errors import DedupError, IndexDamagedError
from dedup.files import write_whole
from dedup.parameters import Parameters
from dedup.signatures import hashes_lightly, normalised, shingle_hashes

_ROW_BITS = 24
ROWS_MAX = 2**_ROW_BITS
"""Texts in one file: 40 bits of an entry are the hash, so that of a hundred million one is like another by chance."""

FOUND_MAX = 50
"""Texts that are told."""

LIGHTLY_MAX = 1_000
"""Texts of a file that are hashed without Numba: loading it costs as much as hashing so many without."""

SHARE_MIN = 0.3
"""Least share of a passage's sample that a text must have: what has less shares a phrase, and no passage."""

_HEAD = np.dtype([("entries", "<u8"), ("rows", "<u8"), ("id_bytes", "<u8")])


@dataclass(frozen=True, slots=True)
class Standing:
    """A text that a passage stands in: its id, and the share of the passage's sampled shingles that it has."""

    id: str
    share: float


def write_passages(batches: Iterable[tuple[Sequence[str], Sequence[str]]], parameters: Parameters, out: Path) -> int:
    """Write the file of some texts, given as batches of ids and texts; returns how many. Memory: twice the file.

    Raises DedupError when there are more than one file holds.
    """
    ids: list[bytes] = []
    parts = [np.empty(0, dtype=np.uint64)]
    for names, texts in batches:
        hashes = _hashes_lightly(texts, parameters) if len(ids) < LIGHTLY_MAX else _hashes(texts, parameters)
        for name, mine in zip(names, hashes, strict=True):
            parts.append(_keys(_sample(mine)) | np.uint64(len(ids)))
            ids.append(name.encode())
        if len(ids) > ROWS_MAX:
            raise DedupError(f"{out} would hold more than {ROWS_MAX} texts: split the file they come from.")
    entries = np.sort(np.concatenate(parts))
    width = max(map(len, ids), default=1)
    head = np.array([(len(entries), len(ids), width)], dtype=_HEAD)
    write_whole(out, [head, entries, np.array(ids, dtype=f"S{width}")])
    return len(ids)


class Passages:
    """Files of passages, mapped, to be asked from any thread."""

    def __init__(self, files: Sequence[Path], parameters: Parameters) -> None:
        """Raise IndexDamagedError when a file is not what its head says."""
        self._parameters = parameters
        self._files = [_mapped(file) for file in files]

    def find(self, text: str) -> list[Standing]:
        """Tell the texts a passage stands in, those with the most of it first, at most FOUND_MAX."""
        asked = _sample(hashes_lightly(text, self._parameters))
        if not len(asked):
            return []
        found: Counter[tuple[int, int]] = Counter()
        for number, (entries, _) in enumerate(self._files):
            rows, counts = np.unique(_rows_with(entries, asked), return_counts=True)
            enough = counts >= SHARE_MIN * len(asked)
            found.update(
                {(number, int(row)): int(count) for row, count in zip(rows[enough], counts[enough], strict=True)}
            )
        best = sorted(found.items(), key=lambda item: (-item[1], item[0]))[:FOUND_MAX]
        return [Standing(self._files[file][1][row].decode(), count / len(asked)) for (file, row), count in best]


def _hashes(texts: Sequence[str], parameters: Parameters) -> Iterable[NDArray[np.uint64]]:
    return shingle_hashes(normalised(texts), parameters)


def _hashes_lightly(texts: Sequence[str], parameters: Parameters) -> Iterable[NDArray[np.uint64]]:
    return (hashes_lightly(text, parameters) for text in texts)


def _sample(hashes: NDArray[np.uint64]) -> NDArray[np.uint64]:
    """The sampled shingles among all of a text."""
    return hashes[: np.searchsorted(hashes, np.uint64(2**64 // SAMPLE_EVERY))]


def _keys(hashes: NDArray[np.uint64]) -> NDArray[np.uint64]:
    """The lower 40 bits of some hashes, above the bits of a row; the upper ones are alike in a sample."""
    return hashes << np.uint64(_ROW_BITS)


def _rows_with(entries: NDArray[np.uint64], asked: NDArray[np.uint64]) -> NDArray[np.uint64]:
    """The rows that have the shingles, once for each they have; shingles of a crowd tell nothing."""
    keys = _keys(asked)
    low = np.searchsorted(entries, keys)
    high = np.searchsorted(entries, keys | np.uint64(ROWS_MAX - 1), side="right")
    telling = (high > low) & (high - low <= CROWD_MAX)
    rows = [entries[first:last] for first, last in zip(low[telling], high[telling], strict=True)]
    return np.concatenate([np.empty(0, dtype=np.uint64), *rows]) & np.uint64(ROWS_MAX - 1)


def _mapped(file: Path) -> tuple[NDArray[np.uint64], NDArray[np.bytes_]]:
    try:
        size = file.stat().st_size
        head = np.fromfile(file, dtype=_HEAD, count=1)[0]
        entries, rows, width = int(head["entries"]), int(head["rows"]), int(head["id_bytes"])
    except (FileNotFoundError, IndexError) as error:
        raise IndexDamagedError(f"{file} is no file of passages: remove it, and run again.") from error
    if size != _HEAD.itemsize + entries * 8 + rows * width or not width:
        raise IndexDamagedError(f"{file} has not the size it says: remove it, and run again.")
    start = _HEAD.itemsize + entries * 8
    values = np.memmap(file, np.uint64, "r", _HEAD.itemsize, entries) if entries else np.empty(0, dtype=np.uint64)
    names = np.memmap(file, f"S{width}", "r", start, rows) if rows else np.empty(0, dtype=f"S{width}")
    return values, names
