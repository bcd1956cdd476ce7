"""Anyone's texts: Parquet, and JSON lines with or without gzip, read in batches with an id and a text each.

What is wrong in a file is told with the file, the line (or row), and what to do; nothing is guessed or skipped. Rows
are counted from 0 in the order of the file, the same in each reading; blank lines are no rows.
"""

import gzip
import json
import zlib
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from numpy.typing import NDArray

from corpus.errors import CorpusError
from corpus.tables import BUFFER_BYTES

ENDINGS = (".parquet", ".jsonl", ".jsonl.gz")
"""Files that are read; a folder is searched for them."""

ROWS_AT_ONCE = 512
"""Rows of a batch at most."""

CHARS_AT_ONCE = 4_000_000
"""Characters of a batch at most, but for a single text."""

LINE_BYTES_MAX = 256 << 20
"""Longest line of JSON: far beyond a book, and a limit for what is no text at all."""


class TextError(CorpusError):
    """A file of texts cannot be used as it stands; the message says where and what to do."""


@dataclass(frozen=True, slots=True)
class Fields:
    """The columns (or keys) that are read: a document's id, its text, and what else is asked for."""

    id: str = "id"
    text: str = "text"
    others: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Rows:
    """Some rows: ids (whole numbers or strings), texts, and the other fields by name, None where there is none."""

    ids: list[int | str] = field(default_factory=list)
    texts: list[str] = field(default_factory=list)
    others: dict[str, list[Any]] = field(default_factory=dict)


def text_files(paths: Sequence[Path]) -> list[Path]:
    """The files that are named or lie in the named folders, sorted, each once. Raises TextError when there are none."""
    found: set[Path] = set()
    for path in paths:
        if path.is_dir():
            found.update(each for each in path.rglob("*") if each.name.endswith(ENDINGS) and each.is_file())
        elif not path.exists():
            raise TextError(f"There is no {path}: name files that end in {', '.join(ENDINGS)}, or a folder of them.")
        elif not path.name.endswith(ENDINGS):
            raise TextError(f"{path} is not read: give it as {', '.join(ENDINGS)}, and name it so.")
        else:
            found.add(path)
    if not found:
        raise TextError(f"No file ends in {', '.join(ENDINGS)} under {', '.join(map(str, paths))}.")
    return sorted(found)


def read_texts(path: Path, fields: Fields) -> Iterator[Rows]:
    """Read a file in batches. Raises TextError at the first row that is wrong."""
    batch, chars = _empty(fields), 0
    for row in _parquet(path, fields) if path.name.endswith(".parquet") else _json_rows(path, fields):
        text = row[1]
        if batch.ids and (len(batch.ids) == ROWS_AT_ONCE or chars + len(text) > CHARS_AT_ONCE):
            yield batch
            batch, chars = _empty(fields), 0
        batch.ids.append(row[0])
        batch.texts.append(text)
        for name, value in zip(fields.others, row[2], strict=True):
            batch.others[name].append(value)
        chars += len(text)
    if batch.ids:
        yield batch


def copy_rows(path: Path, keep: NDArray[np.bool_], out: Path) -> None:
    """Write the kept rows of a file, as they stand, in the same format."""
    if path.name.endswith(".parquet"):
        _copy_parquet(path, keep, out)
        return
    rows = (line for kept, (_, line) in zip(keep.tolist(), _lines(path), strict=True) if kept)
    with out.open("wb") as raw:
        opened: IO[bytes] = gzip.GzipFile("", "wb", mtime=0, fileobj=raw) if path.suffix == ".gz" else raw  # type: ignore[assignment]
        for line in rows:
            opened.write(line if line.endswith(b"\n") else line + b"\n")
        if opened is not raw:
            opened.close()


def _empty(fields: Fields) -> Rows:
    return Rows(others={name: [] for name in fields.others})


_Row = tuple[int | str, str, list[Any]]


