"""Documents: one row a page, kept or marked with the one reason why not, as Parquet.

The dataclass `Document` is the schema: each field is annotated with its Arrow type, its meaning and its unit, and
`SCHEMA` is made from it. A new column is a new field, with a meaning a stranger understands.

Text is stored after personal data was replaced; what was replaced is counted by kind. A marked document keeps its
text, so that a limit can be moved without fetching anything again.
"""

import hashlib
import os
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, fields
from datetime import date, datetime
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any, get_type_hints

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.parquet as pq

from corpus.columns import INT, REAL, TEXT, Column
from corpus.measures import Measures

SIGNATURE_SIZE = 128
"""Values in a MinHash signature: 14 bands of 8 rows need 112, and 128 is what tools of the field expect."""

_REPEATING = [
    "source", "crawl", "author", "site_name", "declared_language", "content_type", "charset", "extractor", "language",
    "profile", "reason", "warc",
]  # fmt: skip
"""Columns whose values are worth a dictionary; those of the others make a file an eighth larger by it."""

ZSTD_LEVEL = 6
"""Above 6, Danish text shrinks by less than 2 % and writing takes twice as long."""


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

    id: Annotated[str, Column(TEXT, "identity of the capture: see document_id", "hex SHA-256")]
    source: Annotated[str, Column(TEXT, "source in the catalogue")]
    crawl: Annotated[str, Column(TEXT, "crawl the page was fetched in")]
    url: Annotated[str, Column(TEXT, "address the page was fetched from", "URL")]
    title: Annotated[str, Column(TEXT, "title the page gives itself")]
    author: Annotated[str, Column(TEXT, "author the page names")]
    published: Annotated[date | None, Column(pa.date32(), "day of publication the page names", "date", nullable=True)]
    site_name: Annotated[str, Column(TEXT, "name the site gives itself")]
    declared_language: Annotated[str, Column(TEXT, "language the page says it is in", "BCP 47")]
    fetched: Annotated[date, Column(pa.date32(), "day of the fetch, UTC", "date")]
    fetched_at: Annotated[datetime, Column(pa.timestamp("us", tz="UTC"), "time of the fetch", "UTC")]
    payload_digest: Annotated[str, Column(TEXT, "digest of the bytes after content decoding", "sha256:hex")]
    content_type: Annotated[str, Column(TEXT, "Content-Type header as received")]
    charset: Annotated[str, Column(TEXT, "how the bytes were decoded: what decided, and the encoding")]
    extractor: Annotated[str, Column(TEXT, "what found the main text: trafilatura, fallback, plain or nothing")]
    text: Annotated[str, Column(TEXT, "main text in plain Markdown, personal data replaced")]
    text_digest: Annotated[str, Column(TEXT, "digest of text as UTF-8", "sha256:hex")]
    chars: Annotated[int, Column(INT, "length of text", "characters")]
    language: Annotated[str, Column(TEXT, "language: da nb nn sv fo is de en nl other unknown")]
    language_score: Annotated[float, Column(REAL, "mean probability of that language over the judged letters", "share")]
    da_share: Annotated[float, Column(REAL, "share of the judged letters in Danish lines", "share")]
    profile: Annotated[str, Column(TEXT, "quality profile the text was held against")]
    measures: Measures
    emails: Annotated[int, Column(INT, "e-mail addresses replaced", "count")]
    cprs: Annotated[int, Column(INT, "CPR numbers replaced", "count")]
    phones: Annotated[int, Column(INT, "telephone numbers replaced", "count")]
    ibans: Annotated[int, Column(INT, "IBANs replaced", "count")]
    accounts: Annotated[int, Column(INT, "Danish bank accounts replaced", "count")]
    cards: Annotated[int, Column(INT, "payment card numbers replaced", "count")]
    addresses: Annotated[int, Column(INT, "street addresses beside a person's name replaced", "count")]
    ips: Annotated[int, Column(INT, "IP addresses replaced", "count")]
    reason: Annotated[Reason | None, Column(TEXT, "why it is not kept; null when it is kept", nullable=True)]
    detail: Annotated[str, Column(TEXT, "the limits that are broken, or more about the reason")]
    furniture_lines: Annotated[int, Column(INT, "lines taken out that are on many pages of the host", "lines")] = 0
    furniture_chars: Annotated[int, Column(INT, "characters of such lines", "characters")] = 0
    warc: Annotated[str, Column(TEXT, "WARC file with the capture, as a key of the storage; empty without")] = ""
    warc_offset: Annotated[
        int | None, Column(pa.int64(), "where in that file the capture's record begins", "bytes", nullable=True)
    ] = None


SIGNATURE = Column(
    pa.list_(pa.field("element", pa.uint32()), SIGNATURE_SIZE),
    "MinHash signature of text; null without text",
    nullable=True,
)


