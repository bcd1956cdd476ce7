"""The fate of every document: what was decided about it and about its copies, in one file sorted by source and id.

Nothing is held for all documents at once: rows are dealt to parts by their cluster, where all copies of a text meet,
and then to parts by source and id. Memory is about a kilobyte for each of `PART_ROWS`.
"""

import tempfile
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from enum import StrEnum
from pathlib import Path
from types import MappingProxyType

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from corpus.documents import FAILURES
from corpus.partitions import PREFIXES, Partitions, Parts, prefixes, ranges
from corpus.selection import CLUSTERS, KEY, RULING

PART_ROWS = 2**17
"""Rows of a part, and of a row group of the selection: some hundred megabytes while they are worked on."""

ELSEWHERE_MAX = 20
"""Places named of a text's copies: what is copied more often is on thousands of pages, and nobody reads them all."""


class Fate(StrEnum):
    """What became of a document."""

    RELEASED = "released"
    DUPLICATE = "duplicate"
    EXCLUDED = "excluded"
    HELD = "held"
    MARKED = "marked"
    FAILED = "failed"


_PLACE = pa.struct([pa.field("source", pa.string()), pa.field("url", pa.string())])
ELSEWHERE = pa.list_(pa.field("element", _PLACE))
_MARK = pa.field("mark", pa.string())
_CLUSTER = list(CLUSTERS)[1:]
_GATHERED = pa.schema(
    [*KEY, pa.field("words", pa.int32()), pa.field("chars", pa.int32()), _MARK, *RULING, *_CLUSTER]
)  # fmt: skip
SELECTION = pa.schema(
    [*KEY, pa.field("words", pa.int32()), pa.field("chars", pa.int32()), pa.field("fate", pa.string()),
     pa.field("reason", pa.string()), *RULING, *_CLUSTER, pa.field("elsewhere", ELSEWHERE)]
)  # fmt: skip
"""`elsewhere` names the places of the copies of a text, of that which is kept alone; sorted, and at most so many."""

_RESERVING = ("source-reserved", "signal-reserved", "case-", "agreement-embargo")
"""Rules of the decisions that say a rights holder said no, or not yet: the text may not be taken from a copy either."""


WITHDRAWN, COPY = "withdrawn", "copy-of-withdrawn"
"""Reasons of documents that are kept out by a withdrawal: the text itself was asked for, or it is a copy of such."""

NOTHING_WITHHELD: Mapping[str, str] = MappingProxyType({})


def select_documents(
    decisions: Sequence[Path], clusters: Path, out: Path, withheld: Mapping[str, str] = NOTHING_WITHHELD
) -> int:
    """Give every decided document its one fate, kept or not, and write them sorted by source and id; returns how many.

    `clusters` was made of these decisions, in this order. There may be no documents at all, as when everything is
    reserved. `withheld` has the reasons of documents that are withdrawn, or copies of such, by id; whatever is in a
    cluster with one of them is a copy too.
    """
    with tempfile.TemporaryDirectory(dir=out.parent) as first, tempfile.TemporaryDirectory(dir=out.parent) as second:
        by_cluster, by_source = Partitions(Path(first), _GATHERED), Partitions(Path(second), SELECTION)
        count = _parts(sum(pq.read_metadata(path).num_rows for path in decisions))
        rows = Counter[str]()
        for table in _gathered(decisions, clusters):
            by_cluster.deal(table, ranges(pc.coalesce(table["keeper"], table["id"]), count))
            counted = table["source"].value_counts()
            rows.update(
                dict(zip(counted.field("values").to_pylist(), counted.field("counts").to_pylist(), strict=True))
            )
        by_cluster.flush()
        places = _places(rows)
        for part in range(count):
            table = _judged(by_cluster.read(part), withheld)
            by_source.deal(table, _place(table, places))
        by_source.flush()
        with pq.ParquetWriter(out, SELECTION, compression="zstd") as writer:
            for part in range(max((at + more for at, more in places.values()), default=0) + 1):
                table = by_source.read(part).sort_by([("source", "ascending"), ("id", "ascending")])
                _check_once(table["id"])
                writer.write_table(table, row_group_size=PART_ROWS)
    return rows.total()


def count_fates(selection: Path) -> dict[str, Counter[tuple[str, str]]]:
    """Documents per source, by (fate, reason)."""
    counts: dict[str, Counter[tuple[str, str]]] = {}
    names = ["source", "fate", "reason"]
    with pq.ParquetFile(selection) as file:
        for batch in file.iter_batches(batch_size=PART_ROWS, columns=names):
            table = pa.Table.from_batches([batch]).group_by(names).aggregate([([], "count_all")])
            for row in table.to_pylist():
                counts.setdefault(row["source"], Counter())[row["fate"], row["reason"]] += row["count_all"]
    return counts


