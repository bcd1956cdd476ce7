"""Repeats within a source: what every page says is counted and found again."""

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dedup import lines
from dedup.lines import Repeats, Unit

MENU = "Forside | Nyheder | Kontakt"
PAGES = [f"{MENU}\nEn tekst nummer {word} om noget.\n\n3 kommentarer\n{MENU}\n" for word in ("et", "to", "tre")]


def test_a_menu_is_counted_once_a_document_and_found_twice() -> None:
    """A line of every page is told with its places, as often as it stands there, and its number of documents."""
    counts = Repeats(Unit.LINE, words_min=2)
    counts.add(PAGES)
    spans = counts.spans(PAGES, documents_min=3)
    assert [[PAGES[0][span.begin : span.end] for span in spans[0]]] == [[MENU, MENU]]
    assert {span.documents for page in spans for span in page} == {3}


def test_numbers_do_not_tell_lines_apart_and_short_lines_may_be_left_out() -> None:
    """A line is its words: another count in it makes no other line; fewer words than asked for are no line."""
    counts = Repeats(Unit.LINE)
    counts.add(["3 kommentarer", "12 Kommentarer!", "42"])
    assert [[span.documents for span in page] for page in counts.spans(["kommentarer", "7"], 1)] == [[2], []]


def test_paragraphs_end_at_empty_lines() -> None:
    """A paragraph of two lines is one unit, and its span is the text of both."""
    text = "Første linje\nanden linje\n \r\n\nEn anden del"
    counts = Repeats(Unit.PARAGRAPH)
    counts.add([text, "første linje anden linje"])
    assert [(text[span.begin : span.end], span.documents) for span in counts.spans([text], 1)[0]] == [
        ("Første linje\nanden linje", 2),
        ("En anden del", 1),
    ]


@given(
    st.lists(st.lists(st.sampled_from(["en", "to tre", "fire", ""]), max_size=4).map("\n".join), max_size=8), st.data()
)
def test_portions_and_order_change_nothing(texts: list[str], data: st.DataObject) -> None:
    """Counted in any order and in any portions, the spans are the same."""
    whole, parted = Repeats(Unit.LINE), Repeats(Unit.LINE)
    whole.add(texts)
    shuffled = data.draw(st.permutations(texts))
    cut = data.draw(st.integers(0, len(texts)))
    parted.add(shuffled[:cut])
    parted.spans([], 1)
    parted.add(shuffled[cut:])
    assert parted.spans(texts, 1) == whole.spans(texts, 1)


def test_counts_are_put_together_before_they_grow(monkeypatch: pytest.MonkeyPatch) -> None:
    """With little room for what waits, the counts are the same."""
    monkeypatch.setattr(lines, "PENDING_MAX", 2)
    counts = Repeats(Unit.LINE)
    random.seed(1)
    for _ in range(10):
        counts.add([f"linje {'abcdefghij'[random.randrange(10)]}\nfælles"])
    assert counts.spans(["fælles"], 10)[0][0].documents == 10
