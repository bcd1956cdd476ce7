"""What `fodaftryk dedupe` does to one file: digests of its texts, signatures of the distinct ones, and what is kept.

Each step is a task from paths to a path that can run in any process; one that was done is found by its file.
"""

import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from corpus.copies import write_known
from corpus.texts import Fields, copy_rows, read_texts
from dedup.exact import digests
from dedup.files import save_whole, write_whole
from dedup.parameters import Parameters
from dedup.segments import SEGMENT_BYTES, Segment, write_segment
from dedup.shinglesets import ShingleSets
from dedup.signatures import normalised, shingle_hashes, sign_normalised


@dataclass(frozen=True, slots=True)
class Step:
    """A task: one file, where its outcome goes, and for what comes after the digests which of its rows are meant.

    `chosen` is a file of one bool a document of all files; this one's `rows` begin at `begin`.
    """

    file: Path
    out: Path
    fields: Fields
    parameters: Parameters
    keep_by: str = ""
    chosen: Path | None = None
    begin: int = 0
    rows: int = 0
    with_shingles: bool = False
    memory_bytes: int = 1 << 30


def digest_file(step: Step) -> Path:
    """Write what is known of a file's documents. Raises TextError."""
    if not step.out.exists():
        batches = ((rows, digests(normalised(rows.texts))) for rows in read_texts(step.file, step.fields))
        made = step.out.with_suffix(".tmp")
        write_known(made, step.file, batches, step.keep_by)
        made.replace(step.out)
    return step.out


def sign_file(step: Step) -> Path:
    """Sign the chosen rows of a file into segments, and keep their shingles where asked; returns the segments' list."""
    if step.out.exists():
        return step.out
    rows_max = max(step.memory_bytes // 2 // SEGMENT_BYTES, 1024)
    segments = []
    for number, signatures in enumerate(_portions(_signed(step), rows_max)):
        folder = step.out.with_name(f"{step.out.stem}-{number}")
        segments.append(write_segment(folder, signatures, step.parameters))
    made = step.out.with_suffix(".tmp")
    made.write_text(json.dumps([asdict(each) | {"folder": each.folder.name} for each in segments]), encoding="utf-8")
    return made.replace(step.out)


def _signed(step: Step) -> Iterator[NDArray[np.uint32]]:
    """Signatures of the chosen rows, batch by batch; their shingles go to a file on the way."""
    chosen, first = _chosen(step), 0
    sizes = [np.empty(0, dtype=np.int64)]
    with step.out.with_suffix(".shingles").open("wb") as file:
        for rows in read_texts(step.file, step.fields):
            mine = chosen[first : first + len(rows.ids)].tolist()
            first += len(rows.ids)
            words = normalised([text for text, meant in zip(rows.texts, mine, strict=True) if meant])
            if step.with_shingles:
                found = shingle_hashes(words, step.parameters)
                sizes.append(np.array([len(each) for each in found], dtype=np.int64))
                file.write(b"".join(each.tobytes() for each in found))
            yield sign_normalised(words, step.parameters)
    save_whole(step.out.with_suffix(".sizes.npy"), np.concatenate(sizes))


def keep_file(step: Step) -> Path:
    """Write the chosen rows of a file, as they stand."""
    if not step.out.exists():
        made = step.out.with_name(f"{step.out.name}.tmp")
        copy_rows(step.file, _chosen(step), made)
        made.replace(step.out)
    return step.out


def read_segments(lists: Sequence[Path]) -> list[Segment]:
    """The segments of some lists, one list after the other."""
    return [
        Segment(**{**told, "folder": path.parent / told["folder"]})
        for path in lists
        for told in json.loads(path.read_bytes())
    ]


def read_shingles(lists: Sequence[Path], out: Path) -> ShingleSets:
    """The shingles of all files as one, mapped from a file that is put together for it."""
    sizes = np.concatenate([np.load(path.with_suffix(".sizes.npy")) for path in lists])
    hashes = (_raw(path.with_suffix(".shingles")) for path in lists)
    write_whole(out, hashes)
    return ShingleSets(_raw(out), np.concatenate(([0], np.cumsum(sizes))))


def _raw(path: Path) -> NDArray[np.uint64]:
    return np.memmap(path, np.uint64, "r") if path.stat().st_size else np.empty(0, dtype=np.uint64)


def _chosen(step: Step) -> NDArray[np.bool_]:
    """Which of the file's rows are meant."""
    assert step.chosen is not None
    chosen: NDArray[np.bool_] = np.load(step.chosen, mmap_mode="r")[step.begin : step.begin + step.rows]
    return chosen


def _portions(batches: Iterable[NDArray[np.uint32]], rows_max: int) -> Iterator[NDArray[np.uint32]]:
    """Batches put together until they have so many rows."""
    held, rows = list[NDArray[np.uint32]](), 0
    for batch in batches:
        held.append(batch)
        rows += len(batch)
        if rows >= rows_max:
            yield np.concatenate(held)
            held, rows = [], 0
    if rows:
        yield np.concatenate(held)
