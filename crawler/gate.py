"""The gate: what every request passes before it may leave. One small class per question.

`Gate` asks whether the page may be fetched: by robots.txt of its origin, with the origin's evidence files in hand.
`Route` sends it by the operator's proxy, when there is one, and never by one from the environment.
`Wait` lets it go when its host's turn has come, and counts it.
"""

from typing import Self
from urllib.parse import urlsplit

from scrapy import Request
from scrapy.crawler import Crawler
from scrapy.http import Response

from crawler.faults import RefusedError
from crawler.origins import Access, Origins
from crawler.spider import spider_of
from crawler.turns import Kind, Turn
from crawler.urls import canonical, origin_of
from crawler.work import Work


class Gate:
    """Lets a page or sitemap through when robots.txt allows it; evidence files are asked for by `Origins` itself.

    What a page in a browser loads goes the same way: robots.txt is asked for it as for a page.
    """

    def __init__(self, work: Work, origins: Origins) -> None:
        self._work, self._origins = work, origins

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        """Make one for a crawl."""
        spider = spider_of(crawler)
        return cls(spider.work, spider.origins)

    async def process_request(self, request: Request) -> None:
        """Raise `RefusedError` with the reason when the page must not be asked for."""
        if "resource" in request.meta:
            await self._ask_for_resource(request.url)
        turn: Turn | None = request.meta.get("turn")
        if turn is None:
            return
        url = turn.found.url
        if canonical(url) != url:
            raise RefusedError("inside_address")
        access = await self._origins.access_to(url)
        if self._work.job.api is None:
            await self._find_sitemaps(origin_of(url))
        if access is not Access.ALLOWED:
            raise RefusedError(access.value)
        if turn.found.kind is not Kind.SITEMAP:
            await self._origins.site_files(origin_of(url))

    async def _ask_for_resource(self, url: str) -> None:
        """Raise `RefusedError` when a page's script, style or data must not be asked for; see `browser.resources`."""
        if canonical(url) != url:
            raise RefusedError("inside_address")
        access = await self._origins.access_to(url)
        if access is not Access.ALLOWED:
            raise RefusedError(access.value)

    async def _find_sitemaps(self, origin: str) -> None:
        """Note an origin's sitemaps, once in a crawl: those robots.txt names, else the usual place."""
        rules, fact = await self._origins.rules(origin), f"sitemaps of {origin}"
        if rules.access is Access.ALLOWED and not self._work.frontier.recall(fact):
            self._work.frontier.fact(fact, "noted")
            named = [spelled for url in rules.robots.sitemaps if (spelled := canonical(url, base=origin))]
            self._work.note_sitemaps(named or [f"{origin}/sitemap.xml"], rules.file.url)


class Route:
    """Sends every request by the job's proxy, or straight when it has none."""

    def __init__(self, proxy: str) -> None:
        self._proxy = proxy

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        """Make one for a crawl."""
        return cls(spider_of(crawler).work.job.proxy)

    def process_request(self, request: Request) -> None:
        """Name the proxy for a request."""
        request.meta["proxy"] = self._proxy or None


class Wait:
    """Holds a request until its host's turn, and counts requests and bytes."""

    def __init__(self, work: Work) -> None:
        self._work = work

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        """Make one for a crawl."""
        return cls(spider_of(crawler).work)

    async def process_request(self, request: Request) -> None:
        """Wait for the turn; raises `NoTurnError` when the crawl ends before."""
        await self._work.pace.turn(urlsplit(request.url).hostname or "")
        self._work.frontier.counters["requests"] += 1

    def process_response(self, request: Request, response: Response) -> Response:
        """Count what came, as it came over the wire, and note the address it came from; a proxy's is none of a host."""
        if response.ip_address is not None and not self._work.job.proxy:
            self._work.pace.seen_at(urlsplit(request.url).hostname or "", str(response.ip_address))
        self._work.frontier.counters["bytes"] += len(response.body)
        return response
