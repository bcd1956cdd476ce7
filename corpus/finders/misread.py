"""Digits that a scanner read as letters: O for 0, l and I for 1.

Such a number is read as it was meant, letter for digit, so that offsets stay. Only words of nothing but digits and
these letters are, and only where digits are at least half of them.
"""

import re

_BESIDE = re.compile("[0-9][OoIl]|[OoIl][0-9]")
_WORD = re.compile(r"(?<![^\W_])(?=[0-9OoIl]{0,12}(?:[0-9][OoIl]|[OoIl][0-9]))[0-9OoIl]{2,12}+(?![^\W_])")
_MEANT = str.maketrans("OoIl", "0011")


def as_meant(text: str) -> str:
    """The text with misread digits as digits; as long as it was."""
    return _WORD.sub(_digits, text) if _BESIDE.search(text) else text


def _digits(word: re.Match[str]) -> str:
    read = word.group()
    return read.translate(_MEANT) if 2 * sum(map(str.isdigit, read)) >= len(read) else read
