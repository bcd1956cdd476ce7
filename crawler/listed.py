"""What the listings of an API come to from crawl to crawl: where one begins, and what the one before knew besides.

Where the API can be asked for what changed, a crawl asks for that alone, and texts it does not name stand as they
were; in full it is read again after `FULL_READ_DAYS_MAX`, since such an answer does not say what has gone. A text that
is missing in a listing read to its end is gone, and is told as such; from one that was not, nothing follows.
"""

from datetime import timedelta
from typing import Any

from crawler.again import carried
from crawler.api import since_query, with_query
from crawler.frontier import Frontier
from crawler.history import FULL_READ_DAYS_MAX, past_of
from crawler.observe.evidence import instant
from crawler.turns import Found, Kind, Outcome
from crawler.urls import host_of
from crawler.work import Work

OVERLAP = timedelta(days=1)
"""How far before the last crawl's beginning changes are asked for: clocks differ, and many are not in UTC."""

_MAY_BE_OVER = frozenset({"http_429", "timeout", "dns", "connection", "truncated", "tls"})
"""Why a page may not have been had that can be had another time: then its change is asked for once more. So
are a server's faults, http_500 and above."""


def seeds_of(work: Work) -> tuple[str, ...]:
    """Where the crawl begins: the job's seeds, or, of its listings, what changed since the crawl before."""
    since = work.frontier.fact("since", _since(work))
    return tuple(with_query(seed, since) or seed for seed in work.job.seeds) if since else work.job.seeds


def _since(work: Work) -> str:
    api, listed = work.job.api, work.job.listed
    if api is None or not api.since or listed is None or (work.now() - listed.full).days >= FULL_READ_DAYS_MAX:
        return ""
    return since_query(api, listed.until - OVERLAP)


def broken(frontier: Frontier) -> dict[str, int]:
    """Pages of listings that could not be read, by reason."""
    return dict(frontier.db.execute("SELECT reason, count(*) FROM broken_listings GROUP BY 1"))


def leave_unlisted(work: Work, *, complete: bool) -> None:
    """Give what the crawl before read, and no listing named this time, its place in this run's report."""
    frontier = work.frontier
    is_gone = complete and not frontier.recall("since") and _is_whole(frontier)
    unnamed = "SELECT url FROM past WHERE url NOT IN (SELECT url FROM urls) ORDER BY url"
    for (url,) in frontier.db.execute(unnamed).fetchall():  # about 100 bytes of memory each
        past = past_of(frontier, url)
        assert past is not None
        outcome = carried(work, url, past, "not_listed" if complete else "interrupted")
        if is_gone and past.kind == Kind.ROW and outcome.outcome == "carried":
            outcome = Outcome("failed", "not_listed", asked=False)
        frontier.place(Found(url, host_of(url), past.depth, past.found_on, Kind(past.kind)), outcome, "absent")


def told(work: Work) -> dict[str, Any]:
    """What the report tells of the listings; `listed` is for the next crawl to go on from, and empty without any."""
    frontier, api, before = work.frontier, work.job.api, work.job.listed
    if api is None:
        return {}
    ended = {name.removeprefix("ended "): count for name, count in frontier.counters.items() if name[:6] == "ended "}
    until = frontier.recall("started") if _is_whole(frontier) and not _is_missing(frontier) else ""
    full = until if until and not frontier.recall("since") else instant(before.full) if before else ""
    until = until or (instant(before.until) if before else "")
    return {
        "listings": frontier.kinds[Kind.LISTING],
        "listings_left": frontier.left(Kind.LISTING),
        "listings_failed": broken(frontier),
        "listings_ended": ended,
        "rows": int(frontier.counters["rows"]),
        "rows_again": int(frontier.counters["rows_again"]),
        "listed": {"until": until, "full": full} if until and full else {},
    }


def _is_whole(frontier: Frontier) -> bool:
    """Whether all listings were read to their last page."""
    unread = "SELECT 1 FROM urls WHERE kind = 'listing' AND (state <> 'done' OR outcome IN ('failed', 'refused'))"
    is_cut = any(name.startswith("ended ") and count for name, count in frontier.counters.items())
    return not is_cut and frontier.db.execute(unread).fetchone() is None


def _is_missing(frontier: Frontier) -> bool:
    """Whether a page that was listed has not been had, and may be another time."""
    named = "SELECT DISTINCT reason FROM urls WHERE kind = 'page' AND outcome IN ('failed', 'carried')"
    reasons = [str(reason) for (reason,) in frontier.db.execute(named)]
    return frontier.left() > 0 or any(each in _MAY_BE_OVER or each.startswith("http_5") for each in reasons)
