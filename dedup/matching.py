"""Matching: which rows of segments some new signatures are copies of, each pair judged by itself (`dedup.edges`)."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from dedup.bands import Entries, Rows, keys_of, speaking, steps
from dedup.components import Labels
from dedup.edges import count_true, similar_enough
from dedup.segments import Segments
from dedup.signatures import Signatures

QUERIES_STEP = 16_384
"""Signatures matched at a time."""

CANDIDATES_MAX = 1 << 21
"""Candidates held at a time, 8 bytes each and as much again while they are sorted. Where there are more, fewer
signatures are matched at a time; one by itself may have as many as share its bands."""

FIRST_COMPARED = 16
"""Candidates of one label that are all compared, so that the best of them is found."""

GROWTH = 4
"""Each further time so many times as many are compared, until one is a copy."""

PAIRS_STEP = 16_384
"""Candidates compared at a time: 24 MB at 128 values a signature."""

_HALF, _LOW = np.uint64(32), np.uint64(2**32 - 1)


@dataclass(frozen=True, slots=True)
class Pairs:
    """Copies found: the place of a new signature, the row it is a copy of, and how many of their values are equal."""

    query: Rows
    row: Rows
    equal: NDArray[np.int64]


def matches(segments: Segments, asked: NDArray[np.bool_], labels: Labels, signatures: Signatures) -> Pairs:
    """Find rows that new signatures are copies of, among those asked about: for each label at least one, if there is.

    Of the candidates of one label the oldest `FIRST_COMPARED` are compared, and further ones only until one is a copy,
    so that a text with a hundred thousand copies is not compared with each. Where every row is its own label, all
    copies are found. Time: a search of the sorted entries for each band of each signature, and 1 µs a comparison.
    """
    found = [Pairs(*np.empty((3, 0), dtype=np.int64))]
    queries = np.flatnonzero(speaking(signatures))
    for step in steps(len(queries), QUERIES_STEP):
        for some, candidates in _candidates(segments, asked, signatures, queries[step]):
            query, row = some[(candidates & _LOW).astype(np.int64)], (candidates >> _HALF).astype(np.int64)
            found.extend(_first_copies(segments, signatures, _grouped(query, row, labels)))
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
        found.sort()
        found = found[np.append(True, found[1:] != found[:-1])[: len(found)]]
    yield queries, found


def _ranges(entries: Entries, keys: NDArray[np.uint32]) -> tuple[Rows, Rows]:
    """Where ascending keys stand in entries, and how often."""
    low = keys.astype(np.uint64) << _HALF
    first = np.searchsorted(entries, low)
    return first, np.searchsorted(entries, low | _LOW, side="right") - first


@dataclass(frozen=True, slots=True)
class _Groups:
    """Candidates by query and label, rows ascending in each group: `group` counts groups, `rank` rows in them."""

    query: Rows
    row: Rows
    group: Rows
    rank: Rows


def _grouped(query: Rows, row: Rows, labels: Labels) -> _Groups:
    label = labels[row]
    order = np.lexsort((row, label, query))
    query, row, label = query[order], row[order], label[order]
    new = np.append(True, (query[1:] != query[:-1]) | (label[1:] != label[:-1]))[: len(query)]
    starts = np.flatnonzero(new)
    group = np.cumsum(new) - 1
    return _Groups(query, row, group, np.arange(len(query)) - starts[group])


def _first_copies(segments: Segments, signatures: Signatures, groups: _Groups) -> Iterator[Pairs]:
    """Copies in each group, the first candidates first; a group in which one was found is left."""
    settled = np.zeros(len(groups.group), dtype=bool)
    first, last = 0, FIRST_COMPARED
    while len(places := np.flatnonzero((groups.rank >= first) & ~settled[groups.group])):
        places = places[groups.rank[places] < last]
        for step in steps(len(places), PAIRS_STEP):
            part = places[step]
            same = segments.take_any(groups.row[part]) == signatures[groups.query[part]]
            alike = similar_enough(same, segments.parameters)
            settled[groups.group[part[alike]]] = True
            yield Pairs(groups.query[part[alike]], groups.row[part[alike]], count_true(same[alike]))
        first, last = last, last * GROWTH
