"""RSL licence files: which part governs, which offer counts, and what must not be read."""

from collections.abc import Callable
from datetime import UTC, datetime

import pytest

from corpus.captures import Capture
from crawler.observe import rsl
from crawler.observe.evidence import EvidenceFile
from crawler.observe.html import parse_html
from crawler.observe.page import linked_rsl_urls, page_signals
from ledger.signals import Mechanism

HOST = "http://avis.dk.test"
Make = Callable[..., EvidenceFile]


def wrapped(inner: str) -> str:
    """A licence file around some contents."""
    return f'<rsl xmlns="https://rslstandard.org/rsl" max-age="7">{inner}</rsl>'


def judged(file: Make, body: str | bytes, path: str = "/x") -> list[tuple[str, str]]:
    """Verdict and value of each statement about a path."""
    return [(signal.verdict.value, signal.value) for signal in rsl.statements(file("/license.xml", body), HOST + path)]


def offer(inner: str) -> str:
    """A licence file with one licence for everything."""
    return wrapped(f'<content url="/"><license>{inner}</license></content>')


@pytest.mark.parametrize(
    ("licence", "expected"),
    [
        ('<permits type="usage">all</permits><payment type="free"/>', ("permitted", "free")),
        ('<permits type="usage">ai-train</permits>', ("permitted", "free")),
        ('<permits type="usage">search ai-train</permits><payment type="attribution"/>', ("permitted", "attribution")),
        ('<permits type="usage">search,train-ai</permits>', ("permitted", "free")),
        ('<permits type="usage">search</permits>', ("reserved", "not permitted")),
        ("<permits>ai-all</permits><prohibits>ai-train</prohibits>", ("reserved", "prohibited")),
        ('<permits type="usage">ai-train</permits><prohibits type="usage">all</prohibits>', ("permitted", "free")),
        ("<permits>ai-train</permits><prohibits>ai-train</prohibits>", ("reserved", "prohibited")),
        ('<prohibits type="usage">train-genai</prohibits>', ("reserved", "prohibited")),
        ('<prohibits type="usage">search</prohibits>', ("unknown", "")),
        ('<permits type="usage">ai-train</permits><payment type="purchase"/>', ("reserved", "payment: purchase")),
        ('<permits type="usage">ai-train</permits><payment type="inference"/>', ("reserved", "payment: inference")),
        ('<payment type="crawl"><amount currency="DKK">0.01</amount></payment>', ("reserved", "payment: crawl")),
        ('<permits>all</permits><permits type="user">education</permits>', ("reserved", "only for some: user")),
        ('<permits type="usage">all</permits><permits type="geo">US, DK</permits>', ("permitted", "free")),
        ('<permits type="usage">all</permits><permits type="geo">US</permits>', ("reserved", "only for some: geo")),
        ('<permits type="usage">all</permits><prohibits type="geo">DK</prohibits>', ("reserved", "only for some: geo")),
    ],
)  # fmt: skip
def test_one_offer_is_read_conservatively(file: Make, licence: str, expected: tuple[str, str]) -> None:
    """Permits are exhaustive, the more specific word wins, and what costs money is a reservation that says so."""
    assert judged(file, offer(licence)) == [expected]


def test_offers_are_alternatives(file: Make) -> None:
    """One free offer is enough, whatever the others ask."""
    paid = '<license><permits type="usage">ai-train</permits><payment type="purchase"/></license>'
    free = '<license><permits type="usage">all</permits><payment type="free"/></license>'
    assert judged(file, wrapped(f'<content url="/">{paid}{free}</content>')) == [("permitted", "free")]


SITE = wrapped(
    '<content url="/"><license><prohibits type="usage">ai-train</prohibits></license></content>'
    '<content url="/fri/"><license><permits type="usage">all</permits></license></content>'
    '<content url="http://avis.dk.test/hel/*.html$"><license><permits type="usage">all</permits></license></content>'
    '<content url="http://andet.dk.test/x"><license><permits type="usage">all</permits></license></content>'
    '<content url="/server/" server="https://l.test"><license><permits type="usage">all</permits></license></content>'
)


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("/x", ("reserved", "prohibited")),
        ("/fri/1", ("permitted", "free")),
        ("/hel/1.html", ("permitted", "free")),
        ("/hel/1.html?x", ("reserved", "prohibited")),
        ("/server/1", ("reserved", "server")),
    ],
)
def test_the_most_specific_content_governs(file: Make, path: str, expected: tuple[str, str]) -> None:
    """Paths and whole addresses are compared as in robots.txt; another host's content is not ours."""
    assert judged(file, SITE, path) == [expected]


