"""Very many signatures, made by chance with copies among them, and what a command costs that works on them."""

import json
import os
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from dedup.signatures import Signatures

ROOT = Path(__file__).parents[3]
BLOCK = 250_000
"""Signatures made at a time: 128 MB."""

KEPT, KEPT_SHARE = (1.0, 0.97, 0.9, 0.8, 0.6), (0.4, 0.2, 0.2, 0.15, 0.05)
"""The share of its origin's values that a copy keeps, and how often; a twentieth is too far off to be found."""

CLUSTER_MAX = 5_000


def signatures_of(count: int, seed: int, copied: float = 0.5) -> Signatures:
    """Signatures of which a share stands in clusters, most of two to five and some of thousands, in random order."""
    random = np.random.default_rng(seed)
    made = random.integers(0, 2**32 - 1, (count, 128), dtype=np.uint32)
    at = int(count * (1 - copied))
    while at < count:
        size = min(int(2 + random.pareto(1.2)), count - at, CLUSTER_MAX)
        copies = made[at + 1 : at + size]
        kept = random.random(copies.shape, dtype=np.float32) < random.choice(KEPT, (size - 1, 1), p=KEPT_SHARE)
        copies[kept] = np.broadcast_to(made[at], copies.shape)[kept]
        at += size
    return made[random.permutation(count)]


def write_signatures(path: Path, count: int, seed: int) -> None:
    """Write that many as `.npy`, a block at a time, so that there may be more than memory holds."""
    file = np.lib.format.open_memmap(path, "w+", np.uint32, (count, 128))
    for start in range(0, count, BLOCK):
        size = min(BLOCK, count - start)
        file[start : start + size] = signatures_of(size, seed + start)
    file.flush()


def cost_of(module: str, *arguments: object, python: str | Path = sys.executable) -> dict[str, Any]:
    """Run a module of the benchmarks in a process of its own; returns what it told in its last line."""
    command = [str(python), str(ROOT / "tests" / "benchmarks" / "dedup" / f"{module}.py"), *map(str, arguments)]
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    done = subprocess.run(command, stdout=subprocess.PIPE, text=True, env=environment, cwd=ROOT, check=True)
    told: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return told


def tell(told: dict[str, Any]) -> None:
    """What a module says at its end."""
    sys.stdout.write(f"{json.dumps(told)}\n")


def arguments() -> Sequence[str]:
    """What a module was called with."""
    return sys.argv[1:]
