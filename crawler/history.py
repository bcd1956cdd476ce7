"""What the crawl before read, so that this one asks again only for what may have changed, and says what did.

The page lists of two crawls are a chain: each row carries how often its page was read again and how often it had
changed. From that, and from a sitemap's `lastmod`, follows the order in which pages are asked for.

A page that is not modified, or that cannot be had this time, keeps the body an earlier crawl captured. What its site
says in files of its own is taken as it stands now; what the page said is known from when it was last read, which is
why it is read in full again after `FULL_READ_DAYS_MAX`, modified or not: servers leave headers out of a 304.
"""

import gzip
import json
import math
from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields
from datetime import UTC, datetime
from typing import Any

from crawler.files import PREVIOUS_FILE, STANDING
from crawler.frontier import Frontier
from crawler.turns import Found, Kind
from crawler.urls import host_of
from crawler.work import Work

FULL_READ_DAYS_MAX = 90
"""Days after which a page is read in full again, so that new headers and metas are seen within the quarter."""

RANKS = 1000
"""Ranks of pages that were read before: 1 for one that has certainly changed, up to this for one that never does."""

UNCHANGED_RANK = RANKS + 1
"""Rank of a page whose sitemap says that it did not change."""


@dataclass(frozen=True, slots=True)
class Past:
    """A page as the crawl before left it: the row of its page list, with what is needed again.

    `crawl` and `captured_at` say where its body lies and when that was fetched, `read_at` when a body was last
    received, `first_at` when for the first time; of `checks` later readings, `changes` found another body. `kind` is
    page or row; what is a row was `found_on` the listing it stood in.
    """

    payload_digest: str
    signals: str
    content_type: str
    fetched_at: str
    etag: str
    last_modified: str
    crawl: str
    captured_at: str
    read_at: str
    first_at: str
    checks: int
    changes: int
    kind: str = Kind.PAGE
    found_on: str = ""
    depth: int = 0


def load(work: Work) -> None:
    """Take up the page list of the crawl before, once; its pages are known from the start.

    Rows are known when a listing names them again, and so are all when only what changed is listed.
    """
    path = work.job.folder / PREVIOUS_FILE
    if work.frontier.recall("history") or not path.is_file():
        return
    with gzip.open(path, "rt", encoding="utf-8") as lines:
        for line in lines:
            row = json.loads(line)
            if row["outcome"] in STANDING:
                _take_up(work, row)
    work.frontier.fact("history", "taken up")


def _take_up(work: Work, row: dict[str, Any]) -> None:
    url, signals = row["url"], json.dumps(row["signals"], ensure_ascii=False)
    past = Past(**{field.name: row[field.name] for field in fields(Past) if field.name in row} | {"signals": signals})
    found = Found(url, host_of(url), past.depth, past.found_on, Kind(past.kind), rank=rank_of(past, work.now()))
    is_still_wanted = row["outcome"] == "carried" and row["reason"] != "not_listed"
    if work.is_in_scope(found) and (found.kind is Kind.ROW or work.spelled(url) == url):
        if found.kind is Kind.PAGE and (is_still_wanted or not work.frontier.recall("since")):
            work.frontier.add(found)
        body = json.dumps(asdict(past), ensure_ascii=False)
        work.frontier.db.execute("INSERT INTO past VALUES (?, ?)", (url, body))


def past_of(frontier: Frontier, url: str) -> Past | None:
    """What the crawl before knew of a page; None when it did not read it."""
    row = frontier.db.execute("SELECT page FROM past WHERE url = ?", (url,)).fetchone()
    return Past(**json.loads(row[0])) if row else None


def conditions(past: Past | None, now: datetime) -> dict[str, str]:
    """Headers that ask for a page only if it has changed (RFC 9110 13.1); none when it is to be read in full."""
    if past is None or (now - _moment(past.read_at)).days >= FULL_READ_DAYS_MAX:
        return {}
    validators = {"If-None-Match": past.etag, "If-Modified-Since": past.last_modified}
    return {name: value for name, value in validators.items() if value}


def rank_of(past: Past, now: datetime) -> int:
    """Where a page stands among those that were read before: the likelier it has changed, the nearer to 1.

    Changes are taken for a Poisson process whose rate is estimated from the share of readings without a change, half a
    reading added to keep it finite (Cho and Garcia-Molina, Estimating frequency of change, 2003, eq. 5).
    """
    read, first = _moment(past.fetched_at), _moment(past.first_at)
    if not past.checks:
        return RANKS // 2
    days_between = max((read - first).total_seconds() / 86400 / past.checks, 1e-6)
    rate = -math.log((past.checks - past.changes + 0.5) / (past.checks + 0.5)) / days_between
    changed = 1 - math.exp(-rate * max((now - read).total_seconds() / 86400, 0))
    return 1 + round((RANKS - 1) * (1 - changed))


def rank_by(past: Past, lastmod: str) -> int | None:
    """The rank a sitemap's `lastmod` gives a page that was read before: first or last; None when it says nothing."""
    try:
        modified = datetime.fromisoformat(lastmod)
    except ValueError:
        return None
    read = _moment(past.fetched_at)
    if len(lastmod) <= len("2026-11-24"):  # a day: whatever happened after the reading on that day is not known
        return UNCHANGED_RANK if modified.date() < read.date() else 0
    modified = modified if modified.tzinfo else modified.replace(tzinfo=UTC)
    return UNCHANGED_RANK if modified <= read else 0


def rerank(frontier: Frontier, pages: Mapping[str, str]) -> None:
    """Pages that were read before go first or last, by when they are said to have changed."""
    for page, lastmod in pages.items():
        past = past_of(frontier, page) if lastmod else None
        rank = rank_by(past, lastmod) if past else None
        if rank is not None:
            frontier.rerank(page, rank)


def _moment(text: str) -> datetime:
    return datetime.fromisoformat(text)
