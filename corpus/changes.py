"""What came into a release and what went out of it, counted by source, right and reason, beside an earlier one.

Shards that both have are passed over. Of the others ids are compared, a range of them at a time, so memory does not
grow with the release. Why a document moved stands in the selections both were made of.
"""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from corpus.fates import Fate
from corpus.partitions import id_ranges, read_range
from corpus.shards import RIGHT, Shard
from corpus.storage import Storage

NEW, GONE, CHANGED, MOVED = "new", "gone", "text changed", "right changed"
"""Reasons that no selection gives: known for the first time; its page no longer stands; the same document otherwise."""

WITHDRAWN, LET_IN = "withdrawn", "let in again"
"""Of a release that was sealed without, or again with, documents that its selection had released."""

Side = Literal["in", "out"]

_Key = tuple[str, Side, str, str, str, str]

_RANGE = ["id", "words", "text_digest", *RIGHT]


@dataclass(frozen=True, slots=True, order=True)
class Change:
    """Documents of a source, on one right, that came in or went out for one reason, and their words."""

    source: str
    side: Side
    reason: str
    licence: str
    basis: str
    tier: str
    documents: int
    words: int


@dataclass(frozen=True, slots=True)
class Sealing:
    """A release's shards, and the selection it was made of, where that is still known."""

    shards: Sequence[Shard]
    selection: Path | None


def changes(old: Sealing, new: Sealing, storage: Storage) -> list[Change]:
    """What differs between two releases, sorted. A document whose text or right changed went out and came in."""
    same = {shard.sha256 for shard in old.shards} & {shard.sha256 for shard in new.shards}
    before, after = ([shard for shard in one.shards if shard.sha256 not in same] for one in (old, new))
    counted = _Counted()
    for source in sorted({shard.source for shard in (*before, *after)}):
        left, right = ([shard for shard in shards if shard.source == source] for shards in (before, after))
        for part in id_ranges(max(sum(shard.rows for shard in shards) for shards in (left, right))):
            rows = _rows(left, part, storage), _rows(right, part, storage)
            for side, table in _sides(*rows, (_why(old.selection, source, part), _why(new.selection, source, part))):
                names = ["reason", *RIGHT]
                for row in table.group_by(names).aggregate([([], "count_all"), ("words", "sum")]).to_pylist():
                    key = (source, side, row["reason"], row["licence"], row["basis"], row["tier"])
                    counted.add(key, row["count_all"], row["words_sum"])
    return counted.changes()


def first_changes(shards: Iterable[Shard]) -> list[Change]:
    """The changes of a release that is the first: everything is new."""
    counted = _Counted()
    for shard in shards:
        counted.add((shard.source, "in", NEW, shard.licence, shard.basis, shard.tier), shard.rows, shard.words)
    return counted.changes()


Rewritten = Iterable[tuple[Shard, Shard | None]]
"""Shards that were written anew without withdrawn texts: each, and what stands for it, None where nothing is left."""


def withdrawn_changes(old: Rewritten, new: Rewritten = ()) -> list[Change]:
    """What was withdrawn from one release and not from the other: out of the old one, or in the new one and no more."""
    taken: Counter[tuple[str, str, str, str]] = Counter()
    words: Counter[tuple[str, str, str, str]] = Counter()
    for sign, shards in ((1, old), (-1, new)):
        for shard, instead in shards:
            right = (shard.source, shard.licence, shard.basis, shard.tier)
            taken[right] += sign * (shard.rows - (instead.rows if instead else 0))
            words[right] += sign * (shard.words - (instead.words if instead else 0))
    found = []
    for (source, licence, basis, tier), count in sorted(taken.items()):
        side: Side = "out" if count > 0 else "in"
        each = abs(words[source, licence, basis, tier])
        found += [Change(source, side, WITHDRAWN, licence, basis, tier, abs(count), each)] if count else []
    return found


class _Counted:
    """Documents and words by all that tells changes apart."""

    def __init__(self) -> None:
        self._documents: Counter[_Key] = Counter()
        self._words: Counter[_Key] = Counter()

    def add(self, key: _Key, documents: int, words: int) -> None:
        self._documents[key] += documents
        self._words[key] += words

    def changes(self) -> list[Change]:
        return sorted(Change(*key, documents, self._words[key]) for key, documents in self._documents.items())


def _rows(shards: Sequence[Shard], part: tuple[str, str], storage: Storage) -> pa.Table:
    tables = [read_range(storage.local(shard.path), _RANGE, part) for shard in shards]
    nothing = pa.table({name: pa.array([], pa.int32() if name == "words" else pa.string()) for name in _RANGE})
    return pa.concat_tables([nothing, *(table.cast(nothing.schema) for table in tables)]).combine_chunks()


def _why(selection: Path | None, source: str, part: tuple[str, str]) -> pa.Table | None:
    """What a selection says of a source's documents in a range."""
    if selection is None:
        return None
    is_here = (pc.field("source") == source) & (pc.field("id") >= part[0]) & (pc.field("id") < part[1])
    return pq.read_table(selection, columns=["id", "fate", "reason"], filters=is_here).combine_chunks()


def _sides(
    before: pa.Table, after: pa.Table, why: tuple[pa.Table | None, pa.Table | None]
) -> Iterable[tuple[Side, pa.Table]]:
    """The rows that went out and those that came in, each with its reason."""
    old, new = why
    places = pc.index_in(before["id"], after["id"].combine_chunks())
    is_gone, is_new = places.is_null(), pc.invert(pc.is_in(after["id"], before["id"].combine_chunks()))
    gone, come = before.filter(is_gone), after.filter(is_new)
    yield "out", gone.append_column("reason", _out_reasons(gone["id"], new))
    yield "in", come.append_column("reason", _in_reasons(come["id"], old))
    stayed, now = before.filter(pc.invert(is_gone)), after.take(places.drop_null())
    other_text = pc.not_equal(stayed["text_digest"], now["text_digest"])
    other = other_text
    for name in RIGHT:
        other = pc.or_(other, pc.not_equal(stayed[name], now[name]))
    reasons = pc.if_else(other_text, CHANGED, MOVED)
    yield "out", stayed.append_column("reason", reasons).filter(other)
    yield "in", now.append_column("reason", reasons).filter(other)


def _out_reasons(ids: pa.ChunkedArray, selection: pa.Table | None) -> pa.ChunkedArray:
    if selection is None:
        return pa.chunked_array([pa.repeat("unknown", len(ids))])
    fate, reason = _looked_up(ids, selection)
    return pc.if_else(pc.equal(fate, Fate.RELEASED.value), WITHDRAWN, pc.fill_null(reason, GONE))


def _in_reasons(ids: pa.ChunkedArray, selection: pa.Table | None) -> pa.ChunkedArray:
    if selection is None:
        return pa.chunked_array([pa.repeat("unknown", len(ids))])
    fate, reason = _looked_up(ids, selection)
    was = pc.binary_join_element_wise("was", reason, " ")
    return pc.if_else(pc.equal(fate, Fate.RELEASED.value), LET_IN, pc.fill_null(was, NEW))


def _looked_up(ids: pa.ChunkedArray, selection: pa.Table) -> tuple[pa.ChunkedArray, pa.ChunkedArray]:
    """The fate (empty where there is none) and the reason (null there) of each id."""
    places = pc.index_in(ids, selection["id"].combine_chunks())
    return pc.fill_null(selection["fate"].take(places), ""), selection["reason"].take(places)
