"""How often one visitor may ask, so that nobody empties the ledger of names by asking for all of them.

A bucket for each visitor and kind of question fills evenly and lets short bursts through. They are in this process's
memory: with several processes each has its own, and the limit is so many times as high; `docs/portal.md` has a proxy's
settings that make it one. What stands before a secret is counted in the ledger (`allowances`).
A visitor is an IPv4 address or an IPv6 network of 64 bits, which is what one connection at home has; it is kept as a
keyed hash, and for no longer than its bucket takes to fill.
"""

import hashlib
import math
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from ipaddress import IPv6Address, ip_address

from starlette.exceptions import HTTPException
from starlette.requests import Request

from ledger.portal.portal import portal_of

VISITORS_MAX = 100_000
"""Most buckets that are kept, some 20 MB; then the fullest half is forgotten, which favours nobody who is limited."""


@dataclass(frozen=True, slots=True)
class Limit:
    """So many questions of a kind in a minute, at most `burst` at once."""

    name: str
    per_minute: int
    burst: int


OWN_FILES = Limit("own files", per_minute=10, burst=20)
"""Statements as files, and proofs: each is made anew, in a second or more."""

UPLOADS = Limit("uploads", per_minute=10, burst=30)
"""Files that are sent: each is unpacked and looked through. An office that shares much at once has a page for that."""


class Buckets:
    """What is left to every visitor. Safe to share between threads."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._left: dict[tuple[str, bytes], tuple[float, float]] = {}
        self._lock = threading.Lock()

    def take(self, limit: Limit, visitor: bytes) -> float:
        """Take one from a visitor's bucket; return how many seconds to wait when it is empty, else 0."""
        key, now = (limit.name, visitor), self._clock()
        with self._lock:
            left, since = self._left.get(key, (float(limit.burst), now))
            left = min(limit.burst, left + (now - since) * limit.per_minute / 60)
            wait = 0.0 if left >= 1 else (1 - left) * 60 / limit.per_minute
            self._left[key] = (left if wait else left - 1, now)
            if len(self._left) > VISITORS_MAX:
                self._forget()
        return wait

    def _forget(self) -> None:
        fullest = sorted(self._left, key=lambda key: self._left[key][0], reverse=True)
        for key in fullest[: VISITORS_MAX // 2]:
            del self._left[key]


def limited(limit: Limit) -> Callable[[Request], None]:
    """Return a dependency that ends a request with 429 when its visitor asks too often: `Depends(limited(LOOK_UP))`."""

    def check(request: Request) -> None:
        buckets = request.app.state.buckets
        assert isinstance(buckets, Buckets)
        wait = buckets.take(limit, visitor_of(request))
        if wait:
            raise HTTPException(429, headers={"Retry-After": str(math.ceil(wait))})

    return check


def visitor_of(request: Request) -> bytes:
    """Return a keyed hash of where a request comes from: an IPv4 address, or an IPv6 network of 64 bits."""
    host = request.client.host if request.client else ""
    try:
        address = ip_address(host)
    except ValueError:
        network = host.encode()
    else:
        if isinstance(address, IPv6Address) and address.ipv4_mapped:
            address = address.ipv4_mapped  # so a socket of both kinds names all of IPv4, which would be one visitor
        network = address.packed[:8] if isinstance(address, IPv6Address) else address.packed
    return hashlib.blake2b(network, key=portal_of(request).secret[:64], digest_size=16).digest()
