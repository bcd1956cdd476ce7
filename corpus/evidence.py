"""What a run ruled its documents on, read back: the statements of their pages as they stood, document by document."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from corpus.document_files import read_documents
from corpus.errors import EvidenceError

_ALWAYS = ("id", "url", "words")


@dataclass(frozen=True, slots=True)
class Evidence:
    """What a document's page said (as JSON), when, and whether it was in its source's scope."""

    signals: str
    observed: date
    in_scope: bool


def evidence_batches(
    documents: Path, decisions: Path, columns: Sequence[str]
) -> Iterator[tuple[dict[str, Any], Evidence]]:
    """The kept documents of a file, with `id`, `url`, `words` and some further columns, and what each was ruled on.

    Raises EvidenceError when an older program wrote the decisions.

    Memory: the file's evidence, of which statements that are alike are held once, and a batch of its documents.
    """
    wanted = ["id", "signals", "observed", "in_scope"]
    if not set(wanted) <= set(pq.read_schema(decisions).names):
        raise EvidenceError(f"{decisions} holds no evidence, as an older program wrote it. Run once, and ask again.")
    known = pc.field("signals").is_valid()
    ruled = pq.read_table(decisions, columns=wanted, filters=known, read_dictionary=["signals"])
    held = _rows(ruled)
    waiting = next(held, None)
    names = [*_ALWAYS, *(name for name in columns if name not in _ALWAYS)]
    for batch in read_documents(documents, names):
        for values in zip(*(batch[name].to_pylist() for name in names), strict=True):
            if waiting is not None and values[0] == waiting[0]:  # both are in one order; the others were marked
                yield dict(zip(names, values, strict=True)), waiting[1]
                waiting = next(held, None)
    if waiting is not None:
        raise AssertionError(f"{documents} and its decisions do not hold the same documents")


def copies_of_source(selection: Path, source: str) -> frozenset[str]:
    """The ids of a source's documents that are copies of another."""
    table = pq.read_table(selection, columns=["id", "keeper"], filters=pc.field("source") == source)
    return frozenset(table.filter(pc.not_equal(table["id"], table["keeper"]))["id"].to_pylist())


def _rows(ruled: pa.Table) -> Iterator[tuple[str, Evidence]]:
    """A document's id and its evidence, in the file's order; evidence that is alike is one object."""
    made: dict[tuple[int, date, bool], Evidence] = {}
    for batch in ruled.to_batches():
        texts = batch["signals"].dictionary.to_pylist()
        columns = (batch["id"], batch["signals"].indices, batch["observed"], batch["in_scope"])
        made.clear()
        for document, index, observed, in_scope in zip(*(column.to_pylist() for column in columns), strict=True):
            key = (index, observed, in_scope)
            evidence = made.get(key)
            if evidence is None:
                evidence = made[key] = Evidence(texts[index], observed, in_scope)
            yield document, evidence
