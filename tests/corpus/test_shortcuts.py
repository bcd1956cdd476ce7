"""What is passed over of trafilatura's and htmldate's work changes nothing."""

from copy import deepcopy

import pytest
from hypothesis import given
from hypothesis import strategies as st
from lxml import etree
from lxml.html import HtmlElement, fromstring
from trafilatura import core
from trafilatura.settings import Extractor

import corpus.extract  # noqa: F401 - puts the shortcuts in their places
from corpus.shortcuts import escaping, with_attributes, with_emphasis, with_links
from tests.corpus.test_searches import as_delivered

XML, HTML, DATES = map(as_delivered, ("trafilatura.xml", "trafilatura.htmlprocessing", "htmldate.core"))
CORE = as_delivered("trafilatura.core")
TEXT = st.sampled_from(("", "en tekst", "2 * 3", "a_b", r"\(x^2\)", r"\[y\] og [z]", "<b>", "slut ", "x" * 120, " "))
ATTRIBUTES = st.dictionaries(
    st.sampled_from(("class", "id", "itemprop", "title", "rend", "href")),
    st.sampled_from(("date", "publish-time", "footer-info-lastmod", "byline", "#b", "#i", "x")),
    max_size=2,
)
ELEMENT = st.tuples(
    st.sampled_from(("p", "hi", "ref", "list", "item", "code", "div")), ATTRIBUTES, TEXT, TEXT, st.booleans()
)


@st.composite
def trees(draw: st.DrawFn) -> HtmlElement:
    """A tree of elements as trafilatura makes them, with texts and attributes that something is made of."""
    root = fromstring("<html><body></body></html>")
    place: etree._Element = root[0]
    for tag, attributes, text, tail, inside in draw(st.lists(ELEMENT, max_size=8)):
        made = etree.SubElement(place, tag, attributes)
        made.text, made.tail = text, tail
        place = made if inside else place
    return root


def written(tree: etree._Element) -> bytes:
    """A tree as it is written."""
    return etree.tostring(tree)


@given(tree=trees())
def test_a_tree_comes_out_the_same(tree: HtmlElement) -> None:
    """Escaping and joining of emphasis leave what they leave as delivered."""
    for quick, name in (
        (escaping, "_escape_and_convert_math_tree"),
        (with_emphasis, "_collapse_emphasis"),
        (with_emphasis, "_merge_adjacent_hi"),
    ):
        delivered = getattr(XML, name)
        one, other = deepcopy(tree), deepcopy(tree)
        delivered(one)
        quick(delivered)(other)
        assert written(one) == written(other)


@given(tree=trees())
def test_each_element_is_judged_the_same(tree: HtmlElement) -> None:
    """Whether an element has too many links, or tells of a date, is answered as delivered."""
    links, dated = with_links(HTML.link_density_test), with_attributes(DATES.is_date_candidate)
    for element in tree.iter("p", "list", "div"):
        assert links(element) == HTML.link_density_test(element)
        assert dated(element) == DATES.is_date_candidate(element)


@pytest.mark.parametrize("fast", [True, False])
@pytest.mark.parametrize("comments", [True, False])
@given(tree=trees())
def test_a_tree_is_prepared_the_same(tree: HtmlElement, *, fast: bool, comments: bool) -> None:
    """What the main extractor is given is the same, with its backup where that is looked at."""
    options = Extractor(fast=fast, comments=comments)
    cleaned, backup = core._prepare_tree(tree, options, None)  # noqa: SLF001 - what is replaced
    expected, kept = CORE._prepare_tree(tree, options, None)  # noqa: SLF001 - as above
    assert written(cleaned) == written(expected)
    if not fast or comments:
        assert written(backup) == written(kept)
