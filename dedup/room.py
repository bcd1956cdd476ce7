"""What the kernel works in: arrays by name, made once for a batch, so that the compiled part allocates nothing."""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

LANES = 32
"""Shingles that are hashed together; 16 leave vectors unfilled, 128 leave the processor's first cache."""

_SPARE = 72
"""Bytes behind a text's words, so that a block of 64 may be read anywhere in them."""

Bytes = NDArray[np.uint8]
Ints = NDArray[np.int64]
Words = NDArray[np.uint32]


class Batch(NamedTuple):
    """Texts one after the other in UTF-8: text i is `text[bounds[i] : bounds[i + 1]]`."""

    text: Bytes
    bounds: Ints


class Room(NamedTuple):
    """Room for the longest text, about 16 bytes for each of its own, and for `LANES` hashes under way.

    `starts` are where a text's words begin, `big` the four bytes that end at each place as one number, `order` in which
    order its shingles are hashed, `first` and `second` the first eight bytes of their hashes. `schedule`, `state` and
    `hash` are SHA-1's 80, 5 and 5 words of every lane, `place` and `length` where each lane's message lies. `keep` and
    `add` are what SHA-1 does to a block, 16 words a row: row r + 1 for a block of which r bytes are the message's, row
    0 for one behind its end.
    """

    starts: Ints
    big: Words
    order: Ints
    first: Words
    second: Words
    schedule: Words
    state: Words
    hash: Words
    place: Ints
    length: Ints
    keep: Words
    add: Words


def room_for(batch: Batch) -> Room:
    """Room for each of the texts, one at a time."""
    size = int(np.diff(batch.bounds).max(initial=0)) + _SPARE
    count = size // 2 + LANES
    words, ints = np.dtype(np.uint32), np.dtype(np.int64)
    return Room(
        starts=np.zeros(count, dtype=ints),
        big=np.zeros(size, dtype=words),
        order=np.zeros(count, dtype=ints),
        first=np.zeros(count, dtype=words),
        second=np.zeros(count, dtype=words),
        schedule=np.zeros(80 * LANES, dtype=words),
        state=np.zeros(5 * LANES, dtype=words),
        hash=np.zeros(5 * LANES, dtype=words),
        place=np.zeros(LANES, dtype=ints),
        length=np.zeros(LANES, dtype=ints),
        keep=_keep(),
        add=_add(),
    )


def _keep() -> Words:
    """Which bits of each word are the message's."""
    left = np.clip(np.arange(-1, 65)[:, None] - np.arange(0, 64, 4), 0, 4)
    kept: NDArray[np.uint64] = np.uint64(0xFFFFFFFF00000000) >> (8 * left).astype(np.uint64)
    return kept.astype(np.uint32).ravel()


def _add() -> Words:
    """The bit that closes a message, where it ends inside the block."""
    added = np.zeros((66, 64), dtype=np.uint8)
    added[np.arange(1, 65), np.arange(64)] = 0x80
    return added.view(">u4").astype(np.uint32).ravel()
