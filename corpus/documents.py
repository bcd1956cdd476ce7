"""Documents: one row a page, kept or marked with the one reason why not.

The dataclass `Document` is the schema: each field is annotated with what it is as a column, its meaning and its unit,
and `corpus.document_files` makes the Arrow schema from it. A new column is a new field, with a meaning a stranger
understands. Nothing of Arrow is loaded here: workers make documents and never write them.

Text is stored after personal data was replaced; what was replaced is counted by kind. A marked document keeps its
text, so that a limit can be moved without fetching anything again.
"""

import hashlib
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Annotated

from corpus.columns import Column, Kind
from corpus.measures import Measures

SIGNATURE_SIZE = 128
"""Values in a MinHash signature: 14 bands of 8 rows need 112, and 128 is what tools of the field expect."""


class Reason(StrEnum):
    """Why a document was marked. The first that applies, in this order, is the one recorded."""

    WITHDRAWN = "withdrawn"
    EXTRACTION_TIMEOUT = "extraction_timeout"
    EXTRACTION_CRASHED = "extraction_crashed"
    PAGE_TOO_LARGE = "page_too_large"
    PREFILTERED = "prefiltered"
    EXTRACTION_EMPTY = "extraction_empty"
    MOJIBAKE = "mojibake"
    ERROR_PAGE = "error_page"
    PLACEHOLDER = "placeholder"
    BOILERPLATE = "boilerplate"
    TOO_SHORT = "too_short"
    TOO_LONG = "too_long"
    LANGUAGE_UNKNOWN = "language_unknown"
    NOT_DANISH = "not_danish"
    ADULT = "adult"
    SPAM = "spam"
    FEW_STOP_WORDS = "few_stop_words"
    WORD_LENGTH = "word_length"
    NON_ALPHABETIC = "non_alphabetic"
    SYMBOLS = "symbols"
    CODE = "code"
    BULLET_LINES = "bullet_lines"
    ELLIPSIS_LINES = "ellipsis_lines"
    FRAGMENTS = "fragments"
    SHORT_LINES = "short_lines"
    UNPUNCTUATED_LINES = "unpunctuated_lines"
    DUPLICATE_LINES = "duplicate_lines"
    DUPLICATE_PARAGRAPHS = "duplicate_paragraphs"
    DUPLICATE_NGRAMS = "duplicate_ngrams"
    TOP_NGRAMS = "top_ngrams"


FAILURES = frozenset({Reason.EXTRACTION_TIMEOUT, Reason.EXTRACTION_CRASHED})
"""Reasons that say nothing about the page, only that it could not be read: counted as failed, not as marked."""


@dataclass(frozen=True, slots=True)
class Document:
    """One page as text. Empty strings mean unknown; `reason` is None when the document is kept."""

    id: Annotated[str, Column(Kind.TEXT, "identity of the capture: see document_id", "hex SHA-256")]
    source: Annotated[str, Column(Kind.TEXT, "source in the catalogue")]
    crawl: Annotated[str, Column(Kind.TEXT, "crawl the page was fetched in")]
    url: Annotated[str, Column(Kind.TEXT, "address the page was fetched from", "URL")]
    title: Annotated[str, Column(Kind.TEXT, "title the page gives itself")]
    author: Annotated[str, Column(Kind.TEXT, "author the page names")]
    published: Annotated[date | None, Column(Kind.DAY, "day of publication the page names", "date", nullable=True)]
    site_name: Annotated[str, Column(Kind.TEXT, "name the site gives itself")]
    declared_language: Annotated[str, Column(Kind.TEXT, "language the page says it is in", "BCP 47")]
    fetched: Annotated[date, Column(Kind.DAY, "day of the fetch, UTC", "date")]
    fetched_at: Annotated[datetime, Column(Kind.INSTANT, "time of the fetch", "UTC")]
    payload_digest: Annotated[str, Column(Kind.TEXT, "digest of the bytes after content decoding", "sha256:hex")]
    content_type: Annotated[str, Column(Kind.TEXT, "Content-Type header as received")]
    charset: Annotated[str, Column(Kind.TEXT, "how the bytes were decoded: what decided, and the encoding")]
    extractor: Annotated[str, Column(Kind.TEXT, "what found the main text: trafilatura, fallback, plain or nothing")]
    text: Annotated[str, Column(Kind.TEXT, "main text in plain Markdown, personal data replaced")]
    text_digest: Annotated[str, Column(Kind.TEXT, "digest of text as UTF-8", "sha256:hex")]
    chars: Annotated[int, Column(Kind.INT, "length of text", "characters")]
    language: Annotated[str, Column(Kind.TEXT, "language: da nb nn sv fo is de en nl other unknown")]
    language_score: Annotated[
        float, Column(Kind.REAL, "mean probability of that language over the judged letters", "share")
    ]
    da_share: Annotated[float, Column(Kind.REAL, "share of the judged letters in Danish lines", "share")]
    profile: Annotated[str, Column(Kind.TEXT, "quality profile the text was held against")]
    measures: Measures
    emails: Annotated[int, Column(Kind.INT, "e-mail addresses replaced", "count")]
    cprs: Annotated[int, Column(Kind.INT, "CPR numbers replaced", "count")]
    phones: Annotated[int, Column(Kind.INT, "telephone numbers replaced", "count")]
    ibans: Annotated[int, Column(Kind.INT, "IBANs replaced", "count")]
    accounts: Annotated[int, Column(Kind.INT, "Danish bank accounts replaced", "count")]
    cards: Annotated[int, Column(Kind.INT, "payment card numbers replaced", "count")]
    addresses: Annotated[int, Column(Kind.INT, "street addresses beside a person's name replaced", "count")]
    ips: Annotated[int, Column(Kind.INT, "IP addresses replaced", "count")]
    reason: Annotated[Reason | None, Column(Kind.TEXT, "why it is not kept; null when it is kept", nullable=True)]
    detail: Annotated[str, Column(Kind.TEXT, "the limits that are broken, or more about the reason")]
    furniture_lines: Annotated[int, Column(Kind.INT, "lines taken out that are on many pages of the host", "lines")] = 0
    furniture_chars: Annotated[int, Column(Kind.INT, "characters of such lines", "characters")] = 0
    warc: Annotated[str, Column(Kind.TEXT, "WARC file with the capture, as a key of the storage; empty without")] = ""
    warc_offset: Annotated[
        int | None, Column(Kind.LONG, "where in that file the capture's record begins", "bytes", nullable=True)
    ] = None


def document_id(source: str, url: str, payload_digest: str, fetched: date) -> str:
    """Identity of a capture, as hex SHA-256 of source, URL, payload digest and the day of the fetch.

    The day and not the second: the same bytes fetched twice on one day are one capture.
    """
    return hashlib.sha256(f"{source}\n{url}\n{payload_digest}\n{fetched.isoformat()}".encode()).hexdigest()
