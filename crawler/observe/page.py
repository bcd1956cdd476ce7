"""All that a page says about itself, in its headers and its HTML."""

from collections.abc import Iterable
from itertools import chain

from lxml.html import HtmlElement

from corpus.captures import Capture
from crawler.media import media_type
from crawler.observe import (
    content_signal,
    content_usage,
    html_licence,
    link_header,
    natural_language,
    payment,
    paywall,
    robots_meta,
    rsl,
    tdmrep,
    xmp,
)
from crawler.observe.evidence import EvidenceFile, Seen
from crawler.observe.html import SCAN_CHARS_MAX, Tag, is_html, tags
from ledger.signals import RightsSignal, Verdict

_RSL_MAX = 5
"""Licence files asked for one page; each costs a request, and the standard's examples have one. More are held."""

_SIGNALS_MAX = 200
"""Statements kept of one page; a page with every mechanism known has some twenty."""


def linked_rsl_urls(capture: Capture, tree: HtmlElement | None) -> tuple[str, ...]:
    """Absolute addresses of the RSL licence files a page names in its Link header or a <link>."""
    return _linked(capture, tags(capture, tree))[:_RSL_MAX]


def page_signals(
    capture: Capture, tree: HtmlElement | None, rsl_files: tuple[EvidenceFile, ...] = ()
) -> tuple[RightsSignal, ...]:
    """Every statement in a page's headers and HTML, licences included.

    `tree` is `parse_html(capture)`; when it is None for a page that is HTML, metas and links are read by a plain scan,
    so that a reservation in a page that cannot be parsed still counts. `rsl_files` are the answers for
    `linked_rsl_urls`, and are judged here; one that is named and not among them counts as unreadable: the page is held.
    """
    found = tags(capture, tree)
    return _distinct(
        chain(
            payment.statements(capture),
            content_usage.STANDARD.in_headers(capture),
            content_signal.STANDARD.in_headers(capture),
            tdmrep.header_statements(capture),
            tdmrep.meta_statements(capture, found),
            xmp.statements(capture),
            robots_meta.header_statements(capture),
            robots_meta.meta_statements(capture, found),
            _rsl(capture, found, rsl_files),
            _inline_rsl(capture, tree),
            html_licence.statements(capture, tree, found),
            paywall.statements(capture, tree, found),
            natural_language.statements(capture, tree, found),
        )
    )


def _distinct(signals: Iterable[RightsSignal]) -> tuple[RightsSignal, ...]:
    """Each statement once for each place; of too many, those that take away come first and stay."""
    first = {(each.mechanism, each.verdict, each.label, each.value, each.place): each for each in signals}
    found = tuple(first.values())
    return found if len(found) <= _SIGNALS_MAX else tuple(sorted(found, key=_keenness)[:_SIGNALS_MAX])


def _keenness(signal: RightsSignal) -> int:
    return (Verdict.RESERVED, Verdict.MALFORMED, Verdict.PERMITTED, Verdict.UNKNOWN).index(signal.verdict)


def _linked(capture: Capture, found: tuple[Tag, ...]) -> tuple[str, ...]:
    in_headers = (
        link.url
        for link in link_header.links(capture)
        if "license" in link.relations and rsl.is_named_by(link.url, link.media_type)
    )
    in_html = (
        link_header.absolute(capture.url, tag.get("href"))
        for tag in found
        if tag.name == "link"
        and "license" in tag.get("rel").lower().split()
        and rsl.is_named_by(tag.get("href"), media_type(tag.get("type")))
    )
    urls = dict.fromkeys(url for url in chain(in_headers, in_html) if url)
    return tuple(urls)


def _rsl(capture: Capture, found: tuple[Tag, ...], files: tuple[EvidenceFile, ...]) -> list[RightsSignal]:
    by_url = {file.url: file for file in files}
    signals: list[RightsSignal] = []
    for url in _linked(capture, found):
        file = by_url.get(url)
        missing = rsl.missing(url, Seen.on(capture).at("link[rel=license]"))
        signals += [missing] if file is None else rsl.statements(file, capture.url)
    return signals


def _inline_rsl(capture: Capture, tree: HtmlElement | None) -> list[RightsSignal]:
    if tree is None:
        hidden = is_html(capture) and rsl.MEDIA_TYPE.encode() in capture.payload[:SCAN_CHARS_MAX]
        return [rsl.missing(rsl.MEDIA_TYPE, Seen.on(capture).at("script"))] if hidden else []
    scripts = (script for script in tree.iter("script") if media_type(script.get("type") or "") == rsl.MEDIA_TYPE)
    return [signal for script in scripts for signal in rsl.inline_statements(script.text or "", capture)]
