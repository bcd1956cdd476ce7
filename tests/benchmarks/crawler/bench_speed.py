"""Speed: our crawler, with all gates and WARC on, against a bare Scrapy spider that only follows the same links."""

import json
from pathlib import Path
from statistics import median

import pytest

from tests.benchmarks.crawler.runs import run, write_job
from tests.benchmarks.crawler.web import hosts_of, serving
from tests.benchmarks.figures import show

PAGES, HOSTS, WORDS = 2000, 8, 1300
RATIO_MIN = 0.7
"""Of the bare spider's pages per second of CPU time."""


def test_our_crawler_is_nearly_as_fast_as_a_bare_spider(request: pytest.FixtureRequest, tmp_path: Path) -> None:
    """On the same server and pages, taking turns, we get at least 0.7 of a bare spider's pages per second and core."""
    bare, ours = [], []
    with serving(PAGES, HOSTS, WORDS) as proxy:
        for number in range(request.config.getoption("--rounds")):
            bare.append(run("tests.benchmarks.crawler.bare", "http://v0.dk/", http_proxy=proxy))
            assert int(bare[-1].out) == PAGES + 1  # its first page twice: by its own address, and by a link to it
            folder = tmp_path / str(number)
            ours.append(run("crawler", str(write_job(folder, proxy, hosts_of(HOSTS)))))
            report = json.loads((folder / "report.json").read_text())
            assert (ours[-1].code, report["complete"], report["captured"]) == (0, True, PAGES)
    cpu = [b.cpu_s / o.cpu_s for b, o in zip(bare, ours, strict=True)]
    show(
        "speed",
        {
            "pages": PAGES,
            "rounds": len(ours),
            "bare, pages per CPU second": PAGES / median(each.cpu_s for each in bare),
            "ours, pages per CPU second": PAGES / median(each.cpu_s for each in ours),
            "bare, pages per second": PAGES / median(each.wall_s for each in bare),
            "ours, pages per second": PAGES / median(each.wall_s for each in ours),
            "ratio by CPU, median": median(cpu),
            "ratio by CPU, lowest": min(cpu),
            "ratio by CPU, highest": max(cpu),
            "ratio by wall time, median": median(b.wall_s / o.wall_s for b, o in zip(bare, ours, strict=True)),
        },
    )
    assert median(cpu) >= RATIO_MIN
