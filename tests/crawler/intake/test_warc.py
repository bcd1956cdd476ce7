"""Answers others have archived become items, in every shape such files come in."""

import gzip
from pathlib import Path

import backports.zstd
import brotli
import pytest

from crawler.delivered import Format
from crawler.intake.items import Item, Unread
from tests.crawler.intake.deliveries import (
    HTML,
    TEXT,
    arc,
    brief,
    delivered,
    evidence,
    packed,
    page,
    record,
    warc,
    what,
)

PAGE = page("Et sted i Danmark")
CHUNKED = (*HTML, ("Transfer-Encoding", "chunked"))


def answers(tmp_path: Path, content: bytes) -> list[str]:
    """What a file gives, in brief."""
    return brief(what(delivered(tmp_path / "a.warc", content), Format.WARC))


def encoded(name: str) -> tuple[tuple[str, str], ...]:
    """Headers of a page in a content encoding."""
    return (*HTML, ("Content-Encoding", name))


@pytest.mark.parametrize("version", ["1.0", "1.1"])
def test_packed_in_any_way_the_pages_are_the_same(tmp_path: Path, version: str) -> None:
    """Plain, a gzip member a record, one gzip for all, and Zstandard give the same items."""
    records = [record(f"http://a.dk/{number}", page(f"Side {number}")) for number in range(3)]
    plain = warc(*records, version=version)
    ways = (plain, warc(*records, version=version, packed=True), packed(plain), backports.zstd.compress(plain))
    expected = what(delivered(tmp_path / "plain", plain), Format.WARC)
    assert [isinstance(each, Item) for each in expected] == [True] * 3
    for way in ways:
        assert what(delivered(tmp_path / "way", way), Format.WARC) == expected


def test_netarkivets_arc_files_are_read(tmp_path: Path) -> None:
    """Of an ARC file the pages of the web are taken, with the moment they were fetched; notes are aside."""
    answer = b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nX-Robots-Tag: noai\r\n\r\n" + PAGE
    content = arc(
        ("http://a.dk/", "20061002030405", answer),
        ("metadata://netarkivet.dk/crawl/reports?x=1", "20061002030405", b"noter"),
        ("dns:a.dk", "20061002030405", b"a.dk"),
        ("http://a.dk/9", "20061002030405", PAGE),
    )
    note, item, *rest = what(delivered(tmp_path / "a.arc.gz", packed(content)), Format.WARC)
    assert isinstance(item, Item)
    assert (item.payload, item.url, str(item.fetched_at)) == (PAGE, "http://a.dk/", "2006-10-02 03:04:05+00:00")
    assert ("X-Robots-Tag", "noai") in item.headers
    assert brief([note, *rest]) == ["-", "-", "-", "bad_http"]


@pytest.mark.parametrize(
    ("headers", "body"),
    [
        (CHUNKED, PAGE),
        (CHUNKED, b"5\r\n" + PAGE[:5] + b"\r\n%x;a=b\r\n" % len(PAGE[5:]) + PAGE[5:] + b"\r\n0\r\n\r\n"),
        (encoded("gzip"), PAGE),
        (encoded("gzip"), gzip.compress(PAGE, mtime=0)),
        (encoded("br"), PAGE),
        (encoded("br"), brotli.compress(PAGE)),
        (encoded("deflate"), PAGE),
        (encoded("identity"), PAGE),
        ((*HTML, ("X-Crawl-Content-Encoding", "br"), ("Content-Length", "5")), PAGE),
    ],
)
def test_bodies_are_decoded_unless_they_are(tmp_path: Path, headers: tuple[tuple[str, str], ...], body: bytes) -> None:
    """Whether an archive keeps bodies as they came or decoded, as Common Crawl does, the page is the page."""
    assert answers(tmp_path, warc(record("http://a.dk/", body, headers))) == [PAGE.decode()]


