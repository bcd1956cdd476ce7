"""The hash tree over the journal: arithmetic alone, no database in sight.

The tree is RFC 6962's (2.1; the same in RFC 9162): SHA-256, with a byte before what is hashed that tells a leaf from a
node, and each node's left side the largest power of two that leaves something for the right. What an append never
changes again is a *complete* subtree, so those are what is worth keeping: of every eighth level, by the rows of a
`Blocks`. From them the root of any earlier size and any proof is made by reading a few rows of 256 hashes.

    Frontier       grows leaf by leaf, holds one hash a level, and tells each subtree it completes
    root           of the first `size` leaves
    inclusion      proof that a leaf is in the tree of some size;   root_of_inclusion   what it leads to
    consistency    proof that a tree begins with an earlier one;    is_consistent       whether it does
"""

import hashlib
from collections.abc import Callable, Sequence
from typing import TypeAlias

HEIGHT = 8
"""Levels from one kept row of hashes to the next: a row for 256 events, as c2sp.org/tlog-tiles has it."""

WIDTH = 1 << HEIGHT
"""Hashes in a full row."""

PATH_MAX = 63
"""Most hashes in an inclusion proof: a tree has fewer than 2⁶³ leaves. A consistency proof may have one more."""

EMPTY = hashlib.sha256().digest()
"""Root of the tree without leaves."""

Blocks: TypeAlias = Callable[[int, int], Sequence[bytes]]
"""`blocks(level, number)`: hashes of the subtrees of `256 ** level` leaves, from the `256 * number`th on, at most 256.
Level 0 is the leaves. The last block has as many as there are."""


class BrokenTree(Exception):  # noqa: N818  names the state of the tree
    """A hash that a tree of this size must have is not there."""


def leaf_hash(leaf: bytes) -> bytes:
    """Hash a leaf's bytes."""
    return hashlib.sha256(b"\x00" + leaf).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    """Hash two subtrees' hashes into their parent's."""
    return hashlib.sha256(b"\x01" + left + right).digest()


def fold(hashes: Sequence[bytes]) -> bytes:
    """Return the root over a power of two of subtrees of one size."""
    while len(hashes) > 1:
        hashes = [node_hash(*pair) for pair in zip(hashes[::2], hashes[1::2], strict=True)]
    return hashes[0]


