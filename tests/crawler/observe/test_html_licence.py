"""Licences in pages: what is said of the page, what is said of a part of it, and what is only talk."""

import json
from collections.abc import Callable

import pytest

from corpus.captures import Capture
from crawler.observe.html import parse_html
from crawler.observe.page import page_signals

Said = Callable[..., set[tuple[str, str, str, str]]]
BY = "https://creativecommons.org/licenses/by/4.0/"


def ld(data: object) -> str:
    """A JSON-LD script."""
    return f'<script type="application/ld+json">{json.dumps(data)}</script>'


def licences(said: Said, html: str, *headers: tuple[str, str]) -> set[str]:
    """The licences a page states for itself."""
    return {value for _, verdict, _, value in said(html, *headers) if verdict == "permitted"}


@pytest.mark.parametrize(
    ("html", "expected"),
    [
        (f'<link rel="license" href="{BY}">', "CC-BY-4.0"),
        (f'<LINK REL="License" HREF="{BY}">', "CC-BY-4.0"),
        (f'<p>Teksten er under <a rel="license noopener" href="{BY}deed.da">CC BY</a>', "CC-BY-4.0"),
        (f'<div xmlns:cc="http://x" about=""><a rel="cc:license license" href="{BY}">x</a></div>', "CC-BY-4.0"),
        (f'<article about="/nyt/1"><a rel="license" href="{BY}">x</a></article>', "CC-BY-4.0"),
        (f'<span property="dct:license" resource="{BY}"></span>', "CC-BY-4.0"),
        (f'<div itemscope itemtype="//schema.org/Book"><a itemprop="license" href="{BY}">x</a></div>', "CC-BY-4.0"),
        (f'<div about=""><a property="http://creativecommons.org/ns#license" href="{BY}">x</a></div>', "CC-BY-4.0"),
        (f'<article itemscope itemtype="//schema.org/Article"><link itemprop="license" href="{BY}"></article>',
         "CC-BY-4.0"),
        ('<p xmlns:dct="x"><a rel="license" href="http://creativecommons.org/publicdomain/zero/1.0/">CC0</a></p>',
         "CC0-1.0"),
        ('<meta name="dcterms.license" content="https://creativecommons.org/licenses/by/3.0/dk/">', "CC-BY-3.0-DK"),
        ('<meta name="DC.rights" content="Public Domain Mark 1.0">', "CC-PDM-1.0"),
        (ld({"@type": "NewsArticle", "license": BY}), "CC-BY-4.0"),
        (ld({"@type": "https://schema.org/BlogPosting", "license": {"@id": BY}}), "CC-BY-4.0"),
        (ld([{"@type": "Organization"}, {"@type": ["WebPage", "FAQPage"], "license": [BY]}]), "CC-BY-4.0"),
        (ld({"@graph": [{"@type": "WebPage", "url": "https://www.avis.dk.test/nyt/1/", "license": BY}]}), "CC-BY-4.0"),
        ('<script type="application/ld+json">{"broken</script>' + ld({"@type": "Article", "license": BY}), "CC-BY-4.0"),
        ("<footer>Indholdet er udgivet under licensen CC BY-SA 4.0. Kontakt os</footer>", "CC-BY-SA-4.0"),
        ("<footer>Licens: GNU GPL version 2 eller nyere.</footer>", "GPL-2.0-or-later"),
        ('<div class="site-footer">Licensed under a Creative Commons Attribution 4.0 International License.</div>',
         "CC-BY-4.0"),
        ('<a rel="license" href="https://www.gnu.org/licenses/old-licenses/gpl-2.0.html">GPL-2.0-or-later</a>',
         "GPL-2.0-or-later"),
    ],
)  # fmt: skip
def test_a_licence_said_of_the_page_is_the_pages(said: Said, html: str, expected: str) -> None:
    """Every way the standards name comes to the same SPDX expression."""
    assert licences(said, html) == {expected}


