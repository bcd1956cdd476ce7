"""Lists of reservations as holders and collectives write them: CSV or TOML, every mistake told with its line.

    kind,value                     domains = ["forlag.example.dk"]
    domain,forlag.example.dk       titles = ["Den lille havfrue"]
    isbn,978-87-02-00000-0         isbn = ["978-87-02-00000-0"]

A comma, a semicolon or a tab divides the columns; further columns are not read. One mistake keeps the whole list out,
since a line that was passed over would be a reservation nobody hears.
"""

import csv
import io
import re
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from flows.errors import FlowError
from flows.toml_lines import line_of, lines_of
from ledger.repertoire import TARGETS_MAX
from ledger.targets import Target, TargetKind

FILE_BYTES_MAX = 200_000_000
"""Largest file: a million lines of titles and names are about 60 MB."""

FINDINGS_MAX = 50
"""Most mistakes told at once: more are one mistake made on every line."""

LINES_AHEAD = 20
"""Lines in which the next entry of a list is looked for: one that is written otherwise is told at the one before."""

_KEYS = {
    "domains": TargetKind.DOMAIN,
    "paths": TargetKind.PATH,
    "documents": TargetKind.DOCUMENT,
    "titles": TargetKind.TITLE,
    "authors": TargetKind.AUTHOR,
    "isbn": TargetKind.ISBN,
    "issn": TargetKind.ISSN,
}


@dataclass(frozen=True, slots=True)
class _Line:
    """One target as written: its line, and the mistake that is there in place of one."""

    number: int
    kind: str
    value: str
    mistake: str = ""


def read_repertoire(file: Path) -> tuple[Target, ...]:
    """Read a list; the end of the file's name says in which form it is.

    Raises:
        FlowError: the file cannot be read, or anything in it is no target; each mistake with its line and remedy.

    """
    text = _text(file)
    lines = list(_toml(text) if file.suffix == ".toml" else _csv(text))
    targets: list[Target] = []
    findings: list[str] = []
    for line in lines:
        read = line.mistake or _target(line)
        if isinstance(read, Target):
            targets.append(read)
        else:
            findings.append(f"{file}:{line.number}: {read}")
    if not findings and not 0 < len(targets) <= TARGETS_MAX:
        findings.append(f"{file}:1: a list has 1 to {TARGETS_MAX} targets, and this has {len(targets)}")
    if findings:
        more = len(findings) - FINDINGS_MAX
        told = [*findings[:FINDINGS_MAX], *([f"and {more} more"] if more > 0 else [])]
        raise FlowError("\n".join([*told, "Nothing was imported: correct the file, and import it again."]))
    return tuple(targets)


def _target(line: _Line) -> Target | str:
    """The target of a line, or what is wrong with it."""
    try:
        return Target.of(_kind(line.kind), line.value)
    except ValueError as error:
        return str(error)


def _text(file: Path) -> str:
    try:
        if file.stat().st_size > FILE_BYTES_MAX:
            raise FlowError(f"{file} is larger than {FILE_BYTES_MAX} bytes: divide it into several lists.")
        return file.read_text(encoding="utf-8-sig")
    except OSError as error:
        raise FlowError(f"{file} cannot be read ({error.strerror}): name a file that is there and yours.") from error
    except UnicodeDecodeError as error:
        line = error.object[: error.start].count(b"\n") + 1
        raise FlowError(f"{file}:{line}: the file is not UTF-8: save it as UTF-8.") from error


def _kind(name: str) -> TargetKind:
    try:
        return TargetKind(name.strip().lower())
    except ValueError:
        raise ValueError(f"{name!r} is no kind: write one of {', '.join(TargetKind)}") from None


def _csv(text: str) -> Iterator[_Line]:
    """The lines of a CSV file that has a header."""
    header = text.partition("\n")[0]
    divider = max(",;\t", key=header.count)
    rows = csv.DictReader(io.StringIO(text, newline=""), delimiter=divider, strict=True)
    try:
        names = {name.strip().lower(): name for name in rows.fieldnames or ()}
        if not {"kind", "value"} <= names.keys():
            yield _Line(1, "", "", "the first line must name the columns kind and value")
            return
        for row in rows:
            yield _Line(rows.line_num, row[names["kind"]] or "", row[names["value"]] or "")
    except csv.Error as error:
        yield _Line(rows.line_num or 1, "", "", f"this is no CSV: {error}")


def _toml(text: str) -> Iterator[_Line]:
    """The entries of a TOML file, at the line of the list they stand in, or of their own where each has one."""
    try:
        table = tomllib.loads(text)
    except (tomllib.TOMLDecodeError, RecursionError) as error:
        yield _Line(_line_in(str(error)), "", "", f"this is no TOML: {error}")
        return
    lines = lines_of(text)
    written = text.splitlines()
    for key, values in table.items():
        start = line_of(lines, (key,))
        if key not in _KEYS or not isinstance(values, list):
            yield _Line(start, "", "", f"{key!r} is no list of one of {', '.join(_KEYS)}")
            continue
        at = start
        for value in values:
            near = range(at, min(at + LINES_AHEAD, len(written) + 1))
            at = next((place for place in near if str(value) in written[place - 1]), at)
            mistake = "" if isinstance(value, str) else f"{value!r} is no text: write it in quotes"
            yield _Line(at, _KEYS[key].value, str(value), mistake)


def _line_in(message: str) -> int:
    """The line a message of the TOML parser names; 1 when it names none."""
    found = re.search(r"at line (\d+)", message)
    return int(found[1]) if found else 1
