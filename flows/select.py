"""Decide, dedupe and select: from the documents of all sources to the fate of each.

Three steps, a file each, named by the digest of what they were made from: a step that was done is not done again.
"""

import json
import shutil
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from functools import partial
from pathlib import Path

import numpy as np
import numpy.typing as npt

import corpus.fates
import corpus.partitions
import corpus.selection
import dedup.bands
import dedup.clusters
import dedup.components
import dedup.edges
import dedup.segments
import dedup.sharded
import flows.narrowing
import ledger.agreements
import ledger.conflicts
import ledger.decide
import ledger.licences
import ledger.readings
import ledger.register
import ledger.signals
import ledger.targets
from corpus.document_files import purged_of, signed_how
from corpus.fates import select_documents
from corpus.selection import Clustered, Judge, Ruling, Standing, cluster_documents, decide_documents
from crawler.files import STANDING
from crawler.job import Scope
from dedup.clusters import Clusters
from dedup.sharded import Means, Run
from flows.clusters import find_clusters
from flows.narrowing import Kind, Narrowing, on_the_day
from flows.paths import crawled_pages, digest_of_code, digest_of_parts
from flows.progress import emit
from flows.scale import mapped
from flows.withheld import withheld_documents
from flows.workspace import Workspace
from ledger.decide import Terms, decide, may_age
from ledger.policy import Policy
from ledger.register import Register
from ledger.signals import signals_from_json
from ledger.withdrawals import Exclusions

OUT_OF_SCOPE = Ruling("exclude", "none", "none", "", "out-of-scope")
TOO_OLD = Ruling("hold", "none", "none", "", "evidence-too-old")

_DECIDING = digest_of_code(
    ledger.decide,
    ledger.signals,
    ledger.licences,
    ledger.readings,
    ledger.conflicts,
    ledger.agreements,
    ledger.register,
    ledger.targets,
    flows.narrowing,
    corpus.selection,
)
_CLUSTERING = digest_of_code(
    dedup.bands, dedup.edges, dedup.components, dedup.clusters, dedup.segments, dedup.sharded, corpus.selection
)
_SELECTING = digest_of_code(corpus.fates, corpus.partitions, corpus.selection)


@dataclass(frozen=True, slots=True)
class Right:
    """What a source's documents are decided by: its terms, its scope as it is today, the day, and the register."""

    terms: Terms
    scope: Scope
    as_of: date
    register: Register = field(default_factory=Register)

    @property
    def digest(self) -> str:
        """Names the right in a path: another day is another right only when something begins or ends."""
        scope = (sorted(self.scope.hosts), self.scope.include, self.scope.exclude)
        return digest_of_parts(*on_the_day(self.terms, self.register, self.as_of), repr(scope), _DECIDING)


def decide_source(space: Workspace, crawl: str, documents: Sequence[str], right: Right) -> list[str]:
    """Decide the documents of one source's files by what its newest crawl says; returns a key for each file.

    A page's documents stand when the crawl (a prefix in storage) found it there. What has left the source's scope is
    excluded, and what was observed too long ago is held, unless its right does not rest on that.
    """
    source = crawl.split("/")[1]
    since = oldest_evidence(space.policy, right.as_of)
    standing = standing_pages(space, crawl, right.scope)
    old = sum(page.observed < since for pages in standing.values() for page in pages.values())
    judge = judge_of(space.policy, right)
    keys = []
    for key in documents:
        pages = standing.get(key.split("/")[2], {})
        file = space.storage.local(key)
        parts = (key, crawl, right.digest, space.policy.digest, str(old), *filter(None, [purged_of(file)]))
        out = f"decisions/{source}/{digest_of_parts(*parts)}.parquet"
        made = _make(space, out, partial(decide_documents, file, pages, judge))
        if made is not None:
            emit("decided", source, documents=made)
        keys.append(out)
    return keys


