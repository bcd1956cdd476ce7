"""Run by the benchmarks of clusters: from a file of signatures to the name of each one's cluster, by one tool.

`clustering.py TOOL SIGNATURES.npy OUT.npy`; a peer's needs NumPy and the peer alone. What is timed begins with the file
and XX
"""

import json
import os
import resource
import sys
import tempfile
import time
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

import numpy as np

BANDS, ROWS = 16, 8
SHARD = 131_072

Took = dict[str, float]


def ours(file: Path, out: Path) -> Took:
    """Segments of 131,072 rows, buckets, edges, components, keepers."""
    from dedup.clusters import choose
    from dedup.parameters import Parameters
    from dedup.segments import Segments, write_segment
    from dedup.sharded import Means, labels_of

    memory_bytes = int(sys.argv[4]) << 20 if len(sys.argv) > 4 else 256 << 20
    with tempfile.TemporaryDirectory(dir=out.parent) as name:
        began, parameters = _now(), Parameters()
        segments = [write_segment(Path(name) / f"{start}", part, parameters) for start, part in _parts(file, SHARD)]
        labels = labels_of(segments, parameters, Means(Path(name) / "work", memory_bytes))
        found = choose(labels, np.arange(len(labels)), Segments(segments, parameters).take)
        took = _since(began)
    np.save(out, found.keeper)
    return took


def datasketch(file: Path, out: Path) -> Took:
    """MinHashLSH: each is asked for and then put in; union-find over the answers."""
    from datasketch import MinHash, MinHashLSH

    signatures, began = np.load(file), _now()
    index, parent = MinHashLSH(num_perm=128, params=(BANDS, ROWS)), _UnionFind(len(signatures))
    for place, values in enumerate(signatures):
        signed = MinHash(num_perm=128, hashvalues=values.astype(np.uint64), scheme="affine32")
        for other in index.query(signed):
            parent.join(place, other)
        index.insert(place, signed)
    np.save(out, parent.roots())
    return _since(began)


def rensa(file: Path, out: Path) -> Took:
    """RMinHashLSH over as many tokens as make signatures alike; making those is not timed."""
    from rensa import RMinHash, RMinHashLSH

    signed = []
    for values in np.load(file):
        each = RMinHash(num_perm=128, seed=42)
        each.update([f"{place}-{value}" for place, value in enumerate(values[:64])])
        signed.append(each)
    began, parent = _now(), _UnionFind(len(signed))
    index = RMinHashLSH(threshold=0.75, num_perm=128, num_bands=BANDS)
    for place, each in enumerate(signed):
        for other in index.query(each):
            parent.join(place, other)
        index.insert(place, each)
    np.save(out, parent.roots())
    return _since(began)


def polars(file: Path, out: Path) -> Took:
    """Keys by NumPy, groups by Polars' streaming engine, the smallest of each group to all others; union-find."""
    import polars as pl

    signatures, began = np.load(file, mmap_mode="r"), _now()
    keys = pl.DataFrame({f"{band}": _keys(signatures, band) for band in range(BANDS)}).with_row_index("row")
    long = keys.lazy().unpivot(index="row", variable_name="band", value_name="key")
    first = pl.col("row").min().over("band", "key").alias("first")
    edges = long.with_columns(first).filter(pl.col("row") != pl.col("first")).select("row", "first").unique()
    parent = _UnionFind(len(signatures))
    for left, right in edges.collect(engine="streaming").iter_rows():
        parent.join(left, right)
    np.save(out, parent.roots())
    return _since(began)


