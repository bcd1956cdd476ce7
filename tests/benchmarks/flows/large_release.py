"""A large release, made without a crawl: documents with random signatures, their shards, and the ledger's record."""

import hashlib
from collections.abc import Iterator

import numpy as np
import pyarrow as pa

from corpus.document_files import SCHEMA, write_documents
from corpus.documents import SIGNATURE_SIZE
from corpus.releases import Manifest, stage
from corpus.shards import FROM_DOCUMENTS, Shard, columns_of, shard_schema, store_shard
from flows.release import record_of, show_release
from ledger.releases import record_release
from tests.flows.little import CRAWL, DAY, Little

PER_SOURCE = 10_000
TEXT = "Der var engang en tekst om ingenting, som ingen har skrevet og ingen skal læse. " * 3


def rows_of(source: str, count: int, seed: int) -> pa.Table:
    """Documents of a source; each tenth lies on a host of its own, so that a case about that host takes a tenth."""
    names = [f"{source} {number}" for number in range(count)]
    digests = [hashlib.sha256(name.encode()).hexdigest() for name in names]
    texts = [f"{TEXT}{name}" for name in names]
    signatures = np.random.default_rng(seed).integers(0, 2**32 - 2, (count, SIGNATURE_SIZE), dtype=np.uint32)
    special = {
        "id": pa.array(digests),
        "source": pa.array([source] * count),
        "crawl": pa.array([CRAWL] * count),
        "url": pa.array([f"http://{'x' if place % 10 == 0 else 'y'}.{source}.test/{place}" for place in range(count)]),
        "text": pa.array(texts),
        "text_digest": pa.array([f"sha256:{digest}" for digest in digests]),
        "chars": pa.array([len(text) for text in texts], pa.int32()),
        "words": pa.array([50] * count, pa.int32()),
        "reason": pa.nulls(count, pa.string()),
        "signature": pa.FixedSizeListArray.from_arrays(pa.array(signatures.reshape(-1)), SIGNATURE_SIZE),
    }
    columns = [
        special[field.name].cast(field.type) if field.name in special else _same(field, count) for field in SCHEMA
    ]
    return pa.Table.from_arrays(columns, schema=SCHEMA).sort_by("id")


def release(little: Little, documents: int) -> Manifest:
    """Put so many documents into storage and seal them as 0.1.0."""
    space, shards = little.space, list[Shard]()
    for number in range(documents // PER_SOURCE):
        source = f"s{number:03}"
        little.source(source)
        table = rows_of(source, PER_SOURCE, number)
        with space.scratch() as out:
            with write_documents(out, space.settings.dedup.signing_text) as writer:
                for part in _parts(table):
                    writer.write_table(part)
            space.storage.put(f"documents/{source}/{CRAWL}/{0:016}.parquet", out)
        shards.append(store_shard(_released(table), space.storage))
    ordered = tuple(sorted(shards, key=lambda shard: shard.path))
    holders = {shard.source: f"holder of {shard.source}" for shard in ordered}
    funnel = {shard.source: {"released": shard.rows} for shard in ordered}
    manifest = Manifest("0.1.0", DAY.date(), {"policy": "p"}, ordered, funnel, holders, columns_of(None))
    digest = stage(manifest, space.storage)
    record_release(space.ledger, record_of(manifest, digest), DAY)
    assert show_release(space, "0.1.0", digest, DAY)
    return manifest


def _parts(table: pa.Table) -> Iterator[pa.Table]:
    for start in range(0, len(table), 1000):
        yield table.slice(start, 1000)


def _released(table: pa.Table) -> pa.Table:
    count, schema = len(table), shard_schema()
    added = {
        "bytes": table["chars"],
        "licence": pa.array(["CC-BY-4.0"] * count),
        "basis": pa.array(["open_licence"] * count),
        "tier": pa.array(["open"] * count),
    }
    columns = []
    for field in schema:
        if field.name in added:
            columns.append(added[field.name].cast(field.type))
        else:
            columns.append(table[field.name] if field.name in FROM_DOCUMENTS else _same(field, count))
    return pa.Table.from_arrays(columns, schema=schema)


def _same(field: pa.Field, count: int) -> pa.Array:
    """A column of which every value is the same."""
    kind = field.type
    value = "" if pa.types.is_string(kind) else [] if pa.types.is_list(kind) else 0
    return pa.array([value] * count, kind)
