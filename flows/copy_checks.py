"""The checks behind `fodaftryk verify` of what a model team has: every byte, and whether the ledger knows it.

Without a key or a proof the bytes are checked all the same; that nobody vouches for the manifest is told then.
"""

from pathlib import Path
from typing import Any

from corpus.orphans import WITHDRAWN_FILE
from corpus.pulled import RELEASE, digest_of
from corpus.pulled_checks import Findings, check_pulled, check_synced
from flows.checks import Checked, check_release
from flows.taking_back import NOTES, read_notes
from ledger.notes import PublicKey
from ledger.records import Finding

UNPROVED = "ledger"
"""What is counted says under this name that a manifest was held against no ledger's proof."""


def check_pull(folder: Path, key: PublicKey | None) -> Checked:
    """Check a pulled release or slice: its bytes, then its manifest against the ledger's proof."""
    counted, found = _but_for_withdrawn(folder, *check_pulled(folder))
    proved, wrong = _proved(folder / RELEASE, key)
    named = [Finding(f"{RELEASE}/{one.where}", one.what) for one in wrong]
    return {**counted, **proved}, [*(Finding(*one) for one in found), *named]


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
    stands for such a shard.
    """
    notes = read_notes(folder / NOTES).get("files", {})
    right = {name for name, told in notes.items() if digest_of(folder / name) == told.get("sha256")}
    for beside in (folder / "releases").glob(f"*/{WITHDRAWN_FILE}"):
        told = read_notes(beside)
        right |= {name for name in told.get("instead", {}) if not (folder / name).exists()}
        right |= {each["path"] for each in told.get("shards", []) if digest_of(folder / each["path"]) == each["sha256"]}
    kept = [(name, what) for name, what in found if name not in right]
    gone = len({name for name, _ in found} & right)
    return (counted | {"without withdrawn texts": gone} if gone and counted else counted), kept


def _proved(release: Path, key: PublicKey | None) -> Checked:
    """Hold a release's own folder against the ledger's proof; where there is no key, that is told."""
    if key is not None:
        return check_release(release, key)
    return {UNPROVED: "not asked, as no key came along: name the one you trust with --key"}, []
