"""Rows of text with fields around it: JSON Lines, CSV and TSV from a stream, Parquet from a file."""

import codecs
import csv
import json
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import replace
from datetime import date
from itertools import islice
from pathlib import Path
from typing import Any, BinaryIO

from crawler.fields import Fields
from crawler.intake.items import ITEM_BYTES_MAX, BrokenFileError, Item, Read, Unread

LINE_BYTES_MAX = 2 * ITEM_BYTES_MAX
"""Bytes of one line: a text of the largest size, escaped, with its fields."""

DELIMITERS = (",", ";", "\t")
"""What stands between the columns of a CSV: the one its first line has most of; Danish programs write semicolons."""


ROWS_LOOKED_AT = 100
"""Rows of JSON Lines whose keys are its columns: a key that a hundred rows have none of is no text's."""


def keys_of_json_lines(stream: BinaryIO) -> set[str] | None:
    """Keys of the first rows of JSON Lines, None where there is no line; raises `ValueError` when none is an object."""
    keys, lines, objects = set[str](), 0, 0
    with suppress(BrokenFileError):  # what breaks off is told when the file is read
        for line in islice(filter(None, _lines(stream)), ROWS_LOOKED_AT):
            with suppress(ValueError, RecursionError):  # as is a broken row
                row = json.loads(line)
                keys |= set(row) if isinstance(row, dict) else set()
                objects += isinstance(row, dict)
            lines += bool(line.strip())
    if lines and not objects:
        raise ValueError(f"none of the first {lines} lines is an object")
    return keys if lines else None


def columns_of_csv(stream: BinaryIO) -> set[str] | None:
    """Columns that the first line of a CSV names, None where there is no line; raises `ValueError` for no CSV."""
    try:
        first = next(_TextLines(stream), "")
        return set(next(csv.reader([first], delimiter=_delimiter(first)), [])) or None
    except csv.Error as error:
        raise ValueError(str(error)) from error


def read_json_lines(stream: BinaryIO, fields: Fields) -> Iterator[Read]:
    """Items of JSON Lines: one object a line; empty lines are nothing. Raises `UnicodeError` for UTF-16."""
    for line in _lines(stream):
        if line is None:
            yield Unread("failed", "too_large")
        elif line.strip():
            yield _from_json(line, fields)


def read_csv(stream: BinaryIO, fields: Fields) -> Iterator[Read]:
    """Items of CSV or TSV in UTF-8, with the columns' names in the first line. Raises `UnicodeError` for UTF-16."""
    csv.field_size_limit(LINE_BYTES_MAX)
    lines = _TextLines(stream)
    try:
        first = next(lines, "")
        columns = next(csv.reader([first], delimiter=_delimiter(first)), [])
    except csv.Error:
        yield Unread("failed", "bad_header")
        return
    rows = csv.reader(lines, delimiter=_delimiter(first))
    while True:
        try:
            row = next(rows, None)
        except csv.Error:
            yield Unread("failed", "bad_line")
            continue
        if row is None:
            return
        if row and len(row) != len(columns):
            yield Unread("failed", "bad_line")
        elif row:
            yield item_of(dict(zip(columns, row, strict=True)), fields)


def read_parquet(path: Path, fields: Fields) -> Iterator[Read]:
    """Items of a Parquet file; raises `BrokenFileError` when it is none."""
    from corpus.tables import TableError, read_rows  # noqa: PLC0415 - brings Arrow, which crawls do without

    wanted = [name for name in (fields.text, fields.id, fields.url, *_about(fields)) if name]
    try:
        for row in read_rows(path, wanted):
            yield item_of(row, fields) if row is not None else Unread("failed", "bad_line")
    except TableError as error:
        raise BrokenFileError("broken_file") from error


def item_of(row: Mapping[str, Any], fields: Fields) -> Item | Unread:
    """The item a row holds, by the names of its fields."""
    url, name = words_at(row, fields.url), words_at(row, fields.id)
    text, what = value_at(row, fields.text), url or name
    if not isinstance(text, str):
        return Unread("failed", "no_text", what)
    try:
        payload = text.encode()
    except UnicodeEncodeError:
        return Unread("failed", "bad_encoding", what)
    if not payload.strip():
        return Unread("failed", "empty", what)
    if len(payload) > ITEM_BYTES_MAX:
        return Unread("failed", "too_large", what)
    title, author, published, licence = (words_at(row, column) for column in _about(fields))
    item = Item(payload, f"{fields.type}; charset=utf-8", url, name)
    return replace(item, title=title, author=author, published=published, licence=licence)


def _about(fields: Fields) -> tuple[str, str, str, str]:
    """Columns of what is said about a text, in the order an item has it."""
    return fields.title, fields.author, fields.published, fields.licence


def _from_json(line: bytes, fields: Fields) -> Item | Unread:
    try:
        row = json.loads(line.decode("utf-8"))
    except UnicodeDecodeError:
        return Unread("failed", "bad_encoding")
    except (ValueError, RecursionError):
        return Unread("failed", "bad_line")
    return item_of(row, fields) if isinstance(row, dict) else Unread("failed", "bad_line")


def value_at(row: Mapping[str, Any], name: str) -> Any:  # noqa: ANN401 - whatever is there
    """What stands under a name, or under the parts of a name with dots; None when nothing does."""
    if name in row:
        return row[name]
    found: Any = row
    for part in name.split("."):
        found = found.get(part) if isinstance(found, Mapping) else None
    return found


def words_at(row: Mapping[str, Any], name: str) -> str:
    """A field's value as words: several are joined, what is no word is left out."""
    found = value_at(row, name) if name else None
    parts = found if isinstance(found, list | tuple) else [found]
    words = [part.isoformat() if isinstance(part, date) else str(part) for part in parts if _is_word(part)]
    return " ".join(", ".join(words).encode("utf-8", "replace").decode().split())


def _is_word(part: object) -> bool:
    return isinstance(part, str | int | date) and not isinstance(part, bool)


def _delimiter(line: str) -> str:
    return max(DELIMITERS, key=line.count)


def _lines(stream: BinaryIO) -> Iterator[bytes | None]:
    """Lines of a stream without its byte-order mark; None for one that is too long, which is passed over.

    Raises `UnicodeError` for UTF-16, in which lines do not end where they seem to.
    """
    line = stream.readline(LINE_BYTES_MAX).removeprefix(codecs.BOM_UTF8)
    if line.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        raise UnicodeError("UTF-16")
    while line:
        if line.endswith(b"\n") or len(line) < LINE_BYTES_MAX:
            yield line
        else:
            yield None
            while line and not line.endswith(b"\n"):
                line = stream.readline(LINE_BYTES_MAX)
        line = stream.readline(LINE_BYTES_MAX)


class _TextLines:
    """Lines for the csv module; one that is too long is an error there, and the next call goes on behind it.

    Bytes that are not UTF-8 become lone surrogates, which no text may hold, so that their row is told as such.
    """

    def __init__(self, stream: BinaryIO) -> None:
        self._lines = _lines(stream)

    def __iter__(self) -> "_TextLines":
        return self

    def __next__(self) -> str:
        line = next(self._lines)
        if line is None:
            raise csv.Error("the line is too long")
        return line.decode("utf-8", "surrogateescape")
