"""Pictures: horizontal bars as SVG, with a title and a description that are read aloud, and the same bytes every time.

Every number that is drawn is written too, in its part of the bar where there is room, so that nothing is told by
colour alone. No script, no font and nothing from elsewhere is loaded.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from corpus.cards.plain import line, markup

ROWS_MAX = 30
"""Bars in a picture: a screen's height. What is smaller is drawn together, and said to be."""

COLOURS = ("#1b5e8c", "#a65200", "#3a7d44", "#8c2f39", "#6a4c93", "#5c5c5c")
"""White numbers on them have a contrast of 4.5:1 (WCAG 1.4.3), and their order in a bar is that of the legend."""

_LEFT, _BAR, _RIGHT, _ROW, _TOP = 210, 440, 110, 22, 58
_LABEL_CHARS_MAX = 30
_CHAR = 8
"""Pixels that a character takes at most."""


@dataclass(frozen=True, slots=True)
class Chart:
    """Bars in parts: `rows` are labels with a number for each of `series`, drawn in their order."""

    title: str
    description: str
    series: Sequence[str]
    rows: Sequence[tuple[str, Sequence[int]]]


def draw(chart: Chart) -> bytes:
    """The chart as a file of SVG."""
    rows = [(label, list(parts)) for label, parts in chart.rows]
    most = max((sum(parts) for _, parts in rows), default=0)
    height = _TOP + _ROW * max(1, len(rows)) + 14
    width = _LEFT + _BAR + _RIGHT
    body = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" width="{width}" height="{height}"',
        'role="img" aria-labelledby="title description" font-family="sans-serif" font-size="12">',
        f'<title id="title">{markup(chart.title)}</title>',
        f'<desc id="description">{markup(chart.description)}</desc>',
        f'<rect width="{width}" height="{height}" fill="#ffffff"/>',
        f'<text x="10" y="20" font-size="15" font-weight="bold">{markup(chart.title)}</text>',
        *_legend(chart.series),
    ]
    for number, (label, parts) in enumerate(rows):
        body += _bar(_TOP + _ROW * number, label, list(zip(chart.series, parts, strict=True)), most)
    if not rows:
        body.append(f'<text x="10" y="{_TOP + 15}">Nothing to show.</text>')
    return ("\n".join([*body, "</svg>"]) + "\n").encode()


def largest(rows: Sequence[tuple[str, Sequence[int]]]) -> list[tuple[str, Sequence[int]]]:
    """The rows with the largest sums first, and those that are too many as one row."""
    ordered = sorted(rows, key=lambda row: (-sum(row[1]), row[0]))
    shown, rest = ordered[:ROWS_MAX], ordered[ROWS_MAX:]
    if rest:
        shown.append(
            (f"{len(rest):,} others", [sum(parts) for parts in zip(*(parts for _, parts in rest), strict=True)])
        )
    return shown


def _legend(series: Sequence[str]) -> list[str]:
    """One line that says which colour is what; a single series needs none."""
    if len(series) < 2:
        return []
    step = (_LEFT + _BAR + _RIGHT - 20) // len(series)
    drawn = []
    for number, name in enumerate(series):
        x = 10 + step * number
        drawn.append(f'<rect x="{x}" y="32" width="11" height="11" fill="{COLOURS[number % len(COLOURS)]}"/>')
        drawn.append(f'<text x="{x + 16}" y="42">{markup(line(name, (step - 24) // _CHAR))}</text>')
    return drawn


def _bar(y: int, label: str, parts: list[tuple[str, int]], most: int) -> list[str]:
    drawn = [f'<text x="{_LEFT - 8}" y="{y + 13}" text-anchor="end">{markup(line(label, _LABEL_CHARS_MAX))}</text>']
    x = float(_LEFT)
    for number, (name, value) in enumerate(parts):
        width = _BAR * value / most if most else 0.0
        if value:
            drawn.append(
                f'<rect x="{x:.1f}" y="{y}" width="{width:.1f}" height="16" fill="{COLOURS[number % len(COLOURS)]}">'
                f"<title>{markup(label)}: {markup(name)} {value:,}</title></rect>"
            )
            if len(parts) > 1 and width > _CHAR * (len(f"{value:,}") + 1):
                drawn.append(f'<text x="{x + 5:.1f}" y="{y + 13}" fill="#ffffff">{value:,}</text>')
        x += width
    return [*drawn, f'<text x="{x + 6:.1f}" y="{y + 13}">{sum(value for _, value in parts):,}</text>']
