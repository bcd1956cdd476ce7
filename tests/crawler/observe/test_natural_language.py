"""Reservations in plain words: which sentences reserve, where they must stand, and what only looks like one."""

from collections.abc import Callable

import pytest

from corpus.captures import Capture
from crawler.observe.evidence import EvidenceFile
from crawler.observe.html import parse_html
from crawler.observe.natural_language import reserves, terms_statements
from crawler.observe.page import page_signals
from crawler.observe.terms_pages import is_terms_page, terms_links

HOST = "http://avis.dk.test"
Page = Callable[..., Capture]
Make = Callable[..., EvidenceFile]
NO = "Indholdet må ikke anvendes til tekst- og datamining, jf. ophavsretslovens § 11 b."


@pytest.mark.parametrize(
    ("sentence", "label"),
    [
        (NO, "tdm"),
        ("Avisen forbeholder sig retten til TDM, jf. art. 4, stk. 3, i direktiv (EU) 2019/790.", "tdm"),
        ("Udnyttelse efter artikel 4 i DSM-direktivet frabedes.", "tdm"),
        ("Vi har taget forbehold efter ophavsretslovens §11b.", "tdm"),
        ("Data mining af vores sider er kun tilladt efter skriftlig aftale.", "tdm"),
        ("Tekst og datamining uden forlagets tilladelse krænker ophavsretten.", "tdm"),
        ("Forbehold for tekst- og data-mining", "tdm"),
        ("Vores tekster må hverken helt eller delvist bruges til at træne kunstig intelligens.", "ai-training"),
        ("Det er forbudt at indlæse artiklerne i sprogmodeller.", "ai-training"),
        ("Brug af materialet til maskinlæring kræver vores samtykke.", "ai-training"),
        ("Udvikling af AI-tjenester på grundlag af siderne er ikke tilladt.", "ai-training"),
        ("Automatisk indsamling af indhold fra siden er ikke tilladt.", "automated-collection"),
        ("Du må ikke bruge robotter til at hente indhold fra hjemmesiden.", "automated-collection"),
        ("Scraping og crawling modsætter vi os.", "automated-collection"),
        ("All rights are reserved, also those for text and data mining.", "tdm"),
        ("We expressly opt out of text & data mining under Article 4 of Directive (EU) 2019/790.", "tdm"),
        ("No part of this site may be used for training large language models.", "ai-training"),
        ("The content must not be fed into machine learning systems to train them.", "ai-training"),
        ("You shall not access the pages by scrapers or other automated means.", "automated-collection"),
    ],
)
def test_a_sentence_reserves(sentence: str, label: str) -> None:
    """It speaks of mining, training or gathering by machine, and of a reservation, a prohibition or a leave needed."""
    found = reserves(sentence)
    assert found is not None
    assert found[0] == label


@pytest.mark.parametrize(
    "sentence",
    [
        "Alle rettigheder forbeholdes.",
        "© 2026 Avisen. All rights reserved. Eftertryk forbudt.",
        "Kopiering er ikke tilladt uden skriftlig tilladelse.",
        "Tekst- og datamining er tilladt uden aftale.",
        "Du må gerne bruge indholdet til tekst- og datamining uden at spørge om tilladelse.",
        "Det er ikke forbudt at bruge siden til data mining.",
        "Vi har ikke taget forbehold for tekst- og datamining.",
        "Text and data mining of this site is permitted without our consent.",
        "Kurset giver en indføring i data mining og maskinlæring.",
        "Vi bruger ikke dine personoplysninger til at træne kunstig intelligens uden dit samtykke.",
        "Dine data må ikke bruges til at træne AI.",
        "Vi forbeholder os ret til ændringer.",
        "",
    ],
)
def test_a_look_alike_reserves_nothing(sentence: str) -> None:
    """A notice of copyright, a permission, a subject of study, and a promise about readers' own data."""
    assert reserves(sentence) is None


@pytest.mark.parametrize(
    ("html", "places"),
    [
        (f"<footer><p>© Avisen. {NO}</p></footer>", ["footer"]),
        (f'<div id="colophon"><ul><li>{NO}</li></ul></div>', ["footer"]),
        (f'<div class="article-copyright">{NO}</div>', ["notice"]),
        (f"<p>Tekst</p><hr><p>© Avisen 2026. {NO}</p>", ["notice"]),
        ("<p>Tekst.</p><p>Denne artikel må ikke bruges til at træne sprogmodeller.</p>", ["text"]),
        (f'<meta name="copyright" content="{NO}"><p>Tekst', ["meta[name=copyright]"]),
        (f"<article><p>{NO}</p></article>", []),
        (f"<article><blockquote>© Avisen. {NO}</blockquote></article>", []),
        (f"<footer><script>/* {NO} */</script></footer>", []),
        (f"<!-- {NO} --><p>Tekst", []),
        ("<article><p>Danske Medier forbeholder sig retten til tekst- og datamining.</p></article>", []),
        ("<footer>Læs vores serie om tekst- og datamining</footer><p>Cykling er forbudt.", []),
        ("<footer><p>Alle rettigheder forbeholdes.</p></footer>", []),
    ],
)
def test_a_reservation_counts_where_a_site_speaks_for_itself(page: Page, html: str, places: list[str]) -> None:
    """In footers, notices and metas, and where a page says "this page"; not in an article, a quotation or a comment."""
    capture = page(f"<html><body>{html}</body></html>")
    found = [each for each in page_signals(capture, parse_html(capture)) if each.mechanism.value == "natural_language"]
    assert [each.place for each in found] == [f"{HOST}/nyt/1#{place}" for place in places]
    assert {each.verdict.value for each in found} <= {"reserved"}
    assert all(each.digest == capture.payload_digest for each in found)


