"""Running one crawl in this process, from an empty or half-done folder to its report."""

import asyncio
import fcntl
import json
import signal
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict
from datetime import datetime
from pathlib import Path
from typing import Any

from scrapy import signals
from scrapy.crawler import AsyncCrawlerProcess, Crawler
from twisted.python.failure import Failure

from crawler.again import carried
from crawler.archive import Archive, Series
from crawler.browser.chromium import check_chromium
from crawler.elsewhere import put_together
from crawler.frontier import Frontier
from crawler.history import load, past_of
from crawler.job import Job
from crawler.listed import broken, leave_unlisted, seeds_of, told
from crawler.observe.evidence import instant
from crawler.pace import Pace
from crawler.report import write_brief, write_report
from crawler.settings import settings_for
from crawler.spider import PageSpider
from crawler.work import Work
from ledger.policy import load_policy

GRACE_S = 4.0
"""Seconds given to requests under way when the crawl is told to stop; then they are let go and stay pending."""

PROGRESS_S = 1.0
"""Seconds between two lines of progress, and the longest time anything stays uncommitted."""

LISTED_MAX = 50_000
"""Pages up to which a crawl that is told to stop lists them all, in about three seconds; beyond, it tells the sums."""

TICK_S = 0.1
"""Seconds until a wish to stop is seen."""

COMPLETE, INCOMPLETE = 0, 3

Say = Callable[[dict[str, Any]], None]
"""Takes an event for whoever watches the crawl."""


class CrawlError(RuntimeError):
    """The crawl broke; the message says what to do next."""


def run(job: Job, clock: Callable[[], datetime], say: Say) -> int:
    """Crawl until done, out of budget, or told to stop; returns the process's exit code.

    A crawl is complete when nothing is left or its budget is, and no listing of an API broke off; run again within the
    same limits it asks nothing, and with others it goes on. `say` takes an event for whoever watches. Raises
    `CrawlError` when the folder belongs to another crawl, or when a fault of ours stopped the crawl.
    """
    if job.rendering:
        check_chromium(job.rendering.chromium)
    with alone_in(job.folder), Frontier(job.folder / "frontier.sqlite", job.limits.pages_max) as frontier:
        name = f"{job.source}/{job.crawl}"
        if (held := frontier.fact("crawl", name)) != name:
            raise CrawlError(f"{job.folder} holds the crawl {held}, not {name}: give this crawl a folder of its own.")
        seconds_left = job.limits.seconds_max - float(frontier.counters["seconds"])
        policy = load_policy(Path(job.policy) if job.policy else None)
        used = [series for series in Series if job.rendering or series is not Series.MADE_OF]
        archives = {series: Archive(job.folder, frontier, series) for series in used}
        work = Work(job, policy, frontier, archives, Pace(job.delay_s_min, seconds_left), clock)
        started = frontier.fact("started", instant(work.now()))
        work.begin(seeds_of(work))
        load(work)
        frontier.commit()
        if frontier.left() and frontier.recall("limits") != _limits_of(job):
            frontier.forget("limits")
            frontier.forget("ended")
            _crawl(work, say)
        for archive in archives.values():
            archive.close()
        return _conclude(work, started, say)


@contextmanager
def alone_in(folder: Path) -> Iterator[None]:
    """Hold the folder's lock, so that no two processes write to one crawl; the kernel frees it when we die."""
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / "lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise CrawlError(f"Another process is at work in {folder}: wait for it, or stop it.") from error
        yield


def _crawl(work: Work, say: Say) -> None:
    """Run Scrapy until it ends, and raise `CrawlError` when a fault of ours ended it."""
    process = AsyncCrawlerProcess(settings_for(work.job))
    crawler = process.create_crawler(PageSpider)

    def note_fault(failure: Failure) -> None:
        work.fail(failure.getTraceback())

    crawler.signals.connect(note_fault, signals.spider_error, weak=False)
    loop = asyncio.get_event_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, work.pace.stopping.set)
    crawling = process.crawl(crawler, work=work)
    watching = loop.create_task(_watch(work, crawler, crawling, say))
    process.start(install_signal_handlers=False)
    loop.run_until_complete(watching)
    if work.faults:
        raise CrawlError(f"A fault stopped the crawl; nothing is lost: mend it, then run again.\n{work.faults[0]}")
    if error := crawling.exception():
        raise CrawlError(f"The crawl could not begin: {error}") from error
    if work.frontier.left() and not work.pace.stopping.is_set() and not work.is_out_of_budget():
        raise CrawlError(f"The crawl ended with {work.frontier.left()} URLs left; nothing is lost: run it again.")


async def _watch(work: Work, crawler: Crawler, crawling: "asyncio.Task[None]", say: Say) -> None:
    """Say how far the crawl is, commit, and see to it that it ends when it should."""
    counted_s, over_at, stopping = 0.0, 0.0, None
    while not crawling.done():
        await asyncio.wait({crawling}, timeout=TICK_S)
        now_s = work.pace.elapsed_s
        if work.pace.is_over and stopping is None:
            over_at, stopping = now_s, asyncio.ensure_future(crawler.stop_async())
        if stopping is not None and now_s - over_at > GRACE_S:
            work.pace.letting_go.set()
        if not work.faults and (now_s - counted_s >= PROGRESS_S or crawling.done()):
            work.frontier.counters["seconds"] += now_s - counted_s  # type: ignore[assignment]
            counted_s = now_s
            try:
                work.frontier.commit()
                say({"event": "progress", "source": work.job.source, **_standing(work.frontier)})
            except (OSError, sqlite3.Error) as error:  # no room, or nobody listens any more
                work.fail(str(error))


def _standing(frontier: Frontier) -> dict[str, int]:
    names = ("captured", "redirected", "refused", "failed")
    return {**{name: frontier.outcomes[name] for name in names}, "pending": frontier.left()}


def _limits_of(job: Job) -> str:
    """A job's limits as one text, to know them again by."""
    return json.dumps(asdict(job.limits), sort_keys=True)


def _conclude(work: Work, started: str, say: Say) -> int:
    """Write the report; what was not reached is in it, and stays in the frontier for a run with more budget."""
    frontier, now = work.frontier, instant(work.now())
    left = frontier.left()
    if work.pace.stopping.is_set() and frontier.known > LISTED_MAX:
        head = {"source": work.job.source, "crawl": work.job.crawl, "complete": False, "started": started, "ended": now}
        say({"event": "finished", **write_brief(work.job.folder, frontier, head)})
        return INCOMPLETE
    complete = (left == 0 or not work.pace.stopping.is_set()) and not broken(frontier)
    if left:
        reason = "out_of_budget" if complete else "interrupted"
        frontier.refuse_pending(reason)
        for url in frontier.undone_again():
            past = past_of(frontier, url)
            assert past is not None
            frontier.leave(url, carried(work, url, past, reason))
    leave_unlisted(work, complete=complete)
    put_together(frontier, work.job.terms, work.policy, work.now().date())
    if complete:
        frontier.fact("limits", _limits_of(work.job))
    head = {
        "source": work.job.source,
        "crawl": work.job.crawl,
        "complete": complete,
        "started": started,
        "ended": frontier.fact("ended", now) if complete else now,
        **told(work),
    }
    say({"event": "finished", **write_report(work.job.folder, work.frontier, head)})
    return COMPLETE if complete else INCOMPLETE
