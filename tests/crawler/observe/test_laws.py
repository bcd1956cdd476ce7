"""Laws that hold for every standard at once: one reservation more, in any place, never opens what was closed."""

from datetime import UTC, date, datetime
from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from corpus.captures import Capture
from crawler.observe.evidence import EvidenceFile
from crawler.observe.html import parse_html
from crawler.observe.page import page_signals
from crawler.observe.site import SiteFiles, needed_files, site_signals
from ledger.decide import Outcome, Terms, decide
from ledger.policy import load_policy
from ledger.records import SourceStatus
from ledger.signals import RightsSignal

HOST, TODAY = "http://avis.dk.test", datetime(2026, 11, 1, tzinfo=UTC)
PERMISSIVENESS = {Outcome.EXCLUDE: 0, Outcome.HOLD: 1, Outcome.INCLUDE: 2}
Site = dict[str, list[str]]
"""What is said where: lines of robots.txt, ai.txt and trust.txt, headers, and pieces of the page."""

SAID = [
    ("robots", "Content-Usage: train-ai=y"),
    ("robots", "Content-Usage: /nyt/ train-ai=maybe"),
    ("robots", "Content-Signal: search=yes, ai-train=yes"),
    ("robots", "Allow: /nyt/1"),
    ("robots", "Crawl-delay: 5"),
    ("ai", "Disallow: *.jpg"),
    ("ai", "Training: allow"),
    ("trust", "datatrainingallowed=yes"),
    ("trust", "member=https://a.example/"),
    ("header", "Content-Usage: train-ai=y"),
    ("header", "Content-Signal: ai-train=yes"),
    ("header", "tdm-reservation: 0"),
    ("header", "X-Robots-Tag: noindex"),
    ("page", '<link rel="license" href="https://creativecommons.org/licenses/by/4.0/">'),
    ("page", '<meta name="tdm-reservation" content="0">'),
    ("page", '<meta name="robots" content="index, follow">'),
    ("page", "<footer>Alle rettigheder forbeholdes.</footer>"),
    ("page", '<script type="application/ld+json">{"@type": "Article", "isAccessibleForFree": true}</script>'),
    ("page", "<p>Vi skriver om tekst- og datamining.</p>"),
]
RESERVING = [
    ("robots", "Content-Usage: train-ai=n"),
    ("robots", "Content-Usage: /nyt/ ai=n train-ai=n"),
    ("robots", "Content-Signal: ai-train=no"),
    ("robots", "Content-Signal: search=yes, use=reference"),
    ("robots", "License: http://avis.dk.test/license.xml"),
    ("robots", "User-agent: GPTBot\nDisallow: /"),
    ("ai", "User-agent: *\nDisallow: /"),
    ("ai", "Training: deny"),
    ("trust", "datatrainingallowed=no"),
    ("header", "Content-Usage: train-ai=n"),
    ("header", "Content-Signal: ai-train=no"),
    ("header", "tdm-reservation: 1"),
    ("header", "X-Robots-Tag: noai"),
    ("header", "crawler-price: DKK 1"),
    ("header", 'Link: </l.xml>; rel="license"; type="application/rsl+xml; charset=utf-8"'),
    ("page", '<meta name="tdm-reservation" content="1">'),
    ("page", '<meta name="robots" content="noml">'),
    ("page", '<meta name="CCBot" content="noindex">'),
    ("page", '<script type="application/rsl+xml"><rsl><content url="/"/></rsl></script>'),
    ("page", '<script type="application/ld+json">{"@type": "Article", "isAccessibleForFree": false}</script>'),
    ("page", "<footer>Indholdet må ikke bruges til tekst- og datamining.</footer>"),
    ("page", "<p>Log ind for at læse videre</p>"),
]


def signals_of(said: list[tuple[str, str]]) -> tuple[RightsSignal, ...]:
    """All that is observed of a page when this is said."""
    lines: Site = {where: [text for place, text in said if place == where] for where in ("robots", "ai", "trust")}
    bodies = {
        f"{HOST}/robots.txt": "User-agent: *\n" + "\n".join(lines["robots"]),
        f"{HOST}/ai.txt": "User-agent: *\n" + "\n".join(lines["ai"]),
        f"{HOST}/trust.txt": "\n".join(lines["trust"]),
    }
    files = [
        EvidenceFile(url, 200 if url in bodies else 404, bodies.get(url, "").encode(), TODAY)
        for url in needed_files(HOST)
    ]
    headers = [tuple(text.split(": ", 1)) for place, text in said if place == "header"]
    html = "<html><body><p>Tekst.</p>" + "".join(text for place, text in said if place == "page")
    told = (("Content-Type", "text/html; charset=utf-8"), *((name, value) for name, value in headers))
    capture = Capture(f"{HOST}/nyt/1", TODAY, 200, told, html.encode())
    site = SiteFiles(HOST, tuple(files))
    return (*site_signals(site, capture.url), *page_signals(capture, parse_html(capture)))


def outcome(said: list[tuple[str, str]]) -> Outcome:
    """The decision about the page by the default policy."""
    return decide(signals_of(said), Terms(SourceStatus.CONFIRMED), load_policy(), date(2026, 11, 1)).outcome


@pytest.mark.parametrize("reserving", RESERVING)
def test_each_reservation_alone_keeps_a_page_out(reserving: tuple[str, str]) -> None:
    """Whatever its standard, and with a licence stated beside it."""
    assert outcome([]) is Outcome.INCLUDE
    assert outcome([reserving]) is not Outcome.INCLUDE
    assert outcome([SAID[13], reserving]) is not Outcome.INCLUDE


@pytest.mark.parametrize(("said", "reserving"), list(product(SAID, RESERVING)))
def test_no_permission_lifts_a_reservation(said: tuple[str, str], reserving: tuple[str, str]) -> None:
    """A yes anywhere opens nothing; but TDMRep's own later step lifts its earlier one."""
    lifts = {("header", "tdm-reservation: 0"), SAID[14]}
    if said in lifts and "tdm-reservation" in reserving[1]:
        return
    assert outcome([said, reserving]) is not Outcome.INCLUDE


@given(st.lists(st.sampled_from([*SAID, *RESERVING]), max_size=6), st.sampled_from(RESERVING))
def test_one_reservation_more_never_permits_more(said: list[tuple[str, str]], reserving: tuple[str, str]) -> None:
    """Beside anything that is said in any place."""
    assert PERMISSIVENESS[outcome([*said, reserving])] <= PERMISSIVENESS[outcome(said)]


@given(st.lists(st.sampled_from([*SAID, *RESERVING]), max_size=8))
def test_every_statement_is_whole(said: list[tuple[str, str]]) -> None:
    """Each has its mechanism, verdict, label, a place with a fragment, the digest of the bytes, and the time."""
    for signal in signals_of(said):
        assert signal.label
        assert signal.place.startswith(HOST)
        assert "#" in signal.place
        assert signal.digest.startswith("sha256:")
        assert signal.observed_at == "2026-11-01T00:00:00Z"
