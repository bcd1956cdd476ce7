"""Path patterns with `*` and `$`, as RFC 9309 compares them; other standards borrow them.

Two spellings of one path must compare equal (`/bl%C3%A5` and `/blå`, `/%62` and `/b`), so both sides are brought into
one form first. RFC 9309 §2.2.2 also lets `?u=http://` match `?u=http%3A%2F%2F`: where percent-encoded delimiters
stand in a query, a second form with these decoded is compared too, and either match counts.

Matching is a greedy search from part to part, never a regular expression: no pattern can make it slow.
"""

import re
from dataclasses import dataclass
from typing import Self
from urllib.parse import SplitResult, urlsplit

_UNRESERVED = frozenset(b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~")
_DEFAULT_PORTS = {"http": 80, "https": 443}
_HEX = frozenset(b"0123456789abcdefABCDEF")
_QUERY_DELIMITER = re.compile(r"%(?:3A|2F|3F|23|5B|5D|40|21|27|28|29|2C|3B)")


@dataclass(frozen=True, slots=True)
class Pattern:
    """A path pattern in its compared form. `octets` is its length, by which the longest match is found."""

    forms: tuple[str, ...]
    octets: int

    @classmethod
    def of(cls, text: str) -> Self:
        """Read a pattern as written."""
        anchored = text.endswith("$")
        body = text[:-1] if anchored else text
        canonical = canonical_path(body.replace("$", "%24")) + ("$" if anchored else "")
        return cls(_both_forms(canonical), len(canonical))

    def matches(self, paths: tuple[str, ...]) -> bool:
        """Whether it matches a path, given in the forms that `path_forms` answers with."""
        return any(_matches(form, path) for form in self.forms for path in paths)


def path_forms(url: str) -> tuple[str, ...]:
    """The path and query of an address, in the forms a pattern is compared with."""
    parts = urlsplit(url)
    path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    return _both_forms(canonical_path(path).replace("*", "%2A").replace("$", "%24"))


def path_here(location: str, url: str) -> str | None:
    """A path pattern that may be written as a whole address, as a path of the address `url`'s host.

    Empty when it is an address on another host; None when it cannot be read, as with a pattern for a host's name.
    """
    try:
        parts = urlsplit(location)
        is_here = not parts.netloc or _host(parts) == _host(urlsplit(url))
    except ValueError:
        return None
    if "*" in parts.netloc:
        return None
    if not is_here:
        return ""
    path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "") if parts.netloc else location
    return path if path[:1] in {"/", "*"} else f"/{path}"


def canonical_path(path: str) -> str:
    """Percent-encode what is not ASCII, decode what need not be encoded, and write hexadecimal in capitals."""
    octets = path.encode("utf-8", "surrogateescape")
    if octets.isascii() and b"%" not in octets:
        return path
    out: list[str] = []
    at = 0
    while at < len(octets):
        octet = octets[at]
        if octet == ord("%") and len(octets) > at + 2 and octets[at + 1] in _HEX and octets[at + 2] in _HEX:
            value = int(octets[at + 1 : at + 3], 16)
            out.append(chr(value) if value in _UNRESERVED else f"%{value:02X}")
            at += 3
            continue
        out.append(chr(octet) if 0x20 < octet < 0x7F else f"%{octet:02X}")
        at += 1
    return "".join(out)


def _host(parts: SplitResult) -> tuple[str | None, int | None]:
    """Host and port, the port None where it is the scheme's own; raises ValueError when it is no port."""
    return parts.hostname, None if parts.port == _DEFAULT_PORTS.get(parts.scheme) else parts.port


def _both_forms(path: str) -> tuple[str, ...]:
    before, mark, query = path.partition("?")
    if not mark or "%" not in query:
        return (path,)
    open_query = _QUERY_DELIMITER.sub(lambda found: chr(int(found[0][1:], 16)), query)
    return (path,) if open_query == query else (path, f"{before}?{open_query}")


def _matches(pattern: str, path: str) -> bool:
    anchored = pattern.endswith("$")
    first, *rest = (pattern[:-1] if anchored else pattern).split("*")
    if not path.startswith(first):
        return False
    if not rest:
        return not anchored or len(path) == len(first)
    last = rest.pop() if anchored else ""
    at = len(first)
    for part in rest:
        found = path.find(part, at)
        if found < 0:
            return False
        at = found + len(part)
    return not anchored or (path.endswith(last) and len(path) - len(last) >= at)
