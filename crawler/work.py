"""What the parts of one crawl share: the job, where it stands, and what it may do next."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime

from crawler.archive import Archive, Series
from crawler.frontier import Frontier
from crawler.job import Job
from crawler.pace import Pace
from crawler.sitemaps import SITEMAPS_MAX
from crawler.traps import MISBUILT, families_of, is_misbuilt
from crawler.turns import Found, Kind, Outcome, Turn
from crawler.urls import host_of, without_parameters
from ledger.policy import Policy

FEEDS_MAX = 50
"""Feeds read in one crawl that only pages name: a site has a few, some make one for every heading."""


@dataclass
class Work:
    """One crawl in one process."""

    job: Job
    policy: Policy
    frontier: Frontier
    archives: Mapping[Series, Archive]
    pace: Pace
    clock: Callable[[], datetime]
    pages_out: int = 0
    faults: list[str] = field(default_factory=list)

    def now(self) -> datetime:
        """The time that is recorded: the job's, or the clock's."""
        return self.job.now or self.clock().astimezone(UTC)

    def fail(self, fault: str) -> None:
        """Note a fault of ours or of this machine, and end the crawl."""
        self.faults.append(fault)
        self.pace.stopping.set()

    def begin(self, seeds: Iterable[str]) -> None:
        """Note the seeds and sitemaps; nothing happens for those that are known."""
        kind = Kind.PAGE if self.job.api is None else Kind.LISTING
        for url in map(self.spelled, seeds):
            self.frontier.add(Found(url, host_of(url), 0, "", kind))
        self.note_sitemaps(self.job.sitemaps, "")

    def spelled(self, url: str) -> str:
        """The URL under which this crawl knows a canonical URL: by its source's rules, and in one order."""
        return self.frontier.spelling(without_parameters(url, self.job.drop_parameters))

    def note_sitemaps(self, urls: Iterable[str], found_on: str) -> None:
        """Note sitemaps on the job's hosts, up to the limit; path patterns are for pages."""
        for url in urls:
            if host_of(url) not in self.job.scope.hosts:
                self.frontier.counters["out_of_scope"] += 1
            elif self.frontier.kinds[Kind.SITEMAP] < SITEMAPS_MAX:
                self.frontier.add(Found(url, host_of(url), 0, found_on, Kind.SITEMAP))

    def note_feeds(self, urls: Iterable[str], found_on: str) -> None:
        """Note feeds that a page names, up to a limit of their own; they are read as sitemaps are."""
        self.note_sitemaps((url for url in urls if self.frontier.admit("feed", url, FEEDS_MAX)), found_on)

    def note_pages(self, urls: Iterable[str], found_on: str, depth: int) -> None:
        """Note pages by the rules of scope and traps; what is left out is counted."""
        for url in map(self.spelled, urls):
            self.note(Found(url, host_of(url), depth, found_on))

    def note(self, found: Found) -> None:
        """Note one URL by the same rules; sitemaps and listings are bounded by their number, and are no traps."""
        if not self.is_in_scope(found):
            self.frontier.counters["out_of_scope"] += 1
        elif trap := self.trap_of(found.url) if found.kind is Kind.PAGE else "":
            self.frontier.counters["trapped"] += 1
            self.frontier.turn_away(trap)
        elif not self.frontier.add(found):
            self.frontier.counters["no_room"] += 1

    def is_in_scope(self, found: Found) -> bool:
        """Whether a URL belongs to the crawl; path patterns are for texts, and not for what only names them."""
        scope = self.job.scope
        is_text = found.kind in (Kind.PAGE, Kind.ROW)
        return scope.holds(found.url) if is_text else found.host in scope.hosts

    def trap_of(self, url: str) -> str:
        """The family for which a URL is not asked: one that has run dry, or `MISBUILT`; empty when it is worth it."""
        if is_misbuilt(url):
            return MISBUILT
        return next((family for family, most in families_of(url) if self.frontier.barren(family) >= most), "")

    def is_spent(self) -> bool:
        """Whether the budget of pages or bytes is used up."""
        limits = self.job.limits
        asked = self.frontier.asked + self.pages_out
        return asked >= limits.pages_max or self.frontier.counters["bytes"] >= limits.bytes_max

    def is_out_of_budget(self) -> bool:
        """Whether the budget leaves no pending URL a turn: it is used up, or every host's next turn comes too late."""
        hosts = self.frontier.pending
        too_late = bool(hosts) and not any(map(self.pace.comes_in_time, hosts))
        return self.is_spent() or self.pace.is_out_of_time or too_late

    def take(self, turn: Turn) -> None:
        """A URL is handed out: its host is busy with it."""
        self.pace.host(turn.found.host).busy += 1
        self.pages_out += turn.found.kind is not Kind.SITEMAP

    def give_back(self, turn: Turn) -> None:
        """A URL that was handed out is settled, or back in the frontier."""
        self.pace.host(turn.found.host).busy -= 1
        self.pages_out -= turn.found.kind is not Kind.SITEMAP

    def refuse(self, turn: Turn, reason: str) -> None:
        """Finish a URL that is not asked for."""
        self.frontier.finish(turn, Outcome("refused", reason, asked=False))
