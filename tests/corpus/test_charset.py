"""Bytes become text by our own decision, and the decision has a name."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from corpus.charset import decode, mend_twice

DANISH = "Rødgrød med fløde på Ærø – det går aldrig af mode, sagde åleålen."


@pytest.mark.parametrize(
    ("payload", "header", "decision"),
    [
        (DANISH.encode(), "text/html; charset=utf-8", "header:utf-8"),
        (DANISH.encode(), "text/html", "utf-8:utf-8"),
        (DANISH.encode(), "text/html; charset=ISO-8859-1", "utf-8:utf-8"),
        (DANISH.encode("cp1252"), "text/html; charset=ISO-8859-1", "header:windows-1252"),
        (b'<meta charset="windows-1252">' + DANISH.encode("cp1252"), "text/html", "meta:windows-1252"),
        (DANISH.encode("cp1252"), "text/html", "default:windows-1252"),
        (DANISH.encode("cp1252"), "text/html; charset=utf-8", "default:windows-1252"),
        (b"\xef\xbb\xbf" + DANISH.encode(), "text/html; charset=latin1", "bom:utf-8"),
        (b"\xff\xfe" + DANISH.encode("utf-16-le"), "text/html", "bom:utf-16-le"),
        (b"\xff\xfe\x00\x00" + DANISH.encode("utf-32-le"), "text/html", "bom:utf-32-le"),
        (DANISH.encode("utf-16-le"), "text/html; charset=latin1", "detected:utf-16-le"),
        (("<p>" * 40 + DANISH).encode("utf-16-be"), "text/html", "detected:utf-16-be"),
        (DANISH.encode("cp1252"), "text/html; charset=no-such-thing", "default:windows-1252"),
        (DANISH.encode("cp1252"), "text/html; charset=utf-16", "default:windows-1252"),
    ],
)
def test_each_source_of_a_decision_gives_the_danish_letters(payload: bytes, header: str, decision: str) -> None:
    """Mark, header, page, validity and default each decode Danish rightly and say who decided."""
    decoded = decode(payload, header)
    assert DANISH in decoded.text
    assert decoded.decision == decision


@pytest.mark.parametrize("name", ["idna", "punycode", "undefined", "unicode_escape", "utf-7", "utf-16", "cp037"])
def test_a_page_cannot_name_what_is_no_encoding_of_pages(name: str) -> None:
    """What Python knows under a name and no page is written in is passed over; some of it would fail on any page."""
    page = f"<meta charset={name}>".encode() + DANISH.encode("cp1252")
    assert decode(page, f"text/html; charset={name}").text.endswith(DANISH)


def test_utf8_encoded_twice_is_mended() -> None:
    """A page that was read as windows-1252 and encoded again comes out as it was written."""
    decoded = decode(DANISH.encode().decode("cp1252", "replace").replace("\ufffd", "").encode(), "text/html")
    assert "Rødgrød med fløde" in decoded.text
    assert decoded.decision.endswith("+twice")


def test_a_page_that_explains_the_mistake_is_left_alone() -> None:
    """Proper Danish with one example of wrong decoding keeps its example."""
    text = "Når æ bliver til Ã¦, er siden læst forkert på vej gennem systemet; så må den rettes."
    assert mend_twice(text) == text


@given(st.binary(max_size=300), st.text(max_size=40))
def test_no_bytes_and_no_header_make_it_fail(payload: bytes, header: str) -> None:
    """Any bytes with any header give some text and a decision."""
    assert ":" in decode(payload, header).decision


@given(st.text(alphabet=st.characters(codec="utf-8", exclude_characters="\ufeff"), max_size=200))
def test_valid_utf8_is_read_as_such_whatever_the_header_says(text: str) -> None:
    """What is valid UTF-8 and not doubly encoded is never read as anything else."""
    decoded = decode(text.encode(), "text/html; charset=iso-8859-1")
    if any(character > "\x7f" for character in text) and not decoded.decision.startswith("bom"):
        assert decoded.text in (text, mend_twice(text))
