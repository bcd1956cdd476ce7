"""Run records: which files the newest run worked with, so that questions can be answered after it.

A record is written when a run ends, numbered in turn; a run that changed nothing writes none.
"""

import json
from dataclasses import asdict, dataclass
from datetime import datetime

from flows.paths import STAMP
from flows.workspace import Workspace


@dataclass(frozen=True, slots=True)
class RunRecord:
    """What a run worked with, as keys of the storage.

    `crawls` maps each source to its crawl's prefix, `documents` each documents file to its decisions file.
    """

    release: str
    selection: str
    clusters: str
    crawls: dict[str, str]
    documents: dict[str, str]


def write_record(space: Workspace, record: RunRecord, now: datetime) -> None:
    """Write the record, unless the newest one says the same."""
    if newest_record(space) != record:
        body = json.dumps(asdict(record), ensure_ascii=False, indent=1, sort_keys=True) + "\n"
        number = len(list(space.storage.keys("runs/")))
        space.storage.put_bytes(f"runs/{number:06}-{now.strftime(STAMP)}.json", body.encode(), only_new=True)


def newest_record(space: Workspace) -> RunRecord | None:
    """The newest record, or None before the first run has ended."""
    keys = list(space.storage.keys("runs/"))
    return RunRecord(**json.loads(space.storage.local(max(keys)).read_bytes())) if keys else None


def record_for(space: Workspace, version: str) -> RunRecord | None:
    """The newest record of a run that ended with a release, or None."""
    for key in sorted(space.storage.keys("runs/"), reverse=True):
        record = RunRecord(**json.loads(space.storage.local(key).read_bytes()))
        if record.release == version:
            return record
    return None
