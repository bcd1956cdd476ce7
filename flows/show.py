"""What a person sees at the terminal: progress while a run works, tables when it is done.

Progress is three ways to show the same records of `flows.progress`: bars on a terminal, plain lines elsewhere, JSON
lines for programs. All go to standard error, so that standard output holds the answer alone.

What comes from the web, the catalogue or an error goes to a console through `plain`, and nothing else does.
"""

import json
import logging
import re
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.markup import escape
from rich.progress import BarColumn, Progress, ProgressColumn, SpinnerColumn, TaskID, TextColumn, TimeElapsedColumn
from rich.table import Table

from flows.progress import LOGGER

PLAIN_WIDTH = 200
"""Width of tables where there is no terminal to fit: wide enough for a log file or a pipe, so that nothing is cut."""


def _console(*, stderr: bool) -> Console:
    console = Console(stderr=stderr, emoji=False)
    return console if console.is_terminal else Console(stderr=stderr, emoji=False, width=PLAIN_WIDTH)


ERRORS = _console(stderr=True)
OUT = _console(stderr=False)

_UNSEEN = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028-\u202e\u2066-\u2069\ud800-\udfff]")
"""What a terminal obeys instead of showing it: controls, line breaks, and what turns the direction of writing; and
halves of characters, which cannot be written."""


def visible(text: str) -> str:
    """The text on one line, with a space for what breaks a line and a mark for other characters that are not shown."""
    return _UNSEEN.sub(lambda found: " " if found[0] in "\t\n\r" else "\N{REPLACEMENT CHARACTER}", text)


def plain(value: object) -> str:
    """A value as markup for a console that shows it as it is: no style, no link, nothing that a terminal obeys."""
    return escape(visible(str(value)))


class _Bars(logging.Handler):
    """One bar a source: pages taken of pages known, and what is being done."""

    def __init__(self, progress: Progress) -> None:
        super().__init__()
        self._progress = progress
        self._bars: dict[str, TaskID] = {}

    def emit(self, record: logging.LogRecord) -> None:
        told: dict[str, Any] = record.__dict__["told"]
        name = told["source"] or "corpus"
        if name not in self._bars:
            self._bars[name] = self._progress.add_task(plain(name), total=None, doing="")
        bar = self._bars[name]
        if told["event"] == "crawling":
            done = told["captured"] + told["refused"] + told["failed"]
            self._progress.update(bar, completed=done, total=done + told["pending"], doing="crawling")
        else:
            numbers = ", ".join(f"{value:,} {key}" for key, value in told.items() if isinstance(value, int))
            self._progress.update(bar, doing=plain(f"{told['event']} {numbers}".strip()))
        if told["event"] in {"problem", "hint", "notice"}:
            show_wrong(told["event"], told["message"])


class _Lines(logging.Handler):
    """One line an event, as text or as JSON; nothing twice in a row for a source."""

    def __init__(self, *, as_json: bool) -> None:
        super().__init__()
        self._as_json = as_json
        self._last: dict[str, dict[str, Any]] = {}

    def emit(self, record: logging.LogRecord) -> None:
        told: dict[str, Any] = record.__dict__["told"]
        if self._last.get(told["source"]) == told:
            return
        self._last[told["source"]] = told
        if self._as_json:
            line = _json(told)
        else:
            values = " ".join(f"{key}={value}" for key, value in told.items() if key not in {"event", "source"})
            line = visible(f"{told['event']:<9} {told['source'] or 'corpus'} {values}".rstrip())
        sys.stderr.write(line + "\n")
        sys.stderr.flush()


@contextmanager
def progress(*, as_json: bool) -> Iterator[None]:
    """Show what the flows tell while the block lasts."""
    LOGGER.setLevel(logging.INFO)
    LOGGER.propagate = False
    columns: tuple[ProgressColumn, ...] = (
        SpinnerColumn(),
        TextColumn("{task.description}"),
        BarColumn(),
        TextColumn("{task.completed:,.0f}"),
    )
    if ERRORS.is_terminal and not as_json:
        columns = (*columns, TextColumn("{task.fields[doing]}"), TimeElapsedColumn())
        with Progress(*columns, console=ERRORS) as bars, _listening(_Bars(bars)):
            yield
    else:
        with _listening(_Lines(as_json=as_json)):
            yield