def fates_of_source(selection: Path, source: str, columns: Sequence[str]) -> Iterator[pa.Table]:
    """The rows of a source with some columns, sorted by id, a row group at a time."""
    with pq.ParquetFile(selection) as file:
        place = file.schema_arrow.get_field_index("source")
        for group in range(file.num_row_groups):
            told = file.metadata.row_group(group).column(place).statistics
            if told is not None and told.has_min_max and not told.min <= source <= told.max:
                continue
            table = file.read_row_group(group, columns=["source", *(name for name in columns if name != "source")])
            found = table.filter(pc.equal(table["source"], source))
            if len(found):
                yield found.select(list(columns))


def _parts(rows: int) -> int:
    """Parts of at most about `PART_ROWS` that so many rows make."""
    return max(1, -(-rows // PART_ROWS))


def _gathered(decisions: Sequence[Path], clusters: Path) -> Iterator[pa.Table]:
    """Each decided document with its cluster, which has rows for the kept ones alone, in the order of the decisions."""
    names = [field.name for field in (*KEY, *RULING)] + ["words", "chars", "reason"]
    with pq.ParquetFile(clusters) as file:
        found = _Rows(file)
        for path in decisions:
            with pq.ParquetFile(path) as decided:
                for batch in decided.iter_batches(batch_size=PART_ROWS, columns=names):
                    rows = pa.Table.from_batches([batch])
                    yield _with_clusters(rows, found)
        if found.take(1):
            raise AssertionError(f"{clusters} has clusters of documents that were not decided")


class _Rows:
    """The rows of a Parquet file, so many at a time as are asked for."""

    def __init__(self, file: pq.ParquetFile) -> None:
        self._batches = file.iter_batches(batch_size=PART_ROWS)
        self._waiting = CLUSTERS.empty_table()

    def take(self, count: int) -> pa.Table:
        """The next rows; fewer at the end."""
        while len(self._waiting) < count:
            batch = next(self._batches, None)
            if batch is None:
                break
            self._waiting = pa.concat_tables([self._waiting, pa.Table.from_batches([batch])])
        taken, self._waiting = self._waiting.slice(0, count), self._waiting.slice(count)
        return taken


def _with_clusters(rows: pa.Table, clusters: _Rows) -> pa.Table:
    kept = rows["outcome"].is_valid().to_numpy()
    clustered = clusters.take(int(kept.sum()))
    if not clustered["id"].combine_chunks().equals(rows["id"].filter(pa.array(kept)).combine_chunks()):
        raise AssertionError("the clusters and the decisions do not hold the same documents")
    places = pa.array(np.cumsum(kept) - 1, mask=~kept)
    for field in _CLUSTER:
        rows = rows.append_column(field, clustered[field.name].take(places))
    names = {"reason": "mark"}
    return rows.rename_columns([names.get(name, name) for name in rows.column_names]).select(_GATHERED.names)


def _judged(rows: pa.Table, withheld: Mapping[str, str]) -> pa.Table:
    """Rows of whole clusters with their fates, the reasons, and where a kept text has copies."""
    contested = _contested(rows)
    outcome, mark = rows["outcome"], rows["mark"]
    is_marked = mark.is_valid()
    undecided = pc.and_(pc.invert(is_marked), pc.or_(outcome.is_null(), rows["keeper"].is_null()))
    if pc.any(undecided).as_py():
        document = rows["id"].filter(undecided)[0]
        raise AssertionError(f"document {document} is kept but was never decided or clustered")
    is_failed = pc.is_in(mark, pa.array(sorted(FAILURES), pa.string()))
    is_used = pc.fill_null(pc.equal(outcome, "include"), fill_value=False)
    is_excluded = pc.fill_null(pc.equal(outcome, "exclude"), fill_value=False)
    is_held = pc.fill_null(pc.and_(contested, pc.not_equal(rows["basis"], "agreement")), fill_value=False)
    is_keeper = pc.fill_null(pc.equal(rows["keeper"], rows["id"]), fill_value=False)
    is_withdrawn, is_copy = _withheld(rows, withheld)
    fates = [
        (is_failed, Fate.FAILED, mark), (is_marked, Fate.MARKED, mark), (is_excluded, Fate.EXCLUDED, rows["rule"]),
        (is_withdrawn, Fate.EXCLUDED, WITHDRAWN), (is_copy, Fate.EXCLUDED, COPY),
        (pc.invert(is_used), Fate.HELD, rows["rule"]), (is_held, Fate.HELD, "copy-of-reserved"),
        (is_keeper, Fate.RELEASED, ""),
    ]  # fmt: skip
    fate, reason = (pa.scalar(Fate.DUPLICATE.value), pa.scalar("duplicate"))
    for applies, name, why in reversed(fates):
        fate, reason = pc.if_else(applies, name.value, fate), pc.if_else(applies, why, reason)
    rows = rows.append_column("fate", fate).append_column("reason", reason)
    return rows.append_column("elsewhere", _elsewhere(rows)).select(SELECTION.names)


def _withheld(rows: pa.Table, withheld: Mapping[str, str]) -> tuple[pa.Array, pa.Array]:
    """Which rows are withdrawn, and which are copies of such that no agreement lets in."""
    ids = rows["id"].combine_chunks()
    why = pa.array([withheld.get(name) for name in ids.to_pylist()] if withheld else [None] * len(ids), pa.string())
    keepers = rows["keeper"].filter(why.is_valid()).drop_null()
    is_mate = pc.fill_null(pc.is_in(rows["keeper"], pc.unique(keepers)), fill_value=False)
    by_agreement = pc.fill_null(pc.equal(rows["basis"], "agreement"), fill_value=False)
    is_copy = pc.and_(pc.or_(is_mate, why.is_valid()), pc.invert(by_agreement))
    return pc.fill_null(pc.equal(why, WITHDRAWN), fill_value=False), is_copy


def _contested(rows: pa.Table) -> pa.ChunkedArray:
    """Whether a rights holder said no to a document or to a copy of it.

    Rights follow the text: a copy of what was reserved elsewhere is held, unless it is used by agreement.
    """
    rules = pc.unique(rows["rule"])
    reserving = pa.array([rule for rule in rules.to_pylist() if str(rule).startswith(_RESERVING)], pa.string())
    keepers = pc.unique(rows["keeper"].filter(pc.is_in(rows["rule"], reserving)))
    return pc.and_(rows["keeper"].is_valid(), pc.is_in(rows["keeper"], keepers))


def _elsewhere(rows: pa.Table) -> pa.Array:
    """For each row the places of its copies, when it is the one that is kept; of withdrawn ones no place is told."""
    is_copy = pc.fill_null(pc.not_equal(rows["keeper"], rows["id"]), fill_value=False)
    is_told = pc.invert(pc.is_in(rows["reason"], pa.array([WITHDRAWN, COPY])))
    copies = rows.filter(pc.and_(is_copy, is_told)).select(["keeper", "source", "url"])
    keepers = pc.index_in(copies["keeper"], rows["id"].combine_chunks())
    by = [("place", "ascending"), ("source", "ascending"), ("url", "ascending")]
    copies = copies.append_column("place", keepers).sort_by(by)
    places = copies["place"].to_numpy()
    numbers = np.arange(len(places)) - np.searchsorted(places, places)
    named = copies.filter(pa.array(numbers < ELSEWHERE_MAX, pa.bool_())).combine_chunks()
    offsets = np.searchsorted(named["place"].to_numpy(), np.arange(len(rows) + 1)).astype(np.int32)
    values = [pa.chunked_array(named[name]).combine_chunks() for name in ("source", "url")]
    struct = pa.StructArray.from_arrays(values, fields=list(ELSEWHERE.value_type))
    return pa.ListArray.from_arrays(pa.array(offsets), struct).cast(ELSEWHERE)


def _places(rows: Counter[str]) -> dict[str, tuple[int, int]]:
    """The first part of each source and how many it has behind it: large ones several, small ones share one."""
    places, at, room = {}, 0, PART_ROWS
    for source in sorted(rows):
        more = _parts(rows[source]) - 1
        if more or rows[source] > room:
            at, room = at + 1, PART_ROWS
        places[source] = at, more
        at, room = at + more, (room - rows[source] if not more else 0)
    return places


def _place(rows: pa.Table, places: dict[str, tuple[int, int]]) -> Parts:
    """The part of each row by its source and id, so that parts in order are rows in order."""
    encoded = rows["source"].combine_chunks().dictionary_encode()
    numbers = encoded.indices.to_numpy()
    firsts, mores = (
        np.array([places[name][n] for name in encoded.dictionary.to_pylist()], np.uint64) for n in (0, 1)
    )  # fmt: skip
    within: npt.NDArray[np.uint64] = prefixes(rows["id"]) * (mores[numbers] + np.uint64(1)) // np.uint64(PREFIXES)
    parts: Parts = (firsts[numbers] + within).astype(np.int64)
    return parts


def _check_once(ids: pa.ChunkedArray) -> None:
    twice = pc.equal(ids[1:], ids[:-1]) if len(ids) > 1 else pa.chunked_array([[]], pa.bool_())
    if pc.any(twice).as_py():
        raise AssertionError(f"document {ids[1:].filter(twice)[0]} stands twice")
