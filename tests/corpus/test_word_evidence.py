"""The words that speak for Danish or against it: what is put into a table comes out of it, and nothing else does."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from corpus.word_evidence import WEIGHT_MAX, evidence, keys_of, pack, unpack

WEIGHTS = {"af": 1.5, "av": -1.5, "ser": 0.2, "ser på": -0.4, " på": 0.3, "tv ": -0.6}


def test_a_line_is_the_sum_of_its_words_and_pairs() -> None:
    """The first and the last word are pairs too, and a comma is no part of a word."""
    assert keys_of("af ,at") == ["af", "at", " af", "af at", "at "]
    table = unpack(pack(WEIGHTS))
    assert evidence("ser på tv", table) == pytest.approx(0.2 - 0.4 - 0.6)
    assert evidence("af", table) == pytest.approx(1.5)
    assert evidence("", table) == 0.0


def test_a_line_weighs_no_more_than_a_word_may() -> None:
    """Ten words that only Norwegians write leave room for what stands around them."""
    assert evidence(" ".join(["av"] * 10), unpack(pack(WEIGHTS))) == pytest.approx(-WEIGHT_MAX)


@given(st.dictionaries(st.text(alphabet="abcdeæøå", min_size=1), st.floats(-9, 9), max_size=50))
def test_weights_come_out_as_they_were_put_in(weights: dict[str, float]) -> None:
    """To the nearest tenth, and none is larger than the largest."""
    table = unpack(pack(weights))
    for word, weight in weights.items():
        kept = evidence(word, table)
        assert kept == pytest.approx(max(-WEIGHT_MAX, min(WEIGHT_MAX, weight)), abs=0.051)


def test_an_empty_table_says_nothing() -> None:
    """Without entries no line is more Danish than another."""
    assert evidence("af ser på", unpack(b"")) == 0.0
