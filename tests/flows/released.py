"""What a release says, whichever bytes its pages were captured in: two crawls write one web's pages in any order."""

import io
import json
from collections.abc import Mapping
from typing import Any

import pyarrow.parquet as pq

PLACE = ("warc", "warc_offset")
"""Where a page lies in its crawl's files: of a crawl, not of a page."""

OF_BYTES = ("path", "sha256", "bytes")
"""What a manifest says of a shard that changes with the places in it."""


def said(released: Mapping[str, bytes]) -> dict[str, Any]:
    """Every row of every shard but its place, the manifest without digests, and which files lie beside it."""
    shards = [key for key in released if key.startswith("shards/")]
    rows = [row for key in shards for row in _rows(released[key])]
    assert rows
    assert all(row["warc"].startswith(f"captures/{row['source']}/") and row["warc_offset"] >= 0 for row in rows)
    beside = sorted(key for key in released if key.startswith("releases/"))
    manifests = [_manifest(released[key]) for key in beside if key.endswith("/manifest.json")]
    placed = sorted(({**row, **dict.fromkeys(PLACE)} for row in rows), key=lambda row: str(row["id"]))
    return {"rows": placed, "beside": beside, "manifests": manifests, "shards": len(shards)}


def _rows(shard: bytes) -> list[dict[str, Any]]:
    return list(pq.read_table(io.BytesIO(shard)).to_pylist())


def _manifest(data: bytes) -> dict[str, Any]:
    body = json.loads(data)
    del body["content"], body["totals"]["bytes"]
    shards = [{name: value for name, value in shard.items() if name not in OF_BYTES} for shard in body["shards"]]
    return body | {"shards": sorted(shards, key=lambda shard: json.dumps(shard, sort_keys=True))}
