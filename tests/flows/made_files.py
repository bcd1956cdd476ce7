"""Files of made-up texts in every format an intake reads, each a few kilobytes; the texts are the demo web's."""

import io
import re
import zipfile
from collections.abc import Mapping
from html import escape
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
from warcio.statusandheaders import StatusAndHeaders
from warcio.warcwriter import WARCWriter

from deploy.demo.serve import HERE

NEEDED = ("/robots.txt", "/.well-known/tdmrep.json", "/ai.txt", "/trust.txt", "/.well-known/trust.txt")


def danish() -> list[str]:
    """Danish texts that are worth keeping, all different; the first are the longest."""
    texts = []
    for host in ("bibliotek", "blog"):
        for page in sorted((HERE / "sites" / f"{host}.demo.test").rglob("*.html")):
            found = re.findall(r"<p>(.*?)</p>", page.read_text(encoding="utf-8", errors="replace"), re.DOTALL)
            texts.append("\n\n".join(" ".join(re.sub(r"<[^>]+>", "", text).split()) for text in found))
    return sorted(set(texts), key=lambda text: (-len(text), text))


def docx(text: str) -> bytes:
    """A document of Word's."""
    word = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
    package = "http://schemas.openxmlformats.org/package/2006"
    office = "http://schemas.openxmlformats.org/officeDocument/2006/relationships/officeDocument"
    kind = "application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml"
    paragraphs = "".join(f"<w:p><w:r><w:t>{escape(part)}</w:t></w:r></w:p>" for part in text.split("\n\n"))
    return packed(
        {
            "[Content_Types].xml": f'<Types xmlns="{package}/content-types"><Default Extension="rels" ContentType='
            '"application/vnd.openxmlformats-package.relationships+xml"/><Override PartName="/word/document.xml" '
            f'ContentType="{kind}"/></Types>',
            "_rels/.rels": f'<Relationships xmlns="{package}/relationships"><Relationship Id="r" Type="{office}" '
            'Target="word/document.xml"/></Relationships>',
            "word/document.xml": f'<w:document xmlns:w="{word}"><w:body>{paragraphs}</w:body></w:document>',
        }
    )


def pdf(text: str) -> bytes:
    """A page of PDF with its text in lines."""
    lines = re.findall(r"\S.{0,80}(?=\s|$)", text)
    shown = [re.sub(r"([()\\])", r"\\\1", line) for line in lines]
    stream = "BT /F 9 Tf 11 TL 40 820 Td " + " ".join(f"({line}) Tj T*" for line in shown) + " ET"
    body = stream.encode("cp1252", "replace")
    parts = [
        b"<</Type/Catalog/Pages 2 0 R>>",
        b"<</Type/Pages/Kids[3 0 R]/Count 1>>",
        b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]/Contents 4 0 R/Resources<</Font<</F 5 0 R>>>>>>",
        b"<</Length %d>>\nstream\n%b\nendstream" % (len(body), body),
        b"<</Type/Font/Subtype/Type1/BaseFont/Helvetica/Encoding/WinAnsiEncoding>>",
    ]
    out, places = b"%PDF-1.4\n", []
    for number, part in enumerate(parts, 1):
        places.append(len(out))
        out += b"%d 0 obj\n%b\nendobj\n" % (number, part)
    table = b"".join(b"%010d 00000 n \n" % place for place in places)
    size = len(parts) + 1
    return out + b"xref\n0 %d\n0000000000 65535 f \n%btrailer<</Size %d/Root 1 0 R>>\nstartxref\n%d\n%%%%EOF\n" % (
        size,
        table,
        size,
        len(out),
    )


def packed(members: Mapping[str, str | bytes]) -> bytes:
    """A ZIP archive, the same bytes each time."""
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w") as archive:
        for name, content in members.items():
            archive.writestr(zipfile.ZipInfo(name), content)
    return held.getvalue()


def locked(archive: bytes) -> bytes:
    """An archive whose members claim to be encrypted: bit 0 of their flags is set (APPNOTE 4.4.4)."""
    for signature, offset in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        at = archive.find(signature)
        while at >= 0:
            flags = archive[at + offset] | 1
            archive = archive[: at + offset] + bytes([flags]) + archive[at + offset + 1 :]
            at = archive.find(signature, at + 4)
    return archive


def html(text: str, head: str = "") -> bytes:
    """A page of HTML."""
    paragraphs = "".join(f"<p>{escape(part)}</p>" for part in text.split("\n\n"))
    page = f'<!doctype html><html lang="da"><head><meta charset="utf-8"><title>Side</title>{head}</head>'
    return f"{page}<body><article>{paragraphs}</article></body></html>".encode()


def warc(answers: Mapping[str, tuple[int, bytes]], date: str = "2026-11-20T10:00:00Z") -> bytes:
    """A WARC file of answers from the web: status and body by URL."""
    held = io.BytesIO()
    writer = WARCWriter(held, gzip=True)
    for number, (url, (status, body)) in enumerate(answers.items()):
        kind = "text/html; charset=utf-8" if url.endswith((".html", "/")) else "text/plain; charset=utf-8"
        headers = StatusAndHeaders(f"{status} X", [("Content-Type", kind)], protocol="HTTP/1.1")
        names = {"WARC-Date": date, "WARC-Record-ID": f"<urn:uuid:00000000-0000-0000-0000-{number:012}>"}
        record = writer.create_warc_record(
            url,
            "response",
            payload=io.BytesIO(body),
            length=len(body),
            http_headers=headers,
            warc_headers_dict=names,
        )
        writer.write_record(record)
    return held.getvalue()


def dump(base: str, articles: Mapping[str, str]) -> bytes:
    """A MediaWiki dump of articles in wikitext, by title."""
    pages = "".join(
        f"<page><title>{escape(title)}</title><ns>0</ns><id>{number}</id><revision><id>{number}</id>"
        f"<model>wikitext</model><text>{escape(text)}</text></revision></page>"
        for number, (title, text) in enumerate(articles.items(), 1)
    )
    xml = f"<mediawiki><siteinfo><base>{base}</base></siteinfo>{pages}</mediawiki>"
    return xml.encode()


def parquet(path: Path, rows: list[dict[str, str]]) -> None:
    """A Parquet file of rows."""
    pq.write_table(pa.Table.from_pylist(rows), path)
