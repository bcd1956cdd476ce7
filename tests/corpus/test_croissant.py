"""croissant.json: the library of the format finds nothing wrong with it, and its files are there."""

import io
import json
import logging
from pathlib import Path

import mlcroissant
import pyarrow.parquet as pq
import pytest

from corpus.captures import digest_of
from corpus.cards.beside import beside
from corpus.cards.croissant import croissant_of
from corpus.releases import publish, stage
from corpus.storage import FolderStorage
from tests.corpus.made_release import Text, facts_of, hostile
from tests.corpus.test_cards import HOSTILE

# rdflib, which the library stands on, warns of what itself calls
pytestmark = pytest.mark.filterwarnings("ignore:ConjunctiveGraph is deprecated:DeprecationWarning")

TEXTS = [Text("avis", "a"), Text("avis", "b", licence="CC0-1.0"), Text("blog", "c", words=7)]


def test_the_formats_own_library_has_nothing_to_say(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    """`mlcroissant` validates the file as version 1.1, without an error or a warning; also with hostile names."""
    facts = facts_of(tmp_path, TEXTS)
    for each in (facts, hostile(facts, HOSTILE)):
        with caplog.at_level(logging.WARNING):
            found = mlcroissant.Dataset(json.loads(croissant_of(each)))
        assert not found.metadata.ctx.issues.errors
        assert not found.metadata.ctx.issues.warnings
        assert found.metadata.ctx.is_v1_1()
        assert not caplog.records


def test_every_shard_is_where_the_file_says(tmp_path: Path) -> None:
    """From the published folder each file is there, with its size and digest; a field is a column of the shard."""
    facts, storage = facts_of(tmp_path, TEXTS), FolderStorage(tmp_path / "data")
    publish(stage(facts.manifest, storage, beside(facts)), storage)
    place = tmp_path / "data/releases/0.1.0/croissant.json"
    told = json.loads(place.read_bytes())
    files = [each for each in told["distribution"] if each["@type"] == "cr:FileObject"]
    assert len(files) == 3
    for file in files:
        data = (place.parent / file["contentUrl"]).read_bytes()
        assert file["contentSize"] == f"{len(data)} B"
        assert f"sha256:{file['sha256']}" == digest_of(data)
        assert [field["name"] for field in told["recordSet"][0]["field"]] == pq.read_schema(io.BytesIO(data)).names
