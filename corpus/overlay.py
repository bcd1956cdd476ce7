"""Two readings of a page laid over each other: trafilatura's, and our own of the whole tree.

Trafilatura knows well where the main text begins, loses lists, headings and words in between, and often stops too
soon. Our own reading loses nothing between, and does not know the ends. So the text is our own from the first line
trafilatura found to the last, with the headings above it; and on behind the last for as long as no line is a link by
itself, since the lists of other pages that follow an article are links. What is added behind is bounded by what
there was (BEHIND_MAX).
"""

from collections.abc import Collection

FOUND_SHARE_MIN = 0.9
"""Our own reading must hold this share of what trafilatura found, or it threw out too much and is not used; links do
not count, since a list of contents is a loss to nobody."""

ANCHOR_LETTERS_MIN = 4
"""A line with fewer letters is no evidence that it is the same line."""

BEHIND_MAX = 4
"""How many times what lies within the ends may be added behind them: trafilatura stops early on manuals of many short
sections, and never so early that a fifth was all."""

INSIDE_LETTERS_MIN = 20
"""A line at least this long may match as a part of a longer one."""


def key(line: str) -> str:
    """Letters of a line in lower case: what both readings of it share."""
    return "".join(filter(str.isalpha, line.lower()))


def laid_over(found: str, own: str, links: Collection[str]) -> str:
    """Our own reading within the ends that trafilatura found, or what it found; `links` are the keys of all links."""
    keys = {each for line in found.split("\n") if len(each := key(line)) >= ANCHOR_LETTERS_MIN}
    joined = "|".join(sorted(keys))
    lines = own.split("\n")
    hits = [
        number
        for number, line in enumerate(lines)
        if (each := key(line)) in keys or (len(each) >= INSIDE_LETTERS_MIN and each in joined)
    ]
    if not hits:
        return found
    first = hits[0]
    while first and (not lines[first - 1] or lines[first - 1].startswith("#")):
        first -= 1
    within = "\n".join(lines[first : hits[-1] + 1])
    if _weight(within, links) < FOUND_SHARE_MIN * _weight(found, links):
        return found
    return "\n".join((within, *_behind(lines[hits[-1] + 1 :], BEHIND_MAX * _weight(within, ()), links)))


def _behind(lines: list[str], most: int, links: Collection[str]) -> list[str]:
    """The lines up to the first that is a link, as long as they have at most so many letters."""
    for number, line in enumerate(lines):
        letters = key(line)
        most -= len(letters)
        if most < 0 or letters in links:
            return lines[:number]
    return lines


def _weight(text: str, links: Collection[str]) -> int:
    """Letters of the lines of a text, each line once, and without those that are links."""
    return sum(map(len, {key(line) for line in text.split("\n")}.difference(links)))
