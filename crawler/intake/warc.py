"""WARC 1.0 and 1.1, and ARC: answers from the web, as others have archived them.

A page is a `response` with status 200 and a content type that may be text. Answers for files that carry rights signals
are given apart, whatever their status: see `crawler.intake.sites`.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, BinaryIO

from warcio.archiveiterator import ArchiveIterator
from warcio.exceptions import ArchiveLoadFailed

from crawler.intake.http_body import decoded
from crawler.intake.items import ITEM_BYTES_MAX, Aside, BrokenFileError, Item, Read, Unread
from crawler.judging import may_be_text
from crawler.observe import rsl
from crawler.observe.html import media_type
from crawler.observe.site import needed_files
from crawler.unpack import BrokenEncodingError, TooLargeError
from crawler.urls import canonical, origin_of

_BROKEN = (ArchiveLoadFailed, EOFError, ValueError, AttributeError, TypeError, IndexError)
"""What warcio raises for records that are none; the last three come from headers it takes for granted."""


@dataclass(frozen=True, slots=True)
class Answer:
    """One HTTP answer: canonical URL (empty when it is none of the web), status, headers, and the record it is in."""

    url: str
    status: int
    headers: tuple[tuple[str, str], ...]
    record: Any

    def header(self, name: str) -> str:
        """First value of a header, matched without case; empty when absent."""
        return next((value for key, value in self.headers if key.lower() == name), "")

    @property
    def fetched_at(self) -> datetime | None:
        """When it was fetched, in UTC to the second; None when the record does not say."""
        try:
            moment = datetime.fromisoformat(self.record.rec_headers.get_header("WARC-Date") or "")
        except ValueError:
            return None
        return moment.astimezone(UTC).replace(microsecond=0) if moment.tzinfo else None

    @property
    def is_evidence(self) -> bool:
        """Whether it is one of the files that carry rights signals."""
        return (
            self.url in needed_files(origin_of(self.url)) or media_type(self.header("content-type")) == rsl.MEDIA_TYPE
        )

    def body(self, most: int) -> bytes:
        """The decoded body; raises `BrokenEncodingError` for one cut off or broken, `TooLargeError` beyond `most`."""
        stream, parts, room = self.record.raw_stream, [], most + 1
        while room and (part := stream.read(room)):
            parts.append(part)
            room -= len(part)
        if not room:
            raise TooLargeError("the body is beyond the limit")
        if getattr(stream, "limit", 0) or self.record.rec_headers.get_header("WARC-Truncated"):
            raise BrokenEncodingError("the record is cut off")
        return decoded(b"".join(parts), self.headers)


def read_warc(stream: BinaryIO) -> Iterator[Read]:
    """Items of a WARC or ARC file, inflated; raises `BrokenFileError` behind the last record that could be read."""
    for answer in answers(stream):
        yield Aside() if answer is None or answer.is_evidence else _page(answer)


def answers(stream: BinaryIO) -> Iterator[Answer | None]:
    """One value for each record: an answer from the web, or None for any other."""
    try:
        for record in ArchiveIterator(stream, arc2warc=True):
            http = record.http_headers
            url = record.rec_headers.get_header("WARC-Target-URI") or ""
            if record.rec_type != "response" or http is None or not url.startswith(("http://", "https://")):
                yield None
                continue
            status = http.get_statuscode()
            headers = tuple((str(name), str(value)) for name, value in http.headers)
            yield Answer(canonical(url), int(status) if status.isdecimal() else 0, headers, record)
    except BrokenFileError:
        raise
    except _BROKEN as error:
        raise BrokenFileError("broken_file") from error


def _page(answer: Answer) -> Item | Unread:
    url, kind = answer.url, answer.header("content-type")
    if not may_be_text(kind) and answer.status == 200:
        return Unread("refused", "not_text", url)
    fault = "" if url else "bad_url"
    fault = fault or ("" if answer.status == 200 else f"http_{answer.status}")
    fault = fault or ("" if answer.fetched_at else "bad_date")
    try:
        body = b"" if fault else answer.body(ITEM_BYTES_MAX)
    except TooLargeError:
        fault = "too_large"
    except BrokenEncodingError:
        fault = "undecodable"
    if fault:
        return Unread("failed", fault, url)
    return Item(body, kind, url, fetched_at=answer.fetched_at, headers=answer.headers)
