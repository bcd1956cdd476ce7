"""Clusters by true Jaccard similarity: what signatures brought together is looked at once more, shingle by shingle.

Signatures are clustered with a lower limit first (`loosened`), so that an estimate that fell short is no loss. Within
each of these clusters two texts are joined when their true similarity reaches the limit; the parts that hold together
are the clusters. A pair is only left out when it is joined already, so order decides nothing. Cost: about 20 µs a pair,
n pairs in a cluster of n copies, n²/2 in one of n that are none; more than PAIRS_MAX are refused.
"""

from dataclasses import replace
from math import sqrt

import numpy as np
from numpy.typing import NDArray

from dedup.components import Labels, alone, join
from dedup.errors import CrowdedError
from dedup.parameters import Parameters
from dedup.shinglesets import ShingleSets

PAIRS_MAX = 20_000_000
"""Pairs compared in one cluster: some seven minutes."""


def loosened(parameters: Parameters) -> Parameters:
    """The same with a limit three standard errors lower, below which one in a thousand true pairs is estimated."""
    limit = parameters.similarity_min
    error = sqrt(max(limit * (1 - limit), 1 / parameters.permutations) / parameters.permutations)
    return replace(parameters, similarity_min=max(limit - 3 * error, 1 / parameters.permutations))


def verified(labels: Labels, sets: ShingleSets, similarity_min: float) -> Labels:
    """Part clusters where the true similarity does not hold them together; the smallest row names each part.

    `labels` are those of `dedup.clusters.joined`, or of `dedup.sharded.labels_of`. Raises CrowdedError.
    """
    parts = alone(len(labels))
    order = np.argsort(labels, kind="stable")
    begins = np.flatnonzero(np.diff(labels[order], prepend=-1))
    for rows in np.split(order, begins[1:]) if len(order) else ():
        if len(rows) > 1:
            parts[rows] = rows[_join_alike(rows, sets, similarity_min)]
    return parts


def true_similarity(rows: NDArray[np.int64], keepers: NDArray[np.int64], sets: ShingleSets) -> NDArray[np.float32]:
    """The true similarity of rows to their keepers."""
    pairs = zip(rows.tolist(), keepers.tolist(), strict=True)
    return np.array([sets.jaccard(row, keeper) for row, keeper in pairs], dtype=np.float32)


def _join_alike(rows: NDArray[np.int64], sets: ShingleSets, similarity_min: float) -> Labels:
    """The place of the smallest of those that each of the rows holds together with."""
    joined, compared = alone(len(rows)), 0
    for place, row in enumerate(rows[:-1].tolist()):
        others = np.flatnonzero(joined != joined[place])
        others = others[others > place]
        compared += len(others)
        if compared > PAIRS_MAX:
            raise CrowdedError(
                f"{len(rows)} texts are nearly copies of each other and can not all be compared (rows {rows[0]}, "
                f"{rows[1]}, …): set apart what they have in common, or cluster by estimates alone."
            )
        alike = [other for other in others.tolist() if sets.jaccard(row, int(rows[other])) >= similarity_min]
        if alike:
            join(joined, np.array([(place, other) for other in alike], dtype=np.uint32))
    return joined
