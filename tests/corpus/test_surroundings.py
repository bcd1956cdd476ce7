"""What stands around the main text goes, by name, by its words and by its place; sentences stay."""

import time
from datetime import date

import pytest

from corpus.extract import extract
from corpus.surroundings import trimmed

SENTENCES = (
    "Kommunen har besluttet at bygge en ny skole ved havnen, hvor der i dag ligger et gammelt pakhus.",
    "Byggeriet begynder til foråret, og eleverne flytter ind to år senere, hvis alt går efter planen.",
    "Borgmesteren siger, at det er den største investering i mange år, og at den er nødvendig for byen.",
)
PROSE = "".join(f"<p>{sentence}</p>" for sentence in SENTENCES)
NAMELESS = (
    '<div class="r"><h3>Mest læste</h3><ol><li><a href="/">Ny bro</a></li><li>Vejret</li></ol><h3>Del siden</h3>'
    '<a href="https://facebook.com/sharer">Del på Facebook</a> <a href="mailto:?">Send til en ven</a>'
    '<div class="x"><p>Annonce</p><p>Spar 40 % på sommerens bøger – klik her</p></div></div>'
    '<div class="f"><p>Telefon 70 00 00 00 · CVR 12 34 56 78 · Man.–fre. kl. 9–15</p>'
    "<p>Tilmeld dig nyhedsbrevet og få gode tilbud direkte i indbakken.</p><ul><li>Om os</li></ul></div>"
)


def text_of(body: str) -> str:
    """The main text of a body."""
    return extract(f"<html><body>{body}</body></html>", "https://avisen.dk/skole", date(2026, 11, 24)).text


def test_furniture_without_names_goes_by_its_words() -> None:
    """Lists of other pages, sharing, advertisement, address and newsletter go, whatever their elements are called."""
    text = text_of(f'<div class="h"><h4>Avisen</h4></div><div class="m"><h1>Ny skole</h1>{PROSE}</div>{NAMELESS}')
    assert text == "\n\n".join(("# Ny skole", *SENTENCES))


def test_a_layout_of_tables_is_no_shelter() -> None:
    """The menu in the left cell and the address in the last row go; the cell with the text stays."""
    menu = (
        '<ul><li><a href="/">Forside</a></li><li><a href="/om">Om os</a></li></ul><h3>Læs også</h3><ol><li>Vejret</ol>'
    )
    rows = f"<tr><td>Avisen</td></tr><tr><td>{menu}</td><td><h1>Ny skole</h1>{PROSE}</td></tr>"
    text = text_of(f"<table>{rows}<tr><td><p>© 2026 Avisen</p></td></tr></table>")
    assert text == "\n\n".join(("# Ny skole", *SENTENCES))


@pytest.mark.parametrize("heading", ["Kommentarer", "Annonce", "Nyhedsbrev", "Læs også"])
def test_paragraphs_under_a_heading_of_furniture_stay(heading: str) -> None:
    """A section that only sounds like furniture loses its heading at most."""
    text = text_of(
        f"<article><h1>Ny skole</h1>{PROSE}<h2>{heading}</h2>{PROSE.replace('Kommunen', 'Regionen')}</article>"
    )
    assert "Regionen har besluttet" in text
    assert text.count("Byggeriet begynder") == 2


def test_a_label_in_the_middle_of_an_article_takes_nothing_with_it() -> None:
    """`Annonce` between two paragraphs goes alone."""
    text = text_of(f"<article><h1>Ny skole</h1>{PROSE}<p>Annonce</p><p>En ny skole.</p>{PROSE}</article>")
    assert "En ny skole." in text
    assert "Annonce" not in text


def test_the_form_that_holds_a_whole_page_is_not_dropped() -> None:
    """Some systems put the page into one form; a search box is a form too, and goes."""
    text = text_of(f"<form><div><form><p>Søg her</p></form><h1>Ny skole</h1>{PROSE * 3}</div></form>")
    assert SENTENCES[0] in text


def test_ends_are_trimmed_and_never_all() -> None:
    """What stands above the title, the line of its date and the menu below go; a text of nothing else stays."""
    lines = ["Avisen", "", "# Ny skole", "", "Publiceret 2. januar 2025", "", SENTENCES[0], "", "- Forside", "- Om os"]
    assert [line for line in trimmed(lines) if line] == ["# Ny skole", SENTENCES[0]]
    assert trimmed(["Forside", "Kontakt"]) == ["Forside", "Kontakt"]
    above = [SENTENCES[1], "", "# Ny skole", "", SENTENCES[0]]
    assert trimmed(above) == above


DATES = ["Publiceret 2. januar 2025", "Sidst opdateret: 2/1 kl. 12.40", "Opdateret den 3 okt.", "Updated 3 days ago"]
NO_DATES = ["Opdateret: afsnittet nedenfor gælder fra version 2.", "Ændret i paragraf 12 og 14"]


@pytest.mark.parametrize("line", [*DATES, *NO_DATES])
def test_the_line_of_the_date_goes_and_a_sentence_with_a_number_stays(line: str) -> None:
    """What was changed in a text often stands where its date would: losing it, a crawl never saw the change."""
    assert (line in trimmed(["# Ny skole", "", line, "", SENTENCES[0]])) == (line in NO_DATES)


@pytest.mark.parametrize(
    "body",
    ["<div>" + "<p>Annonce</p>" * 20_000 + PROSE + "</div>", "<h3>Mest læste</h3><p>x</p>" * 20_000 + PROSE],
    ids=["labels", "headings"],
)
def test_very_much_furniture_takes_no_longer_than_very_much_text(body: str) -> None:
    """Tens of thousands of labels are gone in the time of a page of that size, and the text is there."""
    began = time.process_time()
    assert text_of(body) == "\n\n".join(SENTENCES)
    assert time.process_time() - began < 10
