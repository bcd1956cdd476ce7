"""Containment: an article is found inside a page, and nothing that is not there is told."""

import random

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dedup.containment import SHINGLES_MIN, contained
from dedup.parameters import Parameters
from dedup.shinglesets import ShingleSets
from dedup.signatures import normalised, shingle_hashes, shingles
from dedup.verify import loosened, true_similarity, verified

PARAMETERS = Parameters()
VOCABULARY = [f"{a}{b}{c}" for a in "bdfgklmnprst" for b in "aeiouyæøå" for c in "dgklmnrst"]


def text_of(seed: int, words: int) -> str:
    """A text of random words, the same for the same seed."""
    return " ".join(random.Random(seed).choices(VOCABULARY, k=words))


def sets_of(texts: list[str]) -> ShingleSets:
    """The shingles of texts, at rest."""
    hashes = shingle_hashes(normalised(texts), PARAMETERS)
    bounds = np.concatenate(([0], np.cumsum([len(each) for each in hashes]))).astype(np.int64)
    return ShingleSets(np.concatenate(hashes) if hashes else np.empty(0, np.uint64), bounds)


def pairs_of(texts: list[str], share_min: float = 0.8) -> dict[tuple[int, int], float]:
    """Pairs (inner, outer) and their share."""
    found = contained(sets_of(texts), share_min)
    return dict(zip(zip(found.inner.tolist(), found.outer.tolist(), strict=True), found.share.tolist(), strict=True))


def test_an_article_inside_a_page_is_found() -> None:
    """What stands whole in a longer text is told, inner and outer; half of it is not; nor is what is too short."""
    article = text_of(1, 300)
    page = f"{text_of(2, 900)} {article} {text_of(3, 900)}"
    half = f"{text_of(4, 500)} {' '.join(article.split()[:150])} {text_of(5, 100)}"
    short = " ".join(article.split()[: SHINGLES_MIN - 5])
    assert pairs_of([page, half, short, article, text_of(6, 400)]) == {(3, 0): 1.0}


@settings(max_examples=25, deadline=None)
@given(st.lists(st.tuples(st.integers(0, 6), st.integers(50, 300), st.integers(0, 3)), max_size=8), st.data())
def test_shares_are_true_and_order_changes_nothing(parts: list[tuple[int, int, int]], data: st.DataObject) -> None:
    """Each share told is that of the shingles themselves, and shuffled texts give the same pairs."""
    texts = [f"{text_of(seed, size)} {text_of(other + 9, 60)}" for seed, size, other in parts]
    found = pairs_of(texts, 0.5)
    grams = [shingles(text, PARAMETERS) for text in texts]
    for (inner, outer), share in found.items():
        assert share == pytest.approx(len(grams[inner] & grams[outer]) / len(grams[inner]))
    order = data.draw(st.permutations(range(len(texts))))
    again = pairs_of([texts[place] for place in order], 0.5)
    assert {(order[inner], order[outer]): share for (inner, outer), share in again.items()} == found


def test_a_wrong_share_is_refused() -> None:
    """A share that is none is a clear error."""
    with pytest.raises(ValueError, match="above 0 and at most 1"):
        pairs_of([], 1.5)
    assert pairs_of([]) == pairs_of([""]) == {}


def test_clusters_are_parted_where_the_texts_are_not_alike() -> None:
    """Of a cluster told by estimates only what the shingles hold together stays; similarities are true."""
    text = text_of(1, 300)
    near = " ".join([*text.split()[:280], *text_of(2, 20).split()])
    sets = sets_of([text, text_of(3, 300), near, ""])
    parts = verified(np.array([0, 0, 0, 3], dtype=np.uint32), sets, 0.8)
    assert parts.tolist() == [0, 1, 0, 3]
    left, right = shingles(text, PARAMETERS), shingles(near, PARAMETERS)
    assert true_similarity(np.array([2]), np.array([0]), sets)[0] == pytest.approx(
        len(left & right) / len(left | right)
    )
    assert loosened(PARAMETERS).similarity_min < PARAMETERS.similarity_min
