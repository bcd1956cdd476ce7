"""Where in a TOML file a value stands, for messages that a person can follow.

The standard parser keeps no positions, so the text is scanned once for headers and keys. What the scan cannot see (a
value inside an inline table) is told at the line of what holds it.
"""

import re
from collections import Counter
from collections.abc import Mapping

Place = tuple[str | int, ...]
"""Keys and list positions from the top of the file to a value, such as `("rights", "licences", 0, "licence")`."""

_HEADER = re.compile(r"\s*(\[\[?)([^\[\]]+)\]\]?\s*(?:#.*)?")
_KEY = re.compile(r"""\s*((?:[\w-]+|"[^"]*"|'[^']*')(?:\s*\.\s*(?:[\w-]+|"[^"]*"|'[^']*'))*)\s*=""")
_PART = re.compile(r"""[\w-]+|"[^"]*"|'[^']*'""")
_LONG_STRING = re.compile(r"'''|\"\"\"")


def lines_of(text: str) -> Mapping[Place, int]:
    """The line, counted from 1, at which each table and each key of a TOML text begins."""
    lines: dict[Place, int] = {}
    seen: Counter[Place] = Counter()
    table: Place = ()
    open_string = ""
    for number, line in enumerate(text.splitlines(), 1):
        if open_string or line.lstrip().startswith("#"):
            open_string = _string_left_open(line, open_string)
            continue
        header, key = _HEADER.fullmatch(line), _KEY.match(line)
        if header:
            table = _parts(header[2])
            if header[1] == "[[":
                seen[table] += 1
                table = (*table, seen[table] - 1)
            lines.setdefault(table, number)
        elif key:
            lines.setdefault(table + _parts(key[1]), number)
        open_string = _string_left_open(line, "")
    return lines


def line_of(lines: Mapping[Place, int], path: Place) -> int:
    """The line of a value, or of the nearest table that holds it; 1 when nothing does."""
    nearest = (path[:length] for length in range(len(path), 0, -1))
    return next((lines[start] for start in nearest if start in lines), 1)


def _parts(dotted: str) -> Place:
    return tuple(part.strip("\"'") for part in _PART.findall(dotted))


def _string_left_open(line: str, open_string: str) -> str:
    """The delimiter of a long string that is open at the end of a line, given the one open at its beginning."""
    for mark in _LONG_STRING.findall(line):
        if not open_string:
            open_string = mark
        elif mark == open_string:
            open_string = ""
    return open_string
