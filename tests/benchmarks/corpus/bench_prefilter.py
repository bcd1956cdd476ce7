"""The prefilter: Danish pages lost, others dropped, and its price against extraction."""

import random
import time
from collections import defaultdict
from collections.abc import Iterator
from datetime import date
from html import escape

import pytest

from corpus.charset import decode
from corpus.extract import extract
from corpus.prefilter import may_be_danish
from tests.benchmarks.corpus.labelled import labelled_file, read_labelled
from tests.benchmarks.corpus.little_web import HTML, WebPage, pages, web_folder
from tests.benchmarks.figures import show

LOST_MAX = 0.001
"""Of Danish pages: what is lost here, nobody sees."""

TEXT_CHARS_MIN = 200
"""Main text of a page that counts as Danish: shorter ones are dropped for their length anyway."""

DROPPED_MIN = 0.9
"""Of pages in other languages whose menus are not Danish either."""

DANISH_PAGES, OTHER_PAGES = 3_000, 1_000
PRICE_MAX = 0.1
"""Of the CPU time of extraction."""

LABELS = ("da", "nb", "nn", "sv", "fo", "is", "de", "en", "nl", "other")
DAY = date(2026, 1, 1)


def test_made_pages(request: pytest.FixtureRequest) -> None:
    """Of pages made of labelled sentences, with menus and notices of other languages, hardly a Danish one is lost."""
    texts: defaultdict[str, list[str]] = defaultdict(list)
    for label, text, _, _ in read_labelled(labelled_file(request.config, "dev.parquet")):
        texts[label].append(text)
    chance = random.Random(request.config.getoption("--seed"))
    frames = [label for label in LABELS if label != "da"]
    danish = [may_be_danish(_page(texts, "da", chance.choice(frames), chance)) for _ in range(DANISH_PAGES)]
    others = [
        may_be_danish(_page(texts, chance.choice(frames), chance.choice(frames), chance)) for _ in range(OTHER_PAGES)
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


def _page(texts: dict[str, list[str]], label: str, frame: str, chance: random.Random) -> str:
    """A page with main text of one label, and a menu and a notice about cookies of another."""
    words = (escape(chance.choice(texts[frame])[:40]) for _ in range(chance.randint(5, 25)))
    menu = "".join(f"<li><a href='/side'>{each}</a></li>" for each in words)
    notice = escape(" ".join(chance.choices(texts[frame], k=chance.randint(1, 5))))
    main = "".join(f"<p>{escape(text)}</p>\n" for text in _paragraphs(texts[label], chance))
    opened, closed = chance.choice((("<nav>", "</nav>"), ("<div>", "</div>")))
    return (
        f"<html><head><style>p {{}}</style></head><body>{opened}<ul>{menu}</ul>{closed}<div>{notice}</div>"
        f"<article><h1>{escape(chance.choice(texts[label]))}</h1>{main}</article><footer>{notice}</footer></body></html>"
    )


def _paragraphs(texts: list[str], chance: random.Random) -> Iterator[str]:
    chars, wanted = 0, max(TEXT_CHARS_MIN, chance.randint(0, 4_000))
    while chars < wanted:
        paragraph = " ".join(chance.choices(texts, k=chance.randint(1, 5)))
        chars += len(paragraph)
        yield paragraph
