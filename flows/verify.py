"""What somebody was given, checked without a ledger, a network or a setting: does it say what it seems to say?

`verify` looks at what it is given and takes the first of `KINDS` that knows it; a new kind is one line there. Each
answers what it is, what was counted, and every finding.
"""

import hashlib
import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from flows import attesting, holding
from flows.errors import FlowError
from ledger.audit import FINDINGS_MAX
from ledger.checkpoints import open_checkpoint
from ledger.journal import LEAF_BYTES_MAX, commitment
from ledger.notes import KEY_BYTES_MAX, NOTE_BYTES_MAX, BadNote, PublicKey
from ledger.records import Finding
from ledger.tlog_proofs import HEADER, PROOF_BYTES_MAX, check_proof, read_proof

OPENING_BYTES_MAX = 1_000_000
"""Longest line of values that an entry commits to; a source's names and notes have some hundred bytes."""

MANIFEST_BYTES_MAX = 1_000_000_000
"""Largest manifest that is read: a shard takes 400 bytes of it."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """What was given, what was counted in it, what is wrong, and the key it was checked with.

    `key_came_along` tells that the key was taken from what was given: then it shows only that all fits together.
    """

    what: str
    counted: Mapping[str, Any]
    findings: tuple[Finding, ...]
    key: PublicKey
    key_came_along: bool


def verify(path: Path, key: str | None) -> Verdict:
    """Check what lies at a path, with a key that is named (its line, or a file with it), or with the one beside it.

    Raises FlowError when it is nothing that can be checked, or there is no key to check it with.
    """
    for knows, what, check in KINDS:
        if knows(path):
            trusted = named_key(key) if key else _key_beside(path)
            counted, findings = check(path, trusted)
            return Verdict(what, counted, tuple(findings[:FINDINGS_MAX]), trusted, key is None)
    raise FlowError(
        f"{path} is nothing that can be checked here: give a folder that `fodaftryk proof` made, a .tlog-proof, a "
        "checkpoint, or a release's folder."
    )


Checked = tuple[dict[str, Any], list[Finding]]


def _check_held(folder: Path, key: PublicKey) -> Checked:
    """Check a holder's folder: each entry with its proof, no proof without its entry, and what is opened of them."""
    findings: list[Finding] = []
    sizes, bodies = set(), {}
    for number, line in _lines(folder / holding.EVENTS, LEAF_BYTES_MAX):
        try:
            entry = json.loads(line)
            seq = int(entry["seq"])
            bodies[seq] = entry["body"]
            proof = read_proof(_text(folder / holding.PROOFS / f"{seq:012}.tlog-proof", PROOF_BYTES_MAX))
            sizes.add(check_proof(proof, line, key).size)
            if proof.index != seq:
                raise BadNote(f"the proof is of entry {proof.index}")  # noqa: TRY301 - told like every other
        except BadNote as error:
            findings.append(Finding(f"{holding.EVENTS}, line {number}", str(error)))
        except (ValueError, KeyError, TypeError):
            findings.append(Finding(f"{holding.EVENTS}, line {number}", "is no entry of a journal"))
    proofs = {path.name for path in (folder / holding.PROOFS).glob("*")}
    spare = sorted(proofs - {f"{seq:012}.tlog-proof" for seq in bodies})
    findings += [Finding(f"{holding.PROOFS}/{name}", f"is of no entry in {holding.EVENTS}") for name in spare]
    opened = 0
    if (folder / holding.OPENINGS).exists():
        for number, line in _lines(folder / holding.OPENINGS, OPENING_BYTES_MAX):
            opened += 1
            if not _opens(line, bodies):
                findings.append(Finding(f"{holding.OPENINGS}, line {number}", "is not what its entry committed to"))
    counted = {"entries": len(bodies), "opened": opened, "entries in the journal then": max(sizes, default=0)}
    return counted, findings


def _opens(line: bytes, bodies: Mapping[int, Any]) -> bool:
    """Whether a nonce and values are what an entry committed to."""
    try:
        opening = json.loads(line)
        made = commitment(opening["nonce"], opening["values"])
        return bool(bodies[opening["entry"]]["commitment"] == made)
    except (ValueError, KeyError, TypeError):
        return False


