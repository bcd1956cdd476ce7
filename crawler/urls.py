"""URLs: one canonical spelling for each, and what the spelling alone tells.

A URL is read as browsers read it (WHATWG URL, by ada); what browsers leave open is settled here. A URL that is not
worth a request has no canonical spelling: other schemes, names and passwords in it, hosts that are addresses or names
of the inside (see `crawler.guard` for the same question asked of what a name resolves to).
"""

import re
from fnmatch import fnmatchcase
from functools import lru_cache
from urllib.parse import quote, unquote_to_bytes

from ada_url import idna_to_ascii, join_url, normalize_url

URL_CHARS_MAX = 2000
"""Longest URL kept: real articles stay far below, and some servers refuse longer ones."""

_PARTS = re.compile(r"(https?)://([^/?#@:]+|\[[^\]/?#@]*\])(:\d+)?(/[^?#]*)(?:\?([^#]*))?(?:#.*)?")
"""A URL as ada writes it; one with a name or a password in it does not match."""

_HOST = re.compile(r"(?:[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?\.)+[a-z](?:[a-z0-9-]{0,61}[a-z0-9])?")
"""At least two labels and a last one that is no number: leaves out every spelling of an IPv4 or IPv6 address."""

_INSIDE_SUFFIXES = (
    *("localhost", "local", "localdomain", "internal", "intranet", "private", "corp", "home", "lan"),
    *("home.arpa", "onion", "in-addr.arpa", "ip6.arpa"),
)

_TRACKING = re.compile(
    r"utm_\w+|fbclid|gclid|gclsrc|dclid|gbraid|wbraid|msclkid|yclid|igshid|twclid|ttclid|mc_[ce]id|_ga|_gl|_hsenc|_hsmi"
    r"|jsessionid|phpsessid|aspsessionid\w*|cfid|cftoken",
    re.IGNORECASE,
)
_SESSION_VALUE = re.compile(r"sid=[0-9a-zA-Z]{16,}", re.IGNORECASE)
"""`sid` is a session only when its value looks like one: Danish sites also number pages with it (side-id)."""

_PATH_SESSION = re.compile(r";(?:jsessionid|phpsessid)=[^/;?]*", re.IGNORECASE)
_ESCAPE = re.compile(r"%([0-9a-fA-F]{2})")
_UNRESERVED = frozenset(b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~")
_SAFE = "/:@!$&'()*+,;=~-._%"
_SAFE_IN_QUERY = _SAFE.replace("'", "") + "?"
"""Browsers encode an apostrophe in a query and leave it in a path (WHATWG URL), and so does Scrapy."""

_ODD = re.compile(r"[^a-zA-Z0-9/:@!$&()*+,;=~._?-]")
"""Whatever needs a second look at its encoding; most URLs have nothing of it."""


@lru_cache(1024)  # what asks for a URL asks again soon, and pages of a site share their links
def canonical(url: str, base: str = "") -> str:
    """The one spelling of `url`, joined to `base` when given; empty when no request may be made for it.

    No fragment, lower-case scheme and host, IDN as punycode (UTS 46), no trailing dot, no default port, dot segments
    resolved, percent-encoding normalised (RFC 3986 6.2.2), known tracking and session parameters removed. The order of
    the others is kept, since rules of robots.txt see it; `same_page` tells which orders are one page.
    """
    if len(url) > URL_CHARS_MAX:
        return ""
    text = url.strip("\0")
    try:
        parts = _PARTS.fullmatch(join_url(base, text) if base else normalize_url(text))
    except ValueError:  # no URL, a host that is none, lone surrogates
        return ""
    if parts is None:
        return ""
    scheme, name, port, path, query = parts.groups(default="")
    host = name.rstrip(".")
    if not is_outside(host):
        return ""
    if ";" in path and (bare := _PATH_SESSION.sub("", path)) != path:
        return canonical(f"{scheme}://{host}{port}{bare}?{query}")
    path = _escaped(path, _SAFE)
    query = "&".join(part for part in query.split("&") if not _is_noise(part)) if query else ""
    spelled = f"{scheme}://{host}{port}{path}" + (f"?{_escaped(query, _SAFE_IN_QUERY)}" if query else "")
    return spelled if len(spelled) <= URL_CHARS_MAX else ""


def same_page(url: str) -> str:
    """What two canonical URLs have in common whose parameters differ only in their order."""
    address, mark, query = url.partition("?")
    return address + mark + "&".join(sorted(query.split("&")))


def without_parameters(url: str, names: tuple[str, ...]) -> str:
    """A canonical URL without the parameters whose names match one of `names`, where a star is any run."""
    address, mark, query = url.partition("?")
    if not names or not mark:
        return url
    kept = [part for part in query.split("&") if not any(fnmatchcase(part.split("=", 1)[0], name) for name in names)]
    return address + ("?" + "&".join(kept) if kept else "")


def ascii_host(host: str) -> str:
    """A host name in lower case and punycode, without a trailing dot; empty when it cannot be spelled so."""
    try:
        return idna_to_ascii(host.rstrip(".").lower()).decode("ascii")
    except ValueError:
        return ""


@lru_cache(4096)
def is_outside(host: str) -> bool:
    """Whether a host's name may belong to the public web: a dotted name, no address, no name of the inside."""
    if len(host) > 253 or not _HOST.fullmatch(host):
        return False
    return not any(host == suffix or host.endswith("." + suffix) for suffix in _INSIDE_SUFFIXES)


def origin_of(url: str) -> str:
    """Scheme, host and port of a canonical URL: what one robots.txt speaks for."""
    scheme, mark, rest = url.partition("://")
    return scheme + mark + rest.partition("/")[0]


def host_of(url: str) -> str:
    """The host of a canonical URL, without a port; empty for a name that is no URL."""
    return url.partition("://")[2].partition("/")[0].partition(":")[0]


def path_of(url: str) -> str:
    """Path and query of a canonical URL, as robots.txt rules see it."""
    return "/" + url.partition("://")[2].partition("/")[2]


def matches(pattern: str, path: str) -> bool:
    """Whether a pattern of robots.txt (`*` any run, a last `$` the end) matches the beginning of a path.

    Goes through the pieces between the stars once, so no pattern can make it slow.
    """
    anchored = pattern.endswith("$")
    first, *rest = (pattern[:-1] if anchored else pattern).split("*")
    if not path.startswith(first):
        return False
    if not rest:
        return not anchored or path == first
    at = len(first)
    for piece in rest[:-1]:
        found = path.find(piece, at)
        if found < 0:
            return False
        at = found + len(piece)
    last = rest[-1]
    return path.endswith(last) and len(path) - len(last) >= at if anchored else path.find(last, at) >= 0


def _is_noise(parameter: str) -> bool:
    name = parameter.split("=", 1)[0]
    return not parameter or _TRACKING.fullmatch(name) is not None or _SESSION_VALUE.fullmatch(parameter) is not None


def _escaped(text: str, safe: str) -> str:
    """Percent-encode what must be, decode what need not be, and write the hex digits in upper case."""
    if not _ODD.search(text):
        return text

    def settle(match: re.Match[str]) -> str:
        byte = unquote_to_bytes(match.group())
        return byte.decode("ascii") if byte[0] in _UNRESERVED else match.group().upper()

    text = re.sub(r"%(?![0-9a-fA-F]{2})", "%25", text)
    return _ESCAPE.sub(settle, quote(text, safe=safe))
