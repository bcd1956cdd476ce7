"""From documents to what is known of them before they are selected: decided, then clustered.

Two steps, each from files to one file; the third is `corpus.fates`. Rights and similarity are other rooms' matters, so
`decide` and `cluster` come in as functions.

Memory: `cluster_documents` holds about 300 bytes for each kept document (its signature is on disk).
"""

from collections.abc import Callable, Hashable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from corpus.document_files import read_documents
from corpus.documents import SIGNATURE_SIZE
from corpus.errors import SealError


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


RULING = [pa.field(name, pa.string()) for name in ("outcome", "basis", "tier", "licence", "rule", "evidence")]
KEY = [pa.field("id", pa.string()), pa.field("source", pa.string()), pa.field("url", pa.string())]
_STANDING = [
    pa.field("signals", pa.string()),
    pa.field("observed", pa.date32()),
    pa.field("in_scope", pa.bool_()),
]
_MEASURED = [pa.field("fetched", pa.date32()), pa.field("words", pa.int32()), pa.field("chars", pa.int32())]
DECISIONS = pa.schema([*KEY, *_MEASURED, pa.field("reason", pa.string()), *RULING, *_STANDING])
CLUSTERS = pa.schema(
    [pa.field("id", pa.string()), pa.field("keeper", pa.string()), pa.field("cluster_size", pa.int64()),
     pa.field("similarity", pa.float32()), pa.field("cluster", pa.string())]
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


_UNRULED = dict.fromkeys(field.name for field in (*RULING, *_STANDING))


def decide_documents(documents: Path, standing: Mapping[str, Standing], judge: Judge, out: Path) -> int:
    """Rule on the documents of a file whose pages still stand, by URL; returns how many are kept.

    What a later crawl found changed, gone or reserved stands no more, and is left out. A marked document needs no
    ruling. Pages of one site mostly stand alike, so the judge is asked once for each kind. What each was ruled on is
    kept beside the ruling, so that another policy can be asked about it later.
    """
    ask = cache(judge.decide)
    count = 0
    own = ["id", "source", "url", "fetched", "words", "chars", "reason"]
    with pq.ParquetWriter(out, DECISIONS, compression="zstd") as writer:
        for batch in read_documents(documents, [*own, *(name for name in judge.columns if name not in own)]):
            rows = [row for row in batch.to_pylist() if row["url"] in standing]
            ruled = []
            for row in rows:
                page = standing[row["url"]]
                said = _UNRULED if row["reason"] else _ruled(page, ask(page, judge.about(row)))
                ruled.append({name: row[name] for name in own} | said)
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
    longest, then the smallest id. A cluster's id is the smallest id in it. Rows are in the order of the decisions.
    """
    nothing = DECISIONS.empty_table().select(_RANKED)
    decided = pa.concat_tables([nothing, *map(_kept, decisions)]).combine_chunks()
    keeper, size, similarity = cluster(_preference(decided))
    if len(keeper) != len(decided):
        raise AssertionError(f"{len(decided)} documents were decided and {len(keeper)} were clustered")
    ids = decided["id"]
    columns = [ids, ids.take(pa.array(keeper)), size, similarity, ids.take(pa.array(_smallest(ids, keeper)))]
    table = pa.table(columns, schema=CLUSTERS)
    pq.write_table(table, out, compression="zstd")
    return int((keeper != np.arange(len(keeper))).sum())


def kept_signatures(documents: Path, decisions: Path, rows_max: int) -> Iterator[npt.NDArray[np.uint32]]:
    """Signatures of a file's kept documents, in the order of its decisions, at most so many at a time."""
    ids = _kept(decisions)["id"]
    waiting, start = [np.empty((0, SIGNATURE_SIZE), dtype=np.uint32)], 0
    for batch in _among(documents, ["id", "signature"], ids):
        if not batch["id"].combine_chunks().equals(ids.slice(start, len(batch)).combine_chunks()):
            raise AssertionError(f"{documents} and its decisions do not hold the same documents")
        if batch["signature"].null_count:
            raise SealError(f"texts of {documents} were withdrawn since they were decided about. Run again.")
        start += len(batch)
        waiting.append(batch["signature"].combine_chunks().flatten().to_numpy().reshape(-1, SIGNATURE_SIZE))
        while sum(map(len, waiting)) >= rows_max:
            stacked = np.concatenate(waiting)
            waiting = [stacked[rows_max:]]
            yield stacked[:rows_max]
    if start != len(ids):
        raise AssertionError(f"{len(ids)} documents of {documents} were decided and {start} are there")
    yield np.concatenate(waiting)


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
