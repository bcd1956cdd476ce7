"""Proofs that an entry is in the journal (c2sp.org/tlog-proof, version 1), made and checked. No database in sight.

A proof is a text: the entry's index, the hashes on its way up the tree, and the checkpoint they lead to. We put the
entry's own bytes beside it as its `extra`, so that one file is enough to check: nothing rests on them but what they
hash to. What is checked is the whole chain: bytes → leaf → root → signature of a key that somebody trusts.
"""

import base64
import re
from dataclasses import dataclass

from ledger.checkpoints import Checkpoint, open_checkpoint
from ledger.merkle import PATH_MAX, leaf_hash, root_of_inclusion
from ledger.notes import NOTE_BYTES_MAX, BadNote, PublicKey, decoded

HEADER = "c2sp.org/tlog-proof@v1"

PROOF_BYTES_MAX = 2 * NOTE_BYTES_MAX
"""Longest proof that is read: an entry of 64 KB in base64, 63 hashes and a note take less."""

_INDEX = re.compile(r"index (0|[1-9][0-9]{0,18})")


@dataclass(frozen=True, slots=True)
class Proof:
    """An entry's index, the hashes of its inclusion proof, the checkpoint's note, and bytes that come along."""

    index: int
    path: tuple[bytes, ...]
    note: str
    extra: bytes = b""


def write_proof(proof: Proof) -> str:
    """Write a proof as text."""
    extra = [f"extra {base64.b64encode(proof.extra).decode()}"] if proof.extra else []
    hashes = [base64.b64encode(value).decode() for value in proof.path]
    return "\n".join([HEADER, *extra, f"index {proof.index}", *hashes, "", proof.note])


def read_proof(text: str) -> Proof:
    """Read a proof, believing nothing of it yet.

    Raises:
        BadNote: it is not of the form.

    """
    if len(text) > PROOF_BYTES_MAX:
        raise BadNote(f"longer than the {PROOF_BYTES_MAX} characters a proof may have")
    head, mark, note = text.partition("\n\n")
    first, *lines = head.split("\n")
    if not mark or first != HEADER:
        raise BadNote(f"no proof: it does not begin with {HEADER}")
    extra = decoded(lines.pop(0).removeprefix("extra ")) if lines and lines[0].startswith("extra ") else b""
    found = _INDEX.fullmatch(lines.pop(0)) if lines else None
    if found is None:
        raise BadNote("no proof: the entry's index is missing")
    if len(lines) > PATH_MAX:
        raise BadNote(f"no proof: it has more than {PATH_MAX} hashes")
    path = tuple(decoded(line) for line in lines)
    if any(len(value) != 32 for value in path):
        raise BadNote("no proof: a hash does not have 32 bytes")
    return Proof(int(found[1]), path, note, extra)


def check_proof(proof: Proof, entry: bytes, key: PublicKey) -> Checkpoint:
    """Return the checkpoint under which an entry's bytes stand at the proof's index, signed by a key.

    Raises:
        BadNote: they do not; the message says at which link the chain breaks.

    """
    checkpoint = open_checkpoint(proof.note, key)
    if proof.index >= checkpoint.size:
        raise BadNote(f"the checkpoint has {checkpoint.size} entries, so none with the number {proof.index}")
    if root_of_inclusion(leaf_hash(entry), proof.index, checkpoint.size, proof.path) != checkpoint.root:
        raise BadNote(
            f"entry {proof.index} does not lead to the checkpoint's root: entry, place or hashes were changed"
        )
    return checkpoint
