"""Which characters are letters, and their lower case, as a table that the kernel reads.

A text in which every character is in the table is normalised (NFC) as it stands, so each character can be judged alone.
Whatever would need its neighbours (combining marks, jamo, the final sigma), changes its length when written small, or
lies on a page that is not here is `ELSEWHERE`: such a text goes the general way, `dedup.signatures.words_of`. The pages
hold Latin, Greek, Cyrillic, punctuation and symbols, private use and emoji, which is nearly all of the Danish web.
"""

import unicodedata
from functools import cache
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

PAGE = 4096
"""Characters on a page: the upper bits of a code point name it, the lower twelve the place on it."""

PAGES = (0x0, 0x1, 0x2, 0xF, 0x1F)
"""Pages in the table: 80 KB and about 20 ms of making for a process that signs."""

ELSEWHERE = 2**32 - 1
"""Marks a character that only the general way can judge."""

_JAMO = range(0x1100, 0x1200)
_VARIATION_SELECTORS = range(0xFE00, 0xFE10)


class Letters(NamedTuple):
    """The table: `small[page[c >> 12] + (c & 4095)]` is the lower case of c, 0 when c is no letter, or ELSEWHERE.

    A page that is not in the table has -1.
    """

    page: NDArray[np.int64]
    small: NDArray[np.uint32]


@cache
def letters() -> Letters:
    """Make the table from this Python's own Unicode data, so that both ways agree."""
    page = np.full(0x110000 // PAGE, -1, dtype=np.int64)
    page[list(PAGES)] = np.arange(len(PAGES)) * PAGE
    small = [_judged(chr(number * PAGE + place)) for number in PAGES for place in range(PAGE)]
    return Letters(page, np.array(small, dtype=np.uint32))


def _judged(character: str) -> int:
    if _needs_neighbours(character):
        return ELSEWHERE
    if not character.isalnum() or character.isdecimal():
        return 0
    small = character.lower()
    same_size = len(small) == 1 and len(small.encode()) == len(character.encode())
    return ord(small) if same_size else ELSEWHERE


def _needs_neighbours(character: str) -> bool:
    """Whether NFC or lower case depend on what stands beside it; also when it is not NFC by itself."""
    code = ord(character)
    mark = unicodedata.category(character).startswith("M") and code not in _VARIATION_SELECTORS
    return mark or code in _JAMO or character == "Σ" or not unicodedata.is_normalized("NFC", character)
