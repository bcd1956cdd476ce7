"""Connected components: what is joined, directly or by way of others.

A component is named by its smallest member. `labels[i]` is the name of i's component, and always the name itself,
never a step on the way: whoever reads it need not search.
"""

from typing import Any

import numpy as np
from numpy.typing import NDArray

Labels = NDArray[np.uint32]
Edges = NDArray[np.uint32]
"""Shape (edges, 2): each says that two are in one component."""

NO_EDGES: Edges = np.empty((0, 2), dtype=np.uint32)


def alone(count: int) -> Labels:
    """Labels of `count` of which none is joined to another."""
    return np.arange(count, dtype=np.uint32)


def join(labels: Labels, edges: Edges) -> None:
    """Join what the edges say, in place.

    Time: a pass over the labels (4 bytes each), and few over the edges. Memory: about 60 bytes an edge.
    """
    link(labels, edges)
    settle(labels)


def link(labels: Labels, edges: Edges) -> None:
    """Join what the edges say, but leave the labels of others as they are until `settle`, after any number of links.

    Time: few passes over the edges, however many labels there are. Memory: about 60 bytes an edge.
    """
    left, right = (names_of(labels, ends) for ends in edges.T)
    apart = left != right
    if not apart.any():
        return
    ends = np.stack((left[apart], right[apart]))
    names, places = np.unique(ends, return_inverse=True)
    labels[names] = names[_components(len(names), *places.reshape(ends.shape))]


def names_of(labels: Labels, some: NDArray[np.integer[Any]]) -> Labels:
    """The names of the components that some are in, by way of all that were linked to another since they were names."""
    names: Labels = labels[some]
    while not np.array_equal(further := labels[names], names):
        names = further
    return names


def settle(labels: Labels) -> None:
    """Make every label the name of a component: a pass over the labels, in place.

    A label is never larger than what it is of, so whatever comes before a step is settled when its turn comes.
    """
    for start in range(0, len(labels), _STEP):
        step = labels[start : start + _STEP]
        step[:] = names_of(labels, step)


_STEP = 1 << 20
"""Labels rewritten at a time."""


def _components(count: int, left: NDArray[np.int64], right: NDArray[np.int64]) -> NDArray[np.int64]:
    """The smallest of each one's component: each round, all that have a smaller neighbour go to the smallest."""
    parent = np.arange(count)
    while len(left):
        low, high = np.minimum(left, right), np.maximum(left, right)
        np.minimum.at(parent, high, low)
        while not np.array_equal(further := parent[parent], parent):
            parent = further
        left, right = parent[left], parent[right]
        apart = left != right
        left, right = left[apart], right[apart]
    return parent
