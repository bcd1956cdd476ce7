"""Extraction: our text and plain trafilatura's, each against the text that the page was made from, in one run."""

import hashlib
import time
from collections import defaultdict
from collections.abc import Callable
from datetime import date
from statistics import fmean
from typing import Any, cast

import pytest
import trafilatura

from corpus.charset import decode
from corpus.extract import extract
from tests.benchmarks.corpus.little_web import FETCHED, WebPage, digest, pages, token_f1, web_folder
from tests.benchmarks.figures import show

WEB = "98ab865323bb3c3b"
FLOORS = {"source:markdown": 0.997, "source:tei": 0.995, "source": 0.97, "derived:body minus nav": 0.97, "all": 0.98}
"""F1 at least, by what the pages were made from (for `source`, a manual in MoinMoin's markup), on the web `WEB`."""

ALL = "all"


def _ours(html: str, url: str) -> str:
    return extract(html, url, FETCHED.date()).text


def _plain(html: str, url: str) -> str:
    """Text and metadata by trafilatura alone, with its own defaults, as who uses it would."""
    dates = {"original_date": True, "extensive_search": False, "max_date": date(2026, 1, 1).isoformat()}
    found: Any = trafilatura.bare_extraction(
        html, url=url, include_comments=False, with_metadata=True, date_extraction_params=dates
    )
    return cast("str", found.text or "") if found else ""


def test_our_text_is_nearer_the_truth_than_plain_trafilatura(request: pytest.FixtureRequest) -> None:
    """By family and over all, the F1 of our text is at least trafilatura's, and at least the floor; no page is lost."""
    folder = web_folder(request.config)
    judged = [page for page in pages(folder) if page.gold and not page.content_type.startswith("text/plain")]
    scores: dict[str, dict[str, list[float]]] = {"ours": defaultdict(list), "trafilatura": defaultdict(list)}
    seconds, texts, lost = {"ours": 0.0, "trafilatura": 0.0}, hashlib.sha256(), 0
    for page in judged:
        html = decode(page.body, page.content_type).text
        for name, read in (("ours", _ours), ("trafilatura", _plain)):
            text, taken = _timed(read, html, page)
            seconds[name] += taken
            for family in (page.family, ALL):
                scores[name][family].append(token_f1(page.gold, text))
            if name == "ours":
                texts.update(text.encode() + b"\0")
                lost += not text
    means = {name: {family: fmean(each) for family, each in sorted(kept.items())} for name, kept in scores.items()}
    show(
        "extract",
        {
            "web": digest(folder),
            "pages": len(judged),
            "pages without text": lost,
            "digest of our texts": texts.hexdigest()[:16],
            **{f"F1 {family}, {name}": means[name][family] for family in means["ours"] for name in means},
            "ours, pages per CPU second": len(judged) / seconds["ours"],
            "trafilatura with metadata, pages per CPU second": len(judged) / seconds["trafilatura"],
            "ratio by CPU": seconds["trafilatura"] / seconds["ours"],
        },
    )
    assert lost == 0
    assert means["ours"][ALL] >= means["trafilatura"][ALL]
    if digest(folder) == WEB:
        below = {family: means["ours"][family] for family in FLOORS if means["ours"][family] < FLOORS[family]}
        assert not below


def _timed(read: Callable[[str, str], str], html: str, page: WebPage) -> tuple[str, float]:
    began = time.process_time()
    text = read(html, page.url)
    return text, time.process_time() - began
