"""Furniture of a source goes once all of it is refined, and is looked for once."""

from pathlib import Path

import pyarrow.parquet as pq
import pytest

from corpus.documents import Document
from corpus.profiles import load_profile
from flows.furniture import clear_standing
from flows.settings import Settings
from flows.workspace import open_workspace
from tests.corpus.conftest import make_document, write_into

KEY = "documents/avis/20261124T120000Z-abcd1234/{}.parquet"
NOTICE = "Vi bruger cookies på denne hjemmeside."
STORIES = "abcdefghijklm"


def pages(notice: str) -> list[Document]:
    """Thirteen pages of one host, each with a sentence of its own and a notice at the end."""
    return [
        make_document("avis", letter, f"Sagen om {letter * 3} blev afgjort i går, og det var på tide.\n\n{notice}")
        for letter in STORIES
    ]


def test_furniture_of_two_files_goes_once(tmp_path: Path) -> None:
    """A notice on pages that lie in two files is taken out of both; asked again, nothing is written."""
    documents, write = pages(NOTICE), write_into(tmp_path)
    with open_workspace(Settings(data=tmp_path / "data")) as space:
        keys = [KEY.format(name) for name in "ab"]
        for key, part in zip(keys, (documents[:6], documents[6:]), strict=True):
            space.storage.put(key, write(part))
        cleared = clear_standing(space, "avis", keys, load_profile("default"))
        assert not set(cleared) & set(keys)
        texts = [text for key in cleared for text in pq.read_table(space.storage.local(key))["text"].to_pylist()]
        assert texts == [document.text.removesuffix(f"\n\n{NOTICE}") for document in documents]
        written = {path: path.stat().st_mtime_ns for path in (tmp_path / "data").rglob("*.[jp]*")}
        assert clear_standing(space, "avis", keys, load_profile("default")) == cleared
        assert {path: path.stat().st_mtime_ns for path in (tmp_path / "data").rglob("*.[jp]*")} == written


@pytest.mark.parametrize("profile", ["default", "debates"])
def test_without_furniture_the_files_stand_for_themselves(tmp_path: Path, profile: str) -> None:
    """Where nothing is furniture, or nothing may be, no file is written anew."""
    documents = pages("" if profile == "default" else NOTICE)
    with open_workspace(Settings(data=tmp_path / "data")) as space:
        space.storage.put(KEY.format("a"), write_into(tmp_path)(documents))
        assert clear_standing(space, "avis", [KEY.format("a")], load_profile(profile)) == [KEY.format("a")]
