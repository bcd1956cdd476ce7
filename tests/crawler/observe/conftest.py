"""Evidence files and pages, made from a few words."""

from collections.abc import Callable
from datetime import UTC, datetime

import pytest

from corpus.captures import Capture
from crawler.observe.evidence import EvidenceFile
from crawler.observe.html import parse_html
from crawler.observe.page import page_signals
from ledger.signals import RightsSignal

FETCHED = datetime(2026, 11, 1, 12, 0, tzinfo=UTC)
ORIGIN = "http://avis.dk.test"


@pytest.fixture
def file() -> Callable[..., EvidenceFile]:
    """Make the answer for a path of the origin."""

    def make(path: str, body: str | bytes = b"", status: int | None = 200) -> EvidenceFile:
        data = body.encode() if isinstance(body, str) else body
        return EvidenceFile(path if "://" in path else ORIGIN + path, status, data, FETCHED)

    return make


@pytest.fixture
def page() -> Callable[..., Capture]:
    """Make a page from HTML and headers."""

    def make(html: str | bytes = "", *headers: tuple[str, str], status: int = 200) -> Capture:
        data = html.encode() if isinstance(html, str) else html
        told = (("Content-Type", "text/html; charset=utf-8"), *headers)
        return Capture(f"{ORIGIN}/nyt/1", FETCHED, status, told, data)

    return make


@pytest.fixture
def said(page: Callable[..., Capture]) -> Callable[..., set[tuple[str, str, str, str]]]:
    """Observe a page, and answer with what was said: mechanism, verdict, label and value."""

    def observe(html: str | bytes = "", *headers: tuple[str, str], status: int = 200) -> set[tuple[str, str, str, str]]:
        capture = page(html, *headers, status=status)
        return {_words(signal) for signal in page_signals(capture, parse_html(capture))}

    return observe


def _words(signal: RightsSignal) -> tuple[str, str, str, str]:
    return (signal.mechanism.value, signal.verdict.value, signal.label, signal.value)
