"""A tree as plain Markdown: headings, lists, tables and paragraphs, nothing else.

Walks the tree by events and not by recursion, since pages nest deeper than Python does. A table row whose cells hold
only phrases is a line; where cells hold blocks the table is a layout, and its cells are blocks like any other.
"""

import re

from lxml import etree
from lxml.html import HtmlElement

_HEADINGS = {f"h{level}": "#" * level + " " for level in range(1, 7)}
_BLOCKS = frozenset((
    "address", "article", "aside", "blockquote", "body", "caption", "dd", "details", "div", "dl", "dt", "fieldset",
    "figcaption", "figure", "footer", "form", "header", "hr", "html", "legend", "main", "nav", "ol", "p", "pre",
    "section", "summary", "table", "tbody", "thead", "tfoot", "ul",
))  # fmt: skip
_CELLS = frozenset(("td", "th"))
_ITEM_BREAK = re.compile(r"^(-|\||#{1,6}) *\n+", re.MULTILINE)
_LOOSE = re.compile(r"^(?P<item>(?P<mark>[-|]) [^\n]*)\n{2,}(?=(?P=mark) )", re.MULTILINE)
"""Items of a list, or rows of a table, that stand a blank line apart because of how the page was written."""

_SPACE = re.compile(r"\s+")
_IN_LAYOUT = etree.XPath("boolean(.//table|.//h1|.//h2|.//h3|.//ul|.//ol|.//div|.//blockquote|.//pre|.//td//p[2])")


def render(root: HtmlElement) -> str:
    """Render an element and what it holds; blocks stand a blank line apart, list items and table rows a line."""
    parts: list[str] = []
    rows: list[bool] = []  # for each open row, whether it is a line
    for event, element in etree.iterwalk(root, events=("start", "end")):
        tag = element.tag
        if event == "start":
            if tag == "tr":
                rows.append(not _IN_LAYOUT(element))
            parts += (_opening(tag, in_line=bool(rows and rows[-1])), _SPACE.sub(" ", element.text or ""))
        else:
            parts.append(_closing(tag, in_line=bool(rows and rows[-1])))
            if tag == "tr":
                rows.pop()
            if element is not root:
                parts.append(_SPACE.sub(" ", element.tail or ""))
    lines = (_SPACE.sub(" ", line).strip() for line in "".join(parts).split("\n"))
    text = _ITEM_BREAK.sub(r"\1 ", "\n".join(lines))
    return _LOOSE.sub(r"\g<item>\n", text)


def _opening(tag: str, *, in_line: bool) -> str:
    if in_line:
        return "\n| " if tag == "tr" else " "
    if tag in _HEADINGS:
        return "\n\n" + _HEADINGS[tag]
    return {"li": "\n- ", "br": "\n"}.get(tag, "\n\n" if tag in _BLOCKS or tag in _CELLS else "")


def _closing(tag: str, *, in_line: bool) -> str:
    if in_line:
        return {"tr": "\n", "td": " |", "th": " |"}.get(tag, " ")
    if tag in _HEADINGS or tag in _BLOCKS or tag in _CELLS:
        return "\n\n"
    return "\n" if tag == "li" else ""
