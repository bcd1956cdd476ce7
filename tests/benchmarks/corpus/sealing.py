"""One side of the measurement of sealing, in a process of its own: `python -m … make|seal|write FOLDER`.

`make` writes documents, decisions and clusters; `seal` selects, packs and checks them with two threads; `write` has
pyarrow write the same rows, a shard at a time, which it reads before time is taken. The last line is JSON: seconds, CPU
seconds of all threads and of the first one, and peak memory in MB.
"""

import hashlib
import json
import resource
import sys
import time
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from corpus.checks import check_ids_once, refuse
from corpus.document_files import SCHEMA, ZSTD_LEVEL, write_documents
from corpus.fates import count_fates, select_documents
from corpus.packing import Packing, pack_source
from corpus.selection import CLUSTERS, DECISIONS
from corpus.shards import ROW_GROUP_ROWS
from corpus.storage import FolderStorage

THREADS = 2
COPIES = 0.1
"""Documents that are copies of another, beside those that are released."""

FILE_ROWS, GROUP_ROWS = 50_000, 512
"""Rows of a documents file and of its row groups, as refinement writes them."""

WORDS_MEAN = 400
_DAY = date(2026, 11, 24)


def make(folder: Path, released: int, seed: int) -> None:
    """Write documents of which so many are to be released, with decisions and clusters."""
    random = np.random.default_rng(seed)
    total = int(released * (1 + COPIES))
    words = pa.array(_words(random))
    weights = 1 / np.arange(1, len(words) + 1) ** 1.05
    bounds = np.cumsum(weights / weights.sum())
    with pq.ParquetWriter(folder / "clusters.parquet", CLUSTERS) as clusters:
        for number, start in enumerate(range(0, total, FILE_ROWS)):
            rows = min(FILE_ROWS, total - start)
            table = _documents(random, rows, start, (words, bounds))
            file = folder / f"documents-{number:04}.parquet"
            with write_documents(file) as writer:
                for group in range(0, rows, GROUP_ROWS):
                    writer.write_table(table.slice(group, GROUP_ROWS))
            decided = _filled(DECISIONS, rows, _DECIDED | {name: table[name] for name in _SAME})
            pq.write_table(decided, folder / f"decisions-{number:04}.parquet", compression="zstd")
            ids = table["id"]
            keepers = pc.if_else(pa.array(np.arange(start, start + rows) < released), ids, ids[0])
            cells = {"id": ids, "keeper": keepers, "cluster_size": 1, "similarity": 1.0, "cluster": keepers}
            clusters.write_table(_filled(CLUSTERS, rows, cells))


_SAME = ("id", "source", "url", "fetched", "words", "chars", "reason")
_DECIDED: dict[str, Any] = {
    "outcome": "include", "basis": "open_licence", "tier": "open", "licence": "CC0-1.0", "rule": "open-licence",
    "evidence": "https://source.test/licence", "signals": "[]", "observed": _DAY, "in_scope": True,
}  # fmt: skip


def _words(random: np.random.Generator) -> list[str]:
    """Words nobody has, of Danish syllables."""
    parts = ["ved", "lig", "hus", "sø", "gård", "land", "mark", "skov", "bær", "kær", "sten", "by", "å", "ned", "op"]
    return ["".join(random.choice(parts, random.integers(1, 4))) for _ in range(30_000)]


