"""What pages say in headers and metas, and pages that no parser likes."""

import time
from collections.abc import Callable
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from corpus.captures import Capture
from crawler.judging import is_text
from crawler.observe.html import parse_html
from crawler.observe.page import page_signals
from ledger.signals import RAW_CHARS_MAX

Said = Callable[..., set[tuple[str, str, str, str]]]
Page = Callable[..., Capture]


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("noai, noimageai", {("robots_meta", "reserved", "noai"), ("robots_meta", "unknown", "noimageai")}),
        ("NOML", {("robots_meta", "reserved", "noml")}),
        ("noimageai", {("robots_meta", "unknown", "noimageai")}),
        ("noindex, noarchive", {("robots_meta", "unknown", "noarchive")}),
        ("googlebot: noindex, noai", set()),
        ("fodaftryk: noai", {("robots_meta", "reserved", "noai")}),
        ("gptbot: noai", {("ai_agents", "reserved", "noai")}),
        ("unavailable_after: 25 Jun 2030 15:00:00 PST, noai", {("robots_meta", "reserved", "noai")}),
        ("max-snippet: 50", set()),
    ],
)
def test_x_robots_tag_reserves_text(said: Said, value: str, expected: set[tuple[str, str, str]]) -> None:
    """`noai` and `noml` for all or for us; for a training crawler by proxy; words about search are none of ours."""
    found = said("", ("X-Robots-Tag", "googlebot: noindex"), ("x-robots-tag", value))
    assert {words[:3] for words in found} == expected


@pytest.mark.parametrize(
    ("tag", "expected"),
    [
        ('<meta name="ROBOTS" content="index, follow, NOAI">', {("robots_meta", "reserved", "noai")}),
        ("<meta name=robots content='noml'>", {("robots_meta", "reserved", "noml")}),
        ('<meta name="robots" content="noindex, nofollow">', set()),
        ('<meta name="googlebot" content="noai">', set()),
        ('<meta name="CCBot" content="noindex">', {("ai_agents", "reserved", "noindex")}),
        ('<meta name="gptbot" content="none">', {("ai_agents", "reserved", "none")}),
        ('<meta name="Fodaftryk" content="noai">', {("robots_meta", "reserved", "noai")}),
        ('<meta name="robots" content="noimageai">', {("robots_meta", "unknown", "noimageai")}),
        ('<meta name="CCBot" content="nofollow">', set()),
        ('<!-- <meta name="robots" content="noai"> -->', set()),
        ('<meta name="description" content="noai">', set()),
    ],
)
def test_meta_robots_reserves_text(said: Said, tag: str, expected: set[tuple[str, str, str]]) -> None:
    """As the header; a meta in the body counts as one in the head."""
    for html in (f"<html><head>{tag}</head><body>x</body></html>", f"<html><body>x {tag}</body></html>"):
        assert {words[:3] for words in said(html)} == expected


@pytest.mark.parametrize(
    ("status", "headers", "expected"),
    [
        (402, [("crawler-price", "USD 0.01")], {("payment", "reserved", "crawler-price", "USD 0.01")}),
        (402, [], {("payment", "reserved", "crawler-price", "")}),
        (401, [("WWW-Authenticate", 'License error="x"')], {("payment", "reserved", "license", "")}),
        (401, [("WWW-Authenticate", "Basic")], set()),
        (200, [("crawler-charged", "USD 0.01")], set()),
        (200, [("Crawler-Price", "DKK 0.10")], {("payment", "reserved", "crawler-price", "DKK 0.10")}),
        (402, [("crawler-error", "MissingCrawlerPrice")], {("payment", "reserved", "crawler-price", "")}),
        (403, [("crawler-error", "CrawlerForbidden")], set()),
    ],
)
def test_a_price_is_a_reservation(
    said: Said, status: int, headers: list[tuple[str, str]], expected: set[tuple[str, str, str, str]]
) -> None:
    """402, and RSL's 401, ask for money or a licence; the price is kept."""
    assert said("", *headers, status=status) == expected


def test_the_body_of_a_402_shows_the_price(page: Page) -> None:
    """x402 asks in the body: what it asks is kept with the statement, cut to what a ledger may hold."""
    capture = page('{"accepts": [{"maxAmountRequired": "10000", "asset": "DKK"}]}' + "x" * 1000, status=402)
    (found,) = page_signals(capture, None)
    assert "maxAmountRequired" in found.raw
    assert len(found.raw) <= RAW_CHARS_MAX