@pytest.mark.parametrize(
    ("html", "labels"),
    [
        ("<p>Det er ikke tilladt at:</p><ul><li>kopiere</li><li>foretage tekst- og datamining</li></ul>", ["tdm"]),
        ("<p>Siden må ikke kopieres. Dette gælder også tekst- og datamining.</p>", ["tdm"]),
        ("<p>Efter lovens § 9, jf. art. 4 i direktiv (EU) 2019/790, tager vi\n forbehold.</p>", ["tdm"]),
        ("<p>Siden må ikke kopieres.</p><p>Vi skriver om tekst- og datamining.</p>", []),
        ("<p>Du kan:</p><ul><li>foretage tekst- og datamining</li></ul><p>Spam er forbudt.</p>", []),
    ],
)
def test_words_are_read_with_those_that_govern_them(page: Page, html: str, labels: list[str]) -> None:
    """A list with what introduces it, a widening with what it widens, an abbreviation as no end; not its neighbours."""
    capture = page(f"<footer>{html}</footer>")
    found = [each for each in page_signals(capture, parse_html(capture)) if each.mechanism.value == "natural_language"]
    assert [each.label for each in found] == labels


@pytest.mark.parametrize(
    ("path", "heading", "expected"),
    [
        ("/vilkaar", "", True),
        ("/vilk%C3%A5r.html", "", True),
        ("/om/brugsbetingelser/", "", True),
        ("/da/ophavsret-og-copyright", "", True),
        ("/terms-of-use", "", True),
        ("/x/7", "Vilkår for brug", True),
        ("/x/7", "Tekst- og datamining (TDM)", True),
        ("/nyheder/ny-dom-om-ophavsret", "Ny dom om ophavsret", False),
        ("/nyheder/2026/11/ophavsret", "Ophavsret", False),
        ("/debat/ophavsret-i-en-ny-tid", "Ophavsret i en ny tid", False),
        ("/", "Avisen", False),
        ("/arkiv/a/b/c/vilkaar", "", False),
    ],
)
def test_terms_pages_look_like_nothing_else(page: Page, path: str, heading: str, *, expected: bool) -> None:
    """Every word of address or heading is one that terms have; an article about the law is none."""
    tree = parse_html(page(f"<h1>{heading}</h1><p>x"))
    assert tree is not None
    assert is_terms_page(HOST + path, tree) is expected


def test_links_to_terms_come_likeliest_first_and_few(page: Page) -> None:
    """Of its own site, by address, words or relation, at most four; articles and other sites are left out."""
    links = {
        "/privatliv": "Privatlivspolitik",
        "/side/12": "Avisens vilkår",
        "//www.avis.dk.test/ophavsret": "Læs mere",
        "http://andet.dk.test/vilkaar": "Vilkår",
        "/nyheder/ny-dom": "Ny dom om ophavsret og AI",
        "/tdm": "Forbehold",
        "/cookies": "Cookies",
        "#vilkaar": "Vilkår",
        "/handelsbetingelser": "Køb",
        "javascript:x()": "Vilkår",
    }
    tree = parse_html(page("".join(f'<a href="{href}">{text}</a>' for href, text in links.items())))
    assert tree is not None
    assert terms_links(tree, f"{HOST}/x") == (
        f"{HOST}/tdm",
        "http://www.avis.dk.test/ophavsret",
        f"{HOST}/handelsbetingelser",
        f"{HOST}/side/12",
    )
    related = parse_html(page('<link rel="terms-of-service" href="/t"><a rel="nofollow copyright" href="/c">x</a>'))
    assert related is not None
    assert terms_links(related, f"{HOST}/x") == (f"{HOST}/c", f"{HOST}/t")


@pytest.mark.parametrize(
    ("body", "status", "expected"),
    [
        (f"<h1>Vilkår</h1><p>Alt er beskyttet. {NO}</p>", 200, [("reserved", "tdm", "terms")]),
        (f"<p>{NO}</p>".encode("cp1252"), 200, [("reserved", "tdm", "terms")]),
        (f"<footer>{NO}</footer>", 200, [("reserved", "tdm", "footer")]),
        ("<h1>Vilkår</h1><p>Betaling sker med kort.</p>", 200, []),
        (b"%PDF-1.7", 200, []),
        (NO, 404, []),
        ("", 503, [("malformed", "unreachable", "file")]),
        ("", 429, [("malformed", "unreachable", "file")]),
        ("", None, [("malformed", "unreachable", "file")]),
    ],
)
def test_terms_are_read_as_evidence(
    file: Make, body: str | bytes, status: int | None, expected: list[tuple[str, str, str]]
) -> None:
    """A sentence of theirs speaks for the whole site; terms that may be there and gave no answer hold."""
    found = terms_statements(file("/vilkaar", body, status))
    assert [(each.verdict.value, each.label, each.place.partition("#")[2]) for each in found] == expected


def test_long_pages_are_read_in_time(page: Page) -> None:
    """Words that nearly match, a hundred thousand times, cost no more than their length."""
    import time

    nasty = (
        "må ikke ikke AI træn automatisk indsaml robot hent uden kun efter til kunstig intelligens artikel 4 2019/790 "
    )
    capture = page("<footer>" + "<p>" + nasty * 20_000 + "</footer>")
    started = time.perf_counter()
    page_signals(capture, parse_html(capture))
    assert time.perf_counter() - started < 5
