"""What delivered WARC files hold of what sites say of themselves: robots.txt and the other files with rights signals.

They may stand anywhere, so all files are read through for them before the first page is taken. Of several answers for
one file the newest counts that is an answer at all. A file that was not delivered says nothing; that it is missing, or
older than the policy's limit, is said of every page of its origin, and holds it unless its source's terms cover it.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import lru_cache
from urllib.parse import urlsplit

from corpus.captures import Capture
from corpus.records import RecordError
from crawler.archive import Archive
from crawler.delivered import DeliveredFile
from crawler.evidence import EVIDENCE_BYTES_MAX
from crawler.frontier import Frontier
from crawler.inflate import BrokenEncodingError, TooLargeError
from crawler.intake.items import BrokenFileError
from crawler.intake.opening import opened
from crawler.intake.warc import Answer, answers
from crawler.observe.evidence import EvidenceFile, instant
from crawler.observe.site import SiteFiles, needed_files, rsl_urls
from crawler.origins import REDIRECTS_MAX, Rules, rules_of
from crawler.urls import canonical, host_of
from ledger.signals import Mechanism, RightsSignal, Verdict

ORIGINS_KEPT = 64
"""Origins whose files are kept parsed; each has at most a few megabytes of them."""

CLOCK_SKEW = timedelta(days=1)
"""How far in the future evidence may have been fetched, by a clock that was not ours; beyond, its date says nothing."""

_SCHEMA = """
CREATE TABLE IF NOT EXISTS delivered (
  url TEXT PRIMARY KEY, is_answer INTEGER NOT NULL, fetched_at TEXT NOT NULL, status INTEGER, location TEXT NOT NULL,
  body BLOB NOT NULL) WITHOUT ROWID;
"""
_NEWER = (
    "INSERT INTO delivered VALUES (?, ?, ?, ?, ?, ?) ON CONFLICT DO UPDATE SET is_answer = excluded.is_answer,"
    " fetched_at = excluded.fetched_at, status = excluded.status, location = excluded.location, body = excluded.body"
    " WHERE (excluded.is_answer, excluded.fetched_at) > (delivered.is_answer, delivered.fetched_at)"
)


@dataclass(frozen=True, slots=True)
class Site:
    """An origin's files as delivered: its rules, all its files, and the statement of how complete they are."""

    rules: Rules
    files: SiteFiles
    delivered: RightsSignal


class Sites:
    """The delivered evidence of one intake, in the frontier's file."""

    def __init__(self, frontier: Frontier, hosts: frozenset[str], evidence_days_max: int, now: datetime) -> None:
        self._frontier, self._hosts = frontier, hosts
        self._oldest_allowed, self._now = now - timedelta(days=evidence_days_max), now
        frontier.db.execute(_SCHEMA)
        self.site = lru_cache(ORIGINS_KEPT)(self._site)

    def gather(self, file: DeliveredFile, archive: Archive, breathe: Callable[[], None]) -> None:
        """Read a WARC file through for evidence about the source's hosts, from where an earlier run came to.

        What is broken ends it as it ends its pages. `breathe` is called all the while, and may raise to stop.
        """
        counters = self._frontier.counters
        try:
            with opened(file.path, breathe) as stream:
                for number, answer in enumerate(answers(stream), 1):
                    if number > counters["gathered"]:
                        if answer is not None and host_of(answer.url) in self._hosts and answer.is_evidence:
                            self._keep(answer, archive)
                        counters["gathered"] = number
        except (BrokenFileError, RecordError):  # counted when its pages are read
            return

    def named_files(self, urls: tuple[str, ...]) -> tuple[EvidenceFile, ...]:
        """The licence files a page names, as far as they were delivered; the others hold the page."""
        return tuple(file for url in urls if (file := self._followed(url)))

    def _keep(self, answer: Answer, archive: Archive) -> None:
        fetched_at = answer.fetched_at
        if fetched_at is None or answer.is_revisit:
            return
        status: int | None = answer.status
        try:
            body = answer.body(EVIDENCE_BYTES_MAX)
        except (TooLargeError, BrokenEncodingError):
            status, body = None, b""
        if status is not None:
            archive.write(Capture(answer.url, fetched_at, status, answer.headers, body))
            self._frontier.counters["evidence"] += 1
        is_answer = not EvidenceFile(answer.url, status, body, fetched_at).unreachable
        location = answer.header("location") if status is not None and 300 <= status < 400 else ""
        target = canonical(location, base=answer.url) if location else ""
        row = (answer.url, is_answer, instant(fetched_at), status, target, body)
        self._frontier.db.execute(_NEWER, row)

    def _site(self, origin: str) -> Site:
        needed = needed_files(origin)
        had = {url: file for url in needed if (file := self._followed(url))}
        robots = had.get(needed[0], self._absent(needed[0]))
        rules = rules_of(robots)
        named = self.named_files(rsl_urls(rules.robots))
        files = SiteFiles(origin, (*(had.get(url, self._absent(url)) for url in needed), *named))
        return Site(rules, files, self._completeness(origin, needed, had))

    def _absent(self, url: str) -> EvidenceFile:
        """A file that was not delivered, as one that says nothing."""
        return EvidenceFile(url, 404, b"", self._now)

    def _completeness(self, origin: str, needed: tuple[str, ...], had: Mapping[str, EvidenceFile]) -> RightsSignal:
        missing = [urlsplit(url).path for url in needed if url not in had]
        fresh = {url for url, file in had.items() if self._oldest_allowed <= file.fetched_at <= self._now + CLOCK_SKEW}
        old = [urlsplit(url).path for url in had if url not in fresh]
        said = ("missing", " ".join(missing)) if missing else ("old", " ".join(old)) if old else ("complete", "")
        return delivered_statement(f"{origin}/#delivery", said, self._now)

    def _followed(self, url: str) -> EvidenceFile | None:
        """The delivered file at the end of the redirects, under the URL that was asked for; None without any answer."""
        target = canonical(url)
        for hop in range(REDIRECTS_MAX + 1):
            row = self._frontier.db.execute(
                "SELECT status, location, body, fetched_at FROM delivered WHERE url = ?", (target,)
            ).fetchone()
            if row is None:
                return EvidenceFile(url, None, b"", self._now) if hop else None
            status, target, body, fetched_at = row
            if not target:
                nowhere = status is not None and 300 <= status < 400
                return EvidenceFile(url, None if nowhere else status, body, datetime.fromisoformat(fetched_at))
        return EvidenceFile(url, None, b"", self._now)


def delivered_statement(place: str, said: tuple[str, str], now: datetime) -> RightsSignal:
    """The statement that a text came as a file: complete with what its place says of reservations, or not."""
    verdict = Verdict.UNKNOWN if said[0] == "complete" else Verdict.MALFORMED
    return RightsSignal(Mechanism.DELIVERED, verdict, *said, place, " ".join(said).strip(), "", instant(now))
