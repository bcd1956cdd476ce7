"""Run by `bench_incremental.py`: build an index, or add a crawl to it, in a process of its own."""

import time
from pathlib import Path

import numpy as np

from dedup.index import opened
from dedup.parameters import Parameters
from tests.benchmarks.dedup.clustering import peak_mb
from tests.benchmarks.dedup.many import arguments, signatures_of, tell

BATCH = 2_500_000
"""Documents added at a time when the index is built."""


def build(folder: Path, count: int, seed: int) -> None:
    """Build an index, and tell how long it took without making the signatures."""
    seconds = 0.0
    for start in range(0, count, BATCH):
        size = min(BATCH, count - start)
        signatures = signatures_of(size, seed + start, copied=0.1)
        ids = [f"https://kilde.test/{start + place}" for place in range(size)]
        began = time.perf_counter()
        with opened(folder, Parameters(), write=True) as index:
            index.add(ids, signatures)
        seconds += time.perf_counter() - began
    tell({"seconds": seconds})


def crawl(file: Path, folder: Path, seed: int) -> None:
    """Make a crawl of 10,000: a tenth equal to what stands, a fifth nearly, the rest new."""
    random = np.random.default_rng(seed)
    signatures = signatures_of(10_000, seed)
    largest = max(folder.glob("segment-*/signatures"), key=lambda path: path.stat().st_size)
    standing = np.memmap(largest, np.uint32, "r").reshape(-1, 128)
    signatures[:3000] = standing[np.sort(random.integers(0, len(standing), 3000))]
    other = random.random((2000, 128)) < 0.1
    signatures[:2000][other] = random.integers(0, 2**32 - 1, int(other.sum()), dtype=np.uint32)
    np.save(file, signatures)


def add(file: Path, folder: Path, name: str) -> None:
    """Open the index, add the crawl, close it; tell how long that took."""
    signatures = np.load(file)
    began, cpu = time.perf_counter(), time.process_time()
    with opened(folder, Parameters(), write=True) as index:
        copies = index.add([f"{name}/{place}" for place in range(len(signatures))], signatures)
    tell(
        {
            "seconds": time.perf_counter() - began,
            "cpu": time.process_time() - cpu,
            "copies": len(copies),
            "peak_mb": peak_mb(),
        }
    )


if __name__ == "__main__":
    what, *rest = arguments()
    if what == "build":
        build(Path(rest[0]), int(rest[1]), int(rest[2]))
    elif what == "crawl":
        crawl(Path(rest[0]), Path(rest[1]), int(rest[2]))
        tell({})
    else:
        add(Path(rest[0]), Path(rest[1]), rest[2])
