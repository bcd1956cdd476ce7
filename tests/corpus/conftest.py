"""Documents made for a test, without a page to extract them from."""

from collections.abc import Callable
from datetime import UTC, date, datetime
from pathlib import Path

import numpy as np
import pytest

from corpus.captures import digest_of
from corpus.document_files import write_documents
from corpus.documents import SIGNATURE_SIZE, Document, Reason, document_id
from corpus.measures import Measures

FETCHED = datetime(2026, 11, 24, 12, 0, 0, tzinfo=UTC)

MakeDocument = Callable[..., Document]
WriteFile = Callable[[list[Document]], Path]


def make_document(source: str, name: str, text: str, *, reason: Reason | None = None, right: str = "") -> Document:
    """A document of a source, kept unless a reason is given; `right` is a test's word for its right."""
    url = f"http://{source}.test/{name}"
    digest = digest_of(name.encode())
    return Document(
        id=document_id(source, url, digest, FETCHED.date()),
        source=source,
        crawl="20261124T120000Z-abcd1234",
        url=url,
        title=name,
        author="",
        published=date(2026, 1, 1),
        site_name=right,
        declared_language="da",
        fetched=FETCHED.date(),
        fetched_at=FETCHED,
        payload_digest=digest,
        content_type="text/html",
        charset="header utf-8",
        extractor="plain",
        text=text,
        text_digest=digest_of(text.encode()),
        chars=len(text),
        language="da",
        language_score=1.0,
        da_share=1.0,
        profile="default",
        measures=Measures(words=len(text.split())),
        emails=0,
        cprs=0,
        phones=0,
        ibans=0,
        accounts=0,
        cards=0,
        addresses=0,
        ips=0,
        reason=reason,
        detail="",
    )


SIGNED = "by their text's digest"
"""What these files say of how their signatures were made."""


@pytest.fixture
def document() -> MakeDocument:
    """Makes a document: see `make_document`."""
    return make_document


def write_into(folder: Path) -> WriteFile:
    """Writes documents to new files; texts that are equal get equal signatures, others differ in every value."""
    count = 0

    def write(documents: list[Document]) -> Path:
        nonlocal count
        count += 1
        path = folder / f"documents-{count}.parquet"
        seeds = [int(item.text_digest[7:15], 16) for item in documents]
        rows = [np.random.default_rng(seed).integers(0, 2**32 - 1, SIGNATURE_SIZE, dtype=np.uint32) for seed in seeds]
        with write_documents(path, SIGNED) as writer:
            writer.write(documents, np.array(rows, dtype=np.uint32).reshape(-1, SIGNATURE_SIZE))
        return path

    return write


@pytest.fixture
def documents_file(tmp_path: Path) -> WriteFile:
    """Writes documents to a new file: see `write_into`."""
    return write_into(tmp_path)
