"""Clusters of the whole corpus, out of core: signatures become segments, their buckets edges, and those clusters."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import chain
from pathlib import Path

from corpus.selection import kept_signatures
from dedup.clusters import Clusters, Positions, choose
from dedup.parameters import Parameters
from dedup.segments import SEGMENT_BYTES, Segment, Segments, write_segment
from dedup.sharded import Means, labels_of


@dataclass(frozen=True, slots=True)
class Shard:
    """One documents file and its decisions, to be written as segments in a folder of at most so many rows each."""

    documents: Path
    decisions: Path
    folder: Path
    parameters: Parameters
    rows_max: int


def find_clusters(
    files: Sequence[tuple[Path, Path]], ranks: Positions, parameters: Parameters, means: Means
) -> Clusters:
    """Cluster the kept documents of all (documents, decisions) files, in their order; the smallest rank is kept."""
    rows_max = max(means.memory_bytes // SEGMENT_BYTES, 1)
    shards = [Shard(*pair, means.work / f"shard-{n}", parameters, rows_max) for n, pair in enumerate(files)]
    segments: list[Segment] = list(chain.from_iterable(means.run(write_segments, shards)))
    labels = labels_of(segments, parameters, means)
    return choose(labels, ranks, Segments(segments, parameters).take)


def write_segments(shard: Shard) -> list[Segment]:
    """Write the signatures of a file's kept documents as segments."""
    parts = kept_signatures(shard.documents, shard.decisions, shard.rows_max)
    return [write_segment(shard.folder / f"{n}", part, shard.parameters) for n, part in enumerate(parts)]
