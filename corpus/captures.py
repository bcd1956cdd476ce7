"""Captures: what was fetched, as WARC/1.1 files.

A WARC file here is a row of complete gzip members, one a record. `CaptureWriter` hands each record to the system and
answers with the offset behind it, so that whoever keeps the frontier can cut an unfinished tail off again after a
crash: give the last offset known to be whole as `resume_at`. Call `sync` before an offset is recorded for good, since
only then do the records before it outlive a power cut too.
"""

import hashlib
import io
import os
import re
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO, Self, cast
from urllib.parse import quote
from uuid import NAMESPACE_URL, uuid5

from corpus.members import PIECE_BYTES, Members
from corpus.records import Headers, records

if TYPE_CHECKING:
    from warcio.warcwriter import WARCWriter

NOT_MODIFIED = 304

WITHDRAWN = "application/vnd.fodaftryk.withdrawn"
"""Type of the records that stand where a withdrawn text was; the body is the digest of what is gone."""

WARC_DATE_FORMAT = "%Y-%m-%dT%H:%M:%SZ"
_HOP_HEADERS = frozenset({"content-encoding", "transfer-encoding", "content-length"})
_IN_NAMES = "!#$&'*+^`|"
"""What may stand in a header's name beside letters, digits and `-._~` (RFC 9110, 5.6.2); the rest is encoded."""

_BREAKS = re.compile(r"[\r\n\0]+")


@dataclass(frozen=True, slots=True)
class Capture:
    """One answer to one request: the final URL, when, the status line's number, headers and the decoded body.

    `fetched_at` is an aware datetime in UTC; `payload` is the body after content decoding, in bytes. One that was read
    from a file of ours has its `place` there: where its record begins, in bytes.
    """

    url: str
    fetched_at: datetime
    status: int
    headers: Headers
    payload: bytes
    place: int | None = field(default=None, compare=False, kw_only=True)

    @property
    def payload_digest(self) -> str:
        """`sha256:` and the hex digest of the payload."""
        return digest_of(self.payload)

    def header(self, name: str) -> str:
        """First value of a header, matched without case; empty when absent."""
        return next((value for key, value in self.headers if key.lower() == name.lower()), "")


@dataclass(frozen=True, slots=True)
class Withdrawn(Capture):
    """What is left of a capture that was purged: its address, when it was fetched, and its payload's digest."""

    digest: str = ""

    @property
    def payload_digest(self) -> str:
        """The digest of the payload that is gone."""
        return self.digest


def digest_of(data: bytes) -> str:
    """`sha256:` and the hex SHA-256 of some bytes."""
    return "sha256:" + hashlib.sha256(data).hexdigest()


