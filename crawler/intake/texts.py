"""Texts as files: rows in tables, single files of text, HTML, PDF or DOCX, and archives of all these.

What a file is, its name says. Nothing of an archive is written to disk, so names in it lead nowhere; those that try are
refused all the same, as are links, devices and archives within archives.
"""

import stat
import tarfile
import zipfile
from collections.abc import Iterator
from io import BufferedReader
from pathlib import PurePosixPath
from typing import BinaryIO, cast

from crawler.intake.items import ITEM_BYTES_MAX, BrokenFileError, Item, Read, Unread
from crawler.intake.opening import Bounded, Room, opened
from crawler.intake.rows import read_csv, read_json_lines, read_parquet
from crawler.job import DeliveredFile, Fields
from crawler.judging import DOCX_TYPE

TYPES = {
    ".txt": "text/plain",
    ".md": "text/markdown",
    ".markdown": "text/markdown",
    ".html": "text/html",
    ".htm": "text/html",
    ".xhtml": "application/xhtml+xml",
    ".pdf": "application/pdf",
    ".docx": DOCX_TYPE,
}
"""The content type of a single file, by the end of its name."""

_ROWS = {".jsonl": read_json_lines, ".ndjson": read_json_lines, ".csv": read_csv, ".tsv": read_csv}
_COMPRESSED = frozenset({".gz", ".bz2", ".xz", ".zst"})
_NESTED = frozenset({".zip", ".tar", ".tgz", ".tbz2", ".txz", ".parquet", ".7z", ".rar", ".warc", *_COMPRESSED})


def read_texts(file: DeliveredFile, fields: Fields) -> Iterator[Read]:
    """Items of one file; raises `BrokenFileError` behind the last that could be read."""
    kind = _suffix(file.name)
    if kind == ".parquet":
        yield from read_parquet(file.path, fields)
    elif kind == ".zip":
        yield from _zip(file, fields)
    else:
        with opened(file.path) as stream:
            if kind in {".tar", ".tgz", ".tbz2", ".txz"}:
                yield from _tar(stream, file.name, fields)
            else:
                yield from _single(stream, file.name, fields)


def _suffix(name: str) -> str:
    """The end of a name that says what is in it, under any compression."""
    path = PurePosixPath(name.lower())
    return PurePosixPath(path.stem).suffix if path.suffix in _COMPRESSED else path.suffix


def _single(stream: BinaryIO, name: str, fields: Fields) -> Iterator[Read]:
    """Items of a stream that is rows or one text."""
    kind = _suffix(name)
    if kind in _ROWS:
        yield from _ROWS[kind](stream, fields)
    elif kind not in TYPES:
        yield Unread("refused", "not_text", name)
    else:
        payload = stream.read(ITEM_BYTES_MAX + 1)
        if not payload.strip():
            yield Unread("failed", "empty", name)
        elif len(payload) > ITEM_BYTES_MAX:
            yield Unread("failed", "too_large", name)
        else:
            yield Item(payload, TYPES[kind], id=name)


def _zip(file: DeliveredFile, fields: Fields) -> Iterator[Read]:
    room = Room(file.path)
    try:
        archive = zipfile.ZipFile(file.path)
    except (zipfile.BadZipFile, ValueError) as error:
        raise BrokenFileError("broken_file") from error
    with archive:
        for member in archive.infolist():
            if member.is_dir():
                continue
            name = f"{file.name}/{member.filename}"
            mode = member.external_attr >> 16
            refused = _refusal(member.filename, "link" if stat.S_ISLNK(mode) else "")
            yield from [refused] if refused else _zip_member((archive, member), name, (fields, room))


def _zip_member(at: tuple[zipfile.ZipFile, zipfile.ZipInfo], name: str, how: tuple[Fields, Room]) -> Iterator[Read]:
    """Items of one member; what breaks in it is its own, unless the archive has no room left."""
    archive, member = at
    fields, room = how
    if member.flag_bits & 1:
        yield Unread("failed", "encrypted", name)
        return
    try:
        with archive.open(member) as inner:
            yield from _single(BufferedReader(Bounded(inner, room)), name, fields)
    except (BrokenFileError, zipfile.BadZipFile, NotImplementedError) as error:
        if isinstance(error, BrokenFileError) and error.reason != "broken_file":
            raise
        yield Unread("failed", "broken_member", name)


def _tar(stream: BinaryIO, file: str, fields: Fields) -> Iterator[Read]:
    try:
        with tarfile.open(fileobj=stream, mode="r|") as archive:
            for member in archive:
                archive.members = []  # type: ignore[attr-defined] # it keeps them all, and we need none again
                if member.isdir():
                    continue
                odd = "link" if member.issym() or member.islnk() else "" if member.isreg() else "not_a_file"
                refused = _refusal(member.name, odd)
                if refused:
                    yield refused
                    continue
                inner = cast("BinaryIO", archive.extractfile(member))
                yield from _single(inner, f"{file}/{member.name}", fields)
    except (tarfile.TarError, EOFError) as error:
        raise BrokenFileError("broken_file") from error


def _refusal(name: str, odd: str) -> Unread | None:
    """Why a member of an archive is left, by its name or by what it is."""
    path = PurePosixPath(name)
    if odd:
        return Unread("refused", odd, name)
    if path.is_absolute() or ".." in path.parts or "\\" in name or ":" in name.partition("/")[0]:
        return Unread("refused", "unsafe_name", name)
    if path.suffix.lower() in _NESTED:
        return Unread("refused", "nested", name)
    return None
