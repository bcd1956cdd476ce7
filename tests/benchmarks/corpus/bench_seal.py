"""Sealing beside what pyarrow alone needs to write the same rows, and its memory as documents become more.

Sealing has two threads and pyarrow's writer one, so seconds say nothing on a machine that does other things. Compared
is what two idle cores would need at most: the first thread's CPU, in which the others may wait, and half of the rest.
"""

import json
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.benchmarks.figures import show

RATIO_MAX = 1.3
"""Sealing, on two cores, takes at most so many times what pyarrow alone needs to write the rows, as fast as it can."""

FLAT = 1.3
"""Ten times the documents may take so many times the memory."""


def measured(what: str, folder: Path, *more: object) -> dict[str, float]:
    """Run one side in a process of its own; its figures."""
    arguments = [sys.executable, "-m", "tests.benchmarks.corpus.sealing", what, str(folder), *map(str, more)]
    lines = subprocess.run(arguments, check=True, capture_output=True, text=True).stdout.splitlines()
    figures: dict[str, float] = json.loads(lines[-1]) if lines else {}
    return figures


def test_sealing_costs_little_more_than_writing(tmp_path: Path, pytestconfig: pytest.Config) -> None:
    """Selecting, packing, checking and hashing together cost little beside the writing, in memory that stays."""
    most, seed = (pytestconfig.getoption(name) for name in ("--sealed", "--seed"))
    figures: dict[str, float] = {}
    for released in (most // 10, most):
        folder = tmp_path / f"{released}"
        folder.mkdir()
        measured("make", folder, released, seed)
        ours, theirs = measured("seal", folder), measured("write", folder)
        figures |= {f"{name}_{released}": value for name, value in ours.items()}
        figures |= {f"pyarrow_{name}_{released}": value for name, value in theirs.items()}
        two_cores = ours["cpu_first"] + (ours["cpu"] - ours["cpu_first"]) / 2
        figures[f"ratio_{released}"] = two_cores / theirs["cpu"]
        shutil.rmtree(folder)
    show(f"Sealing {most:,} documents", figures)
    assert figures[f"ratio_{most}"] <= RATIO_MAX
    assert figures[f"peak_mb_{most}"] <= FLAT * max(figures[f"peak_mb_{most // 10}"], 1000)
