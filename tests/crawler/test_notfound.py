"""Pages that say they are not there are known by what they say of themselves, and articles are not."""

import pytest
from lxml.html import document_fromstring

from crawler.notfound import PAGE_WORDS_MAX, says_not_found


@pytest.mark.parametrize(
    "title",
    [
        "404",
        "404 – Siden blev ikke fundet",
        "Fejl 404",
        "HTTP 404 Not Found",
        "Siden blev ikke fundet - Kommunen",
        "Avisen | Siden findes ikke",
        "Siden findes ikke længere",
        "Vi kan desværre ikke finde siden, du leder efter",
        "Siden du leder efter findes ikke",
        "Siden er flyttet eller slettet",
        "Ups! Siden kunne ikke findes",
        "Page not found",
        "Oops! That page could not be found.",
        "Beklager, siden eksisterer desværre ikke",
    ],
)
def test_a_notice_is_known(title: str) -> None:
    """In the title or in the first heading, with or without the site's name."""
    assert says_not_found(document_fromstring(f"<title>{title}</title><h1>Hov</h1>"), 80)
    assert says_not_found(document_fromstring(f"<title>Kommunen</title><h1>{title}</h1>"), 80)


@pytest.mark.parametrize(
    "title",
    [
        "Sådan laver du en god 404-side",
        "Bus 404 kører igen til Nakskov",
        "Det forsvundne dokument blev ikke fundet i arkivet",
        "Gerningsmanden ikke fundet",
        "Siden 1849 har vi haft en grundlov",
        "Julemanden findes ikke",
        "",
    ],
)
def test_an_article_is_none(title: str) -> None:
    """What only speaks of something lost, or of errors, is an article."""
    assert not says_not_found(document_fromstring(f"<title>{title} | Avisen</title><h1>{title}</h1><p>x"), 80)


def test_a_long_text_is_no_notice() -> None:
    """Whatever its title, a page of thousands of words has something to say."""
    assert not says_not_found(document_fromstring("<title>404</title>"), PAGE_WORDS_MAX + 1)


def test_a_hostile_title_costs_nothing() -> None:
    """A title of a megabyte is looked at where it begins."""
    assert not says_not_found(document_fromstring(f"<title>{'ups ' * 250_000}</title>"), 80)
