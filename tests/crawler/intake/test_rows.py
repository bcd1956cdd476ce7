"""Rows become items by the names of their fields; a row that cannot costs itself."""

import codecs
import json
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from crawler.fields import Fields, TextType
from crawler.intake.items import ITEM_BYTES_MAX, Item
from crawler.intake.rows import LINE_BYTES_MAX
from tests.crawler.intake.deliveries import brief, delivered, texts, what

MAPPED = Fields(
    text="indhold.tekst",
    id="nr",
    url="adresse",
    title="titel",
    author="forfattere",
    published="dato",
    licence="rettigheder",
)


def lines(*rows: Any) -> bytes:
    """JSON Lines."""
    return b"".join(json.dumps(row).encode() + b"\n" for row in rows)


def test_fields_are_found_by_name_and_by_path(tmp_path: Path) -> None:
    """A dot leads into an object unless a field is called so; several words are joined, other values are left out."""
    row = {
        "indhold": {"tekst": "Én\nto"}, "nr": 7, "adresse": "http://a.dk/7", "titel": "  En \n titel ",
        "forfattere": ["Ib", "Bo", None, 1.5], "dato": "2026-01-02", "rettigheder": True,
    }  # fmt: skip
    nested, flat = what(delivered(tmp_path / "a.jsonl", lines(row, {**row, "indhold.tekst": "selv"})), fields=MAPPED)
    expected = Item(
        "Én\nto".encode(), "text/plain; charset=utf-8", "http://a.dk/7", "7", title="En titel", author="Ib, Bo",
        published="2026-01-02",
    )  # fmt: skip
    assert nested == expected
    assert brief([flat]) == ["selv"]


def test_a_line_that_is_no_row_is_told(tmp_path: Path) -> None:
    """Each line that gives no text has its reason, and the lines behind it are read; blank ones are nothing."""
    content = b"".join((
        codecs.BOM_UTF8,
        lines({"text": "først"}, ["text"], {"tekst": "x"}, {"text": 5}, {"text": ["a"]}, {"text": ""}, {"text": " \n"}),
        b'{"text": "\\ud800"}\n{"text": "\xf8"}\n{"text": \n\n   \n',
        b"[" * 100_000 + b"\n",
        b'{"text": "stort", "id": ' + b"9" * 5000 + b"}\n",
        b'{"text": "sidst"}',
    ))  # fmt: skip
    reasons = ["bad_line", *["no_text"] * 3, "empty", "empty", "bad_encoding", "bad_encoding", *["bad_line"] * 3]
    assert texts(tmp_path / "a.jsonl", content) == ["først", *reasons, "sidst"]


def test_a_line_beyond_the_limit_is_passed_over(tmp_path: Path) -> None:
    """A line too long is one reason, however long it is, and the next line is read; so is a text too long."""
    long, text = b"x" * (2 * LINE_BYTES_MAX + 5), "å" * (ITEM_BYTES_MAX // 2 + 1)
    content = b"".join((lines({"text": "a"}), long, b"\n", lines({"text": text}, {"text": "b"}), long))
    assert texts(tmp_path / "a.jsonl", content) == ["a", "too_large", "too_large", "b", "too_large"]


@pytest.mark.parametrize("name", ["a.jsonl", "a.csv"])
@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-be"])
def test_utf_16_is_told_as_such(tmp_path: Path, name: str, encoding: str) -> None:
    """A file in UTF-16 is one reason, and not a row of riddles."""
    bom = codecs.BOM_UTF16_BE if encoding == "utf-16-be" else b""
    assert texts(tmp_path / name, bom + "text\nhej\n".encode(encoding)) == ["bad_encoding"]


@pytest.mark.parametrize("mark", [",", ";", "\t"])
def test_csv_is_read_as_it_is_written_here(tmp_path: Path, mark: str) -> None:
    """Comma, semicolon or tab; texts with line breaks, quotes and the mark itself; a byte-order mark."""
    rows = f'id{mark}text\r\n1{mark}"En ""linje""{mark}\nog en til"\r\n\r\n2{mark}Blåbærgrød\r\n'
    found = texts(tmp_path / "a.csv", codecs.BOM_UTF8 + rows.encode())
    assert found == [f'En "linje"{mark}\nog en til', "Blåbærgrød"]


def test_a_csv_in_latin_1_is_told_row_by_row(tmp_path: Path) -> None:
    """A row that is no UTF-8 is told, and one that is plain ASCII is read."""
    assert texts(tmp_path / "a.csv", "id,text\n1,grød\n2,mad\n".encode("latin-1")) == ["bad_encoding", "mad"]


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        (b"", []),
        (b"id,text\n", []),
        (b"id,tekst\n1,a\n2,b\n", ["no_text", "no_text"]),
        (b"id,text\n1\n1,a,b\n2,ja\n", ["bad_line", "bad_line", "ja"]),
        (b"id,text\n1,a\rb\n2,ja\n", ["bad_line", "ja"]),
        (b"id,text\n1,\x00\n2,ja\n", ["\0", "ja"]),
        (b"x" * (LINE_BYTES_MAX + 1) + b"\n1\n", ["bad_header"]),
        (b"x" * 200_000 + b",text\n1,ja\n", ["ja"]),
        (b'id,text\n1,"ingen ende\n2,nej\n', ["ingen ende\n2,nej\n"]),
    ],
)
def test_what_a_csv_may_be_like(tmp_path: Path, content: bytes, expected: list[str]) -> None:
    """No rows, no such column, too few or too many values, stray bytes: every row is an item or a reason."""
    assert texts(tmp_path / "a.csv", content) == expected


