"""Answers as files: CSV for spreadsheets and JSON lines for programs, a leaf at a time; no answer is held whole.

Authors are left out, as on pages that list works: who wrote what is told on each work's own page, and not by the
thousand.
"""

import csv
import io
import json
from collections.abc import Callable, Iterator

from starlette.responses import StreamingResponse

from ledger.spreadsheets import safe
from ledger.works_found import Found, Leaf, Listing

ROWS_MAX = 100_000
"""Most works in a file: 30 MB. Who has more asks for a part of the domain, or uses the API."""

LEAF_ROWS = 1000

COLUMNS = (
    *("id", "source", "url", "title", "fetched_at", "words", "fate", "reason", "basis", "licence", "rule"),
    *("releases", "page"),
)


def row_of(work: Found, site_url: str) -> dict[str, str | int | list[str]]:
    """Return a work as a row, with the address of its page."""
    same = ("id", "source", "url", "title", "words", "fate", "reason", "basis", "licence", "rule")
    return {name: getattr(work, name) for name in same} | {
        "fetched_at": work.fetched_at.isoformat(),
        "releases": list(work.releases),
        "page": f"{site_url}/vaerker/{work.id}",
    }


def as_file(ask: Callable[[Leaf], Listing], form: str, name: str, site_url: str) -> StreamingResponse:
    """Answer with a file of `csv` or `json` that is named so; it ends after ROWS_MAX works."""
    works = _all(ask)
    lines = _csv(works, site_url) if form == "csv" else _json(works, site_url)
    kind = "text/csv; charset=utf-8" if form == "csv" else "application/jsonl"
    ending = "csv" if form == "csv" else "jsonl"
    headers = {"Content-Disposition": f'attachment; filename="{name}.{ending}"'}
    return StreamingResponse(lines, media_type=kind, headers=headers)


def _all(ask: Callable[[Leaf], Listing]) -> Iterator[Found]:
    after, told = "", 0
    while told < ROWS_MAX:
        listing = ask(Leaf(after, min(LEAF_ROWS, ROWS_MAX - told)))
        yield from listing.works
        told, after = told + len(listing.works), listing.after
        if not after:
            return


def _csv(works: Iterator[Found], site_url: str) -> Iterator[str]:
    """Lines that Danish spreadsheets open as columns: a mark of UTF-8, and semicolons."""
    out = io.StringIO()
    writer = csv.writer(out, delimiter=";", lineterminator="\r\n")
    yield "\ufeff"
    writer.writerow(COLUMNS)
    for work in works:
        row = row_of(work, site_url)
        cells = (row[name] for name in COLUMNS)
        writer.writerow([safe(" ".join(cell) if isinstance(cell, list) else str(cell)) for cell in cells])
        yield out.getvalue()
        out.seek(0)
        out.truncate()
    yield out.getvalue()


def _json(works: Iterator[Found], site_url: str) -> Iterator[str]:
    for work in works:
        yield json.dumps(row_of(work, site_url), ensure_ascii=False) + "\n"
