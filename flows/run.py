"""The whole way: crawl → refine → decide → dedupe → select → pack → seal → settle, and honour, as Prefect flows.

`run` is the main job, the others are its parts for a schedule of their own. One source whose crawl fails does not stop
the others: its problem is told, its last finished crawl stays in use, and the command exits with an error at the end.
A crawl that cannot be refined stops the release, since what it holds cannot be answered for.
"""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, cast

from prefect import flow, task
from prefect.cache_policies import NO_CACHE
from prefect.futures import PrefectFuture, wait
from prefect.task_runners import TaskRunner, ThreadPoolTaskRunner

from corpus.errors import CorpusError
from flows.catalogue import CatalogueSource
from flows.errors import FlowError
from flows.honour import honour as act_on
from flows.progress import emit
from flows.records import RunRecord, write_record
from flows.release import Draft, latest_manifest
from flows.rights import notices as notices_of
from flows.settings import load_settings, moment
from flows.sources import chosen, sync_catalogue
from flows.stopping import stoppable
from flows.summary import account_rows, check_counts, nothing_collected, summarise
from flows.tasks import (
    Clock,
    Refined,
    crawl_task,
    decide_task,
    dedupe_task,
    lookup_task,
    pack_task,
    refine_task,
    seal_task,
    select_task,
)
from flows.workspace import Workspace, open_workspace
from ledger.dues import accrue_dues
from ledger.errors import LedgerError
from ledger.journal import PROGRAM, Stamp
from ledger.withdrawals import exclusions

PARALLEL = 4
"""Sources worked on at once: crawls wait for the network, so more than the processors have cores."""

PROBLEMS = (FlowError, CorpusError, LedgerError)
"""What may go wrong with one source's crawl while the others go on."""

RUNNER = cast("TaskRunner[PrefectFuture[Any]]", ThreadPoolTaskRunner(max_workers=PARALLEL))


@dataclass(frozen=True, slots=True)
class Order:
    """What a flow works on: the open workspace, the whole catalogue, the sources chosen by name, and the time."""

    space: Workspace
    sources: tuple[CatalogueSource, ...]
    chosen: tuple[CatalogueSource, ...]
    clock: Clock


@contextmanager
def opened(sources: Sequence[str], catalogue: str | None, now: str | None) -> Iterator[Order]:
    """Read settings and catalogue, bring the ledger up to the catalogue, and give the order."""
    settings = load_settings(Path(catalogue) if catalogue else None)
    clock = Clock(moment(now), pinned=now is not None)
    with stoppable(), open_workspace(settings) as space:
        everything = sync_catalogue(space, clock.now)
        yield Order(space, everything, chosen(everything, sources), clock)


@flow(name="run", task_runner=RUNNER)
def run(sources: list[str] | None = None, catalogue: str | None = None, now: str | None = None) -> dict[str, Any]:
    """Crawl the chosen sources (all that are not reserved, when none is named), then release the whole corpus.

    `now` (ISO 8601) runs as of another time. Returns the summary the command line shows, with every problem met.
    """
    with opened(sources or [], catalogue, now) as order:
        gathered = [gather_task.submit(order.space, source, order.clock) for source in order.chosen]
        wait(gathered)
        return _release(order, [problem for future in gathered if (problem := future.result())])


@flow(name="crawl", task_runner=RUNNER)
def crawl(sources: list[str] | None = None, catalogue: str | None = None, now: str | None = None) -> list[str]:
    """Crawl the chosen sources; returns the crawls' prefixes. Raises what the first that failed raised."""
    with opened(sources or [], catalogue, now) as order:
        futures = [crawl_task.submit(order.space, source, order.clock) for source in order.chosen]
        wait(futures)
        return [prefix for future in futures if (prefix := future.result())]


@flow(name="refine", task_runner=RUNNER)
def refine(sources: list[str] | None = None, catalogue: str | None = None, now: str | None = None) -> list[str]:
    """Refine the newest finished crawl of the chosen sources; returns the documents files' keys."""
    with opened(sources or [], catalogue, now) as order:
        return [key for refined in _refine(order, order.chosen).values() for key in refined.documents]


@flow(name="dedupe", task_runner=RUNNER)
def dedupe(catalogue: str | None = None, now: str | None = None) -> str:
    """Decide and cluster all that is crawled; returns the clusters' key."""
    with opened([], catalogue, now) as order:
        return dedupe_task(order.space, _decide(order, _refine(order, order.sources)))


@flow(name="release", task_runner=RUNNER)
def release(catalogue: str | None = None, now: str | None = None) -> dict[str, Any]:
    """Release what is crawled, without crawling; returns the summary."""
    with opened([], catalogue, now) as order:
        return _release(order, [])


