"""Exact duplicates: the same words, whatever stands between them."""

import random

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from dedup.exact import digests, first_copies
from dedup.signatures import normalised, words_of

TEXTS = st.lists(st.sampled_from(["Én ø", "én, Ø!", "en ø", "", "12", "på land", "På Land 3"]), max_size=12)


def firsts_of(texts: list[str], preference: list[int] | None = None) -> list[int]:
    """The position of the text that stands for each."""
    ranks = np.array(range(len(texts)) if preference is None else preference, dtype=np.int64)
    return first_copies(digests(normalised(texts)), ranks).tolist()


@given(TEXTS)
def test_texts_of_the_same_words_are_one(texts: list[str]) -> None:
    """Each text's first copy is the first of the same words; a text without words stands for itself."""
    words = [words_of(text) for text in texts]
    assert firsts_of(texts) == [words.index(mine) if mine else place for place, mine in enumerate(words)]


@given(TEXTS, st.randoms(use_true_random=False))
def test_the_preferred_stands_for_all_in_any_order(texts: list[str], shuffler: random.Random) -> None:
    """The smallest preference is chosen, wherever it stands."""
    order = list(range(len(texts)))
    shuffler.shuffle(order)
    shuffled = firsts_of([texts[place] for place in order], order)
    assert [order[first] for first in shuffled] == [firsts_of(texts)[place] for place in order]
