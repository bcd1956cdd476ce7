"""Clusters: every copy found, whatever the order."""

import random

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dedup.clusters import Clusters, cluster
from dedup.parameters import Parameters
from dedup.signatures import shingles, sign

PARAMETERS = Parameters()
VOCABULARY = [f"{a}{b}{c}" for a in "bdfgklmnprst" for b in "aeiouyæøå" for c in "dgklmnrst"]


def text_of(seed: int, words: int = 200) -> str:
    """A text of random words, the same for the same seed."""
    return " ".join(random.Random(seed).choices(VOCABULARY, k=words))


def changed(text: str, share: float, seed: int) -> str:
    """The text with a share of its words replaced, in one run."""
    words = text.split()
    count = int(len(words) * share)
    start = random.Random(seed).randrange(len(words) - count + 1)
    words[start : start + count] = [f"{word}x" for word in words[start : start + count]]
    return " ".join(words)


def found(texts: list[str], preference: list[int] | None = None) -> Clusters:
    """Clusters of texts, in the given order of preference."""
    ranks = np.array(preference if preference is not None else range(len(texts)), dtype=np.int64)
    return cluster(sign(texts, PARAMETERS), ranks, PARAMETERS)


def test_copies_meet_and_others_do_not() -> None:
    """A lightly changed copy joins its original; an unrelated text and an empty one stay alone."""
    original = text_of(1)
    clusters = found([original, text_of(2), changed(original, 0.03, 1), "", ""])
    assert clusters.keeper.tolist() == [0, 1, 0, 3, 4]
    assert clusters.size.tolist() == [2, 1, 2, 1, 1]
    assert clusters.similarity[2] > 0.75


def test_the_preferred_document_is_kept() -> None:
    """The smallest rank of a cluster is its keeper, wherever it stands."""
    assert found([text_of(1)] * 3, preference=[7, 2, 5]).keeper.tolist() == [1, 1, 1]


def test_a_large_bucket_of_two_kinds_is_told_apart() -> None:
    """A hundred copies each of two texts are two clusters of a hundred."""
    clusters = found([text_of(n % 2) for n in range(200)])
    assert set(clusters.size.tolist()) == {100}
    assert set(clusters.keeper.tolist()) == {0, 1}


@settings(max_examples=20, deadline=None)
@given(st.randoms(use_true_random=False))
def test_the_order_of_documents_does_not_matter(shuffler: random.Random) -> None:
    """Shuffling the documents shuffles the answer and changes nothing else."""
    texts = [changed(text_of(seed), share, seed) for seed in range(6) for share in (0.0, 0.02, 0.05, 0.3)]
    straight = found(texts)
    order = list(range(len(texts)))
    shuffler.shuffle(order)
    shuffled = found([texts[position] for position in order], preference=order)
    for place, position in enumerate(order):
        assert order[shuffled.keeper[place]] == straight.keeper[position]
        assert shuffled.size[place] == straight.size[position]


def test_joined_pairs_are_as_alike_as_said() -> None:
    """The similarity told is within four standard errors of the exact Jaccard similarity of the shingles."""
    texts = [text_of(1), changed(text_of(1), 0.04, 3)]
    left, right = (shingles(text, PARAMETERS) for text in texts)
    exact = len(left & right) / len(left | right)
    assert abs(float(found(texts).similarity[1]) - exact) < 4 * (exact * (1 - exact) / 128) ** 0.5


def test_signatures_of_other_parameters_are_refused() -> None:
    """Signatures of another width raise a clear error instead of meaningless clusters."""
    with pytest.raises(ValueError, match="not made with 128 permutations"):
        cluster(np.zeros((2, 64), dtype=np.uint32), np.arange(2), PARAMETERS)
