"""Checkpoints (c2sp.org/tlog-checkpoint): the journal's size and root at a moment, signed. No database in sight.

A checkpoint is what others hold against us: whoever has one can tell that the journal was cut, changed or exchanged
since. Its text is three lines: the origin, which is the signing key's name; the number of entries; the root in base64.
"""

import base64
import re
from dataclasses import dataclass

from ledger.notes import BadNote, PublicKey, SecretKey, decoded, open_note

_TEXT = re.compile(r"(?P<origin>[^\n]+)\n(?P<size>0|[1-9][0-9]{0,18})\n(?P<root>[A-Za-z0-9+/]{43}=)\n(?:[^\n]+\n)*")


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """A journal's size and the 32 bytes of its root."""

    origin: str
    size: int
    root: bytes

    @property
    def text(self) -> str:
        """The lines that are signed."""
        return f"{self.origin}\n{self.size}\n{base64.b64encode(self.root).decode()}\n"


def sign_checkpoint(key: SecretKey, size: int, root: bytes) -> str:
    """Make the signed note of a checkpoint."""
    return key.sign(Checkpoint(key.name, size, root).text)


def open_checkpoint(note: str, key: PublicKey) -> Checkpoint:
    """Read a checkpoint that a key signed.

    Raises:
        BadNote: it is no checkpoint, not of this key's journal, or not signed by it.

    """
    found = _TEXT.fullmatch(open_note(note, key))
    if found is None:
        raise BadNote("no checkpoint: its text is not origin, size and root")
    if found["origin"] != key.name:
        raise BadNote(f"a checkpoint of {found['origin']}, not of {key.name}")
    return Checkpoint(found["origin"], int(found["size"]), decoded(found["root"]))
