"""How Danish a word is, and a pair of words: the weights of the table that is asked about lines in doubt.

Words are weighed by wordfreq's lists, which know far more text than the model is trained on; pairs by the labelled
texts, as there are no lists of them. Danish is compared with the one of its neighbours that has the word more often.
"""

import math
from collections import Counter
from collections.abc import Iterable

import wordfreq

from corpus.language import DANISH, NEIGHBOURS, normalise
from corpus.word_evidence import keys_of
from deploy.language_rows import Row

LISTED = ("nb", "sv")
"""Neighbours that wordfreq has a list for."""

FREQUENCY_MIN = 1e-6
"""Rarer words are left out: their frequencies are guesses."""

UNSEEN = 3e-7
"""Added to each frequency: what is not in a list may yet be in the language."""

PAIR_TIMES_MIN, PAIR_UNSEEN = 2, 0.5
"""How often a pair has to be seen at all to be weighed, and what is added to each count."""

WORD_TRUST, PAIR_TRUST = 0.5, 0.5
WORD_LOG_MAX, PAIR_LOG_MAX = 3.0, 2.0
"""What a word's and a pair's logarithm is multiplied by, and its largest: the best on sources left out."""

WEIGHT_MIN = 0.15
"""Smaller weights are left out: they take room and change nothing."""


def weights_of(rows: Iterable[Row]) -> dict[str, float]:
    """Weight of each word of the lists and each pair of the labelled rows that has one worth keeping."""
    weights = dict(_words())
    weights.update(_pairs(rows))
    return {key: weight for key, weight in weights.items() if abs(weight) >= WEIGHT_MIN}


def _words() -> Iterable[tuple[str, float]]:
    danish = wordfreq.get_frequency_dict("da")
    others = [wordfreq.get_frequency_dict(language) for language in LISTED]
    known = {word for words in (danish, *others) for word, often in words.items() if often >= FREQUENCY_MIN}
    for word in sorted(known):
        if word == normalise(word) and " " not in word:
            nearest = max(words.get(word, 0.0) for words in others)
            yield word, WORD_TRUST * _log(danish.get(word, 0.0) + UNSEEN, nearest + UNSEEN, WORD_LOG_MAX)


def _pairs(rows: Iterable[Row]) -> Iterable[tuple[str, float]]:
    counts: dict[str, Counter[str]] = {label: Counter() for label in (DANISH, *sorted(NEIGHBOURS))}
    for label, words in rows:
        if label in counts:
            counts[label].update(key for key in keys_of(words) if " " in key)
    totals = {label: max(1, seen.total()) for label, seen in counts.items()}
    for pair, times in sorted(sum(counts.values(), Counter()).items()):
        if times >= PAIR_TIMES_MIN:
            danish, *others = ((seen[pair] + PAIR_UNSEEN) / totals[label] for label, seen in counts.items())
            yield pair, PAIR_TRUST * _log(danish, max(others), PAIR_LOG_MAX)


def _log(danish: float, other: float, most: float) -> float:
    return max(-most, min(most, math.log(danish / other)))
