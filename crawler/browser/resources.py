"""What a page's scripts may have: scripts, stylesheets and data, fetched by the crawl itself and by its rules.

Each request goes through the same engine, gate, pace and limits as a page: its host must be the source's or one the
catalogue lets pages load from, its robots.txt is asked, its address is guarded. What was fetched serves the whole run,
so a site's scripts are asked for once and not for every page.

It is evidence, and kept in the WARC when a page that used it is; of a page that is left out nothing is kept.
"""

import asyncio
from collections import OrderedDict
from dataclasses import dataclass, field

from scrapy import Request
from scrapy.crawler import Crawler
from scrapy.http import Response

from corpus.captures import Capture
from crawler.evidence import capture_of
from crawler.faults import DOWNLOAD_ERRORS, fault_of
from crawler.pace import NoTurnError
from crawler.urls import canonical, host_of
from crawler.work import Work

RESOURCES_MAX = 200
"""Different resources of one page: large applications load some fifty."""

PAGE_RESOURCE_BYTES_MAX = 64 * 2**20
"""Bytes of all of them together, inflated."""

HELD_BYTES_MAX = 128 * 2**20
"""Bytes of resources held for the pages to come."""

AT_ONCE_MAX = 4
"""Requests of one page under way at once, over all hosts."""

PASSING = frozenset({429, 500, 502, 503, 504})
"""Statuses that may pass: such an answer is not held, and the page is asked for again."""

ATTEMPTS_MAX = 2
"""How often a resource is asked for when the connection breaks."""

HEADERS_SENT = frozenset({"accept", "origin", "x-requested-with"})
"""Headers of a script's request that go out: what data is wanted. The rest would be a visitor's, and we are none."""


@dataclass(slots=True)
class Resource:
    """An answer a page was given; `is_data` when a script asked for it and may have put it in the text."""

    capture: Capture
    is_data: bool = False
    kept: bool = False


class Resources:
    """The resources of one crawl's run."""

    def __init__(self, crawler: Crawler, work: Work) -> None:
        self._crawler, self._work = crawler, work
        self._held: OrderedDict[tuple[str, ...], Resource] = OrderedDict()
        self._held_bytes = 0

    def may_come_from(self, url: str) -> bool:
        """Whether a canonical URL lies on a host that pages may load from."""
        job = self._work.job
        return job.rendering is not None and host_of(url) in job.scope.hosts | job.rendering.hosts

    async def fetch(self, url: str, headers: dict[str, str]) -> Resource | None:
        """The answer for a canonical URL, held or asked for; None when there is none.

        Raises `NoTurnError` when the crawl ends first, or its bytes are spent.
        """
        key = (url, *(f"{name}: {value}" for name, value in sorted(headers.items())))
        if key in self._held:
            self._held.move_to_end(key)
            return self._held[key]
        if self._work.frontier.counters["bytes"] >= self._work.job.limits.bytes_max:
            raise NoTurnError("the crawl's bytes are spent")
        response = await self._asked(url, headers)
        if response is None:
            return None
        resource = Resource(capture_of(response, url, self._work.now()))
        if resource.capture.status not in PASSING:
            self._hold(key, resource)
        return resource

    async def _asked(self, url: str, headers: dict[str, str]) -> Response | None:
        assert self._crawler.engine is not None
        for _ in range(ATTEMPTS_MAX):
            try:
                response = await self._crawler.engine.download_async(
                    Request(url, headers=headers, meta={"resource": True})
                )
            except NoTurnError:
                raise
            except DOWNLOAD_ERRORS as error:
                if not fault_of(error).again:
                    break
            else:
                self._work.frontier.counters["resources"] += 1
                return response
        return None

    def refused(self) -> None:
        """Count a request of a page that was not made, or had no answer."""
        self._work.frontier.counters["resources_refused"] += 1

    def _hold(self, key: tuple[str, ...], resource: Resource) -> None:
        self._held[key] = resource
        self._held_bytes += len(resource.capture.payload)
        while self._held_bytes > HELD_BYTES_MAX:
            _, dropped = self._held.popitem(last=False)
            self._held_bytes -= len(dropped.capture.payload)


@dataclass
class PageResources:
    """What one page asked for: its share of a crawl's resources, in the order it came."""

    resources: Resources
    used: dict[int, Resource] = field(default_factory=dict)
    trouble: Capture | None = None
    under_way: int = 0
    closed: bool = False
    _asked: set[str] = field(default_factory=set)
    _bytes: int = 0
    _places: asyncio.Semaphore = field(default_factory=lambda: asyncio.Semaphore(AT_ONCE_MAX))

    def admits(self, url: str) -> str:
        """The canonical spelling of a URL the page may be given, within its limits; empty for any other."""
        spelled = canonical(url)
        if not spelled or not self.resources.may_come_from(spelled):
            return ""
        if spelled not in self._asked and len(self._asked) >= RESOURCES_MAX:
            return ""
        self._asked.add(spelled)
        return spelled

    async def get(self, url: str, headers: dict[str, str], *, is_data: bool) -> Capture | None:
        """The answer for a request of the page; None when it is refused or has none. Raises `NoTurnError`."""
        spelled = self.admits(url)
        sent = {name: value for name, value in headers.items() if name.lower() in HEADERS_SENT}
        self.under_way += 1
        try:
            async with self._places:
                found = await self.resources.fetch(spelled, sent) if spelled and not self.closed else None
        finally:
            self.under_way -= 1
        if found is None or self._bytes + len(found.capture.payload) > PAGE_RESOURCE_BYTES_MAX:
            self.resources.refused()
            return None
        if id(found) not in self.used:
            self._bytes += len(found.capture.payload)
            self.used[id(found)] = found
        found.is_data |= is_data
        if found.capture.status in PASSING:
            self.trouble = found.capture
        return found.capture
