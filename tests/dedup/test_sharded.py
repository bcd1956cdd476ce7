"""Clusters by way of files: the same as in memory, however the work is divided."""

from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor
from multiprocessing import get_context
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dedup.clusters import joined
from dedup.errors import IndexDamagedError
from dedup.segments import Segments, merge_segments, write_segment
from dedup.sharded import Means, labels_of
from dedup.signatures import Signatures
from tests.dedup.signed import SEEDS, SMALL, near_copies


def sharded(folder: Path, signatures: Signatures, cuts: list[int]) -> Segments:
    """Signatures cut into segments at some places."""
    parts = np.split(signatures, sorted(cut % (len(signatures) + 1) for cut in cuts))
    return Segments([write_segment(folder / f"{n}", part, SMALL) for n, part in enumerate(parts)], SMALL)


@settings(max_examples=40, deadline=None)
@given(SEEDS, st.integers(0, 150), st.lists(st.integers(0, 150), max_size=5), st.sampled_from([1 << 12, 1 << 28]))
def test_files_and_memory_do_not_change_clusters(seed: int, count: int, cuts: list[int], memory_bytes: int) -> None:
    """Cut into any shards and compared in any memory, the clusters are those of all signatures at once."""
    signatures = near_copies(seed, count, SMALL)
    with TemporaryDirectory() as name:
        segments = sharded(Path(name), signatures, cuts)
        labels = labels_of(segments.segments, SMALL, Means(Path(name) / "work", memory_bytes))
    assert labels.tolist() == joined(signatures, SMALL).tolist()


@pytest.mark.parametrize("pool", [ThreadPoolExecutor, ProcessPoolExecutor])
def test_workers_do_not_change_clusters(pool: type[ThreadPoolExecutor | ProcessPoolExecutor], tmp_path: Path) -> None:
    """Threads or processes, side by side, find what one after the other finds."""
    signatures = near_copies(3, 2000, SMALL)
    segments = sharded(tmp_path, signatures, [700, 1100])
    options = {"mp_context": get_context("spawn")} if pool is ProcessPoolExecutor else {}
    with pool(2, **options) as workers:  # type: ignore[arg-type]
        labels = labels_of(segments.segments, SMALL, Means(tmp_path / "work", workers=2, run=workers.map))
    assert labels.tolist() == joined(signatures, SMALL).tolist()


def test_buckets_that_were_done_are_not_done_again(tmp_path: Path) -> None:
    """Work that was killed between two buckets goes on where it was, and finds the same."""
    segments = sharded(tmp_path, near_copies(5, 300, SMALL), [100])
    done = []

    def killed_at_the_third(function, buckets):  # type: ignore[no-untyped-def]  # noqa: ANN001, ANN202
        for bucket in buckets:
            if len(done) == 3:
                raise KeyboardInterrupt
            done.append(bucket.out)
            yield function(bucket)

    with pytest.raises(KeyboardInterrupt):
        labels_of(segments.segments, SMALL, Means(tmp_path / "work", run=killed_at_the_third))
    stamps = [path.stat().st_mtime_ns for path in done]
    labels = labels_of(segments.segments, SMALL, Means(tmp_path / "work", run=map))
    assert [path.stat().st_mtime_ns for path in done] == stamps
    assert labels.tolist() == labels_of(segments.segments, SMALL, Means(tmp_path / "anew")).tolist()


@settings(max_examples=20, deadline=None)
@given(SEEDS, st.integers(0, 100), st.lists(st.integers(0, 100), min_size=1, max_size=4), st.integers(1, 3))
def test_a_merged_segment_is_the_segment_of_the_kept_rows(seed: int, count: int, cuts: list[int], parts: int) -> None:
    """Merging segments gives, byte for byte, the segment that the signatures to keep would have made together."""
    signatures = near_copies(seed, count, SMALL)
    with TemporaryDirectory() as name:
        keep = np.random.default_rng(seed).random(count) < 0.8
        merged = merge_segments(Path(name) / "merged", sharded(Path(name), signatures, cuts), keep, parts)
        whole = write_segment(Path(name) / "whole", signatures[keep], SMALL)
        assert (merged.rows, merged.speaking, merged.banded) == (whole.rows, whole.speaking, whole.banded)
        for file in ("signatures", "bands", "wholes"):
            assert (merged.folder / file).read_bytes() == (whole.folder / file).read_bytes()


@pytest.mark.parametrize("every", [1, 7, 150, 500])
def test_few_rows_are_read_as_many_are(every: int, tmp_path: Path) -> None:
    """Signatures are the same whether so few are wanted that each is read by itself, or as many as a map is for."""
    signatures = near_copies(4, 1000, SMALL)
    rows = np.arange(3, 1000, every)
    assert np.array_equal(sharded(tmp_path, signatures, [200, 900]).take(rows), signatures[rows])


def test_a_file_of_another_size_is_refused(tmp_path: Path) -> None:
    """A segment whose file was cut off is told, with what to do, whether few rows of it are read or many."""
    segments = sharded(tmp_path, near_copies(1, 100, SMALL), [])
    for name in ("bands", "signatures"):
        with (tmp_path / "0" / name).open("ab") as file:
            file.truncate(8)
    with pytest.raises(IndexDamagedError, match=r"bands should have .* bytes: build it anew"):
        segments.bucket(0, 0, 1)
    for many in (1, 100):
        with pytest.raises(IndexDamagedError, match=r"signatures should have .* bytes: build it anew"):
            segments.take(np.arange(many))
