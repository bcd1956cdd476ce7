"""What is counted in shards for the cards: years, hosts, and how much of a text is named, dated and Danish.

A shard never changes, so what was counted in it is kept beside it under its digest, and a release that shares shards
with the one before reads only the new ones. Memory is about 150 bytes for each host.
"""

import json
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from typing import TypeAlias

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from corpus.shards import Shard
from corpus.storage import Storage

WAY = 2
"""The way of counting. Another way is another number, and everything is counted anew."""

_COLUMNS = ("url", "title", "author", "published", "fetched", "words", "chars", "da_share", "cluster_size")
MEASURED = (
    "mean_word_length",
    "stop_words_share",
    "alphabetic_words_share",
    "punctuated_lines_share",
    "duplicate_lines_share",
    "duplicate_5grams_share",
)
"""Measures of quality whose means are told of a source: one of each kind that texts fail by."""

_HOST = r"^https?://(?P<host>[^/:?#@\s]{1,253})"
_TOKENIZER = b"fodaftryk.tokenizer"
"""Where a shard's schema names the tokenizer."""

_BATCH_ROWS = 20_000
_SUMS = ("documents", "words", "chars", "danish_chars", "titled", "authored", "dated", "copied", "tokens")

Tally: TypeAlias = tuple[int, int, int]
"""Documents, words, characters."""


@dataclass(frozen=True, slots=True)
class Statistics:
    """What some shards hold.

    `danish_chars` are characters in Danish lines. `titled`, `authored` and `dated` count documents that say so much of
    themselves, `copied` those of which there are copies. `years` are of publication, `hosts` of the address; the empty
    string stands for none. `first` and `last` are the days of the first and the last fetch, as ISO 8601, or empty.
    `tokens` were counted by the `tokenizers`, of which there are none or, in a release, one. `measures` are sums over
    the documents.
    """

    documents: int = 0
    words: int = 0
    chars: int = 0
    danish_chars: int = 0
    titled: int = 0
    authored: int = 0
    dated: int = 0
    copied: int = 0
    tokens: int = 0
    tokenizers: tuple[str, ...] = ()
    measures: Mapping[str, float] = field(default_factory=dict)
    first: str = ""
    last: str = ""
    years: Mapping[str, Tally] = field(default_factory=dict)
    hosts: Mapping[str, Tally] = field(default_factory=dict)

    @property
    def tokenizer(self) -> str:
        """The one tokenizer that counted the tokens; empty where none did, or several."""
        return self.tokenizers[0] if len(self.tokenizers) == 1 else ""

    def mean(self, measure: str) -> float | None:
        """The mean of a measure over the documents; None where it was not measured."""
        return self.measures[measure] / self.documents if self.documents and measure in self.measures else None


def statistics_of(shard: Shard, storage: Storage) -> Statistics:
    """What a shard holds: as it was counted before, or counted now and kept."""
    key = f"statistics/{shard.sha256}.{WAY}.json"
    if storage.exists(key):
        body = json.loads(storage.local(key).read_bytes())
        years, hosts = (_tallies_of(body.pop(name)) for name in ("years", "hosts"))
        return Statistics(**body | {"tokenizers": tuple(body["tokenizers"])}, years=years, hosts=hosts)
    with pq.ParquetFile(storage.local(shard.path)) as file:
        schema = file.schema_arrow
        columns = [name for name in (*_COLUMNS, *MEASURED, "tokens") if name in schema.names]
        counted = merged(map(_count, file.iter_batches(_BATCH_ROWS, columns=columns)))
    if tokenizer := (schema.metadata or {}).get(_TOKENIZER):
        counted = replace(counted, tokenizers=(tokenizer.decode(),))
    storage.put_bytes(key, (json.dumps(asdict(counted), ensure_ascii=False, sort_keys=True) + "\n").encode())
    return counted


def merged(parts: Iterable[Statistics]) -> Statistics:
    """Several statistics as one."""
    sums: defaultdict[str, int] = defaultdict(int)
    measures: defaultdict[str, float] = defaultdict(float)
    tokenizers: set[str] = set()
    years: dict[str, Tally] = {}
    hosts: dict[str, Tally] = {}
    days: list[str] = []
    for part in parts:
        for name in _SUMS:
            sums[name] += getattr(part, name)
        for name, value in part.measures.items():
            measures[name] += value
        tokenizers.update(part.tokenizers)
        _add(years, part.years)
        _add(hosts, part.hosts)
        days += [day for day in (part.first, part.last) if day]
    spread = (min(days), max(days)) if days else ("", "")
    return Statistics(
        **sums,
        tokenizers=tuple(sorted(tokenizers)),
        measures=dict(sorted(measures.items())),
        first=spread[0],
        last=spread[1],
        years=dict(sorted(years.items())),
        hosts=dict(sorted(hosts.items())),
    )


def _count(batch: pa.RecordBatch) -> Statistics:
    days = pc.min_max(batch["fetched"]).as_py()
    years = pc.cast(pc.year(batch["published"]), pa.string()).fill_null("")
    hosts = pc.struct_field(pc.extract_regex(batch["url"], _HOST), "host").fill_null("")
    return Statistics(
        documents=len(batch),
        words=_sum(batch, "words"),
        chars=_sum(batch, "chars"),
        danish_chars=round(pc.sum(pc.multiply(batch["chars"], batch["da_share"])).as_py() or 0),
        titled=_filled(batch["title"]),
        authored=_filled(batch["author"]),
        dated=len(batch) - batch["published"].null_count,
        copied=pc.sum(pc.greater(batch["cluster_size"], 1)).as_py() or 0,
        tokens=_sum(batch, "tokens"),
        measures={name: float(pc.sum(batch[name]).as_py() or 0) for name in MEASURED if name in batch.schema.names},
        first=days["min"].isoformat() if days["min"] else "",
        last=days["max"].isoformat() if days["max"] else "",
        years=_tallies(batch, years),
        hosts=_tallies(batch, hosts),
    )


def _sum(batch: pa.RecordBatch, name: str) -> int:
    return pc.sum(batch[name]).as_py() or 0 if name in batch.schema.names else 0


def _filled(column: pa.Array) -> int:
    return pc.sum(pc.not_equal(column.fill_null(""), "")).as_py() or 0


def _tallies(batch: pa.RecordBatch, by: pa.Array) -> dict[str, Tally]:
    """Documents, words and characters of a batch, by the values of a column."""
    grouped = pa.table({"by": by, "words": batch["words"], "chars": batch["chars"]}).group_by("by")
    counted = grouped.aggregate([([], "count_all"), ("words", "sum"), ("chars", "sum")])
    rows = zip(*(counted[name].to_pylist() for name in ("by", "count_all", "words_sum", "chars_sum")), strict=True)
    return {by: (documents, words, chars) for by, documents, words, chars in rows}


def _tallies_of(body: Mapping[str, Sequence[int]]) -> dict[str, Tally]:
    """Tallies as they were read from JSON."""
    return {by: (documents, words, chars) for by, (documents, words, chars) in body.items()}


def _add(into: dict[str, Tally], more: Mapping[str, Tally]) -> None:
    for name, (documents, words, chars) in more.items():
        before = into.get(name, (0, 0, 0))
        into[name] = (before[0] + documents, before[1] + words, before[2] + chars)
