"""Soft 404s: pages that say they are not there, under a status that says they are.

Only what a page says of itself counts, in its title or its first heading, and only when that is all it says there:
every word must be one of those that notices are made of. An article about errors has words of its own.
"""

import re
from itertools import chain

from lxml.html import HtmlElement

PAGE_WORDS_MAX = 1_500
"""Words of a page that can be a notice: menus, a search box, a list of popular pages; beyond, there is an article."""

NOTICE_WORDS_MAX = 16
"""Words of the longest notice."""

_BETWEEN = re.compile(r"\s+[-–—·•:]+\s+|\s*[|»]\s*")
"""Stands between a page's own title and its site's name."""

_THINGS = frozenset({
    "side", "siden", "websiden", "artiklen", "indholdet", "dokumentet", "adressen", "page", "document",
})  # fmt: skip
_MOVED = frozenset({"flyttet", "slettet", "fjernet", "nedlagt"})
_LOST = frozenset({
    "findes", "fundet", "finde", "eksisterer", "længere", "mere", "tilgængelig", "found", "exist", "exists",
    "available",
})  # fmt: skip
_NO = frozenset({"ikke", "not", "no"})
_FILLING = frozenset({
    "404", "fejl", "error", "http", "status", "ups", "oops", "hov", "beklager", "sorry", "vi", "kan", "kunne",
    "desværre", "den", "som", "du", "leder", "ledte", "søger", "søgte", "efter", "prøver", "forsøger", "at", "åbne",
    "er", "var", "blev", "blevet", "enten", "eller", "mere", "we", "can", "could", "the", "this", "that", "you",
    "are", "were", "looking", "for", "be", "was", "is", "longer", "does",
})  # fmt: skip
_WORDS = _THINGS | _MOVED | _LOST | _NO | _FILLING


def says_not_found(tree: HtmlElement, words: int) -> bool:
    """Whether a page of so many words says of itself that it is not there."""
    if words > PAGE_WORDS_MAX:
        return False
    headings = (next(tree.iter(name), None) for name in ("title", "h1"))
    said = (heading.text_content()[:300].lower() for heading in headings if heading is not None)
    return any(_is_notice(piece) for piece in chain.from_iterable((text, *_BETWEEN.split(text)) for text in said))


def _is_notice(text: str) -> bool:
    words = re.findall(r"\w+", text)
    said = set(words)
    if not said or len(words) > NOTICE_WORDS_MAX or not said <= _WORDS:
        return False
    is_lost = bool(said & _MOVED) or bool(said & _NO and said & _LOST)
    return "404" in said or words == ["not", "found"] or (is_lost and bool(said & _THINGS))
