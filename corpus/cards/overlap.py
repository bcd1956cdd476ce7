"""What each source has that no other has, from a selection: every kept document with its cluster and its fate.

A cluster is a text and its near-copies. A text is a source's own when all of its cluster is of that source.
Memory is about 80 bytes for each kept document.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from corpus.fates import Fate

_KEPT = [fate.value for fate in (Fate.RELEASED, Fate.DUPLICATE, Fate.HELD, Fate.EXCLUDED)]

Numbers: TypeAlias = npt.NDArray[np.integer[Any]]
Mask: TypeAlias = npt.NDArray[np.bool_]


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
    names: dict[str, int] = {}
    batches = list(_batches(selection, names))
    if not names:
        return {}
    cluster, source, words, fate = (np.concatenate(column) for column in zip(*batches, strict=True))
    clusters, places = np.unique(cluster, return_inverse=True)
    del cluster, batches
    kept = _Kept(places.astype(np.int64), len(clusters), source, len(names), words)
    columns = _counted(kept, fate == _KEPT.index(Fate.RELEASED), fate == _KEPT.index(Fate.DUPLICATE))
    return {
        name: Overlap(**{column: int(values[number]) for column, values in columns.items()})
        for name, number in sorted(names.items())
    }


def _batches(selection: Path, names: dict[str, int]) -> Iterator[tuple[npt.NDArray[Any], ...]]:
    """Cluster, source, words and fate of the kept documents as numbers; `names` numbers the sources as they come.

    A cluster is told by the first 64 bits of its id: of a billion, two are taken for one with a probability of 3 %.
    """
    with pq.ParquetFile(selection) as file:
        for batch in file.iter_batches(columns=["source", "cluster", "words", "fate"]):
            rows = batch.filter(pc.and_(pc.is_in(batch["fate"], pa.array(_KEPT)), pc.is_valid(batch["cluster"])))
            if len(rows):
                yield (
                    np.fromiter((int(name[:16], 16) for name in rows["cluster"].to_pylist()), np.uint64, len(rows)),
                    np.fromiter((names.setdefault(name, len(names)) for name in rows["source"].to_pylist()), np.int32),
                    rows["words"].to_numpy(),
                    np.fromiter(map(_KEPT.index, rows["fate"].to_pylist()), np.int8),
                )


@dataclass(frozen=True, slots=True)
class _Kept:
    """The kept documents: each one's cluster, source and words, and how many clusters and sources there are."""

    cluster: Numbers
    clusters: int
    source: Numbers
    sources: int
    words: Numbers


def _counted(kept: _Kept, released: Mask, duplicate: Mask) -> dict[str, Numbers]:
    """The fields of an overlap, a value for each source."""
    pair = kept.cluster * kept.sources + kept.source
    alone = np.bincount(np.unique(pair) // kept.sources, minlength=kept.clusters)[kept.cluster] == 1
    used = np.full(kept.clusters, -1, dtype=np.int32)
    used[kept.cluster[released]] = kept.source[released]
    holder = used[kept.cluster]
    waiting = _longest(pair, kept.words, (holder == -1) & ~released & ~duplicate)

    def documents(mask: Mask) -> Numbers:
        return np.bincount(kept.source[mask], minlength=kept.sources)

    def words(mask: Mask) -> Numbers:
        sums = np.zeros(kept.sources, dtype=np.int64)
        np.add.at(sums, kept.source[mask], kept.words[mask])
        return sums

    return {
        "only_documents": documents(released & alone),
        "only_words": words(released & alone),
        "shared_documents": documents(released & ~alone),
        "shared_words": words(released & ~alone),
        "own_copies": documents(duplicate & (holder == kept.source)),
        "other_copies": documents(duplicate & (holder != kept.source)),
        "waiting_documents": documents(waiting),
        "waiting_words": words(waiting),
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
