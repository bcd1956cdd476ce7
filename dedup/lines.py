"""Lines and paragraphs that repeat within a source: menus, notices and bylines that no text of its own says.

    counts = Repeats(Unit.LINE)
    for texts in source:                      # once to count, in any order and any portions
        counts.add(texts)
    for texts in source:                      # once more, to say where
        spans = counts.spans(texts, documents_min=10)

Two lines are the same when their words are (`dedup.signatures.words_of`), so "3 kommentarer" and "12 kommentarer" are.
A line counts once for each document it stands in. Lines without words, and lines of fewer words than asked for, are not
counted. A line is told by 64 bits of BLAKE2b: among 10⁸ different ones two are taken for one with a chance of 3 in 10⁴.

Memory: 16 bytes for each different line, 48 while they are put together, and the portion in hand.
"""

import hashlib
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum

import numpy as np
from numpy.typing import NDArray

from dedup.signatures import normalised

PENDING_MAX = 1_000_000
"""Lines held before they are counted together: 8 MB, and a sorting of all that is known for each."""

_ENDS = {"line": re.compile(r"\r\n?|\n"), "paragraph": re.compile(r"(?:\r\n?|\n)[^\S\r\n]*(?:(?:\r\n?|\n)[^\S\r\n]*)+")}


class Unit(StrEnum):
    """What repeats: a line, or a paragraph, which ends at an empty line."""

    LINE = "line"
    PARAGRAPH = "paragraph"


@dataclass(frozen=True, slots=True)
class Span:
    """A unit that repeats: `text[begin:end]`, in characters, stands in so many documents."""

    begin: int
    end: int
    documents: int


class Repeats:
    """In how many documents of a source each unit of at least `words_min` words stands."""

    def __init__(self, unit: Unit, words_min: int = 1) -> None:
        self._unit, self._words_min = unit, words_min
        self._hashes, self._counts = np.empty(0, dtype=np.uint64), np.empty(0, dtype=np.int64)
        self._pending: list[NDArray[np.uint64]] = []
        self._waiting = 0

    def add(self, texts: Sequence[str]) -> None:
        """Count the units of some documents."""
        for hashes in self._hashes_of([text[begin:end] for begin, end in self._places(text)] for text in texts):
            self._pending.append(np.unique(hashes[hashes != 0]))
            self._waiting += len(self._pending[-1])
        if self._waiting > PENDING_MAX:
            self._settle()

    def spans(self, texts: Sequence[str], documents_min: int) -> list[list[Span]]:
        """For each text, its units that stand in at least so many documents, in their order."""
        self._settle()
        places = [list(self._places(text)) for text in texts]
        parts = ([text[begin:end] for begin, end in at] for text, at in zip(texts, places, strict=True))
        return [
            [
                Span(begin, end, count)
                for (begin, end), count in zip(at, self._known(hashes).tolist(), strict=True)
                if count >= documents_min
            ]
            for at, hashes in zip(places, self._hashes_of(parts), strict=True)
        ]

    def _places(self, text: str) -> Iterator[tuple[int, int]]:
        begin = 0
        for found in _ENDS[self._unit].finditer(text):
            yield begin, found.start()
            begin = found.end()
        yield begin, len(text)

    def _hashes_of(self, texts: Iterator[list[str]]) -> Iterator[NDArray[np.uint64]]:
        """A hash for each unit of each text; 0 where it has too few words."""
        held = list(texts)
        words = normalised([part for parts in held for part in parts])
        hashes = np.array([self._hash(each) for each in words], dtype=np.uint64)
        yield from np.split(hashes, np.cumsum([len(parts) for parts in held])[:-1]) if held else ()

    def _hash(self, words: bytes) -> int:
        if not words or words.count(b" ") + 1 < self._words_min:
            return 0
        return int.from_bytes(hashlib.blake2b(words, digest_size=8).digest(), "little") or 1

    def _known(self, hashes: NDArray[np.uint64]) -> NDArray[np.int64]:
        """In how many documents each stands; 0 for what was not counted."""
        if not len(self._hashes):
            return np.zeros(len(hashes), dtype=np.int64)
        at = np.minimum(np.searchsorted(self._hashes, hashes), len(self._hashes) - 1)
        return np.where(self._hashes[at] == hashes, self._counts[at], 0)

    def _settle(self) -> None:
        if not self._pending:
            return
        hashes = np.concatenate([self._hashes, *self._pending])
        counts = np.concatenate([self._counts, np.ones(self._waiting, dtype=np.int64)])
        self._hashes, at = np.unique(hashes, return_inverse=True)
        self._counts = np.bincount(at, weights=counts, minlength=len(self._hashes)).astype(np.int64)
        self._pending, self._waiting = [], 0