def _parquet(path: Path, fields: Fields) -> Iterator[_Row]:
    wanted = [fields.id, fields.text, *fields.others]
    try:
        with pq.ParquetFile(path, buffer_size=BUFFER_BYTES) as file:
            _check_columns(path, file.schema_arrow, fields)
            number = 0
            for batch in file.iter_batches(ROWS_AT_ONCE, columns=list(dict.fromkeys(wanted)), use_threads=False):
                columns = [batch.column(name).to_pylist() for name in wanted]
                for name, text, *others in zip(*columns, strict=True):
                    if name is None:
                        raise TextError(f"{path}: row {number} has no {fields.id}. Give every document one of its own.")
                    yield name, text or "", others
                    number += 1
    except (pa.ArrowException, OSError, UnicodeDecodeError) as error:
        raise TextError(f"{path} is no Parquet file, or broken: {error}. Write it again, or leave it out.") from error


def _check_columns(path: Path, schema: pa.Schema, fields: Fields) -> None:
    for name in (fields.id, fields.text, *fields.others):
        if name not in schema.names:
            there = ", ".join(schema.names[:20])
            raise TextError(f"{path} has no column {name!r}: its columns are {there}. Name the right one.")
    kind, text = schema.field(fields.id).type, schema.field(fields.text).type
    if not (pa.types.is_integer(kind) or pa.types.is_string(kind) or pa.types.is_large_string(kind)):
        raise TextError(f"{path}: the column {fields.id!r} is {kind}; an id is a whole number or a string. Cast it.")
    if not (pa.types.is_string(text) or pa.types.is_large_string(text)):
        raise TextError(f"{path}: the column {fields.text!r} is {text} and no text. Name the column with the text.")


def _copy_parquet(path: Path, keep: NDArray[np.bool_], out: Path) -> None:
    first = 0
    with pq.ParquetFile(path, buffer_size=BUFFER_BYTES) as file:
        schema = file.schema_arrow
        with pq.ParquetWriter(out, schema, compression="zstd") as writer:
            for batch in file.iter_batches(ROWS_AT_ONCE, use_threads=False):
                mask = pa.array(keep[first : first + len(batch)])
                first += len(batch)
                writer.write_table(pa.Table.from_batches([batch.filter(mask)], schema))


def _json_rows(path: Path, fields: Fields) -> Iterator[_Row]:
    for number, line in _lines(path):

        def wrong(what: str, remedy: str, number: int = number) -> TextError:
            return TextError(f"{path}:{number}: {what}. {remedy}")

        yield _json_row(line, fields, wrong)


def _json_row(line: bytes, fields: Fields, wrong: Callable[[str, str], TextError]) -> _Row:
    try:
        row = json.loads(line)
    except (ValueError, RecursionError) as error:
        raise wrong(f"this is no JSON ({error})", "Every line is one JSON object, in UTF-8.") from error
    if not isinstance(row, dict):
        raise wrong("this is JSON, but no object", f'Write {{"{fields.id}": …, "{fields.text}": …}}.')
    name, text = row.get(fields.id), row.get(fields.text)
    if not isinstance(name, int | str) or isinstance(name, bool):
        raise wrong(f"{fields.id!r} is missing, or neither a whole number nor a string", "Give every document an id.")
    if not isinstance(text, str | None) or fields.text not in row:
        raise wrong(f"{fields.text!r} is missing, or no text", f"Its keys are {', '.join(list(row)[:20])}.")
    return name, text or "", [row.get(each) for each in fields.others]


def _lines(path: Path) -> Iterator[tuple[int, bytes]]:
    """The lines that are not blank, with their number from 1."""
    number = 0
    try:
        with gzip.open(path) if path.suffix == ".gz" else path.open("rb") as file:
            while line := file.readline(LINE_BYTES_MAX + 1):
                number += 1
                if len(line) > LINE_BYTES_MAX:
                    raise TextError(f"{path}:{number}: longer than {LINE_BYTES_MAX} bytes. Is it JSON, a line each?")
                if line.strip():
                    yield number, line
    except (EOFError, zlib.error, gzip.BadGzipFile) as error:
        raise TextError(
            f"{path}:{number + 1}: the gzip ends or breaks here ({error}). Fetch the file again."
        ) from error
    except OSError as error:
        raise TextError(f"{path} cannot be read: {error}. See to its permissions.") from error
