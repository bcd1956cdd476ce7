"""Captures are read again as they were written, whatever a server or a delivery put into them."""

import gzip
import io
from datetime import UTC, datetime
from pathlib import Path
from random import Random

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from warcio.archiveiterator import ArchiveIterator

from corpus.captures import Capture, CaptureWriter, digest_of, read_captures
from corpus.records import RecordError, records

AT = datetime(2026, 11, 1, 12, tzinfo=UTC)
TEXT = (("Content-Type", "text/plain"),)


def capture(url: str = "http://a.dk/", headers: tuple[tuple[str, str], ...] = TEXT, payload: bytes = b"hej") -> Capture:
    """A capture of a small text."""
    return Capture(url, AT, 200, headers, payload)


def again(path: Path, *captures: Capture) -> list[Capture]:
    """The captures as they are read after they were written."""
    path.unlink(missing_ok=True)
    with CaptureWriter(path) as writer:
        for each in captures:
            writer.write(each)
    return list(read_captures(path))


@given(
    st.lists(st.tuples(st.text(max_size=9), st.text(st.characters(max_codepoint=255), max_size=9)), max_size=4),
    st.binary(max_size=50),
)
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_any_capture_is_read_again(tmp_path: Path, headers: list[tuple[str, str]], payload: bytes) -> None:
    """URL, moment, status and body come back for any headers, and as many headers as were written."""
    written = capture(headers=tuple(headers), payload=payload)
    (read,) = again(tmp_path / "0.warc.gz", written)
    assert (read.url, read.fetched_at, read.status, read.payload) == (written.url, AT, 200, payload)
    assert len(read.headers) == len(headers) + 1


def test_a_text_without_an_address_is_read_again(tmp_path: Path) -> None:
    """A capture under a name of our own, which is no URL of the web, is a capture like any other."""
    name = "urn:fodaftryk:avis:a%20b"
    assert [each.url for each in again(tmp_path / "0.warc.gz", capture(name))] == [name]


@pytest.mark.parametrize("name", ["Content-Encoding", "content-encoding ", " Transfer-Encoding", "CONTENT-LENGTH"])
def test_headers_of_the_transfer_do_not_come_back(tmp_path: Path, name: str) -> None:
    """A body is stored decoded: no header may say otherwise, however it is spelled."""
    (read,) = again(tmp_path / "0.warc.gz", capture(headers=((name, "gzip"),)))
    assert read.payload == b"hej"
    assert read.header("content-encoding") == read.header("transfer-encoding") == ""


def test_no_header_breaks_out_of_its_line(tmp_path: Path) -> None:
    """A line break in a value makes no header of its own."""
    (read,) = again(tmp_path / "0.warc.gz", capture(headers=(("A", "b\r\nX-Robots-Tag: all\n\nhej"),)))
    assert (read.header("X-Robots-Tag"), read.payload) == ("", b"hej")


def test_equal_captures_give_equal_bytes(tmp_path: Path) -> None:
    """What is written names itself by what it holds, so that the same captures are the same file."""
    files = [tmp_path / "1.warc.gz", tmp_path / "2.warc.gz"]
    for file in files:
        again(file, capture(), capture("http://a.dk/2"))
    assert files[0].read_bytes() == files[1].read_bytes()


@pytest.mark.parametrize(("status", "profile"), [(304, "server-not-modified"), (200, "identical-payload-digest")])
def test_a_revisit_is_no_capture(tmp_path: Path, status: int, profile: str) -> None:
    """A revisit says of what body and since when, as WARC/1.1 wants it, and no reader of captures gets it."""
    path, digest = tmp_path / "0.warc.gz", digest_of(b"hej")
    with CaptureWriter(path) as writer:
        writer.write(capture())
        writer.write_revisit(Capture("http://a.dk/", AT, status, (("ETag", '"1"'),), b"hej"), digest, AT)
    assert len(list(read_captures(path))) == 1
    with path.open("rb") as file:
        revisit = [each.rec_headers for each in ArchiveIterator(file)][1]
    assert revisit.get_header("WARC-Type") == "revisit"
    assert revisit.get_header("WARC-Payload-Digest") == digest
    assert revisit.get_header("WARC-Profile") == f"http://netpreserve.org/warc/1.1/revisit/{profile}"
    assert revisit.get_header("WARC-Refers-To-Target-URI") == "http://a.dk/"
    assert revisit.get_header("WARC-Refers-To-Date") == "2026-11-01T12:00:00Z"
    with gzip.open(path) as whole:
        second = list(records(io.BytesIO(whole.read())))[1]
    assert (second.kind, second.is_part) == ("revisit", False)


def test_a_damaged_file_is_no_shorter_file(tmp_path: Path) -> None:
    """A file of ours that was cut off raises, so that nobody takes its first half for all there is."""
    path = tmp_path / "0.warc.gz"
    again(path, capture(), capture("http://a.dk/2"))
    content = path.read_bytes()
    path.write_bytes(content[:-20])
    with pytest.raises((EOFError, OSError, RecordError)):
        list(read_captures(path))


@given(st.lists(st.integers(0, 70_000), min_size=1, max_size=6))
@settings(max_examples=20, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_a_capture_is_found_again_where_it_lies(tmp_path: Path, sizes: list[int]) -> None:
    """Every capture read tells where its record begins: what is cut off there begins with it."""
    path, cut = tmp_path / "0.warc.gz", tmp_path / "cut.warc.gz"
    random = Random(1)
    read = again(path, *(capture(f"http://a.dk/{n}", payload=random.randbytes(size)) for n, size in enumerate(sizes)))
    for number, each in enumerate(read):
        cut.write_bytes(path.read_bytes()[each.place :])
        assert next(read_captures(cut)).url == f"http://a.dk/{number}"
        assert next(read_captures(cut)).payload == each.payload


def test_an_unacknowledged_tail_is_cut_off(tmp_path: Path) -> None:
    """A writer that goes on where the last good record ended leaves nothing of what was half written."""
    path = tmp_path / "0.warc.gz"
    with CaptureWriter(path) as writer:
        size = writer.write(capture())
        writer.write(capture("http://a.dk/2"))
    with CaptureWriter(path, resume_at=size) as writer:
        writer.write(capture("http://a.dk/3"))
    assert [each.url for each in read_captures(path)] == ["http://a.dk/", "http://a.dk/3"]
