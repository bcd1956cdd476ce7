"""Other people's words, made harmless in each language that cards are written in.

Titles, names and hosts come from pages and from files that people write. Each is first put on one line of visible
characters (`line`), then escaped for where it stands. Rule for editing: a text that is not ours goes through one of
these functions in the same expression that puts it into a file.
"""

import csv
import html as _html
import io
import json
import re
from collections.abc import Iterable, Sequence
from urllib.parse import quote

CHARS_MAX = 400
"""Longest text of others in a card: a description of two sentences fits, and a name made to fill the page does not."""

_UNSEEN = re.compile(
    r"[\s\x00-\x1f\x7f-\x9f\u061c\u200b-\u200f\u2028-\u202e\u2066-\u2069\ufeff\ufffe\uffff\ud800-\udfff]+"
)
"""White space, and what is obeyed instead of shown or may stand in no file: controls, turns of direction, halves."""

_MARKUP = re.compile(r"[\\`*_\[\]<>~$#]|&(?=#?\w+;)")
_FORMULA = ("=", "+", "-", "@")
_SAFE_IN_URL = "/:?#[]@!$&'*+,;=%~-._"
"""What an address keeps; parentheses, quotes and angle brackets, which end a link, are percent-encoded."""


def line(text: str, chars_max: int = CHARS_MAX) -> str:
    """The text on one line, with nothing in it that is not shown, and not longer than it may be."""
    seen = _UNSEEN.sub(" ", text[: 4 * chars_max]).strip()
    return seen if len(seen) <= chars_max else seen[: chars_max - 1].rstrip() + "…"


def markdown(text: str, chars_max: int = CHARS_MAX) -> str:
    """The text within a line of Markdown or a cell of its tables, shown as it is written."""
    return _MARKUP.sub(lambda found: f"\\{found[0]}", line(text, chars_max).replace("|", "/"))


def link(text: str, url: str) -> str:
    """A link in Markdown; the text alone when the address is not one of the web."""
    return f"[{markdown(text)}]({address(url)})" if address(url) else markdown(text)


def address(url: str) -> str:
    """An http or https address that cannot end a link or an attribute; empty for any other."""
    return quote(line(url, 2000), safe=_SAFE_IN_URL) if re.match(r"https?://[^\s/]", url) else ""


def markup(text: str, chars_max: int = CHARS_MAX) -> str:
    """The text in HTML or SVG, between tags or in a quoted attribute."""
    return _html.escape(line(text, chars_max), quote=True)


def quoted(text: str) -> str:
    """The text as a string of YAML: a string of JSON is one, where nothing needs two escapes."""
    return json.dumps(line(text), ensure_ascii=False)


def table(head: Sequence[str], rows: Iterable[Sequence[str]], numbers: int = 0) -> list[str]:
    """A table of Markdown, whose cells are escaped already; the last `numbers` columns are set to the right."""
    ruler = f"|{'---|' * (len(head) - numbers)}{'---:|' * numbers}"
    shown = [f"| {' | '.join(cells)} |" for cells in (head, *rows)]
    return [shown[0], ruler, *shown[1:]]


def csv_bytes(rows: Iterable[Sequence[object]]) -> bytes:
    """Rows as CSV (RFC 4180) that no spreadsheet takes for formulas."""
    out = io.StringIO(newline="")
    writer = csv.writer(out)
    for row in rows:
        writer.writerow([_cell(value) for value in row])
    return out.getvalue().encode()


def _cell(value: object) -> object:
    if not isinstance(value, str):
        return "" if value is None else value
    text = line(value)
    return f"'{text}" if text.startswith(_FORMULA) else text
