"""Taking back: withdrawn documents taken out of a copy that somebody else keeps, by the tombstone feed.

Nothing but the feed (`flows.feed`), the copy and a key is needed: no ledger, no settings. What was done is written
beside the copy:

    withdrawn.json             for each file that is written anew, its digest as it was pulled and as it is now
    withdrawal-receipt.json    which batches were taken out and how many rows; it can be sent back and recorded

Run again it looks at everything again, and takes out what came to the feed or to the copy since.
"""

import hashlib
import json
import os
import secrets
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import Any

from corpus.errors import StorageError
from corpus.taking_out import TakenOut, parquet_in, rows_of, take_out
from flows.errors import FlowError
from flows.feed import FEED_BYTES_MAX, UNREADABLE, Feed, Folder
from flows.progress import emit
from ledger.journal import canonical
from ledger.records import Finding

RECEIPT, NOTES = "withdrawal-receipt.json", "withdrawn.json"
RECEIPT_FORMAT = "fodaftryk-withdrawal-receipt/1"

COPY_CHARS_MAX = 100
"""Longest name of a copy."""

COUNT_MAX = 2**53
"""Greatest whole number that canonical JSON writes exactly."""

RECEIPT_BYTES_MAX = 10_000_000
"""Largest receipt that is read: 40 bytes a batch."""


@dataclass(frozen=True, slots=True)
class TakenBack:
    """What was done in a copy: files looked at and written anew, rows gone by entry, and what could not be done.

    `lifted` of the rows that are gone were withdrawn by what is over since: a newer release may have them again.
    """

    files: int
    rewritten: int
    rows: Mapping[int, int]
    findings: tuple[Finding, ...]
    receipt: Path
    lifted: int = 0


def take_back(folder: Path, feed: Feed, now: datetime, copy: str = "") -> TakenBack:
    """Take what a feed names out of the Parquet below a folder, and write the receipt.

    `copy` names the copy in the receipt, as its keeper likes; without it, it has a name made at random.

    Raises FlowError when there is no Parquet, when the receipt or the notes that are there are none, and when the feed
    has lost batches that were taken out before: then it is an old one, or was cut.
    """
    standing = [batch for batch in feed.batches if not batch.is_lifted]
    named = {name: str(batch.entry) for batch in standing for name in (*batch.ids, *batch.digests)}
    wanted = rows_of(
        frozenset().union(*(batch.ids for batch in standing)),
        frozenset().union(*(batch.digests for batch in standing)),
    )
    earlier, notes = read_notes(folder / RECEIPT), _notes(folder / NOTES)
    _check_nothing_lost(feed, earlier)
    findings, counts = list[Finding](), Counter[str]()
    for path in parquet_in(folder):
        name = path.relative_to(folder).as_posix()
        try:
            taken = take_out(path, named, wanted, partial(_note, folder / NOTES, notes, name))
        except StorageError as error:
            findings.append(Finding(name, str(error)))
            continue
        counts["files"] += 1
        if not taken.is_known:
            findings.append(Finding(name, "has neither an `id` nor a `text_digest` of a release: see to it by hand"))
        if taken.after:
            counts["rewritten"] += 1
            emit("taken_out", name, rows=sum(taken.gone.values()))
    if not counts["files"] and not findings:
        raise FlowError(f"{folder} holds no Parquet: give the folder that a release, or a part of one, was pulled to.")
    rows = _rows_gone(feed, notes)
    receipt = _receipt(feed, rows, earlier, copy, now) | {"files": counts["files"], "unknown": len(findings)}
    _write(folder / RECEIPT, json.dumps(receipt, indent=1, sort_keys=True).encode() + b"\n")
    lifted = sum(rows[batch.entry] for batch in feed.batches if batch.is_lifted)
    return TakenBack(counts["files"], counts["rewritten"], rows, tuple(findings), folder / RECEIPT, lifted)


