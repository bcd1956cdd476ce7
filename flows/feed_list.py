"""The list of the tombstone feed: every batch with its proof, and which of them were lifted since.

    tombstones/<entry>.tlog-proof          the proof that the journal has an entry, under a signed checkpoint
    tombstones/feed.jsonl                  the batches in their order: entry, file, proof, how many documents
    tombstones/ledger.vkey                 the key it is signed with

A batch whose withdrawal was lifted after it stays in the list, and says so with the proof of the entry that lifted it:
who took its rows out of a copy learns that they may be used again. The list is made anew from the journal whenever
something changes, so that it can be lost without loss; nothing else in the feed ever changes.
"""

from collections.abc import Collection, Sequence

from flows.attesting import publish_checkpoint, secret_key
from flows.feed import FEED, VKEY
from flows.workspace import Workspace
from ledger.attest import prove
from ledger.journal import Json, canonical
from ledger.tlog_proofs import write_proof
from ledger.withdrawals import Reach, Taken, steps, subjects, withdrawals

FOLDER = "tombstones/"


def publish_feed(space: Workspace) -> None:
    """Put proofs where they are missing, and the list of all batches."""
    taken = {by: steps(space.ledger, by) for by in withdrawals(space.ledger)}
    batches = [(step, by) for by, some in taken.items() for step in some if step.reach is Reach.TOMBSTONES]
    if not batches:
        return
    lifts = {step.seq: lift for step, by in batches if (lift := lifted_at(taken[by])) > step.seq}
    wanted = {step.seq for step, _ in batches} | set(lifts.values())
    if missing := {seq for seq in wanted if not space.storage.exists(_proof(seq))}:
        about = [by for step, by in batches if missing & {step.seq, lifts.get(step.seq, step.seq)}]
        _put_proofs(space, missing, subjects(sorted(set(about))))
    ordered = sorted((step for step, _ in batches), key=lambda step: step.seq)
    space.storage.put_bytes(FOLDER + FEED, b"".join(_line(step, lifts.get(step.seq)) for step in ordered))


def lifted_at(taken: Sequence[Taken]) -> int:
    """The number of the entry that lifted a withdrawal last; -1 where none did."""
    return max((step.seq for step in taken if step.reach is Reach.LIFTED), default=-1)


def _put_proofs(space: Workspace, missing: Collection[int], about: Sequence[str]) -> None:
    note, key = publish_checkpoint(space), secret_key(space).public
    space.storage.put_bytes(FOLDER + VKEY, f"{key.vkey}\n".encode(), only_new=True)
    for proof in prove(space.ledger, about, note, key):
        if proof.index in missing:
            space.storage.put_bytes(_proof(proof.index), write_proof(proof).encode(), only_new=True)


def _line(step: Taken, lift: int | None) -> bytes:
    told: dict[str, Json] = {"entry": step.seq, "file": f"{step.told['file']}.jsonl", "proof": _name(step.seq)}
    lifted: dict[str, Json] = {} if lift is None else {"lifted": _name(lift)}
    return canonical({**told, "documents": step.told["documents"], **lifted}) + b"\n"


def _proof(seq: int) -> str:
    return FOLDER + _name(seq)


def _name(seq: int) -> str:
    return f"{seq:012}.tlog-proof"
