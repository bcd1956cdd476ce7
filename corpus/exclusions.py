"""Exclusions: what is left of withdrawn texts, so that they and their near-copies stay out. No text, no address.

    exclusions/<sha256>.parquet    id, text_digest, signature, and whether it was asked for or is a copy of that

Each file is one withdrawal's, sorted by id, and named by its bytes; which of them stand is the ledger's to say. Here is
also how texts at rest are read to be compared with them.

Memory: about 900 bytes for each excluded text, and a batch of documents.
"""

import hashlib
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from corpus.document_files import SIGNATURE, SIGNING, read_documents
from corpus.documents import SIGNATURE_SIZE
from corpus.storage import Storage

SCHEMA = pa.schema(
    [
        pa.field("id", pa.string(), nullable=False),
        pa.field("text_digest", pa.string(), nullable=False),
        pa.field("signature", SIGNATURE, nullable=False),
        pa.field("asked_for", pa.bool_(), nullable=False),
    ]
)


@dataclass(frozen=True, slots=True)
class Excluded:
    """Excluded texts, sorted by id: ids, digests of the texts, signatures, and which of them were asked for."""

    ids: tuple[str, ...]
    digests: tuple[str, ...]
    signatures: npt.NDArray[np.uint32]
    asked_for: tuple[bool, ...]


def texts_of(path: Path, columns: Sequence[str]) -> Iterator[tuple[list[dict[str, Any]], npt.NDArray[np.uint32]]]:
    """The rows of a documents file that have a text, with some columns, and their signatures; batch by batch."""
    names = list(dict.fromkeys(["chars", *columns]))
    for batch in read_documents(path, [*names, "signature"]):
        held = batch.filter(pc.and_(pc.greater(batch["chars"], 0), pc.is_valid(batch["signature"])))
        if len(held):
            signatures = held["signature"].flatten().to_numpy().reshape(-1, SIGNATURE_SIZE)
            yield held.select(names).to_pylist(), signatures


def put_exclusions(storage: Storage, scratch: Path, excluded: Excluded, signed: str) -> str:
    """Store a file of exclusions by way of a new file `scratch`; returns its hex SHA-256. `signed`: how texts are."""
    signatures = pa.FixedSizeListArray.from_arrays(pa.array(excluded.signatures.reshape(-1)), SIGNATURE_SIZE)
    columns = [pa.array(excluded.ids), pa.array(excluded.digests), signatures, pa.array(excluded.asked_for)]
    table = pa.table(columns, names=SCHEMA.names).cast(SCHEMA).sort_by("id")
    pq.write_table(table.replace_schema_metadata({SIGNING: signed}), scratch, compression="zstd")
    with scratch.open("rb") as file:
        digest = hashlib.file_digest(file, "sha256").hexdigest()
    storage.put(key_of(digest), scratch)
    return digest


def key_of(digest: str) -> str:
    """Where a file of exclusions lies."""
    return f"exclusions/{digest}.parquet"


def read_exclusions(paths: Sequence[Path]) -> Excluded:
    """Read files of exclusions as one; what stands in several is there once, asked for if it is so in one of them."""
    tables = [SCHEMA.empty_table(), *(pq.read_table(path).replace_schema_metadata(None) for path in paths)]
    table = pa.concat_tables(tables).combine_chunks().sort_by([("id", "ascending"), ("asked_for", "descending")])
    ids = table["id"].to_pylist()
    first = [place for place, name in enumerate(ids) if not place or ids[place - 1] != name]
    table = table.take(pa.array(first, pa.int64())).combine_chunks()
    signatures = table["signature"].combine_chunks().flatten().to_numpy().reshape(-1, SIGNATURE_SIZE)
    names = ("id", "text_digest", "asked_for")
    told, digests, asked_for = (tuple(table[name].to_pylist()) for name in names)
    return Excluded(told, digests, signatures, asked_for)


def cluster_mates(clusters: Path, ids: Collection[str]) -> set[str]:
    """The ids of all documents that are in a cluster with one of some."""
    table = pq.read_table(clusters, columns=["id", "keeper"])
    keepers = table.filter(pc.is_in(table["id"], pa.array(sorted(ids), pa.string())))["keeper"].combine_chunks()
    return set(table.filter(pc.is_in(table["keeper"], keepers))["id"].to_pylist())


def used_by_agreement(selection: Path) -> frozenset[str]:
    """The ids of the documents that a selection lets in by agreement."""
    included = (pc.field("outcome") == "include") & (pc.field("basis") == "agreement")
    return frozenset(pq.read_table(selection, columns=["id"], filters=included)["id"].to_pylist())


def included_but_for(selection: Path, licence: str) -> frozenset[str]:
    """The ids of the documents that a selection lets in on another licence than one."""
    wanted = (pc.field("outcome") == "include") & (pc.field("licence") != licence)
    return frozenset(pq.read_table(selection, columns=["id"], filters=wanted)["id"].to_pylist())


def ids_of(path: Path) -> frozenset[str]:
    """The ids in a Parquet file that has them."""
    return frozenset(pq.read_table(path, columns=["id"])["id"].to_pylist())


def capture_rows(path: Path, ids: Collection[str]) -> list[dict[str, Any]]:
    """Address and payload digest of some documents of a file, by which their captures are known."""
    table = pq.read_table(path, columns=["id", "url", "payload_digest"])
    rows: list[dict[str, Any]] = table.filter(pc.is_in(table["id"], pa.array(sorted(ids), pa.string()))).to_pylist()
    return rows
