"""PDF to text: paragraphs of whole sentences, without what only belongs to the page."""

from pathlib import Path

import pytest

from corpus.pdf import joined, plain_pdf
from tests.corpus.made import pdf

LINES = (
    "Byrådet vedtog i går, at der skal bygges flere almene boliger i kommunen",
    "inden for de næste fem år, og at de skal være til at betale for alle.",
    "Det sker.",
)


def test_danish_letters_come_out_as_they_are() -> None:
    """Letters of WinAnsi are letters, whatever the font calls them."""
    found = plain_pdf(pdf(["Blåbærgrød på Ærø: \u201esmørrebrød\u201c \u2013 §\u00a02"]))
    assert (found.text, found.trouble) == (
        "Blåbærgrød på Ærø: \u201esmørrebrød\u201c \u2013 §\u00a02".replace("\u00a0", " "),
        "",
    )


def test_title_and_author_are_those_of_the_document() -> None:
    """What the document says of itself is taken, and the names of programs and files are not."""
    found = plain_pdf(pdf(["x"], title="Årsberetning", author="Ib Æbelø"))
    assert (found.title, found.author) == ("Årsberetning", "Ib Æbelø")
    found = plain_pdf(pdf(["x"], title="Microsoft Word - udkast.docx", author="Anonymous"))
    assert (found.title, found.author) == ("", "")


def test_half_a_surrogate_in_a_title_is_no_crash() -> None:
    """A title that is no text costs the title."""
    found = plain_pdf(pdf(["Teksten"]).replace(b"/Title <FEFF", b"/Title <FEFFD800"))
    assert found.text == "Teksten"


def test_lines_become_paragraphs() -> None:
    """Lines are joined until one is short; a heading and a list stand alone."""
    page = ["Boliger", *LINES, *LINES[:2], "• almene boliger", "• ungdomsboliger"]
    paragraph = " ".join(LINES)
    assert joined([page]) == f"Boliger\n\n{paragraph}\n\n{' '.join(LINES[:2])}\n\n- almene boliger\n- ungdomsboliger"


@pytest.mark.parametrize(
    ("end", "begin", "whole"),
    [
        ("kom\ufffe", "munen", "kommunen"),
        ("PC\ufffe", "udstyr", "PC-udstyr"),
        ("E\ufffe", "handel", "E-handel"),
        ("mad\ufffe", "og drikke", "mad- og drikke"),
        ("2024\ufffe", "planen", "2024-planen"),
        ("Nord\ufffe", "Syd", "Nord-Syd"),
    ],
)
def test_divided_words_are_one_word(end: str, begin: str, whole: str) -> None:
    """A hyphen that divides a word at a line's end goes; one that belongs to the word stays."""
    line = f"Det er en lang linje med mange ord, og den ender med {end}"
    assert (
        joined([[line, f"{begin} er ordet."]])
        == f"Det er en lang linje med mange ord, og den ender med {whole} er ordet."
    )


def test_a_word_divided_twice_is_one_word() -> None:
    """In a narrow column a word may stand on three lines."""
    assert joined([["for kom\ufffe", "mu\ufffe", "nen er det"]]) == "for kommunen er det"


def test_running_heads_and_page_numbers_go() -> None:
    """A line on the edge of many pages is no text, whatever its number; the same words within a page are."""
    pages = [
        ["Årsberetning 2026", *LINES, f"Om Årsberetning {number}", *LINES, f"Side {number} af 9"] for number in range(5)
    ]
    text = joined(pages)
    assert "Side" not in text
    assert "Årsberetning 2026" not in text
    assert text.count("Om Årsberetning") == 5


def test_a_sentence_goes_on_over_the_page() -> None:
    """A page that ends in the middle of a sentence is joined to the next, past foot and head."""
    pages = [["Hoved", *LINES[:1], f"{number}"] for number in range(1, 4)]
    pages[1][1] = "inden for de næste fem år, og at de skal være til at betale for dem, der"
    pages[2][1] = "bor her."
    assert joined(pages) == f"{LINES[0]} {pages[1][1]} bor her."


def test_what_gives_no_text_says_why() -> None:
    """Scanned, empty, encrypted and broken PDFs have no text and a reason."""
    assert plain_pdf(pdf([])).trouble == "no text in it"
    assert plain_pdf(b"%PDF-1.7 nej").trouble == "no PDF, or broken"
    assert plain_pdf(b"").trouble == "no PDF, or broken"
    assert plain_pdf(pdf(["Hemmelig"], encrypted=True)).trouble == "encrypted"


def test_every_prefix_is_text_or_a_reason(tmp_path: Path) -> None:
    """A PDF that is cut anywhere is read or is not, and says so."""
    del tmp_path
    content = pdf(["Teksten"])
    for size in range(0, len(content), 29):
        found = plain_pdf(content[:size])
        assert found.text in {"", "Teksten"}
        assert found.text or found.trouble


def test_a_thousand_pages_of_one_paragraph_are_joined_in_no_time() -> None:
    """Text without a paragraph's end takes time as it takes space, and no more."""
    pages = [[f"{'x' * 70}{chr(97 + line % 26)}" for line in range(50)] for _ in range(1000)]
    assert "\n" not in joined(pages)
