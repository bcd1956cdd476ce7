"""WARC and ARC files are read record by record, whoever wrote them, and nothing in them takes more than its share."""

import io
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from corpus.records import HEADER_BYTES_MAX, RecordError, records
from tests.crawler.intake.deliveries import arc, page, record, warc

BODY = page("Et sted")
AT = datetime(2026, 10, 1, 10, tzinfo=UTC)


def read(content: bytes) -> list[tuple[str, str, bytes]]:
    """Kind, address and body of each record."""
    return [(each.kind, each.url, each.read(each.left)) for each in records(io.BytesIO(content))]


def broken(content: bytes) -> tuple[int, bool]:
    """How many records are whole, and whether what follows them is broken."""
    count = 0
    try:
        for each in records(io.BytesIO(content)):
            each.read(each.left)
            count += 1
    except RecordError:
        return count, True
    return count, False


@pytest.mark.parametrize("version", ["1.0", "1.1"])
def test_both_versions_of_warc_are_read(version: str) -> None:
    """Kind, address, moment, status, headers and body come out as they were written, in either version."""
    content = warc(
        record("http://a.dk/", BODY), record("dns:a.dk", b"a.dk. 1 IN A 1.2.3.4", kind="resource"), version=version
    )
    first, second = records(io.BytesIO(content))
    assert (first.kind, first.url, first.fetched_at, first.is_part) == ("response", "http://a.dk/", AT, False)
    assert second.kind == "resource"
    answer = next(records(io.BytesIO(content)))
    head = answer.http_head()
    assert head is not None
    assert (head[0], head[1][0]) == (200, ("Content-Type", "text/html; charset=utf-8"))
    assert answer.read(answer.left) == BODY


def test_arc_is_read_with_its_fourteen_digits() -> None:
    """Every record of an ARC file is a response, also of a URL with a blank in it; its own description comes first."""
    answer = b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n\r\n" + BODY
    content = arc(
        ("http://a.dk/en side", "20061002030405", answer), ("metadata://netarkivet.dk/x", "20061002030405", b"y")
    )
    about, first, last = ((each.url, each.fetched_at, each.read(each.left)) for each in records(io.BytesIO(content)))
    assert about[0] == "filedesc://1-2-20061001.arc"
    assert first == ("http://a.dk/en side", datetime(2006, 10, 2, 3, 4, 5, tzinfo=UTC), answer)
    assert last[2] == b"y"


def test_what_is_cut_anywhere_keeps_the_records_before() -> None:
    """Every prefix of a file gives the records that are whole in it, and is broken unless it ends between two."""
    content = warc(record("http://a.dk/1", b"et"), record("http://a.dk/2", b"to"))
    second = content.index(b"WARC/1.0", 1)
    for size in range(len(content)):
        count, is_broken = broken(content[:size])
        whole = sum(size >= end for end in (second - 4, len(content) - 4))
        between = size == 0 or content[:size].rstrip(b"\r\n") in {content[:second].rstrip(), content.rstrip()}
        assert (count, is_broken) == (whole, not between), content[:size]


@given(st.binary(max_size=200), st.integers(0, 400))
def test_strange_bytes_are_no_crash(noise: bytes, at: int) -> None:
    """Whatever is written over a file, what comes is records and then at most a `RecordError`."""
    content = warc(record("http://a.dk/1", BODY))
    broken(noise)
    broken(content[:at] + noise + content[at + len(noise) :])


def test_a_header_has_a_limit() -> None:
    """A line without an end, lines without an end, and one line continued without an end are broken, and read once."""
    head = b"WARC/1.0\r\nContent-Length: 0\r\n"
    for flood in (
        b"x" * (HEADER_BYTES_MAX + 9),
        b"A: b\r\n" * HEADER_BYTES_MAX,
        b"A: b\r\n" + b" c\r\n" * HEADER_BYTES_MAX,
    ):
        assert broken(head + flood) == (0, True)
    http = b"HTTP/1.1 200 OK\r\n" + b"A: b\r\n" * HEADER_BYTES_MAX
    content = b"WARC/1.0\r\nWARC-Type: response\r\nContent-Length: %d\r\n\r\n" % len(http) + http + b"\r\n\r\n"
    assert [each.http_head() for each in records(io.BytesIO(content))] == [None]


def test_a_record_that_does_not_say_how_long_it_is_ends_the_file() -> None:
    """Without a length, or with one that is no number, nobody knows where the next record begins."""
    for length in (b"", b"Content-Length: -5\r\n", b"Content-Length: x\r\n", b"Content-Length: " + b"9" * 30 + b"\r\n"):
        assert broken(b"WARC/1.0\r\nWARC-Type: response\r\n" + length + b"\r\nabc") == (0, True)
    assert broken(b"WARC/1.0\r\nContent-Length: 99999999999\r\n\r\nabc") == (0, True)


@pytest.mark.parametrize(
    ("written", "moment"),
    [
        ("2026-10-01T10:00:00.123456789Z", AT),
        ("2026-10-01T12:00:00+02:00", AT),
        ("2026-10-01T10:00:00", None),
        ("0001-01-01T00:00:00+14:00", None),
        ("1969-12-31T23:59:59Z", None),
        ("i går", None),
        ("", None),
    ],
)
def test_only_a_moment_that_can_be_is_one(written: str, moment: datetime | None) -> None:
    """Any precision and zone is read; without a zone, before the web, or as no moment at all it says nothing."""
    head = f"WARC/1.1\r\nWARC-Date: {written}\r\nContent-Length: 0\r\n\r\n"
    assert next(records(io.BytesIO(head.encode()))).fetched_at == moment


def test_a_part_says_that_it_is_one() -> None:
    """Records that were cut off when they were archived, or are one of several segments, are told from whole ones."""
    content = warc(
        record("http://a.dk/1", BODY, WARC_Truncated="length"),
        record("http://a.dk/2", BODY, WARC_Segment_Number="1"),
        record("http://a.dk/3", BODY),
    )
    assert [each.is_part for each in records(io.BytesIO(content))] == [True, True, False]
    assert read(warc(record("<http://a.dk/1>", b"")))[0][1] == "http://a.dk/1"
