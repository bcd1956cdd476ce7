"""The sentences of a page, each with where on the page it stands.

What a sentence means for rights depends on who says it and of what: a footer and a terms page speak for the site, an
article only reports. A list item is read together with the words that introduce its list ("Det er ikke tilladt at:"),
and a sentence that only widens the one before ("Dette gælder også …") together with that.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from enum import StrEnum
from unicodedata import normalize

from lxml import etree
from lxml.html import HtmlElement

FOOTER_CHARS_MAX = 10_000
"""Longest footer; a longer one is no footer but a page's second half."""

SENTENCE_CHARS_MAX = 1000
"""Of a sentence, as much as is looked at; the longest in terms pages stay below."""

BLOCKS_MAX = 20_000
"""Blocks of one page: long handbooks have some thousands."""

_BLOCKS = frozenset({
    "address", "article", "aside", "blockquote", "body", "br", "button", "caption", "center", "dd", "details", "dialog",
    "div", "dl", "dt", "fieldset", "figcaption", "figure", "footer", "form", "h1", "h2", "h3", "h4", "h5", "h6",
    "header", "hr", "li", "main", "nav", "ol", "option", "p", "pre", "section", "summary", "table", "tbody", "td", "th",
    "tr", "ul",
})  # fmt: skip
_SILENT = frozenset({"script", "style", "template", "svg", "head", "noscript", "textarea", "select"})
_QUOTES = frozenset({"blockquote", "q", "pre", "code"})
_MENUS = frozenset({"nav", "header", "aside"})
_FOOTER_NAME = re.compile(r"(^|[\s_-])(footer|colophon|bundtekst|sidefod)($|[\s_-])", re.IGNORECASE)
_NOTICE_NAME = re.compile(
    r"(^|[\s_-])(copyright|ophavsret|rettigheder|rights|legal|disclaimer|kolofon|tdm|vilkaar|terms)($|[\s_-])",
    re.IGNORECASE,
)
_ENDS = re.compile(r"(?<=[.!?])\s+(?=[A-ZÆØÅ§©«»\"“”(])")
_ABBREVIATION = re.compile(
    r"(?:^|[\s(])(?:jf|jfr|stk|art|nr|pkt|kap|ca|bl\.?\s?a|f\.\s?eks|fx|inkl|evt|dvs|m\.?v|o\.?\s?lign|vedr|hhv|inc|ltd"
    r"|no|e\.\s?g|i\.\s?e|para|sec)\.$",
    re.IGNORECASE,
)
_WIDENS = re.compile(
    r"(?:(?:dette|det|det samme|forbuddet|forbeholdet|this|it|the same|that)\s+(?:\w+\s+)?"
    r"(?:gælder|omfatter|inkluderer|indbefatter|vedrører|includes?|applies|covers|extends)|herunder|including)\b",
    re.IGNORECASE,
)


class Region(StrEnum):
    """Where on a page something stands; the words are the fragments of places."""

    FOOTER = "footer"
    NOTICE = "notice"
    MENU = "menu"
    QUOTE = "quote"
    BODY = "text"


@dataclass(frozen=True, slots=True)
class Block:
    """A run of text without a break in it, blanks normalised.

    `is_item`: it stands in a list item; `is_linked`: it stands with others in one link, as a teaser does.
    """

    region: Region
    text: str
    is_item: bool = False
    is_linked: bool = False


def is_footer(element: HtmlElement) -> bool:
    """Whether an element is a footer, by its tag, its role or its name."""
    if element.tag == "footer" or element.get("role") == "contentinfo":
        return True
    return element.tag in {"div", "section", "p"} and bool(_FOOTER_NAME.search(_name(element)))


def blocks_of(tree: HtmlElement) -> list[Block]:
    """The blocks of a page in its order, at most `BLOCKS_MAX`."""
    found: list[Block] = []
    pieces: list[str] = []
    regions, items, links, silent = [Region.BODY], 0, 0, 0

    def flush() -> None:
        if text := " ".join("".join(pieces).split()):
            found.append(Block(regions[-1], normalize("NFC", text), items > 0, links > 0))
        pieces.clear()

    for event, element in etree.iterwalk(tree, events=("start", "end")):
        if not isinstance(element.tag, str):
            pieces.append((element.tail or "") if event == "end" and not silent else "")
            continue
        is_start = event == "start"
        if element.tag in _BLOCKS:
            flush()
        silent += (element.tag in _SILENT) * (1 if is_start else -1)
        items += (element.tag == "li") * (1 if is_start else -1)
        links += (element.tag == "a") * (1 if is_start else -1)
        if is_start:
            regions.append(_region(element, regions[-1]))
        else:
            regions.pop()
        if not silent:
            pieces.append((element.text if is_start else element.tail) or "")
        if len(found) >= BLOCKS_MAX:
            break
    flush()
    return found


def sentences_of(blocks: Iterable[Block]) -> Iterator[tuple[Block, str]]:
    """The sentences of some blocks, each with the block it begins in; read together as the module tells."""
    lead, before = "", ""
    for block in blocks:
        for sentence in _split(block.text):
            joined = f"{before} {sentence}" if before and _WIDENS.match(sentence) else sentence
            if block.is_item and lead:
                joined = f"{lead} {joined}"
            yield block, joined[:SENTENCE_CHARS_MAX]
            before = sentence
        if not block.is_item:
            lead = before if block.text.endswith(":") else ""


def _split(text: str) -> list[str]:
    found: list[str] = []
    for part in _ENDS.split(text):
        if found and _ABBREVIATION.search(found[-1]):
            found[-1] += f" {part}"
        else:
            found.append(part)
    return found


def _region(element: HtmlElement, around: Region) -> Region:
    if around in {Region.FOOTER, Region.QUOTE}:
        return around
    if element.tag in _MENUS:
        return Region.MENU
    if element.tag in _QUOTES:
        return Region.QUOTE
    if is_footer(element) and _is_short(element):
        return Region.FOOTER
    return Region.NOTICE if _NOTICE_NAME.search(_name(element)) and _is_short(element) else around


def _is_short(element: HtmlElement) -> bool:
    return sum(len(piece) for piece in element.itertext()) <= FOOTER_CHARS_MAX


def _name(element: HtmlElement) -> str:
    return f"{element.get('id') or ''} {element.get('class') or ''}"
