"""Scrapy's HTTP handler with three limits more: the address connected to, the size of headers, and a way to let go.

The address and the header size are asked at the connection, below Scrapy, where there is no setting for them; so this
module leans on private names of the Scrapy version that is pinned, and tests/crawler/test_hostile.py holds it to that.
"""

import asyncio
from functools import partial
from typing import Any

from scrapy import Request
from scrapy.core.downloader.handlers.http11 import (
    HTTP11DownloadHandler,
    _LenientHTTP11ClientFactory,
    _LenientHTTP11ClientProtocol,
)
from scrapy.crawler import Crawler
from scrapy.http import Response
from twisted.internet.interfaces import IAddress
from twisted.web._newclient import HEADER, STATUS, HTTP11ClientProtocol

from crawler.guard import InsideAddressError, is_public
from crawler.pace import NoTurnError
from crawler.spider import spider_of

HEADER_BYTES_MAX = 256 * 1024
"""Bytes of a response's status line and headers: the largest real ones are a tenth of this."""


class GuardedProtocol(_LenientHTTP11ClientProtocol):
    """An HTTP/1.1 connection that is cut when a response's headers do not end."""

    _header_bytes = 0

    def request(self, request: Any) -> Any:  # noqa: ANN401 - Twisted's signature
        """Send one request; the headers of its response are counted from 0."""
        self._header_bytes = 0
        return super().request(request)

    def dataReceived(self, data: bytes) -> None:  # noqa: N802 - Twisted's name
        """Take bytes from the network."""
        parser = self._parser
        if parser is not None and parser.state in (STATUS, HEADER):
            self._header_bytes += len(data)
            if self._header_bytes > HEADER_BYTES_MAX:
                self.abort()  # type: ignore[no-untyped-call]
                return
        super().dataReceived(data)  # type: ignore[no-untyped-call]


class GuardedFactory(_LenientHTTP11ClientFactory):
    """Makes connections, and refuses those that arrived at an address of the inside."""

    def __init__(self, *args: Any, proxied: bool, **kwargs: Any) -> None:  # noqa: ANN401 - Twisted's signature
        super().__init__(*args, **kwargs)  # type: ignore[no-untyped-call]
        self._proxied = proxied

    def buildProtocol(self, addr: IAddress | None) -> HTTP11ClientProtocol:  # noqa: N802 - Twisted's name
        """Make the protocol for a connection to `addr`; raises `InsideAddressError` when it may not be."""
        address = getattr(addr, "host", "")
        if not self._proxied and not is_public(address):
            raise InsideAddressError(f"connected to {address}, an address of the inside")
        return GuardedProtocol(self._quiescentCallback)  # type: ignore[no-untyped-call]


class GuardedHandler(HTTP11DownloadHandler):
    """The download handler for http and https."""

    def __init__(self, crawler: Crawler) -> None:
        super().__init__(crawler)
        work = spider_of(crawler).work
        self._pace = work.pace
        factory: Any = partial(GuardedFactory, proxied=bool(work.job.proxy))
        self._pool._factory = factory  # noqa: SLF001 - there is no public way
        self._pool.maxPersistentPerHost = crawler.settings.getint("CONCURRENT_REQUESTS")

    async def download_request(self, request: Request) -> Response:
        """Download; lets go of the connection and raises `NoTurnError` when the crawl is told to stop at once."""
        download = asyncio.ensure_future(super().download_request(request))
        letting_go = asyncio.ensure_future(self._pace.letting_go.wait())
        await asyncio.wait({download, letting_go}, return_when=asyncio.FIRST_COMPLETED)
        letting_go.cancel()
        if download.done():
            return download.result()
        download.cancel()
        raise NoTurnError("the crawl was told to stop")
