"""The index's folder: what stands is what the manifest says, and a commit is the manifest's new name.

    manifest.json        the parameters, the segments and the number of the last commit; put last
    segment-N/           signatures, entries and ids (`segments.py`, `names.py`), never changed once written
    labels-N, states-N   for every row, who it is joined to (uint32) and what it is (uint8), written anew each commit
    writing, reading     locks: one writer; files that a commit replaced are removed when nobody reads

A process that dies at any moment leaves the last commit; what it had written beside it is swept by the next writer.
"""

import fcntl
import json
import shutil
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass, replace
from enum import IntEnum
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from dedup.components import Labels
from dedup.errors import IndexBusyError, IndexDamagedError, MixedError
from dedup.files import mapped, sync_folder, write_whole
from dedup.parameters import Parameters
from dedup.segments import Segment, Segments

FORMAT = 1
MANIFEST = "manifest.json"


class State(IntEnum):
    """What a row is. `FIRST` stands in the bands for all that equal it, also when its own document is `LENT`."""

    FIRST = 0
    TWIN = 1
    EXCLUSION = 2
    GONE = 3
    LENT = 4


States = NDArray[np.uint8]


@dataclass(frozen=True, slots=True)
class Standing:
    """What stands in a folder: the segments and, by row, labels and states, after so many commits."""

    folder: Path
    commit: int
    segments: Segments
    labels: Labels
    states: States


def read_standing(folder: Path, parameters: Parameters) -> Standing:
    """Read what the last commit left; nothing at all is an empty index. Raises MixedError and IndexDamagedError."""
    try:
        told = json.loads((folder / MANIFEST).read_bytes())
    except FileNotFoundError:
        nothing = Segments((), parameters)
        return Standing(folder, 0, nothing, np.empty(0, dtype=np.uint32), np.empty(0, dtype=np.uint8))
    except (OSError, ValueError) as error:
        raise IndexDamagedError(f"{folder / MANIFEST} cannot be read ({error}): build the index anew.") from error
    _check_made_alike(folder, told if isinstance(told, dict) else {}, parameters)
    segments = [
        Segment(folder / each["name"], each["rows"], each["speaking"], each["banded"]) for each in told["segments"]
    ]
    standing, number = Segments(tuple(segments), parameters), told["commit"]
    labels = np.array(mapped(folder / f"labels-{number}", np.uint32, standing.rows))
    states = np.array(mapped(folder / f"states-{number}", np.uint8, standing.rows))
    return Standing(folder, number, standing, labels, states)


def folder_of(standing: Standing) -> Path:
    """Where the segment that the next commit brings is written."""
    return standing.folder / f"segment-{standing.commit + 1}"


def commit(standing: Standing) -> Standing:
    """Make this what stands, whole or not at all; returns it with its number."""
    standing, folder = replace(standing, commit=standing.commit + 1), standing.folder
    write_whole(folder / f"labels-{standing.commit}", [standing.labels])
    write_whole(folder / f"states-{standing.commit}", [standing.states])
    told = {
        "format": FORMAT,
        "commit": standing.commit,
        "parameters": asdict(standing.segments.parameters),
        "segments": [
            {"name": each.folder.name, "rows": each.rows, "speaking": each.speaking, "banded": each.banded}
            for each in standing.segments.segments
        ],
    }
    for each in standing.segments.segments[-1:]:
        sync_folder(each.folder)
    sync_folder(folder)
    write_whole(folder / MANIFEST, [np.frombuffer(json.dumps(told, indent=1).encode(), dtype=np.uint8)])
    sync_folder(folder)
    return standing


def sweep(standing: Standing) -> None:
    """Remove what no longer stands, unless somebody reads."""
    folder = standing.folder
    with (folder / "reading").open("w") as lock, suppress(BlockingIOError):
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        stands = {each.folder.name for each in standing.segments.segments}
        stands |= {MANIFEST, f"labels-{standing.commit}", f"states-{standing.commit}", "writing", "reading"}
        for path in folder.iterdir():
            if path.name in stands:
                continue
            if path.is_dir():
                shutil.rmtree(path)
            else:
                path.unlink()


@contextmanager
def locked(folder: Path, *, write: bool) -> Iterator[None]:
    """Be the one writer, or one of the readers. Raises IndexBusyError when another process writes."""
    if not write:
        with (folder / "reading").open("a") as lock:
            fcntl.flock(lock, fcntl.LOCK_SH)
            yield
        return
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / "writing").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise IndexBusyError(f"{folder}: another process is writing to it. Wait for it, or stop it.") from None
        yield


def _check_made_alike(folder: Path, told: dict[str, Any], parameters: Parameters) -> None:
    form = told.get("format")
    if form != FORMAT:
        raise IndexDamagedError(f"{folder} has format {form}, not {FORMAT}: build it anew from the documents.")
    mine = asdict(parameters)
    theirs = told["parameters"]
    other = sorted(name for name in mine.keys() | theirs.keys() if mine.get(name) != theirs.get(name))
    if other:
        shown = ", ".join(f"{name} {theirs.get(name)!r} and not {mine.get(name)!r}" for name in other)
        raise MixedError(
            f"{folder} was made with {shown}: use its parameters, or build another index in another folder."
        )
