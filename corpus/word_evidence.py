"""A second opinion on a line in doubt: which of its words, and of its pairs of words, are more Danish than Norwegian.

Half of all short lines have no word that is Danish alone or Bokmål alone, and then it counts how often each word is
written in either. That is known from far more text than there are labelled sentences to learn from. A table has a
number for each word and pair that tells: the logarithm of how many times more Danish it is than Bokmål, Nynorsk or
Swedish, whichever comes nearest, already multiplied by how much that is to be trusted. What is not in it says nothing.

The table is a sorted row of 32-bit numbers, the lowest byte first: 27 bits of the CRC-32 of the word or pair, 5 bits
of its weight in tenths. One look-up in a thousand of what is not in it finds another's number, which is little beside
the rest of a line.
"""

import sys
from array import array
from bisect import bisect_left
from collections.abc import Mapping
from itertools import pairwise
from typing import TypeAlias
from zlib import crc32

Table: TypeAlias = "array[int]"

WEIGHT_MAX = 1.5
"""The largest weight either way, of a word and of a whole line: it tips a balance, and leaves a line in doubt in doubt,
so that its neighbours are still heard. Without it lines are surely wrong more often, and no more of them right."""

_STEPS, _BITS = 10, 5
_ZERO, _WEIGHT = 1 << _BITS - 1, (1 << _BITS) - 1


def pack(weights: Mapping[str, float]) -> bytes:
    """Make the bytes of a table; of two keys with the same hash the first is kept, weights that round to 0 are not."""
    packed: dict[int, int] = {}
    for key, weight in weights.items():
        steps = round(_within(weight) * _STEPS)
        if steps:
            packed.setdefault(_hash(key), steps + _ZERO)
    return _ordered(array("I", sorted(key | value for key, value in packed.items()))).tobytes()


def unpack(data: bytes) -> Table:
    """Make a table of the bytes that `pack` made."""
    return _ordered(array("I", data))


def evidence(words: str, table: Table) -> float:
    """Sum of the weights of a normalised line's words and pairs, within `WEIGHT_MAX`: how Danish it is, as log odds."""
    return _within(sum(_weight(key, table) for key in keys_of(words)))


def keys_of(words: str) -> list[str]:
    """Words of a normalised line, and each with the next; the first and the last also with nothing beside them."""
    parts = ["", *words.replace(",", "").split(), ""]
    return [*parts[1:-1], *(f"{first} {second}" for first, second in pairwise(parts))]


def _within(weight: float) -> float:
    return max(-WEIGHT_MAX, min(WEIGHT_MAX, weight))


def _weight(key: str, table: Table) -> float:
    wanted = _hash(key)
    place = bisect_left(table, wanted)
    if place == len(table) or table[place] & ~_WEIGHT != wanted:
        return 0.0
    return ((table[place] & _WEIGHT) - _ZERO) / _STEPS


def _hash(key: str) -> int:
    return crc32(key.encode()) & ~_WEIGHT


def _ordered(numbers: Table) -> Table:
    if sys.byteorder == "big":
        numbers.byteswap()
    return numbers
