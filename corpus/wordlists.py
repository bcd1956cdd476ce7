"""Lists of words that weigh: pornography and spam, as a density in the text and never as a single hit.

Sexual health, news, literature and dictionaries use some of these words, few and scattered; pages that sell use many
different ones, close together. So a text has a weight only from DIFFERENT_MIN different words on, and what counts is
the weight per hundred words. The lists are files in `corpus/lists`, which say in their heads how they were made.
"""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

LISTS = Path(__file__).parent / "lists"

DIFFERENT_MIN = 5
"""Fewer different words of a list say nothing: a dictionary's entry has three or four, a page that sells a dozen."""


def read_list(text: str) -> dict[str, int]:
    """Weights by word, from the text of a list; raises ValueError for a line that is not a weight and words."""
    weights: dict[str, int] = {}
    for line in text.splitlines():
        if line and not line.startswith("#"):
            number, *words = line.split()
            weights |= dict.fromkeys(words, int(number))
    return weights


_LISTS = {name: read_list((LISTS / f"{name}.txt").read_text(encoding="utf-8")) for name in ("adult", "spam")}


def weights(counts: Mapping[str, int], words: int) -> dict[str, Any]:
    """Weight of each list's words per hundred words of a text; 0 where fewer than DIFFERENT_MIN different ones occur.

    `counts` says how often each word occurs, as it is written.
    """
    lower = set(" ".join(counts).lower().split())
    return {f"{name}_weight": _weight(each, lower, counts, words) for name, each in _LISTS.items()}


def _weight(weights: Mapping[str, int], lower: set[str], counts: Mapping[str, int], words: int) -> float:
    found = weights.keys() & lower
    if len(found) < DIFFERENT_MIN:
        return 0.0
    total = sum(weights.get(word.lower(), 0) * count for word, count in counts.items())
    return 100 * total / max(1, words)
