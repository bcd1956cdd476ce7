"""Asking the web for a file of an intake: in turn, within limits, only what robots.txt allows, and never the inside.

robots.txt is asked first, with our token, and fails closed. A host's addresses are judged before a connection is made
and the connection's again; with an operator's egress proxy that is left to the proxy, as in `crawler.guard`.
"""

import socket
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from urllib.parse import urljoin

import httpcore

from crawler.evidence import EVIDENCE_BYTES_MAX
from crawler.guard import is_public
from crawler.observe.evidence import EvidenceFile
from crawler.observe.robots import PRODUCT_TOKEN
from crawler.origins import REDIRECTS_MAX, Access, Rules, rules_of
from crawler.urls import canonical, host_of, origin_of

TIMEOUTS_S = {"connect": 30.0, "read": 60.0, "write": 30.0, "pool": 30.0}
"""Seconds of silence: servers of large files may have to fetch them from tape or another house."""

ROBOTS_PAUSES_S = (1.0, 5.0)
"""Pauses before a robots.txt that could not be had is asked for again."""

_REDIRECTS = frozenset({301, 302, 303, 307, 308})
_WHY = {
    Access.DISALLOWED: "robots.txt does not let us fetch it: ask its owner, or have it delivered",
    Access.REFUSED: "its robots.txt is refused to us, so nothing may be asked for: ask its owner, or have it delivered",
    Access.UNREACHABLE: "its robots.txt cannot be had, so nothing may be asked for: check the address and the network "
    "(FODAFTRYK_CRAWLER__PROXY), then run again",
}


class DownloadError(RuntimeError):
    """A file could not be had; the message says which, why, and what to do."""


class AgainError(RuntimeError):
    """It may go better in `pause_s` seconds, or when None, after the usual pause."""

    def __init__(self, what: str, pause_s: float | None = None) -> None:
        super().__init__(what)
        self.pause_s = pause_s


@dataclass(frozen=True, slots=True)
class Manner:
    """How files are asked for: `proxy` and `user_agent` as in a job, `delay_s_min` between requests to one host.

    `bytes_max` and `seconds_max` are for all files of one intake together; `now` is recorded of robots.txt.
    """

    proxy: str
    user_agent: str
    delay_s_min: float
    bytes_max: int
    seconds_max: float
    now: datetime