def test_a_quote_that_is_not_closed_does_not_take_all_memory(tmp_path: Path) -> None:
    """A field that swallows the lines behind it ends at the limit of a line, and reading goes on."""
    content = b'id,text\n1,"' + b"linje, med komma, og mere\n" * (LINE_BYTES_MAX // 25) + b'"\n2,ja\n'
    found = texts(tmp_path / "a.csv", content)
    assert found[0] == "bad_line"
    assert set(found[1:]) <= {"bad_line", "ja"}


def test_parquet_is_read_by_its_columns(tmp_path: Path) -> None:
    """Nested columns, names with a dot, lists, dates and moments; a row Python has no words for is told."""
    path = tmp_path / "a.parquet"
    columns = {
        "indhold": pa.array([{"tekst": "en"}, {"tekst": "to"}, {"tekst": None}, {"tekst": "fire"}]),
        "nr": pa.array([1, 2, 3, 4]),
        "dato": pa.array([date(2026, 1, 2), None, None, None]),
        "forfattere": pa.array([["Ib", "Bo"], [], None, None]),
        "titel": pa.array([0, 2**62, 0, 0], pa.timestamp("us")),
        "andet": pa.array(["x"] * 4),
    }
    pq.write_table(pa.table(columns), path)
    found = what(delivered(path), fields=MAPPED)
    assert brief(found) == ["en", "bad_line", "no_text", "fire"]
    assert isinstance(found[0], Item)
    assert (found[0].id, found[0].author, found[0].published) == ("1", "Ib, Bo", "2026-01-02")


@pytest.mark.parametrize("content", [b"", b"PAR1", b"PAR1" + b"\0" * 100 + b"PAR1", b"nej" * 99])
def test_no_parquet_is_a_reason(tmp_path: Path, content: bytes) -> None:
    """What only ends like a Parquet file is broken."""
    assert texts(tmp_path / "a.parquet", content) == ["broken_file"]


def test_a_damaged_parquet_file_is_no_crash(tmp_path: Path) -> None:
    """Bytes flipped anywhere give rows or reasons, and nothing else."""
    path = tmp_path / "a.parquet"
    pq.write_table(pa.table({"text": [f"række {number}" for number in range(50)], "id": range(50)}), path)
    content = path.read_bytes()
    for at in range(4, len(content), 23):
        damaged = bytearray(content)
        damaged[at] ^= 0xFF
        assert len(texts(tmp_path / "b.parquet", bytes(damaged))) <= 51


@given(st.binary(max_size=300), st.sampled_from(["a.jsonl", "a.csv", "a.tsv", "a.ndjson"]))
@settings(max_examples=150, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
def test_any_bytes_are_rows_or_reasons(tmp_path: Path, content: bytes, name: str) -> None:
    """Whatever a file of rows holds, reading it gives one value for each row, and none of them is a surrogate."""
    for each in what(delivered(tmp_path / name, content), fields=Fields(text="text", title="0", author="\xf8")):
        assert not isinstance(each, Item) or each.title.encode()


@pytest.mark.parametrize("kind", list(TextType))
def test_what_a_text_is_written_in_is_said(tmp_path: Path, kind: TextType) -> None:
    """The type of the texts is the type of the items, always in UTF-8."""
    (item,) = what(delivered(tmp_path / "a.jsonl", lines({"text": "x"})), fields=Fields(type=kind))
    assert isinstance(item, Item)
    assert item.content_type == f"{kind}; charset=utf-8"


def test_a_moment_is_written_as_one(tmp_path: Path) -> None:
    """Times of a table keep their zone; whole numbers are words, truth values are not."""
    path = tmp_path / "a.parquet"
    moments = pa.array([datetime(2026, 1, 2, 3, tzinfo=UTC)], pa.timestamp("us", tz="UTC"))
    pq.write_table(pa.table({"text": ["x"], "id": [True], "dato": moments}), path)
    (item,) = what(delivered(path), fields=Fields(published="dato"))
    assert isinstance(item, Item)
    assert (item.id, item.published) == ("", "2026-01-02T03:00:00+00:00")
