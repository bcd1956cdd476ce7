"""Taking back: withdrawn documents taken out of a copy that somebody else keeps, by the tombstone feed.

Nothing but the feed, the copy and a key is needed: no ledger, no settings. Each batch of the feed is believed only as
far as a signed checkpoint shows that the journal names it. What was done is written beside the copy:

    withdrawn.json             for each file that was written anew, its digest as it was pulled and as it is now
    withdrawal-receipt.json    which batches were taken out and how many rows; it can be sent back and recorded

Run again it looks at everything again, and takes out what came to the feed or to the copy since.
"""

import hashlib
import json
import os
import secrets
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, Protocol
from urllib.error import URLError
from urllib.parse import urlsplit
from urllib.request import Request, urlopen

from corpus.errors import StorageError
from corpus.taking_out import TakenOut, parquet_in, rows_of, take_out
from flows.errors import FlowError
from flows.progress import emit
from ledger.journal import LEAF_BYTES_MAX, canonical
from ledger.notes import KEY_BYTES_MAX, BadNote, PublicKey
from ledger.records import Finding
from ledger.tlog_proofs import PROOF_BYTES_MAX, check_proof, read_proof

FEED, VKEY = "feed.jsonl", "ledger.vkey"
FORMAT = "fodaftryk-tombstones/1"
"""Names in a feed, and how its batches begin (`flows.tombstones`)."""

RECEIPT, NOTES = "withdrawal-receipt.json", "withdrawn.json"
RECEIPT_FORMAT = "fodaftryk-withdrawal-receipt/1"

FEED_BYTES_MAX = 100_000_000
"""Longest list of batches: 200 bytes each."""

BATCH_BYTES_MAX = 2_000_000_000
"""Largest batch: 230 bytes a document, and about as much again in memory."""

RECEIPT_BYTES_MAX = 10_000_000
"""Largest receipt that is read: 40 bytes a batch."""

TIMEOUT_S = 60.0
"""How long a server may be silent."""

_UNREADABLE = (ValueError, KeyError, TypeError, AttributeError, RecursionError)


@dataclass(frozen=True, slots=True)
class Batch:
    """One withdrawal's documents in the feed: the number of its entry, its reason, and what names the documents."""

    entry: int
    reason: str
    ids: frozenset[str]
    digests: frozenset[str]


@dataclass(frozen=True, slots=True)
class Feed:
    """The batches that are shown to be in the journal, the journal's size when the last was shown, and the key."""

    batches: tuple[Batch, ...]
    size: int
    key: PublicKey
    key_came_along: bool


@dataclass(frozen=True, slots=True)
class TakenBack:
    """What was done in a copy: files looked at and written anew, rows gone by entry, and what could not be done."""

    files: int
    rewritten: int
    rows: Mapping[int, int]
    findings: tuple[Finding, ...]
    receipt: Path


class _Place(Protocol):
    """Where a feed lies."""

    def read(self, name: str, bytes_max: int) -> bytes:
        """Read a file of it. Raises FlowError when it is not there or too large."""


def read_feed(place: str, key: PublicKey | None) -> Feed:
    """Read a feed from a folder or an address, and check it with a key, or with the one that lies in it.

    Raises FlowError for what is not there, or is not what a signed checkpoint shows.
    """
    files: _Place = _Web(place) if place.startswith(("http://", "https://")) else _Folder(Path(place))
    try:
        trusted = key or PublicKey.parse(files.read(VKEY, KEY_BYTES_MAX).decode())
        batches, size = [], 0
        for line in files.read(FEED, FEED_BYTES_MAX).splitlines():
            batch, shown = _batch(files, json.loads(line), trusted)
            batches.append(batch)
            size = max(size, shown)
    except (BadNote, *_UNREADABLE) as error:
        raise FlowError(f"{place} is no feed that can be trusted: {error}. Nothing was changed.") from error
    return Feed(tuple(batches), size, trusted, key is None)


def take_back(folder: Path, feed: Feed, now: datetime, copy: str = "") -> TakenBack:
    """Take what a feed names out of the Parquet below a folder, and write the receipt.

    `copy` names the copy in the receipt, as its keeper likes; without it, it has a name made at random.

    Raises FlowError when there is no Parquet, or the receipt that is there is none.
    """
    named = {name: str(batch.entry) for batch in feed.batches for name in (*batch.ids, *batch.digests)}
    ids, digests = (frozenset[str]().union(*each) for each in _columns(feed))
    wanted = rows_of(ids, digests)
    earlier, notes = read_notes(folder / RECEIPT), read_notes(folder / NOTES)
    findings, counts = list[Finding](), Counter[str]()
    for path in parquet_in(folder):
        name = path.relative_to(folder).as_posix()
        try:
            taken = take_out(path, named, wanted)
        except StorageError as error:
            findings.append(Finding(name, str(error)))
            continue
        counts["files"] += 1
        if not taken.is_known:
            findings.append(Finding(name, "has neither an `id` nor a `text_digest`: see to it by hand"))
        if taken.after:
            counts["rewritten"] += 1
            _note(folder / NOTES, notes, name, taken)
            emit("taken_out", name, rows=sum(taken.gone.values()))
    if not counts["files"] and not findings:
        raise FlowError(f"{folder} holds no Parquet: give the folder that a release, or a part of one, was pulled to.")
    rows = _rows_gone(feed, notes)
    receipt = _receipt(feed, rows, earlier, copy, now) | {"files": counts["files"], "unknown": len(findings)}
    _write(folder / RECEIPT, json.dumps(receipt, indent=1, sort_keys=True).encode() + b"\n")
    return TakenBack(counts["files"], counts["rewritten"], rows, tuple(findings), folder / RECEIPT)


