"""The folder that is pulled into, while it is pulled: one pull at a time, of one thing, and with its receipt.

Its `.pull` holds what is not finished: the plan, parts of shards, notes of slices. A finished pull has none.
"""

import fcntl
import json
import shutil
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from corpus.errors import PullError
from corpus.orphans import WITHDRAWN_FILE
from corpus.pulled import MANIFEST, RECEIPT, WORK, write_whole

_PLAN = "plan.json"


@contextmanager
def at_work(folder: Path) -> Iterator[None]:
    """Be the only pull into a folder. Raises PullError when there is another."""
    fresh = not folder.exists()
    (folder / WORK).mkdir(parents=True, exist_ok=True)
    with (folder / WORK / "lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise PullError(f"another pull is at work in {folder}: wait for it, or stop it.") from None
        try:
            yield
        except PullError:
            if not (folder / WORK / _PLAN).exists():
                shutil.rmtree(folder if fresh else folder / WORK, ignore_errors=True)
            raise


def check_folder(folder: Path, wanted: Mapping[str, Any]) -> None:
    """Make sure that a folder is empty, or holds this very pull, begun or finished. Raises PullError for another.

    So is one that withdrawn texts were taken out of, since pulling again would bring them back.
    """
    if (folder / WITHDRAWN_FILE).exists():
        raise PullError(
            f"withdrawn texts were taken out of {folder}, and pulling would bring them back: pull a newer release into "
            "a new folder."
        )
    plan, manifest = folder / WORK / _PLAN, folder / MANIFEST
    if plan.is_file() or manifest.is_file():
        held = noted(plan if plan.is_file() else manifest) or {}
        if {name: held.get(name) for name in wanted} != wanted:
            raise PullError(f"{folder} holds another pull: name a new folder, so that nothing is mixed.")
    elif any(path.name != WORK for path in folder.iterdir()):
        raise PullError(f"{folder} holds something else: name a new folder, so that nothing is mixed.")


def begin(folder: Path, wanted: Mapping[str, Any], receipt: Callable[[bytes | None], bytes] | None) -> None:
    """Note what is pulled into a folder, and have a receipt there if one is needed: the one it has, or a new one."""
    write_whole(folder / WORK / _PLAN, json.dumps(wanted).encode())
    if receipt is not None:
        file = folder / RECEIPT
        write_whole(file, receipt(file.read_bytes() if file.is_file() else None))


def noted(file: Path) -> dict[str, Any] | None:
    """What a note of an earlier try says; None when there is none that can be read."""
    try:
        noted = json.loads(file.read_bytes())
    except (FileNotFoundError, ValueError):
        return None
    return noted if isinstance(noted, dict) else None