@pytest.mark.parametrize(
    "html",
    [
        f'<figure><img src="x"><figcaption><a rel="license" href="{BY}">CC BY</a></figcaption></figure>',
        f'<div about="/billeder/1.jpg"><a rel="license" href="{BY}">CC BY</a></div>',
        f'<div itemscope itemtype="https://schema.org/ImageObject"><a itemprop="license" href="{BY}">x</a></div>',
        f'<div typeof="schema:Photograph"><a rel="license" href="{BY}">x</a></div>',
        f'<p>Læs om <a href="{BY}">Creative Commons</a> her.',
        f'<footer>Billeder: <a href="{BY}">CC BY 4.0</a>. Tekst © Redaktionen.</footer>',
        "<footer>Billederne er udgivet under CC BY 4.0</footer>",
        "<footer>Udgivet under CC BY</footer>",
        "<p>Rapporten er udgivet under CC BY 4.0</p>",
        '<link rel="license" href="/vilkaar">',
        '<meta name="copyright" content="CC0">',
        ld({"@graph": [{"@type": "WebPage"}, {"@type": "ImageObject", "license": BY}]}),
        ld({"@type": "Article", "image": {"@type": "ImageObject", "license": BY}}),
        ld({"@type": "Article", "url": "http://avis.dk.test/nyt/2", "license": BY}),
        ld({"@type": "Dataset", "license": BY}),
        '<script type="application/ld+json">' + "[" * 50_000 + "</script>",
        "<footer>© 2026 Avisen. Alle rettigheder forbeholdes.</footer>",
    ],
)
def test_what_is_not_said_of_the_page_grants_nothing(said: Said, html: str) -> None:
    """A picture's licence, another page's, a link in passing, and a licence nobody knows are no basis."""
    assert licences(said, f"<html><body>{html}</body></html>") == set()


def test_the_link_header_states_a_licence(said: Said) -> None:
    """Unless it is anchored elsewhere."""
    assert licences(said, "<p>x", ("Link", f'<{BY}>; rel="license"')) == {"CC-BY-4.0"}
    assert licences(said, "<p>x", ("Link", f'<{BY}>; rel="license"; anchor="/billede.jpg"')) == set()
    assert licences(said, "<p>x", ("link", f"</x>; rel=next, <{BY}>; rel=license")) == {"CC-BY-4.0"}


def test_evidence_keeps_element_and_words(page: Callable[..., Capture]) -> None:
    """What grants nothing is kept with its place, so that a person can judge it."""
    html = f'<figure><a rel="license" href="{BY}">x</a></figure><footer>© Avisen. Alle rettigheder forbeholdes</footer>'
    capture = page(html)
    found = page_signals(capture, parse_html(capture))
    assert [(signal.verdict.value, signal.label, signal.place.partition("#")[2]) for signal in found] == [
        ("unknown", "license of a part", "a[rel=license]"),
        ("unknown", "rights reserved", "footer"),
    ]


def test_how_to_name_the_author_is_kept(said: Said) -> None:
    """CC REL's attribution is evidence beside the licence, in prefix or in full."""
    html = (
        f'<p>af <a property="cc:attributionName" rel="cc:attributionURL" href="/om">Anna</a>, <a rel="license" '
        f'href="{BY}">CC BY</a>, <a rel="http://creativecommons.org/ns#morePermissions" href="/mere">mere</a></p>'
    )
    assert {(label, value) for _, _, label, value in said(html)} == {
        ("attributionname", ""), ("license", "CC-BY-4.0"), ("morepermissions", ""),
    }  # fmt: skip


def test_two_licences_are_both_stated(said: Said) -> None:
    """Choosing between them is not the observer's to do."""
    html = f'<link rel="license" href="{BY}"><footer>Udgivet under CC BY-NC 4.0</footer>'
    assert licences(said, html) == {"CC-BY-4.0", "CC-BY-NC-4.0"}
