"""URLs: one spelling for each, and nothing of the address lost."""

from urllib.parse import quote

import pytest
from hypothesis import given
from hypothesis import strategies as st
from scrapy import Request

from crawler.traps import is_misbuilt
from crawler.urls import canonical, matches


@pytest.mark.parametrize(
    ("url", "spelled"),
    [
        ("HTTP://A.dk:80", "http://a.dk/"),
        ("https://a.dk.:443/x#y", "https://a.dk/x"),
        ("http://a.dk:8080/", "http://a.dk:8080/"),
        ("http://rødgrød.dk/æ ø", "http://xn--rdgrd-vuad.dk/%C3%A6%20%C3%B8"),
        ("http://a.dk/%7eole/%c3%a6", "http://a.dk/~ole/%C3%A6"),
        ("http://a.dk/a/../b/./c", "http://a.dk/b/c"),
        ("http://a.dk/?b=2&utm_source=x&a=1&fbclid=q", "http://a.dk/?b=2&a=1"),
        ("http://a.dk/x;jsessionid=12?PHPSESSID=34", "http://a.dk/x"),
        ("http://a.dk/?sid=6f988d8add55380e149edd37a99b6208", "http://a.dk/"),
        ("http://a.dk/?sid=42", "http://a.dk/?sid=42"),
        ("http://a.dk/100%", "http://a.dk/100%25"),
        ("http://a.dk\\b\\c", "http://a.dk/b/c"),
        ("http://straße.dk/", "http://xn--strae-oqa.dk/"),
        ("http://a.dk/%2e%2e/b", "http://a.dk/b"),
        (" http://a.dk/ ", "http://a.dk/"),
        ("http://a.dk/\nb", "http://a.dk/b"),
        ("http://a.dk/?q=a+b&r=%26", "http://a.dk/?q=a+b&r=%26"),
        ("http://a.dk/" + "a" * 3000, ""),
    ],
)
def test_a_url_has_one_spelling(url: str, spelled: str) -> None:
    """Case, ports, dots, encodings and trackers do not make another URL."""
    assert canonical(url) == spelled


@given(st.text(max_size=40), st.text(max_size=40))
def test_a_canonical_url_stays_as_it_is(path: str, query: str) -> None:
    """Spelling twice changes nothing."""
    once = canonical(f"http://a.dk/{path}?{query}")
    assert canonical(once) == once or once == ""


@given(st.text(max_size=60))
def test_any_text_has_a_spelling_or_none(text: str) -> None:
    """No text makes the spelling fail, alone or as a link on a page."""
    assert canonical(text) in ("", canonical(canonical(text)))
    assert canonical(text, base="http://a.dk/x").isascii()


@given(st.text(st.characters(categories=["L", "N", "Zs"], include_characters="-_~"), max_size=30))
def test_an_encoded_path_is_the_same_page(path: str) -> None:
    """A path written plainly and one written with every escape have the same spelling."""
    assert canonical(f"http://a.dk/x{quote(path)}y") == canonical(f"http://a.dk/x{path}y")


@pytest.mark.parametrize(
    ("pattern", "path", "expected"),
    [
        ("/", "/x", True),
        ("/a", "/b", False),
        ("/*.pdf$", "/x/y.pdf", True),
        ("/*.pdf$", "/x/y.pdf?z", False),
        ("/a*b*c", "/aXbYcZ", True),
        ("/a*b", "/ba", False),
        ("/ab$", "/ab", True),
        ("/a*a$", "/a", False),
    ],
)
def test_a_path_pattern_is_read_as_in_robots_txt(pattern: str, path: str, *, expected: bool) -> None:
    """A star is any run, a last dollar the end, and a pattern matches the beginning."""
    assert matches(pattern, path) is expected


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("2020/01/01/historie", False),
        ("a/b/a/c", False),
        ("da/text/da/text/x", True),
        ("a/a/a/a", True),
        ("/".join("abcdefghijklmnopq"), True),
        ("?" + "&".join("abcdefghijklmn"), True),
    ],
)
def test_a_misbuilt_url_shows_it(path: str, *, expected: bool) -> None:
    """Paths that repeat themselves or do not end, and filters of many parameters, are known by their face."""
    assert is_misbuilt(f"http://a.dk/{path}") is expected


@given(st.text(max_size=40), st.text(max_size=40))
def test_scrapy_asks_for_the_url_as_it_is_spelled(path: str, query: str) -> None:
    """What goes over the wire is what robots.txt was asked about."""
    spelled = canonical(f"http://a.dk/{path}?{query}")
    assert not spelled or Request(spelled).url == spelled
