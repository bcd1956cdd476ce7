"""Clusters: every copy found, whatever the order."""

import random

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dedup.clusters import Clusters, cluster, joined
from dedup.edges import count_true
from dedup.errors import CrowdedError
from dedup.parameters import Parameters
from dedup.signatures import shingles, sign
from tests.dedup.signed import SEEDS, SMALL, brute_force, near_copies

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


@settings(max_examples=60, deadline=None)
@given(SEEDS, st.integers(0, 150))
def test_clusters_are_what_comparing_all_with_all_gives(seed: int, count: int) -> None:
    """For any signatures, the clusters are the connected components of all pairs that share a band and are alike."""
    signatures = near_copies(seed, count, SMALL)
    assert joined(signatures, SMALL).tolist() == brute_force(signatures, SMALL)


def test_a_crowd_of_unlike_texts_in_one_band_is_told_apart() -> None:
    """Pages of one template share a band and no more: they stay apart, and the copies among them are found."""
    signatures = np.random.default_rng(1).integers(0, 2**32 - 1, (600, 128), dtype=np.uint32)
    signatures[:, :40] = np.arange(40)
    signatures[300:310] = signatures[17]
    signatures[300:310, 100] = np.arange(10)
    assert joined(signatures, PARAMETERS).tolist() == [17 if 300 <= at < 310 else at for at in range(600)]


def test_a_band_that_too_many_share_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    """More unlike texts in one band than can be compared are an error that says what to do, not a silent loss."""
    monkeypatch.setattr("dedup.edges.CROWD_MAX", 500)
    signatures = np.random.default_rng(1).integers(0, 2**32 - 1, (600, 128), dtype=np.uint32)
    signatures[:, :8] = 7
    with pytest.raises(CrowdedError, match=r"600 different texts share a band .* more rows"):
        joined(signatures, PARAMETERS)


def test_any_number_of_equal_texts_are_one_cluster(monkeypatch: pytest.MonkeyPatch) -> None:
    """More equal texts than a crowd or a portion may have are joined, and what shares their key by accident is not."""
    monkeypatch.setattr("dedup.edges.CROWD_MAX", 500)
    monkeypatch.setattr("dedup.edges.PORTION_ROWS", 50)
    monkeypatch.setattr("dedup.clusters.keys_of", lambda some, _: np.zeros((5, len(some)), dtype=np.uint32))
    kinds = np.random.default_rng(1).integers(0, 2**32 - 1, (3, 16), dtype=np.uint32)
    assert joined(kinds[np.arange(1200) % 3], SMALL).tolist() == [at % 3 for at in range(1200)]


def test_a_text_whose_first_value_is_the_largest_is_not_silent() -> None:
    """A signature is that of a text without words when all its values are the largest, not when its first is."""
    signatures = np.full((3, 16), np.iinfo(np.uint32).max)
    signatures[:2, 9] = 1
    assert joined(signatures, SMALL).tolist() == [0, 0, 2]


def test_a_shared_key_is_not_a_shared_band(monkeypatch: pytest.MonkeyPatch) -> None:
    """When the keys of two bands meet by accident, texts that share no band are not joined, however alike."""
    monkeypatch.setattr("dedup.clusters.keys_of", lambda some, _: np.zeros((5, len(some)), dtype=np.uint32))
    signatures = np.zeros((2, 16), dtype=np.uint32)
    signatures[1, ::4] = 1
    assert joined(signatures, SMALL).tolist() == [0, 1]


@given(st.integers(1, 300), SEEDS)
def test_equal_values_are_counted_for_any_width(width: int, seed: int) -> None:
    """Counting eight at a time, or one where they do not fit, counts the same."""
    same = np.random.default_rng(seed).random((3, width)) < 0.7
    assert count_true(same).tolist() == same.sum(axis=1).tolist()
