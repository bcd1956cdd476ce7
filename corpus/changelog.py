"""The changelog of releases, written by the program: what came in and went out of each, newest first."""

from collections.abc import Sequence
from datetime import date

from corpus.changes import Change

ROWS_MAX = 200
"""Rows told of one release; what is counted in the others is said in one line."""

BYTES_MAX = 1_000_000
"""Longest changelog; the oldest releases are left out of a longer one."""

_HEAD = "# Changelog\n\nWhat came into each release and what went out of it. A version is never changed.\n"
_ENTRY = "\n## "


def changelog(version: str, as_of: date, changes: Sequence[Change], before: bytes = b"") -> bytes:
    """The changelog of a release: its own entry, then those of the release before it."""
    entry = [f"{_ENTRY}{version} ({as_of.isoformat()})\n", _totals(changes)]
    if changes:
        entry += ["| source | | why | licence | documents | words |\n|---|---|---|---|---:|---:|\n"]
    for change in changes[:ROWS_MAX]:
        cells = (change.source, change.side, _cell(change.reason), _cell(change.licence))
        entry.append(f"| {' | '.join(cells)} | {change.documents:,} | {change.words:,} |\n")
    rest = changes[ROWS_MAX:]
    if rest:
        entry.append(f"\nAnd {len(rest)} more rows, of {sum(each.documents for each in rest):,} documents.\n")
    earlier = before.decode("utf-8", "replace").split(_ENTRY)[1:]
    told = _HEAD + "".join(entry)
    for text in earlier:
        if len((told + _ENTRY + text).encode()) > BYTES_MAX:
            break
        told += _ENTRY + text
    return told.encode()


def _totals(changes: Sequence[Change]) -> str:
    parts = []
    for side, word in (("in", "came in"), ("out", "went out")):
        documents, words = (
            sum(getattr(each, name) for each in changes if each.side == side) for name in ("documents", "words")
        )
        parts.append(f"{documents:,} documents with {words:,} words {word}")
    return f"\n{', '.join(parts)}.\n\n"


def _cell(text: str) -> str:
    """Text as a cell of a table: on one line, and in one cell."""
    return " ".join(text.split()).replace("|", "/")
