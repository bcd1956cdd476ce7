"""robots.txt: RFC 9309's own cases, and the ways real files differ from it."""

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crawler.observe.robots import BYTES_MAX, PRODUCT_TOKEN, Robots

HOST = "http://avis.dk.test"


def allows(body: str | bytes, path: str, token: str = PRODUCT_TOKEN) -> bool:
    """Ask a file about a path."""
    return Robots.parse(body.encode() if isinstance(body, str) else body).allows(HOST + path, token)


RULES = "User-agent: *\n"


@pytest.mark.parametrize(
    ("body", "path", "expected"),
    [
        (RULES + "Allow: /a/b\nDisallow: /a", "/a/b/c", True),
        (RULES + "Disallow: /a\nAllow: /a/b", "/a/c", False),
        (RULES + "Disallow: /side\nAllow: /side", "/side", True),
        (RULES + "Disallow: /*.gif$", "/x/y.gif", False),
        (RULES + "Disallow: /*.gif$", "/x/y.gif?z", True),
        (RULES + "Disallow: /a*b*c", "/axxbxxc/d", False),
        (RULES + "Disallow: /a*b*c$", "/abbc", False),
        (RULES + "Disallow: /a*bc$", "/abc-bc", False),
        (RULES + "Disallow: /ab*b$", "/ab", True),
        (RULES + "Disallow: /file-with-a-%2A.html", "/file-with-a-*.html", False),
        (RULES + "Disallow: /file-with-a-%2A.html", "/file-with-a-x.html", True),
        (RULES + "Disallow: /foo-%24", "/foo-$", False),
        (RULES + "Disallow: /kr$5", "/kr$5", False),
        (RULES + "Disallow: /foo/bar?baz=https://foo.bar", "/foo/bar?baz=https%3A%2F%2Ffoo.bar", False),
        (RULES + "Disallow: /foo/bar?baz=https%3A%2F%2Ffoo.bar", "/foo/bar?baz=https://foo.bar", False),
        (RULES + "Disallow: /foo/bar/ツ", "/foo/bar/%E3%83%84", False),
        (RULES + "Disallow: /foo/bar/%E3%83%84", "/foo/bar/ツ", False),
        (RULES + "Disallow: /foo/bar/%62%61%7A", "/foo/bar/baz", False),
        (RULES + "Disallow: /bl%c3%a5", "/blå", False),
        (RULES + "Disallow:", "/", True),
        (RULES + "Disallow: /", "/robots.txt", True),
        (RULES + "Disallow: /", "/.well-known/tdmrep.json", False),
        (RULES + "disallow : /x # hemmeligt", "/x", False),
        (RULES + "Dissallow: /x", "/x", False),
        (RULES + "Disallow: x", "/x", False),
        (RULES + "Disallow: /\nAllow: x", "/x", False),
        ("Disallow: /\n" + RULES + "Allow: /", "/x", True),
        ("User-agent: Dan\nDisallow: /", "/x", True),
        ("", "/x", True),
    ],
)
def test_paths_are_matched_as_the_rfc_says(body: str, path: str, *, expected: bool) -> None:
    """The longest match wins, Allow wins ties, and two spellings of one path are one path."""
    assert allows(body, path) is expected


@pytest.mark.parametrize("end", ["\n", "\r", "\r\n"])
@pytest.mark.parametrize("mark", [b"", b"\xef\xbb\xbf"])
def test_line_ends_and_byte_order_mark_do_not_matter(end: str, mark: bytes) -> None:
    """A byte-order mark must not hide the first User-agent line, nor a line end a rule."""
    assert not allows(mark + end.join(["User-agent: *", "Disallow: /"]).encode(), "/x")


@pytest.mark.parametrize(
    "body",
    [
        "User-agent: *\nDisallow: /".encode("utf-16"),
        "User-agent: *\nAllow: /".encode("utf-16-le"),
        b"<!DOCTYPE html><title>404</title>",
        b"\n  <html><pre>User-agent: *\nAllow: /</pre>",
        b"\x1f\x8b\x08\x00rest",
    ],
)
def test_what_is_no_robots_txt_allows_nothing(body: bytes) -> None:
    """UTF-16, HTML and compressed bytes are not read as a file without rules."""
    robots = Robots.parse(body)
    assert not robots.readable
    assert not robots.allows(f"{HOST}/x", PRODUCT_TOKEN)


@pytest.mark.parametrize("between", ["Crawl-delay: 5", "Sitemap: http://avis.dk.test/s.xml", "Ukendt: x", "", "# x"])
def test_other_lines_do_not_split_a_group(between: str) -> None:
    """A line that is neither User-agent, Allow nor Disallow leaves both agents in the group."""
    body = f"User-agent: A\n{between}\nUser-agent: {PRODUCT_TOKEN}\nDisallow: /"
    assert not allows(body, "/x", "A")
    assert not allows(body, "/x")