class Frontier:
    """A tree that only grows, in memory of one hash a level: what an audit builds anew beside the one that is kept."""

    def __init__(self) -> None:
        self.size = 0
        self._roots: list[bytes] = []

    def add(self, leaf: bytes) -> list[tuple[int, int, bytes]]:
        """Add a leaf's hash; return the subtrees that a row is kept of and that are complete now, smallest first.

        Each is its level (as in `Blocks`), its number on that level, and its hash.
        """
        done = []
        node, height = leaf, 0
        while self.size >> height & 1:
            node, height = node_hash(self._roots.pop(), node), height + 1
            if height % HEIGHT == 0:
                done.append((height // HEIGHT, self.size >> height, node))
        self._roots.append(node)
        self.size += 1
        return done

    @property
    def root(self) -> bytes:
        """The root over all leaves so far."""
        if not self._roots:
            return EMPTY
        node, *rest = reversed(self._roots)
        for left in rest:
            node = node_hash(left, node)
        return node


def root(size: int, blocks: Blocks) -> bytes:
    """Return the root over the first `size` leaves.

    Raises:
        BrokenTree: a block has fewer hashes than such a tree has.

    """
    return EMPTY if size == 0 else _subtree(0, size, blocks)


def inclusion(index: int, size: int, blocks: Blocks) -> list[bytes]:
    """Prove that the leaf at `index` is in the tree of `size` leaves: the siblings on its way up (RFC 6962, 2.1.1).

    Raises:
        BrokenTree: a block has fewer hashes than such a tree has.
        ValueError: the tree has no such leaf.

    """
    if not 0 <= index < size:
        raise ValueError(f"no leaf {index} is in a tree of {size}")
    path = []
    low, high = 0, size
    while high - low > 1:
        middle = low + _split(high - low)
        if index < middle:
            path.append(_subtree(middle, high, blocks))
            high = middle
        else:
            path.append(_subtree(low, middle, blocks))
            low = middle
    return path[::-1]


def consistency(old: int, new: int, blocks: Blocks) -> list[bytes]:
    """Prove that the tree of `new` leaves begins with the tree of `old` ones (RFC 6962, 2.1.2).

    Raises:
        BrokenTree: a block has fewer hashes than such a tree has.
        ValueError: `old` is not from 0 to `new`.

    """
    if not 0 <= old <= new:
        raise ValueError(f"a tree of {new} leaves cannot begin with {old}")
    path: list[bytes] = []
    if old in (0, new):
        return path
    low, high = 0, new
    while old != high:
        middle = low + _split(high - low)
        if old <= middle:
            path.append(_subtree(middle, high, blocks))
            high = middle
        else:
            path.append(_subtree(low, middle, blocks))
            low = middle
    if low > 0:
        path.append(_subtree(low, high, blocks))
    return path[::-1]


def root_of_inclusion(leaf: bytes, index: int, size: int, path: Sequence[bytes]) -> bytes | None:
    """Return the root that a leaf's hash and an inclusion proof lead to; None when the proof is not of this shape.

    RFC 9162, 2.1.3.2.
    """
    if not 0 <= index < size:
        return None
    node, place, last = leaf, index, size - 1
    for sibling in path:
        if last == 0:
            return None
        if place & 1 or place == last:
            node = node_hash(sibling, node)
            while place and not place & 1:
                place, last = place >> 1, last >> 1
        else:
            node = node_hash(node, sibling)
        place, last = place >> 1, last >> 1
    return node if last == 0 else None


def is_consistent(old: tuple[int, bytes], new: tuple[int, bytes], path: Sequence[bytes]) -> bool:
    """Tell whether a proof shows that the tree `new` (size and root) begins with the tree `old`; RFC 9162, 2.1.4.2."""
    (old_size, old_root), (new_size, new_root) = old, new
    if old_size in (0, new_size):
        return not path and old_root == (EMPTY if old_size == 0 else new_root)
    if not 0 < old_size < new_size:
        return False
    hashes = [old_root, *path] if old_size & (old_size - 1) == 0 else list(path)
    if not hashes:
        return False
    place, last = old_size - 1, new_size - 1
    while place & 1:
        place, last = place >> 1, last >> 1
    was = now = hashes[0]
    for sibling in hashes[1:]:
        if last == 0:
            return False
        if place & 1 or place == last:
            was, now = node_hash(sibling, was), node_hash(sibling, now)
            while place and not place & 1:
                place, last = place >> 1, last >> 1
        else:
            now = node_hash(now, sibling)
        place, last = place >> 1, last >> 1
    return last == 0 and (was, now) == (old_root, new_root)


def _split(count: int) -> int:
    """The largest power of two below a count of two or more."""
    return 1 << (count - 1).bit_length() - 1


def _subtree(low: int, high: int, blocks: Blocks) -> bytes:
    """The hash over the leaves from `low` up to `high`, which the tree's own splits lead to."""
    count = high - low
    if count & (count - 1) == 0:
        return _complete(low, count.bit_length() - 1, blocks)
    middle = low + _split(count)
    return node_hash(_complete(low, (middle - low).bit_length() - 1, blocks), _subtree(middle, high, blocks))


def _complete(low: int, height: int, blocks: Blocks) -> bytes:
    """The hash over `2 ** height` leaves from `low` on, a multiple of that, out of the kept level below it."""
    level, rest = divmod(height, HEIGHT)
    number, offset = divmod(low >> level * HEIGHT, WIDTH)
    hashes = blocks(level, number)[offset : offset + (1 << rest)]
    if len(hashes) < 1 << rest:
        raise BrokenTree(f"level {level}, from number {(number << HEIGHT) + offset} on: hashes are missing")
    return fold(hashes)
