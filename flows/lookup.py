"""What the portal looks up: made behind each run, from the run's own files.

Of each documents file its facts and its passages are taken out once, and lie under names made of the file's; what
belongs to no file of the newest run is removed, so that nothing is found any more of a text that was purged. Then the
ledger's works are made to be what the run's selection says. Done twice, nothing changes.
"""

from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC
from typing import Any

import corpus.facts
import dedup.passages
from corpus.facts import work_rows, write_facts
from corpus.fates import COPY, WITHDRAWN
from dedup.passages import write_passages
from flows.paths import digest_of_code, digest_of_parts
from flows.progress import emit
from flows.records import RunRecord
from flows.workspace import Workspace
from flows.worth import keep_overlaps
from ledger.figures import collected
from ledger.releases import versions
from ledger.targets import Target, TargetKind, identifiers_in
from ledger.works import Work, fill, forget_works

_CODE = digest_of_code(corpus.facts, dedup.passages)


def bring_up(space: Workspace, record: RunRecord) -> None:
    """Bring the ledger's works, and what passages are found in, up to a run that has ended."""
    wanted = {key: names_of(space, key) for key in record.documents}
    for key, (facts, passages) in wanted.items():
        if not (space.storage.exists(facts) and space.storage.exists(passages)):
            _take_out(space, key, facts, passages)
    keep_overlaps(space, record.selection)
    kept = {name for names in wanted.values() for name in names}
    for name in list(space.storage.keys("lookup/")):
        if name not in kept:
            space.storage.remove(name)
    released = versions(space.ledger)
    sources = {key.split("/")[1] for key in record.documents}
    for source in sorted({*sources, *collected(space.ledger)}):  # of a source that is left out all is gone
        files = [
            (space.storage.local(wanted[key][0]), space.storage.local(decided))
            for key, decided in record.documents.items()
            if key.startswith(f"documents/{source}/")
        ]
        rows = work_rows(space.storage.local(record.selection), source, files)
        change = fill(space.ledger, source, (work_of(row, source) for row in rows), released)
        emit("works", source, new=change.new, changed=change.changed, gone=change.gone)


@contextmanager
def purging(space: Workspace, key: str, ids: Iterable[str]) -> Iterator[None]:
    """Purge documents of a file within the block: what was taken out of it is gone before, and taken out anew behind.

    So a run that is killed within leaves nothing to be found of a text that is gone.
    """
    names = names_of(space, key)
    held = [name for name in names if space.storage.exists(name)]
    for name in held:
        space.storage.remove(name)
    forget_works(space.ledger, ids)
    yield
    if held:
        _take_out(space, key, *names)


def work_of(row: Mapping[str, Any], source: str) -> Work:
    """A work, of what `corpus.facts.work_rows` gives; of a withdrawn text nothing is told that is in it."""
    is_withdrawn = row["reason"] in (WITHDRAWN, COPY)
    ruled = {name: row[name] or "" for name in ("outcome", "basis", "licence", "rule", "cluster", "reason")}
    numbers = [] if is_withdrawn else (row["numbers"] or "").split()
    return Work(
        id=row["id"], source=source, url=row["url"],
        title="" if is_withdrawn else row["title"], author="" if is_withdrawn else row["author"],
        numbers=tuple(Target(TargetKind(kind), value) for kind, _, value in (one.partition(":") for one in numbers)),
        fetched_at=row["fetched_at"].astimezone(UTC), digest=row["text_digest"], words=row["words"],
        fate="excluded" if is_withdrawn else row["fate"], **ruled, signals=row["signals"], observed=row["observed"],
    )  # fmt: skip


def names_of(space: Workspace, key: str) -> tuple[str, str]:
    """The names of the facts and the passages of a documents file."""
    made = f"lookup/{key.split('/')[1]}/{digest_of_parts(key, space.settings.dedup.digest, _CODE)}"
    return f"{made}.facts.parquet", f"{made}.passages"


def _take_out(space: Workspace, key: str, facts: str, passages: str) -> None:
    with space.scratch() as first, space.scratch() as second:
        batches = write_facts(space.storage.local(key), _numbers_in, first)
        count = write_passages(batches, space.settings.dedup, second)
        space.storage.put(passages, second)
        space.storage.put(facts, first)
    emit("looked-into", key.split("/")[1], documents=count)


def _numbers_in(text: str) -> str:
    return " ".join(f"{target.kind}:{target.value}" for target in identifiers_in(text))
