"""Clusters of signatures that do not fit in memory: segments → buckets → edges → components.

Four steps, each a plain function from files to files, so that anything that can map a function over a list can run
them: this process, threads, processes, or the machines of a cluster that share a folder.

1. `dedup.segments.write_segment`, one task a shard: its signatures, and their entries sorted by band;
2. `find_edges`, one task a bucket: the entries of one band in one part of the keys, from all segments, a range of keys
   at a time; its edges, which `dedup.edges` has contracted to at most one a row;
3. `labels_of` joins the edges of a round's buckets, in one process, and tells the next round what is joined already;
4. `dedup.clusters.choose`: keepers.

Equal signatures are the first round, and only one of them goes on to the bands; then come rounds of more and more
bands, since each joins most of what there is to join. Which rounds there are changes the work, never the outcome.

Memory: a task, `memory_bytes` (the number of key ranges is computed from it), and 5 bytes a document where labels are
mapped. Joining holds 4 bytes a document and 60 an edge of one bucket, which on disk has 8; it ends at 2**32 documents.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol, TypeVar

import numpy as np

from dedup.bands import KEYS, Entries, rows_in
from dedup.components import Labels, alone, link, settle
from dedup.edges import alike_in, edges_in, unsettled
from dedup.errors import DedupError
from dedup.files import save_whole
from dedup.parameters import Parameters
from dedup.segments import Segment, Segments

ENTRY_BYTES = 40
"""Memory of an entry while its range is sorted and its runs are found."""

RANGES = 8
"""Ranges of keys that a task reads one after the other. What several leave to compare is compared together: rows in
their order, which stand closer the more of them there are."""


A = TypeVar("A")
B = TypeVar("B")


@dataclass(frozen=True, slots=True)
class Bucket:
    """One task: a band's entries in one part of the keys, read in so many ranges.

    `joined` is the folder that says what is joined already.
    """

    segments: tuple[Segment, ...]
    parameters: Parameters
    band: int
    part: int
    parts: int
    ranges: int
    joined: Path | None
    memory_bytes: int
    out: Path


class Run(Protocol):
    """Maps a task over items, any at once, and gives what they return in the items' order: `map` is one."""

    def __call__(self, function: Callable[[A], B], items: Sequence[A], /) -> Iterable[B]:
        """Map the function over the items."""


@dataclass(frozen=True, slots=True)
class Means:
    """What the work may use: a folder for what stands between the steps, memory a task, and tasks at once."""

    work: Path
    memory_bytes: int = 256 << 20
    workers: int = 1
    run: Run = map


def labels_of(segments: Sequence[Segment], parameters: Parameters, means: Means) -> Labels:
    """Which rows of the segments are copies of each other: the smallest row of each cluster.

    A round that was done is found in `means.work` and not done again; the folder is for these segments and parameters
    alone. Raises CrowdedError; DedupError when there are more rows than an entry can tell.
    """
    rows = sum(segment.rows for segment in segments)
    if rows >= KEYS:
        raise DedupError(f"{rows} documents are more than {KEYS - 1}: cluster them in two halves, by language or year.")
    means.work.mkdir(parents=True, exist_ok=True)
    labels, joined = alone(rows), None
    for number, bands in enumerate(_rounds(parameters.bands)):
        buckets = list(_buckets(segments, parameters, means, (number, bands, joined)))
        for path in means.run(find_edges, buckets):
            link(labels, np.load(path))
        settle(labels)
        joined = means.work / f"joined-{number}"
        joined.mkdir(exist_ok=True)
        save_whole(joined / "labels.npy", labels)
        if number == 0:
            save_whole(means.work / "first.npy", labels == alone(rows))
    return labels


def find_edges(bucket: Bucket) -> Path:
    """Find one bucket's edges, unless they were found before; returns their file."""
    if bucket.out.exists():
        return bucket.out
    segments = Segments(bucket.segments, bucket.parameters)
    alike = alike_in(bucket.band, bucket.parameters)
    labels = None if bucket.joined is None else np.load(bucket.joined / "labels.npy", mmap_mode="r")
    limit = bucket.memory_bytes // 2
    found = [edges_in(each, labels, segments.take, alike, limit) for each in _batches(bucket, segments, labels)]
    save_whole(bucket.out, np.concatenate(found))
    return bucket.out


def _batches(bucket: Bucket, segments: Segments, labels: Labels | None) -> Iterator[Entries]:
    """What is to be compared of a bucket: from as many ranges together as half of the memory allows."""
    first = None if labels is None else np.load(bucket.out.parent / "first.npy", mmap_mode="r")
    held: list[Entries] = []
    count = 0
    for number in range(bucket.ranges):
        entries = segments.bucket(bucket.band, bucket.part * bucket.ranges + number, bucket.parts * bucket.ranges)
        entries = unsettled(entries, labels)
        if first is not None:
            entries = entries[first[rows_in(entries)]]
        if held and (count + len(entries)) * ENTRY_BYTES > bucket.memory_bytes // 2:
            yield np.concatenate(held)
            held, count = [], 0
        held.append(entries)
        count += len(entries)
    yield np.concatenate(held)


def _rounds(bands: int) -> Iterator[range]:
    """The bands of each round: the whole signatures, one band, one, two, four and so on."""
    yield range(bands, bands + 1)
    first = 0
    while first < bands:
        last = min(max(2 * first, 1), bands)
        yield range(first, last)
        first = last


def _buckets(
    segments: Sequence[Segment], parameters: Parameters, means: Means, now: tuple[int, range, Path | None]
) -> Iterator[Bucket]:
    """The tasks of a round: as many ranges of keys as memory asks for, and enough tasks for all workers."""
    number, bands, joined = now
    entries = sum(segment.speaking for segment in segments)
    ranges = -(-entries * ENTRY_BYTES * 2 // means.memory_bytes)
    parts = max(-(-ranges // RANGES), -(-means.workers // len(bands)), 1)
    ranges = max(-(-ranges // parts), 1)
    for band in bands:
        for part in range(parts):
            out = means.work / f"edges-{number}-{band}-{part}-of-{parts}.npy"
            yield Bucket(tuple(segments), parameters, band, part, parts, ranges, joined, means.memory_bytes, out)
