"""Matching: which rows of segments some new signatures are copies of, each pair judged by itself (`dedup.edges`)."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from dedup.bands import Entries, Rows, keys_of, speaking, steps
from dedup.edges import similar_enough
from dedup.segments import Segments
from dedup.signatures import Signatures

QUERIES_STEP = 16_384
"""Signatures matched at a time."""

CANDIDATES_MAX = 1 << 21
"""Candidates held at a time, 8 bytes each and as much again while they are sorted. Where there are more, fewer
signatures are matched at a time; one by itself may have as many as share its bands."""

PAIRS_STEP = 16_384
"""Candidates compared at a time: 24 MB at 128 values a signature."""

_HALF, _LOW = np.uint64(32), np.uint64(2**32 - 1)


@dataclass(frozen=True, slots=True)
class Pairs:
    """Copies found: the place of a new signature, the row it is a copy of, and how many of their values are equal."""

    query: Rows
    row: Rows
    equal: NDArray[np.int64]


def matches(segments: Segments, asked: NDArray[np.bool_], signatures: Signatures) -> Pairs:
    """Find the rows that new signatures are copies of, among those asked about.

    Time: a search of the sorted entries for each band of each signature, and a comparison for each row that shares one.
    """
    found = [Pairs(*np.empty((3, 0), dtype=np.int64))]
    queries = np.flatnonzero(speaking(signatures))
    for step in steps(len(queries), QUERIES_STEP):
        for some, candidates in _candidates(segments, asked, signatures, queries[step]):
            found.extend(_judged(segments, signatures, some, candidates))
    return Pairs(*(np.concatenate([getattr(pairs, name) for pairs in found]) for name in ("query", "row", "equal")))


def _candidates(
    segments: Segments, asked: NDArray[np.bool_], signatures: Signatures, queries: Rows
) -> Iterator[tuple[Rows, Entries]]:
    """Queries, and who shares a band with them, sorted: the row above, the place in the queries below."""
    keys = keys_of(signatures[queries], segments.parameters)
    found = np.empty(0, dtype=np.uint64)
    for band in range(segments.parameters.bands):
        order = np.argsort(keys[band])
        for base, segment in segments.based():
            entries = segments.entries(segment, band)
            first, counts = _ranges(entries, keys[band][order])
            if len(queries) > 1 and len(found) + counts.sum() > CANDIDATES_MAX:
                for half in np.array_split(queries, 2):
                    yield from _candidates(segments, asked, signatures, half)
                return
            place = np.repeat(order, counts).astype(np.uint64)
            within = np.arange(len(place)) - np.repeat(np.cumsum(counts) - counts, counts)
            rows = (entries[np.repeat(first, counts) + within] & _LOW) + np.uint64(base)
            found = np.append(found, ((rows << _HALF) | place)[asked[rows]])
        found = np.unique(found)
    yield queries, found


def _ranges(entries: Entries, keys: NDArray[np.uint32]) -> tuple[Rows, Rows]:
    """Where ascending keys stand in entries, and how often."""
    low = keys.astype(np.uint64) << _HALF
    first = np.searchsorted(entries, low)
    return first, np.searchsorted(entries, low | _LOW, side="right") - first


def _judged(segments: Segments, signatures: Signatures, queries: Rows, candidates: Entries) -> Iterator[Pairs]:
    """The candidates that are copies."""
    for step in steps(len(candidates), PAIRS_STEP):
        rows = (candidates[step] >> _HALF).astype(np.int64)
        query = queries[(candidates[step] & _LOW).astype(np.int64)]
        names, at = np.unique(rows, return_inverse=True)
        same = segments.take(names)[at] == signatures[query]
        alike = similar_enough(same, segments.parameters)
        yield Pairs(query[alike], rows[alike], np.count_nonzero(same[alike], axis=1))
