"""Memory: a crawl that knows very many URLs on very many hosts stays small, and its pages cost no more time for it."""

import json
from dataclasses import dataclass
from pathlib import Path

import pytest

from crawler.frontier import KNOWN_PER_PAGE, Frontier
from crawler.turns import Found
from tests.benchmarks.crawler.runs import run, write_job
from tests.benchmarks.crawler.web import hosts_of, serving
from tests.benchmarks.figures import show

PAGES, WORDS, URLS_PER_HOST = 10, 1300, 10
SEED = "http://v0.dk/emne0/en-artikel-med-et-ganske-langt-navn-0?side=0"
FEW = 10_000
ASKED = 300
"""Pages asked for with the URLs known, each on a host of its own."""

RSS_MB_MAX = 300
SLOWDOWN_MAX = 1.5
"""CPU time of a page among many known URLs, against one among few."""


def _fill(folder: Path, known: int) -> int:
    """Make the frontier of a crawl that was stopped with so many URLs pending; returns its bytes on disk."""
    with Frontier(folder / "frontier.sqlite", known // KNOWN_PER_PAGE + 1) as frontier:
        for number in range(known):
            host, path = divmod(number, URLS_PER_HOST)
            url = f"http://v{host}.dk/emne{path}/en-artikel-med-et-ganske-langt-navn-{number}?side={path}"
            frontier.add(Found(url, f"v{host}.dk", 3, f"http://v{host}.dk/emne{path}/"))
    return (folder / "frontier.sqlite").stat().st_size


@dataclass(frozen=True)
class Crawled:
    """A crawl of `ASKED` pages, with `known` URLs in a frontier of `disk` bytes, pending but for these pages.

    `page_cpu_s` is of the pages alone, from one line of progress to the last; `rss_mb` is the largest size, the report
    of all the URLs included.
    """

    known: int
    disk: int
    page_cpu_s: float
    cpu_s: float
    rss_mb: float


def _crawl(folder: Path, proxy: str, known: int) -> Crawled:
    disk = _fill(folder, known)
    job = write_job(folder, proxy, hosts_of(known // URLS_PER_HOST), seeds=[SEED], limits={"pages_max": ASKED})
    done = run("crawler", str(job))
    report = json.loads((folder / "report.json").read_text())
    assert (done.code, report["complete"], report["captured"], report["known"]) == (0, True, ASKED, known)
    (first, began), *_, (last, ended) = [(line["captured"], cpu_s) for line, cpu_s in done.progress if line["captured"]]
    return Crawled(known, disk, (ended - began) / (last - first), done.cpu_s, done.rss_mb)


def test_a_crawl_that_knows_very_many_urls_is_small_and_no_slower(
    request: pytest.FixtureRequest, tmp_path: Path
) -> None:
    """With very many URLs pending on very many hosts we stay under 300 MB, and a page costs what it always does."""
    with serving(PAGES, 1, WORDS) as proxy:
        few = _crawl(tmp_path / "few", proxy, FEW)
        many = _crawl(tmp_path / "many", proxy, request.config.getoption("--known"))
    show(
        "memory",
        {
            "URLs known": many.known,
            "hosts": many.known // URLS_PER_HOST,
            "largest size, MB": many.rss_mb,
            f"largest size with {FEW} URLs, MB": few.rss_mb,
            "bytes of memory for each URL": (many.rss_mb - few.rss_mb) * 2**20 / (many.known - few.known),
            "bytes on disk for each URL": many.disk / many.known,
            "CPU ms for a page": many.page_cpu_s * 1000,
            f"CPU ms for a page with {FEW} URLs": few.page_cpu_s * 1000,
            "CPU s for start, pages and report": many.cpu_s,
        },
    )
    assert many.rss_mb <= RSS_MB_MAX
    assert many.page_cpu_s <= SLOWDOWN_MAX * few.page_cpu_s
