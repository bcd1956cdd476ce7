"""The checks behind `fodaftryk verify`, one for each kind of thing that somebody was given.

What is read comes from strangers: every file has a limit, and what is not of the form is a finding, never an exception.
Each check answers what it counted and what it found.
"""

import hashlib
import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, TypeAlias

from corpus.checksums import BESIDE, digest_of
from flows import attesting, holding
from ledger.checkpoints import open_checkpoint
from ledger.journal import LEAF_BYTES_MAX, commitment
from ledger.notes import NOTE_BYTES_MAX, BadNote, PublicKey
from ledger.records import Finding
from ledger.succession import SUCCESSION_CHARS_MAX, check_succession, read_succession
from ledger.tlog_proofs import PROOF_BYTES_MAX, check_proof, read_proof

OPENING_BYTES_MAX = 1_000_000
"""Longest line of values that an entry commits to; a source's names and notes have some hundred bytes."""

MANIFEST_BYTES_MAX = 1_000_000_000
"""Largest manifest that is read: a shard takes 400 bytes of it."""

SEQ_MAX = 2**63
"""No journal has that many entries."""

Checked: TypeAlias = tuple[dict[str, Any], list[Finding]]

_THEN = "entries in the journal then"
_UNREADABLE = (ValueError, KeyError, TypeError, AttributeError, RecursionError)
"""What JSON that is none, or not of the form, leads to."""


def check_held(folder: Path, key: PublicKey) -> Checked:
    """Check a holder's folder: each entry with its proof, no proof without its entry, and what is opened of them."""
    findings: list[Finding] = []
    sizes: set[int] = set()
    bodies: dict[int, Any] = {}
    for number, line in _lines(folder / holding.EVENTS, LEAF_BYTES_MAX):
        try:
            seq, body = _entry(line)
            bodies[seq] = body
            proof = read_proof(text_of(folder / holding.PROOFS / f"{seq:012}.tlog-proof", PROOF_BYTES_MAX))
            sizes.add(check_proof(proof, line, key).size)
            if proof.index != seq:
                raise BadNote(f"the proof is of entry {proof.index}")  # noqa: TRY301 - told like every other
        except BadNote as error:
            findings.append(Finding(f"{holding.EVENTS}, line {number}", str(error)))
    proofs = {path.name for path in (folder / holding.PROOFS).glob("*")}
    spare = sorted(proofs - {f"{seq:012}.tlog-proof" for seq in bodies})
    findings += [Finding(f"{holding.PROOFS}/{name}", f"is of no entry in {holding.EVENTS}") for name in spare]
    opened, wrong = _openings(folder / holding.OPENINGS, bodies)
    findings += [*wrong, *_succession(folder, key, sizes)]
    return {"entries": len(bodies), "opened": opened, _THEN: max(sizes, default=0)}, findings


def check_one(file: Path, key: PublicKey) -> Checked:
    """Check one proof, with the entry that it carries."""
    try:
        proof = read_proof(text_of(file, PROOF_BYTES_MAX))
        if not proof.extra:
            raise BadNote("it carries no entry: check it with the tool that made it")  # noqa: TRY301
        size = check_proof(proof, proof.extra, key).size
    except BadNote as error:
        return {}, [Finding(file.name, str(error))]
    return {"entry": proof.extra.decode("utf-8", "replace"), _THEN: size}, []


def check_checkpoint(file: Path, key: PublicKey) -> Checked:
    """Check a checkpoint's signature."""
    try:
        return {_THEN: open_checkpoint(text_of(file, NOTE_BYTES_MAX), key).size}, []
    except BadNote as error:
        return {}, [Finding(file.name, str(error))]