class CaptureWriter:
    """Appends captures to one WARC file; a record outlives this process when written, and a power cut when synced."""

    def __init__(self, path: Path, *, resume_at: int = 0) -> None:
        """Open `path`, cutting it to `resume_at` bytes: what lies behind was not acknowledged."""
        path.parent.mkdir(parents=True, exist_ok=True)
        self._file = path.open("ab")
        self._file.truncate(resume_at)
        self._file.seek(0, os.SEEK_END)
        self._synced = resume_at

    def write(self, capture: Capture) -> int:
        """Append one response record; returns the file's size behind it, in bytes.

        The body is stored decoded, so the headers that describe its transfer are kept under an `X-Archive-Orig-`
        name, as replay tools expect. A record is named by what it holds, so that equal captures give equal bytes.
        """
        return self._append("response", capture, {"WARC-Payload-Digest": capture.payload_digest})

    def write_revisit(self, capture: Capture, payload_digest: str, captured_at: datetime) -> int:
        """Append a record that a page had not changed since its body was captured; returns the size behind it.

        `capture` is the answer that says so, a 304 or a body of the same bytes, which is not stored again;
        `payload_digest` is the body's, `captured_at` when it was fetched from the same URL (WARC/1.1, 6.7).
        """
        profile = "server-not-modified" if capture.status == NOT_MODIFIED else "identical-payload-digest"
        revisited = {
            "WARC-Payload-Digest": payload_digest,
            "WARC-Profile": f"http://netpreserve.org/warc/1.1/revisit/{profile}",
            "WARC-Refers-To-Target-URI": capture.url,
            "WARC-Refers-To-Date": captured_at.strftime(WARC_DATE_FORMAT),
        }
        return self._append("revisit", replace(capture, payload=b""), revisited)

    def write_conversion(self, rendered: Capture, original: Capture) -> int:
        """Append what a browser made of a page; returns the size behind it (WARC/1.1, 6.8).

        The record has the page's URL and time, refers to the response record of `original`, which may lie in another
        file, and holds `rendered`'s payload alone: it came in no answer, and has no headers but its type.
        """
        converted = {
            "WARC-Payload-Digest": rendered.payload_digest,
            "WARC-Refers-To": _record_id("response", original),
            "Content-Type": rendered.header("Content-Type"),
        }
        return self._append("conversion", rendered, converted)

    def _append(self, kind: str, capture: Capture, warc_headers: dict[str, str]) -> int:
        from warcio.statusandheaders import StatusAndHeaders  # noqa: PLC0415 - see _writer

        date = capture.fetched_at.strftime(WARC_DATE_FORMAT)
        record_id = _record_id(kind, capture)
        buffer = io.BytesIO()
        writer = _writer(buffer)
        headers = [_written(*header) for header in capture.headers]
        headers.append(("Content-Length", str(len(capture.payload))))
        record = writer.create_warc_record(
            capture.url,
            kind,
            payload=io.BytesIO(capture.payload),
            length=len(capture.payload),
            http_headers=None
            if kind == "conversion"
            else StatusAndHeaders(f"{capture.status} ", headers, protocol="HTTP/1.1"),
            warc_headers_dict={"WARC-Record-ID": record_id, "WARC-Date": date, **warc_headers},
        )
        writer.write_record(record)
        self._file.write(buffer.getbuffer())
        self._file.flush()
        return self._file.tell()

    def sync(self) -> None:
        """Bring what was written to the disk; nothing is left to do once the file is closed."""
        if not self._file.closed and self._file.tell() > self._synced:
            os.fsync(self._file.fileno())
            self._synced = self._file.tell()

    def close(self) -> None:
        """Bring everything to the disk and close the file."""
        self.sync()
        self._file.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


def withdrawn_record(capture: Withdrawn) -> bytes:
    """The record that stands in the place of one that was purged, as a gzip member of its own (WARC/1.1, 6.6)."""
    buffer = io.BytesIO()
    digest = capture.digest.encode("ascii")
    writer = _writer(buffer)
    record = writer.create_warc_record(
        capture.url,
        "metadata",
        payload=io.BytesIO(digest),
        length=len(digest),
        warc_content_type=WITHDRAWN,
        warc_headers_dict={
            "WARC-Record-ID": _record_id("metadata", capture),
            "WARC-Date": capture.fetched_at.strftime(WARC_DATE_FORMAT),
        },
    )
    writer.write_record(record)
    return buffer.getvalue()


def _writer(buffer: io.BytesIO) -> "WARCWriter":
    from warcio.warcwriter import WARCWriter  # noqa: PLC0415 - loads for a quarter of a second, which no reader needs

    return WARCWriter(buffer, gzip=True, warc_version="WARC/1.1")


def _written(name: str, value: str) -> tuple[str, str]:
    """A header as it can stand in a file and be read again as the same one."""
    name = quote(name.strip(), safe=_IN_NAMES)
    return f"X-Archive-Orig-{name}" if name.lower() in _HOP_HEADERS else name, _BREAKS.sub(" ", value)


def _record_id(kind: str, capture: Capture) -> str:
    """The name of a capture's record of some kind."""
    date = capture.fetched_at.strftime(WARC_DATE_FORMAT)
    return f"<urn:uuid:{uuid5(NAMESPACE_URL, f'{kind} {capture.url} {date} {capture.payload_digest}')}>"


def read_captures(path: Path) -> Iterator[Capture]:
    """Read the captures of a WARC file of ours, in order, one in memory at a time: its answers, and what pages became.

    What was purged is a `Withdrawn`.

    Raises `RecordError`, `EOFError` or `OSError` when the file is none of ours, or was damaged.
    """
    with Members(path) as members, io.BufferedReader(members, PIECE_BYTES) as file:
        for record in records(cast("BinaryIO", file)):
            place = members.start
            head = record.http_head() if record.kind == "response" else None
            if record.kind == "conversion":
                head = 200, (("Content-Type", record.content_type),)
            if record.content_type == WITHDRAWN and record.fetched_at is not None:
                digest = record.read(record.left).decode("ascii", "replace")
                yield Withdrawn(record.url, record.fetched_at, 0, (), b"", digest, place=place)
            if head is not None and record.fetched_at is not None:
                yield Capture(record.url, record.fetched_at, *head, payload=record.read(record.left), place=place)
