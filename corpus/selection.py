"""From documents to their fates: decided, clustered, selected.

Three steps, each from files to one file. Rights and similarity are other rooms' matters, so `decide` and `cluster`
come in as functions.

Memory: `cluster_documents` holds about 300 bytes for each kept document (its signature is on disk), `select_documents`
about 300 bytes for each document.
"""

from collections import Counter
from collections.abc import Callable, Hashable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import date
from enum import StrEnum
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from corpus.documents import FAILURES, SCHEMA, SIGNATURE_SIZE, read_documents


class Fate(StrEnum):
    """What became of a document."""

    RELEASED = "released"
    DUPLICATE = "duplicate"
    EXCLUDED = "excluded"
    HELD = "held"
    MARKED = "marked"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class Ruling:
    """A decision as this room stores it: outcome (include, exclude or hold), on what right and what evidence.

    `evidence` is the places it rests on, one a line.
    """

    outcome: str
    basis: str
    tier: str
    licence: str
    rule: str
    evidence: str = ""


_RULING = [pa.field(name, pa.string()) for name in ("outcome", "basis", "tier", "licence", "rule", "evidence")]
_KEY = [pa.field("id", pa.string()), pa.field("source", pa.string()), pa.field("url", pa.string())]
_STANDING = [
    pa.field("signals", pa.string()),
    pa.field("observed", pa.date32()),
    pa.field("in_scope", pa.bool_()),
]
DECISIONS = pa.schema([*_KEY, pa.field("fetched", pa.date32()), pa.field("chars", pa.int32()), *_RULING, *_STANDING])
CLUSTERS = pa.schema(
    [pa.field("id", pa.string()), pa.field("keeper", pa.string()), pa.field("cluster_size", pa.int64()),
     pa.field("similarity", pa.float32()), pa.field("cluster", pa.string())]
)  # fmt: skip
SELECTION = pa.schema(
    [*_KEY, pa.field("words", pa.int32()), pa.field("chars", pa.int32()), pa.field("fate", pa.string()),
     pa.field("reason", pa.string()), *_RULING, *list(CLUSTERS)[1:]]
)  # fmt: skip

_CLEAREST_FIRST = {
    ("include", "official_document"): 0,
    ("include", "agreement"): 1,
    ("include", "open_licence"): 2,
    ("include", "contribution"): 3,
    ("include", "tdm"): 4,
    ("hold", "none"): 5,
    ("exclude", "none"): 6,
}
"""Among copies the one with the clearest right is kept. An agreement comes before a licence that a page gives itself:
whoever copies a newspaper cannot license it."""

_RESERVING = ("source-reserved", "signal-reserved", "case-", "agreement-embargo")
"""Rules of the decisions that say a rights holder said no, or not yet: the text may not be taken from a copy either."""


@dataclass(frozen=True, slots=True)
class Standing:
    """What a page's documents are decided by: the signals as JSON, the day they were observed, and its scope."""

    signals: str
    observed: date
    in_scope: bool


@dataclass(frozen=True, slots=True)
class Judge:
    """How documents are ruled on, as rights are another room's matter.

    `about` tells from a row's url and `columns` what sets it apart from the other documents of pages that stand alike;
    `decide` is asked once for each of the two together.
    """

    columns: tuple[str, ...]
    about: Callable[[Mapping[str, Any]], Hashable]
    decide: Callable[[Standing, Any], Ruling]


_UNRULED = dict.fromkeys(field.name for field in (*_RULING, *_STANDING))


def decide_documents(documents: Path, standing: Mapping[str, Standing], judge: Judge, out: Path) -> int:
    """Rule on the documents of a file whose pages still stand, by URL; returns how many are kept.

    What a later crawl found changed, gone or reserved stands no more, and is left out. A marked document needs no
    ruling. Pages of one site mostly stand alike, so the judge is asked once for each kind. What each was ruled on is
    kept beside the ruling, so that another policy can be asked about it later.
    """
    ask = cache(judge.decide)
    count = 0
    own = ["id", "source", "url", "fetched", "chars", "reason"]
    with pq.ParquetWriter(out, DECISIONS, compression="zstd") as writer:
        for batch in read_documents(documents, [*own, *(name for name in judge.columns if name not in own)]):
            rows = [row for row in batch.to_pylist() if row["url"] in standing]
            ruled = []
            for row in rows:
                page = standing[row["url"]]
                said = _UNRULED if row["reason"] else _ruled(page, ask(page, judge.about(row)))
                ruled.append({name: row[name] for name in own[:-1]} | said)
            writer.write_table(pa.Table.from_pylist(ruled, schema=DECISIONS))
            count += sum(row["reason"] is None for row in rows)
    return count