def test_an_empty_url_is_wherever_the_licence_was_found(file: Make) -> None:
    """A content without path covers the page, and one for another path does not."""
    licence = '<license><prohibits type="usage">all</prohibits></license>'
    assert judged(file, wrapped(f'<content url="">{licence}</content>')) == [("reserved", "prohibited")]
    assert judged(file, wrapped(f'<content url="/andet/">{licence}</content>')) == []


NO = "<license><prohibits>all</prohibits></license>"
YES = "<license><permits>all</permits></license>"


@pytest.mark.parametrize(
    ("inner", "expected"),
    [
        ("", ["malformed"]),
        (NO, ["malformed"]),
        ('<content url="/"><copyright/></content>', ["malformed"]),
        (f'<content url="http://[">{NO}</content>', ["malformed"]),
        (f'<content url="https://*.dk.test/">{NO}</content>', ["malformed"]),
        (f'<content url="http://["/><content url="/">{YES}</content>', ["malformed", "permitted"]),
        (f'<content url="https://avis.dk.test:443/">{NO}</content>', ["reserved"]),
    ],
)
def test_a_licence_about_nobody_knows_what_is_held(file: Make, inner: str, expected: list[str]) -> None:
    """Without a content, without a licence in it, or with an address that cannot be read, no silence is assumed."""
    assert [verdict for verdict, _ in judged(file, wrapped(inner))] == expected


DOCTYPE = '<!DOCTYPE rsl [<!ENTITY x "search">]>'


@pytest.mark.parametrize(
    "body",
    [
        "<rsl><content",
        "<html><body>Siden findes ikke</body></html>",
        "",
        DOCTYPE + offer('<permits type="usage">&x; all</permits>'),
        (DOCTYPE + offer('<permits type="usage">&x; all</permits>')).encode("utf-16"),
        b"\0\0",
    ],
)
def test_what_cannot_be_read_whole_is_held(file: Make, body: str | bytes) -> None:
    """Broken XML, another document, and any DOCTYPE, behind which words can hide, are malformed."""
    assert [verdict for verdict, _ in judged(file, body)] == ["malformed"]


@pytest.mark.parametrize("status", [404, 500, None])
def test_a_named_file_that_is_not_there_is_held(file: Make, status: int | None) -> None:
    """Whoever names a licence has conditions; that they cannot be read does not make them none."""
    signals = rsl.statements(file("/license.xml", "", status), HOST + "/x")
    assert [signal.verdict.value for signal in signals] == ["malformed"]


HEADER = ("Link", '<http://andet.dk.test/l.xml>; rel="license"; type="application/rsl+xml", </x>; rel="next"')


def test_a_page_names_its_licence_files(page: Callable[..., Capture], file: Make) -> None:
    """By header and by link; each is judged from its bytes, and held when they are missing."""
    capture = page('<link rel="license" type="application/rsl+xml" href="/l.xml">', HEADER)
    tree = parse_html(capture)
    urls = linked_rsl_urls(capture, tree)
    assert urls == ("http://andet.dk.test/l.xml", f"{HOST}/l.xml")
    assert {signal.verdict.value for signal in page_signals(capture, tree)} == {"malformed"}
    free = offer('<permits type="usage">all</permits>')
    files = tuple(file(url, free) for url in urls)
    found = page_signals(capture, tree, files)
    assert {(signal.mechanism, signal.verdict.value) for signal in found} == {(Mechanism.RSL, "permitted")}


@pytest.mark.parametrize(
    ("link", "named"),
    [
        ('</l.xml>; rel=license; type="application/rsl+xml; charset=utf-8"', True),
        ("</l.xml>; rel=license; type=Application/RSL+xml", True),
        ("</license.xml>; rel=license", True),
        ("</a/rsl.xml?v=1>; rel=license", True),
        ("</license.xml>; rel=license; type=text/html", False),
        ("</vilkaar>; rel=license", False),
        ("</l.xml>; rel=next; type=application/rsl+xml", False),
    ],
)
def test_a_licence_file_is_known_by_type_or_name(page: Callable[..., Capture], link: str, *, named: bool) -> None:
    """A parameter of the type, or a type that was left out, hides no licence; until it is read, the page is held."""
    capture = page("<p>x", ("Link", link))
    assert bool(linked_rsl_urls(capture, parse_html(capture))) is named
    verdicts = {each.verdict.value for each in page_signals(capture, parse_html(capture)) if each.mechanism == "rsl"}
    assert verdicts == ({"malformed"} if named else set())


