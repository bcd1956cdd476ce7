"""What each source has that no other has, from a selection: every kept document with its cluster and its fate.

A cluster is a text and its near-copies. A text is a source's own when all of its cluster is of that source.
Memory is about 100 bytes for each document of the selection.
"""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from corpus.fates import Fate

_KEPT = [Fate.RELEASED.value, Fate.DUPLICATE.value, Fate.HELD.value, Fate.EXCLUDED.value]

Numbers = npt.NDArray[np.int64]
Mask = npt.NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Overlap:
    """How one source's texts stand to those of all others.

    Released documents and words are `only` where no other source has a copy, and `shared` where one has. Left out as
    duplicates are `own_copies` of the source itself and `other_copies` of what another source is used for. `waiting`
    is what may not be used (held or excluded) and nobody else is used for: one document a cluster, its longest.
    """

    only_documents: int = 0
    only_words: int = 0
    shared_documents: int = 0
    shared_words: int = 0
    own_copies: int = 0
    other_copies: int = 0
    waiting_documents: int = 0
    waiting_words: int = 0


def overlaps(selection: Path) -> dict[str, Overlap]:
    """How the sources of a selection overlap, by name; a source of which nothing is kept is left out."""
    kept = pc.field("fate").isin(_KEPT)
    table = pq.read_table(selection, columns=["source", "cluster", "words", "fate"], filters=kept).combine_chunks()
    if not len(table):
        return {}
    encoded = table["source"].dictionary_encode().combine_chunks()
    names = encoded.dictionary.to_pylist()
    source = encoded.indices.to_numpy(zero_copy_only=False).astype(np.int64)
    cluster = table["cluster"].dictionary_encode().combine_chunks().indices.to_numpy(zero_copy_only=False)
    return _overlaps(names, source, cluster.astype(np.int64), table)


def _overlaps(names: list[str], source: Numbers, cluster: Numbers, table: pa.Table) -> dict[str, Overlap]:
    words = table["words"].to_numpy().astype(np.int64)
    released = np.asarray(pc.equal(table["fate"], Fate.RELEASED.value))
    duplicate = np.asarray(pc.equal(table["fate"], Fate.DUPLICATE.value))
    clusters = int(cluster.max()) + 1
    pairs = np.unique(cluster * len(names) + source)
    alone = np.bincount(pairs // len(names), minlength=clusters)[cluster] == 1
    used = np.full(clusters, -1, dtype=np.int64)
    used[cluster[released]] = source[released]
    waiting = _longest(cluster * len(names) + source, words, (used[cluster] == -1) & ~released & ~duplicate)

    def per_source(mask: Mask, weights: Numbers | None = None) -> Numbers:
        counted = np.bincount(source[mask], None if weights is None else weights[mask], len(names))
        return np.rint(counted).astype(np.int64)

    columns = {
        "only_documents": per_source(released & alone),
        "only_words": per_source(released & alone, words),
        "shared_documents": per_source(released & ~alone),
        "shared_words": per_source(released & ~alone, words),
        "own_copies": per_source(duplicate & (used[cluster] == source)),
        "other_copies": per_source(duplicate & (used[cluster] != source)),
        "waiting_documents": per_source(waiting),
        "waiting_words": per_source(waiting, words),
    }
    return {
        name: Overlap(**{column: int(values[number]) for column, values in columns.items()})
        for number, name in sorted(enumerate(names), key=lambda pair: pair[1])
    }


def _longest(groups: Numbers, words: Numbers, among: Mask) -> Mask:
    """Of each group's documents among some, the one with the most words."""
    places = np.flatnonzero(among)
    order = places[np.lexsort((-words[places], groups[places]))]
    first = np.ones(len(order), dtype=np.bool_)
    first[1:] = groups[order[1:]] != groups[order[:-1]]
    chosen = np.zeros(len(groups), dtype=np.bool_)
    chosen[order[first]] = True
    return chosen
