"""RSL 1.0: licence files in XML, named by robots.txt, a header, a link, or written into the page or a feed's items.

The most specific `<content url>` that matches governs. Its licences are alternative offers: training is permitted if
one offer permits it without payment. A list of permitted usages is exhaustive; between permit and prohibition the more
specific word wins, and in a tie the prohibition. Usages are split at blanks and commas, and words of the drafts are
read as their successors. Whatever needs a licence server or money is a reservation that says so. A content without
licence, or whose address cannot be read, is malformed, and holds the page.
"""

import re
from collections.abc import Iterator

from lxml import etree

from corpus.captures import Capture
from crawler.observe import link_header
from crawler.observe.evidence import EvidenceFile, Seen, statement
from crawler.observe.patterns import Pattern, path_forms, path_here
from ledger.signals import Mechanism, RightsSignal, Verdict

MEDIA_TYPE = "application/rsl+xml"

_BYTES_MAX = 2 << 20
"""Longest licence file read; the published ones have a few kilobytes."""

_FILE_NAMES = frozenset({"rsl.xml", "license.xml", "licence.xml"})
_NAMESPACE = "rslstandard.org/rsl"
_FEED_MARK = _NAMESPACE.encode()
_FEED_BYTES_MAX = 16 << 20
"""Of a feed; real ones have some hundred kilobytes."""
_FEED_ITEMS_MAX = 10_000

_RANKS = {"all": 1, "ai-all": 2, "ai-train": 3, "train-ai": 3, "train-genai": 3}
"""How specific a usage word is about training; the last two are of the drafts."""

_ELSEWHERE = -1
_FREE = frozenset({"free", "attribution"})
_OUR_COUNTRY = "dk"
_DOCTYPE = re.compile(rb"<!doctype", re.IGNORECASE)


def statements(file: EvidenceFile, url: str) -> tuple[RightsSignal, ...]:
    """What a licence file says about one page; a file that could not be fetched or read is MALFORMED (and so held)."""
    if not file.answered:
        raw = "no answer" if file.status is None else f"HTTP {file.status}"
        return (statement(Mechanism.RSL, Verdict.MALFORMED, ("unreachable", ""), raw, file.seen.at("file")),)
    return _judged(file.body, url, file.seen)


def inline_statements(xml: str, capture: Capture) -> tuple[RightsSignal, ...]:
    """What a licence written into a page says of it."""
    return _judged(xml.strip().encode("utf-8", "replace"), capture.url, Seen.on(capture).at("script"))


def is_named_by(url: str, media_type: str) -> bool:
    """Whether a link named `license` leads to a licence file: by its type, or without one by the file's usual names."""
    named = url.lower().partition("?")[0].rpartition("/")[2] in _FILE_NAMES
    return media_type == MEDIA_TYPE or (named and not media_type)


def feed_statements(capture: Capture) -> dict[str, tuple[RightsSignal, ...]]:
    """What the `rsl:content` elements of a feed say of the pages its items name, by the addresses as written.

    An item's own elements govern, without them those of the feed. In a feed with broken XML they are MALFORMED.
    """
    if _FEED_MARK not in capture.payload[:_FEED_BYTES_MAX] or _DOCTYPE.search(capture.payload):
        return {}
    parser = etree.XMLParser(
        resolve_entities=False, no_network=True, load_dtd=False, recover=True, remove_comments=True
    )
    try:
        root = etree.fromstring(capture.payload[:_FEED_BYTES_MAX], parser)
    except (etree.LxmlError, ValueError):
        return {}
    if root is None:
        return {}
    items = list(root.iter("{*}item", "{*}entry"))
    inside = {content for item in items for content in _contents_in(item)}
    general = [content for content in _contents_in(root) if content not in inside]
    can_be_read = not len(parser.error_log)
    found: dict[str, tuple[RightsSignal, ...]] = {}
    for number, item in enumerate(items[:_FEED_ITEMS_MAX]):
        contents = list(_contents_in(item)) or general
        target = next(_addresses(item), "")
        if contents and target:
            seen = Seen.on(capture).at(f"item={number}")
            about_it = _closest(contents, link_header.absolute(capture.url, target))
            found[target] = tuple(_said(each, seen, can_be_read=can_be_read and read) for each, read in about_it)
    return found


def _contents_in(element: etree._Element) -> Iterator[etree._Element]:
    return (each for each in element.iter("{*}content") if _NAMESPACE in str(each.tag).partition("}")[0])


def _addresses(item: etree._Element) -> Iterator[str]:
    """The addresses of the page an item names, the first its own."""
    for child in item:
        address = (child.get("href") or child.text or "").strip()
        if address and _local(child) == "link" and (child.get("rel") or "alternate").lower() == "alternate":
            yield address


def missing(url: str, seen: Seen) -> RightsSignal:
    """The statement that a licence file was named but is not at hand."""
    return statement(Mechanism.RSL, Verdict.MALFORMED, ("unfetched", ""), url, seen)


