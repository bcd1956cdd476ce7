"""What somebody was given, checked without a ledger, a network or a setting: does it say what it seems to say?

`verify` looks at what it is given and takes the first of `KINDS` that knows it; a new kind is one line there and a
check in `checks`.
"""

from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from corpus import pulled
from flows import attesting, holding
from flows.checks import Checked, check_checkpoint, check_held, check_one, text_of
from flows.copy_checks import check_pull, check_shown, check_storage
from flows.errors import FlowError
from ledger.audit import FINDINGS_MAX
from ledger.notes import KEY_BYTES_MAX, NOTE_BYTES_MAX, BadNote, PublicKey
from ledger.records import Finding
from ledger.tlog_proofs import HEADER


@dataclass(frozen=True, slots=True)
class Verdict:
    """What was given, what was counted in it, what is wrong, and the key it was checked with.

    `more` counts what is wrong besides the first `FINDINGS_MAX` findings, which alone are told.
    `key_came_along` tells that the key was taken from what was given: then it shows only that all fits together.
    Without a key it shows that no byte is damaged, and not whose release it is.
    """

    what: str
    counted: Mapping[str, Any]
    findings: tuple[Finding, ...]
    key: PublicKey | None
    key_came_along: bool
    more: int = 0


def verify(path: Path, key: str | None) -> Verdict:
    """Check what lies at a path, with a key that is named (its line, or a file with it), or with the one beside it.

    Raises FlowError when it is nothing that can be checked, or there is no key to check it with.
    """
    for knows, what, check_copy in COPIES:
        if knows(path):
            known = named_key(key) if key else _key_in(path)
            return _verdict(what, check_copy(path, known), known, came_along=key is None and known is not None)
    for knows, what, check in KINDS:
        if knows(path):
            trusted = named_key(key) if key else _key_beside(path)
            return _verdict(what, check(path, trusted), trusted, came_along=key is None)
    raise FlowError(
        f"{path} is nothing that can be checked here: give a folder that `fodaftryk proof` made, a .tlog-proof, a "
        "checkpoint, a release's folder, a pulled one, or a copy of a storage."
    )


def _verdict(what: str, checked: Checked, key: PublicKey | None, *, came_along: bool) -> Verdict:
    counted, findings = checked
    more = max(0, len(findings) - FINDINGS_MAX)
    return Verdict(what, counted, tuple(findings[:FINDINGS_MAX]), key, came_along, more)


def named_key(named: str) -> PublicKey:
    """Read a public key that is given as its line, or as a file with it. Raises FlowError when it is none."""
    file = Path(named)
    try:
        return PublicKey.parse(named if "+" in named and not file.exists() else text_of(file, KEY_BYTES_MAX))
    except BadNote as error:
        raise FlowError(f"{named}: {error}. Give a public key's line, name+digits+letters, or a file of it.") from error


def _key_beside(path: Path) -> PublicKey:
    """The key that lies beside what is checked. Raises FlowError when there is none."""
    places = [path, path.parent, path.parent.parent, path.parent.parent / attesting.FOLDER]
    beside = [place / holding.VKEY for place in places if (place / holding.VKEY).is_file()]
    if not beside:
        raise FlowError(f"There is no {holding.VKEY} beside {path}: name the key you trust with --key.")
    return named_key(str(beside[0]))


def _key_in(path: Path) -> PublicKey | None:
    """The key that came with a copy of a release, if one did that is whole."""
    for file in (path / pulled.RELEASE / holding.VKEY, path / attesting.FOLDER / holding.VKEY):
        with suppress(FlowError):
            return named_key(str(file))
    return None


def _is_pull(path: Path) -> bool:
    """Whether a release was pulled into a folder, whatever of it is left."""
    return any((path / name).exists() for name in (pulled.CHECKSUMS, pulled.WORK, pulled.RELEASE))


def _is_proof(path: Path) -> bool:
    if not path.is_file():
        return False
    with path.open("rb") as file:
        return file.read(len(HEADER)) == HEADER.encode()


def _is_note(path: Path) -> bool:
    """Whether a file looks like a signed note."""
    return path.is_file() and path.stat().st_size <= NOTE_BYTES_MAX and "\n\n— ".encode() in path.read_bytes()


KINDS: tuple[tuple[Callable[[Path], bool], str, Callable[[Path, PublicKey], Checked]], ...] = (
    (lambda path: (path / holding.EVENTS).is_file(), "entries about a holder", check_held),
    (lambda path: (path / attesting.PROOF).is_file(), "a release's manifest", check_shown),
    (_is_proof, "the proof of an entry", check_one),
    (_is_note, "a checkpoint", check_checkpoint),
)
"""Whether this is one, what it is called, and its check; the first that knows it is taken."""

COPIES: tuple[tuple[Callable[[Path], bool], str, Callable[[Path, PublicKey | None], Checked]], ...] = (
    (_is_pull, "a pulled release", check_pull),
    (lambda path: any((path / "releases").glob("*/manifest.json")), "a copy of a storage", check_storage),
)
"""The same for what may come without a key, as every byte of it can be checked anyway; these are asked first."""
