"""What the portal tells people to write, read by the crawler's own observers."""

from collections.abc import Callable

import pytest

from corpus.captures import Capture
from crawler.observe.evidence import EvidenceFile
from crawler.observe.html import parse_html
from crawler.observe.page import page_signals
from crawler.observe.robots import PRODUCT_TOKEN, Robots
from crawler.observe.site import SiteFiles, needed_files, site_signals
from ledger.policy import load_policy
from ledger.portal.refusals import REFUSALS, UNSAYABLE, Place, Refusal
from ledger.signals import Mechanism, RightsSignal, Verdict
from tests.crawler.observe.conftest import ORIGIN
from tests.crawler.observe.test_xmp import pdf


def said_by_site(refusal: Refusal, file: Callable[..., EvidenceFile]) -> tuple[RightsSignal, ...]:
    """What a site says that has this file and no other."""
    answers = [
        file(url, refusal.text) if url == ORIGIN + refusal.path else file(url, status=404)
        for url in needed_files(ORIGIN)
    ]
    return site_signals(SiteFiles(ORIGIN, tuple(answers)), f"{ORIGIN}/nyt/1")


def said_by_page(refusal: Refusal, page: Callable[..., Capture]) -> tuple[RightsSignal, ...]:
    """What a page says that has this in its HTML, in its header or in its metadata."""
    if refusal.place is Place.PDF:
        return page_signals(pdf(refusal.text), None)
    name, _, value = refusal.text.partition(": ")
    headers = [(name, value)] if refusal.place is Place.HEADER else []
    capture = page("" if headers else f"<html><head></head><body><p>Tekst</p>{refusal.text}</body></html>", *headers)
    return page_signals(capture, parse_html(capture))


@pytest.mark.parametrize("refusal", REFUSALS, ids=lambda refusal: f"{refusal.mechanism}-{refusal.place}")
def test_every_example_is_a_no(
    refusal: Refusal, file: Callable[..., EvidenceFile], page: Callable[..., Capture]
) -> None:
    """Copied to its place, the example is read as a reservation in its standard, and as nothing unreadable."""
    if refusal.mechanism is Mechanism.ROBOTS:
        assert not Robots.parse(refusal.text.encode()).allows(f"{ORIGIN}/nyt/1", PRODUCT_TOKEN)
        return
    said = said_by_site(refusal, file) if refusal.place is Place.FILE else said_by_page(refusal, page)
    assert Verdict.RESERVED in {signal.verdict for signal in said if signal.mechanism is refusal.mechanism}
    assert Verdict.MALFORMED not in {signal.verdict for signal in said}


def test_every_mechanism_that_counts_has_an_example() -> None:
    """What the shipped policy counts or holds by can be copied, unless it is no statement of a site."""
    policy = load_policy(None)
    assert {refusal.mechanism for refusal in REFUSALS} == {*policy.counted, *policy.held} - UNSAYABLE
