"""From signatures to clusters: bands name candidates, their values decide, components are the clusters.

The outcome depends on the set of documents alone: not on their order, and not on how they were sharded. Everything
here is over positions in the given arrays; identity and what makes a good keeper are the caller's.

Memory: 4 bytes × permutations a document for the signatures (512 at the default), about 60 bytes more a document, and
`MEMORY_BYTES`. Signatures that do not fit in memory: `dedup.sharded`.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from dedup.bands import Rows, check_width, entries_of, keys_of, speaking, steps
from dedup.components import Labels, alone, join
from dedup.edges import Take, alike_in, count_equal, edges_in, unsettled
from dedup.parameters import Parameters
from dedup.signatures import Signatures

Positions = NDArray[np.int64]

MEMORY_BYTES = 64 << 20
"""Memory in which signatures are compared; less costs time only for buckets beyond it."""


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
    smallest rank of a cluster is its keeper. Raises ValueError when the signatures' width is not the parameters', and
    CrowdedError.
    """
    check_width(signatures, parameters)
    return choose(joined(signatures, parameters), preference, lambda rows: signatures[rows])


def joined(signatures: Signatures, parameters: Parameters) -> Labels:
    """The smallest position of each one's cluster: who is a copy of whom, directly or by way of others."""
    return copies_among(len(signatures), lambda rows: signatures[rows], parameters).labels


@dataclass(frozen=True, slots=True)
class Copies:
    """The smallest row of each one's cluster, and the smallest of those equal to it."""

    labels: Labels
    equals: Labels


def copies_among(count: int, take: Take, parameters: Parameters) -> Copies:
    """Find the copies among `count` rows whose signatures `take` gives. Memory: 140 bytes a row, and `MEMORY_BYTES`."""
    labels = alone(count)
    rows, keys = _keyed(count, take, parameters)
    equals = labels
    for band in (parameters.bands, *range(parameters.bands)):
        entries = unsettled(entries_of(keys[band], rows), labels)
        join(labels, edges_in(entries, labels, take, alike_in(band, parameters), MEMORY_BYTES))
        if band == parameters.bands:
            equals = labels.copy()
            first = equals[rows] == rows
            rows, keys = rows[first], keys[:, first]
    return Copies(labels, equals)


def _keyed(count: int, take: Take, parameters: Parameters) -> tuple[Rows, NDArray[np.uint32]]:
    """The rows with words, and their keys."""
    rows, keys = [np.empty(0, dtype=np.int64)], [np.empty((parameters.bands + 1, 0), dtype=np.uint32)]
    for step in steps(count):
        signatures = take(np.arange(step.start, step.stop))
        speak = speaking(signatures)
        rows.append(np.flatnonzero(speak) + step.start)
        keys.append(keys_of(signatures[speak], parameters))
    return np.concatenate(rows), np.concatenate(keys, axis=1)


def choose(labels: Labels, preference: Positions, take: Take) -> Clusters:
    """Choose each cluster's keeper, the smallest rank, and say how alike its copies are."""
    count = len(labels)
    keeper = _keepers(labels, preference)
    similarity = np.ones(count, dtype=np.float32)
    copies = np.flatnonzero(keeper != np.arange(count))
    for step in steps(len(copies)):
        similarity[copies[step]] = _similarity(copies[step], keeper[copies[step]], take)
    return Clusters(keeper, np.bincount(labels, minlength=count)[labels], similarity)


def _keepers(labels: Labels, preference: Positions) -> Positions:
    """The position of each one's keeper."""
    order = np.argsort(preference, kind="stable")[::-1]
    first = np.empty(len(labels), dtype=np.int64)
    first[labels[order]] = order  # of several the last assignment stands: the smallest rank's
    keepers: Positions = first[labels]
    return keepers


def _similarity(copies: Rows, keepers: Rows, take: Take) -> NDArray[np.float32]:
    """Estimated Jaccard similarity of ascending copies to their keepers."""
    names, places = np.unique(keepers, return_inverse=True)
    left, right = take(copies), take(names)[places]
    return np.divide(count_equal(left, right), left.shape[1], dtype=np.float32)
