"""Refine files that belong to no source: `fodaftryk refine`, and nothing of the ledger, the catalogue or a crawl.

Each input becomes `<name>-<digest>.parquet` and a report of the same name. The digest is that of the input's bytes and
of all that decides what comes out of it, so a run finds what an earlier one has finished, and does only the rest.
"""

import json
import time
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass, replace
from functools import partial
from pathlib import Path
from typing import Any

from corpus.captures import Capture
from corpus.refine import RefineReport, Refinery, RefineSettings, page_readers, refine_digest
from dedup.parameters import Parameters
from dedup.signatures import sign_lightly
from flows.digesting import TOLD_S
from flows.loose_files import LooseFile, captures, kind_of
from flows.paths import digest_of_parts
from flows.progress import emit

BROKEN = frozenset({"broken_file", "inflates_too_far", "takes_too_much_memory"})
"""Reasons that stop the reading of a file: what stands behind them is unknown."""


@dataclass(frozen=True, slots=True)
class Task:
    """One input and where its documents go."""

    file: LooseFile
    out: Path

    @property
    def report(self) -> Path:
        """The report, written last: where it is, the documents are whole."""
        return self.out.with_suffix(".json")

    @property
    def is_done(self) -> bool:
        """Whether an earlier run finished it."""
        return self.report.is_file() and self.out.is_file()


def tasks(files: Iterable[LooseFile], folder: Path, source: str, how: RefineSettings) -> list[Task]:
    """What is to be made of each file; of several with the same bytes, the first of each kind that a name can say."""
    parameters, first = refine_digest(how), dict[tuple[str, str], LooseFile]()
    for file in files:
        first.setdefault((file.sha256, kind_of(file.path.name)), file)
    return [
        Task(file, folder / f"{file.path.name}-{_digest(file, source, parameters)}.parquet") for file in first.values()
    ]


def refine_files(
    todo: Iterable[Task], source: str, how: RefineSettings, signing: Parameters
) -> Iterator[dict[str, Any]]:
    """Refine what is not done; gives the report of each, those of an earlier run too, as they come.

    Documents appear whole or not at all. Raises WorkerError and OSError.
    """
    sign = partial(sign_lightly, parameters=signing)
    with page_readers(how.limits, sign) as template, Refinery(how, template) as refinery:
        for task in todo:
            if task.is_done:
                yield json.loads(task.report.read_bytes())
                continue
            left = Counter[str]()
            told = _told(captures(task.file, source, left), task.file.path.name)
            found = refinery.refine_captures(told, (source, task.file.sha256[:16], ""), task.out)
            report = _report(task, replace(found, aside=left.pop("aside", 0)), left)
            part = task.report.with_suffix(".part")
            part.write_text(json.dumps(report, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
            part.replace(task.report)
            yield report


def _digest(file: LooseFile, source: str, parameters: str) -> str:
    return digest_of_parts(file.sha256, parameters, source, repr(file.intake.fields))[:16]


def _report(task: Task, found: RefineReport, left: Counter[str]) -> dict[str, Any]:
    report = {"input": str(task.file.path), "sha256": task.file.sha256, "output": str(task.out), **asdict(found)}
    return report | {"left": dict(left), "broken": bool(BROKEN & left.keys())}


def _told(found: Iterable[Capture], name: str) -> Iterator[Capture]:
    """Captures as they come, telling now and then how many there were."""
    at = time.monotonic()
    for number, capture in enumerate(found, 1):
        if time.monotonic() - at >= TOLD_S:
            at = time.monotonic()
            emit("refine", name, pages=number)
        yield capture