def read_receipt(path: Path) -> tuple[str, dict[str, Any]]:
    """Read a receipt that somebody sent; returns its digest and what it says. Raises FlowError when it is none."""
    try:
        data = _Folder(path.parent).read(path.name, RECEIPT_BYTES_MAX)
        told = json.loads(data)
        entries = {int(entry): int(rows) for entry, rows in told["rows"].items()}
        if told["format"] != RECEIPT_FORMAT or min((*entries.values(), *entries.keys()), default=0) < 0:
            raise ValueError("it is of another format")
        size, unknown = int(told["checkpoint"]), int(told["unknown"])
        copy = str(told["copy"])[:COPY_CHARS_MAX]
    except _UNREADABLE as error:
        raise FlowError(f"{path} is no receipt of `fodaftryk verify --withdrawals` ({error}).") from error
    digest = hashlib.sha256(data).hexdigest()
    return digest, {"rows": entries, "checkpoint": size, "unknown": unknown, "copy": copy}


COPY_CHARS_MAX = 100
"""Longest name of a copy."""


class _Folder:
    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def read(self, name: str, bytes_max: int) -> bytes:
        path = self._folder / name
        if not path.is_file():
            raise FlowError(f"{path} is not there: name the folder or the address of the tombstone feed with --feed.")
        if path.stat().st_size > bytes_max:
            raise FlowError(f"{path} is larger than the {bytes_max:,} bytes that are read.")
        return path.read_bytes()


class _Web:
    def __init__(self, address: str) -> None:
        self._address = address.rstrip("/")
        if not urlsplit(address).hostname:
            raise FlowError(f"{address!r} is no address: write it whole, as https://example.dk/tombstones.")

    def read(self, name: str, bytes_max: int) -> bytes:
        place = f"{self._address}/{name}"
        try:
            with urlopen(Request(place), timeout=TIMEOUT_S) as answer:  # noqa: S310 - http and https alone come here
                data: bytes = answer.read(bytes_max + 1)
        except (URLError, OSError) as error:
            raise FlowError(
                f"{place} cannot be fetched ({error}): see to the address, or download the feed."
            ) from error
        if len(data) > bytes_max:
            raise FlowError(f"{place} is larger than the {bytes_max:,} bytes that are read.")
        return data


def _batch(files: _Place, line: Mapping[str, Any], key: PublicKey) -> tuple[Batch, int]:
    """A batch with the journal's size under the checkpoint that shows it. Raises BadNote and what bad JSON leads to."""
    proof = read_proof(files.read(_plain(line["proof"]), PROOF_BYTES_MAX).decode())
    if len(proof.extra) > LEAF_BYTES_MAX:
        raise BadNote("the proof carries no entry of a journal")
    size = check_proof(proof, proof.extra, key).size
    entry = json.loads(proof.extra)
    data = files.read(_plain(line["file"]), BATCH_BYTES_MAX)
    digest = hashlib.sha256(data).hexdigest()
    if (entry["kind"], entry["body"]["file"], entry["seq"]) != ("tombstones", digest, proof.index):
        raise BadNote(f"{line['file']} is not what entry {proof.index} of the journal names")
    head, *rows = data.splitlines()
    if json.loads(head)["format"] != FORMAT:
        raise BadNote(f"{line['file']} has another format: use a newer version of this program")
    ids, digests = zip(*_names(rows), strict=True) if rows else ((), ())
    return Batch(proof.index, str(entry["body"]["reason"]), frozenset(ids), frozenset(digests)), size


def _names(rows: list[bytes]) -> Iterator[tuple[str, str]]:
    for row in rows:
        told = json.loads(row)
        yield str(told["id"]), str(told["text_digest"])


def _plain(name: object) -> str:
    """A file's name in the feed. Raises BadNote for what leads elsewhere."""
    if not isinstance(name, str) or "/" in name or "\\" in name or name.startswith("."):
        raise BadNote(f"{name!r} is no file of a feed")
    return name


def _columns(feed: Feed) -> tuple[list[frozenset[str]], list[frozenset[str]]]:
    return [batch.ids for batch in feed.batches], [batch.digests for batch in feed.batches]


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
    return {
        "format": RECEIPT_FORMAT,
        "copy": (copy or str(earlier.get("copy", "")) or secrets.token_hex(8))[:COPY_CHARS_MAX],
        "journal": feed.key.name,
        "checkpoint": feed.size,
        "rows": {str(entry): count for entry, count in rows.items()},
        "at": now.isoformat(),
    }


def _note(path: Path, notes: dict[str, Any], name: str, taken: TakenOut) -> None:
    """Note a file that was written anew, at once: who is killed behind it has it noted."""
    files = notes.setdefault("files", {})
    held = files.get(name, {})
    gone = dict(Counter(held.get("gone", {})) + Counter(taken.gone))
    files[name] = {"was": held.get("was", taken.before), "sha256": taken.after, "rows": taken.rows, "gone": gone}
    _write(path, canonical(notes) + b"\n")


def read_notes(path: Path) -> dict[str, Any]:
    """Read a file of notes; nothing where there is none. Raises FlowError for what is not of the form."""
    if not path.exists():
        return {}
    try:
        told = json.loads(_Folder(path.parent).read(path.name, FEED_BYTES_MAX))
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
