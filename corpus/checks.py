"""Unit tests for data: what must hold of a release's rows before it is sealed, one function a check.

Each check says what is wrong as a value, so that all of it can be told at once; who seals refuses when anything is.
They look at a shard's rows as they are stored, and again, whenever somebody asks, at those of a sealed release.
A new check of rows is a function and a line in `ROW_CHECKS`.
"""

import math
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from corpus.errors import SealError
from corpus.limits import CheckLimits
from corpus.partitions import id_ranges, read_range
from corpus.personal import redact
from corpus.shards import RIGHT, Shard, shard_schema
from corpus.storage import Storage

Signatures = npt.NDArray[np.uint32]

Barred = Callable[[Sequence[str], Signatures], Sequence[int]]
"""Of texts, given their digests and their signatures (uint32, a row each), the positions of those that are kept out."""

SHOWN_MAX = 3
"""Documents that a finding names; how many there are is said beside them."""

TOLD_MAX = 50
"""Findings that are told when sealing is refused; how many there are is said behind them."""


@dataclass(frozen=True, slots=True, order=True)
class Finding:
    """What one check found wrong, and where: the check's name, a shard's path or a source, and words for a person."""

    check: str
    where: str
    what: str


@dataclass(frozen=True, slots=True)
class Looked:
    """What was seen in a shard's rows: the findings, and what is judged over all shards of a source."""

    source: str
    findings: tuple[Finding, ...]
    chars: int
    danish_chars: float
    words_read: int
    personal: int


def _is_named(licence: str) -> bool:
    return bool(licence)


@dataclass(frozen=True, slots=True)
class Checks:
    """How rows are looked at: the limits, which licences are known, and what is kept out (nothing, when None)."""

    limits: CheckLimits = field(default_factory=CheckLimits)
    is_licence: Callable[[str], bool] = _is_named
    barred: Barred | None = None

    def look(self, rows: pa.Table, shard: Shard, signatures: Signatures | None = None) -> Looked:
        """Run every check of rows over a shard's; `signatures` are those of its texts, when anything is kept out."""
        if findings := [Finding("schema", shard.path, what) for what in check_schema(rows)]:
            return Looked(shard.source, tuple(findings), 0, 0.0, 0, 0)  # the others would read columns it has not
        for name, check in ROW_CHECKS.items():
            findings += [Finding(name, shard.path, what) for what in check(rows, shard, self)]
        if self.barred is not None and signatures is not None and shard.basis != "agreement":  # see corpus.fates
            places = self.barred(rows["text_digest"].to_pylist(), signatures)
            findings += [Finding("excluded", shard.path, what) for what in _named(rows, places, "is excluded")]
        chars = pc.sum(rows["chars"]).as_py() or 0
        danish = pc.sum(pc.multiply(pc.cast(rows["chars"], pa.float64()), rows["da_share"])).as_py() or 0.0
        sample = rows.slice(0, self.limits.personal_sample)
        return Looked(
            shard.source, tuple(findings), chars, danish, pc.sum(sample["words"]).as_py() or 0, _personal(sample)
        )


def look_again(file: Path, shard: Shard, checks: Checks, sign: Callable[[list[str]], Signatures]) -> Looked:
    """Run every check of rows over a shard that is stored; texts are signed anew when anything is kept out.

    All of it is in memory.
    """
    rows = pq.read_table(file)
    return checks.look(rows, shard, sign(rows["text"].to_pylist()) if checks.barred is not None else None)


def judge(looked: Iterable[Looked], limits: CheckLimits) -> list[Finding]:
    """Everything found in some shards, and what is wrong with each source as a whole."""
    by_source: dict[str, list[Looked]] = {}
    for each in looked:
        by_source.setdefault(each.source, []).append(each)
    found = [finding for shards in by_source.values() for each in shards for finding in each.findings]
    for source, shards in by_source.items():
        found += [Finding("personal", source, what) for what in check_personal(shards, limits)]
        found += [Finding("language", source, what) for what in check_language(shards, limits)]
    return sorted(found)


def check_schema(rows: pa.Table) -> Iterator[str]:
    """The columns are those of a shard: names, order, types, meanings; `tokens` may be there, and then last."""
    expected, schema = shard_schema(), rows.schema
    if schema.names[-1:] == ["tokens"]:
        expected = expected.append(schema.field("tokens"))
    if schema.names != expected.names:
        missing, more = sorted({*expected.names} - {*schema.names}), sorted({*schema.names} - {*expected.names})
        yield f"its columns are not those of a shard: missing {missing}, more {more}, or in another order"
        return
    for ours, theirs in zip(expected, schema, strict=True):
        if not ours.equals(theirs, check_metadata=True):
            yield f"column {ours.name} is {theirs.type} and not {ours.type}, or says of itself something else"
    if (schema.metadata or {}).get(b"fodaftryk.format") != expected.metadata[b"fodaftryk.format"]:
        yield "its schema does not name the format of shards"


def check_ids(rows: pa.Table, *_: object) -> Iterator[str]:
    """Ids rise, so that none stands twice."""
    ids = rows["id"]
    if len(ids) > 1:
        falling = pc.less_equal(ids.slice(1), ids.slice(0, len(ids) - 1))
        yield from _wrong(rows.slice(1), falling, "does not come behind the one before it, or stands twice")


