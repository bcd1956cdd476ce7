"""Clearing: a documents file without its host's furniture, each text that loses lines assessed and signed anew.

All other rows, and all other columns, go over as they are, row group by row group.
"""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import pyarrow as pa

from corpus.captured import Sign
from corpus.captures import digest_of
from corpus.document_files import SCHEMA, read_documents, signed_how, write_documents
from corpus.furniture import Cleared, clear
from corpus.profiles import Profile


@dataclass(frozen=True, slots=True)
class ClearReport:
    """Documents of a file, how many lost lines, and how many lines and characters went; `kept` is counted after it."""

    documents: int
    cleared: int
    lines: int
    chars: int
    kept: int


def clear_file(refined: Path, out: Path, furniture: frozenset[int], profile: Profile, sign: Sign) -> ClearReport:
    """Write a documents file anew without furniture; it appears whole or not at all.

    `sign` signs as the file says that its texts were signed, and the new file says so too.
    """
    documents = cleared = lines = chars = kept = 0
    with write_documents(out, signed_how(refined) or "") as writer:
        for batch in read_documents(refined):
            rows = batch.to_pylist()
            changed = [_change(row, found, profile) for row in rows if (found := _cleared(row, furniture)).lines]
            if changed:
                for row, signature in zip(changed, sign([row["text"] for row in changed]), strict=True):
                    row["signature"] = signature.tolist()
            writer.write_table(pa.Table.from_pylist(rows, schema=SCHEMA) if changed else pa.Table.from_batches([batch]))
            documents, cleared = documents + len(rows), cleared + len(changed)
            lines += sum(row["furniture_lines"] for row in changed)
            chars += sum(row["furniture_chars"] for row in changed)
            kept += sum(row["reason"] is None for row in rows)
    return ClearReport(documents, cleared, lines, chars, kept)


def _cleared(row: Mapping[str, Any], furniture: frozenset[int]) -> Cleared:
    return clear(row["text"], row["url"], furniture)


def _change(row: dict[str, Any], found: Cleared, profile: Profile) -> dict[str, Any]:
    """The row with the shorter text and all that is said of it; changed in place."""
    from corpus.pages import assess  # noqa: PLC0415 - brings all that reads pages, and few sources have furniture

    result = assess(found.text, profile)
    row |= asdict(result.measures)
    row |= {
        "text": found.text,
        "text_digest": digest_of(found.text.encode()),
        "chars": len(found.text),
        "language": result.identified.label,
        "language_score": result.identified.score,
        "da_share": result.identified.da_share,
        "reason": result.reason,
        "detail": result.detail,
        "furniture_lines": found.lines,
        "furniture_chars": found.chars,
    }
    return row
