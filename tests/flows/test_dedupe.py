"""`fodaftryk dedupe`: anyone's files in, one of each copy out, and every document's place told."""

import gzip
import json
import os
import random
import signal
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from corpus.document_files import SIGNING
from dedup.parameters import Parameters
from dedup.signatures import shingles
from flows import dedupe_files
from flows.cli import main

Call = Callable[..., tuple[int, str, str]]
Row = dict[str, Any]
VOCABULARY = [f"{a}{b}{c}" for a in "bdfgklmnprst" for b in "aeiouyæøå" for c in "dgklmnrst"]


@pytest.fixture
def call(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Iterator[Call]:
    """Runs `fodaftryk dedupe` in an empty folder; gives exit code, output and errors."""
    for name in [name for name in os.environ if name.startswith("FODAFTRYK_")]:
        monkeypatch.delenv(name)
    monkeypatch.chdir(tmp_path)
    handler = signal.getsignal(signal.SIGTERM)

    def run(*arguments: str) -> tuple[int, str, str]:
        monkeypatch.setattr(sys, "argv", ["fodaftryk", "dedupe", *arguments])
        capsys.readouterr()
        with pytest.raises(SystemExit) as ended:
            main()
        told = capsys.readouterr()
        return int(ended.value.code or 0), told.out, " ".join(told.err.replace("│", "").split())

    yield run
    signal.signal(signal.SIGTERM, handler)


def text_of(seed: int, words: int = 120) -> str:
    """A text of random words, the same for the same seed."""
    return " ".join(random.Random(seed).choices(VOCABULARY, k=words))


def edited(text: str) -> str:
    """The text with its last four words replaced."""
    return " ".join([*text.split()[:-4], "helt", "andre", "ord", "her"])


def documents() -> list[Row]:
    """Twenty texts, copies of the same words of five, edited copies of five, and two without words."""
    rows = [{"id": f"a{seed:02d}", "text": text_of(seed), "date": "2024-05-01"} for seed in range(20)]
    rows += [{"id": f"b{seed}", "text": text_of(seed).upper() + "! 7", "date": "2020-01-01"} for seed in range(5)]
    rows += [{"id": f"c{seed}", "text": edited(text_of(seed)), "date": None} for seed in range(3, 8)]
    return [*rows, {"id": "d0", "text": "…", "date": None}, {"id": "d1", "text": "", "date": None}]


def write_lines(path: Path, rows: list[Row]) -> None:
    """Write JSON lines, packed when the name says so."""
    data = "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows).encode()
    path.write_bytes(gzip.compress(data) if path.suffix == ".gz" else data)


def clusters_in(folder: str) -> dict[Any, tuple[Any, ...]]:
    """What clusters.parquet says, by id."""
    table = pq.read_table(Path(folder, "clusters.parquet"))
    columns = ("cluster", "size", "keeper", "similarity", "kind")
    return {row["id"]: tuple(row[name] for name in columns) for row in table.to_pylist()}


def test_every_copy_is_told_and_one_of_each_is_kept(call: Call) -> None:
    """Exact and near copies stand in their keeper's cluster; the files without them are in their own formats."""
    rows = documents()
    write_lines(Path("one.jsonl.gz"), rows[:12])
    pq.write_table(pa.Table.from_pylist(rows[12:]), "two.parquet")
    code, told, _ = call("one.jsonl.gz", "two.parquet", "--out", "out")
    assert code == 0
    assert "near copies" in told
    found = clusters_in("out")
    assert list(found) == [row["id"] for row in rows]
    assert found["b0"] == ("a00", 2, "b0", 1.0, "kept")  # it is longer
    assert found["a00"] == ("a00", 2, "b0", 1.0, "exact")
    assert found["a03"][:3] == found["c3"][:3] == ("a03", 3, "b3")
    assert found["c3"][4] == "near"
    assert 0.75 <= found["c3"][3] < 1
    assert found["d0"] == ("d0", 1, "d0", 1.0, "kept")
    kept = gzip.decompress(Path("out/kept/00000-one.jsonl.gz").read_bytes()).decode().splitlines()
    assert [json.loads(line) for line in kept] == [row for row in rows[:12] if found[row["id"]][4] == "kept"]
    table = pq.read_table("out/kept/00001-two.parquet")
    assert table.schema.names == ["id", "text", "date"]
    assert table.column("id").to_pylist() == [row["id"] for row in rows[12:] if found[row["id"]][4] == "kept"]
    report = json.loads(Path("out/report.json").read_bytes())
    assert report["documents"] == report["kept"] + report["exact_copies"] + report["near_copies"] == 32
    assert not Path("out.part").exists()
    Parameters().check_signing(pq.read_schema("out/clusters.parquet").metadata[SIGNING.encode()], "out")


def test_order_files_and_workers_change_nothing(call: Call) -> None:
    """The same documents shuffled over three files and read by two processes stand where they stood."""
    rows = documents()
    write_lines(Path("one.jsonl"), rows)
    random.Random(7).shuffle(rows)
    Path("many").mkdir()
    for number in range(3):
        write_lines(Path(f"many/{number}.jsonl"), rows[number::3])
    assert call("one.jsonl", "--out", "straight")[0] == 0
    assert call("many", "--out", "parted", "--workers", "2", "--memory", "100MB")[0] == 0
    assert clusters_in("parted") == clusters_in("straight")


def test_the_keeper_is_the_one_that_was_asked_for(call: Call) -> None:
    """The oldest of copies is kept, and what has no date only when nothing else has; numbers may be ids."""
    rows = [{**row, "id": number, "rank": -number} for number, row in enumerate(documents())]
    write_lines(Path("one.jsonl"), rows)
    assert call("one.jsonl", "--out", "oldest", "--keep-by", "oldest")[0] == 0
    assert call("one.jsonl", "--out", "ranked", "--keep-by", "rank")[0] == 0
    oldest, ranked = clusters_in("oldest"), clusters_in("ranked")
    assert oldest[3][:3] == (3, 3, 23)  # of 3, 23 and 25 the one of 2020
    assert oldest[5][:3] == (5, 2, 5)
    assert ranked[3][:3] == (3, 3, 25)
    assert {name: found[0] for name, found in oldest.items()} == {name: found[0] for name, found in ranked.items()}


def test_the_texts_themselves_are_compared_when_asked(call: Call) -> None:
    """With --exact-jaccard similarities are true, and what is below the limit is no copy."""
    write_lines(Path("one.jsonl"), documents())
    assert call("one.jsonl", "--out", "high", "--exact-jaccard", "--similarity", "0.99")[0] == 0
    assert call("one.jsonl", "--out", "true", "--exact-jaccard", "--keep-by", "oldest")[0] == 0
    assert clusters_in("high")["c5"][4] == "kept"
    left, right = (shingles(text, Parameters()) for text in (text_of(5), edited(text_of(5))))
    found = clusters_in("true")["c5"]
    assert found[2:] == ("a05", pytest.approx(len(left & right) / len(left | right)), "near")


def test_what_is_quoted_and_what_repeats_is_told(call: Call) -> None:
    """An article inside a page is a pair with its share; a menu of a source's pages is told with its places."""
    article = text_of(1, 200)
    rows = [{"id": "article", "text": article, "site": "x"}]
    rows += [{"id": f"page{n}", "text": f"Forside og mere\n{text_of(n + 50)}\n", "site": "y"} for n in range(3)]
    rows += [{"id": "quoting", "text": f"Forside og mere\n{text_of(9, 300)} {article} {text_of(8, 300)}", "site": "x"}]
    write_lines(Path("one.jsonl"), rows)
    options = ("--containment", "0.9", "--lines", "3", "--source", "site")
    assert call("one.jsonl", "--out", "out", *options)[0] == 0
    assert pq.read_table("out/contained.parquet").to_pylist() == [
        {"inner": "article", "outer": "quoting", "share": 1.0}
    ]
    assert pq.read_table("out/repeats.parquet").to_pylist() == [
        {"id": f"page{n}", "unit": "line", "begin": 0, "end": 15, "documents": 3} for n in range(3)
    ]


BAD = [
    ("a.jsonl", b'{"id": 1, "text": "a"}\n\n{"id": 2}\n', "a.jsonl:3: 'text' is missing"),
    ("a.jsonl", b'{"id": 1, "text": "a"}\n{"id": ', "a.jsonl:2: this is no JSON"),
    ("a.jsonl", b'{"id": 1.5, "text": "a"}\n', "a.jsonl:1: 'id' is missing, or neither a whole number nor a string"),
    ("a.jsonl", b'["a"]\n', "a.jsonl:1: this is JSON, but no object"),
    ("a.jsonl", b'{"id": 1, "text": "\xff"}\n', "a.jsonl:1: this is no JSON"),
    ("a.jsonl", b"[" * 100_000, "a.jsonl:1: this is no JSON"),
    ("a.jsonl", b'{"id": 1, "text": "a"}\n{"id": "x", "text": "a"}\n', "a.jsonl, 1 and after: ids, or values"),
    ("a.jsonl", b'{"id": 99999999999999999999, "text": "a"}\n', "out of range"),
    (
        "a.jsonl",
        b'{"id": 1, "text": "a"}\n{"id": 1, "text": "b"}\n',
        "The id 1 comes twice, in a.jsonl (row 0) and in a",
    ),
    ("a.jsonl", b"\n", "There is no document in a.jsonl"),
    ("a.jsonl.gz", gzip.compress(b'{"id": 1, "text": "a"}\n' * 99, mtime=0)[:-9], "a.jsonl.gz:"),
    ("a.jsonl.gz", b"plain", "the gzip ends or breaks here"),
    ("a.parquet", b"PAR1", "a.parquet is no Parquet file, or broken"),
    ("a.csv", b"", "a.csv is not read"),
]


@pytest.mark.parametrize(("name", "data", "message"), BAD)
def test_what_cannot_be_read_is_told_with_its_place(call: Call, name: str, data: bytes, message: str) -> None:
    """Bad input names file, line and remedy, and nothing is written."""
    Path(name).write_bytes(data)
    code, _, error = call(name, "--out", "out")
    assert code == 1
    assert message in error
    assert not Path("out").exists()


@pytest.mark.parametrize(
    ("columns", "message"),
    [
        ({"id": [1], "body": ["a"]}, "has no column 'text': its columns are id, body"),
        ({"id": [1.5], "text": ["a"]}, "the column 'id' is double"),
        ({"id": [1], "text": [2]}, "the column 'text' is int64 and no text"),
        ({"id": [1, None], "text": ["a", "b"]}, "row 1 has no id"),
    ],
)
def test_a_table_of_the_wrong_shape_is_told(call: Call, columns: dict[str, list[Any]], message: str) -> None:
    """A Parquet file without the columns, or with others, says which it has."""
    pq.write_table(pa.table(columns), "a.parquet")
    code, _, error = call("a.parquet", "--out", "out")
    assert code == 1
    assert message in error


def test_a_wrong_option_is_told(call: Call) -> None:
    """What no run can be made of is told before a file is read."""
    for wrong in (
        ["--bands", "0"],
        ["--similarity", "2"],
        ["--memory", "much"],
        ["--containment", "7"],
        ["--lines", "1"],
    ):
        assert call("nowhere.jsonl", "--out", "out", *wrong)[0] == 2
    assert call("nowhere.jsonl", "--out", "out", "--memory", "1KB")[0] == 1
    assert "There is no nowhere.jsonl" in call("nowhere.jsonl", "--out", "out")[2]
    write_lines(Path("one.jsonl"), [{"id": 1, "text": "en"}])
    assert "No document has a value in the column" in call("one.jsonl", "--out", "out", "--keep-by", "oldest")[2]


def test_the_same_again_changes_nothing_and_another_is_refused(call: Call) -> None:
    """A done request answers from its report; another one, or a folder of something else, is left alone."""
    write_lines(Path("one.jsonl"), documents())
    code, planned, _ = call("one.jsonl", "--out", "out", "--dry-run", "--json")
    assert (code, json.loads(planned)[0]["first_id"], list(Path().glob("out*"))) == (0, "a00", [])
    _, first, _ = call("one.jsonl", "--out", "out", "--json")
    before = {path: path.stat().st_mtime_ns for path in Path("out").rglob("*")}
    _, second, _ = call("one.jsonl", "--out", "out", "--json", "--workers", "3")
    assert first == second
    assert {path: path.stat().st_mtime_ns for path in Path("out").rglob("*")} == before
    assert "another request" in call("one.jsonl", "--out", "out", "--shingle", "3")[2]
    Path("mine").mkdir()
    Path("mine/letter.txt").touch()
    assert "is not empty" in call("one.jsonl", "--out", "mine")[2]


def test_a_run_that_was_stopped_goes_on(call: Call, monkeypatch: pytest.MonkeyPatch) -> None:
    """What was done before is found, not done again; until then there is no folder."""
    write_lines(Path("one.jsonl"), documents())
    with monkeypatch.context() as stopped:

        def stop(*_: object) -> None:
            raise OSError("no room on the disk")

        stopped.setattr(dedupe_files, "labels_of", stop)
        code, _, error = call("one.jsonl", "--out", "out")
    assert (code, Path("out").exists()) == (1, False)
    assert "no room on the disk" in error
    done = {path: path.stat().st_mtime_ns for path in Path("out.part").rglob("0*") if path.is_file()}
    assert len(done) >= 2
    monkeypatch.setattr(dedupe_files.shutil, "rmtree", lambda _: None)
    assert call("one.jsonl", "--out", "out")[0] == 0
    assert {path: path.stat().st_mtime_ns for path in done} == done
    assert clusters_in("out")["a00"][2] == "b0"