def read_receipt(path: Path) -> tuple[str, dict[str, Any]]:
    """Read a receipt that somebody sent; returns its digest and what it says. Raises FlowError when it is none."""
    try:
        data = Folder(path.parent).read(path.name, RECEIPT_BYTES_MAX)
        told = json.loads(data)
        entries = {int(entry): _count(rows) for entry, rows in told["rows"].items()}
        size, unknown, copy = _count(told["checkpoint"]), _count(told["unknown"]), told["copy"]
        if told["format"] != RECEIPT_FORMAT or not isinstance(copy, str) or not copy.isprintable():
            raise ValueError("it is of another format")
    except UNREADABLE as error:
        raise FlowError(f"{path} is no receipt of `fodaftryk verify --withdrawals` ({error}).") from error
    digest = hashlib.sha256(data).hexdigest()
    return digest, {"rows": entries, "checkpoint": size, "unknown": unknown, "copy": copy[:COPY_CHARS_MAX]}


def _count(value: object) -> int:
    """A count as the journal can hold it. Raises ValueError for anything else."""
    if type(value) is not int or not 0 <= value <= COUNT_MAX:
        raise ValueError("it counts what cannot be counted")
    return value


def _rows_gone(feed: Feed, notes: Mapping[str, Any]) -> dict[int, int]:
    """How many rows are gone from the copy by entry, at this time and at earlier ones."""
    gone: Counter[str] = Counter()
    for file in notes.get("files", {}).values():
        gone.update(file["gone"])
    return {batch.entry: gone[str(batch.entry)] for batch in feed.batches}


def _receipt(
    feed: Feed, rows: Mapping[int, int], earlier: Mapping[str, Any], copy: str, now: datetime
) -> dict[str, Any]:
    """What is sent back."""
    named = "".join(char for char in copy or str(earlier.get("copy", "")) if char.isprintable())
    return {
        "format": RECEIPT_FORMAT,
        "copy": (named or secrets.token_hex(8))[:COPY_CHARS_MAX],
        "journal": feed.key.name,
        "checkpoint": feed.size,
        "rows": {str(entry): count for entry, count in rows.items()},
        "at": now.isoformat(),
    }


def _note(path: Path, notes: dict[str, Any], name: str, taken: TakenOut) -> None:
    """Note a file before it is replaced. The same bytes once more: who took them out was killed, or put them back."""
    files = notes.setdefault("files", {})
    held = files.get(name, {})
    last = held.get("last", {})
    before = Counter(held.get("gone", {})) - Counter(last.get("gone", {}) if last.get("before") == taken.before else {})
    files[name] = {
        "was": held.get("was", taken.before),
        "sha256": taken.after,
        "rows": taken.rows,
        "gone": dict(before + Counter(taken.gone)),
        "last": {"before": taken.before, "gone": dict(taken.gone)},
    }
    _write(path, canonical(notes) + b"\n")


def _notes(path: Path) -> dict[str, Any]:
    """The notes of a copy. Raises FlowError for what is not of the form."""
    notes = read_notes(path)
    try:
        counts = [
            rows for told in notes.get("files", {}).values() for rows in (told["gone"] | told["last"]["gone"]).values()
        ]
        if not all(type(rows) is int for rows in counts):
            raise TypeError("it counts by something else than numbers")
    except UNREADABLE as error:
        raise FlowError(f"{path} is not what was written there: put it aside, and run again.") from error
    return notes


def _check_nothing_lost(feed: Feed, earlier: Mapping[str, Any]) -> None:
    """Make sure that a feed has what it had when this copy's receipt was written. Raises FlowError."""
    had = earlier.get("rows", {}) if earlier.get("journal") == feed.key.name else {}
    if lost := sorted(set(had) - {str(batch.entry) for batch in feed.batches}):
        raise FlowError(
            f"the feed has no batch {', '.join(lost)} any more, which were taken out of this copy before: it is an old "
            "one, or was cut. Nothing was changed; ask who publishes it."
        )


def read_notes(path: Path) -> dict[str, Any]:
    """Read a file of notes; nothing where there is none. Raises FlowError for what is no table of JSON."""
    if not path.exists():
        return {}
    try:
        told = json.loads(Folder(path.parent).read(path.name, FEED_BYTES_MAX))
    except ValueError as error:
        raise FlowError(f"{path} cannot be read ({error}): put it aside, and run again.") from error
    if not isinstance(told, dict):
        raise FlowError(f"{path} is not what was written there: put it aside, and run again.")
    return told


def _write(path: Path, data: bytes) -> None:
    temporary = path.with_name(f".{path.name}.part")
    with temporary.open("wb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())
    temporary.replace(path)
