"""Deliveries made by the tests: WARC and ARC files, and what the readers give for a file."""

import gzip
import hashlib
import io
from collections.abc import Callable
from pathlib import Path

from warcio.statusandheaders import StatusAndHeaders
from warcio.warcwriter import WARCWriter

from crawler.delivered import DeliveredFile, Format, Intake
from crawler.fields import Fields
from crawler.intake.items import Aside, BrokenFileError, Item, Read, Unread
from crawler.intake.reading import read_file

DATE = "2026-10-01T10:00:00Z"
HTML = (("Content-Type", "text/html; charset=utf-8"),)
TEXT = (("Content-Type", "text/plain"),)

Headers = tuple[tuple[str, str], ...]


def record(
    url: str, body: bytes = b"", headers: Headers = HTML, status: str = "200 OK", **warc_headers: str
) -> Callable[[WARCWriter], None]:
    """One record for `warc`; WARC headers are written with underscores, `kind` is its type (a response)."""
    kind = warc_headers.pop("kind", "response")

    def write(writer: WARCWriter) -> None:
        named = {"WARC-Date": DATE, **{name.replace("_", "-"): value for name, value in warc_headers.items()}}
        http = StatusAndHeaders(status, list(headers), protocol="HTTP/1.1") if url.lower().startswith("http") else None
        made = writer.create_warc_record(
            url, kind, payload=io.BytesIO(body), length=len(body), http_headers=http, warc_headers_dict=named
        )
        writer.write_record(made)

    return write


def warc(*records: Callable[[WARCWriter], None], version: str = "1.0", packed: bool = False) -> bytes:
    """A WARC file as warcio writes it; packed, with a gzip member for each record."""
    buffer = io.BytesIO()
    writer = WARCWriter(buffer, gzip=packed, warc_version=f"WARC/{version}")
    for write in records:
        write(writer)
    return buffer.getvalue()


def page(text: str, head: str = "") -> bytes:
    """A small page of HTML."""
    return f"<!doctype html><html lang=da><head><title>{text}</title>{head}</head><body><p>{text}</p></body>".encode()


def arc(*records: tuple[str, str, bytes]) -> bytes:
    """An ARC file: its own description, then for each record an address, a date and the answer as it came."""
    about = b"1 0 Netarkivet\nURL IP-address Archive-date Content-type Archive-length\n"
    parts = [b"filedesc://1-2-20061001.arc 0.0.0.0 20061001100000 text/plain %d\n" % len(about) + about]
    for url, date, answer in records:
        parts.append(f"{url} 127.0.0.1 {date} text/html {len(answer)}\n".encode() + answer)
    return b"\n".join([*parts, b""])


def evidence(origin: str, date: str = DATE, **answers: tuple[str, bytes]) -> list[Callable[[WARCWriter], None]]:
    """Records of all files an origin is asked for; those not given (`robots`, `tdmrep`) are 404."""
    paths = {"robots": "robots.txt", "tdmrep": ".well-known/tdmrep.json", "ai": "ai.txt", "trust": "trust.txt"}
    paths["trust2"] = ".well-known/trust.txt"
    found = []
    for name, path in paths.items():
        status, body = answers.get(name, ("404 Not Found", b""))
        found.append(record(f"{origin}/{path}", body, TEXT, status, WARC_Date=date))
    return found


def delivered(path: Path, content: bytes | None = None, name: str = "") -> DeliveredFile:
    """A file, written if its content is given, as a job names it."""
    if content is not None:
        path.write_bytes(content)
    return DeliveredFile(name or path.name, path, hashlib.sha256(path.read_bytes()).hexdigest())


def what(file: DeliveredFile, form: Format = Format.TEXTS, fields: Fields | None = None) -> list[Read | str]:
    """All that a file gives, and behind it the reason why it is broken, if it is."""
    found: list[Read | str] = []
    try:
        found.extend(read_file(file, Intake(form, (file,), fields or Fields()), lambda: None))
    except BrokenFileError as error:
        found.append(error.reason)
    return found


def brief(found: list[Read | str]) -> list[str]:
    """The texts of items, the reasons of what is none, and `-` for what is aside."""
    return [
        each
        if isinstance(each, str)
        else each.payload.decode("utf-8", "replace")
        if isinstance(each, Item)
        else each.reason
        if isinstance(each, Unread)
        else "-"
        for each in found
        if isinstance(each, str | Item | Unread | Aside)
    ]


def texts(path: Path, content: bytes, fields: Fields | None = None) -> list[str]:
    """What a file of texts gives, in brief."""
    return brief(what(delivered(path, content), fields=fields))


def packed(content: bytes) -> bytes:
    """As one gzip member, the same bytes each time."""
    return gzip.compress(content, mtime=0)
