"""Purging: a withdrawn text is in no file any more, what remains says so, and all else stays as it is."""

import gzip
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from corpus.captured import Page
from corpus.captures import Capture, CaptureWriter, Withdrawn, read_captures
from corpus.document_files import purged_of, signed_how
from corpus.documents import Document, Reason
from corpus.exclusions import Excluded, put_exclusions, read_exclusions, texts_of
from corpus.pages import refine_page
from corpus.partitions import Partitions
from corpus.purge import Rows, filled, purge_beside, purge_documents, purge_pages, purge_shard, texts_gone
from corpus.records import RecordError
from corpus.storage import FolderStorage
from tests.corpus.conftest import SIGNED

AT = datetime(2026, 11, 24, 12, tzinfo=UTC)
SECRET = "Ordene som ingen må læse mere."

MakeDocument = Callable[..., Document]
WriteFile = Callable[[list[Document]], Path]


def page(name: str, body: str, kind: str = "text/html") -> Capture:
    """An answer from a web of the test's own."""
    return Capture(f"http://blog.test/{name}", AT, 200, (("Content-Type", kind),), body.encode())


def written(path: Path, captures: list[Capture]) -> Path:
    """A WARC file: every answer, then one of them rendered and one revisited."""
    with CaptureWriter(path) as writer:
        for each in captures:
            writer.write(each)
        writer.write_conversion(page("app", SECRET * 20), captures[0])
        writer.write_revisit(captures[0], captures[0].payload_digest, AT)
    return path


def test_a_purged_capture_leaves_its_digest(tmp_path: Path) -> None:
    """The body is gone from the WARC, its neighbours are there byte for byte, and refining it again says withdrawn."""
    captures = [page("a", "side a"), page("b", SECRET * 20), page("c", "side c")]
    before = written(tmp_path / "before.warc.gz", captures)
    gone = texts_gone(
        [{"url": each.url, "payload_digest": each.payload_digest} for each in (captures[1], page("app", SECRET * 20))]
    )
    assert purge_pages(before, tmp_path / "after.warc.gz", gone) == 2
    assert SECRET not in gzip.decompress((tmp_path / "after.warc.gz").read_bytes()).decode()
    old, new = list(read_captures(before)), list(read_captures(tmp_path / "after.warc.gz"))
    assert [(each.url, each.fetched_at, each.payload_digest) for each in new] == [
        (each.url, each.fetched_at, each.payload_digest) for each in old
    ]
    assert (new[0], new[2]) == (old[0], old[2])
    assert [each.place for each in new] == [each.place for each in old]
    assert isinstance(new[1], Withdrawn)
    again = refine_page(Page("blog", "crawl", new[1]))
    assert (again.reason, again.text) == (Reason.WITHDRAWN, "")
    assert again.id == refine_page(Page("blog", "crawl", old[1])).id
    assert purge_pages(tmp_path / "after.warc.gz", tmp_path / "twice.warc.gz", gone) == 0
    assert (tmp_path / "twice.warc.gz").read_bytes() == (tmp_path / "after.warc.gz").read_bytes()


def test_a_member_is_filled_up_to_any_size() -> None:
    """Whatever is left of a record's place, what stands there has just that size and inflates to the same."""
    member = gzip.compress(b"record")
    for spare in (*range(60), 65_530, 65_537, 65_545, 65_580, 65_600, 400_000):
        full = filled(member, len(member) + spare)
        assert (len(full), gzip.decompress(full)) == (len(member) + spare, b"record")


def test_what_a_page_was_made_of_goes_with_it(tmp_path: Path) -> None:
    """Of evidence the same address goes; of what rendered pages were made of all data too, and scripts stay."""
    parts = [page("b", SECRET), page("data", SECRET, "application/json"), page("app.js", "x()", "text/javascript")]
    before, gone = (
        written(tmp_path / "before.warc.gz", parts),
        texts_gone([{"url": parts[0].url, "payload_digest": ""}]),
    )
    assert purge_beside(before, tmp_path / "evidence.warc.gz", gone, data=False) == 1
    assert purge_beside(before, tmp_path / "made-of.warc.gz", gone, data=True) == 2
    left = [each.url for each in read_captures(tmp_path / "made-of.warc.gz")]
    assert left == ["http://blog.test/app.js", "http://blog.test/app"]


