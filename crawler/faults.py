"""What can go wrong between asking and an answer, and the word for it in the report."""

import zlib
from dataclasses import dataclass

from OpenSSL.SSL import Error as TLSError
from scrapy.core.downloader.handlers.http11 import TunnelError
from scrapy.exceptions import (
    CannotResolveHostError,
    DownloadCancelledError,
    DownloadConnectionRefusedError,
    DownloadFailedError,
    DownloadTimeoutError,
    IgnoreRequest,
    ResponseDataLossError,
)
from twisted.internet.error import ConnectError, ConnectionClosed, NoProtocol
from twisted.web.client import ResponseFailed

from crawler.guard import InsideAddressError

DOWNLOAD_ERRORS = (
    CannotResolveHostError,
    DownloadCancelledError,
    DownloadConnectionRefusedError,
    DownloadFailedError,
    DownloadTimeoutError,
    IgnoreRequest,
    ResponseDataLossError,
    ConnectError,
    ConnectionClosed,
    NoProtocol,
    TunnelError,
    InsideAddressError,
    EOFError,
    OSError,
    ValueError,
    zlib.error,
)
"""What a download raises for what the network did; the last four come from broken compression. Anything else is a
fault of ours and stops the crawl."""


class RefusedError(IgnoreRequest):
    """A request that must not be made; `reason` is the report's word for why."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


@dataclass(frozen=True, slots=True)
class Fault:
    """How a request ended without an answer; `again` when asking again may help."""

    outcome: str
    reason: str
    again: bool = False


_NAMES: tuple[tuple[tuple[type[BaseException], ...], Fault], ...] = (
    ((InsideAddressError,), Fault("refused", "inside_address")),
    ((TLSError,), Fault("failed", "tls")),
    ((DownloadTimeoutError,), Fault("failed", "timeout")),
    ((CannotResolveHostError,), Fault("failed", "dns")),
    ((ResponseDataLossError,), Fault("failed", "truncated", again=True)),
    ((DownloadCancelledError, IgnoreRequest), Fault("failed", "too_large")),  # Scrapy's words for DOWNLOAD_MAXSIZE
    ((ConnectError, ConnectionClosed, DownloadFailedError), Fault("failed", "connection", again=True)),
    ((EOFError, OSError, ValueError, zlib.error), Fault("failed", "undecodable")),
)
"""The first row that has a type of the error, or of one of its causes, names it."""


def fault_of(error: BaseException) -> Fault:
    """Name an error of `DOWNLOAD_ERRORS`."""
    if isinstance(error, RefusedError):
        return Fault("refused", error.reason)
    chain = _chain(error)
    return next(
        (fault for types, fault in _NAMES if any(isinstance(link, types) for link in chain)),
        Fault("failed", "connection", again=True),
    )


def _chain(error: BaseException) -> list[BaseException]:
    """An error with what caused it, as far as Twisted's and Python's wrappings tell."""
    found: list[BaseException] = []
    waiting: list[BaseException | None] = [error]
    while waiting:
        link = waiting.pop()
        if link is None or link in found:
            continue
        found.append(link)
        waiting += [link.__cause__, link.__context__]
        if isinstance(link, ResponseFailed):
            waiting += [failure.value for failure in link.reasons]
    return found
