"""Scrapy's scheduler on the frontier: hands out the next URL of a host whose turn it is."""

import sqlite3
import time
from collections import deque
from collections.abc import Iterator
from heapq import heappop, heappush
from typing import Self

from scrapy import Request
from scrapy.core.scheduler import BaseScheduler
from scrapy.crawler import Crawler

from crawler.api import accept_of
from crawler.history import Past, conditions, past_of
from crawler.spider import PageSpider, spider_of
from crawler.turns import Kind, Turn


class FrontierScheduler(BaseScheduler):
    """Hosts take turns; within a host the nearest URL goes first.

    Requests do not come in here: links go into the frontier with the outcome of their page.
    """

    def __init__(self, spider: PageSpider) -> None:
        self._spider, self._work = spider, spider.work
        self._queue: deque[str] = deque()
        self._later: list[tuple[float, str]] = []
        self._held: set[str] = set()

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        """Make one for a crawl."""
        return cls(spider_of(crawler))

    def has_pending_requests(self) -> bool:
        """Whether there is a URL that will still get its turn in this run."""
        return not self._is_over() and any(map(self._work.pace.comes_in_time, self._work.frontier.pending))

    def enqueue_request(self, request: Request) -> bool:
        """Refuse: nothing in this crawl makes requests but the frontier."""
        raise AssertionError(f"{request.url} came past the frontier")

    def next_request(self) -> Request | None:
        """The next page to ask for, or None when no host is free."""
        try:
            return self._next()
        except sqlite3.Error as error:  # Scrapy would log it and ask again for ever
            self._work.fail(f"the frontier cannot be written: {error}")
            return None

    def _next(self) -> Request | None:
        while not self._is_over():
            turn = next(filter(None, map(self._work.frontier.next, self._free_hosts())), None)
            if turn is None:
                return None
            reason = self._refusal(turn)
            if not reason:
                return self._request(turn)
            self._work.refuse(turn, reason)
        return None

    def _is_over(self) -> bool:
        return self._work.pace.is_over or self._work.is_spent()

    def _free_hosts(self) -> Iterator[str]:
        """Hosts with pending URLs whose turn it is, beginning behind the one that was served last.

        Each comes up at most once. One that is busy stays in the queue, as few are at a time; one whose turn is far off
        leaves it until then, so that a hundred thousand hosts that wait cost nothing.
        """
        pace, frontier, now = self._work.pace, self._work.frontier, time.monotonic()
        self._queue += (host for host in frontier.roused if host not in self._held)
        self._held.update(frontier.roused)
        frontier.roused.clear()
        while self._later and self._later[0][0] <= now:
            self._queue.append(heappop(self._later)[1])
        for _ in range(len(self._queue)):
            host = self._queue.popleft()
            if host not in frontier.pending:
                self._held.remove(host)
            elif (near_at := pace.near_at(host)) > now:
                heappush(self._later, (near_at, host))
            else:
                self._queue.append(host)
                if pace.is_free(host):
                    yield host

    def _refusal(self, turn: Turn) -> str:
        if turn.found.depth > self._work.job.limits.depth_max:
            return "too_deep"
        if turn.found.kind is Kind.PAGE and not self._past(turn) and (trap := self._work.trap_of(turn.found.url)):
            self._work.frontier.turn_away(trap)
            return "trap"
        return ""

    def _past(self, turn: Turn) -> Past | None:
        return past_of(self._work.frontier, turn.found.url)

    def _conditions(self, turn: Turn) -> dict[str, str]:
        return {} if self._work.job.rendering else conditions(self._past(turn), self._work.now())

    def _wish(self, turn: Turn) -> dict[str, str]:
        api = self._work.job.api
        return {"Accept": accept_of(api)} if api and turn.found.kind is Kind.LISTING else {}

    def _request(self, turn: Turn) -> Request:
        self._work.take(turn)
        return Request(
            turn.found.url,
            self._spider.parse,
            errback=self._spider.errback,
            headers={**self._conditions(turn), **self._wish(turn)},
            meta={"turn": turn},
            dont_filter=True,
        )
