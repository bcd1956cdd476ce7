"""A tree as plain Markdown: headings, lists, tables, paragraphs and the lines of what is set line by line.

Walks the tree by events and not by recursion, since pages nest deeper than Python does. A table row whose cells hold
only phrases is a line; where cells hold blocks the table is a layout, and its cells are blocks like any other.
"""

import re
from collections.abc import Iterator

from lxml import etree
from lxml.html import HtmlElement

_HEADINGS = {f"h{level}": "#" * level + " " for level in range(1, 7)}
_BLOCKS = frozenset((
    "address", "article", "aside", "blockquote", "body", "caption", "dd", "details", "div", "dl", "dt", "fieldset",
    "figcaption", "figure", "footer", "form", "header", "hr", "html", "legend", "main", "nav", "ol", "p", "pre",
    "section", "summary", "table", "tbody", "thead", "tfoot", "ul", "td", "th",
))  # fmt: skip
_ITEM_BREAK = re.compile(r"^(-|\||#{1,6}) *\n+", re.MULTILINE)
_LOOSE = re.compile(r"^(?P<item>(?P<mark>[-|]) [^\n]*)\n{2,}(?=(?P=mark) )", re.MULTILINE)
"""Items of a list, or rows of a table, that stand a blank line apart because of how the page was written."""

_BREAK = "\x01"
"""A line's end while a text is put together; no tree holds it, and those that a page's source has are spaces."""

_OPENING = {
    **dict.fromkeys(_BLOCKS, 2 * _BREAK),
    **{tag: 2 * _BREAK + mark for tag, mark in _HEADINGS.items()},
    "li": f"{_BREAK}- ",
    "br": _BREAK,
}
_CLOSING = {**dict.fromkeys((*_BLOCKS, *_HEADINGS), 2 * _BREAK), "li": _BREAK}
_OPENING_IN_LINE = {"tr": f"{_BREAK}| "}
_CLOSING_IN_LINE = {"tr": _BREAK, "td": " |", "th": " |"}

_IN_LAYOUT = etree.XPath("boolean(.//table|.//h1|.//h2|.//h3|.//ul|.//ol|.//div|.//blockquote|.//pre|.//td//p[2])")


def render(root: HtmlElement) -> str:
    """Render an element and what it holds; blocks stand a blank line apart, list items and table rows a line."""
    lines = [" ".join(line.split()) for line in "".join(_pieces(root)).split(_BREAK)]
    text = _ITEM_BREAK.sub(r"\1 ", "\n".join(lines))
    return _LOOSE.sub(r"\g<item>\n", text)


def _pieces(root: HtmlElement) -> Iterator[str]:
    """What the elements say, as their source has it, and what stands before and behind each."""
    rows: list[bool] = []  # for each open row, whether it is a line
    pre = 0  # how many elements are open in which the source's lines are lines: poems, code, old mail
    for event, element in etree.iterwalk(root, events=("start", "end")):
        tag = element.tag
        if event == "start":
            if tag == "tr":
                rows.append(not _IN_LAYOUT(element))
            yield _OPENING_IN_LINE.get(tag, " ") if rows and rows[-1] else _OPENING.get(tag, "")
            pre += tag == "pre"
            yield _lined(element.text) if pre else element.text or ""
        else:
            yield _CLOSING_IN_LINE.get(tag, " ") if rows and rows[-1] else _CLOSING.get(tag, "")
            if tag == "tr":
                rows.pop()
            pre -= tag == "pre"
            if element is not root:
                yield _lined(element.tail) if pre else element.tail or ""


def _lined(text: str | None) -> str:
    return (text or "").replace("\r\n", "\n").replace("\n", _BREAK)
