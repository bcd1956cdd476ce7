"""URLs: one canonical spelling for each, and what the spelling alone tells.

A URL that is not worth a request has no canonical spelling: other schemes, names and passwords in it, hosts that are
addresses or names of the inside (see `crawler.guard` for the same question asked of what a name resolves to).
"""

import re
from urllib.parse import SplitResult, quote, unquote_to_bytes, urljoin, urlsplit

URL_CHARS_MAX = 2000
"""Longest URL kept: real articles stay far below, and some servers refuse longer ones."""

DEFAULT_PORTS = {"http": 80, "https": 443}

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

_CONTROL = re.compile(r"[\x00-\x20\x7f]+")


def canonical(url: str, base: str = "") -> str:
    """The one spelling of `url`, joined to `base` when given; empty when no request may be made for it.

    No fragment, lower-case scheme and host, IDN as punycode, no trailing dot, no default port, dot segments resolved,
    percent-encoding normalised (RFC 3986 6.2.2), known tracking and session parameters removed, order kept.
    """
    text = re.sub(r"[\t\r\n]", "", url.strip(" \t\r\n\f\x00"))
    if len(text) > URL_CHARS_MAX:
        return ""
    try:
        parts = urlsplit(urljoin(base, text) if base else text)
        return _spelled(parts)
    except ValueError:  # a bracket that is not closed, a port that is no number: no URL
        return ""


def _spelled(parts: SplitResult) -> str:
    if parts.scheme not in DEFAULT_PORTS or parts.username is not None or parts.password is not None:
        return ""
    host, port = ascii_host(parts.hostname or ""), parts.port
    if not is_outside(host):
        return ""
    netloc = host if port in (None, DEFAULT_PORTS[parts.scheme]) else f"{host}:{port}"
    path = _without_dots(_escaped(_PATH_SESSION.sub("", parts.path.replace("\\", "/")))) or "/"
    query = "&".join(part for part in parts.query.split("&") if not _is_noise(part))
    spelled = f"{parts.scheme}://{netloc}{path}" + (f"?{_escaped(query, _SAFE_IN_QUERY)}" if query else "")
    return spelled if len(spelled) <= URL_CHARS_MAX else ""


def ascii_host(host: str) -> str:
    """A host name in lower case and punycode, without a trailing dot; empty when it cannot be spelled so."""
    name = host.lower().rstrip(".")
    if name.isascii():
        return name
    try:
        return name.encode("idna").decode("ascii").lower().rstrip(".")
    except UnicodeError:
        return ""


def is_outside(host: str) -> bool:
    """Whether a host's name may belong to the public web: a dotted name, no address, no name of the inside."""
    if len(host) > 253 or not _HOST.fullmatch(host):
        return False
    return not any(host == suffix or host.endswith("." + suffix) for suffix in _INSIDE_SUFFIXES)


def origin_of(url: str) -> str:
    """Scheme, host and port of a canonical URL: what one robots.txt speaks for."""
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}"


def host_of(url: str) -> str:
    """The host of a canonical URL, without a port."""
    return urlsplit(url).hostname or ""


def path_of(url: str) -> str:
    """Path and query of a canonical URL, as robots.txt rules see it."""
    parts = urlsplit(url)
    return parts.path + (f"?{parts.query}" if parts.query else "")


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


def _escaped(text: str, safe: str = _SAFE) -> str:
    """Percent-encode what must be, decode what need not be, and write the hex digits in upper case."""

    def settle(match: re.Match[str]) -> str:
        byte = unquote_to_bytes(match.group())
        return byte.decode("ascii") if byte[0] in _UNRESERVED else match.group().upper()

    text = _CONTROL.sub(lambda match: quote(match.group()), text)
    text = re.sub(r"%(?![0-9a-fA-F]{2})", "%25", text)
    return _ESCAPE.sub(settle, quote(text, safe=safe))


def _without_dots(path: str) -> str:
    """RFC 3986 5.2.4 on an absolute path."""
    if "/." not in path:
        return path
    kept: list[str] = []
    segments = path.split("/")[1:]
    for segment in segments:
        if segment == "..":
            del kept[-1:]
        elif segment != ".":
            kept.append(segment)
    if segments[-1] in (".", ".."):
        kept.append("")
    return "/" + "/".join(kept)
