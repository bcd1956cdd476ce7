"""What strangers upload: looked at before it is kept, by its first bytes and its insides, never by its name alone.

Taken are text and JSON lines in UTF-8, PDF, DOCX, and ZIP of these. An archive is read through once with a count of
what it really unpacks to, whatever it says of itself; nothing is ever unpacked to where its names point. What is in
the texts is for the pipeline to judge; here it is only whether they can be handed to it without harm.
"""

import hashlib
import json
import re
import stat
import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path, PurePosixPath
from typing import IO

from ledger.errors import RecordRefused

UPLOAD_BYTES_MAX = 50 * 1024 * 1024
"""Largest upload: ten thousand pages of text. More is handed over as a delivery."""

MANDATE_BYTES_MAX = 10 * 1024 * 1024
"""Largest mandate: a scanned letter of some pages."""

UNPACKED_BYTES_MAX = 500 * 1024 * 1024
"""Most that an archive may unpack to."""

RATIO_MAX = 100
"""Most by which a file in an archive may grow: text packs to a fifth, and what packs to a hundredth is a bomb."""

RATIO_FROM_BYTES = 1024 * 1024
"""A small file may be packed well without doing harm."""

FILES_MAX = 5000
"""Most files in an archive."""

NAME_CHARS_MAX = 200
LINE_BYTES_MAX = 10 * 1024 * 1024
"""Longest line of JSON: a long book."""

CHUNK = 1024 * 1024

_DRIVE = re.compile(r"[A-Za-z]:")
_BROKEN = (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError, OSError, ValueError)
"""What the reader of archives raises for what is cut, encrypted, packed in other ways, or made to confuse it."""


class UploadKind(StrEnum):
    """What an upload is, by what is in it."""

    TEXT = "txt"
    JSON_LINES = "jsonl"
    PDF = "pdf"
    DOCX = "docx"
    ZIP = "zip"


@dataclass(frozen=True, slots=True)
class Upload:
    """A file that can be kept: its name in plain signs, its kind, its bytes and their hex SHA-256, files in it."""

    name: str
    kind: UploadKind
    bytes: int
    sha256: str
    files: int


def look_at(path: Path, name: str) -> Upload:
    """Look at an uploaded file on disk.

    Raises:
        RecordRefused: it is too large or empty, of no kind that is taken, or made to do harm; the message says which.

    """
    size = path.stat().st_size
    if not 0 < size <= UPLOAD_BYTES_MAX:
        raise RecordRefused(
            "An upload is not empty, and has at most 50 MB. Larger collections are delivered by agreement."
        )
    kind = _kind(path, name)
    files = _CHECKS[kind](path)
    return Upload(plain_name(name, kind), kind, size, _sha256(path), files)


def look_at_mandate(path: Path, name: str) -> Upload:
    """Look at an uploaded mandate, which is a PDF.

    Raises:
        RecordRefused: it is none, or too large.

    """
    if not 0 < path.stat().st_size <= MANDATE_BYTES_MAX:
        raise RecordRefused("A mandate is not empty, and has at most 10 MB.")
    found = look_at(path, name)
    if found.kind is not UploadKind.PDF:
        raise RecordRefused("A mandate is uploaded as PDF.")
    return found


def plain_name(name: str, kind: UploadKind) -> str:
    """Return a file's own name without its folders and odd signs, with the ending of what it is."""
    own = PurePosixPath(name.replace("\\", "/")).name
    stem = re.sub(r"[^\w. -]", "_", own.rpartition(".")[0] or own).strip(". ")
    stem = stem.encode()[:NAME_CHARS_MAX].decode("utf-8", "ignore")  # a disk counts bytes, and takes 255
    return f"{stem or 'fil'}.{kind.value}"


def _kind(path: Path, name: str) -> UploadKind:
    ending = PurePosixPath(name.replace("\\", "/")).suffix.lower().lstrip(".")
    if ending not in set(UploadKind):
        raise RecordRefused("This kind of file is not taken. Upload .txt, .jsonl, .pdf, .docx or .zip.")
    kind = UploadKind(ending)
    with path.open("rb") as file:
        start = file.read(1024)
    packed = start.startswith(b"PK\x03\x04")
    is_so = {UploadKind.PDF: start.startswith(b"%PDF-"), UploadKind.DOCX: packed, UploadKind.ZIP: packed}
    if not is_so.get(kind, not packed and b"\0" not in start):
        raise RecordRefused("The file is not of the kind that its name says.")
    return kind


def _check_text(path: Path) -> int:
    with path.open("rb") as file:
        _utf8(file)
    return 1