@pytest.mark.parametrize(
    ("headers", "body"),
    [
        (CHUNKED, b"ffff\r\n" + PAGE),
        (encoded("gzip"), gzip.compress(PAGE, mtime=0)[:-9]),
        (encoded("br"), brotli.compress(PAGE * 9)[:-3]),
        (encoded("zstd"), backports.zstd.compress(PAGE)),
        (encoded("gzip, gzip, gzip"), PAGE),
    ],
)
def test_half_a_body_is_no_page(tmp_path: Path, headers: tuple[tuple[str, str], ...], body: bytes) -> None:
    """A body that is cut, or that we cannot decode, is told and not captured as if it were whole."""
    assert answers(tmp_path, warc(record("http://a.dk/", body, headers))) == ["undecodable"]


@pytest.mark.parametrize("name", ["gzip", "br"])
def test_a_body_that_inflates_beyond_measure_is_left(tmp_path: Path, name: str) -> None:
    """A bomb in a body costs itself: it is too large, and the next page is read."""
    blank = b" " * (17 * 2**20)
    bomb = gzip.compress(blank, 1) if name == "gzip" else brotli.compress(blank, quality=1)
    content = warc(record("http://a.dk/1", bomb, encoded(name)), record("http://a.dk/2", PAGE))
    assert answers(tmp_path, content) == ["too_large", PAGE.decode()]


def test_what_is_no_page_says_why(tmp_path: Path) -> None:
    """Other statuses and contents, URLs and dates that are none, and cut records have reasons; notes are aside."""
    content = warc(
        record("http://a.dk/404", b"", status="404 Not Found"),
        record("http://a.dk/301", b"", (*HTML, ("Location", "/x")), "301 Moved"),
        record("http://a.dk/b.jpg", b"\xff\xd8", (("Content-Type", "image/jpeg"),)),
        record("http://127.0.0.1/", PAGE),
        record("http://a.dk/d", PAGE, WARC_Date="i går"),
        record("http://a.dk/t", PAGE, WARC_Truncated="length"),
        record("http://a.dk/stort", b" " * (16 * 2**20 + 1)),
        record("urn:x", b"", kind="metadata"),
        record("http://a.dk/", b"", kind="request", status="GET / HTTP/1.1"),
        *evidence("http://a.dk"),
        record("HTTP://A.dk/", PAGE),
    )
    reasons = ["http_404", "http_301", "not_text", "bad_url", "bad_date", "undecodable", "too_large"]
    assert answers(tmp_path, content) == [*reasons, *["-"] * 7, PAGE.decode()]


def test_every_prefix_is_read_as_far_as_it_goes(tmp_path: Path) -> None:
    """Cut anywhere, packed or not, a file gives the pages before the cut, and one reason at most."""
    records = [record(f"http://a.dk/{number}", page(f"Side {number}")) for number in range(2)]
    whole = [page("Side 0").decode(), page("Side 1").decode()]
    for content in (warc(*records), warc(*records, packed=True), packed(warc(*records))):
        for size in range(1, len(content), 5):
            found = answers(tmp_path, content[:size])
            pages = [each for each in found if each != "broken_file"]
            assert pages == whole[: len(pages)]
            assert len(found) <= len(pages) + 1
            assert found, "nothing at all of a file that is not empty"


def test_one_record_that_is_none_does_not_hide_the_next(tmp_path: Path) -> None:
    """A response without an address, one without an answer in it and an empty one are passed, and the next is read."""
    bare = b"WARC/1.0\r\nWARC-Type: response\r\nContent-Length: 3\r\n\r\nabc\r\n\r\n"
    empty = b"WARC/1.0\r\nWARC-Type: response\r\nWARC-Target-URI: http://a.dk/\r\nContent-Length: 0\r\n\r\n\r\n\r\n"
    assert answers(tmp_path, bare + empty + warc(record("http://a.dk/", PAGE))) == ["-", "bad_http", PAGE.decode()]


def test_a_revisit_has_no_text(tmp_path: Path) -> None:
    """A record that a page had not changed is known as one, with what its headers say."""
    (item,) = what(delivered(tmp_path / "a", warc(record("http://a.dk/", b"", TEXT, kind="revisit"))), Format.WARC)
    assert isinstance(item, Item)
    assert (item.is_revisit, item.payload) == (True, b"")
    assert not isinstance(item, Unread)
