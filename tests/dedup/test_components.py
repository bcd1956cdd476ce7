"""Components: what is joined one by one, and settled at the end, is what is joined at once."""

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from dedup.components import alone, join, link, names_of, settle

COUNT = 40
PAIRS = st.lists(st.tuples(st.integers(0, COUNT - 1), st.integers(0, COUNT - 1)), max_size=12)


def named_by_the_smallest(pairs: list[tuple[int, int]]) -> list[int]:
    """Names of components, found by renaming one after the other."""
    names = list(range(COUNT))
    for left, right in pairs:
        low, high = sorted((names[left], names[right]))
        names = [low if name == high else name for name in names]
    return names


@settings(deadline=None)
@given(st.lists(PAIRS, max_size=6))
def test_links_are_settled_to_the_names_of_components(batches: list[list[tuple[int, int]]]) -> None:
    """Linked batch by batch, names are right before and after they are settled; joined each time, they are the same."""
    linked, joined = alone(COUNT), alone(COUNT)
    for pairs in batches:
        edges = np.array(pairs, dtype=np.uint32).reshape(-1, 2)
        link(linked, edges)
        join(joined, edges)
    right = named_by_the_smallest([pair for pairs in batches for pair in pairs])
    assert names_of(linked, np.arange(COUNT)).tolist() == right
    settle(linked)
    assert linked.tolist() == joined.tolist() == right
