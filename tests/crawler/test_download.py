"""Files from the web: whole or not at all, resumed by their marks, and only what robots.txt and the guard allow."""

import subprocess
import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from crawler.intake.asking import DownloadError, Manner
from crawler.intake.download import Downloads
from tests.flows.file_web import FileWeb, serve_files

URL = "http://filer.example.dk/data/a.jsonl"
BODY = bytes(range(256)) * 4000


@pytest.fixture
def web() -> Iterator[FileWeb]:
    """A web with one file."""
    with serve_files() as web:
        web.files["/data/a.jsonl"] = BODY
        yield web


def downloads(web: FileWeb, bytes_max: int = 10**9, seconds_max: float = 60.0) -> Downloads:
    """What fetches through the web's proxy."""
    manner = Manner(web.proxy, "Fodaftryk/0.1", 0.0, bytes_max, seconds_max, datetime(2026, 11, 24, tzinfo=UTC))
    return Downloads(manner, lambda _done, _whole: None)


def ranges(web: FileWeb) -> list[str]:
    """The ranges the file was asked for."""
    return [wanted for method, path, wanted in web.asked if method == "GET" and path == "/data/a.jsonl"]


def test_a_file_is_fetched_and_not_fetched_again(web: FileWeb, tmp_path: Path) -> None:
    """robots.txt comes first, the bytes are those that were sent, and a copy that is current is left alone."""
    fetching, copy = downloads(web), tmp_path / "copy"
    mark = fetching.fetch(URL, copy)
    assert copy.read_bytes() == BODY
    assert [path for _, path, _ in web.asked] == ["/robots.txt", "/data/a.jsonl"]
    assert web.agents == {"Fodaftryk/0.1"}
    assert fetching.is_unchanged(URL, mark)
    assert fetching.fetch(URL, copy) == mark
    web.files["/data/a.jsonl"] = BODY[::-1]
    assert not fetching.is_unchanged(URL, mark)
    assert fetching.fetch(URL, copy) != mark
    assert copy.read_bytes() == BODY[::-1]


def test_what_broke_off_goes_on_where_it_was(web: FileWeb, tmp_path: Path) -> None:
    """Connections that break are made again for the rest, and the whole is what an unbroken one would have given."""
    web.breaks = [300_000, 200_000]
    downloads(web).fetch(URL, tmp_path / "copy")
    assert (tmp_path / "copy").read_bytes() == BODY
    assert ranges(web) == ["", "bytes=300000-", "bytes=500000-"]


def test_another_process_goes_on(web: FileWeb, tmp_path: Path) -> None:
    """A part that was left by a process that is gone is gone on from, unless the file is another by now."""
    with pytest.raises(DownloadError, match="raise bytes_max"):
        downloads(web, bytes_max=700_000).fetch(URL, tmp_path / "copy")
    left = (tmp_path / "copy.part").stat().st_size
    assert 0 < left <= 700_000
    assert not (tmp_path / "copy").exists()
    web.files["/data/a.jsonl"] = BODY + b"mere"
    downloads(web).fetch(URL, tmp_path / "copy")
    assert (tmp_path / "copy").read_bytes() == BODY + b"mere"
    assert ranges(web) == ["", f"bytes={left}-"]


@pytest.mark.parametrize(
    ("robots", "status", "told"),
    [
        (b"User-agent: fodaftryk\nDisallow: /data/", 200, "robots.txt does not let us"),
        (b"", 403, "robots.txt is refused"),
        (b"<html>en moment</html>", 200, "robots.txt cannot be had"),
    ],
)
def test_robots_txt_is_obeyed(web: FileWeb, tmp_path: Path, robots: bytes, status: int, told: str) -> None:
    """What robots.txt forbids, or may forbid for all we can read, is never asked for."""
    web.files["/robots.txt"] = robots
    if status != 200:
        web.statuses["/robots.txt"] = status
    with pytest.raises(DownloadError, match=told):
        downloads(web).fetch(URL, tmp_path / "copy")
    assert ranges(web) == []


def test_a_redirect_is_judged_like_an_address(web: FileWeb, tmp_path: Path) -> None:
    """A redirect is followed to what its own robots.txt allows, and never to the inside."""
    web.moved = {
        "/ny": "http://spejl.example.dk/data/a.jsonl",
        "/lukket-nu": "http://spejl.example.dk/lukket/a",
        "/inde": "http://127.0.0.1/a",
        "/rundt": "/rundt",
    }
    fetching = downloads(web)
    fetching.fetch("http://filer.example.dk/ny", tmp_path / "ny")
    assert (tmp_path / "ny").read_bytes() == BODY
    for path, told in {
        "lukket-nu": "does not let us",
        "inde": "no address of the public",
        "rundt": "more than",
    }.items():
        with pytest.raises(DownloadError, match=told):
            fetching.fetch(f"http://filer.example.dk/{path}", tmp_path / path)
    assert "/lukket/a" not in {path for _, path, _ in web.asked}


def test_a_missing_file_and_one_that_comes_too_slowly(web: FileWeb, tmp_path: Path) -> None:
    """A status that will not change ends at once, a wait beyond the time that is left does too."""
    with pytest.raises(DownloadError, match="status 404: check the address"):
        downloads(web).fetch("http://filer.example.dk/data/b", tmp_path / "b")
    web.statuses["/data/c"] = 503
    with pytest.raises(DownloadError, match="raise seconds_max"):
        downloads(web, seconds_max=0.9).fetch("http://filer.example.dk/data/c", tmp_path / "c")


def test_a_name_of_the_inside_is_not_connected_to(tmp_path: Path) -> None:
    """Without a proxy a name is resolved here, and one that leads to loopback is refused before any connection."""
    program = """
import socket, sys
from pathlib import Path
from datetime import UTC, datetime
from crawler.intake.asking import DownloadError, Manner
from crawler.intake.download import Downloads
real, connected = socket.getaddrinfo, []
socket.getaddrinfo = lambda host, *rest, **more: real("127.0.0.1", *rest, **more)
socket.create_connection = lambda *rest, **more: connected.append(rest)
manner = Manner("", "Fodaftryk/0.1", 0.0, 1000, 5.0, datetime(2026, 11, 24, tzinfo=UTC))
try:
    Downloads(manner, print).fetch("http://filer.example.dk/a", Path(sys.argv[1]))
except DownloadError as error:
    print(error, connected)
"""
    done = subprocess.run(
        [sys.executable, "-c", program, str(tmp_path / "a")], capture_output=True, text=True, check=True
    )
    assert "an address of the inside" in done.stdout
    assert done.stdout.strip().endswith("[]")
