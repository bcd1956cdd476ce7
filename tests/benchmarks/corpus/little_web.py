"""The little Danish web of the benchmarks: a folder of judged pages, most with the text they were made from.

The folder (`--web`) holds `expected.json` (what is true of each URL), `routes.json` (which file answers it), the files
under `sites/`, and the gold texts under `gold/`. It is not part of the project.
"""

import gzip
import hashlib
import json
import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import unquote, urlsplit

import pytest

from corpus.captures import Capture, CaptureWriter

FETCHED = datetime(2026, 1, 1, tzinfo=UTC)
HTML = "text/html; charset=utf-8"
_TOKEN = re.compile(r"\w+")


@dataclass(frozen=True)
class WebPage:
    """One page: what a server answers, the language that is true of it, and the text it was made from, if known."""

    url: str
    content_type: str
    body: bytes
    language: str
    family: str
    gold: str


def web_folder(config: pytest.Config) -> Path:
    """The folder that was named; without one the benchmark is left out."""
    named = config.getoption("--web")
    if not named:
        # Its pages are other people's, and no part of the project: who has none can measure all else.
        pytest.skip('needs the little Danish web: make bench ARGS="--web FOLDER"')
    folder = Path(named)
    assert (folder / "expected.json").is_file(), f"{folder} is not the little web: it has no expected.json"
    return folder


def pages(folder: Path) -> Iterator[WebPage]:
    """All pages that are files, by URL."""
    expected = json.loads((folder / "expected.json").read_text())["urls"]
    routes = json.loads((folder / "routes.json").read_text())
    for url, said in sorted(expected.items()):
        parts = urlsplit(url)
        path = parts.path + (f"?{parts.query}" if parts.query else "")
        of_host = routes.get(parts.hostname, {})
        route = of_host.get(path) or of_host.get(unquote(path)) or {}
        if not route.get("file"):
            continue
        body = (folder / route["file"]).read_bytes()
        if any(name.lower() == "content-encoding" for name, _ in route.get("headers", [])):
            body = gzip.decompress(body)
        gold = (folder / "gold" / f"{said['gold']}.txt").read_text() if said.get("gold") else ""
        yield WebPage(url, route.get("ctype", HTML), body, said["lang"], said.get("gold_kind", ""), gold)


def digest(folder: Path) -> str:
    """Sixteen hex digits of all pages and their gold texts: floors hold for one digest."""
    whole = hashlib.sha256()
    for page in pages(folder):
        whole.update(hashlib.sha256(f"{page.url}\n{page.content_type}\n{page.gold}\n".encode() + page.body).digest())
    return whole.hexdigest()[:16]


def write_warc(path: Path, answers: list[WebPage]) -> None:
    """Pages as one WARC file, such as a crawl writes."""
    with CaptureWriter(path) as writer:
        for page in answers:
            writer.write(Capture(page.url, FETCHED, 200, (("Content-Type", page.content_type),), page.body))


def token_f1(gold: str, found: str) -> float:
    """F1 of the words of two texts, each word counted as often as it stands there, case folded."""
    wanted, got = (Counter(word.lower() for word in _TOKEN.findall(text)) for text in (gold, found))
    shared = sum((wanted & got).values())
    return 2 * shared / (sum(wanted.values()) + sum(got.values())) if shared else 0.0