@flow(name="settle")
def settle(catalogue: str | None = None, now: str | None = None) -> list[dict[str, Any]]:
    """Bring agreements up to the catalogue, owe what is due by the calendar, and return how every source stands."""
    with opened([], catalogue, now) as order:
        _accrue(order)
        standing = account_rows(order.space, order.clock.now.date())
        for row in standing:
            emit("account", **row)
        return standing


@flow(name="honour")
def honour(cases: list[str] | None = None, catalogue: str | None = None, now: str | None = None) -> dict[str, Any]:
    """Act on withdrawals: those named, or all that are due; returns what was done. See `flows.honour`."""
    with opened([], catalogue, now) as order:
        return asdict(act_on(order.space, cases or [], order.clock.now))


@flow(name="recheck")
def recheck(catalogue: str | None = None, now: str | None = None) -> dict[str, int]:
    """Look again for the proof of every claimed domain that is due; returns how many claims are in which state."""
    from flows.portal_wiring import prover  # noqa: PLC0415 - the portal loads for a second
    from ledger.portal.proving import recheck as look_again  # noqa: PLC0415

    with opened([], catalogue, now) as order:
        found = look_again(order.space.ledger, prover(), order.clock.now)
    return {str(state): count for state, count in found.items()}


@task(name="gather", cache_policy=NO_CACHE, task_run_name="gather {source.name}")
def gather_task(space: Workspace, source: CatalogueSource, clock: Clock) -> str:
    """Crawl and refine one source; returns the crawl's problem, or an empty string."""
    problem = ""
    try:
        crawl_task(space, source, clock)
    except PROBLEMS as error:
        problem = str(error)
        emit("problem", source.name, message=problem)
    refine_task(space, source, clock)
    return problem


def _refine(order: Order, sources: Sequence[CatalogueSource]) -> dict[str, Refined]:
    """What is refined of each source that was ever crawled; refines what is not.

    A source of which nothing stands, as when all of it is reserved, has a crawl and no documents: its pages are known.
    """
    futures = {source.name: refine_task.submit(order.space, source, order.clock) for source in sources}
    refined = {name: future.result() for name, future in futures.items()}
    return {name: one for name, one in refined.items() if one.crawl}


def _decide(order: Order, refined: Mapping[str, Refined]) -> dict[str, str]:
    """Each documents file's decisions file."""
    by_name = {source.name: source for source in order.sources}
    futures = {name: decide_task.submit(order.space, by_name[name], one, order.clock) for name, one in refined.items()}
    return {
        key: decided
        for name, future in futures.items()
        for key, decided in zip(refined[name].documents, future.result(), strict=True)
    }


def _accrue(order: Order) -> None:
    """Owe what is due by the year, by the crawl and out of pools."""
    for due in accrue_dues(order.space.ledger, order.clock.now.date(), Stamp(PROGRAM, order.clock.now)):
        emit("due", due.source, occasion=due.occasion)


def _release(order: Order, problems: list[str]) -> dict[str, Any]:
    """Everything behind the crawls, one run at a time; returns the summary."""
    _accrue(order)
    with order.space.alone_anywhere_in("release"):
        return _release_alone(order, problems)


def _release_alone(order: Order, problems: list[str]) -> dict[str, Any]:
    """Decide, dedupe, select, pack and seal."""
    space, latest = order.space, latest_manifest(order.space, order.clock.now)
    standing = exclusions(space.ledger)
    notices = notices_of(space, order.sources, order.clock.now.date())
    for notice in notices:
        emit("notice", message=notice)
    refined = _refine(order, order.sources)
    if not refined:
        return nothing_collected(problems, notices)
    decided = _decide(order, refined)
    clusters = dedupe_task(space, decided)
    selection = select_task(space, decided, clusters, standing)
    crawls = {name: one.crawl for name, one in refined.items()}
    check_counts(space, crawls, selection)
    packing = [pack_task.submit(space, selection, name, one.documents) for name, one in refined.items()]
    wait(packing)
    packed = [future.result() for future in packing]
    shards, findings = ([each for one in packed for each in getattr(one, part)] for part in ("shards", "findings"))
    after = latest.version if latest else ""
    sealed = seal_task(space, Draft(selection, shards, after, standing.digest, findings), order.clock)
    record = RunRecord(sealed.version, selection, clusters, crawls, decided)
    lookup_task(space, record)
    write_record(space, record, order.clock.now)
    return summarise(space, sealed, record, order.clock.now.date()) | {"problems": problems, "notices": notices}
