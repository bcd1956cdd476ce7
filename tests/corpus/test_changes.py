"""What differs between two releases is what sets of their ids say, however few ids are looked at together."""

from collections.abc import Callable
from pathlib import Path
from random import Random

import pytest

from corpus import packing, partitions
from corpus.changelog import BYTES_MAX, ROWS_MAX, changelog
from corpus.changes import Change, Sealing, changes, first_changes
from corpus.documents import Document
from corpus.packing import Packing, pack_source
from corpus.storage import FolderStorage
from tests.corpus.test_releases import AS_OF, selected

MakeDocument = Callable[..., Document]
WriteFile = Callable[[list[Document]], Path]


def test_changes_are_those_of_sets(
    tmp_path: Path, document: MakeDocument, documents_file: WriteFile, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Ids only in one release, and ids on another right, are counted once each; from a release to itself nothing."""
    monkeypatch.setattr(partitions, "RANGE_ROWS", 7)
    monkeypatch.setattr(packing, "SHARD_CHARS_MAX", 300)
    random, storage = Random(5), FolderStorage(tmp_path / "data")
    sealings, rights = [], []
    for number in range(2):
        names = random.sample(range(90), 60)
        right = {name: random.choice(["open", "tdm"]) for name in names}
        made = [document("a", str(name), f"tekst {name}", right=right[name]) for name in names]
        folder = tmp_path / str(number)
        folder.mkdir()
        files = [documents_file(made)]
        selection = selected(folder, files)
        sealings.append(Sealing(pack_source(selection, Packing("a", "b"), files, storage).shards, selection))
        rights.append(right)
    old, new = rights
    moved = sum(old[name] != new[name] for name in old.keys() & new.keys())
    found = changes(sealings[0], sealings[1], storage)
    counted: dict[tuple[str, str], int] = {}
    for each in found:
        counted[each.side, each.reason] = counted.get((each.side, each.reason), 0) + each.documents
    assert counted == {
        ("out", "gone"): len(old.keys() - new.keys()),
        ("in", "new"): len(new.keys() - old.keys()),
        ("out", "right changed"): moved,
        ("in", "right changed"): moved,
    }
    assert sum(each.words for each in found) == 2 * sum(each.documents for each in found)
    assert changes(sealings[0], sealings[0], storage) == []
    without = changes(sealings[0], Sealing(sealings[0].shards[1:], sealings[0].selection), storage)
    assert {(each.side, each.reason) for each in without} == {("out", "withdrawn")}
    unknown = changes(Sealing((), None), Sealing(sealings[0].shards, None), storage)
    assert {each.reason for each in unknown} == {"unknown"}
    assert sum(each.documents for each in first_changes(sealings[0].shards)) == 60


def test_a_changelog_is_bounded() -> None:
    """What is too much of one release is counted, and the oldest releases are left out of what is too long."""
    many = [Change("a", "in", f"why {number}|\n", "CC0-1.0", "open_licence", "open", 1, 2) for number in range(300)]
    text = changelog("0.1.0", AS_OF, many).decode()
    assert text.count("\n| a |") == ROWS_MAX
    assert "300 documents with 600 words came in, 0 documents with 0 words went out." in text
    assert "And 100 more rows, of 100 documents." in text
    assert "| a | in | why 0/ | CC0-1.0 | 1 | 2 |" in text
    log = b""
    for number in range(150):
        log = changelog(f"0.{number}.0", AS_OF, many, log)
    assert BYTES_MAX * 0.9 < len(log) <= BYTES_MAX
    assert log.decode().startswith("# Changelog")
    assert log.decode().index("## 0.149.0") < log.decode().index("## 0.148.0")
    assert "## 0.0.0" not in log.decode()
