"""Addresses in networks: IPv4 and IPv6, but not versions, sections, times or hardware addresses.

Four numbers with dots are also a version or a section of a report. They are taken for an address where a word says so,
where they stand behind a scheme or have a port, or where one of them has three digits and no word says otherwise.
Addresses that mean the machine itself, no machine or a mask stay: they point to nobody.
"""

import ipaddress
import re

from corpus.finders.findings import Finding, Kind
from corpus.finders.spots import Spot
from corpus.finders.words import Says

_FOUR = re.compile(r"[0-9]{1,3}(?:\.[0-9]{1,3}){3}(?![0-9])")
_HEX = re.compile(r"(?:[0-9A-Fa-f]{0,4}:){2,7}(?:[0-9A-Fa-f]{1,4}|(?=[\s,;)\]/%\"'.]|$))(?:\.[0-9]{1,3}){0,3}")
_HEX_CHARS = frozenset("0123456789abcdefABCDEF:")
_HEX_LEFT = 40
"""An IPv6 address has at most 39 characters."""

_NO_ADDRESS = re.compile(
    r"(?:version|\bv|afsnit|kapitel|kap|punkt|pkt|bilag|§|build|release|firmware|driver|[\w)]/)\W{0,2}$", re.IGNORECASE
)


_PORT = re.compile(":[0-9]{2,5}(?![0-9:])")


def find_ipv4(spot: Spot) -> Finding | None:
    """The IPv4 address that begins at a spot."""
    match = _FOUR.match(spot.text, spot.at)
    if match is None or not _stands(spot.text, spot.at, match.end(), spot.past.end):
        return None
    parts = match.group().split(".")
    if any(int(part) > 255 or (part[0] == "0" and part != "0") for part in parts) or not _points(match.group()):
        return None
    if _NO_ADDRESS.search(spot.before) or (spot.cue.says is Says.OTHER and spot.cue.adjacent):
        return None
    is_called = spot.glued.endswith("://") or _PORT.match(spot.text, match.end())
    if spot.cue.says is not Says.NETWORK and not is_called and max(map(len, parts)) < 3:
        return None
    return Finding(spot.at, match.end(), Kind.IP)


def find_ipv6(text: str, at: int, floor: int) -> Finding | None:
    """The IPv6 address that the digit at `at` is a part of."""
    start = at
    while start > floor and at - start < _HEX_LEFT and text[start - 1] in _HEX_CHARS:
        start -= 1
    match = _HEX.match(text, start)
    if match is None or match.end() <= at or not _stands(text, start, match.end(), floor):
        return None
    found = match.group()
    if found.count(":") < 3 and not found.lower().startswith(("2", "fe8", "fc", "fd")):
        return None
    return Finding(start, match.end(), Kind.IP) if _points(found) else None


def _stands(text: str, start: int, end: int, floor: int) -> bool:
    """Whether an address stands by itself; a dot may end the sentence, and a slash or colon say net or port."""
    before, after = text[max(floor, start - 1) : start], text[end : end + 2]
    if before.isalnum() or before in {".", "-", "_", "+"} or after[:1].isalnum() or after[:1] in {"-", "_"}:
        return False
    return not (after[:1] == "." and after[1:].isalnum())


def _points(address: str) -> bool:
    """Whether an address is one, and of some machine."""
    try:
        known = ipaddress.ip_address(address)
    except ValueError:
        return False
    return not (known.is_loopback or known.is_unspecified or known.is_multicast or address.startswith("255."))
