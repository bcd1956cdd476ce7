"""Files of no source: `fodaftryk refine` makes documents of them, `fodaftryk extract` prints their texts."""

import gzip
import io
import json
import signal
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from corpus.captures import Capture, CaptureWriter
from corpus.document_files import read_documents
from flows.settings import moment
from flows.start import main
from tests.flows.file_web import serve_files
from tests.flows.made_files import danish, docx, parquet

TEXTS = danish()
ENGLISH = "The council decided yesterday that more homes must be built in the town before the end of next year. " * 4
NOW = moment("2026-11-24T10:00:00Z")
Call = Callable[..., tuple[int, list[dict[str, object]], str]]


@pytest.fixture
def call(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Iterator[Call]:
    """Runs a command in an empty folder, without a catalogue; gives exit code, lines of JSON, and errors."""
    monkeypatch.chdir(tmp_path)
    handler = signal.getsignal(signal.SIGTERM)

    def run(*arguments: str) -> tuple[int, list[dict[str, object]], str]:
        monkeypatch.setattr(sys, "argv", ["fodaftryk", *arguments])
        capsys.readouterr()
        with pytest.raises(SystemExit) as ended:
            main()
        told = capsys.readouterr()
        return int(ended.value.code or 0), [json.loads(line) for line in told.out.splitlines()], told.err

    yield run
    signal.signal(signal.SIGTERM, handler)


def rows(*values: dict[str, str]) -> bytes:
    """JSON Lines."""
    return "".join(json.dumps(value, ensure_ascii=False) + "\n" for value in values).encode()


def html(text: str) -> str:
    """A page."""
    return f"<html lang='da'><title>Side</title><article><p>{text}</p></article></html>"


def test_rows_tables_and_warcs_become_documents_once(call: Call, tmp_path: Path) -> None:
    """Each input gets its documents and its counts; again nothing is done; a dry run makes nothing."""
    (tmp_path / "ind").mkdir()
    lines = rows({"id": "1", "text": TEXTS[0]}, {"id": "1", "text": TEXTS[0]}, {"id": "3"})
    (tmp_path / "ind" / "a.jsonl.gz").write_bytes(gzip.compress(lines))
    parquet(tmp_path / "ind" / "b.parquet", [{"url": "https://b.dk/1", "html": html(TEXTS[1])}])
    with CaptureWriter(tmp_path / "ind" / "c.warc.gz") as writer:
        for number, text in enumerate((TEXTS[2], ENGLISH)):
            page = html(text).encode()
            writer.write(Capture(f"https://c.dk/{number}", NOW, 200, (("Content-Type", "text/html"),), page))
    command = ("refine", "ind", "--out", "ud", "--prefilter", "--json", "--workers", "1")
    code, planned, _ = call(*command, "--dry-run")
    assert (code, [row["state"] for row in planned]) == (0, ["to do"] * 3)
    assert not (tmp_path / "ud").exists()
    code, reports, _ = call(*command)
    assert code == 0
    assert [(report["pages"], report["kept"]) for report in reports] == [(1, 1), (1, 1), (2, 1)]
    assert [report["left"] for report in reports] == [{"repeated": 1, "no_text": 1}, {}, {}]
    assert reports[2]["marked"] == {"prefiltered": 1}
    found = {row["url"]: row for report in reports for row in documents(Path(str(report["output"])))}
    assert set(found) == {"urn:fodaftryk:files:1", "https://b.dk/1", "https://c.dk/0", "https://c.dk/1"}
    assert found["https://b.dk/1"]["title"] == "Side"
    assert found["https://c.dk/1"]["text"] == ""
    made = {path: path.stat().st_mtime_ns for path in (tmp_path / "ud").iterdir()}
    assert len(made) == 6
    assert call(*command)[1] == reports
    assert {path: path.stat().st_mtime_ns for path in (tmp_path / "ud").iterdir()} == made


def test_texts_of_a_warc_that_are_no_answers_are_read(call: Call) -> None:
    """Extracts as Common Crawl delivers them, and pages a browser made; a picture is none."""
    made = (
        ("conversion", "text/plain", TEXTS[0]),
        ("resource", "text/html", html(TEXTS[1])),
        ("resource", "image/png", "P"),
    )
    content = b""
    for number, (kind, media, text) in enumerate(made):
        head = f"WARC-Type: {kind}\r\nWARC-Target-URI: https://a.dk/{number}\r\nWARC-Date: 2026-11-24T10:00:00Z\r\n"
        head += f"Content-Type: {media}\r\nContent-Length: {len(text.encode())}"
        content += f"WARC/1.0\r\n{head}\r\n\r\n{text}\r\n\r\n".encode()
    Path("a.warc.wet.gz").write_bytes(gzip.compress(content))
    _, (report,), _ = call("refine", "a.warc.wet.gz", "--out", "ud", "--json", "--workers", "1")
    assert (report["kept"], report["left"]) == (2, {"not_text": 1})


def test_bytes_that_are_there_twice_are_read_by_each_name(call: Call) -> None:
    """A backup of a file, whose name says nothing, hides not the file itself."""
    for name in ("a.txt", "a.txt.bak", "b.txt"):
        Path(name).write_text(TEXTS[0])
    _, reports, _ = call("refine", "a.txt", "a.txt.bak", "b.txt", "--out", "ud", "--json", "--workers", "1")
    assert [(report["input"], report["kept"]) for report in reports] == [("a.txt", 1), ("a.txt.bak", 0)]


def documents(path: Path) -> list[dict[str, object]]:
    """The rows of a documents file."""
    return [row for batch in read_documents(path) for row in batch.to_pylist()]


def test_a_file_that_breaks_off_gives_what_stood_before(call: Call, tmp_path: Path) -> None:
    """Its documents are kept, its report says so, and the exit code is 3."""
    whole = gzip.compress(rows({"id": "1", "text": TEXTS[0]}, *({"id": str(n), "text": str(n) * 40} for n in range(9))))
    (tmp_path / "a.jsonl.gz").write_bytes(whole[:-20])
    code, (report,), errors = call("refine", "a.jsonl.gz", "--out", "ud", "--json", "--workers", "1")
    assert (code, report["broken"]) == (3, True)
    assert "breaks off" in errors


@pytest.mark.parametrize(
    ("name", "content", "options"),
    [
        ("a.jsonl", rows({"id": "1"}, {"id": "2", "text": TEXTS[0]}), ()),
        ("a.jsonl", b"\nno row\n" + rows({"id": "2", "tekst": TEXTS[0]}), ()),
        ("a.csv", f'nr;tekst\n1;"{TEXTS[0]}"\n'.encode(), ()),
        ("a.csv", f'nr,ord\n1,"{TEXTS[0]}"\n'.encode(), ("--text", "ord", "--id", "nr")),
    ],
)
def test_the_columns_of_rows_are_found_in_tables_and_behind_rows_without(
    call: Call, name: str, content: bytes, options: tuple[str, ...]
) -> None:
    """A first row that is empty, broken or has no text hides no column; a CSV's columns can be named."""
    Path(name).write_bytes(content)
    code, (report,), _ = call("refine", name, "--out", "ud", "--json", "--workers", "1", *options)
    assert (code, report["kept"]) == (0, 1)


@pytest.mark.parametrize(
    ("content", "options", "told"),
    [
        (b'{"nr": "1", "ord": "et"}\n', (), "no column with a usual name for text; it has nr, ord"),
        (b'{"id": "1", "text": "et"}\n', ("--url", "link"), "no column link"),
        (b"PAR1", (), "its first rows cannot be read"),
        (b'{"id": "1", "text": "et"}\n', ("--profile", "nope"), "nope"),
    ],
)
def test_what_cannot_be_read_is_told_before_anything_is_made(
    call: Call, content: bytes, options: tuple[str, ...], told: str
) -> None:
    """Wrong columns, files and profiles are one message, exit code 1, and no output."""
    Path("a.jsonl").write_bytes(content)
    code, _, errors = call("refine", "a.jsonl", "--out", "ud", *options)
    assert code == 1
    assert told in " ".join(errors.split())
    assert not Path("ud").exists()


def test_texts_of_files_standard_input_and_the_web_are_printed(
    call: Call, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One line a text, in the order asked for; what robots.txt closes or is not there is told, with exit code 3."""
    (tmp_path / "a.docx").write_bytes(docx(TEXTS[0]))
    (tmp_path / "b.php?id=3").write_text(html(TEXTS[1]), encoding="iso-8859-1", errors="replace")
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(html(TEXTS[2]).encode())))
    with serve_files() as web:
        web.files |= {"/side": html(TEXTS[3]).encode(), "/lukket/side": b"<p>Nej</p>", "/a.png": b"PNG"}
        monkeypatch.setenv("FODAFTRYK_CRAWLER__PROXY", web.proxy)
        monkeypatch.setenv("FODAFTRYK_CRAWLER__DELAY_S_MIN", "0")
        places = (
            "a.docx",
            "b.php?id=3",
            "-",
            "http://web.dk/side",
            "http://web.dk/lukket/side",
            "http://web.dk/a.png",
            "c.pdf",
        )
        code, lines, errors = call("extract", *places)
        assert {path for _, path, _ in web.asked} == {"/robots.txt", "/side", "/a.png"}
    assert code == 3
    assert [line["from"] for line in lines] == ["a.docx", "b.php?id=3", "-", "http://web.dk/side"]
    assert [str(line["text"])[:20] for line in lines] == [text[:20] for text in TEXTS[:4]]
    assert [line["extractor"] for line in lines] == ["docx", "trafilatura", "trafilatura", "trafilatura"]
    assert lines[3]["url"] == "http://web.dk/side"
    assert "robots.txt does not let us" in " ".join(errors.split())
    assert "it is image/png, and no text" in " ".join(errors.split())
    assert "c.pdf cannot be read" in " ".join(errors.split())