def _ruled(page: Standing, ruling: Ruling) -> dict[str, Any]:
    return asdict(ruling) | {"signals": page.signals, "observed": page.observed, "in_scope": page.in_scope}


_RANKED = ["id", "outcome", "basis", "fetched", "chars"]

Clustered = tuple[npt.NDArray[np.int64], npt.NDArray[np.int64], npt.NDArray[np.float32]]
"""The keeper's position, the cluster's size and the similarity to the keeper, one place a document."""


def cluster_documents(
    decisions: Sequence[Path], cluster: Callable[[npt.NDArray[np.int64]], Clustered], out: Path
) -> int:
    """Cluster the kept documents of all decisions files, in their order; returns how many are copies of another.

    `cluster` is given each one's rank. The keeper is the one with the clearest right, then the oldest, then the
    longest, then the smallest id. A cluster's id is the smallest id in it.
    """
    nothing = DECISIONS.empty_table().select(_RANKED)
    decided = pa.concat_tables([nothing, *map(_kept, decisions)]).combine_chunks()
    keeper, size, similarity = cluster(_preference(decided))
    if len(keeper) != len(decided):
        raise AssertionError(f"{len(decided)} documents were decided and {len(keeper)} were clustered")
    ids = decided["id"]
    columns = [ids, ids.take(pa.array(keeper)), size, similarity, ids.take(pa.array(_smallest(ids, keeper)))]
    table = pa.table(columns, schema=CLUSTERS)
    pq.write_table(table.sort_by("id"), out, compression="zstd")
    return int((keeper != np.arange(len(keeper))).sum())


def kept_signatures(documents: Path, decisions: Path, rows_max: int) -> Iterator[npt.NDArray[np.uint32]]:
    """Signatures of a file's kept documents, in the order of its decisions, at most so many at a time."""
    ids = _kept(decisions)["id"]
    waiting, start = [np.empty((0, SIGNATURE_SIZE), dtype=np.uint32)], 0
    for batch in _among(documents, ["id", "signature"], ids):
        if not batch["id"].combine_chunks().equals(ids.slice(start, len(batch)).combine_chunks()):
            raise AssertionError(f"{documents} and its decisions do not hold the same documents")
        start += len(batch)
        waiting.append(batch["signature"].combine_chunks().flatten().to_numpy().reshape(-1, SIGNATURE_SIZE))
        while sum(map(len, waiting)) >= rows_max:
            stacked = np.concatenate(waiting)
            waiting = [stacked[rows_max:]]
            yield stacked[:rows_max]
    if start != len(ids):
        raise AssertionError(f"{len(ids)} documents of {documents} were decided and {start} are there")
    yield np.concatenate(waiting)


def select_documents(documents: Sequence[Path], decisions: Sequence[Path], clusters: Path, out: Path) -> int:
    """Give every document its one fate, kept or not, and write them sorted by source and id; returns how many.

    There may be no documents at all, as when everything is reserved.
    """
    columns = ["id", "source", "url", "words", "chars", "reason"]
    nothing = SCHEMA.empty_table().select(columns)
    everything = pa.concat_tables([nothing, *(pq.read_table(path, columns=columns) for path in documents)])
    if pc.count_distinct(everything["id"]).as_py() != len(everything):
        raise AssertionError(f"a document stands twice in {', '.join(str(path) for path in documents)}")
    names = ["id", *(field.name for field in _RULING)]
    unruled = DECISIONS.empty_table().select(names)
    ruled = pa.concat_tables([unruled, *(pq.read_table(path, columns=names) for path in decisions)])
    table = (
        everything.join(ruled, "id", join_type="inner")
        .join(pq.read_table(clusters), "id")
        .sort_by([("source", "ascending"), ("id", "ascending")])
    )
    contested = _contested(table)
    asked = table.select(["reason", "outcome", "basis", "id", "keeper", "rule"])
    fates = [_fate(row, contested) for row in asked.to_pylist()]
    table = table.drop_columns("reason").append_column("fate", pa.array([fate for fate, _ in fates], pa.string()))
    table = table.append_column("reason", pa.array([reason for _, reason in fates], pa.string()))
    pq.write_table(table.select(SELECTION.names).cast(SELECTION), out, compression="zstd")
    return len(table)


