"""The hash tree against published roots, and against the definition written out."""

import hashlib
from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ledger.merkle import (
    EMPTY,
    WIDTH,
    BrokenTree,
    Frontier,
    consistency,
    fold,
    inclusion,
    is_consistent,
    leaf_hash,
    root,
    root_of_inclusion,
)

PUBLISHED = {
    0: "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
    1: "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    2: "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
    3: "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
    4: "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    5: "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
    6: "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
    7: "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
    8: "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
}
"""Roots that implementations of Certificate Transparency are tested by, over the leaves below."""
LEAVES = ["", "00", "10", "2021", "3031", "40414243", "5051525354555657", "606162636465666768696a6b6c6d6e6f"]

SIZES = st.integers(1, 700)


class Kept:
    """Blocks of a tree in memory: leaves, and the complete subtrees a frontier told of."""

    def __init__(self, leaves: Sequence[bytes]) -> None:
        self.levels: dict[int, list[bytes]] = {0: list(leaves)}
        self.frontier = Frontier()
        for leaf in leaves:
            for level, number, value in self.frontier.add(leaf):
                assert number == len(self.levels.setdefault(level, []))
                self.levels[level].append(value)

    def __call__(self, level: int, number: int) -> Sequence[bytes]:
        """One row."""
        return self.levels.get(level, [])[number * WIDTH : (number + 1) * WIDTH]


def leaves_of(size: int) -> list[bytes]:
    """As many leaf hashes, each its own."""
    return [leaf_hash(b"%d" % number) for number in range(size)]


KEPT = Kept(leaves_of(700))


def defined(leaves: Sequence[bytes]) -> bytes:
    """The root as RFC 6962 defines it, over hashes of leaves."""
    if len(leaves) < 2:
        return leaves[0] if leaves else EMPTY
    split = 1
    while split * 2 < len(leaves):
        split *= 2
    return hashlib.sha256(b"\x01" + defined(leaves[:split]) + defined(leaves[split:])).digest()


def test_roots_are_the_published_ones() -> None:
    """The eight leaves everybody tests with lead to the roots everybody has."""
    hashes = [leaf_hash(bytes.fromhex(leaf)) for leaf in LEAVES]
    for size, wanted in PUBLISHED.items():
        assert root(size, Kept(hashes)).hex() == wanted
        assert Kept(hashes[:size]).frontier.root.hex() == wanted


def test_a_leaf_is_never_taken_for_a_node() -> None:
    """Two hashes written as one leaf do not have the hash of the node over them."""
    left, right = leaves_of(2)
    assert leaf_hash(left + right) != fold([left, right])


@given(SIZES)
def test_any_earlier_root_is_made_of_what_is_kept(size: int) -> None:
    """The kept rows of a larger tree give the defined root of every smaller one, and so does growing to it."""
    assert root(size, KEPT) == defined(leaves_of(size)) == Kept(leaves_of(size)).frontier.root


@given(st.data(), SIZES)
def test_a_leaf_proves_to_be_in_and_nothing_else_does(data: st.DataObject, size: int) -> None:
    """An inclusion proof leads to the root; with another leaf, place, size or hash it does not."""
    index = data.draw(st.integers(0, size - 1))
    path = inclusion(index, size, KEPT)
    leaf, wanted = leaf_hash(b"%d" % index), root(size, KEPT)
    assert root_of_inclusion(leaf, index, size, path) == wanted
    assert root_of_inclusion(leaf_hash(b"another"), index, size, path) != wanted
    assert root_of_inclusion(leaf, index, size, [*path, leaf]) != wanted
    assert root_of_inclusion(leaf, size, size, path) is None
    if path:
        place = data.draw(st.integers(0, len(path) - 1))
        assert root_of_inclusion(leaf, index, size, [*path[:place], EMPTY, *path[place + 1 :]]) != wanted
        assert root_of_inclusion(leaf, index, size, path[:-1]) != wanted
        assert root_of_inclusion(leaf, index ^ 1, size, path) != wanted


@given(SIZES, SIZES, st.data())
def test_a_tree_proves_to_begin_with_an_earlier_one(one: int, other: int, data: st.DataObject) -> None:
    """A consistency proof holds for the two roots, and for no other ones, in no other order, with no other hash."""
    old, new = sorted((one, other))
    path = consistency(old, new, KEPT)
    was, now = (old, root(old, KEPT)), (new, root(new, KEPT))
    assert is_consistent(was, now, path)
    assert not is_consistent((old, EMPTY), now, path)
    assert not is_consistent(was, (new, EMPTY), path)
    assert not is_consistent(was, now, [*path, EMPTY])
    if path:
        place = data.draw(st.integers(0, len(path) - 1))
        assert not is_consistent(was, now, [*path[:place], EMPTY, *path[place + 1 :]])
        assert not is_consistent(was, now, path[:-1])
        assert not is_consistent(now, was, path)


def test_every_tree_begins_with_the_empty_one() -> None:
    """Size 0 needs no proof and has one root."""
    assert consistency(0, 7, KEPT) == []
    assert is_consistent((0, EMPTY), (7, root(7, KEPT)), [])
    assert not is_consistent((0, root(7, KEPT)), (7, root(7, KEPT)), [])
    assert root(0, KEPT) == EMPTY


def test_what_is_missing_is_told() -> None:
    """A row with too few hashes gives no root, and leaves and sizes that are not there no proof."""
    with pytest.raises(BrokenTree, match="level 1"):
        root(600, lambda level, number: [] if level else KEPT(level, number))
    with pytest.raises(ValueError, match="no leaf 7"):
        inclusion(7, 7, KEPT)
    with pytest.raises(ValueError, match="cannot begin"):
        consistency(8, 7, KEPT)
