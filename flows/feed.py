"""The tombstone feed as others read it, from a folder or the web, with no ledger and no settings.

Each batch is believed only as far as a signed checkpoint shows that the journal names it. How a feed is made, and what
its files are, is told in `flows.tombstones`.
"""

import hashlib
import json
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from http.client import HTTPException, HTTPResponse
from pathlib import Path
from typing import Any, Protocol
from urllib.parse import urlsplit
from urllib.request import Request, urlopen

from flows.errors import FlowError
from ledger.journal import LEAF_BYTES_MAX
from ledger.notes import KEY_BYTES_MAX, BadNote, PublicKey
from ledger.tlog_proofs import PROOF_BYTES_MAX, check_proof, read_proof

FEED, VKEY = "feed.jsonl", "ledger.vkey"
FORMAT = "fodaftryk-tombstones/1"
"""Names in a feed, and how its batches begin (`flows.tombstones`)."""

FEED_BYTES_MAX = 100_000_000
"""Longest list of batches: 200 bytes each."""

BATCH_BYTES_MAX = 2_000_000_000
"""Largest batch: 230 bytes a document, and about as much again in memory."""

TIMEOUT_S = 60.0
"""How long a server may be silent."""

FETCH_S_MAX = 3600.0
"""How long a file of a feed may take to come: the largest comes in an hour at half a megabyte a second."""

PIECE_BYTES = 2**16
"""Bytes of an answer that are read at a time."""

UNREADABLE = (ValueError, KeyError, TypeError, AttributeError, RecursionError)
"""What JSON that is none, or not of the form, leads to."""


@dataclass(frozen=True, slots=True)
class Batch:
    """One withdrawal's documents in the feed: the number of its entry, its reason, and what names the documents.

    `is_lifted` tells that the withdrawal is over since, as the journal shows: its documents may be used again.
    """

    entry: int
    reason: str
    ids: frozenset[str]
    digests: frozenset[str]
    is_lifted: bool = False


@dataclass(frozen=True, slots=True)
class Feed:
    """The batches that are shown to be in the journal, the journal's size when the last was shown, and the key."""

    batches: tuple[Batch, ...]
    size: int
    key: PublicKey
    key_came_along: bool


class _Place(Protocol):
    """Where a feed lies."""

    def read(self, name: str, bytes_max: int) -> bytes:
        """Read a file of it. Raises FlowError when it is not there or too large."""


def read_feed(place: str, key: PublicKey | None) -> Feed:
    """Read a feed from a folder or an address, and check it with a key, or with the one that lies in it.

    Raises FlowError for what is not there, or is not what a signed checkpoint shows.
    """
    try:
        files: _Place = _Web(place) if place.startswith(("http://", "https://")) else Folder(Path(place))
        trusted = key or PublicKey.parse(files.read(VKEY, KEY_BYTES_MAX).decode())
        batches, size = [], 0
        for line in files.read(FEED, FEED_BYTES_MAX).splitlines():
            batch, shown = _batch(files, json.loads(line), trusted)
            batches.append(batch)
            size = max(size, shown)
    except (BadNote, *UNREADABLE) as error:
        raise FlowError(f"{place} is no feed that can be trusted: {error}. Nothing was changed.") from error
    return Feed(tuple(batches), size, trusted, key is None)


class Folder:
    """A folder that a feed, or something sent, lies in."""

    def __init__(self, folder: Path) -> None:
        """Nothing is looked at yet."""
        self._folder = folder

    def read(self, name: str, bytes_max: int) -> bytes:
        """Read a file of it. Raises FlowError when it is not there or too large."""
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
                data = _read(answer, bytes_max)
        except (HTTPException, OSError, ValueError) as error:
            raise FlowError(
                f"{place} cannot be fetched ({error}): see to the address, or download the feed."
            ) from error
        if len(data) > bytes_max:
            raise FlowError(f"{place} is larger than the {bytes_max:,} bytes that are read.")
        return data


def _read(answer: HTTPResponse, bytes_max: int) -> bytes:
    """What a server answers, and one byte more than it may be at most. Raises TimeoutError when it takes too long."""
    data, until = bytearray(), time.monotonic() + FETCH_S_MAX
    while len(data) <= bytes_max and (piece := answer.read1(PIECE_BYTES)):
        data += piece
        if time.monotonic() > until:
            raise TimeoutError(f"it did not come in {FETCH_S_MAX:.0f} seconds")
    return bytes(data)


def _batch(files: _Place, line: Mapping[str, Any], key: PublicKey) -> tuple[Batch, int]:
    """A batch with the journal's size under the checkpoint that shows it. Raises BadNote and what bad JSON leads to."""
    entry, size = _entry(files, line["proof"], key)
    data = files.read(_plain(line["file"]), BATCH_BYTES_MAX)
    digest = hashlib.sha256(data).hexdigest()
    if (entry["kind"], entry["body"]["file"]) != ("tombstones", digest):
        raise BadNote(f"{line['file']} is not what entry {entry['seq']} of the journal names")
    head, *rows = data.splitlines()
    told = json.loads(head)
    if told["format"] != FORMAT:
        raise BadNote(f"{line['file']} has another format: use a newer version of this program")
    if is_lifted := "lifted" in line:
        lift, shown = _entry(files, line["lifted"], key)
        size = max(size, shown)
        if (lift["kind"], lift["subject"], lift["body"]["by"]) != ("lift", "exclusions", told["by"]):
            raise BadNote(f"entry {lift['seq']} of the journal does not lift what {line['file']} is about")
        if lift["seq"] < entry["seq"]:
            raise BadNote(f"entry {lift['seq']} of the journal is older than {line['file']}, and does not lift it")
    ids, digests = zip(*_names(rows), strict=True) if rows else ((), ())
    return Batch(entry["seq"], str(entry["body"]["reason"]), frozenset(ids), frozenset(digests), is_lifted), size


def _entry(files: _Place, name: object, key: PublicKey) -> tuple[dict[str, Any], int]:
    """The entry of the journal that a proof shows, with the journal's size then. Raises as `_batch` does."""
    proof = read_proof(files.read(_plain(name), PROOF_BYTES_MAX).decode())
    if len(proof.extra) > LEAF_BYTES_MAX:
        raise BadNote("the proof carries no entry of a journal")
    size = check_proof(proof, proof.extra, key).size
    entry: dict[str, Any] = json.loads(proof.extra)
    if entry["seq"] != proof.index:
        raise BadNote(f"the proof of entry {proof.index} carries another")
    return entry, size


def _names(rows: list[bytes]) -> Iterator[tuple[str, str]]:
    for row in rows:
        told = json.loads(row)
        yield str(told["id"]), str(told["text_digest"])


def _plain(name: object) -> str:
    """A file's name in the feed. Raises BadNote for what leads elsewhere."""
    if not isinstance(name, str) or "/" in name or "\\" in name or name.startswith("."):
        raise BadNote(f"{name!r} is no file of a feed")
    return name
