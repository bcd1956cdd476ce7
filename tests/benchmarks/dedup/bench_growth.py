"""How cost grows with the corpus: time of a document, and memory, from ten thousand signatures on."""

from pathlib import Path

import pytest

from tests.benchmarks.dedup.many import cost_of, write_signatures
from tests.benchmarks.figures import show

FLAT = 1.3
"""A document among the most may cost so many times what it costs among fewer."""

FROM = 10_000
BYTES_MAX = 60
"""Memory of a document beyond what the setting gives a task, and beyond NumPy itself."""

MEMORY_MB = 128
FIXED_MB = 120
"""What Python, NumPy and steps of fixed size take."""


def test_a_documents_cost_does_not_grow(tmp_path: Path, pytestconfig: pytest.Config) -> None:
    """Ten times the signatures take ten times the time, in the memory of a setting and few bytes a document.

    Each size is run as often: a first run also pays for memory that the machine had given nobody yet.
    """
    most, seed, rounds = (pytestconfig.getoption(name) for name in ("--signatures", "--seed", "--rounds"))
    figures: dict[str, float] = {}
    cost: dict[int, float] = {}
    count = FROM
    while count <= most:
        write_signatures(tmp_path / "all.npy", count, seed)
        arguments = ("clustering", "ours", tmp_path / "all.npy", tmp_path / "ours.npy", MEMORY_MB)
        costs = [cost_of(*arguments) for _ in range(rounds)]
        best = min(costs, key=lambda each: float(each["cpu"]))
        cost[count] = float(best["cpu"]) / count * 1e6
        figures[f"cpu_us_per_document_{count}"] = cost[count]
        figures[f"of_which_kernel_us_{count}"] = float(best["system"]) / count * 1e6
        figures[f"s_{count}"] = min(float(each["seconds"]) for each in costs)
        peak_mb = max(each["peak_mb"] for each in costs)
        figures[f"peak_mb_{count}"] = peak_mb
        assert peak_mb <= FIXED_MB + MEMORY_MB + count * BYTES_MAX / 2**20
        count *= 10
    show(f"Growth to {most:,} signatures, {MEMORY_MB} MB a task", figures)
    assert cost[max(cost)] <= FLAT * min(cost.values())
