"""Texts as files: rows in tables, single files of text, HTML, PDF or DOCX, and archives of all these.

What a file is, its name says. Nothing of an archive is written to disk, so names in it lead nowhere; those that try are
refused all the same, as are links, devices, archives within archives, and the hidden files that some programs add.
"""

import re
import stat
import struct
import tarfile
import zipfile
from collections.abc import Callable, Iterator
from pathlib import PurePosixPath
from typing import BinaryIO, Self, cast

from crawler.delivered import DeliveredFile
from crawler.fields import Fields
from crawler.intake.items import ITEM_BYTES_MAX, BrokenFileError, Item, Read, Unread
from crawler.intake.opening import Room, buffered, is_of_the_disk, opened
from crawler.intake.rows import read_csv, read_json_lines, read_parquet
from crawler.media import DOCX_TYPE

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
NAMES_BYTES_MAX = 2**16
"""Bytes of the names and notes before a member of a tar file: the longest path is a sixteenth."""

_LONG_NAMES = (
    tarfile.XHDTYPE,
    tarfile.XGLTYPE,
    tarfile.SOLARIS_XHDTYPE,
    tarfile.GNUTYPE_LONGNAME,
    tarfile.GNUTYPE_LONGLINK,
)
_DRIVE = re.compile("[A-Za-z]:")
_ENCRYPTED = 1
_ZIP_BROKEN = (zipfile.BadZipFile, EOFError, OSError, ValueError, NotImplementedError, struct.error, OverflowError)
"""What zipfile raises for what is no archive, or a member it cannot read; see `is_of_the_disk` for the third."""

_NESTED = frozenset({".zip", ".tar", ".tgz", ".tbz2", ".txz", ".parquet", ".7z", ".rar", ".warc", *_COMPRESSED})


def read_texts(file: DeliveredFile, fields: Fields, breathe: Callable[[], None]) -> Iterator[Read]:
    """Items of one file; raises `BrokenFileError` behind the last that could be read."""
    kind = _suffix(file.name)
    if kind == ".parquet":
        yield from read_parquet(file.path, fields)
    elif kind == ".zip":
        yield from _zip(file, fields, Room(file.path, breathe))
    else:
        with opened(file.path, breathe) as stream:
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
        try:
            yield from _ROWS[kind](stream, fields)
        except UnicodeError:
            yield Unread("failed", "bad_encoding", name)
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


def _zip(file: DeliveredFile, fields: Fields, room: Room) -> Iterator[Read]:
    try:
        archive = zipfile.ZipFile(file.path)
    except _ZIP_BROKEN as error:
        if is_of_the_disk(error):
            raise
        raise BrokenFileError("broken_file") from error
    with archive:
        for member in archive.infolist():
            name = f"{file.name}/{member.filename}"
            mode = member.external_attr >> 16
            odd = "link" if stat.S_ISLNK(mode) else "encrypted" if member.flag_bits & _ENCRYPTED else ""
            if not member.is_dir():
                refused = _refusal(member.filename, name, odd)
                yield from [refused] if refused else _zip_member((archive, member), name, (fields, room))


def _zip_member(at: tuple[zipfile.ZipFile, zipfile.ZipInfo], name: str, how: tuple[Fields, Room]) -> Iterator[Read]:
    """Items of one member; what breaks in it is its own, unless the archive has no room left."""
    archive, member = at
    fields, room = how
    try:
        with archive.open(member) as inner:
            yield from _single(buffered(inner, room), name, fields)
    except (BrokenFileError, *_ZIP_BROKEN) as error:
        if is_of_the_disk(error) or (isinstance(error, BrokenFileError) and error.reason != "broken_file"):
            raise
        yield Unread("failed", "broken_member", name)


class _Member(tarfile.TarInfo):
    """A member of a tar file, read so that what is broken is said to be, and with a limit on its header.

    `tarfile` takes a header it cannot read for the archive's end, and reads names of any length.
    """

    @classmethod
    def fromtarfile(cls, archive: tarfile.TarFile) -> Self:
        """The next member; raises `ReadError` for anything but a member or the blocks that end an archive."""
        try:
            return super().fromtarfile(archive)
        except tarfile.EOFHeaderError:  # type: ignore[attr-defined] # as documented as the others, in its source
            raise
        except (tarfile.HeaderError, ValueError, OverflowError, RecursionError) as error:
            raise tarfile.ReadError("no member") from error

    def _proc_member(self, archive: tarfile.TarFile) -> tarfile.TarInfo:
        """Which method reads a member, by its type: made by `tarfile` to be overridden."""
        if self.type in _LONG_NAMES and not 0 <= self.size <= NAMES_BYTES_MAX:
            raise tarfile.ReadError("a member's names are too long")
        return cast("tarfile.TarInfo", super()._proc_member(archive))  # type: ignore[misc]

    def _proc_gnusparse_10(self, *_: object) -> None:
        """Files with holes are refused; in this kind the map of the holes stands in the data, at any length."""
        raise tarfile.ReadError("a file with holes")


def _tar(stream: BinaryIO, file: str, fields: Fields) -> Iterator[Read]:
    try:
        with tarfile.open(fileobj=stream, mode="r|", tarinfo=_Member) as archive:
            for member in archive:
                archive.members = []  # type: ignore[attr-defined] # it keeps them all, and we need none again
                if member.isdir():
                    continue
                is_plain = member.isreg() and not member.issparse()
                odd = "link" if member.issym() or member.islnk() else "" if is_plain else "not_a_file"
                name = f"{file}/{member.name}"
                refused = _refusal(member.name, name, odd)
                if refused:
                    yield refused
                else:
                    yield from _single(cast("BinaryIO", archive.extractfile(member)), name, fields)
    except (tarfile.TarError, EOFError) as error:
        raise BrokenFileError("broken_file") from error


def _refusal(inner: str, name: str, odd: str) -> Unread | None:
    """Why a member of an archive is left, by its name in it or by what it is."""
    path = PurePosixPath(inner)
    if odd:
        return Unread("failed" if odd == "encrypted" else "refused", odd, name)
    if path.is_absolute() or ".." in path.parts or "\\" in inner or _DRIVE.match(inner):
        return Unread("refused", "unsafe_name", name)
    if path.suffix.lower() in _NESTED:
        return Unread("refused", "nested", name)
    if path.name.startswith("."):
        return Unread("refused", "hidden", name)
    return None
