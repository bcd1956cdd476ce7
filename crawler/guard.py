"""The guard at the door: no request leaves for an address of the inside.

It asks three times. `crawler.urls.canonical` looks at how the host is written; `PublicResolver` at what a name resolves
to; `GuardedFactory` at the address a connection was really made to, so a name that resolves differently the second
time gains nothing. The resolver is installed for the whole process: Scrapy reads a resolver from process settings only.

With an operator's egress proxy all connections go to the proxy, which the operator named and may run on loopback;
names are then resolved by the proxy, and the first question is the one that is left to us.
"""

from ipaddress import ip_address
from typing import Any, Self

from scrapy.crawler import Crawler
from scrapy.resolver import CachingThreadedResolver
from twisted.internet.base import ReactorBase
from twisted.internet.defer import Deferred, fail
from twisted.internet.error import DNSLookupError


class InsideAddressError(DNSLookupError):
    """A name resolved to, or a connection was made to, an address that is not of the public internet."""


def is_public(address: str) -> bool:
    """Whether an IP address is one of the public internet; mapped and tunnelled IPv4 addresses are judged as such."""
    try:
        parsed = ip_address(address.split("%", 1)[0])
    except ValueError:
        return False
    if parsed.version == 6:
        if parsed.sixtofour or parsed.teredo:
            return False
        if parsed.ipv4_mapped:
            parsed = parsed.ipv4_mapped
    return parsed.is_global and not parsed.is_multicast and not parsed.is_reserved


class PublicResolver(CachingThreadedResolver):
    """Scrapy's resolver, which refuses names that resolve to an address of the inside; knows the proxy's name."""

    trusted: frozenset[str] = frozenset()

    @classmethod
    def from_crawler(cls, crawler: Crawler, reactor: ReactorBase) -> Self:
        """Make one for the process; the trusted names are the proxy's only."""
        resolver = super().from_crawler(crawler, reactor)
        resolver.trusted = frozenset(filter(None, [crawler.settings["FODAFTRYK_PROXY_HOST"]]))
        return resolver

    def getHostByName(self, name: str, timeout: Any = ()) -> Deferred[str]:  # noqa: ANN401, N802 - Twisted's signature
        """Resolve a name; fails with `InsideAddressError` when its address is not public."""
        found: Deferred[str] = super().getHostByName(name, timeout)
        if name in self.trusted:
            return found

        def check(address: str) -> str | Deferred[str]:
            if is_public(address):
                return address
            return fail(InsideAddressError(f"{name} resolves to {address}, an address of the inside"))

        found.addCallback(check)
        return found
