"""The links of a page, and its words: one walk over its parsed HTML."""

import re
from collections.abc import Iterator
from urllib.parse import urljoin

from lxml.html import HtmlElement
from w3lib.encoding import html_to_unicode
from w3lib.url import safe_url_string

from corpus.captures import Capture
from crawler.urls import canonical

LINKS_MAX = 5_000
"""Different links taken from one page: the longest real indexes have fewer."""

FEED_TYPES = frozenset({"application/rss+xml", "application/atom+xml", "application/rdf+xml"})

_REFRESH = re.compile(r"""^\s*[\d.]*\s*[;,]?\s*url\s*=\s*["']?([^"'>]+)""", re.IGNORECASE)
_SILENT = frozenset({"script", "style", "template", "svg", "head"})


def links_of(tree: HtmlElement, url: str, encoding: str) -> tuple[str, ...]:
    """Canonical URLs a page links to, in the page's order: links, frames, canonical, other languages, refresh.

    `url` is the page's own; `encoding` is its character set, in which browsers write a query.
    """
    base = _base_of(tree, url)
    found: dict[str, None] = {}
    for target in _targets(tree):
        try:
            plain = target if target.isascii() else safe_url_string(target.strip(), encoding=encoding)
            spelled = canonical(plain, base)
        except (ValueError, LookupError):  # no URL, or a character set nobody knows
            continue
        if spelled:
            found[spelled] = None
        if len(found) >= LINKS_MAX:
            break
    return tuple(found)


def feeds_of(tree: HtmlElement, url: str) -> tuple[str, ...]:
    """Canonical URLs of the feeds (RSS, Atom) a page names as another form of its site."""
    base = _base_of(tree, url)
    named = (link for link in tree.iter("link") if (link.get("type") or "").strip().lower() in FEED_TYPES)
    other = (link.get("href") for link in named if "alternate" in (link.get("rel") or "").lower().split())
    return tuple(dict.fromkeys(spelled for href in other if href and (spelled := canonical(href, base))))


def encoding_of(capture: Capture) -> str:
    """The character set of a page, by its header, its beginning, or as browsers guess."""
    return html_to_unicode(capture.header("Content-Type"), capture.payload[:4096], default_encoding="utf-8")[0]


def texts_of(tree: HtmlElement) -> Iterator[str]:
    """The text of a page, piece by piece, without scripts and styles."""
    for element in tree.iter():
        if isinstance(element.tag, str) and element.tag not in _SILENT and element.text:
            yield element.text
        if element.tail:
            yield element.tail


def _base_of(tree: HtmlElement, url: str) -> str:
    hrefs = (element.get("href") for element in tree.iter("base"))
    first = next(filter(None, hrefs), "")
    try:
        return urljoin(url, str(first).strip())
    except ValueError:
        return url


def _targets(tree: HtmlElement) -> Iterator[str]:
    for element in tree.iter("a", "area", "frame", "iframe", "link", "meta"):
        if element.tag == "meta":
            refresh = _REFRESH.match(element.get("content") or "")
            if refresh and (element.get("http-equiv") or "").lower() == "refresh":
                yield refresh.group(1)
        elif href := element.get("src" if element.tag in ("frame", "iframe") else "href"):
            rel = (element.get("rel") or "").lower().split()
            if element.tag != "link" or "canonical" in rel or ("alternate" in rel and element.get("hreflang")):
                yield href