class Asking:
    """Asks for one thing at a time, each host in its own time, until the intake's time is up."""

    def __init__(self, manner: Manner) -> None:
        self._manner, self._ends_at = manner, time.monotonic() + manner.seconds_max
        self._rules: dict[str, Rules] = {}
        self._asked_at: dict[str, float] = {}
        self._pool = (
            httpcore.HTTPProxy(manner.proxy)
            if manner.proxy
            else httpcore.ConnectionPool(network_backend=_PublicNetwork())
        )

    def close(self) -> None:
        """Close the connections."""
        self._pool.close()

    def check_time(self, seconds: float, url: str) -> None:
        """Raise `DownloadError` when the time is up, or will be in so many seconds."""
        if time.monotonic() + seconds > self._ends_at:
            raise DownloadError(
                f"{url}: not here after {self._manner.seconds_max:g} seconds: run again and it goes on, or raise "
                "seconds_max in [crawl]"
            )

    def rest(self, seconds: float, url: str) -> None:
        """Wait, if there is time for it."""
        if seconds > 0:
            self.check_time(seconds, url)
            time.sleep(seconds)  # a host is left alone for so long, as it asks or as is usual

    @contextmanager
    def followed(self, method: str, url: str, headers: list[tuple[str, str]]) -> Iterator[httpcore.Response]:
        """The answer at the end of the redirects, each allowed by the robots.txt of its own origin."""
        target = url
        for _ in range(REDIRECTS_MAX + 1):
            access = self._rules_of(origin_of(target)).access_to(target)
            if access is not Access.ALLOWED:
                raise DownloadError(f"{target}: {_WHY[access]}")
            with self._asked(method, target, headers) as answer:
                if answer.status not in _REDIRECTS:
                    yield answer
                    return
                target = _target(target, answer)
                if not target:
                    raise DownloadError(f"{url}: it is redirected to no address of the public web: check the address")
        raise DownloadError(f"{url}: it is redirected more than {REDIRECTS_MAX} times: check the address")

    @contextmanager
    def _asked(self, method: str, url: str, headers: Iterable[tuple[str, str]] = ()) -> Iterator[httpcore.Response]:
        """One request in its host's own time; raises `AgainError` for what the network does."""
        host = host_of(url)
        robots = self._rules.get(origin_of(url))
        pause = max(self._manner.delay_s_min, (robots.robots.crawl_delay_s(PRODUCT_TOKEN) or 0) if robots else 0)
        if host in self._asked_at:
            self.rest(self._asked_at[host] + pause - time.monotonic(), url)
        self.check_time(0, url)
        ours = [("User-Agent", self._manner.user_agent), ("Accept", "*/*"), ("Accept-Encoding", "identity")]
        try:
            with self._pool.stream(
                method, url, headers=[*ours, *headers], extensions={"timeout": TIMEOUTS_S}
            ) as answer:
                yield answer
        except (httpcore.NetworkError, httpcore.TimeoutException, httpcore.ProtocolError, httpcore.ProxyError) as error:
            raise AgainError(str(error) or type(error).__name__) from error
        finally:
            self._asked_at[host] = time.monotonic()

    def _rules_of(self, origin: str) -> Rules:
        if origin not in self._rules:
            self._rules[origin] = self._read_rules(origin)
        return self._rules[origin]

    def _read_rules(self, origin: str) -> Rules:
        file = EvidenceFile(f"{origin}/robots.txt", None, b"", self._manner.now)
        for pause in (0.0, *ROBOTS_PAUSES_S):
            self.rest(pause, file.url)
            file = self._robots_file(file.url)
            if not file.unreachable:
                break
        return rules_of(file)

    def _robots_file(self, url: str) -> EvidenceFile:
        """One answer for robots.txt at the end of its redirects; without a status when there is none to be had."""
        target = url
        try:
            for _ in range(REDIRECTS_MAX + 1):
                with self._asked("GET", target) as answer:
                    if answer.status not in _REDIRECTS:
                        body = b""
                        for piece in pieces(answer):
                            body += piece
                            if len(body) >= EVIDENCE_BYTES_MAX:
                                break
                        return EvidenceFile(url, answer.status, body[:EVIDENCE_BYTES_MAX], self._manner.now)
                    target = _target(target, answer)
                if not target:
                    break
        except AgainError:
            pass
        return EvidenceFile(url, None, b"", self._manner.now)


class _PublicNetwork(httpcore.SyncBackend):
    """Connects to addresses of the public internet only."""

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[httpcore.SOCKET_OPTION] | None = None,
    ) -> httpcore.NetworkStream:
        """Connect to the address a name was judged by, and judge the connection as well."""
        try:
            found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
        except OSError as error:
            raise httpcore.ConnectError(str(error)) from error
        addresses = [str(each[4][0]) for each in found]
        _check_public(host, addresses)
        stream = super().connect_tcp(addresses[0], port, timeout, local_address, socket_options)
        try:
            _check_public(host, [str(stream.get_extra_info("server_addr")[0])])
        except DownloadError:
            stream.close()
            raise
        return stream


def _check_public(host: str, addresses: list[str]) -> None:
    inside = [address for address in addresses if not is_public(address)]
    if inside:
        raise DownloadError(f"{host} is at {inside[0]}, an address of the inside, and is not asked: check the address")


def _pool() -> httpcore.ConnectionPool:
    return httpcore.ConnectionPool(network_backend=_PublicNetwork())


def pieces(answer: httpcore.Response) -> Iterator[bytes]:
    """A body as it comes."""
    return answer.iter_stream()


def header(answer: httpcore.Response, name: str) -> str:
    """First value of a header; empty when absent."""
    wanted = name.encode()
    return next((value.decode("latin-1") for key, value in answer.headers if key.lower() == wanted), "")


def _target(url: str, answer: httpcore.Response) -> str:
    location = header(answer, "location")
    return canonical(urljoin(url, location)) if location else ""
