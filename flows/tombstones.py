"""The tombstone feed: which documents of releases are withdrawn, by digest, so that copies elsewhere can follow.

    tombstones/<sha256>.jsonl              a batch: what it is about, then one line a document; no text, no address
    tombstones/feed.jsonl, …               the list of all batches with their proofs (`flows.feed_list`)

A batch is one withdrawal's documents that were in a release and in no batch of it before, or in none since it was
lifted. The journal's entry is the commit: files that no entry names are in no feed.
"""

import hashlib
import json
from collections.abc import Iterator, Mapping
from datetime import datetime
from pathlib import Path

from corpus.exclusions import key_of, read_exclusions
from flows.errors import FlowError
from flows.feed import FORMAT
from flows.feed_list import FOLDER, lifted_at, publish_feed
from flows.patching import Rewritten
from flows.progress import emit
from flows.taking_back import read_receipt
from flows.workspace import Workspace
from ledger.journal import PROGRAM, Json, Stamp, canonical
from ledger.withdrawals import Exclusions, Reach, steps, take, withdrawals


def add_tombstones(
    space: Workspace, standing: Exclusions, rewritten: Rewritten, reasons: Mapping[str, str], now: datetime
) -> int:
    """Add the withdrawn documents of releases that are in no batch yet; returns how many.

    `reasons` has the class of each withdrawal: opt_out, takedown, objection or agreement_ended.
    """
    where = _lifted(space) | rewritten.releases_of()
    added = 0
    for by in sorted({each.by for each in standing.standing}):
        files = [space.storage.local(key_of(each.file)) for each in standing.standing if each.by == by]
        excluded = read_exclusions(files)
        ids, digests = set(excluded.ids), set(excluded.digests)
        told = _told(space, by)
        rows = {
            row: place for row, place in where.items() if (row[0] in ids or row[1] in digests) and row[0] not in told
        }
        if rows:
            _add_batch(space, by, reasons.get(by, "withdrawn"), rows, now)
            added += len(rows)
    publish_feed(space)
    return added


def _add_batch(
    space: Workspace, by: str, reason: str, rows: Mapping[tuple[str, str], tuple[str, str]], now: datetime
) -> None:
    versions = sorted({version for places in rows.values() for version in places}, key=_by_number)
    about: dict[str, Json] = {"reason": reason, "first": versions[0], "last": versions[-1]}
    if (lift := lifted_at(steps(space.ledger, by))) >= 0:
        about["after"] = lift  # what was told before that entry is told anew
    lines = [canonical({"format": FORMAT, "by": by, **about})]
    lines += [
        canonical({"id": name, "text_digest": digest, "first": first, "last": last})
        for (name, digest), (first, last) in sorted(rows.items())
    ]
    data = b"\n".join(lines) + b"\n"
    digest = hashlib.sha256(data).hexdigest()
    space.storage.put_bytes(f"{FOLDER}{digest}.jsonl", data)
    told = {"file": digest, "documents": len(rows), **about}
    take(space.ledger, by, Reach.TOMBSTONES, told, Stamp(PROGRAM, now))
    emit("tombstones", by, documents=len(rows))


def _told(space: Workspace, by: str) -> set[str]:
    """The ids of a withdrawal that are in a batch of it which was not lifted."""
    return {row["id"] for row in _rows(space, by, lifted=False)}


def _lifted(space: Workspace) -> dict[tuple[str, str], tuple[str, str]]:
    """The rows of lifted batches, each with the releases it was in: what stands may name some, and shards be gone."""
    rows = (row for by in withdrawals(space.ledger) for row in _rows(space, by, lifted=True))
    return {(row["id"], row["text_digest"]): (row["first"], row["last"]) for row in rows}


def _rows(space: Workspace, by: str, *, lifted: bool) -> Iterator[dict[str, str]]:
    """The rows of a withdrawal's batches: of those that were lifted, or of those that stand."""
    taken = steps(space.ledger, by)
    at = lifted_at(taken)
    for step in taken:
        if step.reach is Reach.TOMBSTONES and (step.seq < at) == lifted:
            lines = space.storage.local(f"{FOLDER}{step.told['file']}.jsonl").read_bytes().splitlines()[1:]
            yield from map(json.loads, lines)


def _by_number(version: str) -> list[int]:
    return [int(part) if part.isdigit() else 0 for part in version.split(".")]


def record_receipt(space: Workspace, path: Path, now: datetime, actor: str) -> tuple[str, ...]:
    """Record a receipt that somebody sent; returns the withdrawals it is about, those alone that are new or changed.

    The receipt itself is kept in storage. Raises FlowError when it is none, or of another journal's feed.
    """
    digest, told = read_receipt(path)
    known = {
        step.seq: by
        for by in withdrawals(space.ledger)
        for step in steps(space.ledger, by)
        if step.reach is Reach.TOMBSTONES
    }
    if not told["rows"] or not told["rows"].keys() <= known.keys():
        raise FlowError(f"{path} is about batches that this ledger has no entries of: it belongs to another feed.")
    space.storage.put_bytes(f"receipts/{digest}.json", path.read_bytes())
    recorded = []
    copy = hashlib.sha256(told["copy"].encode()).hexdigest()[:16]  # a name its keeper chose stays out of the journal
    for entry, rows in sorted(told["rows"].items()):
        by = known[entry]
        body: dict[str, Json] = {"copy": copy, "entry": entry, "rows": rows, "unknown": told["unknown"]}
        before = len(steps(space.ledger, by))
        take(space.ledger, by, Reach.RECEIPT, body, Stamp(actor, now))
        if len(steps(space.ledger, by)) > before:
            recorded.append(by)
    return tuple(dict.fromkeys(recorded))
