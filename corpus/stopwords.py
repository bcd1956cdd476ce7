"""The stop words of all of justext's languages, which trafilatura's slow mode asks for one page in a hundred.

As words in a set they take a tenth of a second and 17 MB, in every process that asks. Here they are read when the
first is asked for, and kept as numbers of eight bytes in order: the hashes Python gives them in this process. That one
of a million words that are no stop words is taken for one has a chance of 1 in 10⁷ at most: they are 64 bits.
"""

from array import array
from bisect import bisect_left
from functools import cached_property
from importlib import import_module
from pkgutil import get_data
from typing import Any

import numpy as np
from justext import get_stoplists


class StopWords:
    """Answers whether a word in lower case is a stop word of some language."""

    @cached_property
    def _hashes(self) -> "array[int]":
        found = array("q")
        for language in get_stoplists():
            words = (get_data("justext", f"stoplists/{language}.txt") or b"").decode().lower()
            found.extend(map(hash, words.replace("\r", "\n").split("\n")))
        return array("q", np.sort(np.frombuffer(found, np.int64)).tobytes())

    def __contains__(self, word: str) -> bool:
        """Whether it is one."""
        wanted, hashes = hash(word), self._hashes
        place = bisect_left(hashes, wanted)
        return place < len(hashes) and hashes[place] == wanted


def keep_lightly() -> None:
    """Let trafilatura and justext ask here; once, as justext's own way to take a set of words is called from it."""
    external: Any = import_module("trafilatura.external")
    core: Any = import_module("justext.core")
    taken = core.define_stoplist
    core.define_stoplist = lambda words: words if isinstance(words, StopWords) else taken(words)
    external.JT_STOPLIST = StopWords()
