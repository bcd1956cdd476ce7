"""Main text, its structure and what the page says of itself; nothing silently lost."""

from datetime import date

import pytest

from corpus.extract import FALLBACK, NOTHING, PLAIN, TRAFILATURA, Extracted, day_of, extract, extract_plain, parse

SENTENCES = (
    "Kommunen har besluttet at bygge en ny skole ved havnen.",
    "Byggeriet begynder til foråret, og eleverne flytter ind to år senere.",
    "Borgmesteren siger, at det er den største investering i mange år.",
    "Naboerne er bekymrede for trafikken på de små veje omkring pladsen.",
)
PROSE = "".join(f"<p>{sentence} {sentence.upper()}</p>" for sentence in SENTENCES)
FURNITURE = '<div class="cookie-banner"><p>Vi bruger cookies til at forbedre din oplevelse på siden.</p></div>'


def page(body: str, head: str = "<title>Ny skole</title>") -> str:
    """A whole page around a body."""
    return f'<!doctype html><html lang="da"><head>{head}</head><body>{body}</body></html>'


def read(html: str) -> Extracted:
    """Extract with a fixed address and day."""
    return extract(html, "https://avisen.dk/ny-skole", date(2026, 11, 24))


def test_main_text_without_furniture() -> None:
    """The article comes out whole, consent text and menu do not."""
    html = page(f'<nav><a href="/">Forside</a></nav><article><h1>Ny skole</h1>{PROSE}</article>{FURNITURE}')
    extracted = read(html)
    assert all(sentence in extracted.text for sentence in SENTENCES)
    assert "cookies" not in extracted.text
    assert "Forside" not in extracted.text
    assert extracted.extractor == TRAFILATURA


def test_headings_lists_and_tables_are_kept() -> None:
    """Structure is written as plain Markdown."""
    extra = (
        "<h2>Priser</h2><ul><li>Voksne 80 kroner</li><li><p>Børn 40 kroner</p></li></ul>"
        "<table><tr><th>Dag</th><th>Tid</th></tr><tr><td>Mandag</td><td>9 til 15</td></tr></table>"
    )
    text = read(page(f"<main><h1>Ny skole</h1>{PROSE}{extra}{PROSE}</main>")).text
    assert "# Ny skole" in text
    assert "## Priser" in text
    assert "- Voksne 80 kroner\n" in text
    assert "- Børn 40 kroner\n" in text
    assert "| Mandag | 9 til 15 |" in text


def test_inline_elements_do_not_take_words_away() -> None:
    """A phrase marked up inside a sentence stays in it, whatever its class is called."""
    body = (
        f'<article>{PROSE}<p>Tryk på <span class="menu"><b>Gem</b></span> for at gemme din tekst.</p>{PROSE}</article>'
    )
    assert "Tryk på Gem for at gemme din tekst." in read(page(body)).text


@pytest.mark.parametrize("depth", [300, 3_000, 100_000])
def test_deep_nesting_loses_nothing(depth: int) -> None:
    """Text under hundreds or thousands of nested containers is found."""
    text = read(page("<div>" * depth + PROSE + "</div>" * depth)).text
    assert all(sentence in text for sentence in SENTENCES)


def test_the_same_page_gives_the_same_text_every_time() -> None:
    """No memory of earlier pages changes what a later one gives."""
    html = page(f"<article>{PROSE}</article>")
    assert len({read(html) for _ in range(5)}) == 1


def test_more_elements_than_trafilatura_is_shown_are_read_by_ourselves() -> None:
    """A page of very many elements goes by our own reading, and the document says so."""
    extracted = read(page(PROSE + "<p>Et afsnit til.</p>" * 60_000))
    assert extracted.extractor == FALLBACK
    assert SENTENCES[0] in extracted.text


@pytest.mark.parametrize("html", ["", "   ", "<html></html>", page(""), page("<script>let a = 1;</script>")])
def test_nothing_is_said_to_be_nothing(html: str) -> None:
    """A page without text gives none, and says so."""
    extracted = read(html)
    assert (extracted.text, extracted.extractor) == ("", NOTHING)


