"""Decide, dedupe and select: from the documents of all sources to the fate of each.

Three steps, a file each, named by the digest of what they were made from: a step that was done is not done again.
"""

from collections.abc import Callable, Mapping, Sequence
from datetime import date
from functools import partial
from pathlib import Path

import numpy as np
import numpy.typing as npt

from corpus.selection import Ruling, cluster_documents, decide_documents, select_documents
from dedup.clusters import cluster
from flows.paths import digest_of_parts
from flows.progress import emit
from flows.workspace import Workspace
from ledger.decide import Terms, decide
from ledger.signals import signals_from_json


def decide_source(space: Workspace, documents: Sequence[str], terms: Terms, as_of: date) -> list[str]:
    """Decide the kept documents of one source's files by their signals; returns a key for each file."""
    source = documents[0].split("/")[1]
    right = digest_of_parts(repr(terms), space.policy.digest, as_of.isoformat())

    def rule(signals: str) -> Ruling:
        decision = decide(signals_from_json(signals), terms, space.policy, as_of)
        return Ruling(decision.outcome, decision.basis, decision.tier, decision.licence, decision.rule)

    keys = []
    for key in documents:
        out = f"decisions/{source}/{digest_of_parts(key, right)}.parquet"
        made = _make(space, out, partial(decide_documents, space.storage.local(key), rule))
        if made is not None:
            emit("decided", source, documents=made)
        keys.append(out)
    return keys


def dedupe(space: Workspace, documents: Mapping[str, str]) -> str:
    """Cluster all documents; `documents` maps each documents file to its decisions. Returns the clusters' key."""
    parameters = space.settings.dedup

    def clusters_of(
        signatures: npt.NDArray[np.uint32], preference: npt.NDArray[np.int64]
    ) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64], npt.NDArray[np.float32]]:
        found = cluster(signatures, preference, parameters)
        return found.keeper, found.size, found.similarity

    files, decisions = _pairs(space, documents)
    key = f"clusters/{digest_of_parts(parameters.digest, *_names(documents))}.parquet"
    copies = _make(space, key, lambda path: cluster_documents(files, decisions, clusters_of, path))
    if copies is not None:
        emit("deduped", copies=copies)
    return key


def select(space: Workspace, documents: Mapping[str, str], clusters: str) -> str:
    """Give every document its fate; returns the selection's key."""
    files, decisions = _pairs(space, documents)
    key = f"selection/{digest_of_parts(clusters, *_names(documents))}.parquet"
    _make(space, key, lambda path: select_documents(files, decisions, space.storage.local(clusters), path))
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
