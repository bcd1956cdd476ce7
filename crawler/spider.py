"""The one spider: takes answers and faults from Scrapy and hands them to be settled."""

from typing import Any, Self

from scrapy import Request, Spider, signals
from scrapy.crawler import Crawler
from scrapy.exceptions import StopDownload
from scrapy.http import Headers, Response
from twisted.python.failure import Failure

from crawler.archive import Series
from crawler.browser.renderer import Renderer
from crawler.browser.resources import Resources
from crawler.evidence import EVIDENCE_BYTES_MAX, Evidence, capture_of
from crawler.faults import DOWNLOAD_ERRORS, fault_of
from crawler.listings import is_json
from crawler.media import may_be_text
from crawler.origins import Origins
from crawler.pace import NoTurnError
from crawler.reading import Reader
from crawler.settling import Settler
from crawler.turns import Kind, Turn
from crawler.work import Work


class PageSpider(Spider):
    """Fetches the pages of one crawl."""

    name = "fodaftryk"
    work: Work
    origins: Origins
    settler: Settler

    @classmethod
    def from_crawler(cls, crawler: Crawler, *args: Any, work: Work, **kwargs: Any) -> Self:  # noqa: ANN401 - Scrapy's
        """Make the spider, and listen for bodies that need not be read to their end."""
        spider = super().from_crawler(crawler, *args, **kwargs)
        spider.work = work
        evidence = Evidence(crawler, work.frontier, work.archives[Series.EVIDENCE], work.now)
        spider.origins = Origins(evidence, work.pace)
        rendering = work.job.rendering
        renderer = Renderer(rendering, work, Resources(crawler, work)) if rendering else None
        reader = Reader(work, spider.origins, renderer)
        spider.settler = Settler(work, spider.origins, reader)
        crawler.signals.connect(reader.close, signals.spider_closed, weak=False)
        crawler.signals.connect(spider.headers_received, signals.headers_received)
        crawler.signals.connect(spider.bytes_received, signals.bytes_received)
        return spider

    def headers_received(self, headers: Headers, request: Request) -> None:
        """Leave the body of what is no text."""
        turn: Turn | None = request.meta.get("turn")
        kind = (headers.get("Content-Type") or b"").decode("latin-1")
        is_wanted = may_be_text(kind) or (self.work.job.api is not None and is_json(kind))
        if turn is not None and turn.found.kind is Kind.PAGE and not is_wanted:
            raise StopDownload(fail=False)

    def bytes_received(self, data: bytes, request: Request) -> None:
        """Leave the rest of an evidence file that is too long to be one."""
        if "evidence" in request.meta:
            request.meta["evidence_bytes"] = request.meta.get("evidence_bytes", 0) + len(data)
            if request.meta["evidence_bytes"] > EVIDENCE_BYTES_MAX:
                raise StopDownload(fail=False)

    async def parse(self, response: Response) -> None:
        """Settle a URL that was answered."""
        turn: Turn = response.meta["turn"]
        try:
            await self.settler.answered(turn, capture_of(response, turn.found.url, self.work.now()))
        except NoTurnError:
            self.work.frontier.put_back(turn)
        self.work.give_back(turn)

    def errback(self, failure: Failure) -> None:
        """Settle a URL that was not answered."""
        turn: Turn = failure.request.meta["turn"]  # type: ignore[attr-defined]
        error = failure.value
        if isinstance(error, NoTurnError):
            self.work.frontier.put_back(turn)
        elif isinstance(error, DOWNLOAD_ERRORS):
            self.settler.faulted(turn, fault_of(error))
        else:
            failure.raiseException()
        self.work.give_back(turn)


def spider_of(crawler: Crawler) -> PageSpider:
    """The crawl's spider, through which its parts find each other; Scrapy makes it before them."""
    assert isinstance(crawler.spider, PageSpider)
    return crawler.spider