def test_a_licence_may_stand_in_the_page(said: Callable[..., set[tuple[str, ...]]]) -> None:
    """An inline script is read as a file would be."""
    inner = wrapped('<content url=""><license><prohibits type="usage">ai-all</prohibits></license></content>')
    html = f'<html><head><script type="application/rsl+xml">{inner}</script></head><body>x</body></html>'
    assert said(html) == {("rsl", "reserved", "ai-train", "prohibited")}


FEED_NS = 'xmlns:rsl="https://rslstandard.org/rsl" xmlns:media="http://search.yahoo.com/mrss/"'


def feed(file: str, *headers: tuple[str, str]) -> dict[str, list[tuple[str, str]]]:
    """What a feed says of pages: verdict and value by the address of the item."""
    told = (("Content-Type", "application/rss+xml"), *headers)
    capture = Capture(f"{HOST}/rss", datetime(2026, 11, 1, tzinfo=UTC), 200, told, file.encode())
    said = rsl.feed_statements(capture)
    assert all(each.digest == capture.payload_digest for signals in said.values() for each in signals)
    return {url: [(each.verdict.value, each.value) for each in signals] for url, signals in said.items()}


def item(link: str, inner: str = "") -> str:
    """An item of RSS."""
    return f"<item><title>x</title><link>{link}</link>{inner}</item>"


FORBIDDEN = '<rsl:content><rsl:license><rsl:prohibits type="usage">ai-train</rsl:prohibits></rsl:license></rsl:content>'
ALLOWED = '<rsl:content><rsl:license><rsl:permits type="usage">all</rsl:permits></rsl:license></rsl:content>'
ASIDE = '<media:content url="x"/>'


def test_a_feed_speaks_of_the_pages_its_items_name() -> None:
    """An item's own content governs, without one the feed's; other things named content are none of it."""
    items = item(f"{HOST}/1", FORBIDDEN) + item("/2", ALLOWED) + item(f"{HOST}/3", ASIDE)
    assert feed(f'<rss version="2.0" {FEED_NS}><channel><link>{HOST}</link>{items}</channel></rss>') == {
        f"{HOST}/1": [("reserved", "prohibited")],
        "/2": [("permitted", "free")],
    }
    general = f"<rss {FEED_NS}><channel>{FORBIDDEN}{items}</channel></rss>"
    assert feed(general)[f"{HOST}/3"] == [("reserved", "prohibited")]
    atom = (
        f'<feed xmlns="http://www.w3.org/2005/Atom" {FEED_NS}><entry><link rel="self" href="/e.atom"/>'
        f'<link href="/4"/><content type="html">x</content>{FORBIDDEN}</entry></feed>'
    )
    assert feed(atom) == {"/4": [("reserved", "prohibited")]}


def test_an_item_may_speak_of_one_address_only() -> None:
    """A content with an address is about that page; one whose address cannot be read, or a broken feed, holds."""
    elsewhere = FORBIDDEN.replace("<rsl:content>", '<rsl:content url="/andet/">')
    here = FORBIDDEN.replace("<rsl:content>", f'<rsl:content url="{HOST}/1" server="https://l.test">')
    unread = FORBIDDEN.replace("<rsl:content>", '<rsl:content url="http://[">')
    for inner, expected in ((elsewhere, []), (here, [("reserved", "server")]), (unread, [("malformed", "url")])):
        assert feed(f"<rss {FEED_NS}><channel>{item(f'{HOST}/1', inner)}</channel></rss>") == {f"{HOST}/1": expected}
    broken = f"<rss {FEED_NS}><channel>{item(f'{HOST}/1', ALLOWED)}<item><b></channel></rss>"
    assert feed(broken)[f"{HOST}/1"] == [("malformed", "url")]


@pytest.mark.parametrize("body", ["", "<rss>", DOCTYPE + f"<rss {FEED_NS}>", f"{FEED_NS}", "\0"])
def test_a_feed_without_terms_says_nothing(body: str) -> None:
    """Nothing about RSL in it, or nothing that can be a feed; with a DOCTYPE it names no page either."""
    assert feed(body) == {}
