"""Each check before sealing finds its own fault in a shard's rows, and nothing in rows that are as they should be."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

import numpy as np
import pyarrow as pa
import pytest

from corpus.checks import Checks, Looked, check_language, check_personal, judge
from corpus.documents import SIGNATURE_SIZE
from corpus.limits import CheckLimits
from corpus.shards import Shard, shard_schema
from corpus.tokens import Tokenizer

TEXTS = ["den første tekst", "en anden tekst med æ, ø og å", "og en tredje"]
CHECKS = Checks(CheckLimits(text_chars_max=1000), is_licence=lambda licence: licence == "CC0-1.0")


def rows(**columns: Sequence[Any]) -> pa.Table:
    """Three rows of a shard, with some columns otherwise."""
    schema = shard_schema()
    made: dict[str, Sequence[Any]] = {
        "id": ["0" * 64, "1" * 64, "2" * 64],
        "text": TEXTS,
        "chars": [len(text) for text in TEXTS],
        "bytes": [len(text.encode()) for text in TEXTS],
        "words": [len(text.split()) for text in TEXTS],
        "source": ["blog"] * 3,
        "licence": ["CC0-1.0"] * 3,
        "basis": ["open_licence"] * 3,
        "tier": ["open"] * 3,
        "rights_holder": ["Ærlige Hansen"] * 3,
        "decision": ["include"] * 3,
        "da_share": [1.0] * 3,
    } | columns
    arrays = [pa.array(made[each.name] if each.name in made else _zeros(each.type), each.type) for each in schema]
    return pa.table(arrays, schema=schema)


def _zeros(kind: pa.DataType) -> list[Any]:
    if pa.types.is_date(kind):
        return [0, 0, 0]
    if pa.types.is_list(kind):
        return [[], [], []]
    return ["", "", ""] if pa.types.is_string(kind) else [0, 0, 0]


SHARD = Shard("shards/blog/a.parquet", "a" * 64, "blog", "CC0-1.0", "open_licence", "open", 3, 14, 1000)


def found(table: pa.Table, shard: Shard = SHARD) -> list[tuple[str, str]]:
    """What is found, as check and words."""
    return [(each.check, each.what) for each in judge([CHECKS.look(table, shard)], CHECKS.limits)]


def test_rows_as_they_should_be_have_no_findings() -> None:
    """Nothing is found in good rows, with a column of tokens or without."""
    assert found(rows()) == []
    counted = shard_schema(Tokenizer("a", "b", lambda _: [])).field("tokens")
    assert found(rows().append_column(counted, pa.array([1, 2, 3], pa.int64()))) == []


@pytest.mark.parametrize(
    ("columns", "check", "what"),
    [
        ({"id": ["0" * 64, "0" * 64, "1" * 64]}, "ids", "1 rows: each does not come behind"),
        ({"text": ["", " \n", TEXTS[2]], "chars": [0, 2, 12], "bytes": [0, 2, 12]}, "texts", "2 rows: each is empty"),
        ({"text": ["a" * 1001, *TEXTS[1:]], "chars": [1001, 28, 12], "bytes": [1001, 31, 12]}, "texts", "is longer"),
        ({"chars": [1, 28, 12]}, "texts", "1 rows: each has another length"),
        ({"source": ["blog", "web", "blog"]}, "right", "1 rows: each is of another source than its shard, as 1111"),
        ({"basis": ["tdm"] * 3}, "right", "3 rows: each is of another basis"),
        ({"rights_holder": ["", "a", "b"]}, "right", "names no rights holder"),
        ({"words": [3, 7, 3]}, "counts", "it has 13 words, and the manifest says 14"),
        ({"da_share": [0.0, 0.5, 0.9]}, "language", "of it is Danish"),
        ({"text": [f"hr{n}@hansens-hus.dk og {TEXTS[n]}" for n in range(3)]}, "personal", "3 pieces of personal data"),
    ],
)
def test_each_fault_is_found_by_its_check(columns: dict[str, Any], check: str, what: str) -> None:
    """One fault in the rows is one finding of its check, which names a document or a count."""
    assert any(name == check and what in told for name, told in found(rows(**columns))), found(rows(**columns))


def test_a_shard_of_other_columns_is_told_and_read_no_further() -> None:
    """A column that is gone, is of another type or means something else is a finding, whatever else is wrong."""
    (missing,) = found(rows(text=["", "", ""]).drop_columns("url"))
    assert missing == ("schema", "its columns are not those of a shard: missing ['url'], more [], or in another order")
    other = rows()
    place = other.schema.get_field_index("words")
    renamed = other.set_column(place, other.schema.field(place).with_metadata({"meaning": "x"}), other["words"])
    assert [name for name, _ in found(renamed)] == ["schema"]
    assert found(other.replace_schema_metadata({})) == [("schema", "its schema does not name the format of shards")]


def test_an_unknown_licence_is_no_right() -> None:
    """A shard whose licence is empty, or is no licence anyone knows, is not released."""
    for licence in ("", "Hansens licens"):
        told = found(rows(licence=[licence] * 3), replace(SHARD, licence=licence))
        assert [name for name, _ in told] == ["right"]
        assert "nothing without a known right is released" in told[0][1]


def test_what_is_kept_out_is_found_by_its_signature() -> None:
    """Whoever knows what is excluded is asked with digests and signatures, and what it names is a finding."""
    asked: list[tuple[int, tuple[int, ...]]] = []

    def barred(digests: Sequence[str], signatures: Any) -> list[int]:
        asked.append((len(digests), signatures.shape))
        return [1]

    signatures = np.zeros((3, SIGNATURE_SIZE), dtype=np.uint32)
    told = replace(CHECKS, barred=barred).look(rows(), SHARD, signatures).findings
    assert asked == [(3, (3, SIGNATURE_SIZE))]
    assert [(each.check, each.what) for each in told] == [("excluded", f"1 rows: each is excluded, as {'1' * 64}")]


def test_rates_are_judged_over_a_source_and_not_its_shards() -> None:
    """A little personal data in many words is within the limit, and a shard of another language in a Danish source."""
    looked: Callable[..., Looked] = Looked
    shards = [looked("a", (), 100, 0.0, 1_000_000, 5), looked("a", (), 900, 900.0, 1_000_000, 5)]
    limits = CheckLimits()
    assert not list(check_personal(shards, limits))
    assert not list(check_language(shards, limits))
    assert list(check_personal([looked("a", (), 1, 1.0, 1_000_000, 6)], limits))
    assert list(check_language(shards[:1], limits))
