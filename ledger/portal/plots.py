"""Plots as bars, laid out here and drawn by `plots.html` as SVG: no script, no style, and the numbers in a table."""

from collections.abc import Sequence
from dataclasses import dataclass

WIDTH, BAR, GAP, LABEL = 640, 22, 12, 190
"""Sizes in units of the drawing: its width, a bar's height, the room between two, and the room for names."""


@dataclass(frozen=True, slots=True)
class Bar:
    """A bar: its name and value, and where it is drawn."""

    name: str
    value: int
    y: int
    width: float


@dataclass(frozen=True, slots=True)
class Bars:
    """Bars one below the other, the longest as wide as there is room."""

    bars: tuple[Bar, ...]
    height: int


def bars(values: Sequence[tuple[str, int]]) -> Bars:
    """Lay out bars for some names and values that are not below zero."""
    most = max((value for _, value in values), default=0) or 1
    room = WIDTH - LABEL - 110  # the number stands behind the bar
    made = [
        Bar(name, value, place * (BAR + GAP), round(max(value / most * room, 1 if value else 0), 1))
        for place, (name, value) in enumerate(values)
    ]
    return Bars(tuple(made), max(len(made) * (BAR + GAP) - GAP, 1))
