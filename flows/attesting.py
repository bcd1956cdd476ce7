"""Checkpoints of the journal in storage: signed when a release is sealed, when a holder asks, and when told to.

The secret key lies in a file on local disk and never in the database or the storage, so that who owns one of them
cannot sign. The public key and every checkpoint lie in storage under `checkpoints/`; beside each release lie the
checkpoint that covers it and the proof of its entry. They are beside the manifest and not in it, as the entry they
show names the manifest's digest.
"""

import re
import secrets
from collections.abc import Mapping

from corpus.errors import StorageError
from flows.errors import FlowError
from flows.workspace import Workspace
from ledger.attest import attest, prove
from ledger.checkpoints import open_checkpoint
from ledger.errors import JournalBroken
from ledger.notes import BadNote, PublicKey, SecretKey, new_secret_key, read_secret_key
from ledger.tlog_proofs import read_proof, write_proof

FOLDER = "checkpoints/"
VKEY = f"{FOLDER}ledger.vkey"
CHECKPOINT, PROOF = "checkpoint", "ledger.tlog-proof"
"""Names beside a release's manifest. They differ from ledger to ledger, also where the release is the same."""

_PUBLISHED = re.compile(rf"{FOLDER}[0-9]{{12,}}|releases/[^/]+/{CHECKPOINT}")


def secret_key(space: Workspace) -> SecretKey:
    """Return the key that signs for this ledger, made the first time; its public half stands in storage.

    Raises FlowError when it is not the key that signed before, or not of the origin that is set, and JournalBroken
    when its file cannot be trusted.
    """
    file = space.settings.ledger_key
    try:
        key = read_secret_key(file)
    except FileNotFoundError:
        key = _first_key(space)
    origin = space.settings.ledger.origin
    if origin and key.name != origin:
        raise FlowError(f"{file} signs for {key.name}, not for {origin}, as FODAFTRYK_LEDGER__ORIGIN says: set one.")
    if not space.storage.exists(VKEY):
        space.storage.put_bytes(VKEY, f"{key.public.vkey}\n".encode(), only_new=True)
    elif (known := _stored_key(space)) != key.public:
        raise FlowError(f"{_signed_by(space, known)} and not with the key in {file}: name its file {_SETTING}.")
    return key


def public_key(space: Workspace) -> PublicKey:
    """Return what this ledger's checkpoints are checked with: by the key's own file, and without it as published.

    Raises FlowError when there is neither.
    """
    try:
        return read_secret_key(space.settings.ledger_key).public
    except FileNotFoundError:
        if not space.storage.exists(VKEY):
            raise FlowError("Nothing was signed yet: `fodaftryk ledger checkpoint` makes a key and signs.") from None
        return _stored_key(space)


def published(space: Workspace) -> dict[str, str]:
    """Return every checkpoint's note in storage, by its key: the ledger's own, and those beside releases."""
    keys = [*space.storage.keys(FOLDER), *space.storage.keys("releases/")]
    return {key: _text(space, key) for key in keys if _PUBLISHED.fullmatch(key)}


def newest_attested(space: Workspace) -> tuple[str, str]:
    """Return the public key as one line, and the newest checkpoint's note, as published; empty before the first."""
    newest = max((key for key in space.storage.keys(FOLDER) if _PUBLISHED.fullmatch(key)), default="")
    if not newest or not space.storage.exists(VKEY):
        return "", ""
    return _text(space, VKEY).strip(), _text(space, newest)


def publish_checkpoint(space: Workspace) -> str:
    """Sign the journal as it stands, put the checkpoint into storage, and return its note.

    Raises JournalBroken when the journal does not begin with the checkpoint published last.
    """
    key = secret_key(space)
    note = attest(space.ledger, key, _last(space, key.public))
    size = open_checkpoint(note, key.public).size
    space.storage.put_bytes(f"{FOLDER}{size:012}", note.encode(), only_new=True)
    return note


def attest_release(space: Workspace, version: str) -> None:
    """Put beside a recorded release its entry's proof, and the checkpoint that is in it. Again it changes nothing."""
    folder = f"releases/{version}/"
    if not space.storage.exists(folder + PROOF):
        note = publish_checkpoint(space)
        proof = next(prove(space.ledger, [f"release:{version}"], note, secret_key(space).public))
        space.storage.put_bytes(folder + PROOF, write_proof(proof).encode(), only_new=True)
    if not space.storage.exists(folder + CHECKPOINT):
        note = read_proof(_text(space, folder + PROOF)).note
        space.storage.put_bytes(folder + CHECKPOINT, note.encode(), only_new=True)


def sizes_stated(notes: Mapping[str, str]) -> dict[str, int]:
    """Return how many entries a published checkpoint has by its own name, for those that are named by it."""
    return {key: int(key.removeprefix(FOLDER)) for key in notes if key.startswith(FOLDER)}


_AUDIT = "Nothing is signed; find out what happened with `fodaftryk ledger audit`."
_SETTING = "with FODAFTRYK_LEDGER__KEY or [ledger] key in fodaftryk.toml"


def _last(space: Workspace, key: PublicKey) -> str | None:
    """The checkpoint published last, if there is one: that of the highest number, which must be its size.

    Otherwise an older one under a higher name would let the entries behind it be rewritten.
    """
    ours = [name for name in space.storage.keys(FOLDER) if _PUBLISHED.fullmatch(name)]
    if not ours:
        return None
    place = max(ours, key=_by_number)
    note = _text(space, place)
    try:
        size = open_checkpoint(note, key).size
    except BadNote as error:
        raise JournalBroken(f"{space.storage.uri(place)}: {error}. {_AUDIT}") from error
    if size != int(place.removeprefix(FOLDER)):
        raise JournalBroken(f"{space.storage.uri(place)} is the checkpoint of {size} entries: exchanged. {_AUDIT}")
    return note


def _by_number(key: str) -> tuple[int, str]:
    """Sort keys that end in a number by it."""
    return len(key), key


def _first_key(space: Workspace) -> SecretKey:
    """Make the ledger's key, unless another signed before: then it is missing here, and not to be replaced."""
    file = space.settings.ledger_key
    if space.storage.exists(VKEY):
        raise FlowError(
            f"{_signed_by(space, _stored_key(space))}, which is not at {file}: bring the file from the machine that "
            f"made it, or from your backup, and name it {_SETTING}."
        )
    try:
        return new_secret_key(space.settings.ledger.origin or f"fodaftryk/{secrets.token_hex(8)}", file)
    except FileExistsError:  # another process was first
        return read_secret_key(file)


def _signed_by(space: Workspace, key: PublicKey) -> str:
    return f"the checkpoints in {space.storage.uri(FOLDER)} are signed with the key {key.name} ({key.id.hex()})"


def _stored_key(space: Workspace) -> PublicKey:
    try:
        return PublicKey.parse(_text(space, VKEY))
    except BadNote as error:
        raise FlowError(f"{space.storage.uri(VKEY)}: {error}. Bring it back from your backup.") from error


def _text(space: Workspace, key: str) -> str:
    try:
        return space.storage.local(key).read_text(encoding="utf-8")
    except UnicodeDecodeError:
        raise StorageError(f"{space.storage.uri(key)} is no text: bring it back from your backup.") from None
