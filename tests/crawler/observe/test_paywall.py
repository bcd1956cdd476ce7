"""Pages that are not free to read: marks for machines, words for readers, and what only resembles them."""

import json
from collections.abc import Callable

import pytest

from corpus.captures import Capture
from crawler.observe.html import parse_html
from crawler.observe.page import page_signals

Page = Callable[..., Capture]


def marks(capture: Capture) -> list[tuple[str, str, str]]:
    """Verdict, label and value of each mark of a paywall."""
    found = page_signals(capture, parse_html(capture))
    return [(each.verdict.value, each.label, each.value) for each in found if each.mechanism.value == "paywall"]


def ld(data: object) -> str:
    """A JSON-LD script."""
    return f'<script type="application/ld+json">{json.dumps(data)}</script>'


def article(**said: object) -> str:
    """A script that describes a news article."""
    return ld({"@context": "https://schema.org", "@type": "NewsArticle", **said})


PART = {"@type": "WebPageElement", "isAccessibleForFree": False, "cssSelector": ".paywall"}
FALSE = [("reserved", "isAccessibleForFree", "false")]


@pytest.mark.parametrize(
    ("html", "expected"),
    [
        (article(isAccessibleForFree=False), FALSE),
        (article(isAccessibleForFree="False"), [("reserved", "isAccessibleForFree", "False")]),
        (article(isAccessibleForFree="http://schema.org/False"),
         [("reserved", "isAccessibleForFree", "http://schema.org/False")]),
        (article(isAccessibleForFree=True, hasPart=PART), FALSE),
        (article(hasPart=[{"@type": "WebPageElement", "isAccessibleForFree": True}, PART]), FALSE),
        (ld({"@graph": [{"@type": "WebPage", "isAccessibleForFree": False}]}), FALSE),
        ('<script type="application/ld+json">{"x": </script>' + article(isAccessibleForFree=False), FALSE),
        ('<script type="application/ld+json">{"@type": "Article", "isAccessibleForFree": false,}</script>',
         [("malformed", "isAccessibleForFree", "")]),
        (article(isAccessibleForFree="delvist"), [("malformed", "isAccessibleForFree", "delvist")]),
        (article(isAccessibleForFree=[True, False]), FALSE),
        ('<div itemscope itemtype="https://schema.org/Article"><meta itemprop="isAccessibleForFree" content="false">',
         FALSE),
        ('<meta property="article:content_tier" content="locked">', [("reserved", "article:content_tier", "locked")]),
        ('<meta property="article:content_tier" content="metered">', [("reserved", "article:content_tier", "metered")]),
        ('<meta property="k5a:paid" content="1">', [("reserved", "k5a:paid", "1")]),
        ('<meta name="paywall" content="hard">', [("reserved", "paywall", "hard")]),
        ('<article data-paywall="true"><p>x</article>', [("malformed", "data-paywall", "true")]),
    ],
)  # fmt: skip
def test_a_mark_for_machines_bars_the_page(page: Page, html: str, expected: list[tuple[str, str, str]]) -> None:
    """For the page or a part of it; one broken script hides no other, and a value that is neither holds."""
    assert marks(page(f"<html><body><p>x</p>{html}")) == expected


@pytest.mark.parametrize(
    "html",
    [
        article(isAccessibleForFree=True),
        article(isAccessibleForFree="true", hasPart={"@type": "WebPageElement", "isAccessibleForFree": "True"}),
        article(url="http://avis.dk.test/andet", isAccessibleForFree=False),
        ld({"@type": "Event", "isAccessibleForFree": False}),
        ld({"@type": "ItemList", "itemListElement": [{"@type": "NewsArticle", "isAccessibleForFree": False}]}),
        article(headline="Om isAccessibleForFree: false"),
        '<script type="application/ld+json">{"@type": "Article", "isAccessibleForFree": true,}</script>',
        '<meta property="article:content_tier" content="free"><meta name="k5a:paid" content="0">',
        '<meta name="description" content="paywall">',
        '<div id="paywall"></div>',
    ],
)
def test_what_is_free_or_is_another_thing_is_not_barred(page: Page, html: str) -> None:
    """Free pages that say so, other pages, events with a fee, lists, and containers without a word."""
    assert marks(page(f"<html><body><p>x</p>{html}")) == []


@pytest.mark.parametrize(
    "html",
    [
        "<div>Denne artikel er kun for abonnenter.</div>",
        "<p>Log ind for at læse videre</p>",
        '<div class="x"><a href="/login">Log ind for at læse hele artiklen</a></div>',
        "<h3>Køb abonnement og læs hele historien</h3>",
        "<p>Læs videre med et abonnement</p>",
        "<p>Du skal være logget ind som abonnent for at se mere</p>",
        "<p>Artiklen er låst</p>",
        "<div><span>Forbeholdt abonnenter</span></div>",
        "<p>Subscribe to continue reading</p>",
        "<p>Sign in to read this article</p>",
    ],
)
def test_words_that_bar_the_way_hold(page: Page, html: str) -> None:
    """A short block that tells the reader to pay or log in holds the page, as machines are not meant to read it."""
    assert [mark[:2] for mark in marks(page(f"<article><p>En begyndelse.</p>{html}</article>"))] == [
        ("malformed", "words")
    ]


LONG = "Avisen fortæller, at artiklen er kun for abonnenter, og at andre må nøjes med overskriften. " * 4


@pytest.mark.parametrize(
    "html",
    [
        "<nav><a>Kun for abonnenter</a></nav>",
        "<ul><li>Kun for abonnenter: Vejret</li></ul>",
        '<a href="/1"><span>Kun for abonnenter</span><h3>Vejret i morgen</h3></a>',
        "<div>Kun for abonnenter</div>" * 4,
        f"<p>{LONG}</p>",
        "<blockquote>Kun for abonnenter</blockquote>",
        "<footer>Log ind for at læse videre</footer>",
        "<p>Log ind for at kommentere</p>",
        "<p>Log ind for at læse dine beskeder</p>",
        "<p>Her kan du bekræfte abonnementet på nyhedsbrevet</p>",
        "<p>Sign in to read comments</p>",
    ],
)
def test_words_in_other_places_hold_nothing(page: Page, html: str) -> None:
    """Menus, teasers, lists of articles, talk about paywalls, and log-ins for other things."""
    assert marks(page(f"<html><body><h1>x</h1>{html}</body></html>")) == []