def _columns() -> dict[str, Column]:
    """The columns of Document in order, with the measures in the place of the field that holds them."""
    columns: dict[str, Column] = {}
    for name, hint in get_type_hints(Document, include_extras=True).items():
        inner = get_type_hints(Measures, include_extras=True) if name == "measures" else {name: hint}
        columns |= {key: value.__metadata__[0] for key, value in inner.items()}
    return columns | {"signature": SIGNATURE}


SIGNING = "fodaftryk.signing"
"""Name, in a file's metadata, of what says how its signatures were made."""

PURGED = "fodaftryk.purged"
"""Name, in a file's metadata, of what says which of its texts were purged; absent where none was."""

SCHEMA = pa.schema(
    pa.field(name, item.arrow, nullable=item.nullable, metadata={"meaning": item.meaning, "unit": item.unit})
    for name, item in _columns().items()
)
"""The columns of a documents file; metadata of each says its meaning and unit."""


def document_id(source: str, url: str, payload_digest: str, fetched: date) -> str:
    """Identity of a capture, as hex SHA-256 of source, URL, payload digest and the day of the fetch.

    The day and not the second: the same bytes fetched twice on one day are one capture.
    """
    return hashlib.sha256(f"{source}\n{url}\n{payload_digest}\n{fetched.isoformat()}".encode()).hexdigest()


def _row(document: Document) -> dict[str, Any]:
    row = {item.name: getattr(document, item.name) for item in fields(Document) if item.name != "measures"}
    return row | {item.name: getattr(document.measures, item.name) for item in fields(Measures)}


def to_table(documents: Sequence[Document], signatures: npt.NDArray[np.uint32]) -> pa.Table:
    """Documents and their signatures as a table in `SCHEMA`.

    `signatures` is uint32 of shape (documents, SIGNATURE_SIZE); the row of a document without text is not stored.
    """
    if signatures.shape != (len(documents), SIGNATURE_SIZE):
        raise ValueError(f"{len(documents)} documents need as many signatures, not an array of {signatures.shape}")
    rows = [_row(document) for document in documents]
    for row, signature in zip(rows, signatures, strict=True):
        row["signature"] = signature.tolist() if row["text"] else None
    return pa.Table.from_pylist(rows, schema=SCHEMA)


class DocumentWriter:
    """Writes tables into an open file, a row group each; equal tables in equal order give equal bytes."""

    def __init__(self, path: Path, signed: str = "", purged: str = "") -> None:
        told = {name: value for name, value in ((SIGNING, signed), (PURGED, purged)) if value}
        schema = SCHEMA.with_metadata(told) if told else SCHEMA
        self._writer = pq.ParquetWriter(
            path, schema, compression="zstd", compression_level=ZSTD_LEVEL, use_dictionary=_REPEATING
        )

    def write(self, documents: Sequence[Document], signatures: npt.NDArray[np.uint32]) -> None:
        """Write one row group; see `to_table`."""
        if documents:
            self.write_table(to_table(documents, signatures))

    def write_table(self, table: pa.Table) -> None:
        """Write rows that are in `SCHEMA` already, as one row group."""
        self._writer.write_table(table, row_group_size=len(table))

    def close(self) -> None:
        """Write the footer."""
        self._writer.close()


@contextmanager
def write_documents(path: Path, signed: str = "", purged: str = "") -> Iterator[DocumentWriter]:
    """Open `path` for writing; it appears whole when the block ends well, and not at all when it does not.

    `signed` says how its signatures were made, and stays with them; see `signed_how`. `purged` names the texts that
    were taken out of it, if any; see `purged_of`.

    A Parquet writer that is closed by an exception leaves a short file that reads without complaint, so the rows go
    to a temporary name, to disk, and only then to `path`.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.", suffix=".part")
    os.close(handle)
    temporary = Path(name)
    try:
        writer = DocumentWriter(temporary, signed, purged)
        yield writer
        writer.close()
        with temporary.open("rb") as file:
            os.fsync(file.fileno())
        temporary.chmod(0o644)
        temporary.replace(path)
        folder = os.open(path.parent, os.O_RDONLY)
        os.fsync(folder)
        os.close(folder)
    finally:
        temporary.unlink(missing_ok=True)


def signed_how(path: Path) -> str | None:
    """What a documents file says of how its signatures were made; None when it says nothing."""
    return _stated(path, SIGNING)


def purged_of(path: Path) -> str:
    """What names the texts that were purged from a documents file; empty where none was."""
    return _stated(path, PURGED) or ""


def _stated(path: Path, name: str) -> str | None:
    stated = (pq.read_schema(path).metadata or {}).get(name.encode())
    return stated.decode() if stated is not None else None


def read_documents(path: Path, columns: Sequence[str] | None = None) -> Iterator[pa.RecordBatch]:
    """Read a documents file batch by batch, in order; only the row group at hand is in memory."""
    with pq.ParquetFile(path) as file:
        yield from file.iter_batches(columns=list(columns) if columns is not None else None)