def judge_of(policy: Policy, right: Right) -> Judge:
    """How a policy rules on the documents of a source."""
    since = oldest_evidence(policy, right.as_of)
    narrowing = Narrowing(right.terms, right.register, right.as_of)

    def rule(page: Standing, kind: Kind) -> Ruling:
        if not page.in_scope:
            return OUT_OF_SCOPE
        signals = signals_from_json(page.signals)
        decision = decide(signals, narrowing.terms_at(kind), policy, right.as_of)
        if page.observed < since and may_age(decision, signals):
            return TOO_OLD
        evidence = "\n".join(decision.evidence)
        return Ruling(decision.outcome, decision.basis, decision.tier, decision.licence, decision.rule, evidence)

    return Judge(narrowing.columns, narrowing.kind_of, rule)


def oldest_evidence(policy: Policy, as_of: date) -> date:
    """The first day of which a policy takes evidence."""
    return as_of - timedelta(days=policy.evidence_days_max)


def standing_pages(space: Workspace, crawl: str, scope: Scope) -> dict[str, dict[str, Standing]]:
    """A crawl's pages that stand, by the crawl that captured them and their URL; about 400 bytes a page."""
    signals: dict[str, str] = {}
    found: dict[str, dict[str, Standing]] = {}
    for row in crawled_pages(space.storage.local(f"{crawl}/pages.jsonl.gz")):
        if row["outcome"] in STANDING:
            said = json.dumps(row["signals"], ensure_ascii=False)
            observed = datetime.fromisoformat(row["fetched_at"]).date()
            page = Standing(signals.setdefault(said, said), observed, scope.holds(row["url"]))
            found.setdefault(row["crawl"], {})[row["url"]] = page
    return found


def dedupe(space: Workspace, documents: Mapping[str, str]) -> str:
    """Cluster all documents; `documents` maps each documents file to its decisions. Returns the clusters' key.

    What a killed run had found of a large corpus is found again in the work folder.
    """
    parameters, scale = space.settings.dedup, space.settings.scale
    digest = digest_of_parts(parameters.digest, _CLUSTERING, *_names(documents))
    files, decisions = _pairs(space, documents)
    for name, file in zip(sorted(documents), files, strict=True):
        parameters.check_signing(signed_how(file), name)
    means = Means(space.work / f"clusters-{digest}", scale.memory_mb << 20, scale.workers)

    def clusters_of(ranks: npt.NDArray[np.int64]) -> Clustered:
        def work(run: Run) -> Clusters:
            return find_clusters(list(zip(files, decisions, strict=True)), ranks, parameters, replace(means, run=run))

        found = work(map) if len(ranks) < scale.mapped_min else mapped(scale, work)
        return found.keeper, found.size, found.similarity

    key = f"clusters/{digest}.parquet"
    copies = _make(space, key, lambda path: cluster_documents(decisions, clusters_of, path))
    if copies is not None:
        emit("deduped", copies=copies)
    shutil.rmtree(means.work, ignore_errors=True)
    return key


def select(space: Workspace, documents: Mapping[str, str], clusters: str, standing: Exclusions) -> str:
    """Give every document its fate, under the exclusions that stand; returns the selection's key."""
    _, decisions = _pairs(space, documents)

    def make(path: Path) -> int:
        withheld = withheld_documents(space, documents, standing)
        return select_documents(decisions, space.storage.local(clusters), path, withheld)

    key = f"selection/{digest_of_parts(clusters, _SELECTING, *_names(documents), *standing.files)}.parquet"
    _make(space, key, make)
    return key


def _make(space: Workspace, key: str, make: Callable[[Path], int]) -> int | None:
    """Make a file and store it whole, unless it is there already."""
    if space.storage.exists(key):
        return None
    with space.scratch() as out:
        made = make(out)
        space.storage.put(key, out)
    return made


def _pairs(space: Workspace, documents: Mapping[str, str]) -> tuple[list[Path], list[Path]]:
    ordered = sorted(documents)
    local = space.storage.local
    return [local(key) for key in ordered], [local(documents[key]) for key in ordered]


def _names(documents: Mapping[str, str]) -> list[str]:
    return [part for pair in sorted(documents.items()) for part in pair]
