"""Pages that cannot be Danish are dropped before extraction; what may be, and what says too little, goes on."""

import time

import pytest

from corpus.prefilter import FREQUENT, may_be_danish
from corpus.wordlists import LISTS, read_list
from tests.corpus.test_language import TEXTS

DANISH = TEXTS["da"]
COOKIES = " ".join([TEXTS["en"]] * 4)


def page(*paragraphs: str, menu: str = "", before: str = "") -> str:
    """A page with a menu, a notice about cookies and paragraphs."""
    body = "".join(f"<p>{each}</p>" for each in paragraphs)
    return f"<html><head>{before}</head><body><ul>{menu}</ul><div>{COOKIES}</div>{body}</body></html>"


@pytest.mark.parametrize("label", sorted(set(TEXTS) - {"da"}))
def test_a_page_in_another_language_is_dropped(label: str) -> None:
    """Each language the model knows, Bokmål first of all."""
    assert not may_be_danish(page(*[TEXTS[label]] * 5))


def test_a_danish_page_in_a_foreign_frame_goes_on() -> None:
    """Five Danish paragraphs are enough, with a long menu around them."""
    menu = "".join(f"<li><a href='/{n}'>Read more about this subject {n}</a></li>" for n in range(60))
    assert may_be_danish(page(*[DANISH] * 5, menu=menu))


def test_short_danish_lines_behind_short_foreign_ones_go_on() -> None:
    """What is joined is judged to its end: a menu that stands before the text does not hide it."""
    menu = "<div>See all our opening hours and prices here.</div>" * 5
    danish = "<p>Vi har åbent alle dage hele sommeren.</p><p>Skolen er lukket i dag.</p>" * 4
    assert may_be_danish(menu + danish)


def test_words_of_other_languages_are_none_of_danish() -> None:
    """No word that speaks against Danish is among Danish's most frequent ones, or in the Danish text."""
    foreign = read_list((LISTS / "foreign.txt").read_text(encoding="utf-8"))
    assert not FREQUENT & foreign.keys()
    assert not foreign.keys() & set(DANISH.lower().split())


def test_english_titles_do_not_make_a_danish_page_foreign() -> None:
    """A Danish paragraph that names songs and books in English goes on."""
    titles = "The Sound of Silence, The Catcher in the Rye og Bridge over Troubled Water"
    assert may_be_danish(page(*[f"{titles}. {DANISH}"] * 5))


def test_entities_and_links_within_words_are_read() -> None:
    """Danish letters may be written as entities, and a paragraph may be half links."""
    text = DANISH.replace("å", "&aring;").replace("ø", "&oslash;").replace("boliger", "<a href='/b'><b>boliger</b></a>")
    assert may_be_danish(page(text))


@pytest.mark.parametrize("text", ["", "<p></p>", page()[:40], "<p>Hej</p>", "<script>let a = 1"])
def test_a_page_that_says_too_little_goes_on(text: str) -> None:
    """What has no text to judge is for extraction to settle."""
    assert may_be_danish(text)


def test_scripts_styles_comments_and_menus_do_not_count() -> None:
    """Danish in what no reader sees as text does not make a page Danish."""
    hidden = f"<script>'{DANISH}'</script><style>{DANISH}</style><!-- {DANISH} --><NAV><p>{DANISH}</p></NAV>"
    assert not may_be_danish(page(*[TEXTS["de"]] * 5, before=hidden))


def test_a_menu_that_is_never_closed_hides_nothing() -> None:
    """An open <nav> is a mistake of the page; its text is still there."""
    assert may_be_danish(f"<nav><p>{DANISH}</p><p>{DANISH}</p>")


@pytest.mark.parametrize("piece", ["<nav>", "<svg ", "<script", "<", "<a ", "<!--", "&amp", "@/", "</", "\n", "<p>x"])
def test_a_page_made_to_hurt_takes_linear_time(piece: str) -> None:
    """Two million characters of one broken piece take a moment, not hours."""
    began = time.process_time()
    may_be_danish(piece * (2_000_000 // len(piece)))
    assert time.process_time() - began < 10
