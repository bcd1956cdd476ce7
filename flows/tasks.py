"""The steps as Prefect tasks: thin names over plain functions, so that a run can be watched step by step.

Tasks pass names and paths, never data. What a task makes is named by what it was made from and found again, so
Prefect's own caching is off: the truth about finished work is in the storage.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from prefect import task
from prefect.cache_policies import NO_CACHE

from corpus.packing import Packed
from flows.catalogue import CatalogueSource
from flows.crawl import crawl_source, scope_of
from flows.lookup import bring_up
from flows.paths import crawl_prefix, newest_crawl
from flows.records import RunRecord
from flows.refine import refine_standing
from flows.release import Draft, Sealed, pack, seal
from flows.rights import register_of, terms_of
from flows.select import Right, decide_source, dedupe, select
from flows.workspace import Workspace
from ledger.withdrawals import Exclusions


@dataclass(frozen=True, slots=True)
class Clock:
    """The time of a run; `pinned` when it was given, and then stands for the clock in all that is recorded."""

    now: datetime
    pinned: bool


@dataclass(frozen=True, slots=True)
class Refined:
    """A source's newest finished crawl and documents files of what stands in it; without a crawl, both are empty."""

    crawl: str = ""
    documents: tuple[str, ...] = ()


@task(name="crawl", cache_policy=NO_CACHE, task_run_name="crawl {source.name}")
def crawl_task(space: Workspace, source: CatalogueSource, clock: Clock) -> str:
    """Crawl one source; returns the crawl's prefix."""
    return crawl_source(space, source, clock.now, pinned=clock.pinned)


@task(name="refine", cache_policy=NO_CACHE, task_run_name="refine {source.name}")
def refine_task(space: Workspace, source: CatalogueSource, clock: Clock) -> Refined:
    """Refine one source's newest finished crawl."""
    newest = newest_crawl(space.storage, source.name, clock.now)
    if newest is None:
        return Refined()
    crawl = crawl_prefix(source.name, newest)
    return Refined(crawl, tuple(refine_standing(space, crawl, source.profile, prefilter=source.is_bulk)))


@task(name="decide", cache_policy=NO_CACHE, task_run_name="decide {source.name}")
def decide_task(space: Workspace, source: CatalogueSource, refined: Refined, clock: Clock) -> list[str]:
    """Decide one source's documents; returns the decisions files' keys, in the order of the documents'."""
    right = Right(terms_of(space, source), scope_of(source), clock.now.date(), register_of(space))
    return decide_source(space, refined.crawl, refined.documents, right)


@task(name="dedupe", cache_policy=NO_CACHE)
def dedupe_task(space: Workspace, documents: Mapping[str, str]) -> str:
    """Cluster all documents; returns the clusters' key."""
    return dedupe(space, documents)


@task(name="select", cache_policy=NO_CACHE)
def select_task(space: Workspace, documents: Mapping[str, str], clusters: str, standing: Exclusions) -> str:
    """Give every document its fate; returns the selection's key."""
    return select(space, documents, clusters, standing)


@task(name="look-up", cache_policy=NO_CACHE)
def lookup_task(space: Workspace, record: RunRecord) -> None:
    """Bring what the portal looks up to what the run made."""
    bring_up(space, record)


@task(name="pack", cache_policy=NO_CACHE, task_run_name="pack {source}")
def pack_task(space: Workspace, selection: str, source: str, documents: Sequence[str]) -> Packed:
    """Pack one source's released documents; returns the shards, and what was found wrong in them."""
    return pack(space, selection, source, documents)


@task(name="seal", cache_policy=NO_CACHE)
def seal_task(space: Workspace, draft: Draft, clock: Clock) -> Sealed:
    """Seal the release and record what is owed."""
    return seal(space, draft, clock.now)
