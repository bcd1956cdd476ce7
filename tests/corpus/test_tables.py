"""Parquet files are read a few rows at a time, and Zstandard while it is inflated."""

import io
import itertools
from pathlib import Path

import backports.zstd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from corpus.tables import ROWS_AT_ONCE, TableError, read_rows, zstd_opened

CONTENT = b"linje p\xc3\xa5 linje\n" * 20_000


def rows(path: Path, columns: dict[str, pa.Array], *names: str) -> list[dict[str, object] | None]:
    """What is read of a table."""
    pq.write_table(pa.table(columns), path)
    return list(read_rows(path, names))


def test_only_what_was_asked_for_is_read(tmp_path: Path) -> None:
    """Columns by name, nested ones by path, names with a dot as they are; what is not there is not there."""
    columns = {"a": pa.array([{"b": "x", "c": 1}]), "d.e": pa.array(["y"]), "f": pa.array([2])}
    assert rows(tmp_path / "t", columns, "a.b", "d.e", "a.b", "g", "f.h") == [{"a": {"b": "x"}, "d.e": "y"}]
    assert rows(tmp_path / "t", columns, "g") == [{}]


def test_a_row_beyond_words_costs_itself(tmp_path: Path) -> None:
    """No UTF-8 and a moment beyond the calendar are no row; those beside them are."""
    offsets, letters = pa.py_buffer(bytes([0, 0, 0, 0, 1, 0, 0, 0, 2, 0, 0, 0])), pa.py_buffer(b"\xffb")
    broken = {"a": pa.StringArray.from_buffers(2, offsets, letters)}
    assert rows(tmp_path / "t", broken, "a") == [None, {"a": "b"}]
    late = {"a": pa.array([0, 2**62, 0], pa.timestamp("us")), "b": pa.array([1, 2, 3])}
    assert [row and row["b"] for row in rows(tmp_path / "t", late, "a", "b")] == [1, None, 3]


def test_rows_come_in_order_and_all(tmp_path: Path) -> None:
    """Over batches and row groups each row comes once, in its place."""
    count = 3 * ROWS_AT_ONCE + 1
    pq.write_table(pa.table({"n": range(count)}), tmp_path / "t", row_group_size=50)
    assert [row and row["n"] for row in read_rows(tmp_path / "t", ["n"])] == list(range(count))


def test_what_is_read_before_a_fault_stands(tmp_path: Path) -> None:
    """A file broken in its second half gives its first half, and then says so."""
    path = tmp_path / "t"
    pq.write_table(pa.table({"n": range(20_000)}), path, row_group_size=1000, use_dictionary=False, compression="zstd")
    content = bytearray(path.read_bytes())
    middle = len(content) // 2
    content[middle : middle + 2000] = b"\xff" * 2000
    path.write_bytes(content)
    reading = read_rows(path, ["n"])
    assert [row and row["n"] for row in itertools.islice(reading, 1000)] == list(range(1000))
    with pytest.raises(TableError, match="broken"):
        list(reading)


def test_zstandard_is_inflated_while_it_is_read() -> None:
    """Frames in a row, and frames to be skipped, are one stream; a cut one raises without an error's number."""
    frame, skipped = backports.zstd.compress(CONTENT), b"\x50\x2a\x4d\x18\x04\0\0\0abcd"
    assert zstd_opened(io.BytesIO(frame + skipped + frame)).read() == CONTENT * 2
    for broken in (frame[:-3], frame + b"junk", b"\x28\xb5\x2f\xfd"):
        with pytest.raises(OSError, match=r"(?i)zstd|truncated") as raised:
            zstd_opened(io.BytesIO(broken)).read()
        assert raised.value.errno is None
