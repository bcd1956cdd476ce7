"""From signatures on disk to clusters, beside the field's tools, and as right as comparing all with all."""

import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from dedup.parameters import Parameters
from tests.benchmarks.dedup.many import cost_of, write_signatures
from tests.benchmarks.figures import show
from tests.dedup.signed import brute_force

PEERS = ("datasketch>=2.0,<2.1", "rensa>=0.5", "polars>=1", "datatrove>=0.9", "regex", "tokenizers", "xxhash")
PEER_MAX = {"polars": 1_000_000, "datasketch": 100_000, "rensa": 100_000, "datatrove": 100_000}
"""What a peer is given at most: beyond it, it needs minutes."""

MILLION = 1_000_000
SECONDS_MAX, PEAK_MB_MAX = 15.0, 600.0
SAMPLE = 3_000


def test_clusters_come_quickly_and_right(tmp_path: Path, pytestconfig: pytest.Config) -> None:
    """A million signatures are clusters within 15 s and 600 MB; a sample's are those of comparing all with all."""
    count, seed = pytestconfig.getoption("--signatures"), pytestconfig.getoption("--seed")
    write_signatures(tmp_path / "all.npy", count, seed)
    mine = [cost_of("clustering", "ours", tmp_path / "all.npy", tmp_path / "ours.npy") for _ in range(2)]
    best = min(mine, key=lambda cost: float(cost["seconds"]))
    figures: dict[str, object] = _told("ours", count, best)
    keeper = np.load(tmp_path / "ours.npy")
    figures["copies"] = int((keeper != np.arange(count)).sum())
    write_signatures(tmp_path / "sample.npy", SAMPLE, seed + 1)
    cost_of("clustering", "ours", tmp_path / "sample.npy", tmp_path / "sample-ours.npy")
    right = brute_force(np.load(tmp_path / "sample.npy"), Parameters())
    figures["equal_to_brute_force"] = np.load(tmp_path / "sample-ours.npy").tolist() == right
    python = _environment(tmp_path / "peers")
    for tool, most in PEER_MAX.items():
        size = min(most, count)
        np.save(tmp_path / "some.npy", np.load(tmp_path / "all.npy", mmap_mode="r")[:size])
        figures |= _told(
            tool, size, cost_of("clustering", tool, tmp_path / "some.npy", tmp_path / "out.npy", python=python)
        )
    show(f"From {count:,} signatures to clusters, 16 bands of 8", figures)
    assert figures["equal_to_brute_force"]
    assert best["peak_mb"] <= PEAK_MB_MAX
    assert float(best["seconds"]) <= SECONDS_MAX * max(count / MILLION, 0.2)


def _told(tool: str, count: int, cost: dict[str, Any]) -> dict[str, object]:
    return {
        f"{tool}_signatures": count,
        f"{tool}_s": cost["seconds"],
        f"{tool}_us_per_signature": cost["seconds"] / count * 1e6,
        f"{tool}_peak_mb": cost["peak_mb"],
    }


def _environment(folder: Path) -> Path:
    """An environment of the peers' own, from PyPI; returns its Python."""
    subprocess.run([sys.executable, "-m", "venv", folder], check=True)
    python = folder / "bin" / "python"
    install = [python, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--only-binary=:all:", *PEERS]
    subprocess.run(install, check=True)
    return python