def datatrove(file: Path, out: Path) -> Took:
    """Buckets and cluster of MinHash deduplication, from signature files as its first step writes them."""
    from datatrove.pipeline.dedup import MinhashDedupBuckets, MinhashDedupCluster
    from datatrove.pipeline.dedup.minhash import MinhashConfig
    from datatrove.utils.hashing import HashConfig

    config = MinhashConfig(hash_config=HashConfig(precision=32), num_buckets=BANDS, hashes_per_bucket=ROWS)
    signatures = np.load(file, mmap_mode="r")
    with tempfile.TemporaryDirectory(dir=out.parent) as name:
        places = [str(Path(name) / step) for step in ("signatures", "buckets", "removed")]
        for band in range(BANDS):
            values = np.ascontiguousarray(signatures[:, band * ROWS : (band + 1) * ROWS])
            order = np.lexsort(values.T[::-1])
            rows = np.column_stack((values[order], order.astype(np.uint32))).astype("<u4")
            folder = Path(places[0]) / f"bucket_{band:03d}"
            folder.mkdir(parents=True)
            rows.tofile(folder / "00000.minhash.sig")
        began = _now()
        for band in range(BANDS):
            MinhashDedupBuckets(places[0], places[1], config=config).run(None, band, BANDS)
        cluster = MinhashDedupCluster(places[1], places[2], config=config, save_cluster_id=True)
        cluster.run(None, 0, 1)
        took = _since(began)
    np.save(out, np.empty(0))
    return took


def _now() -> tuple[float, float, float]:
    used = resource.getrusage(resource.RUSAGE_SELF)
    return time.perf_counter(), used.ru_utime, used.ru_stime


def _since(began: tuple[float, float, float]) -> Took:
    seconds, user, system = (now - then for now, then in zip(_now(), began, strict=True))
    return {"seconds": seconds, "cpu": user + system, "system": system, "peak_mb": peak_mb()}


def peak_mb() -> float:
    """The most memory this process had, what it had mapped of files included."""
    (line,) = (line for line in Path("/proc/self/status").read_text().splitlines() if line.startswith("VmHWM"))
    return int(line.split()[1]) / 1024


class _UnionFind:
    def __init__(self, count: int) -> None:
        self._parent = list(range(count))

    def root(self, place: int) -> int:
        while (above := self._parent[place]) != place:
            self._parent[place] = place = self._parent[above]
        return place

    def join(self, left: int, right: int) -> None:
        low, high = sorted((self.root(left), self.root(right)))
        self._parent[high] = low

    def roots(self) -> np.ndarray[Any, Any]:
        return np.array([self.root(place) for place in range(len(self._parent))])


def _parts(file: Path, rows: int) -> Iterable[tuple[int, Any]]:
    """The signatures a part at a time, read and let go, by the kernel too.

    So what is written goes into memory that the machine has used before, however many there are. A virtual machine's
    host gives out new memory at 15 µs a page, ten times what the page is written in: 2 µs a document at first, none
    where a round before, or a smaller one, had it already.
    """
    count, width = np.load(file, mmap_mode="r").shape
    held = np.empty((min(rows, count), width), dtype=np.uint32)
    with file.open("rb", buffering=0) as source:
        source.seek(file.stat().st_size - count * held[0].nbytes)
        for start in range(0, count, rows):
            part = held[: count - start]
            assert source.readinto(part.data) == part.nbytes
            os.posix_fadvise(source.fileno(), 0, source.tell(), os.POSIX_FADV_DONTNEED)
            yield start, part


def _keys(signatures: Any, band: int) -> Any:
    """64 bits of hash of a band."""
    values = np.ascontiguousarray(signatures[:, band * ROWS : (band + 1) * ROWS]).view(np.uint64)
    with np.errstate(over="ignore"):
        return (values * np.array([3, 5, 7, 11], dtype=np.uint64) * np.uint64(0x9E3779B97F4A7C15)).sum(axis=1)


TOOLS: dict[str, Callable[[Path, Path], Took]] = {
    "ours": ours, "datasketch": datasketch, "rensa": rensa, "polars": polars, "datatrove": datatrove
}  # fmt: skip

if __name__ == "__main__":
    took = TOOLS[sys.argv[1]](Path(sys.argv[2]), Path(sys.argv[3]))
    sys.stdout.write(f"\n{json.dumps(took)}\n")
