"""`kill -9` at random moments of a crawl, from its first second to the writing of its report: nothing may differ."""

import gzip
import hashlib
import json
import random
import shutil
import signal
import sqlite3
import subprocess
import sys
import time
from collections import Counter
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from corpus.captures import read_captures
from tests.benchmarks.crawler.runs import run, write_job
from tests.benchmarks.crawler.web import ROOT, hosts_of, serving
from tests.benchmarks.figures import show

PAGES, HOSTS, WORDS = 1500, 6, 120
KILLS_MAX = 4
"""Most kills of one crawl; each crawl gets one to this many."""

REST_MIN = 0.1
"""Share of an undisturbed crawl's time that its start and end alone take."""

AT_REPORT = 0.1
"""Share of kills that wait for the report to be written, which takes a hundredth of a crawl's time."""

REPORT_S = 0.1
"""Seconds after its beginning within which they fall."""

COUNTS = ("known", "captured", "refused", "failed", "redirected", "sitemaps", "sitemaps_left")
"""What the report says that no kill may change."""


@dataclass
class Tally:
    """What became of the kills: `moments` are the states the crawl was in when it was hit."""

    asked: int
    kills: int = 0
    crawls: int = 0
    equal: int = 0
    lost: int = 0
    doubled: int = 0
    dishonest: int = 0
    moments: Counter[str] = field(default_factory=Counter)


def test_no_kill_changes_what_a_crawl_captures(request: pytest.FixtureRequest, tmp_path: Path) -> None:
    """Killed and resumed, a crawl has the captures of an undisturbed one, and never says that it has them too early."""
    dice = random.Random(request.config.getoption("--seed"))
    tally, began = Tally(request.config.getoption("--kills")), time.monotonic()
    with serving(PAGES, HOSTS, WORDS) as proxy:
        whole = tmp_path / "whole"
        undisturbed = run("crawler", str(write_job(whole, proxy, hosts_of(HOSTS))))
        assert (undisturbed.code, _report(whole)["captured"]) == (0, PAGES)
        while tally.kills < tally.asked:
            folder = tmp_path / str(tally.crawls)
            _killed_crawl(write_job(folder, proxy, hosts_of(HOSTS)), folder, undisturbed.wall_s, (dice, tally))
            _compare(whole, folder, tally)
    show("kill", {
        "pages": PAGES, "kills": tally.kills, "crawls": tally.crawls, "crawls equal to an undisturbed one": tally.equal,
        "captures lost": tally.lost, "captures doubled": tally.doubled, "exits that were not honest": tally.dishonest,
        **{f"killed {moment}": count for moment, count in sorted(tally.moments.items())},
        "seconds": time.monotonic() - began,
    })  # fmt: skip
    assert (tally.equal, tally.lost, tally.doubled, tally.dishonest) == (tally.crawls, 0, 0, 0)


def _killed_crawl(job: Path, folder: Path, wall_s: float, luck: tuple[random.Random, Tally]) -> None:
    """One crawl to its end, killed some times on the way; a kill that comes too late does not count."""
    dice, tally = luck
    for _ in range(min(dice.randint(1, KILLS_MAX), tally.asked - tally.kills)):
        with subprocess.Popen(
            [sys.executable, "-m", "crawler", str(job)], stdout=subprocess.DEVNULL, cwd=ROOT
        ) as crawl:
            _wait(crawl, folder, dice, wall_s * _rest(folder))
            moment = _moment(folder)
            crawl.kill()
        if crawl.returncode != -signal.SIGKILL:
            tally.dishonest += not _is_honest(folder, crawl.returncode)
            break
        tally.kills += 1
        tally.moments[moment] += 1
        tally.dishonest += not _is_honest(folder, None)
    ended = run("crawler", str(job))
    tally.crawls += 1
    tally.dishonest += not _is_honest(folder, ended.code)
    assert ended.code == 0, ended.out


def _wait(crawl: subprocess.Popen[bytes], folder: Path, dice: random.Random, wall_s: float) -> None:
    """Until a moment in the time the crawl is likely to take, start-up included, or in the writing of the report."""
    at_report = dice.random() < AT_REPORT
    until = time.monotonic() + (10 * wall_s if at_report else dice.uniform(0, wall_s))
    while crawl.poll() is None and time.monotonic() < until:
        if at_report and any(folder.glob("*.part")):
            time.sleep(dice.uniform(0, REPORT_S))
            return
        time.sleep(0.001)


def _rest(folder: Path) -> float:
    """The share of an undisturbed crawl's time that is left for one: its pages still to come, and start and end."""
    if not any(folder.glob("*.warc.gz")):
        return 1.0
    return max(1 - _count(folder, "done") / PAGES, REST_MIN)


def _count(folder: Path, state: str) -> int:
    """URLs in a state; the file is only read, so that what a kill left behind is left for the crawl to mend."""
    with closing(sqlite3.connect(f"file:{folder / 'frontier.sqlite'}?mode=ro", uri=True)) as db:
        return int(db.execute("SELECT count(*) FROM urls WHERE state = ?", (state,)).fetchone()[0])


def _moment(folder: Path) -> str:
    """What a crawl is at, by what lies in its folder."""
    if not (folder / "pages.jsonl.gz").exists() and not any(folder.glob("*.part")):
        return "among its pages" if any(folder.glob("0*.warc.gz")) else "before it began"
    return "at its report, or behind it"


def _is_honest(folder: Path, code: int | None) -> bool:
    """Whether nothing says complete of a crawl that is not: neither a report nor, where there is one, an exit code."""
    said = (folder / "report.json").exists() and _report(folder)["complete"]
    if not said:
        return code != 0
    return _count(folder, "pending") + _count(folder, "in_flight") == 0 and code in (0, None)


def _compare(whole: Path, killed: Path, tally: Tally) -> None:
    """Hold a crawl's captures, page list and sums against an undisturbed one's; equal folders are removed."""
    expected, found = _captures(whole), _captures(killed)
    tally.lost += (expected - found).total()
    tally.doubled += (found - expected).total()
    sums = [{name: _report(folder)[name] for name in COUNTS} for folder in (whole, killed)]
    if expected == found and sums[0] == sums[1] and _pages(whole) == _pages(killed):
        tally.equal += 1
        shutil.rmtree(killed)


def _captures(folder: Path) -> Counter[tuple[str, int, str]]:
    """URL, status and payload digest of each capture; every WARC must be whole and be the one the report means."""
    report = _report(folder)
    for warc in (*report["warcs"], *report["evidence_warcs"]):
        packed = (folder / warc["file"]).read_bytes()
        assert hashlib.sha256(packed).hexdigest() == warc["sha256"], warc
        assert sum(1 for _ in read_captures(folder / warc["file"])) == warc["records"], warc
        gzip.decompress(packed)  # raises when a member is torn
    files = (folder / warc["file"] for warc in report["warcs"])
    return Counter((each.url, each.status, each.payload_digest) for file in files for each in read_captures(file))


def _pages(folder: Path) -> list[tuple[str, str, str, str]]:
    """What the page list says of each page, but for how it was found."""
    with gzip.open(folder / "pages.jsonl.gz", "rt") as lines:
        rows = map(json.loads, lines)
        return [(row["url"], row["outcome"], row["reason"], row["payload_digest"]) for row in rows]


def _report(folder: Path) -> dict[str, Any]:
    return json.loads((folder / "report.json").read_text())
