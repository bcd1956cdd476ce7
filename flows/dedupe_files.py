"""Copies among anyone's texts: read → digest → sign what is distinct → cluster → keep one of each.

Needs no catalogue, no ledger and no server. The outcome is a folder that appears whole: it is made beside its place, in
`<out>.part`, under the digest of what was asked, and is moved when all is there. A run that was stopped goes on there.

Memory: `memory_bytes`, and for each document its id and about 120 bytes.
"""

import fcntl
import json
import shutil
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from dataclasses import asdict, dataclass, replace
from multiprocessing import get_context
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from corpus.copies import Known, read_known
from corpus.texts import Fields, read_texts, text_files
from dedup.clusters import Clusters, choose
from dedup.exact import first_copies
from dedup.files import save_whole
from dedup.parameters import Parameters
from dedup.segments import Segments
from dedup.sharded import Means, Run, labels_of
from dedup.shinglesets import ShingleSets
from dedup.verify import loosened, true_similarity, verified
from flows.dedupe_results import Distinct, report_of, spread, write_clusters, write_contained, write_repeats
from flows.dedupe_steps import Step, digest_file, keep_file, read_segments, read_shingles, sign_file
from flows.errors import FlowError
from flows.paths import digest_of_parts
from flows.progress import emit


@dataclass(frozen=True, slots=True)
class Wish:
    """What is asked: of which files, into which folder, by which columns and parameters, with which means.

    `keep_by` is a column whose smallest value is kept, or empty for the longest text; `source` a column within whose
    values lines are counted; `containment` and `lines` are limits, None to leave them out.
    """

    inputs: tuple[Path, ...]
    out: Path
    parameters: Parameters
    id: str = "id"
    text: str = "text"
    keep_by: str = ""
    exact_jaccard: bool = False
    containment: float | None = None
    lines: int | None = None
    source: str = ""
    workers: int = 1
    memory_bytes: int = 1 << 30


def plan(wish: Wish) -> list[dict[str, Any]]:
    """What would be read, a row a file, after a look at the beginning of each. Raises TextError and FlowError."""
    _standing(wish, request_of(wish))
    fields = _fields(wish)
    rows = []
    for file in text_files(wish.inputs):
        first = next(read_texts(file, fields), None)
        rows.append({"file": str(file), "bytes": file.stat().st_size, "first_id": str(first.ids[0]) if first else ""})
    return rows


def dedupe_files(wish: Wish) -> dict[str, Any]:
    """Find the copies and write the folder; returns its report, which is the old one when nothing is new.

    Raises TextError for input that cannot be used, DedupError, and FlowError when the folder holds something else.
    """
    request = request_of(wish)
    if (report := _standing(wish, request)) is not None:
        return report
    with _working(wish, request) as work, _mapping(wish.workers) as run:
        report = {"request": request, **_all_steps(wish, work, run)}
        (work / "result" / "report.json").write_text(json.dumps(report, ensure_ascii=False, indent=2), encoding="utf-8")
        if wish.out.exists():
            wish.out.rmdir()  # an empty folder, see _standing
        (work / "result").replace(wish.out)
    shutil.rmtree(_beside(wish))
    return report


def request_of(wish: Wish) -> str:
    """Names what is asked, so that only the same is gone on with: files with size and time, and all but the means."""
    asked = asdict(replace(wish, workers=1, memory_bytes=0, out=Path()))
    marks = [(str(file), file.stat().st_size, file.stat().st_mtime_ns) for file in text_files(wish.inputs)]
    return digest_of_parts(repr(sorted(asked.items())), repr(marks))


def _all_steps(wish: Wish, work: Path, run: Run) -> dict[str, Any]:
    files = text_files(wish.inputs)
    known = _digest(wish, work, files, run)
    firsts = first_copies(known.digests, known.preference)
    first = firsts == np.arange(len(firsts))
    save_whole(work / "distinct.npy", first)
    lists = list(_mapped(run, sign_file, _steps(wish, files, known, work / "distinct.npy"), "signed"))
    sets = read_shingles(lists, work / "shingles") if _wants_shingles(wish) else None
    distinct = Distinct(np.flatnonzero(first), firsts, sets)
    found = spread(known, distinct, _clusters(wish, work, (lists, known.preference[first], sets), run))
    result = work / "result"
    result.mkdir(exist_ok=True)
    write_clusters(result / "clusters.parquet", known, found, wish.parameters)
    save_whole(work / "kept.npy", found.kept)
    list(_mapped(run, keep_file, _steps(wish, files, known, work / "kept.npy"), "kept"))
    report = report_of(files, known, found) | {"parameters": asdict(wish.parameters)}
    if wish.containment is not None:
        report["contained"] = write_contained(result / "contained.parquet", known, distinct, wish.containment)
    if wish.lines is not None:
        columns = (Fields(wish.id, wish.text, (wish.source,) if wish.source else ()), wish.lines)
        report["repeats"] = write_repeats(result / "repeats.parquet", files, known, columns)
    return report


