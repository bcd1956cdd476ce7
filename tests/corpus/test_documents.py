"""Documents go to disk whole or not at all, with columns a stranger understands."""

from dataclasses import fields, replace
from datetime import UTC, date, datetime
from pathlib import Path

import numpy as np
import pyarrow.parquet as pq
import pytest

from corpus.document_files import SCHEMA, read_documents, signed_how, to_table, write_documents
from corpus.documents import SIGNATURE_SIZE, Document, Reason, document_id
from corpus.measures import Measures

DOCUMENT = Document(
    id=document_id("s", "https://a.dk/", "sha256:00", date(2026, 11, 24)),
    source="a",
    crawl="a-1",
    url="https://a.dk/",
    title="Titel",
    author="",
    published=None,
    site_name="A",
    declared_language="da",
    fetched=date(2026, 11, 24),
    fetched_at=datetime(2026, 11, 24, 10, 30, tzinfo=UTC),
    payload_digest="sha256:00",
    content_type="text/html",
    charset="utf-8:utf-8",
    extractor="trafilatura",
    text="Rødgrød med fløde.",
    text_digest="sha256:01",
    chars=18,
    language="da",
    language_score=0.99,
    da_share=1.0,
    profile="default",
    measures=Measures(words=3),
    emails=0,
    cprs=0,
    phones=0,
    ibans=0,
    accounts=0,
    cards=0,
    addresses=0,
    ips=0,
    reason=None,
    detail="",
)
SIGNATURES = np.arange(2 * SIGNATURE_SIZE, dtype=np.uint32).reshape(2, SIGNATURE_SIZE)
PAIR = [DOCUMENT, replace(DOCUMENT, text="", reason=Reason.EXTRACTION_EMPTY)]


def test_every_column_says_what_it_means() -> None:
    """Each column has a meaning, and each field of a document is a column."""
    assert all(column.metadata[b"meaning"] for column in SCHEMA)
    names = {item.name for item in fields(Document)} - {"measures"} | {item.name for item in fields(Measures)}
    assert set(SCHEMA.names) == names | {"signature"}


def test_what_is_written_is_read_again(tmp_path: Path) -> None:
    """Values, nulls, measures and signatures come back; a document without text has no signature."""
    with write_documents(tmp_path / "d.parquet") as writer:
        writer.write(PAIR, SIGNATURES)
        writer.write([], np.zeros((0, SIGNATURE_SIZE), dtype=np.uint32))
    (batch,) = read_documents(tmp_path / "d.parquet")
    first, second = batch.to_pylist()
    assert (first["text"], first["words"], first["reason"]) == ("Rødgrød med fløde.", 3, None)
    assert first["fetched_at"] == DOCUMENT.fetched_at
    assert first["signature"] == list(range(SIGNATURE_SIZE))
    assert (second["reason"], second["signature"], second["published"]) == ("extraction_empty", None, None)
    assert pq.read_schema(tmp_path / "d.parquet").equals(SCHEMA, check_metadata=True)


def test_how_it_was_signed_stays_with_a_file(tmp_path: Path) -> None:
    """What is said of the signatures is read back, and nothing where nothing was said."""
    for name, signed in (("said", '{"seed": 1}'), ("unsaid", "")):
        with write_documents(tmp_path / name, signed) as writer:
            writer.write(PAIR, SIGNATURES)
    assert (signed_how(tmp_path / "said"), signed_how(tmp_path / "unsaid")) == ('{"seed": 1}', None)


def test_a_few_columns_can_be_read_alone(tmp_path: Path) -> None:
    """Reading takes only what is asked for."""
    with write_documents(tmp_path / "d.parquet") as writer:
        writer.write(PAIR, SIGNATURES)
    (batch,) = read_documents(tmp_path / "d.parquet", ["id", "reason"])
    assert batch.schema.names == ["id", "reason"]


def test_an_error_half_way_leaves_nothing(tmp_path: Path) -> None:
    """No short file that reads without complaint, and no temporary one."""

    def fail() -> None:
        with write_documents(tmp_path / "d.parquet") as writer:
            writer.write(PAIR, SIGNATURES)
            raise RuntimeError("half way")

    with pytest.raises(RuntimeError, match="half way"):
        fail()
    assert list(tmp_path.iterdir()) == []


def test_the_same_documents_give_the_same_bytes(tmp_path: Path) -> None:
    """Writing is deterministic."""
    for name in ("a", "b"):
        with write_documents(tmp_path / name) as writer:
            writer.write(PAIR, SIGNATURES)
    assert (tmp_path / "a").read_bytes() == (tmp_path / "b").read_bytes()


def test_signatures_must_fit() -> None:
    """A signature for each document, of the right length, or an error."""
    with pytest.raises(ValueError, match="2 documents"):
        to_table(PAIR, SIGNATURES[:1])


def test_identity_is_source_url_bytes_and_day() -> None:
    """Another source, another URL, other bytes or another day is another document."""
    day, other = date(2026, 11, 24), date(2026, 11, 25)
    places = [(source, url) for source in ("s", "t") for url in ("a", "b")]
    ids = {document_id(*place, digest, on) for place in places for digest in ("x", "y") for on in (day, other)}
    assert len(ids) == 16
