"""Containment: a text that stands whole inside another, such as an article quoted on a page with other things.

The share of an inner text's shingles that an outer one has is estimated on a sample: every shingle whose hash is below
2⁶⁴ / SAMPLE_EVERY, the same ones in all texts. Sampled shingles are sorted into one index; each inner text asks it who
else has its own; and each pair whose estimate comes near the limit is compared in full, so that what is told is true.
Nothing hangs on the order of rows. A shingle of more than CROWD_MAX texts tells nothing and is not sampled.

Memory: 60 bytes for each sampled shingle while the index is sorted, 12 when it stands (a text of 500 words has about
125), and ASKED_MAX answers. What it can miss: a true pair whose sample falls two standard errors short, one in forty
at the very limit and fewer above.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from dedup.shinglesets import ShingleSets

SAMPLE_EVERY = 4
"""One shingle in so many is sampled."""

SHINGLES_MIN = 40
"""Texts of fewer shingles are not looked for: standing sentences are in everything."""

CROWD_MAX = 1_000
"""Texts that may have a shingle before it is taken for boilerplate: it bounds the answers to one question."""

ASKED_MAX = 4_000_000
"""Answers looked at together: 130 MB; only a single text may have more."""

_ROWS_AT_ONCE = 4096


@dataclass(frozen=True, slots=True)
class Containments:
    """Pairs, by inner and then outer row; `share[i]` of the shingles of row `inner[i]` are in row `outer[i]`."""

    inner: NDArray[np.int64]
    outer: NDArray[np.int64]
    share: NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class _Index:
    """Sampled shingles, ascending, with the row of each; and the same in the order of rows."""

    hashes: NDArray[np.uint64]
    rows: NDArray[np.uint32]
    asked: ShingleSets


def contained(sets: ShingleSets, share_min: float) -> Containments:
    """Find the pairs of rows of which one has at least `share_min` of the other's shingles.

    A pair of copies is told both ways. Raises ValueError for a share that is not above 0 and at most 1.
    """
    if not 0 < share_min <= 1:
        raise ValueError(f"share_min must be above 0 and at most 1, not {share_min}")
    index = _index(sets)
    found = []
    for inner, outer in _near(index, sets, share_min):
        share = sets.common(inner, outer) / len(sets.of(inner))
        if share >= share_min:
            found.append((inner, outer, share))
    inners, outers, shares = zip(*found, strict=True) if found else ((), (), ())
    return Containments(np.array(inners, np.int64), np.array(outers, np.int64), np.array(shares, np.float32))


def _index(sets: ShingleSets) -> _Index:
    hashes, rows = [np.empty(0, dtype=np.uint64)], [np.empty(0, dtype=np.uint32)]
    for first in range(0, len(sets), _ROWS_AT_ONCE):
        bounds = sets.bounds[first : first + _ROWS_AT_ONCE + 1]
        some = np.asarray(sets.hashes[bounds[0] : bounds[-1]])
        sampled = some < np.uint64(2**64 // SAMPLE_EVERY)
        names = np.repeat(np.arange(first, first + len(bounds) - 1, dtype=np.uint32), np.diff(bounds))
        hashes.append(some[sampled])
        rows.append(names[sampled])
    sampled_hashes, of_row = np.concatenate(hashes), np.concatenate(rows)
    order = np.argsort(sampled_hashes, kind="stable")
    ordered = sampled_hashes[order]
    begins = np.flatnonzero(np.append(True, ordered[1:] != ordered[:-1])) if len(ordered) else np.empty(0, np.int64)
    sizes = np.diff(np.append(begins, len(ordered)))
    telling = np.repeat(sizes <= CROWD_MAX, sizes)
    kept = np.zeros(len(order), dtype=bool)
    kept[order[telling]] = True
    bounds = np.concatenate(([0], np.cumsum(np.bincount(of_row[kept], minlength=len(sets))))).astype(np.int64)
    return _Index(ordered[telling], of_row[order[telling]], ShingleSets(sampled_hashes[kept], bounds))


def _near(index: _Index, sets: ShingleSets, share_min: float) -> Iterator[tuple[int, int]]:
    """Pairs whose estimate is at most two standard errors below the limit, in their order."""
    large = (sets.sizes >= SHINGLES_MIN) & (index.asked.sizes > 0)
    for first, last in _portions(index):
        begin, end = index.asked.bounds[first], index.asked.bounds[last]
        hashes = index.asked.hashes[begin:end]
        inner = np.repeat(np.arange(first, last), index.asked.sizes[first:last])
        hashes, inner = hashes[large[inner]], inner[large[inner]]
        low, high = np.searchsorted(index.hashes, hashes, "left"), np.searchsorted(index.hashes, hashes, "right")
        answers = high - low
        at = np.arange(answers.sum()) - np.repeat(np.cumsum(answers) - answers, answers) + np.repeat(low, answers)
        pairs = np.repeat(inner, answers) * len(sets) + index.rows[at]
        names, common = np.unique(pairs, return_counts=True)
        inners, outers = np.divmod(names, len(sets))
        sampled = index.asked.sizes[inners]
        near = (inners != outers) & (common / sampled >= share_min - 1 / np.sqrt(sampled))
        yield from zip(inners[near].tolist(), outers[near].tolist(), strict=True)


def _portions(index: _Index) -> Iterator[tuple[int, int]]:
    """Rows in portions of at most ASKED_MAX answers, or of one row."""
    crowd = np.searchsorted(index.hashes, index.asked.hashes, "right")
    crowd -= np.searchsorted(index.hashes, index.asked.hashes, "left")
    asked = np.concatenate(([0], np.cumsum(crowd)))[index.asked.bounds]
    first, rows = 0, len(index.asked)
    while first < rows:
        last = int(np.searchsorted(asked, asked[first] + ASKED_MAX, side="right")) - 1
        last = min(max(last, first + 1), rows)
        yield first, last
        first = last
