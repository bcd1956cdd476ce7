"""What the head of a table says of the numbers under it.

A table is a run of lines with the same separator equally often: pipes as in Markdown, tabs or semicolons.
Its first line is its head, when neither a digit nor a placeholder stands in that. Every line is read once, whatever is
asked.
"""

import re
from bisect import bisect_right

from corpus.finders.cues import SILENCE, Cue, cue_in
from corpus.finders.findings import OPEN
from corpus.finders.words import Says

_SEPARATORS = "|\t;"
_DATA = re.compile(f"[0-9{OPEN}]")
_CELL_CHARS_MAX = 60
"""Longer cells are no names of columns."""


class Tables:
    """The tables of one text, found when first asked for; a line costs about 100 bytes."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._has_tables = "\n" in text and any(mark in text for mark in _SEPARATORS)
        self._starts: list[int] = []
        self._heads: list[tuple[str, tuple[str, ...]]] = []
        self._cues: dict[str, Cue] = {}

    def cue(self, at: int) -> Cue:
        """What the column that `at` stands in is said to hold."""
        if not self._has_tables:
            return SILENCE
        if not self._starts:
            self._read()
        line = bisect_right(self._starts, at) - 1
        separator, cells = self._heads[line]
        if not separator:
            return SILENCE
        column = self._text.count(separator, self._starts[line], at)
        cell = cells[column].strip(" *_:") if column < len(cells) else ""
        if not 0 < len(cell) <= _CELL_CHARS_MAX:
            return SILENCE
        if cell not in self._cues:
            says = cue_in(cell + " ").says
            self._cues[cell] = SILENCE if says is Says.NOTHING else Cue(says, adjacent=True)
        return self._cues[cell]

    def _read(self) -> None:
        at, before = 0, ("", 0)
        table: tuple[str, tuple[str, ...]] = ("", ())
        for line in self._text.split("\n"):
            separator = "|" if "|" in line else "\t" if "\t" in line else ";" if ";" in line else ""
            shape = (separator, line.count(separator) if separator else 0)
            if shape != before:
                is_head = bool(separator) and _DATA.search(line) is None
                table = (separator, tuple(line.split(separator))) if is_head else ("", ())
            before = shape
            self._starts.append(at)
            self._heads.append(table)
            at += len(line) + 1
