"""Sitemaps (sitemaps.org 0.9): the pages and further sitemaps one names."""

import zlib
from dataclasses import dataclass

from lxml import etree

from crawler.urls import canonical

ENTRIES_MAX = 50_000
"""Entries of one sitemap, the standard's own limit."""

SITEMAP_BYTES_MAX = 50 * 2**20
"""Decoded bytes of one sitemap, the standard's own limit."""

SITEMAPS_MAX = 1_000
"""Sitemaps fetched in one crawl: with 50,000 entries each, more than any budget of pages."""


@dataclass(frozen=True, slots=True)
class Sitemap:
    """What a sitemap names, as canonical URLs: `pages` to fetch and `sitemaps` to read."""

    pages: tuple[str, ...] = ()
    sitemaps: tuple[str, ...] = ()


def parse_sitemap(body: bytes, url: str) -> Sitemap:
    """Read a sitemap, an index, or a plain list of URLs, gzipped or not; what cannot be read names nothing.

    Nothing outside the bytes is read, and a document type, which could define entities, ends the reading.
    """
    data = _inflated(body)
    if not data.lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"<"):
        lines = [line for line in data.decode("utf-8", "replace").splitlines() if line.startswith("http")][:ENTRIES_MAX]
        return Sitemap(pages=_canonical(lines, url))
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, recover=True, huge_tree=False)
    try:
        root = etree.fromstring(data, parser)
    except (etree.XMLSyntaxError, ValueError):
        return Sitemap()
    if root is None or root.getroottree().docinfo.internalDTD is not None:
        return Sitemap()
    locations = [
        (element.getparent(), element.text or "") for element in root.iter("{*}loc") if element.getparent() is not None
    ][:ENTRIES_MAX]
    names = {"url": [], "sitemap": []}  # type: dict[str, list[str]]
    for parent, location in locations:
        names.get(etree.QName(parent).localname, []).append(location)
    return Sitemap(_canonical(names["url"], url), _canonical(names["sitemap"], url))


def _canonical(names: list[str], url: str) -> tuple[str, ...]:
    return tuple(dict.fromkeys(filter(None, (canonical(name.strip(), base=url) for name in names if name.strip()))))


def _inflated(body: bytes) -> bytes:
    """The bytes, inflated when they are gzip, at most `SITEMAP_BYTES_MAX` of them; what is broken is cut off."""
    if not body.startswith(b"\x1f\x8b"):
        return body[:SITEMAP_BYTES_MAX]
    try:
        return zlib.decompressobj(wbits=31).decompress(body, SITEMAP_BYTES_MAX)
    except zlib.error:
        return b""