def _check_proof(file: Path, key: PublicKey) -> Checked:
    """Check one proof, with the entry that it carries."""
    try:
        proof = read_proof(_text(file, PROOF_BYTES_MAX))
        if not proof.extra:
            raise BadNote("it carries no entry: check it with the tool that made it")  # noqa: TRY301
        size = check_proof(proof, proof.extra, key).size
    except BadNote as error:
        return {}, [Finding(file.name, str(error))]
    return {"entry": proof.extra.decode("utf-8", "replace"), "entries in the journal then": size}, []


def _check_checkpoint(file: Path, key: PublicKey) -> Checked:
    """Check a checkpoint's signature."""
    try:
        size = open_checkpoint(_text(file, NOTE_BYTES_MAX), key).size
    except BadNote as error:
        return {}, [Finding(file.name, str(error))]
    return {"entries in the journal then": size}, []


def _check_release(folder: Path, key: PublicKey) -> Checked:
    """Check that a release's manifest is the one that the ledger has an entry of."""
    try:
        proof = read_proof(_text(folder / attesting.PROOF, PROOF_BYTES_MAX))
        size = check_proof(proof, proof.extra, key).size
        entry = json.loads(proof.extra)
        stated = (entry["kind"], entry["subject"], entry["body"]["manifest_digest"])
    except BadNote as error:
        return {}, [Finding(attesting.PROOF, str(error))]
    except (ValueError, KeyError, TypeError):
        return {}, [Finding(attesting.PROOF, "is of no release's entry")]
    manifest = _bytes(folder / "manifest.json", MANIFEST_BYTES_MAX)
    version = json.loads(manifest).get("version")
    if stated != ("release", f"release:{version}", hashlib.sha256(manifest).hexdigest()):
        return {}, [Finding("manifest.json", "is not the manifest that the ledger recorded under this version")]
    return {"release": version, "entries in the journal then": size}, []


def _is_text_of(path: Path, begins: str) -> bool:
    if not path.is_file():
        return False
    with path.open("rb") as file:
        return file.read(len(begins)) == begins.encode()


def _is_note(path: Path) -> bool:
    """Whether a file looks like a signed note."""
    return path.is_file() and path.stat().st_size <= NOTE_BYTES_MAX and "\n\n— ".encode() in path.read_bytes()


KINDS: tuple[tuple[Callable[[Path], bool], str, Callable[[Path, PublicKey], Checked]], ...] = (
    (lambda path: (path / holding.EVENTS).is_file(), "entries about a holder", _check_held),
    (lambda path: (path / attesting.PROOF).is_file(), "a release's manifest", _check_release),
    (lambda path: _is_text_of(path, HEADER), "the proof of an entry", _check_proof),
    (_is_note, "a checkpoint", _check_checkpoint),
)
"""Whether this is one, what it is called, and its check; the first that knows it is taken."""


def named_key(named: str) -> PublicKey:
    """Read a public key that is given as its line, or as a file with it. Raises FlowError when it is none."""
    file = Path(named)
    try:
        return PublicKey.parse(named if "+" in named and not file.exists() else _text(file, KEY_BYTES_MAX))
    except BadNote as error:
        raise FlowError(f"{named}: {error}") from error


def _key_beside(path: Path) -> PublicKey:
    """The key that lies beside what is checked."""
    places = [path, path.parent, path.parent.parent, path.parent.parent / attesting.FOLDER]
    beside = [place / holding.VKEY for place in places if (place / holding.VKEY).is_file()]
    if not beside:
        raise FlowError(f"There is no {holding.VKEY} beside {path}: name the key you trust with --key.")
    return named_key(str(beside[0]))


def _lines(file: Path, bytes_max: int) -> Iterator[tuple[int, bytes]]:
    """The lines of a file, numbered from 1, without their ends; a longer one is cut, so it will not fit its proof."""
    with file.open("rb") as lines:
        number = 0
        while line := lines.readline(bytes_max + 1):
            number += 1
            yield number, line.rstrip(b"\n")


def _text(file: Path, bytes_max: int) -> str:
    try:
        return _bytes(file, bytes_max).decode()
    except UnicodeDecodeError:
        raise BadNote(f"{file.name} is no text") from None


def _bytes(file: Path, bytes_max: int) -> bytes:
    """Read a file that is there and not too large. Raises BadNote for others."""
    if not file.is_file():
        raise BadNote(f"{file.name} is missing")
    if file.stat().st_size > bytes_max:
        raise BadNote(f"{file.name} is larger than the {bytes_max:,} bytes that are read")
    return file.read_bytes()