def test_groups_are_selected_by_whole_name_and_merged() -> None:
    """A group for part of our name is not ours; all groups with our name count together, and `*` then does not."""
    body = "User-agent: Foda\nAllow: /\n\nUser-agent: *\nDisallow: /\n"
    assert not allows(body, "/x")
    body += (
        "\nUser-agent: FODAFTRYK/2.0\nDisallow: /a\n\nUser-agent: x\nDisallow: /\n\nUser-agent: fodaftryk\nDisallow: /b"
    )
    assert [allows(body, path) for path in ("/a", "/b", "/c")] == [False, False, True]


def test_what_lies_behind_the_limit_is_not_read() -> None:
    """The first 512 000 bytes count, and of a line cut there nothing is taken."""
    filler = "User-agent: *\nDisallow: /x\n" + "#" * (BYTES_MAX - 60) + "\n"
    body = filler + "Disallow: /" + "y" * 100
    assert len(filler) < BYTES_MAX < len(body)
    assert not allows(body, "/x")
    assert allows(body, "/yyy")


@pytest.mark.parametrize(
    ("lines", "expected"),
    [
        ("Crawl-delay: 2.5", 2.5),
        ("Crawl-delay: 2\nRequest-rate: 1/10s", 10.0),
        ("Request-rate: 1/2m", 120.0),
        ("Request-rate: 4/2 0600-0845", 0.5),
        ("Request-rate: 30/m", 2.0),
        ("Request-rate: 1/" + "9" * 5000, 999_999_999.0),
        ("Crawl-delay: " + "9" * 5000, 999_999_999.0),
        ("Crawl-delay: abc", None),
        ("Request-rate: 0/5", None),
        ("", None),
    ],
)
def test_the_slower_pace_is_asked_for(lines: str, expected: float | None) -> None:
    """Crawl-delay and Request-rate come to one number of seconds, the larger."""
    assert Robots.parse(f"User-agent: *\n{lines}".encode()).crawl_delay_s(PRODUCT_TOKEN) == expected


def test_sitemaps_are_read_anywhere() -> None:
    """Sitemap lines belong to no group."""
    body = b"Sitemap: http://a/1\nUser-agent: x\nSitemap: http://a/2\nDisallow: /"
    assert Robots.parse(body).sitemaps == ("http://a/1", "http://a/2")


def test_a_licence_line_belongs_to_its_group_or_to_all() -> None:
    """A group's own License replaces those that stand outside any group."""
    body = "License: http://a/alle.xml\nUser-agent: *\nAllow: /\n"
    own = "User-agent: Fodaftryk\nLicense: http://a/os.xml\nAllow: /\n"
    assert [line.value for line in Robots.parse(body.encode()).licences(PRODUCT_TOKEN)] == ["http://a/alle.xml"]
    assert [line.value for line in Robots.parse((body + own).encode()).licences(PRODUCT_TOKEN)] == ["http://a/os.xml"]
    behind = "User-agent: GPTBot\nDisallow: /\n\nLicense: http://a/alle.xml"
    assert [line.value for line in Robots.parse(behind.encode()).licences(PRODUCT_TOKEN)] == ["http://a/alle.xml"]


def test_no_pattern_makes_matching_slow() -> None:
    """A hundred thousand wildcards against a long path take well under a second."""
    body = "User-agent: *\nDisallow: /" + "*a" * 100_000 + "$\n" + "Disallow: /*a*a*a*a*a*a*a*b$\n"
    started = time.perf_counter()
    assert allows(body, "/" + "a" * 5000)
    assert time.perf_counter() - started < 2


@given(st.binary(max_size=400), st.text(max_size=40))
def test_any_bytes_give_an_answer(body: bytes, path: str) -> None:
    """No file and no path makes the parser raise; a file that cannot be read allows nothing."""
    robots = Robots.parse(body)
    url = f"{HOST}/p{path.replace('[', '').replace(']', '')}"
    assert robots.allows(url, PRODUCT_TOKEN) in ({True, False} if robots.readable else {False})


@given(st.lists(st.sampled_from(["Allow: /a", "Allow: /a/b", "Disallow: /a/c", "Allow: /"]), max_size=6), st.data())
def test_one_more_disallow_never_allows_more(rules: list[str], data: st.DataObject) -> None:
    """Adding a Disallow line to a file never opens a path that was closed."""
    place = data.draw(st.integers(0, len(rules)))
    path = data.draw(st.sampled_from(["/", "/a", "/a/b", "/a/c", "/a/b/c"]))
    more = [*rules[:place], "Disallow: /a/b", *rules[place:]]
    before = allows("\n".join(["User-agent: *", *rules]), path)
    after = allows("\n".join(["User-agent: *", *more]), path)
    assert before or not after
