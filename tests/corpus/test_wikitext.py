"""Wikitext to plain Markdown: an article's words, without what only a wiki needs."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from corpus.extract import tidy
from corpus.wikitext import plain_wikitext


def plain(wikitext: str) -> str:
    """Tidied, as it is kept."""
    return tidy(plain_wikitext(wikitext))


@pytest.mark.parametrize(
    ("wikitext", "expected"),
    [
        ("'''Århus''' er ''en'' by.", "Århus er en by."),
        ("[[Aarhus|Byen]], [[Å]] og [http://a.dk vejen].", "Byen, Å og vejen."),
        ("[[:Kategori:Byer]] og [[de:Aarhus]][[Kategori:Byer]].", "Kategori:Byer og ."),
        ("[[Fil:a.jpg|thumb|En [[by]] ved ''havet'']]Tekst.", "Tekst."),
        ("[[Billede:a.jpg]][[File:b.jpg]][[Image:c.jpg]]Tekst.", "Tekst."),
        ("En by<ref name=a>Kilde</ref> ved<ref name=a/> havet.", "En by ved havet."),
        ("{{Infoboks|navn={{lang|de|x}}|a=b}}Tekst {{lang|fr|Bonjour}}, {{lang-en|Hi}}.", "Tekst Bonjour, Hi."),
        ("{{formatnum:1000}} og {{nowrap|to ord}} ({{IPA|x}}; )", "1000 og to ord (x; )"),
        ("Tal (; ) og ( ).", "Tal og."),
        ("{|\n! By !! Tal\n|-\n| Ib || 1\n|}\nTekst.", "Tekst."),
        ("__TOC__Tekst__INGENINDHOLDSFORTEGNELSE__ her.<!-- note -->", "Tekst her."),
        ("* en\n** to\n# tre\n:fire", "- en\n- to\n- tre\nfire"),
        ("En<br/>to &amp; tre&nbsp;fire &lt;", "En\nto & tre fire <"),
        ("<math>x^2</math><gallery>a.jpg</gallery><code>y</code>Tekst", "Tekst"),
        ("<nowiki>[[ikke et link]]</nowiki> og <sup>2</sup>", "[[ikke et link]] og 2"),
        ("<blockquote>Et citat</blockquote>", "Et citat"),
    ],
)
def test_markup_goes_and_words_stay(wikitext: str, expected: str) -> None:
    """Each kind of markup leaves the words a reader sees."""
    assert plain(wikitext).replace("\u00a0", " ") == expected


def test_sections_of_sources_and_links_go_with_what_is_below_them() -> None:
    """The end of an article that only refers elsewhere goes, sections without words go, and those behind stay."""
    wikitext = (
        "Om byen.\n== Historie ==\nGammel.\n=== Tom ===\n{{Tom}}\n== Tom også ==\n=== Dyb ===\nMed tekst.\n"
        "== Se også ==\n* [[Andet]]\n=== Under ===\nMere.\n== Eksterne henvisninger ==\n* [http://a.dk A]\n"
        "== Efter ==\nSidste.\n==Kilder==\n{{Reflist}}\n"
    )
    sections = ["Om byen.", "## Historie", "Gammel.", "## Tom også", "### Dyb", "Med tekst.", "## Efter", "Sidste."]
    assert [line for line in plain(wikitext).split("\n") if line] == sections


@pytest.mark.parametrize(
    "stray", ["[[", "{{", "{{{", "{|", "<ref>", "<!--", "==", "''", "]]", "}}", "|}", "</ref>", "&#x"]
)
def test_markup_that_is_not_closed_is_no_crash(stray: str) -> None:
    """A page with stray markup is read, and the words before it stand."""
    assert plain(f"Tekst før.\n\n{stray} efter").startswith("Tekst før.")


def test_a_character_that_is_none_can_be_written() -> None:
    """Entities for half a surrogate and beyond Unicode are no reason to lose a page; see also `test_formats`."""
    assert plain_wikitext("a&#x110000;b&#99999999999;c&#0;").startswith("a")


@given(
    st.lists(
        st.sampled_from(
            [
                "[[",
                "]]",
                "{{",
                "}}",
                "{|",
                "|}",
                "|",
                "<ref>",
                "</ref>",
                "=",
                "\n",
                "*",
                "''",
                "a ",
                "&#65;",
                "<div a=",
                ">",
                "http://a.dk",
                "[",
                "]",
                "<nowiki>",
                "__TOC__",
                ":",
            ]
        ),
        max_size=25,
    )
)
@settings(max_examples=200, deadline=None)
def test_any_page_is_read(parts: list[str]) -> None:
    """Whatever stands in a page, text comes out."""
    assert isinstance(plain_wikitext("".join(parts)), str)


def test_an_attribute_that_the_parser_trips_over_is_no_text_and_no_error() -> None:
    """The parser raises another error than its own on it; the page gives nothing, and the next is read."""
    assert plain_wikitext("<div s=<td >\n\x00></div>") == ""