def _digest(wish: Wish, work: Path, files: list[Path], run: Run) -> Known:
    (work / "known").mkdir(exist_ok=True)
    steps = [
        Step(file, work / "known" / f"{number:05d}.parquet", _fields(wish), wish.parameters, wish.keep_by)
        for number, file in enumerate(files)
    ]
    return read_known(list(_mapped(run, digest_file, steps, "digested")), files)


def _steps(wish: Wish, files: list[Path], known: Known, chosen: Path) -> list[Step]:
    """The tasks of signing what is distinct, or of writing what is kept."""
    signing = chosen.stem == "distinct"
    folder = chosen.parent / ("segments" if signing else "result/kept")
    folder.mkdir(parents=True, exist_ok=True)
    begins = np.concatenate(([0], np.cumsum(known.rows))).tolist()
    return [
        Step(
            file,
            folder / (f"{number:05d}.json" if signing else f"{number:05d}-{file.name}"),
            Fields(wish.id, wish.text),
            parameters=wish.parameters,
            chosen=chosen,
            begin=begins[number],
            rows=known.rows[number],
            with_shingles=_wants_shingles(wish),
            memory_bytes=wish.memory_bytes // wish.workers,
        )
        for number, file in enumerate(files)
    ]


def _clusters(
    wish: Wish, work: Path, signed: tuple[list[Path], NDArray[np.int64], ShingleSets | None], run: Run
) -> Clusters:
    """Clusters of the distinct texts, by estimates or by true similarity."""
    lists, preference, sets = signed
    parameters = loosened(wish.parameters) if wish.exact_jaccard else wish.parameters
    segments = read_segments(lists)
    means = Means(work / "edges", wish.memory_bytes // wish.workers, wish.workers, run)
    emit("clustering", documents=len(preference))
    labels = labels_of(segments, parameters, means)
    if not wish.exact_jaccard or sets is None:
        return choose(labels, preference, Segments(segments, parameters).take)
    labels = verified(labels, sets, wish.parameters.similarity_min)
    clusters = choose(labels, preference, Segments(segments, parameters).take)
    copies = np.flatnonzero(clusters.keeper != np.arange(len(labels)))
    similarity = np.ones(len(labels), dtype=np.float32)
    similarity[copies] = true_similarity(copies, clusters.keeper[copies], sets)
    return replace(clusters, similarity=similarity)


def _wants_shingles(wish: Wish) -> bool:
    return wish.exact_jaccard or wish.containment is not None


def _fields(wish: Wish) -> Fields:
    others = [name for name in (wish.keep_by, wish.source) if name]
    return Fields(wish.id, wish.text, tuple(dict.fromkeys(others)))


def _standing(wish: Wish, request: str) -> dict[str, Any] | None:
    """The report of the same request, when it is done. Raises FlowError when something else is there."""
    report = wish.out / "report.json"
    if report.is_file():
        told: dict[str, Any] = json.loads(report.read_bytes())
        if told.get("request") == request:
            return told
        raise FlowError(f"{wish.out} holds the outcome of another request or of older files: name another --out.")
    if wish.out.exists() and (not wish.out.is_dir() or any(wish.out.iterdir())):
        raise FlowError(f"{wish.out} is not empty, and nothing in it is changed: name another --out.")
    return None


def _beside(wish: Wish) -> Path:
    return wish.out.absolute().with_name(f"{wish.out.absolute().name}.part")


@contextmanager
def _working(wish: Wish, request: str) -> Iterator[Path]:
    """The folder to work in, for this process alone; what is left of another request is removed."""
    beside = _beside(wish)
    beside.mkdir(parents=True, exist_ok=True)
    with (beside / "lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise FlowError(f"Another process is at work in {beside}: wait for it, or name another --out.") from error
        for other in beside.iterdir():
            if other.is_dir() and other.name != request:
                shutil.rmtree(other)
        work = beside / request
        work.mkdir(exist_ok=True)
        yield work


@contextmanager
def _mapping(workers: int) -> Iterator[Run]:
    """What maps tasks: this process, or as many as are asked for."""
    if workers == 1:
        yield map
        return
    with ProcessPoolExecutor(workers, mp_context=get_context("spawn")) as pool:
        try:
            yield pool.map
        except BrokenProcessPool as error:
            raise FlowError("A process was ended from outside, often for its memory: take fewer --workers.") from error
        finally:
            pool.shutdown(wait=True, cancel_futures=True)


def _mapped(run: Run, task: Callable[[Step], Path], steps: Sequence[Step], event: str) -> Iterator[Path]:
    for step, out in zip(steps, run(task, steps), strict=True):
        emit(event, file=step.file.name)
        yield out