def check_release(folder: Path, key: PublicKey) -> Checked:
    """Check that a release's manifest is the one that the ledger has an entry of."""
    try:
        proof = read_proof(text_of(folder / attesting.PROOF, PROOF_BYTES_MAX))
        size = check_proof(proof, proof.extra, key).size
        entry = json.loads(proof.extra)
        stated = (entry["kind"], entry["subject"], entry["body"]["manifest_digest"])
    except BadNote as error:
        return {}, [Finding(attesting.PROOF, str(error))]
    except _UNREADABLE:
        return {}, [Finding(attesting.PROOF, "is of no release's entry")]
    try:
        manifest = _bytes(folder / "manifest.json", MANIFEST_BYTES_MAX)
        version = json.loads(manifest)["version"]
    except _UNREADABLE as error:
        return {}, [Finding("manifest.json", f"cannot be read: {error}")]
    if stated != ("release", f"release:{version}", hashlib.sha256(manifest).hexdigest()):
        return {}, [Finding("manifest.json", "is not the manifest that the ledger recorded under this version")]
    return {"release": version, _THEN: size}, []


def check_cards(folder: Path) -> list[Finding]:
    """Check that the checksums beside a manifest, which `check_release` found right, are those of the ledger's entry.

    Entries that older programs made say nothing of it.
    """
    body = json.loads(read_proof(text_of(folder / attesting.PROOF, PROOF_BYTES_MAX)).extra)["body"]
    if "beside" not in body or body["beside"] == digest_of(folder / BESIDE):
        return []
    return [Finding(BESIDE, "is not what the ledger recorded: what lies beside the manifest is vouched for by nobody")]


def text_of(file: Path, bytes_max: int) -> str:
    """Read a file's text. Raises BadNote when it is missing, too large, or no text."""
    try:
        return _bytes(file, bytes_max).decode()
    except UnicodeDecodeError:
        raise BadNote(f"{file.name} is no text") from None


def _entry(line: bytes) -> tuple[int, Any]:
    """An entry's number and body. Raises BadNote when it is none."""
    try:
        entry = json.loads(line)
        seq, body = entry["seq"], entry["body"]
    except _UNREADABLE:
        raise BadNote("is no entry of a journal") from None
    if type(seq) is not int or not 0 <= seq < SEQ_MAX:
        raise BadNote("is no entry of a journal: it has no number")
    return seq, body


def _openings(file: Path, bodies: Mapping[int, Any]) -> tuple[int, list[Finding]]:
    """How much was opened, and what of it is not what the entries committed to."""
    lines = list(_lines(file, OPENING_BYTES_MAX)) if file.exists() else []
    wrong = [number for number, line in lines if not _opens(line, bodies)]
    what = "is not what its entry committed to"
    return len(lines), [Finding(f"{holding.OPENINGS}, line {number}", what) for number in wrong]


def _opens(line: bytes, bodies: Mapping[int, Any]) -> bool:
    """Whether a nonce and values are what an entry committed to."""
    try:
        opening = json.loads(line)
        made = commitment(opening["nonce"], opening["values"])
        return bool(bodies[opening["entry"]]["commitment"] == made)
    except _UNREADABLE:
        return False


def _succession(folder: Path, key: PublicKey, sizes: set[int]) -> list[Finding]:
    """What is wrong with the proof that the journal was only added to since an earlier checkpoint, if there is one."""
    if not (folder / holding.SINCE).exists():
        return []
    try:
        succession = read_succession(text_of(folder / holding.SINCE, SUCCESSION_CHARS_MAX))
        later = check_succession(succession, text_of(folder / holding.EARLIER, NOTE_BYTES_MAX), key)
        if sizes - {later.size}:
            raise BadNote("it does not lead to the checkpoint of the proofs")  # noqa: TRY301
    except BadNote as error:
        return [Finding(holding.SINCE, str(error))]
    return []


def _lines(file: Path, bytes_max: int) -> Iterator[tuple[int, bytes]]:
    """The lines of a file, numbered from 1, without their ends; a longer one is cut, so it will not fit its proof."""
    with file.open("rb") as lines:
        number = 0
        while line := lines.readline(bytes_max + 1):
            number += 1
            yield number, line.rstrip(b"\n")


def _bytes(file: Path, bytes_max: int) -> bytes:
    """Read a file that is there and not too large. Raises BadNote for others."""
    if not file.is_file():
        raise BadNote(f"{file.name} is missing")
    if file.stat().st_size > bytes_max:
        raise BadNote(f"{file.name} is larger than the {bytes_max:,} bytes that are read")
    return file.read_bytes()
