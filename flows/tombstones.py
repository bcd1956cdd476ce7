"""The tombstone feed: which documents of releases are withdrawn, by digest, so that copies elsewhere can follow.

    tombstones/<sha256>.jsonl              a batch: what it is about, then one line a document; no text, no address
    tombstones/<entry>.tlog-proof          the proof that the journal names the batch, under a signed checkpoint
    tombstones/feed.jsonl                  the batches in their order: entry, file, proof, how many documents
    tombstones/ledger.vkey                 the key it is signed with

A batch is one withdrawal's documents that were in a release and in no batch of it before. The journal's entry is the
commit: files that no entry names are in no feed. Everything but `feed.jsonl` never changes, and that is made anew from
the journal whenever something is added, so that it can be lost without loss.
"""

import hashlib
import json
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path

from corpus.exclusions import key_of, read_exclusions
from flows.attesting import publish_checkpoint, secret_key
from flows.errors import FlowError
from flows.feed import FEED, FORMAT, VKEY
from flows.patching import Rewritten
from flows.progress import emit
from flows.taking_back import read_receipt
from flows.workspace import Workspace
from ledger.attest import prove
from ledger.journal import PROGRAM, Json, Stamp, canonical
from ledger.tlog_proofs import write_proof
from ledger.withdrawals import Exclusions, Reach, Taken, steps, subjects, take, withdrawals

FOLDER = "tombstones/"


def add_tombstones(
    space: Workspace, standing: Exclusions, rewritten: Rewritten, reasons: Mapping[str, str], now: datetime
) -> int:
    """Add the withdrawn documents of releases that are in no batch yet; returns how many.

    `reasons` has the class of each withdrawal: opt_out, takedown, objection or agreement_ended.
    """
    where = rewritten.releases_of()
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


def publish_feed(space: Workspace) -> None:
    """Put every batch's proof where it is missing, and the list of all batches."""
    batches = [(by, step) for by in withdrawals(space.ledger) for step in steps(space.ledger, by)]
    batches = [(by, step) for by, step in batches if step.reach is Reach.TOMBSTONES]
    if not batches:
        return
    missing = [by for by, step in batches if not space.storage.exists(_proof(step.seq))]
    if missing:
        note, key = publish_checkpoint(space), secret_key(space).public
        space.storage.put_bytes(FOLDER + VKEY, f"{key.vkey}\n".encode(), only_new=True)
        wanted = {step.seq for _, step in batches}
        for proof in prove(space.ledger, subjects(sorted(set(missing))), note, key):
            if proof.index in wanted and not space.storage.exists(_proof(proof.index)):
                space.storage.put_bytes(_proof(proof.index), write_proof(proof).encode(), only_new=True)
    lines = [_line(step) for _, step in sorted(batches, key=lambda each: each[1].seq)]
    space.storage.put_bytes(FOLDER + FEED, b"".join(lines))


def _line(step: Taken) -> bytes:
    file = f"{step.told['file']}.jsonl"
    proof = _proof(step.seq).removeprefix(FOLDER)
    return canonical({"entry": step.seq, "file": file, "proof": proof, "documents": step.told["documents"]}) + b"\n"


def _add_batch(
    space: Workspace, by: str, reason: str, rows: Mapping[tuple[str, str], tuple[str, str]], now: datetime
) -> None:
    versions = sorted({version for places in rows.values() for version in places}, key=_by_number)
    about: dict[str, Json] = {"reason": reason, "first": versions[0], "last": versions[-1]}
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
    """The ids of a withdrawal that are in a batch already."""
    ids: set[str] = set()
    for step in steps(space.ledger, by):
        if step.reach is Reach.TOMBSTONES:
            lines = space.storage.local(f"{FOLDER}{step.told['file']}.jsonl").read_bytes().splitlines()[1:]
            ids.update(json.loads(line)["id"] for line in lines)
    return ids


def _proof(seq: int) -> str:
    return f"{FOLDER}{seq:012}.tlog-proof"


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
