"""How much of a text is said twice: lines, paragraphs, and sequences of n words (n-grams).

The formulas are those of Gopher (Rae and others 2021, table A1) as DataTrove 0.10 computes them, so that FineWeb2's
limits hold for them: characters of all that was there before, over the characters of the whole text.

All n are counted in one walk. A sequence can only be repeated where the two that are one word shorter are repeated,
so each n looks only at the places that n - 1 left: in ordinary text a few dozen of a thousand.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence

TOP_N = (2, 3, 4)
DUPLICATE_N = (5, 6, 7, 8, 9, 10)

_Found = list[tuple[int, int]]
"""Places in order where sequences begin that occur more than once, each with the first place of the same sequence."""


def repeated(parts: Iterable[str]) -> tuple[int, int]:
    """How many of the parts were there before, and their characters."""
    again = [(len(part), count - 1) for part, count in Counter(parts).items() if count > 1]
    return sum(count for _, count in again), sum(length * count for length, count in again)


def repeated_ngrams(words: Sequence[str], counts: Mapping[str, int]) -> tuple[dict[int, int], dict[int, int]]:
    """Characters of the most frequent n-gram for each of TOP_N, and of all n-grams that were there before.

    `counts` says how often each word occurs. The first is length times occurrences, spaces between the words
    included, and of several as frequent the one that comes first; a text without repetition has its first n-gram
    there. The second, for each of DUPLICATE_N, leaves the spaces out and counts no letter twice: after a repeated
    n-gram, reading goes on behind it.
    """
    top = {n: len(" ".join(words[:n])) if len(words) >= n else 0 for n in TOP_N}
    duplicate = dict.fromkeys(DUPLICATE_N, 0)
    found = _pairs(words, counts)
    for n in range(2, DUPLICATE_N[-1] + 1):
        found = found if n == 2 else _longer(found, len(words))
        if not found:
            break
        if n in top:
            ((place, count),) = Counter(first for _, first in found).most_common(1)
            top[n] = len(" ".join(words[place : place + n])) * count
        else:
            duplicate[n] = _chars_again(words, n, found)
    return top, duplicate


def _pairs(words: Sequence[str], counts: Mapping[str, int]) -> _Found:
    """Where pairs of words begin that occur more than once: only words that do can make them."""
    numbers = {word: number for number, (word, count) in enumerate(counts.items()) if count > 1}
    first: dict[int, int] = {}
    again: set[int] = set()
    candidates = []
    before, size = None, len(counts)
    for place, number in enumerate(map(numbers.get, words), -1):
        if number is not None and before is not None:
            begin = first.setdefault(before * size + number, place)
            candidates.append((place, begin))
            if begin != place:
                again.add(begin)
        before = number
    return [pair for pair in candidates if pair[1] in again]


def _longer(found: _Found, size: int) -> _Found:
    """Where sequences begin that are one word longer: two of `found` that follow each other. All places < `size`."""
    first: dict[int, int] = {}
    again: set[int] = set()
    candidates = []
    before, before_first = -2, 0
    for place, place_first in found:
        if place == before + 1:
            begin = first.setdefault(before_first * size + place_first, before)
            candidates.append((before, begin))
            if begin != before:
                again.add(begin)
        before, before_first = place, place_first
    return [pair for pair in candidates if pair[1] in again]


def _chars_again(words: Sequence[str], n: int, found: _Found) -> int:
    """Characters of n-grams that were there before, spaces left out; none overlaps the one before."""
    seen: set[int] = set()
    chars, behind = 0, 0
    for place, first in found:
        if place < behind:
            continue
        if first in seen:
            chars += len("".join(words[place : place + n]))
            behind = place + n
        else:
            seen.add(first)
    return chars
