"""One WARC in, one file of documents out; every page comes out, and the same bytes every time."""

import gzip
import hashlib
import json
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pytest
from warcio.archiveiterator import ArchiveIterator

from corpus.captures import Capture, CaptureWriter
from corpus.document_files import read_documents
from corpus.documents import SIGNATURE_SIZE
from corpus.refine import Origin, Refinery, RefineSettings, page_readers, read_pages, refine, refine_digest
from corpus.workers import WorkerLimits

AT = datetime(2026, 11, 24, 10, 30, tzinfo=UTC)
SETTINGS = RefineSettings(limits=WorkerLimits(workers=1), batch_documents=2)
SENTENCES = (
    "Byrådet vedtog i går, at der skal bygges flere almene boliger i kommunen inden for de næste fem år.",
    "Borgmesteren glæder sig over aftalen, som hun kalder den vigtigste i hele perioden.",
    "Oppositionen havde ønsket sig flere ungdomsboliger og færre parkeringspladser ved stationen.",
    "Spørgsmål besvares af forvaltningen på tlf. 33 12 34 56 eller inger.holm@kommunen.dk hver dag.",
)
GOOD = (
    "<html lang='da'><title>Boliger</title><meta property='og:site_name' content='Avis, tlf. 33 12 34 56'><article>"
    + "".join(f"<p>{line}</p>" for line in SENTENCES)
    + "</article>"
)
PAGES = {
    "https://a.dk/god": GOOD,
    "https://a.dk/kort": "<html><body><p>Kun en kort besked på dansk til dem, der leder.</p></body></html>",
    "https://a.dk/tom": "<html><body></body></html>",
    "https://a.dk/en": "<html><body>"
    + "<p>The council decided yesterday that more homes must be built in the town before the end of next year.</p>" * 4,
}


def sign(texts: list[str]) -> npt.NDArray[np.uint32]:
    """A stand-in for MinHash: the same text gives the same row."""
    rows = [np.frombuffer(hashlib.sha256(text.encode()).digest(), dtype=np.uint32) for text in texts]
    return np.tile(np.array(rows, dtype=np.uint32), SIGNATURE_SIZE // 8)


@pytest.fixture
def crawl(tmp_path: Path) -> Path:
    """A finished crawl: a WARC with evidence and pages, and its list of pages."""
    rows = []
    with CaptureWriter(tmp_path / "00000.warc.gz") as writer:
        writer.write(Capture("https://a.dk/robots.txt", AT, 200, (("Content-Type", "text/plain"),), b"User-agent: *"))
        for url, html in sorted(PAGES.items()):
            capture = Capture(url, AT, 200, (("Content-Type", "text/html; charset=utf-8"),), html.encode())
            writer.write(capture)
            rows.append({"url": url, "outcome": "captured", "payload_digest": capture.payload_digest})
        writer.write(Capture("https://a.dk/god", AT, 200, (), b"an earlier try, cut off"))
    rows.append({"url": "https://a.dk/robots.txt", "outcome": "refused", "payload_digest": ""})
    with gzip.open(tmp_path / "pages.jsonl.gz", "wt", encoding="utf-8") as file:
        file.writelines(json.dumps(row) + "\n" for row in rows)
    return tmp_path


def origin(crawl: Path) -> Origin:
    """Where the test's captures come from."""
    return Origin("a", "a-1", read_pages(crawl / "pages.jsonl.gz"), "captures/a/a-1/00000.warc.gz")


def test_every_page_comes_out_kept_or_marked(crawl: Path) -> None:
    """Counts add up, evidence stands aside, and each document carries what is known of it."""
    report = refine(crawl / "00000.warc.gz", origin(crawl), crawl / "d.parquet", SETTINGS, sign)
    assert (report.pages, report.kept, report.aside, report.failed) == (4, 1, 2, {})
    assert report.marked == {"extraction_empty": 1, "too_short": 1, "not_danish": 1}
    rows = {row["url"]: row for batch in read_documents(crawl / "d.parquet") for row in batch.to_pylist()}
    good = rows["https://a.dk/god"]
    assert good["reason"] is None
    assert "tlf. ⟨TELEFON⟩ eller ⟨E-MAIL⟩" in good["text"]
    assert (good["emails"], good["phones"], good["language"], good["title"]) == (1, 1, "da", "Boliger")
    assert good["site_name"] == "Avis, tlf. ⟨TELEFON⟩"
    assert good["signature"] == sign([good["text"]])[0].tolist()
    assert rows["https://a.dk/en"]["language"] == "en"
    with (crawl / "00000.warc.gz").open("rb") as file:
        file.seek(good["warc_offset"])
        record = next(iter(ArchiveIterator(file)))
    assert (good["warc"], record.rec_headers["WARC-Target-URI"]) == ("captures/a/a-1/00000.warc.gz", good["url"])
    assert record.rec_headers["WARC-Payload-Digest"] == good["payload_digest"]
    assert rows["https://a.dk/kort"]["text"]
    assert report.mended == 0


def test_the_prefilter_is_asked_first_when_it_is_wanted(crawl: Path) -> None:
    """What shows no Danish is marked with a reason of its own, and without a text; what may be Danish is refined."""
    settings = replace(SETTINGS, prefilter=True)
    report = refine(crawl / "00000.warc.gz", origin(crawl), crawl / "d.parquet", settings, sign)
    assert (report.kept, report.marked) == (1, {"prefiltered": 1, "extraction_empty": 1, "too_short": 1})
    assert refine_digest(settings) != refine_digest(SETTINGS)


def test_a_text_encoded_twice_is_mended_and_counted(tmp_path: Path) -> None:
    """The report says how many pages came with UTF-8 read as windows-1252 and encoded again."""
    twice = GOOD.encode().decode("cp1252", "replace").encode()
    capture = Capture("https://a.dk/to", AT, 200, (("Content-Type", "text/html"),), twice)
    with page_readers(SETTINGS.limits, sign) as readers, Refinery(SETTINGS, readers) as refinery:
        report = refinery.refine_captures([capture], ("a", "a-1", ""), tmp_path / "d.parquet")
    assert (report.pages, report.kept, report.mended) == (1, 1, 1)


def test_the_same_warc_gives_the_same_bytes(crawl: Path) -> None:
    """Neither a second run nor another number of workers changes a byte."""
    outs = [crawl / "a.parquet", crawl / "b.parquet"]
    for workers, out in enumerate(outs, start=1):
        settings = replace(SETTINGS, limits=WorkerLimits(workers=workers))
        refine(crawl / "00000.warc.gz", origin(crawl), out, settings, sign)
    assert outs[0].read_bytes() == outs[1].read_bytes()


def test_a_lost_page_is_counted_and_the_others_come_out(crawl: Path) -> None:
    """With no time for a page every page is failed, and none is missing."""
    settings = replace(SETTINGS, limits=WorkerLimits(workers=1, seconds_per_item_max=0.000_001))
    report = refine(crawl / "00000.warc.gz", origin(crawl), crawl / "d.parquet", settings, sign)
    assert report.pages == 4
    assert sum(report.failed.values()) == report.failed["extraction_timeout"] > 0


def test_digest_names_what_decides_the_documents() -> None:
    """Other limits or another signature give another digest; more workers do not."""
    base = refine_digest(SETTINGS)
    assert base == refine_digest(replace(SETTINGS, limits=WorkerLimits(workers=8)))
    assert base != refine_digest(replace(SETTINGS, signature_scheme="other"))
    assert base != refine_digest(replace(SETTINGS, profile="law"))
    assert base != refine_digest(replace(SETTINGS, limits=WorkerLimits(seconds_per_item_max=1.0)))
