"""The corpus is clustered by way of files, and each document stands where clustering all in memory would put it."""

import json
from datetime import date
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from corpus.document_files import SIGNING
from corpus.documents import SIGNATURE_SIZE
from corpus.selection import DECISIONS, cluster_documents, kept_signatures
from dedup.clusters import cluster
from dedup.parameters import Parameters
from dedup.sharded import Means
from dedup.signatures import Signatures
from flows.clusters import find_clusters
from flows.select import dedupe
from flows.settings import Settings
from flows.workspace import open_workspace
from tests.dedup.signed import near_copies

PARAMETERS = Parameters()
MARKED = 7
"""Every so many documents is marked, and then has no decision."""


def files(folder: Path, name: str, signatures: Signatures) -> tuple[Path, Path]:
    """A documents file and its decisions, with what clustering reads of them."""
    ids = [f"{name}-{place:03d}" for place in range(len(signatures))]
    flat = pa.FixedSizeListArray.from_arrays(pa.array(signatures.ravel()), SIGNATURE_SIZE)
    documents, decisions = folder / f"{name}.parquet", folder / f"{name}-decisions.parquet"
    signed = {SIGNING: json.dumps(PARAMETERS.signing)}
    pq.write_table(pa.table({"id": ids, "signature": flat}, metadata=signed), documents)
    ruled = [None if place % MARKED == 0 else "include" for place in range(len(ids))]
    rows = [
        {"id": each, "outcome": outcome, "basis": "tdm", "fetched": date(2024, 5, 1), "chars": 10}
        for each, outcome in zip(ids, ruled, strict=True)
    ]
    pq.write_table(pa.Table.from_pylist(rows, schema=DECISIONS), decisions)
    return documents, decisions


def test_clusters_of_files_are_those_of_memory(tmp_path: Path) -> None:
    """Keeper, size, similarity and id of each cluster are the same, in segments of a few rows and several files."""
    signatures = near_copies(4, 300, PARAMETERS)
    parts = {"b": signatures[:120], "a": signatures[120:], "empty": signatures[:0]}
    pairs = [files(tmp_path, name, part) for name, part in parts.items()]
    kept = np.concatenate([part[np.arange(len(part)) % MARKED != 0] for part in parts.values()])

    def clustered(ranks: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        found = find_clusters(pairs, ranks, PARAMETERS, Means(tmp_path / "work", memory_bytes=20_000))
        expected = cluster(kept, ranks, PARAMETERS)
        assert found.keeper.tolist() == expected.keeper.tolist()
        assert found.size.tolist() == expected.size.tolist()
        assert found.similarity.tolist() == expected.similarity.tolist()
        return found.keeper, found.size, found.similarity

    copies = cluster_documents([decisions for _, decisions in pairs], clustered, tmp_path / "clusters.parquet")
    rows = pq.read_table(tmp_path / "clusters.parquet").to_pylist()
    assert copies == sum(row["id"] != row["keeper"] for row in rows) > 50
    for row in rows:
        members = [each["id"] for each in rows if each["keeper"] == row["keeper"]]
        assert (row["cluster"], row["cluster_size"]) == (min(members), len(members))


def test_decisions_of_other_documents_are_refused(tmp_path: Path) -> None:
    """A documents file that does not hold what was decided stops the release instead of shifting every cluster."""
    documents, _ = files(tmp_path, "a", near_copies(1, 20, PARAMETERS))
    _, decisions = files(tmp_path, "b", near_copies(1, 20, PARAMETERS))
    with pytest.raises(AssertionError, match="were decided and 0 are there"):
        list(kept_signatures(documents, decisions, 5))


def test_the_step_leaves_its_outcome_and_no_work(tmp_path: Path) -> None:
    """`dedupe` puts the clusters into storage under a name made of its inputs, again the same, and tidies up."""
    settings = Settings(data=tmp_path / "data")
    with open_workspace(settings) as space:
        keys = {}
        for name, seed in (("a", 1), ("b", 2)):
            documents, decisions = files(tmp_path, name, near_copies(seed, 40, PARAMETERS))
            keys[f"documents/{name}.parquet"] = f"decisions/{name}.parquet"
            space.storage.put(f"documents/{name}.parquet", documents)
            space.storage.put(f"decisions/{name}.parquet", decisions)
        key = dedupe(space, keys)
        first = space.storage.local(key).read_bytes()
        space.storage.local(key).unlink()
        assert dedupe(space, dict(reversed(keys.items()))) == key
        assert space.storage.local(key).read_bytes() == first
        assert list(space.work.glob("clusters-*")) == []
