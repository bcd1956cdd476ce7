"""Sitemaps (sitemaps.org 0.9, with Google's extensions) and feeds (RSS, RDF, Atom): the pages they name."""

import itertools
import zlib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from lxml import etree

from crawler.urls import canonical

ENTRIES_MAX = 50_000
"""Entries of one sitemap, the standard's own limit."""

SITEMAP_BYTES_MAX = 50 * 2**20
"""Decoded bytes of one sitemap, the standard's own limit."""

SITEMAPS_MAX = 1_000
"""Sitemaps fetched in one crawl: with 50,000 entries each, more than any budget of pages."""


_MODIFIED = frozenset({"lastmod", "updated", "modified"})
"""Names of an entry's time of change. A feed's `pubDate` is none: it stays when the page is corrected."""


@dataclass(frozen=True, slots=True)
class Sitemap:
    """What a sitemap names, as canonical URLs: `pages`, each with when it changed if that is said, and `sitemaps`."""

    pages: Mapping[str, str] = field(default_factory=dict)
    sitemaps: tuple[str, ...] = ()


def parse_sitemap(body: bytes, url: str) -> Sitemap:
    """Read a sitemap, an index, a feed, or a plain list of URLs, gzipped or not; what cannot be read names nothing.

    Nothing outside the bytes is read, and a document type, which could define entities, ends the reading.
    """
    data = _inflated(body)
    if not data.lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"<"):
        lines = [line for line in data.decode("utf-8", "replace").splitlines() if line.startswith("http")][:ENTRIES_MAX]
        return Sitemap(pages=_canonical(((line, "") for line in lines), url))
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, recover=True, huge_tree=False)
    try:
        root = etree.fromstring(data, parser)
    except (etree.XMLSyntaxError, ValueError):
        return Sitemap()
    if root is None or root.getroottree().docinfo.internalDTD is not None:
        return Sitemap()
    entries = {kind: itertools.islice(root.iter(*(f"{{*}}{name}" for name in names)), ENTRIES_MAX)
               for kind, names in (("page", ("url", "item", "entry")), ("sitemap", ("sitemap",)))}  # fmt: skip
    pages = (named for entry in entries["page"] for named in _pages_of(entry))
    sitemaps = (named for entry in entries["sitemap"] for named in _pages_of(entry))
    return Sitemap(_canonical(pages, url), tuple(_canonical(sitemaps, url)))


def _pages_of(entry: etree._Element) -> Iterator[tuple[str, str]]:
    """The addresses of one entry, its other languages among them, each with when it changed."""
    modified = next((_text(child) for child in entry if _name(child) in _MODIFIED), "")
    for child in entry:
        if _name(child) in {"loc", "link"}:
            rel = (child.get("rel") or "alternate").lower()
            address = child.get("href") or _text(child)
            if address and rel == "alternate":
                yield address, modified


def _name(element: etree._Element) -> str:
    """The name of an element without its namespace; a comment or an instruction has none that is asked for."""
    return str(element.tag).rpartition("}")[2]


def _text(element: etree._Element) -> str:
    return (element.text or "").strip()


def _canonical(named: Iterable[tuple[str, str]], url: str) -> dict[str, str]:
    """Each address once, by its one spelling, with the first time that is given for it."""
    found: dict[str, str] = {}
    for address, modified in named:
        spelled = canonical(address.strip(), base=url) if address.strip() else ""
        if spelled:
            found[spelled] = found.get(spelled) or modified
    return found


def _inflated(body: bytes) -> bytes:
    """The bytes, inflated when they are gzip, at most `SITEMAP_BYTES_MAX` of them; what is broken is cut off."""
    if not body.startswith(b"\x1f\x8b"):
        return body[:SITEMAP_BYTES_MAX]
    try:
        return zlib.decompressobj(wbits=31).decompress(body, SITEMAP_BYTES_MAX)
    except zlib.error:
        return b""