def test_a_cut_file_is_told_and_not_written_over(tmp_path: Path) -> None:
    """A WARC file that ends within a record is refused."""
    before = written(tmp_path / "before.warc.gz", [page("a", "side a")])
    before.write_bytes(before.read_bytes()[:-5])
    with pytest.raises(RecordError, match="ends within"):
        purge_pages(before, tmp_path / "after.warc.gz", texts_gone([]))


def test_a_purged_document_keeps_its_row(tmp_path: Path, document: MakeDocument, documents_file: WriteFile) -> None:
    """Text, title, author and signature are gone; id, address, digest and the counts stay, and the file says so."""
    documents = [document("blog", "a", "tekst a"), document("blog", "b", SECRET), document("blog", "c", "tekst c")]
    file, out = documents_file(documents), tmp_path / "out.parquet"
    assert purge_documents(file, out, {documents[1].id, "unknown"}) == 1
    assert SECRET.encode() not in out.read_bytes()
    old, new = pq.read_table(file).to_pylist(), pq.read_table(out).to_pylist()
    assert (new[0], new[2]) == (old[0], old[2])
    kept = ("id", "url", "payload_digest", "text_digest", "fetched", "crawl", "source")
    assert [new[1][name] for name in kept] == [old[1][name] for name in kept]
    empty = (new[1]["text"], new[1]["title"], new[1]["signature"], new[1]["words"], new[1]["reason"])
    assert empty == ("", "", None, 0, "withdrawn")
    assert signed_how(out) == SIGNED
    assert (purged_of(file), bool(purged_of(out))) == ("", True)
    assert purge_documents(out, tmp_path / "twice.parquet", {documents[1].id}) == 0
    assert [len(rows) for rows, _ in texts_of(out, ["id"])] == [2]


def test_a_shard_loses_rows_by_id_or_by_text(tmp_path: Path, document: MakeDocument, documents_file: WriteFile) -> None:
    """Rows that are named, or hold a text of the same digest, are gone; the others are the same, in the same order."""
    documents = [document("blog", name, f"tekst {name}") for name in "abcd"]
    file, out = documents_file(documents), tmp_path / "out.parquet"
    withheld = Rows.of({documents[0].id}, {documents[2].text_digest})
    gone = purge_shard(file, out, withheld)
    assert {name for name, _ in gone} == {documents[0].id, documents[2].id}
    assert pq.read_table(out).to_pylist() == [pq.read_table(file).to_pylist()[place] for place in (1, 3)]
    assert purge_shard(out, tmp_path / "twice.parquet", withheld) == []
    everything = Rows.of({each.id for each in documents}, ())
    assert len(purge_shard(file, tmp_path / "none.parquet", everything)) == 4
    assert not (tmp_path / "none.parquet").exists()


def test_exclusions_are_read_as_they_were_put(
    tmp_path: Path, document: MakeDocument, documents_file: WriteFile
) -> None:
    """Ids, digests and signatures come back by id, those of two files once; the same texts give the same file."""
    storage = FolderStorage(tmp_path / "storage")
    [(rows, signatures)] = texts_of(
        documents_file([document("blog", name, name) for name in "abc"]), ["id", "text_digest"]
    )
    ids, digests = ([row[name] for row in rows] for name in ("id", "text_digest"))
    some = Excluded(tuple(ids), tuple(digests), signatures, (False, True, False))
    other = Excluded(tuple(ids[:1]), tuple(digests[:1]), signatures[:1], (True,))
    scratch = [tmp_path / name for name in ("one", "two", "three")]
    put = [put_exclusions(storage, *each, SIGNED) for each in zip(scratch, (some, other, some), strict=True)]
    assert put[0] == put[2]
    read = read_exclusions([storage.local(f"exclusions/{digest}.parquet") for digest in put[:2]])
    assert list(read.ids) == sorted(ids)
    assert dict(zip(read.ids, read.asked_for, strict=True)) == {ids[0]: True, ids[1]: True, ids[2]: False}
    assert (read.signatures == signatures[[ids.index(name) for name in read.ids]]).all()
    assert read_exclusions([]).ids == ()


def test_a_batch_of_which_every_row_is_left_out_is_dealt_nowhere(tmp_path: Path) -> None:
    """As when all of a source is withdrawn or marked: nothing comes of it, and what comes after it is dealt."""
    rows = pa.table({"id": ["a", "b"]})
    parts = Partitions(tmp_path, rows.schema)
    parts.deal(rows, np.array([-1, -1]))
    parts.deal(rows, np.array([-1, 0]))
    parts.flush()
    assert parts.read(0)["id"].to_pylist() == ["b"]
