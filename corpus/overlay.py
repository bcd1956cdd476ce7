"""Two readings of a page laid over each other: trafilatura's, and our own of the whole tree.

Trafilatura knows well where the main text begins, loses lists, headings and words in between, and often stops too
soon. Our own reading loses nothing between, and does not know the ends. So the text is our own from the first line
trafilatura found to the last, with the headings above it; and on behind the last for as long as no line is a link by
itself, since the lists of other pages that follow an article are links. What is added behind is bounded by what
there was (BEHIND_MAX).
"""

import re
from collections.abc import Collection, Iterable, Sequence

FOUND_SHARE_MIN = 0.9
"""Our own reading must hold this share of what trafilatura found, or it threw out too much and is not used; links do
not count, since a list of contents is a loss to nobody."""

ANCHOR_LETTERS_MIN = 4
"""A line with fewer letters is no evidence that it is the same line."""

BEHIND_MAX = 4
"""How many times what lies within the ends may be added behind them: trafilatura stops early on manuals of many short
sections, and never so early that a fifth was all."""

INSIDE_LETTERS_MIN = 20
"""A line at least this long may match as a part of what was found, wherever its lines end."""

_LETTERS = re.compile(r"[^\W\d_]+")


def key(line: str) -> str:
    """Letters of a line in lower case: what both readings of it share."""
    return "".join(_LETTERS.findall(line.lower()))


def laid_over(found: str, own: str, links: Collection[str]) -> str:
    """Our own reading within the ends that trafilatura found, or what it found; `links` are the keys of all links."""
    known = {"": ""}
    found_keys = _keys(found.split("\n"), known)
    anchors = {each for each in found_keys if len(each) >= ANCHOR_LETTERS_MIN}
    joined = "".join(found_keys)  # without anything between: its lines may end where those of the source do
    lines = own.split("\n")
    keys = _keys(lines, known)
    hits = [
        number
        for number, each in enumerate(keys)
        if each in anchors or (len(each) >= INSIDE_LETTERS_MIN and each in joined)
    ]
    if not hits:
        return found
    first, last = hits[0], hits[-1]
    while first and (not lines[first - 1] or lines[first - 1].startswith("#")):
        first -= 1
    within = keys[first : last + 1]
    if _letters(set(within).difference(links)) < FOUND_SHARE_MIN * _letters(set(found_keys).difference(links)):
        return found
    return "\n".join(lines[first : last + 1 + _behind(keys[last + 1 :], BEHIND_MAX * _letters(within), links)])


def _keys(lines: Sequence[str], known: dict[str, str]) -> list[str]:
    """The key of each line; `known` has those of lines that were there before, as most are in both readings."""
    for line in lines:
        if line not in known:
            known[line] = key(line)
    return [known[line] for line in lines]


def _behind(keys: Sequence[str], most: int, links: Collection[str]) -> int:
    """How many lines stand before the first that is a link, as long as they have at most so many letters."""
    for number, each in enumerate(keys):
        most -= len(each)
        if most < 0 or each in links:
            return number
    return len(keys)


def _letters(keys: Iterable[str]) -> int:
    return sum(map(len, keys))
