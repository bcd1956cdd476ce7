"""Proofs that the journal was only added to since an earlier checkpoint, made and checked. No database in sight.

Written as witnesses are told (c2sp.org/tlog-witness, the body of add-checkpoint): the earlier size, the hashes of the
consistency proof, an empty line, and the later checkpoint. The earlier one is not in it: whoever checks has their own.
"""

import base64
import re
from dataclasses import dataclass

from ledger.checkpoints import Checkpoint, open_checkpoint
from ledger.merkle import PATH_MAX, is_consistent
from ledger.notes import NOTE_BYTES_MAX, BadNote, PublicKey, decoded

SUCCESSION_CHARS_MAX = 2 * NOTE_BYTES_MAX
"""Longest one that is read."""

_OLD = re.compile(r"old (0|[1-9][0-9]{0,18})")


@dataclass(frozen=True, slots=True)
class Succession:
    """The size of the earlier journal, the hashes of the consistency proof, and the later checkpoint's note."""

    old: int
    path: tuple[bytes, ...]
    note: str


def write_succession(succession: Succession) -> str:
    """Write it as text."""
    hashes = [base64.b64encode(value).decode() for value in succession.path]
    return "\n".join([f"old {succession.old}", *hashes, "", succession.note])


def read_succession(text: str) -> Succession:
    """Read it, believing nothing of it yet.

    Raises:
        BadNote: it is not of the form.

    """
    head, mark, note = text[:SUCCESSION_CHARS_MAX].partition("\n\n")
    first, *lines = head.split("\n")
    found = _OLD.fullmatch(first)
    if not mark or found is None or len(lines) > PATH_MAX:
        raise BadNote("no proof that a journal was only added to: it is not old size, hashes, and a checkpoint")
    path = tuple(decoded(line) for line in lines)
    return Succession(int(found[1]), path, note)


def check_succession(succession: Succession, earlier: str, key: PublicKey) -> Checkpoint:
    """Return the later checkpoint, which begins with all that the earlier one has; a key signed both.

    Raises:
        BadNote: it does not.

    """
    old, new = open_checkpoint(earlier, key), open_checkpoint(succession.note, key)
    if old.size != succession.old:
        raise BadNote(f"the proof begins at {succession.old} entries, and the earlier checkpoint has {old.size}")
    if not is_consistent((old.size, old.root), (new.size, new.root), succession.path):
        raise BadNote(
            f"the journal of {new.size} entries does not begin with the {old.size} of the earlier checkpoint: entries "
            "were changed or taken out since, or the proof was"
        )
    return new
