"""The same clusters on threads, on processes, on a local Ray head and on a local Dask cluster, by settings alone."""

import importlib.util
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.benchmarks.dedup.many import ROOT, write_signatures
from tests.benchmarks.figures import show

RUNNERS = ("threads", "processes", "ray", "dask")

MAPPED = """
import json, sys, time
from pathlib import Path
from flows.embedded import prefect_api

folder = Path(sys.argv[1])
with prefect_api(folder) as wait:
    import numpy as np
    from dedup.clusters import joined
    from dedup.parameters import Parameters
    from dedup.segments import write_segment
    from dedup.sharded import Means, labels_of
    from flows.scale import ScaleSettings, mapped

    signatures = np.load(folder / "all.npy")
    parts = np.array_split(signatures, 4)
    segments = [write_segment(folder / str(n), part, Parameters()) for n, part in enumerate(parts)]
    expected = joined(signatures, Parameters())
    wait()
    for runner in sys.argv[2:]:
        means = lambda run: Means(folder / runner, workers=2, run=run)
        began = time.perf_counter()
        labels = mapped(ScaleSettings(runner), lambda run: labels_of(segments, Parameters(), means(run)))
        print(json.dumps([runner, bool((labels == expected).all()), time.perf_counter() - began]), flush=True)
"""


def test_every_runner_finds_the_same_clusters(tmp_path: Path, pytestconfig: pytest.Config) -> None:
    """Whatever maps the buckets, with its own start included, the clusters are those of one array in memory."""
    count = pytestconfig.getoption("--signatures")
    write_signatures(tmp_path / "all.npy", count, pytestconfig.getoption("--seed"))
    missing = [name for name in ("ray", "dask") if not importlib.util.find_spec(f"prefect_{name}")]
    runners = [runner for runner in RUNNERS if runner not in missing]
    command = [sys.executable, "-c", MAPPED, str(tmp_path), *runners]
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    done = subprocess.run(command, cwd=ROOT, stdout=subprocess.PIPE, text=True, env=environment, check=True)
    told = [json.loads(line) for line in done.stdout.splitlines() if line.startswith('["')]
    show(
        f"{count:,} signatures in buckets, by runner, its start included", {f"{name}_s": took for name, _, took in told}
    )
    assert [(name, right) for name, right, _ in told] == [(runner, True) for runner in runners]
    if missing:
        pytest.skip(f"not tried, since their extras are not installed: {', '.join(missing)}")
