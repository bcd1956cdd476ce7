"""RSL licence files: which part governs, which offer counts, and what must not be read."""

from collections.abc import Callable

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


def test_a_licence_may_stand_in_the_page(said: Callable[..., set[tuple[str, ...]]]) -> None:
    """An inline script is read as a file would be."""
    inner = wrapped('<content url=""><license><prohibits type="usage">ai-all</prohibits></license></content>')
    html = f'<html><head><script type="application/rsl+xml">{inner}</script></head><body>x</body></html>'
    assert said(html) == {("rsl", "reserved", "ai-train", "prohibited")}
