"""Records of WARC and ARC files, one at a time, with a limit on all that is held: our own files and strangers'.

A file is a row of records: lines of header, an empty line, and as many bytes of body as the header says (WARC 1.0 and
1.1), or one line and the bytes (ARC 1). Nothing is guessed: where a header is no header, or a body ends too soon, the
file is broken from there on, since nothing in it says where the next record begins.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import BinaryIO, Protocol

HEADER_BYTES_MAX = 2**20
"""Bytes of a record's header, and of an HTTP answer's: servers and archives stay below a tenth."""

PIECE_BYTES = 2**16
"""Bytes read at once of what nobody wants."""

YEAR_MIN = 1990
"""Nothing was fetched before the web: an earlier date is a clock that was not set."""

_ARC_LINE = re.compile(rb"(\S.*) (\S+) (\d{8,17}) (\S+) (\d{1,15})")
_STATUS_LINE = re.compile(rb"HTTP/\d(?:\.\d)? +(\d{3})(?:\s|$)")

Headers = tuple[tuple[str, str], ...]


class RecordError(ValueError):
    """A file is no WARC or ARC from here on, or ends too soon; what was read before stands."""


class _Lines(Protocol):
    def readline(self, size: int, /) -> bytes: ...


@dataclass(slots=True)
class Record:
    """One record, with what is left of its body in the stream.

    `kind` is the WARC's type in lower case; each record of an ARC file is a `response`. `url` is as written.
    `fetched_at` is in UTC to the second, None when the record does not say. `is_part` says that its body is known not
    to be all there was. `content_type` is of the record's own body.
    """

    kind: str
    url: str
    fetched_at: datetime | None
    is_part: bool
    left: int
    _stream: BinaryIO
    content_type: str = ""

    def read(self, most: int) -> bytes:
        """Up to so many more bytes of the body; fewer only at its end. Raises `RecordError` when the file ends."""
        wanted = min(most, self.left)
        data = self._stream.read(wanted)
        self.left -= len(data)
        if len(data) < wanted:
            raise RecordError("the file ends within a record")
        return data

    def readline(self, most: int) -> bytes:
        """Up to the end of a line; empty at the body's end. Raises `RecordError` when the file ends."""
        wanted = min(most, self.left)
        line = self._stream.readline(wanted) if wanted else b""
        self.left -= len(line)
        if len(line) < wanted and not line.endswith(b"\n"):
            raise RecordError("the file ends within a record")
        return line

    def http_head(self) -> tuple[int, Headers] | None:
        """Read an HTTP answer's status and headers from the beginning of the body; None when there is no such head."""
        status = _STATUS_LINE.match(self.readline(HEADER_BYTES_MAX))
        if status is None:
            return None
        try:
            return int(status[1]), _headers(self, "latin-1")
        except _TooLongError:
            return None

    def skip(self) -> None:
        """Pass over what is left of the body."""
        while self.left:
            self.read(PIECE_BYTES)


def records(stream: BinaryIO) -> Iterator[Record]:
    """Records of a file, inflated, in order; each can be read until the next is asked for.

    Raises `RecordError` behind the last that is whole, and whatever the stream raises.
    """
    while line := _first_line(stream):
        record = _warc(stream) if line.startswith(b"WARC/") else _arc(line, stream)
        yield record
        record.skip()


def first(headers: Sequence[tuple[str, str]], name: str) -> str:
    """First value of a header, matched without case; empty when absent."""
    return next((value for key, value in headers if key.lower() == name), "")


class _TooLongError(RecordError):
    """A header is beyond the limit."""


def _first_line(stream: BinaryIO) -> bytes:
    """The next line that is not blank; empty at the file's end."""
    line = stream.readline(HEADER_BYTES_MAX)
    while line and not line.strip():
        line = stream.readline(HEADER_BYTES_MAX)
    return line


def _warc(stream: BinaryIO) -> Record:
    said: dict[str, str] = {}
    for name, value in _headers(stream, "utf-8"):
        said.setdefault(name.lower(), value)
    length = said.get("content-length", "")
    if not (length.isascii() and length.isdigit() and len(length) <= 15):
        raise RecordError("a record does not say how long it is")
    is_part = bool(said.get("warc-truncated") or said.get("warc-segment-number"))
    url = said.get("warc-target-uri", "").removeprefix("<").removesuffix(">")
    kept = _moment(said.get("warc-date", "")), is_part, int(length), stream
    return Record(said.get("warc-type", "").lower(), url, *kept, content_type=said.get("content-type", ""))


def _arc(line: bytes, stream: BinaryIO) -> Record:
    parts = _ARC_LINE.fullmatch(line.strip())
    if parts is None:
        raise RecordError("no record begins where one should")
    url, date = parts[1].decode("utf-8", "replace"), f"{parts[3][:14].decode()}Z"
    return Record("response", url, _moment(date), is_part=False, left=int(parts[5]), _stream=stream)


def _headers(lines: _Lines, encoding: str) -> Headers:
    """Name and value of each line up to an empty one; a line that begins with a blank goes on with the one before."""
    found: list[tuple[str, list[str]]] = []
    room = HEADER_BYTES_MAX
    while (line := lines.readline(room)).strip():
        room -= len(line)
        if not room:
            raise _TooLongError("a header is too long")
        text = line.decode(encoding, "replace")
        name, colon, value = text.partition(":")
        if text[0] in " \t" and found:
            found[-1][1].append(text.strip())
        elif colon:
            found.append((name.strip(), [value.strip()]))
    return tuple((name, " ".join(parts)) for name, parts in found)


def _moment(text: str) -> datetime | None:
    """An instant as WARC writes it (any precision) or ARC does (fourteen digits)."""
    form = "%Y%m%d%H%M%SZ"
    try:
        moment = datetime.fromisoformat(text) if "-" in text else datetime.strptime(text, form).replace(tzinfo=UTC)
        if moment.tzinfo is None or moment.year < YEAR_MIN:
            return None
        return moment.astimezone(UTC).replace(microsecond=0)
    except (ValueError, OverflowError):
        return None