def _check_lines(path: Path) -> int:
    with path.open("rb") as file:
        for line in _lines(file):
            _check_line(line)
    return 1


def _check_line(line: bytes) -> None:
    try:
        read = json.loads(line)
    except (ValueError, RecursionError) as error:
        raise RecordRefused("A line is no JSON in UTF-8. Write one object on each line, with its text.") from error
    if not isinstance(read, dict) or not any(isinstance(value, str) and value.strip() for value in read.values()):
        raise RecordRefused("A line is no JSON object with a text in it.")


def _check_pdf(path: Path) -> int:
    with path.open("rb") as file:
        file.seek(max(0, path.stat().st_size - 2048))
        if b"%%EOF" not in file.read():
            raise RecordRefused("The PDF is cut short: its end is missing.")
    return 1


def _check_docx(path: Path) -> int:
    names = _names_in(path, of_docx=True)
    if not {"[Content_Types].xml", "word/document.xml"} <= names:
        raise RecordRefused("The file is called .docx, but it is no document of a word processor.")
    if any(name.lower().endswith("vbaproject.bin") for name in names):
        raise RecordRefused("The document has macros in it. Save it without them.")
    return 1


def _check_zip(path: Path) -> int:
    return len(_names_in(path, of_docx=False))


def _names_in(path: Path, *, of_docx: bool) -> set[str]:
    """The files in an archive, all of which were read through."""
    try:
        with zipfile.ZipFile(path) as archive:
            infos = [info for info in archive.infolist() if not info.is_dir()]
            if not 0 < len(infos) <= FILES_MAX:
                raise RecordRefused("An archive has 1 to 5000 files.")
            left = UNPACKED_BYTES_MAX
            for info in infos:
                _check_name(info, of_docx=of_docx)
                left -= _read_through(archive, info, left)
            names = {info.filename for info in infos}
    except _BROKEN as error:
        raise RecordRefused(
            "The archive cannot be read: it is cut short, encrypted, or packed in a way we do not take."
        ) from error
    if len(names) != len(infos):
        raise RecordRefused("The archive has two files of one name.")
    return names


def _check_name(info: zipfile.ZipInfo, *, of_docx: bool) -> None:
    name = info.filename
    parts = PurePosixPath(name).parts
    mode = info.external_attr >> 16
    if (
        not name.isprintable()
        or len(name) > NAME_CHARS_MAX
        or "\\" in name
        or name.startswith("/")
        or _DRIVE.match(name)
        or ".." in parts
    ):
        raise RecordRefused("A file in the archive has a name that leads out of it, or that cannot be written.")
    if mode and stat.S_IFMT(mode) not in (0, stat.S_IFREG):
        raise RecordRefused("The archive has a link in it. Pack the file itself.")
    if info.flag_bits & 0x1:
        raise RecordRefused("The archive is encrypted. Pack it without a password.")
    ending = PurePosixPath(name).suffix.lower().lstrip(".")
    if not of_docx and ending not in set(UploadKind) - {UploadKind.ZIP}:
        raise RecordRefused("The archive has a file of a kind that is not taken. Pack .txt, .jsonl, .pdf and .docx.")


def _read_through(archive: zipfile.ZipFile, info: zipfile.ZipInfo, left: int) -> int:
    """Count what a file in an archive really unpacks to, and stop where it is too much."""
    size = 0
    with archive.open(info) as file:
        while chunk := file.read(CHUNK):
            size += len(chunk)
            grown = size > RATIO_FROM_BYTES and size > RATIO_MAX * max(1, info.compress_size)
            if size > left or grown:
                raise RecordRefused("The archive unpacks to far more than it is, and is not taken.")
    return size


def _utf8(file: IO[bytes]) -> None:
    try:
        for chunk in _lines(file):
            if b"\0" in chunk:
                raise RecordRefused("The text has bytes in it that no text has.")
            chunk.decode("utf-8")
    except UnicodeDecodeError as error:
        raise RecordRefused("The text is not UTF-8. Save it as UTF-8.") from error


def _lines(file: IO[bytes]) -> Iterator[bytes]:
    while line := file.readline(LINE_BYTES_MAX + 1):
        if len(line) > LINE_BYTES_MAX:
            raise RecordRefused("A line has more than 10 MB.")
        if line.strip():
            yield line


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


_CHECKS = {
    UploadKind.TEXT: _check_text,
    UploadKind.JSON_LINES: _check_lines,
    UploadKind.PDF: _check_pdf,
    UploadKind.DOCX: _check_docx,
    UploadKind.ZIP: _check_zip,
}
