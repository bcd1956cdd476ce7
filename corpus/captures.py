"""Captures: what was fetched, as WARC/1.1 files.

A WARC file here is a row of complete gzip members, one a record. `CaptureWriter` flushes each record to disk and
answers with the offset behind it, so that whoever keeps the frontier can cut an unfinished tail off again after a
crash: give the last offset known to be whole as `resume_at`.
"""

import hashlib
import io
import os
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Self

from warcio.archiveiterator import ArchiveIterator
from warcio.statusandheaders import StatusAndHeaders
from warcio.warcwriter import WARCWriter

WARC_DATE_FORMAT = "%Y-%m-%dT%H:%M:%SZ"
_HOP_HEADERS = frozenset({"content-encoding", "transfer-encoding", "content-length"})


@dataclass(frozen=True, slots=True)
class Capture:
    """One answer to one request: the final URL, when, the status line's number, headers and the decoded body.

    `fetched_at` is an aware datetime in UTC; `payload` is the body after content decoding, in bytes.
    """

    url: str
    fetched_at: datetime
    status: int
    headers: tuple[tuple[str, str], ...]
    payload: bytes

    @property
    def payload_digest(self) -> str:
        """`sha256:` and the hex digest of the payload."""
        return digest_of(self.payload)

    def header(self, name: str) -> str:
        """First value of a header, matched without case; empty when absent."""
        return next((value for key, value in self.headers if key.lower() == name.lower()), "")


def digest_of(data: bytes) -> str:
    """`sha256:` and the hex SHA-256 of some bytes."""
    return "sha256:" + hashlib.sha256(data).hexdigest()


class CaptureWriter:
    """Appends captures to one WARC file; every record is whole on disk when `write` returns."""

    def __init__(self, path: Path, *, resume_at: int = 0) -> None:
        """Open `path`, cutting it to `resume_at` bytes: what lies behind was not acknowledged."""
        path.parent.mkdir(parents=True, exist_ok=True)
        self._file = path.open("ab")
        self._file.truncate(resume_at)
        self._file.seek(0, os.SEEK_END)

    def write(self, capture: Capture) -> int:
        """Append one response record; returns the file's size behind it, in bytes.

        The body is stored decoded, so the headers that describe its transfer are kept under an `X-Archive-Orig-`
        name, as replay tools expect.
        """
        buffer = io.BytesIO()
        writer = WARCWriter(buffer, gzip=True, warc_version="WARC/1.1")
        headers = [
            (f"X-Archive-Orig-{name}" if name.lower() in _HOP_HEADERS else name, value)
            for name, value in capture.headers
        ]
        headers.append(("Content-Length", str(len(capture.payload))))
        record = writer.create_warc_record(
            capture.url,
            "response",
            payload=io.BytesIO(capture.payload),
            length=len(capture.payload),
            http_headers=StatusAndHeaders(f"{capture.status} ", headers, protocol="HTTP/1.1"),
            warc_headers_dict={
                "WARC-Date": capture.fetched_at.strftime(WARC_DATE_FORMAT),
                "WARC-Payload-Digest": capture.payload_digest,
            },
        )
        writer.write_record(record)
        self._file.write(buffer.getbuffer())
        self._file.flush()
        os.fsync(self._file.fileno())
        return self._file.tell()

    def close(self) -> None:
        """Close the file."""
        self._file.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


def read_captures(path: Path) -> Iterator[Capture]:
    """Read the response records of a WARC file, in order, one in memory at a time."""
    with path.open("rb") as file:
        for record in ArchiveIterator(file):
            if record.rec_type != "response" or record.http_headers is None:
                continue
            yield Capture(
                url=record.rec_headers.get_header("WARC-Target-URI"),
                fetched_at=datetime.strptime(record.rec_headers.get_header("WARC-Date"), WARC_DATE_FORMAT).replace(
                    tzinfo=UTC
                ),
                status=int(record.http_headers.get_statuscode()),
                headers=tuple(record.http_headers.headers),
                payload=record.content_stream().read(),
            )
