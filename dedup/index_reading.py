"""Questions to what stands in an index: who has an id, who equals whom, and whose copy a new text is."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from dedup.bands import KEYS, Rows, keys_of
from dedup.components import Labels
from dedup.index_files import Standing, State, States
from dedup.matching import Pairs
from dedup.names import find_names, read_names


@dataclass(frozen=True, slots=True)
class Copy:
    """Whose copy a text is: a document that stands, with their estimated Jaccard similarity, and an exclusion.

    Of several it is the most similar, and of those the oldest; in a cluster of more than 16 candidates, of those that
    `dedup.matching` compared. Where there is none of a kind, its id is empty and its similarity 0.
    """

    id: str
    copy_of: str = ""
    similarity: float = 0.0
    excluded_by: str = ""
    excluded_similarity: float = 0.0


def among(states: States, *wanted: State) -> NDArray[np.bool_]:
    """Which rows are in one of the wanted states. Memory: one byte a row."""
    table = np.zeros(len(State), dtype=bool)
    table[list(wanted)] = True
    return table[states]


def documents(states: States) -> NDArray[np.bool_]:
    """Which rows are documents that stand."""
    return among(states, State.FIRST, State.TWIN)


def banded(states: States) -> NDArray[np.bool_]:
    """Which rows stand in the bands for the documents that equal them."""
    return among(states, State.FIRST, State.LENT)


def ids_of(standing: Standing, rows: Rows) -> list[str]:
    """Ids of some ascending rows."""
    found: list[bytes] = []
    for base, segment in standing.segments.based():
        first, last = np.searchsorted(rows, (base, base + segment.rows))
        found += read_names(segment.folder, segment.rows, rows[first:last] - base)
    return [name.decode() for name in found]


def rows_of(standing: Standing, ids: Sequence[str], *wanted: State) -> Iterator[tuple[int, int]]:
    """Places in `ids`, and the rows that have these ids and are in one of the wanted states: one, or none."""
    names, asked = [name.encode() for name in ids], among(standing.states, *wanted)
    for base, segment in standing.segments.based():
        for place, row in find_names(segment.folder, segment.rows, names):
            if asked[base + row]:
                yield place, base + row


def equals_of(standing: Standing, row: int) -> Rows:
    """The documents that have the signature of a row, itself perhaps included, oldest first."""
    segments = standing.segments
    signature = segments.take(np.array([row]))
    low = np.uint64(int(keys_of(signature, segments.parameters)[-1, 0]) << 32)
    found = []
    for base, segment in segments.based():
        entries = segments.entries(segment, segments.parameters.bands)
        last = np.searchsorted(entries, low | np.uint64(KEYS - 1), side="right")
        found.append((entries[np.searchsorted(entries, low) : last] & np.uint64(KEYS - 1)).astype(np.int64) + base)
    rows = np.concatenate(found)
    rows = rows[documents(standing.states)[rows]]
    return np.sort(rows[(segments.take(np.sort(rows)) == signature).all(axis=1)])


def copies_of(standing: Standing, ids: Sequence[str], equals: Labels, found: Pairs) -> list[Copy]:
    """The answers for texts, of which `equals[i]` stands for i in `found`; those without any are left out."""
    order = np.lexsort((found.row, -found.equal, found.query))
    excludes = standing.states[found.row] == State.EXCLUSION
    of_documents, of_exclusions = (_best(standing, found, order[kind[order]]) for kind in (~excludes, excludes))
    nothing = ("", 0.0)
    return [
        Copy(name, *of_documents.get(first, nothing), *of_exclusions.get(first, nothing))
        for name, first in zip(ids, equals.tolist(), strict=True)
        if first in of_documents or first in of_exclusions
    ]


def all_copies_of(standing: Standing, found: Pairs) -> Iterator[tuple[int, str, float]]:
    """Every document that is a copy of a text, with the text's place and the similarity."""
    for query, row, equal in zip(found.query.tolist(), found.row.tolist(), found.equal.tolist(), strict=True):
        for name in ids_of(standing, equals_of(standing, row)):
            yield query, name, equal / standing.segments.parameters.permutations


def _best(standing: Standing, found: Pairs, order: Rows) -> dict[int, tuple[str, float]]:
    """For each text the id it is most like and the similarity, given pairs in the order of likeness.

    A row whose document is gone stands for the oldest that equals it.
    """
    queries, places = np.unique(found.query[order], return_index=True)
    rows = found.row[order[places]]
    for place in np.flatnonzero(standing.states[rows] == State.LENT):
        rows[place] = equals_of(standing, int(rows[place]))[0]
    names, at = np.unique(rows, return_inverse=True)
    ids, similarity = ids_of(standing, names), found.equal[order[places]] / standing.segments.parameters.permutations
    told = zip([ids[place] for place in at], similarity.tolist(), strict=True)
    return dict(zip(queries.tolist(), told, strict=True))
