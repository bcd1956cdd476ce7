"""From signatures to clusters: bands name candidates, estimates verify them, union-find joins them.

The outcome depends on the set of documents alone: not on their order, and not on how they were sharded. Everything
here is over positions in the given arrays; identity and what makes a good keeper are the caller's.

Memory: 4 bytes × permutations a document for the signatures (512 at the default), and about 100 bytes more a
document while one band is sorted.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from dedup.parameters import Parameters
from dedup.signatures import Signatures

Positions = NDArray[np.int64]

BUCKET_PAIRS_MAX = 64
"""A bucket up to this size is compared pair by pair; in a larger one all are compared with its first member, and
those unlike it among themselves in the same way. A bucket of n equal texts then costs n comparisons, not n²."""


@dataclass(frozen=True, slots=True)
class Clusters:
    """What stands where: three arrays of one length, one place a document.

    `keeper[i]` is the position of the document that stands for document i (i itself when it is alone or the
    keeper), `size[i]` the number of documents in its cluster, `similarity[i]` the estimated Jaccard similarity to
    the keeper.
    """

    keeper: Positions
    size: Positions
    similarity: NDArray[np.float32]


def cluster(signatures: Signatures, preference: Positions, parameters: Parameters) -> Clusters:
    """Cluster near-duplicates.

    `signatures` has shape (documents, permutations); `preference[i]` is document i's rank (all different), and the
    smallest rank of a cluster is its keeper. Raises ValueError when the signatures' width is not the parameters'.
    """
    if signatures.ndim != 2 or signatures.shape[1] != parameters.permutations:
        message = f"signatures of shape {signatures.shape} were not made with {parameters.permutations} permutations"
        raise ValueError(message)
    order = np.argsort(preference, kind="stable")
    ranked = signatures[order]
    parent = np.arange(len(ranked), dtype=np.int64)
    for left, right in _verified_pairs(ranked, parameters):
        _join(parent, left, right)
    roots = np.array([_root(parent, position) for position in range(len(parent))], dtype=np.int64)
    sizes = np.bincount(roots, minlength=len(roots))[roots]
    similarity = (ranked == ranked[roots]).mean(axis=1, dtype=np.float32)
    back = np.argsort(order, kind="stable")
    return Clusters(keeper=order[roots][back], size=sizes[back], similarity=similarity[back])


def _verified_pairs(ranked: Signatures, parameters: Parameters) -> Iterator[tuple[int, int]]:
    """Pairs of ranks that share a band and whose estimated similarity is high enough."""
    empty = (ranked == np.iinfo(np.uint32).max).all(axis=1)
    for band in range(parameters.bands):
        columns = ranked[:, band * parameters.rows : (band + 1) * parameters.rows]
        for bucket in _buckets(columns, empty):
            yield from _similar_in(bucket, ranked, parameters.similarity_min)


def _buckets(columns: Signatures, empty: NDArray[np.bool_]) -> Iterator[Positions]:
    """Groups of two or more ranks with equal values in all columns, each ascending; empty texts are left out."""
    order = np.lexsort(columns.T)
    order = order[~empty[order]]
    if not len(order):
        return
    ordered = columns[order]
    starts = np.flatnonzero(np.append(True, (ordered[1:] != ordered[:-1]).any(axis=1)))
    for start, end in zip(starts, np.append(starts[1:], len(order)), strict=True):
        if end - start > 1:
            yield np.sort(order[start:end])


def _similar_in(bucket: Positions, ranked: Signatures, similarity_min: float) -> Iterator[tuple[int, int]]:
    rest = bucket
    while len(rest) > 1:
        head, others = rest[0], rest[1:]
        alike = (ranked[others] == ranked[head]).mean(axis=1) >= similarity_min
        yield from ((int(head), int(other)) for other in others[alike])
        rest = others if len(bucket) <= BUCKET_PAIRS_MAX else others[~alike]


def _root(parent: Positions, position: int) -> int:
    """The smallest rank joined with this one; halves the path on the way."""
    while parent[position] != position:
        parent[position] = parent[parent[position]]
        position = int(parent[position])
    return position


def _join(parent: Positions, left: int, right: int) -> None:
    first, second = sorted((_root(parent, left), _root(parent, right)))
    parent[second] = first
