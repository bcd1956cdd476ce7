"""Signatures per second of one core, from text, beside datasketch and rensa; every bit of ours is datasketch's."""

import json
import os
import subprocess
import sys
from pathlib import Path
from statistics import median

import numpy as np
import pytest

from tests.benchmarks.dedup.made import ROOT, WORDS, documents
from tests.benchmarks.figures import show

PEERS = ("datasketch>=2.0,<2.1", "xxhash>=3", "rensa>=0.5")
DATASKETCH_RATIO_MIN = 15
RENSA_RATIO_MIN = 5
TOOLS = ("ours", "datasketch", "datasketch_xxhash", "rensa", "shingling")


def test_signatures_are_datasketchs_and_far_quicker(tmp_path: Path, pytestconfig: pytest.Config) -> None:
    """All signatures are equal bit by bit, at 15 times datasketch's pace and 5 times rensa's."""
    count, rounds = pytestconfig.getoption("--documents"), pytestconfig.getoption("--rounds")
    texts = documents(pytestconfig.getoption("--sentences"), count, pytestconfig.getoption("--seed"))
    (tmp_path / "texts.json").write_text(json.dumps(texts), encoding="utf-8")
    peers = _environment(tmp_path / "peers")
    cold_s = _run("ours", sys.executable, tmp_path, compiled=tmp_path / "compiled")["first_s"]
    told: dict[str, list[dict[str, float]]] = {tool: [] for tool in TOOLS}
    for _ in range(rounds):
        for tool in TOOLS:
            python = sys.executable if tool == "ours" else str(peers)
            told[tool].append(_run(tool, python, tmp_path, compiled=tmp_path / "compiled"))
    pace = {tool: len(texts) / median(each["seconds"] for each in told[tool]) for tool in TOOLS}
    equal = (np.load(tmp_path / "ours.npy") == np.load(tmp_path / "datasketch.npy")).all(axis=1)
    show(
        f"Signatures: {len(texts)} documents of {WORDS} words, 128 permutations, one core, {rounds} rounds",
        {f"{tool}_per_s": round(value) for tool, value in pace.items()}
        | {
            "ratio_to_datasketch": pace["ours"] / pace["datasketch"],
            "ratio_to_datasketch_xxhash": pace["ours"] / pace["datasketch_xxhash"],
            "ratio_to_rensa": pace["ours"] / pace["rensa"],
            "equal_to_datasketch": f"{int(equal.sum())} of {len(texts)}",
            "first_call_compiling_s": cold_s,
            "first_call_s": median(each["first_s"] for each in told["ours"]),
        },
    )
    assert equal.all()
    assert pace["ours"] >= DATASKETCH_RATIO_MIN * pace["datasketch"]
    assert pace["ours"] >= RENSA_RATIO_MIN * pace["rensa"]


def _environment(folder: Path) -> Path:
    """An environment of the peers' own, from PyPI; returns its Python."""
    subprocess.run([sys.executable, "-m", "venv", folder], check=True)
    python = folder / "bin" / "python"
    install = [python, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--only-binary=:all:", *PEERS]
    subprocess.run(install, check=True)
    return python


def _run(tool: str, python: str, folder: Path, *, compiled: Path) -> dict[str, float]:
    """One tool's seconds, in a process of its own with one thread."""
    threads = dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "RAYON_NUM_THREADS"), "1")
    environment = os.environ | threads | {"PYTHONPATH": str(ROOT), "NUMBA_CACHE_DIR": str(compiled)}
    command = [python, ROOT / "tests/benchmarks/dedup/signing.py", tool, folder / "texts.json", folder / f"{tool}.npy"]
    done = subprocess.run(command, env=environment, cwd=folder, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    measured: dict[str, float] = json.loads(done.stdout)
    return measured
