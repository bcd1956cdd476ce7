"""`fodaftryk extract`: the main text of files and pages, and what they say of themselves, as JSON lines."""

import sys
from collections import Counter, deque
from collections.abc import Iterable, Iterator
from contextlib import closing
from dataclasses import asdict
from datetime import datetime
from pathlib import Path
from typing import Annotated, Any, NoReturn

import typer

from crawler.inflate import PAGE_BYTES_MAX
from flows.errors import FlowError
from flows.settings import Settings, load_settings, moment
from flows.show import show_json, show_wrong

PROBLEMS = 3
SECONDS_MAX = 300.0
"""Longest that pages of the web are waited for, all together."""


app = typer.Typer(pretty_exceptions_enable=False, rich_markup_mode="markdown")


@app.callback()
def _only() -> None:
    """One command of the program, standing alone."""


@app.command()
def extract(
    places: Annotated[
        list[str], typer.Argument(metavar="FILE|URL…", help="Files, addresses, or - for standard input.")
    ],
    content_type: Annotated[
        str, typer.Option("--type", help="Content type of standard input. Default: told by how it begins.")
    ] = "",
    workers: Annotated[int, typer.Option(min=1, help="Processes.")] = 1,
) -> None:
    """Print the main text of files and pages: one JSON line each.

    FILE is HTML, PDF, DOCX, text or Markdown; or a WARC, JSON Lines, Parquet or an archive: a line for each text in it.
    A file whose name says nothing is told by how it begins. URL is fetched once, if the site's robots.txt lets us and
    it lies on the public web; nothing of it is kept.

    A line has `from`, `url`, `text` (plain Markdown), `title`, `author`, `published`, `site_name`, `declared_language`,
    `charset` (what decided it, and which), `extractor`, and `trouble` when there is no text. What a text does to the
    process that reads it, it does to itself alone.

    Examples:
        fodaftryk extract side.html rapport.pdf | jq -r .text

        curl -s https://example.dk/ | fodaftryk extract -

    Exit codes: 0 all were read; 1 something is wrong, and the message says what to do; 2 the command was written
    wrongly; 3 some could not be read: their lines say why, or a message does.
    """
    from corpus.workers import Template, WorkerLimits, Workers  # noqa: PLC0415 - what reads files takes a second to load

    set_up = load_settings()
    bounds = set_up.refine
    limits = WorkerLimits(workers, bounds.seconds_per_item_max, bounds.memory_bytes_max, bounds.items_per_worker_max)
    under_way: deque[tuple[str, str]] = deque()
    troubles = Counter[str]()
    with Template("corpus.formats:read_capture", limits) as template, Workers(template) as readers:
        for said in readers.map(_noted(_captures(places, content_type, set_up, troubles), under_way)):
            place, url = under_way.popleft()
            row = _row(said)
            troubles["no text"] += not row["text"]
            show_json({"from": place, "url": url, **row})
    if troubles.total():
        raise typer.Exit(PROBLEMS)


def _row(said: Any) -> dict[str, Any]:  # noqa: ANN401 - a Said, or a Lost that says why there is none
    from corpus.workers import Lost  # noqa: PLC0415 - as above

    if isinstance(said, Lost):
        return {"text": "", "trouble": f"{said.reason} ({said.detail})" if said.detail else str(said.reason)}
    found = said.extracted
    row = asdict(found) | {"published": found.published and found.published.isoformat(), "charset": said.charset}
    if not found.text:
        row["trouble"] = said.trouble or ("no text" if not said.too_large else "too large")
    return row


def _noted(found: Iterable[tuple[str, Any]], under_way: deque[tuple[str, str]]) -> Iterator[Any]:
    """The captures alone; where each comes from is noted on the way."""
    for place, capture in found:
        under_way.append((place, capture.url))
        yield capture


def _captures(
    places: Iterable[str], content_type: str, set_up: Settings, troubles: Counter[str]
) -> Iterator[tuple[str, Any]]:
    """Captures of all places; one that cannot be had is told, and counted."""
    from crawler.intake.asking import Asking, DownloadError, Manner  # noqa: PLC0415 - as above
    from crawler.intake.page import fetch_page  # noqa: PLC0415
    from crawler.job import user_agent  # noqa: PLC0415
    from crawler.urls import canonical  # noqa: PLC0415

    crawler, now = set_up.crawler, moment()
    agent = user_agent(crawler.about_url)
    manner = Manner(crawler.proxy, agent, crawler.delay_s_min, PAGE_BYTES_MAX * len(list(places)), SECONDS_MAX, now)
    with closing(Asking(manner)) as asking:
        for place in places:
            try:
                if place.startswith(("http://", "https://")):
                    yield place, fetch_page(asking, canonical(place) or _refuse(place), manner)
                else:
                    yield from ((place, capture) for capture in _of_file(place, content_type, now, troubles))
            except (DownloadError, FlowError) as error:
                troubles["not read"] += 1
                show_wrong("problem", str(error))


def _refuse(place: str) -> NoReturn:
    raise FlowError(f"{place}: no address of the public web. Check how it is written.")


def _unnamed_page(path: Path) -> bytes:
    """The bytes of a file whose name does not say what it is, when it begins as HTML or PDF does; else none."""
    with path.open("rb") as file:
        payload = file.read(PAGE_BYTES_MAX + 1)
    is_page = payload.lstrip(b"\xef\xbb\xbf \t\r\n").startswith((b"<", b"%PDF-"))
    return payload if is_page and len(payload) <= PAGE_BYTES_MAX else b""


def _of_file(place: str, content_type: str, now: datetime, troubles: Counter[str]) -> Iterator[Any]:
    from flows.loose_files import Wishes, captures, look_at, single  # noqa: PLC0415 - as above

    if place == "-":
        payload = sys.stdin.buffer.read(PAGE_BYTES_MAX + 1)
        if len(payload) > PAGE_BYTES_MAX:
            raise FlowError(f"standard input has more than {PAGE_BYTES_MAX} bytes: give a file.")
        yield single(payload, content_type, place, now)
        return
    left = Counter[str]()
    yield from captures(look_at(Path(place), Wishes()), "files", left)
    left.pop("aside", None)
    if left == Counter({"not_text": 1}) and (page := _unnamed_page(Path(place))):
        left.clear()
        yield single(page, content_type, place, now)
    if left:
        troubles.update(left)
        show_wrong("problem", f"{place}: not read: {', '.join(f'{count} {why}' for why, count in left.items())}")