def test_lines_of_what_is_set_line_by_line_stay_lines() -> None:
    """A poem in <pre> keeps its verses; elsewhere the source's line ends are spaces."""
    poem = "Der er et yndigt land,\ndet står med brede bøge\n\nnær salten østerstrand;"
    extracted = read(page(f"<h1>Digt</h1><pre>{poem}</pre><p>{PROSE}</p><p>Skrevet\naf en digter i 1819.</p>"))
    assert poem in extracted.text
    assert "Skrevet af en digter" in extracted.text


def test_what_the_page_says_of_itself() -> None:
    """Title, author, site, day and language are read from the head; a day after the fetch is not believed."""
    head = (
        '<title>Ny skole</title><meta name="author" content="Inger Holm">'
        '<meta property="og:site_name" content="Avisen">'
        '<meta property="article:published_time" content="2026-03-04T10:00:00+01:00">'
    )
    extracted = read(page(f"<article><h1>Ny skole</h1>{PROSE}</article>", head))
    assert (extracted.title, extracted.author, extracted.site_name) == ("Ny skole", "Inger Holm", "Avisen")
    assert (extracted.published, extracted.declared_language) == (date(2026, 3, 4), "da")
    future = read(page(PROSE, head.replace("2026-03-04", "2031-03-04")))
    assert future.published is None


@pytest.mark.parametrize(
    ("said", "day"),
    [
        ("Publiceret 12. maj 2022 kl. 10.30", date(2022, 5, 12)),
        ("Offentliggjort d. 3. januar 2020", date(2020, 1, 3)),
        ("Publiceret 31. februar 2022", None),
        ("Publiceret 12. maj 2062", None),
        ("Læst 12. maj 2022", None),
    ],
)
def test_a_day_that_is_said_in_danish_is_read(said: str, day: date | None) -> None:
    """Where nothing in the head names it; the word before a writer's name is none of it."""
    extracted = read(page(f"<p>{said}</p><span class='byline'>Af Åse Holm</span><main>{PROSE}</main>"))
    assert (extracted.published, extracted.author) == (day, "Åse Holm")


def test_plain_text_passes_through() -> None:
    """A text/plain body keeps its lines."""
    extracted = extract_plain("Første linje.\r\n\r\n\r\n\r\nAnden linje.\x00\r\n")
    assert (extracted.text, extracted.extractor) == ("Første linje.\n\nAnden linje.", PLAIN)


@pytest.mark.parametrize(
    "body",
    [
        '<p class="entry-author">Af Inger Holm</p>',
        '<p class="byline">Jens Peter Hansen</p>',
        '<div itemprop="author"><b>Inger Holm</b></div>',
        '<a rel="author" href="/inger">Inger Holm</a>',
        '<div id="AuthorBox">Inger Holm</div>',
        "<author>Inger Holm</author>",
        '<p class="manchet">Inger Holm</p>',
        '<script type="application/ld+json">{"@type": "NewsArticle", "author": {"name": "Inger Holm"},</script>',
        '<link rel="canonical" href="https://www.avisen.dk/2026/03/04/skole"><time>4. marts</time>',
    ],
)
def test_metadata_is_trafilaturas_own(body: str) -> None:
    """Title, author without "Af", site and day are what its one function finds, although we call the parts we need."""
    from trafilatura.metadata import extract_metadata

    html = page(f"<article><h1>Ny skole</h1>{body}{PROSE}</article>", "<title>Ny skole - avisen.dk</title>")
    dates = {"original_date": True, "extensive_search": False, "max_date": "2026-11-24"}
    whole = extract_metadata(parse(html), default_url="https://avisen.dk/ny-skole", date_config=dates)
    ours, author = read(html), (whole.author or "").removeprefix("Af ")
    assert (ours.title, ours.author, ours.site_name) == (whole.title, author, whole.sitename)
    assert ours.published == day_of(whole.date or "")


@pytest.mark.parametrize(
    ("html", "language"),
    [
        ("<html lang='da-DK'><p>Hej</p>", "da-DK"),
        ("<html xml:lang='da'><p>Hej</p>", "da"),
        ("<html><meta http-equiv='Content-Language' content='da'><p>Hej</p>", "da"),
        ("<html><meta property='og:locale' content='da_DK'><p>Hej</p>", "da-DK"),
        ("<html><p lang='da'>Hej</p>", ""),
    ],
)
def test_the_language_a_page_declares(html: str, language: str) -> None:
    """The root's tag, or the head's, is the page's; a paragraph's own is not."""
    assert read(html).declared_language == language
