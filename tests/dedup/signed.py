"""Signatures made by the tests, and the clusters that comparing all with all gives."""

import random
from collections.abc import Iterator

import numpy as np
from hypothesis import strategies as st

from dedup.parameters import Parameters
from dedup.signatures import Signatures

SMALL = Parameters(bands=4, rows=4, similarity_min=0.7)
EMPTY = np.iinfo(np.uint32).max


def near_copies(seed: int, count: int, parameters: Parameters) -> Signatures:
    """Signatures of few origins: equal, a few values apart, about as far apart as may be joined, and empty ones."""
    random_ = np.random.default_rng(seed)
    width = parameters.permutations
    origins = random_.integers(0, 1000, (max(count // 8, 1), width), dtype=np.uint32)
    made = origins[random_.integers(0, len(origins), count)]
    kept = random_.choice([1.0, 0.97, 0.9, 0.8, 0.7, 0.5], count)[:, None]
    fresh = random_.integers(0, 1000, made.shape, dtype=np.uint32)
    made = np.where(random_.random(made.shape) < kept, made, fresh)
    made[random_.random(count) < 0.03] = EMPTY
    return made


def brute_force(signatures: Signatures, parameters: Parameters) -> list[int]:
    """The smallest position of each one's cluster, by comparing all pairs and walking from each to its copies."""
    labels = [-1] * len(signatures)
    for start in range(len(signatures)):
        reached = [start] if labels[start] < 0 else []
        while reached:
            position = reached.pop()
            labels[position] = start
            reached += [other for other in copies_of(signatures, position, parameters) if labels[other] < 0]
    return labels


def copies_of(signatures: Signatures, position: int, parameters: Parameters) -> Iterator[int]:
    """All that share a band with one, and enough of their values; none of what has no words."""
    same = signatures == signatures[position]
    bands = same.reshape(len(same), parameters.bands, parameters.rows).all(axis=2).any(axis=1)
    speak = (signatures != EMPTY).any(axis=1)
    alike = bands & (same.mean(axis=1) >= parameters.similarity_min) & speak & speak[position]
    return (int(other) for other in np.flatnonzero(alike) if other != position)


def shuffled(count: int, seed: int) -> list[int]:
    """The numbers below `count` in some order."""
    order = list(range(count))
    random.Random(seed).shuffle(order)
    return order


def texts(*values: int) -> Signatures:
    """Signatures of 16 values that begin with others of one text the further the larger a value is."""
    made = np.tile(np.arange(100, 116, dtype=np.uint32), (len(values), 1))
    for row, value in zip(made, values, strict=True):
        row[:value] = value
    return made


SEEDS = st.integers(0, 2**32 - 1)