def _judged(xml: bytes, url: str, seen: Seen) -> tuple[RightsSignal, ...]:
    root = _parsed(xml)
    if root is None:
        raw = xml[:200].decode("utf-8", "replace")
        return (statement(Mechanism.RSL, Verdict.MALFORMED, ("rsl", ""), raw, seen),)
    contents = list(_children(root, "content"))
    if not contents:
        raw = etree.tostring(root, encoding="unicode")
        return (statement(Mechanism.RSL, Verdict.MALFORMED, ("rsl", ""), raw, seen),)
    return tuple(_said(content, seen, can_be_read=read) for content, read in _closest(contents, url))


def _closest(contents: list[etree._Element], url: str) -> list[tuple[etree._Element, bool]]:
    """The most specific contents about a page, and those whose address cannot be read; with whether it can."""
    measured = [(_octets(content, url), content) for content in contents]
    closest = max((octets for octets, _ in measured if octets is not None), default=_ELSEWHERE)
    about_it = ((octets, each) for octets, each in measured if octets is None or octets == closest != _ELSEWHERE)
    return [(each, octets is not None) for octets, each in about_it]


def _said(content: etree._Element, seen: Seen, *, can_be_read: bool) -> RightsSignal:
    verdict, value = _content_verdict(content) if can_be_read else (Verdict.MALFORMED, "url")
    raw = etree.tostring(content, encoding="unicode")
    return statement(Mechanism.RSL, verdict, ("ai-train", value), raw, seen)


def _parsed(xml: bytes) -> etree._Element | None:
    """The root of a licence file; None when it is none, is too long, or has a DOCTYPE, behind which words can hide."""
    if len(xml) > _BYTES_MAX or _DOCTYPE.search(xml):
        return None
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, remove_comments=True)
    try:
        root = etree.fromstring(xml, parser)
    except (etree.LxmlError, ValueError):
        return None
    doctype = root.getroottree().docinfo.internalDTD  # one in UTF-16, which the search above does not see
    return root if doctype is None and _local(root) == "rsl" else None


def _local(element: etree._Element) -> str:
    return str(element.tag).rpartition("}")[2].lower()


def _children(element: etree._Element, name: str) -> Iterator[etree._Element]:
    return (child for child in element.iter() if _local(child) == name)


def _octets(content: etree._Element, url: str) -> int | None:
    """How long the matching path is, `_ELSEWHERE` when the content is another, None when that cannot be read.

    Without a path it is all.
    """
    stated = (content.get("url") or "").strip()
    if not stated:
        return 0
    path = path_here(stated, url)
    if path is None:
        return None
    pattern = Pattern.of(path)
    return pattern.octets if path and pattern.matches(path_forms(url)) else _ELSEWHERE


def _content_verdict(content: etree._Element) -> tuple[Verdict, str]:
    if content.get("server") is not None:
        return Verdict.RESERVED, "server"
    offers = [_offer_verdict(licence) for licence in _children(content, "license")]
    if not offers:
        return Verdict.MALFORMED, "no licence"
    for wanted in (Verdict.PERMITTED, Verdict.RESERVED):
        for verdict, value in offers:
            if verdict is wanted:
                return verdict, value
    return Verdict.UNKNOWN, ""


def _offer_verdict(licence: etree._Element) -> tuple[Verdict, str]:
    permitted, stated = _rank(licence, "permits")
    prohibited, _ = _rank(licence, "prohibits")
    if prohibited and prohibited >= permitted:
        return Verdict.RESERVED, "prohibited"
    if stated and not permitted:
        return Verdict.RESERVED, "not permitted"
    for kind, ours in (("user", "all"), ("geo", _OUR_COUNTRY)):
        if not _open_to(licence, kind, ours):
            return Verdict.RESERVED, f"only for some: {kind}"
    payments = [(payment.get("type") or "free").strip().lower() for payment in _children(licence, "payment")]
    due = [payment for payment in payments if payment not in _FREE]
    if due:
        return Verdict.RESERVED, "payment: " + ",".join(due)
    return (Verdict.PERMITTED, ",".join(payments) or "free") if permitted else (Verdict.UNKNOWN, "")


def _rank(licence: etree._Element, element: str) -> tuple[int, bool]:
    """The most specific word about training in a list of usages (0: none), and whether there is such a list."""
    words, stated = _words(licence, element, "usage")
    return max((_RANKS.get(word, 0) for word in words), default=0), stated


def _open_to(licence: etree._Element, kind: str, ours: str) -> bool:
    """Whether an offer is not narrowed to users or countries that need not be ours."""
    permitted, narrowed = _words(licence, "permits", kind)
    prohibited, excluded = _words(licence, "prohibits", kind)
    inside = not narrowed or bool(permitted & {ours, "all"})
    outside = excluded and (kind == "user" or bool(prohibited & {ours, "all"}))
    return inside and not outside


def _words(licence: etree._Element, element: str, kind: str) -> tuple[set[str], bool]:
    lists = [child for child in _children(licence, element) if (child.get("type") or "usage").strip().lower() == kind]
    text = " ".join("".join(str(piece) for piece in child.itertext()) for child in lists)
    return {word for word in re.split(r"[\s,]+", text.lower()) if word}, bool(lists)
