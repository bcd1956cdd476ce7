"""Signed notes (c2sp.org/signed-note): a text, an empty line, and a line for each who signed it. No database in sight.

A key has a name and an id; both stand in the signature's line, and together they say whose it is and how it was made.
Keys are written as one line, as Go's `note` package writes them: `name+id+base64` for the public one, `PRIVATE+KEY+…`
for the secret one. Only Ed25519 signatures (type 1) are made and understood; others are passed over, as the format
asks, so that a note may carry the signatures of witnesses too.
"""

import base64
import binascii
import hashlib
import os
import re
import stat
import tempfile
from dataclasses import dataclass
from pathlib import Path

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from ledger.errors import JournalBroken

ED25519 = b"\x01"
"""The signature type's byte."""

NOTE_BYTES_MAX = 256 * 1024
"""Longest note that is read: sixteen signatures, which everybody must accept, of the largest kind take 80 KB."""

KEY_BYTES_MAX = 4096
"""Longest key file that is read; ours has less than 200 bytes."""

NAME = re.compile(r"[^\s+]{1,200}")
"""Of a key: no spaces and no plus."""

_SIGNATURE = re.compile(r"— (?P<name>[^\s+]+) (?P<value>[A-Za-z0-9+/]+={0,2})")
_VKEY = re.compile(r"(?P<name>[^\s+]+)\+(?P<id>[0-9a-f]{8})\+(?P<key>[A-Za-z0-9+/]+={0,2})")


class BadNote(ValueError):  # noqa: N818  what is read is at fault, not this program
    """A note or key that is not of the form, or not signed by the key; the message says which."""


@dataclass(frozen=True, slots=True)
class PublicKey:
    """What signatures are checked with: a name, and the 32 bytes of an Ed25519 key."""

    name: str
    key: bytes

    @property
    def id(self) -> bytes:
        """Four bytes that tell keys of one name apart."""
        return hashlib.sha256(self.name.encode() + b"\n" + ED25519 + self.key).digest()[:4]

    @property
    def vkey(self) -> str:
        """The key as one line."""
        return f"{self.name}+{self.id.hex()}+{base64.b64encode(ED25519 + self.key).decode()}"

    @classmethod
    def parse(cls, vkey: str) -> "PublicKey":
        """Read a key's line. Raises BadNote when it is none, or its id is another key's."""
        found = _VKEY.fullmatch(vkey.strip())
        value = decoded(found["key"]) if found else b""
        if found is None or len(value) != 33 or value[:1] != ED25519:
            raise BadNote("no public key for Ed25519: it is one line, such as example.dk/ledger+0123abcd+AQ…")
        made = cls(found["name"], value[1:])
        if made.id.hex() != found["id"]:
            raise BadNote(f"the public key of {made.name} does not fit the id {found['id']} that stands with it")
        return made


@dataclass(frozen=True, slots=True)
class SecretKey:
    """What signs: a name, and the 32 bytes of an Ed25519 seed. Never printed."""

    name: str
    seed: bytes

    def __repr__(self) -> str:
        return f"SecretKey({self.name!r})"

    @property
    def public(self) -> PublicKey:
        """What checks its signatures."""
        return PublicKey(self.name, self._key.public_key().public_bytes_raw())

    @property
    def _key(self) -> Ed25519PrivateKey:
        return Ed25519PrivateKey.from_private_bytes(self.seed)

    def sign(self, text: str) -> str:
        """Make a signed note of a text that ends in a newline. The same text gives the same note."""
        public = self.public
        value = base64.b64encode(public.id + self._key.sign(text.encode())).decode()
        return f"{text}\n— {public.name} {value}\n"


def open_note(note: str, key: PublicKey) -> str:
    """Return the text of a note that a key signed.

    Raises:
        BadNote: it is no note, the key did not sign it, or a signature by the key does not fit the text.

    """
    if len(note.encode("utf-8", "surrogatepass")) > NOTE_BYTES_MAX:
        raise BadNote(f"longer than the {NOTE_BYTES_MAX} bytes a note may have")
    if any(character < " " and character != "\n" for character in note):
        raise BadNote("no signed note: it has control characters")
    body, mark, lines = note.rpartition("\n\n")
    if not mark or not lines.endswith("\n"):
        raise BadNote("no signed note: it has no text, empty line and signatures")
    text = body + "\n"
    signatures = [_SIGNATURE.fullmatch(line) for line in lines[:-1].split("\n")]
    ours = []
    for found in signatures:
        value = decoded(found["value"]) if found else b""
        if found is None or len(value) <= 4:
            raise BadNote("no signed note: a signature's line is not of the form")
        if found["name"] == key.name and value[:4] == key.id:
            ours.append(value[4:])
    if not ours:
        names = ", ".join(sorted({found["name"] for found in signatures if found}))
        raise BadNote(f"not signed by {key.name} ({key.id.hex()}), but by {names}")
    for value in ours:
        try:
            Ed25519PublicKey.from_public_bytes(key.key).verify(value, text.encode())
        except (InvalidSignature, ValueError):
            raise BadNote(f"the signature of {key.name} does not fit: text or signature was changed") from None
    return text


def decoded(text: str) -> bytes:
    """Return the bytes of standard base64. Raises BadNote when it is none, or not written the one way it can be."""
    try:
        value = base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        value = b""
    if not value or base64.b64encode(value).decode() != text:
        raise BadNote(f"{text[:60]!r} is not base64")
    return value


def new_secret_key(name: str, file: Path) -> SecretKey:
    """Make a key and write it to a new file that only its owner reads.

    Raises:
        JournalBroken: the name cannot be a key's.
        FileExistsError: there is such a file.

    """
    if not NAME.fullmatch(name):
        raise JournalBroken(f"{name!r} cannot name a ledger: no spaces, no plus, such as example.dk/ledger")
    key = SecretKey(name, os.urandom(32))
    value = base64.b64encode(ED25519 + key.seed).decode()
    file.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.NamedTemporaryFile("w", dir=file.parent, prefix=".key-") as out:  # made for its owner alone
        out.write(f"PRIVATE+KEY+{name}+{key.public.id.hex()}+{value}\n")
        out.flush()
        os.fsync(out.fileno())
        os.link(out.name, file)
    return key


def read_secret_key(file: Path) -> SecretKey:
    """Read a key from its file.

    Raises:
        JournalBroken: others may read the file, or there is no key in it.
        FileNotFoundError: there is no such file.

    """
    with file.open(encoding="utf-8", errors="replace") as lines:
        if stat.S_IMODE(os.fstat(lines.fileno()).st_mode) & 0o077:
            raise JournalBroken(f"{file} can be read by others, who could sign in our name: chmod 600 {file}")
        text = lines.read(KEY_BYTES_MAX).strip()
    found = _VKEY.fullmatch(text.removeprefix("PRIVATE+KEY+"))
    try:
        value = decoded(found["key"]) if found else b""
    except BadNote:
        value = b""
    if found and text.startswith("PRIVATE+KEY+") and len(value) == 33 and value[:1] == ED25519:
        key = SecretKey(found["name"], value[1:])
        if key.public.id.hex() == found["id"]:
            return key
    raise JournalBroken(f"{file} holds no key that signs checkpoints: bring back the file as it was from your backup")