def _documents(random: np.random.Generator, rows: int, start: int, words: tuple[pa.Array, Any]) -> pa.Table:
    counts = random.poisson(WORDS_MEAN * random.lognormal(-0.5, 1.0, rows)) + 25
    chosen = np.searchsorted(words[1], random.random(int(counts.sum())))
    offsets = np.concatenate([[0], np.cumsum(counts)]).astype(np.int32)
    lists = pa.LargeListArray.from_arrays(pa.array(offsets, pa.int64()), words[0].take(pa.array(chosen)))
    text = pc.binary_join(lists, " ")
    numbers = range(start, start + rows)
    cells: dict[str, Any] = {
        "id": [hashlib.sha256(str(number).encode()).hexdigest() for number in numbers],
        "source": "source", "crawl": "20261124T120000Z-abcd1234", "fetched": _DAY,
        "fetched_at": datetime(2026, 11, 24, tzinfo=UTC),
        "url": [f"https://source.test/{number % 97}/{number}.html" for number in numbers],
        "title": pc.utf8_slice_codeunits(text, 0, 40),
        "text": text, "chars": pc.utf8_length(text), "words": pa.array(counts, pa.int32()),
        "payload_digest": [f"sha256:{hashlib.sha256(b'p%d' % number).hexdigest()}" for number in numbers],
        "text_digest": [f"sha256:{hashlib.sha256(b't%d' % number).hexdigest()}" for number in numbers],
        "language": "da", "language_score": 0.99, "da_share": 1.0, "profile": "default", "reason": None,
        "warc": "captures/source/20261124T120000Z-abcd1234/00000.warc.gz", "warc_offset": list(numbers),
        "signature": None, "published": _DAY,
    }  # fmt: skip
    for name in SCHEMA.names:
        if name not in cells and pa.types.is_floating(SCHEMA.field(name).type):
            cells[name] = random.random(rows).astype(np.float32)
    return _filled(SCHEMA, rows, cells)


def _filled(schema: pa.Schema, rows: int, cells: dict[str, Any]) -> pa.Table:
    """A table of given columns, single values repeated; others are empty."""
    columns = []
    for field in schema:
        value = cells.get(field.name, 0 if pa.types.is_integer(field.type) else "")
        if isinstance(value, (pa.Array, pa.ChunkedArray)):
            columns.append(value.cast(field.type))
        elif isinstance(value, (list, np.ndarray)):
            columns.append(pa.array(value, field.type))
        else:
            columns.append(pa.repeat(pa.scalar(value, field.type), rows))
    return pa.table(columns, schema=schema)


def seal(folder: Path) -> Callable[[], object]:
    """Select, pack and check."""

    def work() -> int:
        selection = folder / "selection.parquet"
        select_documents(sorted(folder.glob("decisions-*")), folder / "clusters.parquet", selection)
        packing = Packing("source", "Ærlige Hansen", threads=THREADS)
        storage = FolderStorage(folder / "data")
        packed = pack_source(selection, packing, sorted(folder.glob("documents-*")), storage)
        refuse([*packed.findings, *check_ids_once(packed.shards, storage)])
        assert count_fates(selection)["source"]["released", ""] == sum(shard.rows for shard in packed.shards)
        return len(packed.shards)

    return work


def write(folder: Path) -> Iterator[Callable[[], object]]:
    """Have pyarrow write the rows of each shard, as it does unless it is told otherwise but for the compression."""
    for path in sorted((folder / "data" / "shards").rglob("*.parquet")):
        table = pq.read_table(path)

        def work(table: pa.Table = table) -> None:
            pq.write_table(
                table,
                folder / "written.parquet",
                compression="zstd",
                compression_level=ZSTD_LEVEL,
                row_group_size=ROW_GROUP_ROWS,
                write_page_index=True,
            )

        yield work


def main() -> None:
    """Do what the command line says."""
    what, folder = sys.argv[1], Path(sys.argv[2])
    if what == "make":
        make(folder, int(sys.argv[3]), int(sys.argv[4]))
        return
    pa.array([0])  # Arrow loads pandas now, where it is installed
    seconds = cpu = first = 0.0
    for work in [seal(folder)] if what == "seal" else write(folder):
        began, burned, alone = time.perf_counter(), time.process_time(), time.thread_time()
        work()
        seconds += time.perf_counter() - began
        cpu += time.process_time() - burned
        first += time.thread_time() - alone
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    sys.stdout.write(json.dumps({"seconds": seconds, "cpu": cpu, "cpu_first": first, "peak_mb": peak}) + "\n")


if __name__ == "__main__":
    main()