@contextmanager
def _listening(handler: logging.Handler) -> Iterator[None]:
    LOGGER.addHandler(handler)
    try:
        yield
    finally:
        LOGGER.removeHandler(handler)


def show_json(value: object) -> None:
    """Print one JSON value on one line."""
    sys.stdout.write(_json(value) + "\n")


def _json(value: object) -> str:
    """JSON on one line, as UTF-8 but for what a terminal would obey or some reader take for a line's end."""
    text = json.dumps(value, ensure_ascii=False, default=str)
    return _UNSEEN.sub(lambda found: f"\\u{ord(found[0]):04x}", text)


def show_wrong(word: str, message: str) -> None:
    """Print what is wrong on standard error, with a word for how bad it is; the message's lines stay lines."""
    ERRORS.print(f"[red]{word}[/red]", "\n".join(plain(line) for line in message.split("\n")), soft_wrap=True)


def show_rows(title: str, rows: list[dict[str, Any]], empty: str) -> None:
    """Print rows of equal keys as a table; numbers right, in thousands."""
    if not rows:
        OUT.print(empty)
        return
    table = Table(title=title, title_justify="left", header_style="bold", box=SIMPLE_HEAD)
    for name in rows[0]:
        numeric = any(isinstance(row[name], int) for row in rows)
        table.add_column(name.replace("_", " "), justify="right" if numeric else "left", overflow="fold")
    for row in rows:
        table.add_row(*(f"{value:,}" if isinstance(value, int) else plain(value or "") for value in row.values()))
    OUT.print(table)


def show_summary(summary: dict[str, Any]) -> None:
    """Print a run's summary: the funnel, the sources, the release and the problems."""
    funnel = summary["funnel"]
    rows = []
    for name, count in _stages(funnel):
        rows += [{"stage": name, "reason": "", "pages": count}, *_reasons(funnel, name)]
    show_rows("The funnel", rows, "")
    if summary["sources"]:
        show_rows("Sources in the release", [_money(row) for row in summary["sources"]], "")
    if summary["release"]:
        what = "sealed" if summary["release"]["new"] else "unchanged"
        OUT.print(
            f"Release [bold]{plain(summary['release']['version'])}[/bold] {what}: {plain(summary['release']['uri'])}"
        )
    else:
        OUT.print("No release: nothing may be released yet.")
    for problem in summary["problems"]:
        show_wrong("problem", problem)


_STAGES = (
    "known",
    "redirected",
    "refused",
    "failed",
    "captured",
    "unchanged",
    "carried",
    "unread",
    "marked",
    "duplicate",
    "excluded",
    "held",
)
_COUNTED = ("refused", "failed", "unread", "marked", "excluded", "held")


def _stages(funnel: dict[str, Any]) -> list[tuple[str, int]]:
    """Each stage's count, in the order pages pass them; stages without pages are left out but for the last."""
    counts = {
        name: sum(funnel[name].values()) if name in _COUNTED else funnel[name] for name in _STAGES if name in funnel
    }
    counts["released"] = funnel.get("released", 0)
    return [(name, count) for name, count in counts.items() if count or name == "released"]


def _reasons(funnel: dict[str, Any], stage: str) -> list[dict[str, Any]]:
    if stage not in _COUNTED:
        return []
    return [{"stage": "", "reason": reason, "pages": count} for reason, count in funnel[stage].items()]


def _money(row: dict[str, Any]) -> dict[str, Any]:
    """A source's row for a table of 80 columns: amount and currency in one cell, words where there were names."""
    shown = {name: value for name, value in row.items() if name not in {"owed", "currency", "payment"}}
    words = {"licence": row["licence"].removeprefix("LicenseRef-"), "basis": row["basis"].replace("_", " ")}
    owed = f"{row['owed']} {row['currency']}" if row["owed"] is not None else ""
    return shown | words | {"owed": owed, "payment": row["payment"].replace("_", " ")}
