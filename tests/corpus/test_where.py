"""Filters: what SQL would keep is kept, and what is no filter is told, never run."""

import sqlite3
from datetime import date

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from corpus.errors import FilterError
from corpus.where import DEPTH_MAX, check_filter, columns, expression

ROWS = [
    {"name": "a", "words": 100, "score": 0.5, "day": date(2024, 1, 1), "kept": True},
    {"name": "b", "words": 200, "score": 0.9, "day": None, "kept": False},
    {"name": "it's", "words": 201, "score": 1.0, "day": date(2025, 12, 31), "kept": True},
    {"name": None, "words": None, "score": None, "day": date(2023, 5, 5), "kept": None},
]
TYPES = {"name": pa.string(), "words": pa.int32(), "score": pa.float32(), "day": pa.date32(), "kept": pa.bool_()}
SCHEMA = pa.schema([pa.field("name", pa.dictionary(pa.int32(), pa.string())), *list(TYPES.items())[1:]])
TABLE = pa.Table.from_pylist(ROWS, pa.schema(list(TYPES.items()))).cast(SCHEMA)


def kept(text: str) -> list[object]:
    """The words of the rows that a filter keeps."""
    rows: list[object] = TABLE.filter(expression(text, SCHEMA))["words"].to_pylist()
    return rows


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("words > 200", [201]),
        ("words >= 200 AND NOT name = 'b'", [201]),
        ("words < 200 or words<>200", [100, 201]),
        ("name in ('a', 'b')", [100, 200]),
        ("name not in ('a', \"b\")", [201]),
        ("not name in ('a')", [200, 201]),
        ("name = 'it''s'", [201]),
        ("words in (100.0, 201)", [100, 201]),
        ("words in (99999999999999999, 200.5, 201)", [201]),
        ("words > 1e2", [200, 201]),
        ("day >= '2024-06-01'", [201]),
        ("day is null", [200]),
        ("day is not null and words is not null", [100, 201]),
        ("kept = true", [100, 201]),
        ("not (kept == true or words != 200)", [200]),
        ("score > 0.6 and (words = 200 or words = 201)", [200, 201]),
        ("words = -1", []),
        ("words < 99999999999999999999 and score > -1e999", [100, 200, 201]),
    ],
)
def test_what_is_asked_for_is_kept(text: str, words: list[int]) -> None:
    """Comparisons, lists, days, nothing and their joining mean what they mean in SQL, in dictionary columns too."""
    assert kept(text) == words


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("", "the end"),
        ("words", "a comparison"),
        ("words >", "a value"),
        ("words > 1 words", "and or or"),
        ("words > 'many'", "of the kind int32"),
        ("name > 3", "of the kind string"),
        ("kept = 1", "of the kind bool"),
        ("day = 'yesterday'", "write it as"),
        ("lines > 3", "no column lines: name, words"),
        ("name = 'a", "is a quote missing"),
        ("name in ()", "a value"),
        ("name in ('a'", r"expected \)"),
        ("(words > 1", r"expected \)"),
        ("__import__('os').system('x')", "cannot be read from"),
        ("exec('x')", "no column exec"),
        ("words > 1; drop table x", "cannot be read from"),
        ("and", "a column"),
        ("words > and", "a value"),
        ("(" * (DEPTH_MAX + 5) + "words > 1", "deep at most"),
        ("not " * (DEPTH_MAX + 5) + "words > 1", "deep at most"),
        ("words > 1 or " * 1000 + "words > 1", "longer than"),
    ],
)
def test_what_is_no_filter_is_told(text: str, told: str) -> None:
    """What cannot be read, or does not fit the columns, is told with what was expected."""
    with pytest.raises(FilterError, match=told):
        expression(text, SCHEMA)


@given(st.text(alphabet="wordsname ()<>=!'\",andornotinisull0123456789.-", max_size=40))
def test_any_text_is_a_filter_or_is_told(text: str) -> None:
    """Whatever is written is read or refused; nothing else comes of it."""
    try:
        columns(text)
        TABLE.filter(expression(text, SCHEMA))
    except FilterError:
        pass


comparisons = st.one_of(
    st.builds("words {} {}".format, st.sampled_from(["=", "!=", "<", "<=", ">", ">="]), st.integers(99, 202)),
    st.builds("name {} ('a', '{}')".format, st.sampled_from(["in", "not in"]), st.sampled_from(["b", "x"])),
    st.builds("name = '{}'".format, st.sampled_from(["a", "b", "it''s"])),
    st.builds("{} is {}null".format, st.sampled_from(["name", "words"]), st.sampled_from(["", "not "])),
)


def _joined(inner: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    joined = st.builds("({} {} {})".format, inner, st.sampled_from(["and", "or"]), inner)
    return st.one_of(st.builds("not {}".format, inner), joined)


@given(st.recursive(comparisons, _joined, max_leaves=6))
def test_a_filter_keeps_what_a_database_keeps(text: str) -> None:
    """Any filter keeps just the rows that SQLite keeps by the same words."""
    with sqlite3.connect(":memory:") as database:
        database.execute("CREATE TABLE t (name TEXT, words INTEGER)")
        database.executemany("INSERT INTO t VALUES (?, ?)", [(row["name"], row["words"]) for row in ROWS])
        theirs = [row[0] for row in database.execute(f"SELECT words FROM t WHERE {text} ORDER BY rowid")]
    database.close()
    assert kept(text) == theirs


def test_the_columns_of_a_filter_are_known() -> None:
    """The columns that a filter names are told without a schema."""
    assert columns("words > 3 and (source = 'x' or day is null)") == {"words", "source", "day"}


@pytest.mark.parametrize("text", ["words in (1, 'a')", "name in ('a', 2, true)", "day in (1.5, '2024-01-01')"])
def test_a_list_of_several_kinds_is_told(text: str) -> None:
    """Without a schema it can be read, and with one its values are held against the column, one by one."""
    assert len(columns(text)) == 1
    with pytest.raises(FilterError, match="of the kind"):
        check_filter(text, {name: str(kind) for name, kind in TYPES.items()})


def test_a_filter_is_held_against_what_a_manifest_says() -> None:
    """Types are known by their names; what is nested cannot be compared, and where nothing is said nothing is held."""
    kinds = {"words": "int32", "day": "date32[day]", "elsewhere": "list<element: struct<source: string, url: string>>"}
    check_filter("words > 3 and day < '2026-01-01' and elsewhere is not null", kinds)
    with pytest.raises(FilterError, match="cannot be compared"):
        check_filter("elsewhere = 'x'", kinds)
    check_filter("anything > 3", {})
