"""The inside: what a hostile site, hostile names and hostile redirects lead a crawl without a proxy to. Nothing."""

import gzip
import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from crawler.job import JobError, from_json
from tests.benchmarks.crawler.inside import INSIDE, NAMES, PROBES, TURNING
from tests.benchmarks.crawler.runs import write_job
from tests.benchmarks.crawler.web import ROOT
from tests.benchmarks.figures import show

UNSHARE = ["unshare", "--net", "--mount", *(["--map-root-user"] if os.geteuid() else [])]


def test_nothing_of_the_inside_is_reached(tmp_path: Path) -> None:
    """As seed, link, frame, refresh, sitemap, licence, redirect, robots redirect and by names that turn: reached 0."""
    if not shutil.which("unshare") or subprocess.run([*UNSHARE, "true"], check=False).returncode:
        pytest.skip("a network of its own is not to be had here: try as root, or where user namespaces are allowed")
    refused = sum(_is_refused(probe, tmp_path) for probe in PROBES)
    command = [*UNSHARE, sys.executable, "-m", "tests.benchmarks.crawler.inside", str(tmp_path)]
    done = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=True, cwd=ROOT, timeout=1800)
    counted = json.loads(done.stdout.splitlines()[-1])
    with gzip.open(tmp_path / "crawl" / "pages.jsonl.gz", "rt") as lines:
        pages = {row["url"]: row["reason"] or row["outcome"] for row in map(json.loads, lines)}
    named = [name for name in NAMES if name != "ude.dk"]
    show("ssrf", {
        "probes": len(PROBES), "probes refused as seeds": refused, "names that lead inside": len(named) + len(TURNING),
        "requests answered by the hostile site": counted["asked of the public site"],
        "pages of it captured": sum(outcome == "captured" for outcome in pages.values()),
        "listeners that count": counted["listeners"], "reached": counted["reached"],
    })  # fmt: skip
    assert (counted["reached"], counted["codes"]) == (0, [0, 0])
    assert (counted["listeners"], refused) == (len(INSIDE), len(PROBES))
    assert pages["http://ude.dk/"] == pages["http://ude.dk/fra-kort"] == "captured"
    assert all(counted[f"asked for {name}"] > 1 for name in TURNING)


def _is_refused(probe: str, folder: Path) -> bool:
    try:
        from_json(write_job(folder / "seed", "", ["ude.dk"], seeds=[probe]).read_text())
    except JobError:
        return True
    return False
