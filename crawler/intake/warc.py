"""Answers from the web as others have archived them, in WARC or ARC files.

A page is a `response` with status 200 and a content type that may be text. A `revisit` has no body of its own, but its
headers may reserve. Answers for files that carry rights signals are given apart, whatever their status: see
`crawler.intake.sites`.

Texts without an answer, as a browser or an extractor made them of one (`conversion`, `resource`), come without the
headers in which a site may reserve: they are read only for who asks for no rights.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import BinaryIO

from corpus.records import Headers, Record, RecordError, first, records
from crawler.inflate import BrokenEncodingError, TooLargeError
from crawler.intake.http_body import decoded
from crawler.intake.items import ITEM_BYTES_MAX, Aside, BrokenFileError, Item, Read, Unread
from crawler.media import may_be_text, media_type
from crawler.observe import rsl
from crawler.observe.site import needed_files
from crawler.urls import canonical, origin_of

_ANSWERS = frozenset({"response", "revisit"})
_MADE = frozenset({"conversion", "resource"})
_WEB = ("http://", "https://")


@dataclass(frozen=True, slots=True)
class Answer:
    """One HTTP answer: canonical URL (empty when no request may be made for it), status, headers, its record.

    The status is 0 when the record holds no HTTP answer that can be read.
    """

    url: str
    status: int
    headers: Headers
    record: Record

    def header(self, name: str) -> str:
        """First value of a header, matched without case; empty when absent."""
        return first(self.headers, name)

    @property
    def fetched_at(self) -> datetime | None:
        """When it was fetched, in UTC to the second; None when the record does not say."""
        return self.record.fetched_at

    @property
    def is_revisit(self) -> bool:
        """Whether its body was archived another time, and is not in this record."""
        return self.record.kind == "revisit"

    @property
    def is_evidence(self) -> bool:
        """Whether it is one of the files that carry rights signals."""
        return (
            self.url in needed_files(origin_of(self.url)) or media_type(self.header("content-type")) == rsl.MEDIA_TYPE
        )

    def body(self, most: int) -> bytes:
        """The decoded body; raises `BrokenEncodingError` for one cut off or broken, `TooLargeError` beyond `most`.

        When the file itself ends within it, raises `RecordError`.
        """
        body = self.record.read(most + 1)
        if len(body) > most:
            raise TooLargeError("the body is beyond the limit")
        if self.record.is_part:
            raise BrokenEncodingError("the record is cut off")
        return decoded(body, self.headers)


def read_warc(stream: BinaryIO, *, unanswered: bool = False) -> Iterator[Read]:
    """Items of a WARC or ARC file, inflated; raises `BrokenFileError` behind the last record that could be read.

    `unanswered` says that texts without an answer are wanted too.
    """
    try:
        for record in records(stream):
            answer = _answer(record)
            if answer is not None and not answer.is_evidence:
                yield _page(answer)
            else:
                yield _made(record) if unanswered and record.kind in _MADE else Aside()
    except RecordError as error:
        raise BrokenFileError("broken_file") from error


def answers(stream: BinaryIO) -> Iterator[Answer | None]:
    """One value for each record: an answer from the web, or None for any other; raises `RecordError`."""
    yield from map(_answer, records(stream))


def _answer(record: Record) -> Answer | None:
    if record.kind not in _ANSWERS or not record.url[:8].lower().startswith(_WEB):
        return None
    status, headers = record.http_head() or (0, ())
    return Answer(canonical(record.url), status, headers, record)


def _made(record: Record) -> Item | Unread:
    """What was made of a page, or archived without an answer; its record says what it is."""
    url, kind = canonical(record.url), record.content_type
    if not kind or not may_be_text(kind):
        return Unread("refused", "not_text", url)
    body = record.read(ITEM_BYTES_MAX + 1)
    if len(body) > ITEM_BYTES_MAX or not body.strip():
        return Unread("failed", "too_large" if body.strip() else "empty", url)
    return Item(body, kind, url, "" if url else record.url, fetched_at=record.fetched_at)


def _page(answer: Answer) -> Item | Unread:
    url, kind = answer.url, answer.header("content-type")
    if answer.is_revisit:
        return Item(b"", kind, url, fetched_at=answer.fetched_at, headers=answer.headers, is_revisit=True)
    if not may_be_text(kind) and answer.status == 200:
        return Unread("refused", "not_text", url)
    fault = "" if url else "bad_url"
    fault = fault or ("" if answer.status else "bad_http")
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
