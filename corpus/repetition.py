"""How much of a text is said twice: lines, paragraphs, and sequences of n words (n-grams).

The formulas are those of Gopher (Rae and others 2021, table A1) as DataTrove 0.10 computes them, so that FineWeb2's
limits hold for them: characters of all that was there before, over the characters of the whole text.

All n are counted in one walk. A sequence can only be repeated where the two that are one word shorter are repeated,
so each n looks only at the places that n - 1 left: in ordinary text a few dozen of a thousand.
"""

import itertools
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

TOP_N = (2, 3, 4)
DUPLICATE_N = (5, 6, 7, 8, 9, 10)


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
    found = _words(words, counts)
    ends = np.fromiter(itertools.accumulate(map(len, words), initial=0), np.int64, len(words) + 1)
    for n in range(2, DUPLICATE_N[-1] + 1):
        found = _longer(found)
        if not len(found.places):
            break
        if n in top:
            place, count = _most_frequent(found)
            top[n] = len(" ".join(words[place : place + n])) * count
        else:
            duplicate[n] = _chars_again(found, n, (ends[found.places + n] - ends[found.places]).tolist())
    return top, duplicate


class _Found(NamedTuple):
    """Places in order where sequences begin that occur more than once, and a number for the sequence at each."""

    places: npt.NDArray[np.int64]
    sequences: npt.NDArray[np.int64]


def _words(words: Sequence[str], counts: Mapping[str, int]) -> _Found:
    """The sequences of one word."""
    numbers = {word: number if count > 1 else -1 for number, (word, count) in enumerate(counts.items())}
    text = np.fromiter(map(numbers.__getitem__, words), np.int64, len(words))
    places = np.flatnonzero(text >= 0)
    return _Found(places, text[places])


def _longer(found: _Found) -> _Found:
    """The sequences that are one word longer: two that follow each other are one number, so that sorting finds it."""
    places, sequences = found
    follow = np.flatnonzero(places[1:] == places[:-1] + 1)
    keys = sequences[follow] * (sequences.max(initial=0) + 1) + sequences[follow + 1]
    order = keys.argsort(kind="stable")
    ordered = keys[order]
    new = np.ones(len(keys) + 1, dtype=bool)
    np.not_equal(ordered[1:], ordered[:-1], out=new[1:-1])
    again = ~(new[:-1] & new[1:])
    numbers = np.full(len(keys), -1, dtype=np.int64)
    numbers[order[again]] = new[:-1].cumsum()[again]
    kept = numbers >= 0
    return _Found(places[follow[kept]], numbers[kept])


def _most_frequent(found: _Found) -> tuple[int, int]:
    """Place and count of the sequence that occurs most often; of several the one that comes first."""
    counts = np.bincount(found.sequences)
    most = counts.max()
    return int(found.places[(counts[found.sequences] == most).argmax()]), int(most)


def _chars_again(found: _Found, n: int, lengths: Sequence[int]) -> int:
    """Characters of sequences that were there before, `lengths` being that of each; none overlaps the one before."""
    seen: set[int] = set()
    chars, behind = 0, 0
    for place, sequence, length in zip(found.places.tolist(), found.sequences.tolist(), lengths, strict=True):
        if place < behind:
            continue
        if sequence in seen:
            chars += length
            behind = place + n
        else:
            seen.add(sequence)
    return chars