def count_fates(selection: Path) -> dict[str, Counter[tuple[str, str]]]:
    """Documents per source, by (fate, reason)."""
    table = pq.read_table(selection, columns=["source", "fate", "reason"])
    counts: dict[str, Counter[tuple[str, str]]] = {}
    for row in table.group_by(table.column_names).aggregate([([], "count_all")]).to_pylist():
        counts.setdefault(row["source"], Counter())[row["fate"], row["reason"]] = row["count_all"]
    return counts


def _kept(decisions: Path) -> pa.Table:
    """What kept documents are ranked by."""
    return pq.read_table(decisions, columns=_RANKED, filters=pc.field("outcome").is_valid())


def _smallest(ids: pa.ChunkedArray, keeper: npt.NDArray[np.int64]) -> npt.NDArray[np.int64]:
    """The position of the smallest id of each one's cluster."""
    order = pc.sort_indices(ids).to_numpy().astype(np.int64)
    first = np.empty(len(order), dtype=np.int64)
    first[keeper[order[::-1]]] = order[::-1]  # of several the last assignment stands: the smallest id's
    return first[keeper]


def _among(documents: Path, columns: list[str], ids: pa.ChunkedArray) -> Iterator[pa.Table]:
    """Columns of the documents whose ids are named, batch by batch."""
    for batch in read_documents(documents, columns):
        found = pa.Table.from_batches([batch]).filter(pc.is_in(batch["id"], ids))
        if len(found):
            yield found


def _preference(decided: pa.Table) -> npt.NDArray[np.int64]:
    """Rank of each document, 0 for the one that would be kept before all others."""
    pairs = zip(decided["outcome"].to_pylist(), decided["basis"].to_pylist(), strict=True)
    table = pa.table(
        {
            "right": [_CLEAREST_FIRST[pair] for pair in pairs],
            "fetched": decided["fetched"],
            "chars": decided["chars"],
            "id": decided["id"],
        }
    )
    by = [("right", "ascending"), ("fetched", "ascending"), ("chars", "descending"), ("id", "ascending")]
    order = pc.sort_indices(table, sort_keys=by).to_numpy().astype(np.int64)
    ranks = np.empty(len(order), dtype=np.int64)
    ranks[order] = np.arange(len(order))
    return ranks


def _contested(table: pa.Table) -> set[str]:
    """Keepers of the clusters in which a rights holder said no to a copy."""
    reserving = [str(rule).startswith(_RESERVING) for rule in table["rule"].to_pylist()]
    return set(table["keeper"].filter(pa.array(reserving, pa.bool_())).to_pylist())


def _fate(row: dict[str, Any], contested: set[str]) -> tuple[Fate, str]:
    """The fate and its reason; a document that nothing was decided about is never released.

    Rights follow the text: a copy of what was reserved elsewhere is held, unless it is used by agreement.
    """
    if row["reason"] is not None:
        return (Fate.FAILED if row["reason"] in FAILURES else Fate.MARKED), row["reason"]
    if row["outcome"] not in {"include", "exclude", "hold"} or row["keeper"] is None:
        raise AssertionError(f"document {row['id']} is kept but was never decided or clustered")
    if row["outcome"] != "include":
        return (Fate.EXCLUDED if row["outcome"] == "exclude" else Fate.HELD), row["rule"]
    if row["keeper"] in contested and row["basis"] != "agreement":
        return Fate.HELD, "copy-of-reserved"
    return (Fate.RELEASED, "") if row["keeper"] == row["id"] else (Fate.DUPLICATE, "duplicate")
