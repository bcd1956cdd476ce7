"""A capture is read by what it is, and one that is made to hurt costs itself."""

import io
import zipfile
import zlib
from datetime import UTC, date, datetime
from urllib.parse import quote

import numpy as np
import numpy.typing as npt
import pytest

from corpus.captures import Capture
from corpus.documents import Document, Reason
from corpus.extract import HTML_CHARS_MAX
from corpus.formats import DOCX_TYPE, PDF_TYPE, Said, read_capture
from corpus.pages import Page, refine_page
from corpus.refine import page_readers
from corpus.workers import Lost, WorkerLimits, Workers
from tests.corpus.made import docx, paragraph, pdf

AT = datetime(2026, 11, 1, 12, tzinfo=UTC)
SENTENCE = "Byrådet vedtog i går, at der skal bygges flere almene boliger i kommunen."
WIKI_TYPE = "text/x-wiki; charset=utf-8"


def capture(payload: bytes, kind: str, **about: str) -> Capture:
    """A capture of a type; `about` is what its delivery says of it."""
    delivered = ((f"X-Delivered-{name.title()}", quote(value, safe=" ")) for name, value in about.items())
    return Capture("http://a.dk/", AT, 200, (("Content-Type", kind), *delivered), payload)


def read(payload: bytes, kind: str, **about: str) -> Said:
    """What a capture says."""
    return read_capture(capture(payload, kind, **about))


@pytest.mark.parametrize(
    ("payload", "kind", "extractor"),
    [
        (SENTENCE.encode(), "text/plain; charset=utf-8", "plain"),
        (SENTENCE.encode("latin-1"), "TEXT/Markdown; charset=iso-8859-1", "plain"),
        (SENTENCE.replace("Byrådet", "[[Byråd|Byrådet]]").encode(), WIKI_TYPE, "wikitext"),
        (pdf([SENTENCE]), PDF_TYPE, "pdf"),
        (docx(paragraph(SENTENCE)), DOCX_TYPE, "docx"),
        (f"<html><body><p>{SENTENCE}</p></body></html>".encode(), "", "trafilatura"),
    ],
)
def test_each_type_has_its_reader(payload: bytes, kind: str, extractor: str) -> None:
    """The type decides who reads, and the same sentence comes out."""
    said = read(payload, kind)
    assert (said.extracted.text, said.extracted.extractor, said.trouble) == (SENTENCE, extractor, "")


def test_what_the_delivery_says_comes_first() -> None:
    """Title, author and day of a delivery go before the document's own; a day that is none, or to come, does not."""
    document = pdf([SENTENCE], title="Egen", author="Ib")
    said = read(document, PDF_TYPE, title="Årsberetning 100 %", published="2025-02-03T04:05:06+01:00").extracted
    assert (said.title, said.author, said.published) == ("Årsberetning 100 %", "Ib", date(2025, 2, 3))
    for day in ("2027-01-01", "i går", "2025-13-01"):
        assert read(document, PDF_TYPE, published=day).extracted.published is None
    assert len(read(document, PDF_TYPE, title="T" * 900).extracted.title) == 500


def test_what_says_nothing_says_why() -> None:
    """Nothing read, with the reason; text beyond the limit is too large, whoever read it."""
    assert read(pdf([]), PDF_TYPE).trouble == "no text in it"
    assert read(b"x", DOCX_TYPE).trouble.startswith("no DOCX")
    for kind in ("text/plain", WIKI_TYPE):
        said = read(b"a" * (HTML_CHARS_MAX + 1), kind)
        assert (said.extracted.text, said.too_large) == ("", True)


def test_half_a_surrogate_is_replaced() -> None:
    """An entity for half a surrogate gives a text that can be stored."""
    assert read("Før &#xD800; efter".encode(), WIKI_TYPE).extracted.text == "Før ? efter"


def bomb_of(size: int) -> bytes:
    """A PDF whose page inflates to so many bytes of drawing."""
    drawn = zlib.compress(b"BT /F1 9 Tf (aa) Tj ET\n" * (size // 23), 9)
    whole = pdf(["AAAA"])
    begin, end = whole.rindex(b"<< /Length"), whole.rindex(b"endobj")
    stream = b"<< /Filter /FlateDecode /Length %d >>\nstream\n%s\nendstream\n" % (len(drawn), drawn)
    return whole[:begin] + stream + whole[end:]


def unsigned(texts: list[str]) -> npt.NDArray[np.uint32]:
    """No signatures."""
    return np.zeros((len(texts), 1), np.uint32)


def docx_of(part: bytes) -> bytes:
    """A DOCX whose body is these bytes."""
    content = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(docx(""))) as old, zipfile.ZipFile(content, "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            new.writestr(name, part if name == "word/document.xml" else old.read(name))
    return content.getvalue()


def test_what_is_made_to_hurt_costs_itself() -> None:
    """Bombs, floods and nesting in PDF, DOCX and wikitext end as a reason within their worker, and the next is read."""
    hostile = {
        "pdf bomb": (bomb_of(5_000_000), PDF_TYPE),
        "pdf loop": (pdf(["x"]).replace(b"/Kids [5 0 R]", b"/Kids [2 0 R]"), PDF_TYPE),
        "docx bomb": (docx_of(b"<a>" + b"<b/>" * 15_000_000 + b"</a>"), DOCX_TYPE),
        "wiki": (b"{{a|" * 250_000, WIKI_TYPE),
    }
    pages = [Page("a", "c", capture(payload, kind)) for payload, kind in hostile.values()]
    pages.append(Page("a", "c", capture((SENTENCE + "\n\n").encode() * 3, "text/plain")))
    limits = WorkerLimits(workers=1, seconds_per_item_max=1.0, memory_bytes_max=1 << 30)
    with page_readers(limits, unsigned) as template, Workers(template) as workers:
        answers = [answer if isinstance(answer, Lost) else answer[0] for answer in workers.map(pages)]
    reasons = [answer.reason for answer in answers]
    lost = {Reason.EXTRACTION_TIMEOUT, Reason.EXTRACTION_CRASHED, Reason.EXTRACTION_EMPTY, Reason.TOO_SHORT}
    assert set(reasons[:-1]) <= lost, dict(zip(hostile, reasons, strict=False))
    assert isinstance(answers[-1], Document)
    assert answers[-1].text
    assert refine_page(pages[-1]).text == answers[-1].text