@pytest.mark.parametrize(
    "body",
    [
        b'<meta name="robots" content="noai">' + b"<div>" * 100_000 + b"x",
        b"<div>" * 100_000 + b"<meta content=noai name=robots><p>x",
        b'\xff\xfe\x00<html><meta name="robots" content="noai">',
        b"<meta name='robots' content='noai'>" * 20_000,
    ],
)  # fmt: skip
def test_a_reservation_survives_a_page_that_cannot_be_parsed(said: Said, body: bytes) -> None:
    """Nesting without end, wrong encodings and floods of tags do not lose what the page says of itself."""
    started = time.perf_counter()
    found = said(b"<html>" + body)
    assert ("robots_meta", "reserved", "noai", "") in found
    assert time.perf_counter() - started < 5


def test_three_hundred_levels_are_still_a_page(page: Page) -> None:
    """Nesting that real pages reach is parsed whole, to the text at the bottom."""
    tree = parse_html(page(b"<html><body>" + b"<div>" * 300 + b"bund" + b"</div>" * 300 + b"<p>efter"))
    assert tree is not None
    assert tree.text_content() == "bundefter"


@pytest.mark.parametrize("kind", ["", "application/octet-stream", "unknown/unknown", "application/unknown; x=y"])
def test_a_type_that_says_nothing_hides_no_reservation(page: Page, kind: str) -> None:
    """A page that is known as HTML by how it begins is heard as HTML."""
    made = page(b'<!doctype html><meta name="tdm-reservation" content="1"><p>x')
    capture = Capture(made.url, made.fetched_at, 200, (("Content-Type", kind),), made.payload)
    assert is_text(capture)
    found = page_signals(capture, parse_html(capture))
    assert [(signal.mechanism.value, signal.verdict.value) for signal in found] == [("tdmrep", "reserved")]


@pytest.mark.parametrize("body", [b"", b"   ", b"<!-- x -->", b"\0", b"<?xml version='1.0'?>"])
def test_empty_pages_have_nothing_to_say(said: Said, body: bytes) -> None:
    """A page without content is no error."""
    assert said(body) == set()


@pytest.mark.parametrize(
    ("content_type", "body", "parsed"),
    [
        ("text/plain", b'<meta name="robots" content="noai">', False),
        ("application/xhtml+xml", b"<?xml version='1.0' encoding='utf-8'?><html><body>x</body></html>", True),
        ("", b"<!doctype html><p>x", True),
        ("", b"bare tekst", False),
    ],
)
def test_only_html_is_parsed(content_type: str, body: bytes, *, parsed: bool, page: Page) -> None:
    """By its Content-Type, or by its first bytes where it has none; a listing of code says nothing of its page."""
    made = page(body)
    capture = Capture(made.url, made.fetched_at, 200, (("Content-Type", content_type),), body)
    assert (parse_html(capture) is not None) is parsed
    assert page_signals(capture, parse_html(capture)) == ()


def test_a_charset_is_taken_from_header_or_meta(page: Page) -> None:
    """Danish letters come out right from windows-1252 as from UTF-8."""
    tree = parse_html(page('<html><head><meta charset="windows-1252"></head><p>blå'.encode()))
    assert tree is not None
    assert tree.text_content() == "blå"
    old = page("<p>blå".encode("cp1252"))
    tree = parse_html(
        Capture(old.url, old.fetched_at, 200, (("Content-Type", "text/html; charset=cp1252"),), old.payload)
    )
    assert tree is not None
    assert tree.text_content() == "blå"


_PIECES = st.sampled_from([
    b"<meta ", b"name=robots ", b"content=", b'"', b"noai", b">", b"<a rel=license href=", b"http://[x", b"</", b"\xff",
    b'<script type="application/ld+json">', b'{"@type":"Article","license":', b"<link rel=license ", b"<!--", b"&#0;",
])  # fmt: skip


@given(st.lists(_PIECES, max_size=25), st.text(max_size=30))
def test_no_page_makes_an_observer_raise(pieces: list[bytes], header: str) -> None:
    """Any mixture of broken tags and headers gives statements, and never an exception."""
    told = (("Content-Type", "text/html"), ("Link", header), ("X-Robots-Tag", header), ("Content-Usage", header))
    capture = Capture("http://avis.dk.test/x", datetime(2026, 11, 1, tzinfo=UTC), 200, told, b"".join(pieces))
    for signal in page_signals(capture, parse_html(capture)):
        assert signal.digest == capture.payload_digest
        assert signal.raw.encode()
