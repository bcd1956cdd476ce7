"""What is pulled loads with the tools that model teams have."""

import json
from pathlib import Path

import datasets
import duckdb
import polars as pl
import pyarrow.parquet as pq
import pytest
from datatrove.pipeline.readers import ParquetReader

from corpus.pulled import MANIFEST, Choice
from corpus.pulling import Order, pull, read_offer
from corpus.releases import publish, stage
from corpus.shards import shard_schema
from corpus.storage import FolderStorage
from tests.corpus.made_release import Text, facts_of
from tests.corpus.released import release


@pytest.mark.parametrize("choice", [Choice(), Choice(source=("avis",), where="words > 20 and published is not null")])
def test_the_tools_of_model_teams_read_it(choice: Choice, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """DuckDB, Polars, `datasets` and datatrove read the same documents out of a pulled release and of a slice."""
    monkeypatch.setattr(datasets.config, "HF_HUB_OFFLINE", True)
    storage, folder = FolderStorage(tmp_path / "storage"), tmp_path / "out"
    release(storage, tmp_path)
    pull(storage, Order(read_offer(storage, "0.1.0"), choice, folder), lambda _: None)
    glob = f"{folder}/shards/**/*.parquet"
    ids = sorted(pl.scan_parquet(glob).select("id").collect()["id"].to_list())
    assert len(ids) == json.loads((folder / MANIFEST).read_text())["totals"]["rows"]
    assert sorted(row[0] for row in duckdb.sql(f"SELECT id FROM '{glob}'").fetchall()) == ids
    cache = str(tmp_path / "cache")
    assert sorted(datasets.load_dataset(str(folder), split="train", cache_dir=cache)["id"]) == ids
    avis = datasets.load_dataset(str(folder), "avis", split="train", cache_dir=cache)
    assert set(avis["source"]) == {"avis"}
    reader = ParquetReader(str(folder / "shards"), glob_pattern="**/*.parquet")
    documents = list(reader.run())
    assert sorted(document.id for document in documents) == ids
    assert all(len(document.text.split()) == document.metadata["words"] for document in documents)


def test_a_slice_of_all_columns_loads(tmp_path: Path) -> None:
    """A slice has every column of a shard, lists and all, under the shard's own schema with its meanings."""
    texts = [Text("avis", f"{number:02}", words=number) for number in range(1, 31)]
    manifest, storage = facts_of(tmp_path, texts).manifest, FolderStorage(tmp_path / "data")
    stage(manifest, storage, {})
    publish(manifest.digest, storage)
    choice = Choice(where="words > 20 and da_share > 0.4 and published >= '2020-01-01' and licence in ('CC-BY-4.0')")
    pull(storage, Order(read_offer(storage, "0.1.0"), choice, tmp_path / "out"), lambda _: None)
    file = next((tmp_path / "out" / "shards").rglob("*.parquet"))
    assert pq.read_schema(file).equals(shard_schema(), check_metadata=True)
    assert pl.read_parquet(file)["words"].to_list() == list(range(21, 31))
    assert duckdb.sql(f"SELECT sum(len(elsewhere)), min(words) FROM '{file}'").fetchall() == [(0, 21)]
