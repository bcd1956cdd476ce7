"""Quicker searches find what the expressions of trafilatura find."""

import re
from importlib.util import find_spec, module_from_spec
from types import ModuleType

import pytest
from hypothesis import given
from hypothesis import strategies as st
from lxml import etree
from lxml.html import HtmlElement, fromstring

from corpus.searches import quicker


def as_delivered(name: str) -> ModuleType:
    """A module of trafilatura as it is delivered; the one that is imported has our searches in it."""
    spec = find_spec(name)
    assert spec is not None
    assert spec.loader is not None
    module = module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


XPATHS = as_delivered("trafilatura.xpaths")
LISTS = (
    "BODY_XPATH", "RAW_TREE_PRUNE_XPATH", "REMOVE_COMMENTS_AND_LISTS_XPATH", "OVERALL_DISCARD_XPATH",
    "TEASER_DISCARD_XPATH", "DISCARD_IMAGE_ELEMENTS", "TITLE_XPATHS",
)  # fmt: skip
SEARCHES = [each for name in LISTS for each in getattr(XPATHS, name)]
SEARCHES.append(as_delivered("trafilatura.settings").BASIC_CLEAN_XPATH)
LITERALS = [literal for each in SEARCHES for literal in re.findall("'([^']*)'", each.path)]
VALUES = sorted({piece.strip("^$") for literal in LITERALS for piece in literal.split("|")})
TAGS = (
    "div",
    "p",
    "section",
    "article",
    "main",
    "item",
    "list",
    "aside",
    "footer",
    "h1",
    "h2",
    "ul",
    "details",
    "span",
)
NAMES = ("class", "id", "style", "role", "itemprop", "aria-hidden", "data-component")
ELEMENT = st.tuples(
    st.sampled_from(TAGS),
    st.lists(
        st.tuples(st.sampled_from(NAMES), st.sampled_from(VALUES), st.sampled_from(("", "x", " ", "N"))), max_size=3
    ),
    st.booleans(),
)


@st.composite
def trees(draw: st.DrawFn) -> HtmlElement:
    """A tree of elements whose names hold words that some expression looks for."""
    root = fromstring("<html><body></body></html>")
    place: etree._Element = root[0]
    for tag, attributes, inside in draw(st.lists(ELEMENT, min_size=1, max_size=12)):
        made = etree.SubElement(place, tag)
        for name, value, before in attributes:
            made.set(name, before + value)
        place = made if inside else place
    return root


@pytest.mark.parametrize("number", range(len(SEARCHES)))
@given(tree=trees())
def test_the_same_is_found_in_the_same_order(number: int, tree: HtmlElement) -> None:
    """Each search finds what the expression finds; where the first alone is asked for, at least that."""
    search = SEARCHES[number]
    expected, found = search(tree), quicker(search)(tree)
    assert isinstance(found, list)
    if search.path.rstrip().endswith("[1]"):
        assert found[:1] == expected[:1]
    else:
        assert found == expected


def test_an_expression_of_another_shape_stays() -> None:
    """What is not understood is left to libxml2."""
    for path in (".//article", ".//*[@class = concat('a', 'b')]", ".//*[not(@id)]", "//*[@class='a']|//*[@id='b']"):
        search = etree.XPath(path)
        assert quicker(search) is search


def test_all_that_should_be_is_quicker() -> None:
    """Of the expressions of this version but one is understood: the plain `article`."""
    assert [search.path for search in SEARCHES if quicker(search) is search] == ["(.//article)[1]"]
