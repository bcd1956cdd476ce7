"""The scores of language: balanced classes, true probabilities, and made texts that are what they say."""

import random

import pytest

from deploy.language_scores import calibration_error, danish, documents, mixed_pages
from tests.corpus.test_language import TEXTS

ROWS = [(label, text, "made", label) for label, text in TEXTS.items() for _ in range(20)]


def test_classes_weigh_the_same() -> None:
    """However many rows a label has, its share counts, not its number."""
    told = danish([("da", TEXTS["da"]), *[("sv", TEXTS["sv"])] * 50, ("nb", TEXTS["da"]), ("nb", TEXTS["nb"])])
    assert (told["recall"], told["nb_as_da"], told["sv_as_da"]) == (1.0, 0.5, 0.0)
    assert told["precision"] == pytest.approx(1 / 1.5, abs=1e-4)


def test_true_probabilities_have_no_error() -> None:
    """Three of four right, said with 0.75, is no error; said with 0.95 it is 0.2."""
    right = [True, True, True, False]
    assert calibration_error((each, 0.75) for each in right) == pytest.approx(0.0)
    assert calibration_error((each, 0.95) for each in right) == pytest.approx(0.2)


def test_made_documents_have_the_size_that_was_asked_for() -> None:
    """And one language each."""
    made = list(documents(ROWS, (150, 350), random.Random(1)))
    assert all(150 <= len(text) <= 350 for _, text in made)
    assert {label for label, _ in made} == set(TEXTS)
    assert all(TEXTS[label][:40] in text for label, text in made)


def test_mixed_pages_have_two_languages_and_a_majority() -> None:
    """Which of the two is larger is beyond dispute."""
    for mostly_danish, text in mixed_pages(ROWS, random.Random(1)):
        of_danish = text.count(TEXTS["da"]) * len(TEXTS["da"])
        assert 0 < of_danish < len(text)
        assert mostly_danish == (of_danish > len(text) / 2)
