"""What `fodaftryk dedupe` tells: where each document stands, what stands in what, which lines repeat, the counts."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from corpus.copies import Known, write_spans, write_told
from corpus.document_files import SIGNING
from corpus.texts import Fields, Rows, read_texts
from dedup.clusters import Clusters
from dedup.containment import contained
from dedup.exact import SILENT
from dedup.lines import Repeats, Unit
from dedup.parameters import Parameters
from dedup.shinglesets import ShingleSets
from flows.errors import CountError

LINE_WORDS_MIN = 2
"""Lines of one word say too little to be counted."""

_KINDS = np.array(["kept", "exact", "near"])


@dataclass(frozen=True, slots=True)
class Distinct:
    """The rows of the texts that were signed, which of them has each row's words, and their shingles where asked."""

    rows: NDArray[np.int64]
    firsts: NDArray[np.int64]
    sets: ShingleSets | None


@dataclass(frozen=True, slots=True)
class Found:
    """Where each document stands: its keeper's row, its cluster's size, how alike they are, and a place in `_KINDS`."""

    keeper: NDArray[np.int64]
    size: NDArray[np.int64]
    similarity: NDArray[np.float32]
    kind: NDArray[np.int8]

    @property
    def kept(self) -> NDArray[np.bool_]:
        """Which documents are kept."""
        kept: NDArray[np.bool_] = self.kind == 0
        return kept


def spread(known: Known, distinct: Distinct, clusters: Clusters) -> Found:
    """From the clusters of distinct texts to all documents: copies of the same words stand where their first does."""
    place = np.searchsorted(distinct.rows, distinct.firsts)
    keeper = distinct.rows[clusters.keeper[place]]
    size = np.bincount(keeper, minlength=len(keeper))[keeper]
    kind = np.where(keeper == np.arange(len(keeper)), 0, np.where(distinct.firsts == keeper, 1, 2)).astype(np.int8)
    assert len(kind) == len(known.ids)
    return Found(keeper, size, clusters.similarity[place], kind)


def write_clusters(path: Path, known: Known, found: Found, parameters: Parameters) -> None:
    """Write a row for each document, in the order of the files: id, cluster, size, keeper, similarity, kind.

    A cluster is named by the smallest id in it, which no choice of keeper changes.
    """
    smallest = np.full(len(found.keeper), len(found.keeper), dtype=np.int64)
    np.minimum.at(smallest, found.keeper, known.by_id)
    row_of = np.argsort(known.by_id)
    positions = {
        "id": np.arange(len(found.keeper)),
        "cluster": row_of[smallest[found.keeper]],
        "keeper": found.keeper,
    }
    values = {"size": found.size, "similarity": found.similarity, "kind": _KINDS[found.kind].tolist()}
    write_told(path, known.ids, positions, values, {SIGNING: parameters.signing_text})


def write_contained(path: Path, known: Known, distinct: Distinct, share_min: float) -> int:
    """Write the pairs (inner, outer, share) of texts of which one stands in the other, by id; returns how many."""
    assert distinct.sets is not None
    pairs = contained(distinct.sets, share_min)
    inner, outer = distinct.rows[pairs.inner], distinct.rows[pairs.outer]
    order = np.lexsort((known.by_id[outer], known.by_id[inner]))
    positions = {"inner": inner[order], "outer": outer[order]}
    write_told(path, known.ids, positions, {"share": pairs.share[order]}, {})
    return len(order)


def write_repeats(path: Path, files: Sequence[Path], known: Known, asked: tuple[Fields, int]) -> int:
    """Write the lines and paragraphs that stand in at least so many documents of a source; returns how many places."""
    fields, documents_min = asked
    counts: dict[tuple[Any, Unit], Repeats] = {}
    for rows in _all_rows(files, fields):
        for source, places in _by_source(rows, fields).items():
            for unit in Unit:
                repeats = counts.setdefault((source, unit), Repeats(unit, LINE_WORDS_MIN))
                repeats.add([rows.texts[place] for place in places])
    return write_spans(path, _spans(files, fields, counts, documents_min), known.ids)


def _spans(
    files: Sequence[Path], fields: Fields, counts: dict[tuple[Any, Unit], Repeats], documents_min: int
) -> Iterator[tuple[Any, str, int, int, int]]:
    for rows in _all_rows(files, fields):
        found: list[list[tuple[Any, str, int, int, int]]] = [[] for _ in rows.ids]
        for source, places in _by_source(rows, fields).items():
            texts = [rows.texts[place] for place in places]
            for unit in Unit:
                for place, spans in zip(places, counts[source, unit].spans(texts, documents_min), strict=True):
                    found[place] += [
                        (rows.ids[place], unit.value, span.begin, span.end, span.documents)
                        for span in spans
                        if unit is Unit.LINE or "\n" in rows.texts[place][span.begin : span.end]
                    ]
        for each in found:
            yield from each


def _all_rows(files: Sequence[Path], fields: Fields) -> Iterator[Rows]:
    for file in files:
        yield from read_texts(file, fields)


def _by_source(rows: Rows, fields: Fields) -> dict[Any, list[int]]:
    sources: dict[Any, list[int]] = {}
    named = rows.others[fields.others[0]] if fields.others else [None] * len(rows.ids)
    for place, source in enumerate(named):
        sources.setdefault(str(source), []).append(place)
    return sources


def report_of(files: Sequence[Path], known: Known, found: Found) -> dict[str, Any]:
    """The counts. Raises CountError when what came in is not what came out."""
    counts = np.bincount(found.kind, minlength=3).tolist()
    report = {
        "documents": len(found.kind),
        "kept": counts[0],
        "exact_copies": counts[1],
        "near_copies": counts[2],
        "without_words": int((known.digests == SILENT).all(axis=1).sum()),
        "clusters_of_copies": int(np.count_nonzero(found.kept & (found.size > 1))),
        "largest_cluster": int(found.size.max()),
    }
    if report["documents"] != sum(counts) or sum(known.rows) != report["documents"]:
        raise CountError(f"{report} does not add up. A fault of the program; nothing was written.")
    bounds = np.concatenate(([0], np.cumsum(known.rows))).tolist()
    told = [
        {"file": str(file), "documents": known.rows[number], "kept": int(found.kept[begin:end].sum())}
        for number, (file, begin, end) in enumerate(zip(files, bounds[:-1], bounds[1:], strict=True))
    ]
    return report | {"files": told}
