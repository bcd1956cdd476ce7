"""The prefilter: Danish pages lost, others dropped, and its price against extraction."""

import random
import time
from datetime import date

import pytest

from corpus.charset import decode
from corpus.extract import extract
from corpus.prefilter import may_be_danish
from tests.benchmarks.corpus.labelled import LABELS, labelled_file, made_page, texts_by_label
from tests.benchmarks.corpus.little_web import HTML, WebPage, pages, web_folder
from tests.benchmarks.figures import show

LOST_MAX = 0.001
"""Of Danish pages: what is lost here, nobody sees."""

DROPPED_MIN = 0.9
"""Of pages in other languages whose menus are not Danish either."""

DANISH_PAGES, OTHER_PAGES = 3_000, 1_000
PRICE_MAX = 0.1
"""Of the CPU time of extraction."""

DAY = date(2026, 1, 1)


def test_made_pages(request: pytest.FixtureRequest) -> None:
    """Of pages made of labelled sentences, with menus and notices of other languages, hardly a Danish one is lost."""
    texts = texts_by_label(labelled_file(request.config, "dev.parquet"))
    chance = random.Random(request.config.getoption("--seed"))
    frames = [label for label in LABELS if label != "da"]
    danish = [may_be_danish(made_page(texts, "da", chance.choice(frames), chance)) for _ in range(DANISH_PAGES)]
    others = [
        may_be_danish(made_page(texts, chance.choice(frames), chance.choice(frames), chance))
        for _ in range(OTHER_PAGES)
    ]
    lost, dropped = 1 - sum(danish) / len(danish), 1 - sum(others) / len(others)
    show("prefilter, made pages", {"Danish pages": len(danish), "lost": lost, "other pages dropped": dropped})
    assert lost <= LOST_MAX
    assert dropped >= DROPPED_MIN


def test_the_little_web(request: pytest.FixtureRequest) -> None:
    """No Danish page of the little web is lost; extraction costs many times as much."""
    found = [page for page in pages(web_folder(request.config)) if page.content_type == HTML]
    texts = [(page, decode(page.body, page.content_type).text) for page in found]
    began = time.process_time()
    passed = [(page, may_be_danish(text)) for page, text in texts]
    price = (time.process_time() - began) / len(texts)
    some = texts[:: max(1, len(texts) // 100)]
    began = time.process_time()
    for page, text in some:
        extract(text, page.url, DAY)
    extraction = (time.process_time() - began) / len(some)
    kept = {label: _share(passed, label) for label in ("da", "mixed", "nb", "nn", "sv", "de", "en")}
    show("prefilter, little web", {"pages": len(texts), "of extraction": price / extraction, "go on": kept})
    assert 1 - kept["da"] <= LOST_MAX
    assert price / extraction <= PRICE_MAX


def _share(passed: list[tuple[WebPage, bool]], label: str) -> float:
    of_label = [went_on for page, went_on in passed if page.language == label]
    return round(sum(of_label) / len(of_label), 4)
