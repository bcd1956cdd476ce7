"""Running one intake in this process, from an empty or half-done folder to its report."""

import json
import resource
import signal
import time
from collections.abc import Callable
from dataclasses import asdict
from datetime import datetime
from pathlib import Path
from threading import Event

from crawler.archive import Archive, Series
from crawler.delivered import DeliveredFile, Format, Intake
from crawler.elsewhere import put_together
from crawler.frontier import Frontier
from crawler.intake.items import BrokenFileError, Unread
from crawler.intake.reading import read_file
from crawler.intake.sites import Sites
from crawler.intake.taking import Taker
from crawler.job import Job
from crawler.observe.evidence import instant
from crawler.report import write_report
from crawler.run import COMPLETE, INCOMPLETE, PROGRESS_S, CrawlError, Say, alone_in
from ledger.policy import load_policy

MEMORY_BYTES_MAX = 4 * 2**30
"""Address space of the process: what is made to take more is a broken file, and not a broken machine."""

ITEMS_MAX = 2**40
"""Room in the frontier: files are as long as they are, and what is in them must be counted."""


class _Stopped(Exception):  # noqa: N818 - no error
    """We were told to stop."""


class _Taking:
    """One intake under way."""

    def __init__(self, job: Job, frontier: Frontier, say: Say, stop: Event) -> None:
        assert job.intake is not None, "a job without an intake is a crawl"
        self.job, self.intake, self.frontier, self._say, self._stop = job, job.intake, frontier, say, stop
        self._said_at = time.monotonic()

    def breathe(self) -> None:
        """Say how far it is, now and then; raises `_Stopped` when it was told to stop."""
        if self._stop.is_set():
            raise _Stopped
        if time.monotonic() - self._said_at >= PROGRESS_S:
            self._said_at = time.monotonic()
            self.frontier.commit()
            outcomes = {name: self.frontier.outcomes[name] for name in ("captured", "redirected", "refused", "failed")}
            left = len(self.intake.files) - self.frontier.counters["files"]
            self._say({"event": "progress", "source": self.job.source, **outcomes, "pending": left})

    def gather(self, sites: Sites, archive: Archive) -> None:
        """Read all files through for what sites say of themselves, each once."""
        for file in self.intake.files[self.frontier.counters["files_gathered"] :]:
            sites.gather(file, archive, self.breathe)
            self.frontier.counters["files_gathered"] += 1
            self.frontier.counters["gathered"] = 0
            self.frontier.commit()

    def take(self, taker: Taker) -> None:
        """Take what is in all files, from where an earlier run came to."""
        for file in self.intake.files[self.frontier.counters["files"] :]:
            self._take_file(file, taker)
            self.frontier.counters["files"] += 1
            self.frontier.counters["taken"] = 0
            self.frontier.commit()

    def _take_file(self, file: DeliveredFile, taker: Taker) -> None:
        done, number = self.frontier.counters["taken"], 0
        try:
            for number, read in enumerate(read_file(file, self.intake, self.breathe), 1):
                self.breathe()
                if number > done:
                    taker.take(read, file, number)
        except BrokenFileError as error:
            if number >= done:
                taker.take(Unread("failed", error.reason), file, number + 1)


def run(job: Job, clock: Callable[[], datetime], say: Say) -> int:
    """Bound this process's memory, and take in the job's files until all is taken or a signal says to stop."""
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY_BYTES_MAX, MEMORY_BYTES_MAX))
    stop = Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())
    return take_in(job, clock, say, stop)


def take_in(job: Job, clock: Callable[[], datetime], say: Say, stop: Event) -> int:
    """Take in the job's files until all is taken, or until told to stop; returns the process's exit code.

    Run again, a complete intake reads nothing, and one that was stopped goes on. `say` takes an event for whoever
    watches. Raises `CrawlError` when the folder belongs to another crawl.
    """
    with alone_in(job.folder), Frontier(job.folder / "frontier.sqlite", ITEMS_MAX) as frontier:
        name = f"{job.source}/{job.crawl}"
        if (held := frontier.fact("crawl", name)) != name:
            raise CrawlError(f"{job.folder} holds the crawl {held}, not {name}: give this crawl a folder of its own.")
        taking = _Taking(job, frontier, say, stop)
        words = _words_of(taking.intake)
        if (held := frontier.fact("intake", words)) != words:
            raise CrawlError(f"{job.folder} holds an intake of {held}: give other files a folder of their own.")
        now = datetime.fromisoformat(frontier.fact("started", instant(job.now or clock())))
        complete = bool(frontier.recall("ended")) or _taken(taking, now)
        ended = instant(job.now or clock())
        head = {
            "source": job.source,
            "crawl": job.crawl,
            "complete": complete,
            "started": instant(now),
            "ended": frontier.fact("ended", ended) if complete else ended,
            "aside": frontier.counters["aside"],
            "files": [{"name": file.name, "sha256": file.sha256} for file in taking.intake.files],
        }
        say({"event": "finished", **write_report(job.folder, frontier, head)})
        return COMPLETE if complete else INCOMPLETE


def _words_of(intake: Intake) -> str:
    """An intake as one text, to know it again by, wherever its files lie."""
    files = [(file.name, file.sha256) for file in intake.files]
    return json.dumps([intake.format, asdict(intake.fields), files], ensure_ascii=False)


def _taken(taking: _Taking, now: datetime) -> bool:
    """Take everything; False when told to stop before the end."""
    job, frontier = taking.job, taking.frontier
    policy = load_policy(Path(job.policy) if job.policy else None)
    pages, evidence = (Archive(job.folder, frontier, series) for series in (Series.PAGES, Series.EVIDENCE))
    is_warc = taking.intake.format is Format.WARC
    sites = Sites(frontier, job.scope.hosts, policy.evidence_days_max, now) if is_warc else None
    try:
        if sites is not None:
            taking.gather(sites, evidence)
        taking.take(Taker(job, policy, frontier, pages, now, sites))
        put_together(frontier, job.terms, policy, now.date())
    except _Stopped:
        return False
    finally:
        pages.close()
        evidence.close()
    return True
