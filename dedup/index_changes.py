"""Changes to what stands in an index, each from one state of it to the next; nothing counts before its commit."""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from dedup.bands import Rows
from dedup.clusters import Copies, copies_among
from dedup.components import alone, join
from dedup.index_files import Standing, State, States, folder_of
from dedup.index_reading import banded, documents
from dedup.matching import Pairs
from dedup.names import merge_names, write_names
from dedup.segments import Segments, merge_segments, write_segment
from dedup.signatures import Signatures

PART_ENTRIES = 1 << 21
"""Entries merged at a time: 60 MB."""


def with_rows(standing: Standing, ids: Sequence[str], signatures: Signatures, states: States) -> Standing:
    """Append rows, joined to nothing."""
    folder = folder_of(standing)
    segments = standing.segments
    first = states != State.TWIN
    segment = write_segment(folder, signatures, segments.parameters, first)
    write_names(folder, [name.encode() for name in ids])
    labels = np.append(standing.labels, np.arange(len(ids), dtype=np.uint32) + np.uint32(segments.rows))
    segments = Segments((*segments.segments, segment), segments.parameters)
    return replace(standing, segments=segments, labels=labels, states=np.append(standing.states, states))


def with_documents(
    standing: Standing, ids: Sequence[str], signatures: Signatures, copies: tuple[Copies, Pairs]
) -> Standing:
    """Append documents, joined to their copies among themselves and to those found among what stands."""
    mine, found = copies
    kept = standing.states[found.row] != State.EXCLUSION
    query, row, equal = found.query[kept], found.row[kept], found.equal[kept]
    states = np.where(mine.equals == alone(len(ids)), State.FIRST, State.TWIN).astype(np.uint8)
    states[query[equal == signatures.shape[1]]] = State.TWIN
    base = standing.segments.rows
    standing = with_rows(standing, ids, signatures, states)
    standing.labels[base:] = mine.labels + np.uint32(base)
    join(standing.labels, np.stack((query + base, row), axis=1).astype(np.uint32))
    return standing


def without(standing: Standing, rows: Rows) -> Standing:
    """Let documents be gone, and cluster anew what was joined to them.

    A row that stands for equals in the bands does so as long as one of them is a document.
    """
    states, labels = standing.states.copy(), standing.labels.copy()
    states[rows] = np.where(states[rows] == State.FIRST, State.LENT, State.GONE)
    touched = np.zeros(len(labels), dtype=bool)
    touched[labels[rows]] = True
    members = np.flatnonzero(touched[labels] & (banded(states) | documents(states)))
    labels[rows] = rows
    mine = _copies(standing.segments, members)
    lives = np.zeros(len(members), dtype=bool)
    lives[mine.equals[documents(states)[members]]] = True
    lives = lives[mine.equals]
    states[members[~lives]] = State.GONE
    rest = members[lives]
    mine = mine if lives.all() else _copies(standing.segments, rest)
    labels[rest] = rest[mine.labels]
    return replace(standing, labels=labels, states=states)


def merged(standing: Standing, first: int) -> Standing:
    """Write the segments from one on as one, without the rows that are gone.

    Memory: 70 bytes a row that is merged, and 100 MB.
    """
    segments = standing.segments
    before = sum(segment.rows for segment in segments.segments[:first])
    some = Segments(segments.segments[first:], segments.parameters)
    keep = standing.states[before:] != State.GONE
    folder = folder_of(standing)
    parts = -(-some.rows // PART_ENTRIES) or 1
    segment = merge_segments(folder, some, keep, parts)
    merge_names(folder, [(each.folder, each.rows) for each in some.segments], keep)
    places = np.concatenate((np.arange(before), np.cumsum(keep) - 1 + before)).astype(np.uint32)
    kept = np.concatenate((np.ones(before, dtype=bool), keep))
    return replace(
        standing,
        segments=Segments((*segments.segments[:first], segment), segments.parameters),
        labels=places[standing.labels[kept]],
        states=standing.states[kept],
    )


def first_to_merge(standing: Standing) -> int:
    """From which segment on all are to be one, so that each is more than twice as large as all after it."""
    after = 0
    first = len(standing.segments.segments)
    for place, segment in reversed(list(enumerate(standing.segments.segments))):
        if after and segment.rows <= 2 * after:
            first = place
        after += segment.rows
    return first


def _copies(segments: Segments, rows: Rows) -> Copies:
    return copies_among(len(rows), lambda some: segments.take(rows[some]), segments.parameters)
