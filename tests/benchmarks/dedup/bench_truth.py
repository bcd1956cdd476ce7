"""Recall and precision on Danish text with known changes, beside what theory gives for values that are independent.

Each original has one copy with 1 to 40 % of its words replaced, in one run (an edited paragraph) or here and there.
What is true is the Jaccard similarity of the shingles themselves, counted in Python without our hashes.
"""

from dataclasses import dataclass, replace

import numpy as np
import pytest
from numpy.typing import NDArray

from dedup.clusters import cluster, joined
from dedup.parameters import Parameters
from dedup.shinglesets import ShingleSets
from dedup.signatures import normalised, shingle_hashes, shingles, sign, words_of
from dedup.verify import loosened, verified
from tests.benchmarks.dedup.made import documents, mutated
from tests.benchmarks.figures import show

SHARES = (0.01, 0.02, 0.05, 0.1, 0.15, 0.2, 0.3, 0.4)
SIMILARITY = 0.8
STANDARD_ERRORS_MAX = 3
"""How far below theory the share of true pairs found may fall by chance; one run in a thousand falls further."""


@dataclass(frozen=True, slots=True)
class Pairs:
    """Originals at even places and their copies after them; the share of words changed, and the true similarity."""

    texts: list[str]
    share: NDArray[np.float64]
    true: NDArray[np.float64]


def test_copies_are_found_as_theory_says(pytestconfig: pytest.Config) -> None:
    """At Jaccard 0.8 recall is theory's, and precision is 1 when the texts themselves are compared."""
    parameters = replace(Parameters(), similarity_min=SIMILARITY)
    pairs = _pairs(pytestconfig.getoption("--sentences"), pytestconfig.getoption("--documents"), parameters)
    signatures = sign(pairs.texts, parameters)
    estimated = cluster(signatures, np.arange(len(pairs.texts)), parameters).keeper
    exact = verified(joined(signatures, loosened(parameters)), _sets(pairs.texts, parameters), SIMILARITY)
    by_estimate, by_text = (keeper[1::2] == keeper[::2] for keeper in (estimated, exact))
    theory = np.array([_theory(true, parameters) for true in pairs.true])
    alike = pairs.true >= SIMILARITY
    figures = {
        "pairs": len(pairs.true),
        "pairs_of_0.8_or_more": int(alike.sum()),
        "recall": float(by_estimate[alike].mean()),
        "recall_by_theory": float(theory[alike].mean()),
        "precision": _precision(estimated, pairs.texts, parameters),
        "recall_verified": float(by_text[alike].mean()),
        "recall_of_bands_by_theory": float(_bands(pairs.true[alike], parameters).mean()),
        "precision_verified": _precision(exact, pairs.texts, parameters),
    }
    for share in SHARES:
        mine = pairs.share == share
        found = f"Jaccard {pairs.true[mine].mean():.2f}, found {by_estimate[mine].mean():.3f}"
        figures[f"changed {share:.0%}"] = f"{found}, by theory {theory[mine].mean():.3f}"
    show("Ground truth: Danish documents of 500 words with known changes, Jaccard 0.8", figures)
    assert figures["precision_verified"] == 1.0
    for found, chances in ((by_estimate, theory), (by_text, _bands(pairs.true, parameters))):
        assert found[alike].mean() >= _least(chances[alike])


def _least(chances: NDArray[np.float64]) -> float:
    """The share of pairs found below which it is not by chance, given each one's chance."""
    error = np.sqrt((chances * (1 - chances)).sum()) / len(chances)
    return float(chances.mean() - STANDARD_ERRORS_MAX * error)


def _pairs(table: str, count: int, parameters: Parameters) -> Pairs:
    originals = documents(table, count // 2, 1)
    vocabulary = sorted({word for text in originals for word in words_of(text)})
    texts, shares, true = [], [], []
    for number, text in enumerate(originals):
        share = SHARES[number // 2 % len(SHARES)]
        copy = mutated(text, share, number, vocabulary, in_one_run=number % 2 == 0)
        left, right = shingles(text, parameters), shingles(copy, parameters)
        texts += [text, copy]
        shares.append(share)
        true.append(len(left & right) / len(left | right))
    return Pairs(texts, np.array(shares), np.array(true))


def _sets(texts: list[str], parameters: Parameters) -> ShingleSets:
    hashes = shingle_hashes(normalised(texts), parameters)
    return ShingleSets(np.concatenate(hashes), np.cumsum([0, *map(len, hashes)]))


def _theory(similarity: float, parameters: Parameters) -> float:
    """Chance that a pair shares a band and reaches the limit, if each value is equal with its similarity's chance."""
    drawn = np.random.default_rng(1).random((4000, parameters.bands, parameters.rows)) < similarity
    shares_band = drawn.all(axis=2).any(axis=1)
    reaches = drawn.mean(axis=(1, 2)) >= parameters.similarity_min - 1e-9
    return float((shares_band & reaches).mean())


def _bands(similarity: NDArray[np.float64], parameters: Parameters) -> NDArray[np.float64]:
    """Chance that a pair shares a band."""
    chance: NDArray[np.float64] = 1 - (1 - similarity**parameters.rows) ** parameters.bands
    return chance


def _precision(keeper: NDArray[np.integer], texts: list[str], parameters: Parameters) -> float:
    """The share of the joined (each with the one that names its cluster) whose true similarity reaches the limit."""
    true = []
    for row in np.flatnonzero(keeper != np.arange(len(keeper))).tolist():
        left, right = shingles(texts[row], parameters), shingles(texts[int(keeper[row])], parameters)
        true.append(len(left & right) / len(left | right) >= SIMILARITY)
    return float(np.mean(true))
