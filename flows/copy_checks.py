"""The checks behind `fodaftryk verify` of what a model team has: every byte, and whether the ledger knows it.

Without a key or a proof the bytes are checked all the same; that nobody vouches for the manifest is told then.
"""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from corpus.checksums import digest_of
from corpus.orphans import WITHDRAWN_FILE
from corpus.pulled import RELEASE
from corpus.pulled_checks import Findings, check_beside, check_pulled, check_synced
from flows.checks import Checked, check_cards, check_release
from flows.errors import FlowError
from flows.taking_back import NOTES, read_notes
from ledger.notes import PublicKey
from ledger.records import Finding

UNPROVED = "ledger"
"""What is counted says under this name that a manifest was held against no ledger's proof."""


def check_pull(folder: Path, key: PublicKey | None) -> Checked:
    """Check a pulled release or slice: its bytes, then its manifest against the ledger's proof."""
    counted, found = _but_for_withdrawn(folder, *check_pulled(folder))
    proved, wrong = check_shown(folder / RELEASE, key)
    known = {where for where, _ in found}
    named = [Finding(f"{RELEASE}/{one.where}", one.what) for one in wrong if f"{RELEASE}/{one.where}" not in known]
    return {**counted, **proved}, [*(Finding(*one) for one in found), *named]


def check_shown(folder: Path, key: PublicKey | None) -> Checked:
    """Check a release's own folder: its manifest against the ledger's proof, and what lies beside it."""
    counted, found = _proved(folder, key)
    return counted, [*found, *(Finding(*one) for one in check_beside(folder))]


def check_storage(folder: Path, key: PublicKey | None) -> Checked:
    """Check a copy of a storage: every shard of its releases, then each manifest against the ledger's proof."""
    counted, found = _but_for_withdrawn(folder, *check_synced(folder))
    findings = [Finding(*one) for one in found]
    for release in sorted(path.parent for path in (folder / "releases").glob("*/manifest.json")):
        proved, wrong = _proved(release, key)
        counted |= {name: value for name, value in proved.items() if name == UNPROVED}
        findings += [Finding(f"releases/{release.name}/{one.where}", one.what) for one in wrong]
    return counted, findings


def _but_for_withdrawn(folder: Path, counted: dict[str, Any], found: Findings) -> tuple[dict[str, Any], Findings]:
    """Take for right what is another file, or none, because withdrawn texts were taken out; how many is counted.

    That is a file as `fodaftryk verify --withdrawals` left it, a shard that was removed from the storage, and one that
    stands for such a shard. Documents are counted without those that were taken out of shards.
    """
    right: set[str] = set()
    rows = 0
    for file in (folder / NOTES, *(folder / "releases").glob(f"*/{WITHDRAWN_FILE}")):
        try:
            notes = read_notes(file)
            named = set(_named_right(folder, notes)) & {name for name, _ in found}
            rows += sum(_rows_gone(name, notes) for name in named)
            right |= named
        except (FlowError, AttributeError, KeyError, TypeError, ValueError):
            found = [*found, (file.relative_to(folder).as_posix(), "is no note of what was withdrawn")]
    kept = [(name, what) for name, what in found if name not in right]
    if right and counted:
        documents = {"documents": counted["documents"] - rows} if "documents" in counted else {}
        counted = counted | documents | {"without withdrawn texts": len(right)}
    return counted, kept


def _rows_gone(name: str, notes: Mapping[str, Any]) -> int:
    """How many rows were taken out of a shard as it was pulled; of other files none is counted."""
    told = notes.get("files", {}).get(name, {})
    return sum(told["gone"].values()) if told and name.endswith(f"/{told['was']}.parquet") else 0


def _named_right(folder: Path, notes: Mapping[str, Any]) -> Iterator[str]:
    """The files that notes of what was withdrawn speak of, as far as they are as those say."""
    for name, told in notes.get("files", {}).items():  # a file is noted before it is replaced
        if digest_of(folder / name) in {told["sha256"], told.get("last", {}).get("before")}:
            yield name
    yield from (name for name in notes.get("instead", {}) if not (folder / name).exists())
    yield from (each["path"] for each in notes.get("shards", []) if digest_of(folder / each["path"]) == each["sha256"])


def _proved(release: Path, key: PublicKey | None) -> Checked:
    """Hold a release's own folder against the ledger's proof; where there is no key, that is told."""
    if key is not None:
        counted, found = check_release(release, key)
        return counted, found or check_cards(release)
    return {UNPROVED: "not asked, as no key came along: name the one you trust with --key"}, []