def check_texts(rows: pa.Table, _: Shard, checks: Checks) -> Iterator[str]:
    """No text is empty or has run away, and its length is what is said of it."""
    chars = pc.utf8_length(rows["text"])
    start = pc.utf8_slice_codeunits(rows["text"], 0, 100)
    blank = pc.equal(pc.utf8_trim_whitespace(start), "")  # a text begins with a letter: extraction trims it
    yield from _wrong(rows, blank, "is empty")
    too_long = pc.greater(chars, checks.limits.text_chars_max)
    yield from _wrong(rows, too_long, f"is longer than {checks.limits.text_chars_max:,} characters")
    other = pc.or_(pc.not_equal(chars, rows["chars"]), pc.not_equal(pc.binary_length(rows["text"]), rows["bytes"]))
    yield from _wrong(rows, other, "has another length than is said of it")


def check_right(rows: pa.Table, shard: Shard, checks: Checks) -> Iterator[str]:
    """All rows are of the one source and on the one right that the manifest says, under a licence that is known."""
    for name in ("source", *RIGHT):
        yield from _wrong(rows, pc.not_equal(rows[name], getattr(shard, name)), f"is of another {name} than its shard")
    if not (checks.is_licence(shard.licence) and shard.basis and shard.tier):
        yield (
            f"its licence is {shard.licence!r}, its basis {shard.basis!r} and its tier {shard.tier!r}: "
            "nothing without a known right is released"
        )
    unheld = pc.or_(pc.equal(rows["rights_holder"], ""), pc.not_equal(rows["decision"], "include"))
    yield from _wrong(rows, unheld, "names no rights holder, or was not decided to be included")


def check_counts(rows: pa.Table, shard: Shard, _: Checks) -> Iterator[str]:
    """There are as many rows and words as the manifest says."""
    counted = {"rows": len(rows), "words": pc.sum(rows["words"]).as_py() or 0}
    stated = asdict(shard)
    for name, count in counted.items():
        if stated[name] != count:
            yield f"it has {count} {name}, and the manifest says {stated[name]}"


def check_personal(looked: Sequence[Looked], limits: CheckLimits) -> Iterator[str]:
    """Of the texts read there is hardly any personal data left."""
    words, found = sum(each.words_read for each in looked), sum(each.personal for each in looked)
    if found > math.ceil(limits.personal_per_million_max * words / 1_000_000):
        yield (
            f"{found} pieces of personal data are left in {words:,} words that were read: refine it anew, or see "
            "release.checks.personal_per_million_max"
        )


def check_language(looked: Sequence[Looked], limits: CheckLimits) -> Iterator[str]:
    """The texts are Danish."""
    chars, danish = sum(each.chars for each in looked), sum(each.danish_chars for each in looked)
    if chars and danish / chars < limits.danish_share_min:
        yield (
            f"{danish / chars:.0%} of it is Danish, at least {limits.danish_share_min:.0%} must be: see what was "
            "crawled, or release.checks.danish_share_min"
        )


def check_ids_once(shards: Sequence[Shard], storage: Storage) -> list[Finding]:
    """No document stands in two shards: the ids of a source, a range of them at a time."""
    found = []
    by_source: dict[str, list[Shard]] = {}
    for shard in shards:
        by_source.setdefault(shard.source, []).append(shard)
    for source, its in sorted(by_source.items()):
        twice = 0
        for part in id_ranges(sum(shard.rows for shard in its)):
            ids = pa.concat_tables([read_range(storage.local(shard.path), ["id"], part) for shard in its])["id"]
            twice += len(ids) - pc.count_distinct(ids).as_py()
        if twice:
            found.append(Finding("ids", source, f"{twice} documents stand in two shards, or twice in one"))
    return found


def refuse(findings: Sequence[Finding]) -> None:
    """Refuse to seal what has findings. Raises SealError that tells them."""
    if findings:
        told = [f"{each.where}: {each.what} ({each.check})" for each in findings[:TOLD_MAX]]
        more = [f"and {len(findings) - TOLD_MAX} more"] if len(findings) > TOLD_MAX else []
        raise SealError("\n".join(["nothing was sealed, as checks of what would be released failed:", *told, *more]))


RowCheck = Callable[[pa.Table, Shard, Checks], Iterator[str]]
ROW_CHECKS: dict[str, RowCheck] = {
    "ids": check_ids,
    "texts": check_texts,
    "right": check_right,
    "counts": check_counts,
}


def _personal(rows: pa.Table) -> int:
    """How much personal data is found in texts of which all should be replaced already."""
    return sum(Counter(asdict(redact(text).counts)).total() for text in rows["text"].to_pylist())


def _wrong(rows: pa.Table, is_wrong: pa.ChunkedArray, what: str) -> Iterator[str]:
    wrong = np.flatnonzero(pc.fill_null(is_wrong, fill_value=True).to_numpy())
    yield from _named(rows, wrong.tolist(), what)


def _named(rows: pa.Table, places: Sequence[int], what: str) -> Iterator[str]:
    """One line that names the first of some rows and counts them."""
    if len(places):
        ids = rows["id"].take(pa.array(places[:SHOWN_MAX], pa.int64())).to_pylist()
        yield f"{len(places)} rows: each {what}, as {', '.join(map(str, ids))}"
