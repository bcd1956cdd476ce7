"""Whose turn it is, and when: one host is asked slowly, many hosts side by side.

Hosts that share an address are asked a few at a time, as one machine serves them all. Every request to the network
waits here for its host's turn: pages, robots.txt and evidence files alike. A crawl that is told to stop, or whose time
is out, finds no turn here any more.
"""

import asyncio
import time
from dataclasses import dataclass

from scrapy.exceptions import IgnoreRequest

AT_ONCE_DELAY_S = 0.1
"""With a shorter delay than this a host is the operator's own, and may be asked several things at once."""

AT_ONCE_MAX = 4
"""Requests at once to such a host; to any other it is one."""


HOSTS_AT_ONCE = 4
"""Requests an address gets in the time in which a host gets one: thousands of small Danish sites share a machine."""


class NoTurnError(IgnoreRequest):
    """The crawl stops, or its time is out, before this request's turn: the URL stays pending."""


@dataclass(slots=True)
class _Host:
    delay_s: float
    last_at: float = float("-inf")
    free_at: float = float("-inf")
    busy: int = 0


class Pace:
    """The turns of all hosts; times are seconds of the monotonic clock."""

    def __init__(self, delay_s_min: float, seconds_left: float) -> None:
        self._delay_s_min = delay_s_min
        self._hosts: dict[str, _Host] = {}
        self._address_of: dict[str, str] = {}
        self._address_free_at: dict[str, float] = {}
        self._began = time.monotonic()
        self.deadline = self._began + seconds_left
        self.stopping = asyncio.Event()
        self.letting_go = asyncio.Event()

    @property
    def elapsed_s(self) -> float:
        """Seconds since this run began."""
        return time.monotonic() - self._began

    def host(self, name: str) -> _Host:
        """What is known of a host's turns."""
        return self._hosts.setdefault(name, _Host(self._delay_s_min))

    def slow_down(self, name: str, delay_s: float | None) -> None:
        """Take a host's stated delay when it is longer than ours; never ask faster than it says."""
        host = self.host(name)
        host.delay_s = max(host.delay_s, delay_s or 0.0)
        host.free_at = max(host.free_at, host.last_at + host.delay_s)

    def pause(self, name: str, seconds: float) -> None:
        """Leave a host alone for a while, as its `Retry-After` or its trouble asks."""
        host = self.host(name)
        host.free_at = max(host.free_at, time.monotonic() + seconds)

    def seen_at(self, name: str, address: str) -> None:
        """Note the address a host answered from: its turns are the address's turns from now on."""
        self._address_of[name] = address

    def _free_at(self, name: str) -> float:
        """When a host's next turn is, by its own delay and by what else its address serves."""
        address = self._address_of.get(name, "")
        return max(self.host(name).free_at, self._address_free_at.get(address, float("-inf")))

    def is_free(self, name: str) -> bool:
        """Whether a host may be handed another URL: not busy, and its turn comes within its ordinary delay."""
        host = self.host(name)
        at_once = AT_ONCE_MAX if host.delay_s < AT_ONCE_DELAY_S else 1
        return host.busy < at_once and self.near_at(name) <= time.monotonic()

    def near_at(self, name: str) -> float:
        """From when on a host may be handed another URL if it is not busy; infinite when that is not in this crawl."""
        free_at = self._free_at(name)
        return free_at - max(self.host(name).delay_s, 1.0) if free_at <= self.deadline else float("inf")

    def comes_in_time(self, name: str) -> bool:
        """Whether a host's next turn comes before the crawl's time is out."""
        return self._free_at(name) <= self.deadline

    @property
    def is_out_of_time(self) -> bool:
        """Whether the crawl's time is out."""
        return time.monotonic() >= self.deadline

    @property
    def is_over(self) -> bool:
        """Whether no more turns are given."""
        return self.stopping.is_set() or self.is_out_of_time

    async def turn(self, name: str) -> None:
        """Wait for a host's next turn and take it; raises `NoTurnError` when it will not come."""
        host = self.host(name)
        at = max(time.monotonic(), self._free_at(name))
        if self.stopping.is_set() or at > self.deadline:
            raise NoTurnError("the crawl ends before this host's next turn")
        host.last_at, host.free_at = at, at + host.delay_s
        if address := self._address_of.get(name):
            self._address_free_at[address] = at + self._delay_s_min / HOSTS_AT_ONCE
        await self.rest(at - time.monotonic())

    async def rest(self, seconds: float) -> None:
        """Wait, unless the crawl stops first: then raises `NoTurnError`."""
        if seconds > 0:
            try:
                await asyncio.wait_for(self.stopping.wait(), seconds)
            except TimeoutError:
                return
        if self.stopping.is_set():
            raise NoTurnError("the crawl was told to stop")
