"""Facts: the little of a documents file that is looked up, taken out once, and joined with each document's fate.

`write_facts` reads the texts once, for what in them is a number by which a work is known; `work_rows` then needs no
text.
"""

from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from corpus.document_files import read_documents

_TAKEN = ("id", "title", "author", "fetched_at", "text_digest")

FACTS = pa.schema(
    [*((name, pa.string()) for name in ("id", "title", "author")), ("fetched_at", pa.timestamp("us", tz="UTC")),
     ("text_digest", pa.string()), ("numbers", pa.string())]
)  # fmt: skip
"""`numbers` is what `numbers_in` found in the text."""

_FATE = ("id", "url", "words", "fate", "reason", "outcome", "basis", "licence", "rule", "cluster")

_BATCH_ROWS = 4096


def write_facts(documents: Path, numbers_in: Callable[[str], str], out: Path) -> Iterator[tuple[list[str], list[str]]]:
    """Write the facts of a documents file; gives the ids and texts of each batch, for whoever needs the texts too.

    The file is whole when the last batch was taken.
    """
    with pq.ParquetWriter(out, FACTS, compression="zstd") as writer:
        for batch in read_documents(documents, [*_TAKEN, "text"]):
            texts = batch["text"].to_pylist()
            columns = [batch[name] for name in _TAKEN]
            numbers = pa.array([numbers_in(text) for text in texts], pa.string())
            writer.write_table(pa.table([*columns, numbers], schema=FACTS))
            yield batch["id"].to_pylist(), texts


def work_rows(selection: Path, source: str, files: Sequence[tuple[Path, Path]]) -> Iterator[dict[str, Any]]:
    """Every document of a source with its fate, its facts and the statements it was decided on, ascending by id.

    `files` are the facts and the decisions of each of its documents files. What was never ruled on, as it was marked,
    has no statements. Memory: 500 bytes for each document of the source; statements that are alike are held once.
    """
    fates = pq.read_table(selection, columns=list(_FATE), filters=pc.field("source") == source)
    facts = pa.concat_tables([FACTS.empty_table(), *(pq.read_table(path) for path, _ in files)])
    said, texts = _statements([path for _, path in files])
    rows = fates.join(facts, "id", join_type="inner").join(said, "id", join_type="left outer").sort_by("id")
    if len(rows) != len(fates):
        raise AssertionError(f"the selection holds {len(fates)} documents of {source}, and {len(rows)} have facts")
    for batch in rows.to_batches(_BATCH_ROWS):
        for row in batch.to_pylist():
            place = row.pop("signals")
            yield row | {"signals": "" if place is None else texts[place]}


def _statements(decisions: Sequence[Path]) -> tuple[pa.Table, list[str]]:
    """The statements of documents that were ruled on, as places in a list of those that differ."""
    texts: list[str] = []
    places: dict[str, int] = {}
    tables = [
        pa.table(
            {
                "id": pa.array([], pa.string()),
                "signals": pa.array([], pa.int64()),
                "observed": pa.array([], pa.date32()),
            }
        )
    ]
    for path in decisions:
        ruled = pq.read_table(
            path,
            columns=["id", "signals", "observed"],
            filters=pc.field("signals").is_valid(),
            read_dictionary=["signals"],
        )
        for batch in ruled.to_batches():
            own = batch["signals"].dictionary.to_pylist()
            for text in own:
                if text not in places:
                    places[text] = len(texts)
                    texts.append(text)
            moved = pa.array([places[text] for text in own], pa.int64()).take(batch["signals"].indices)
            tables.append(pa.table([batch["id"], moved, batch["observed"]], names=["id", "signals", "observed"]))
    return pa.concat_tables(tables), texts
