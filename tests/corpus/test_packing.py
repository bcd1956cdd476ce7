"""Packing gives the same shards whatever the order, the number of threads and the process, and every row once."""

import subprocess
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from random import Random
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import tokenizers

from corpus import packing, partitions, shards
from corpus.checks import Checks
from corpus.documents import SIGNATURE_SIZE, Document, Reason
from corpus.errors import TokenizerError
from corpus.fates import count_fates
from corpus.packing import Packed, Packing, pack_source
from corpus.shards import shard_schema
from corpus.storage import FolderStorage
from corpus.tokens import read_tokenizer
from tests.corpus.test_releases import selected

MakeDocument = Callable[..., Document]
WriteFile = Callable[[list[Document]], Path]

SCRIPT = """
import sys
from pathlib import Path
from corpus import packing, shards
from corpus.storage import FolderStorage
packing.SHARD_CHARS_MAX, shards.ROW_GROUP_ROWS = 600, 4
packed = packing.pack_source(
    Path(sys.argv[1]), packing.Packing("a", "Ærlige Hansen", threads=8), [*map(Path, sys.argv[3:])],
    FolderStorage(Path(sys.argv[2])),
)
print(*(shard.sha256 for shard in packed.shards), sep="\\n")
"""


@pytest.fixture
def made(document: MakeDocument) -> list[Document]:
    """Documents of a source on three rights, some of them copies, marked or held."""
    random = Random(3)
    rights = ["open"] * 8 + ["tdm"] * 3 + ["agreed", "held"]
    return [
        document("a", f"{n}", f"tekst {random.randrange(90)} {'æ' * random.randrange(30)}", right=random.choice(rights),
                 reason=random.choice([None] * 9 + [Reason.TOO_SHORT]))
        for n in range(160)
    ]  # fmt: skip


@pytest.fixture(autouse=True)
def small(monkeypatch: pytest.MonkeyPatch) -> None:
    """Shards and row groups of a few rows."""
    monkeypatch.setattr(packing, "SHARD_CHARS_MAX", 600)
    monkeypatch.setattr(shards, "ROW_GROUP_ROWS", 4)


def packed(folder: Path, selection: Path, files: Sequence[Path], **how: Any) -> Packed:
    """The source packed into a storage of its own."""
    return pack_source(selection, Packing("a", "Ærlige Hansen", **how), files, FolderStorage(folder))


def test_the_same_documents_are_the_same_bytes(
    tmp_path: Path, made: list[Document], documents_file: WriteFile, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One thread or eight, files and rows in any order, much or little in memory, here or in a fresh process."""
    files = [documents_file(made[start : start + 40]) for start in range(0, 160, 40)]
    selection = selected(tmp_path, files)
    first = packed(tmp_path / "1", selection, files)
    assert packed(tmp_path / "8", selection, files, threads=8) == first
    Random(9).shuffle(made)
    others = [documents_file(made[:7]), documents_file(made[7:])]
    monkeypatch.setattr(partitions, "PENDING_BYTES_MAX", 2000)
    monkeypatch.setattr(packing, "BATCH_ROWS", 9)
    (tmp_path / "other").mkdir()
    assert packed(tmp_path / "other", selected(tmp_path / "other", others), others, threads=8) == first
    arguments = [sys.executable, "-c", SCRIPT, str(selection), str(tmp_path / "fresh"), *map(str, files[::-1])]
    fresh = subprocess.run(arguments, check=True, capture_output=True, text=True).stdout.split()
    assert fresh == [shard.sha256 for shard in first.shards]


def test_every_released_row_is_in_one_shard_of_its_right(
    tmp_path: Path, made: list[Document], documents_file: WriteFile
) -> None:
    """Rows are the documents selected, whole, sorted within their shard; the finer shards are not too many."""
    files = [documents_file(made)]
    selection = selected(tmp_path, files)
    found = packed(tmp_path / "data", selection, files)
    assert not found.findings
    by_id = {each.id: each for each in made}
    tables = [pq.read_table(tmp_path / "data" / shard.path) for shard in found.shards]
    assert len(tables) > 6
    for shard, table in zip(found.shards, tables, strict=True):
        assert table.schema.equals(shard_schema(), check_metadata=True)
        ids = table["id"].to_pylist()
        assert ids == sorted(ids)
        assert table["text"].to_pylist() == [by_id[each].text for each in ids]
        assert set(table["licence"].to_pylist()) == {shard.licence}
        groups = pq.read_metadata(tmp_path / "data" / shard.path)
        assert all(groups.row_group(n).num_rows <= 4 for n in range(groups.num_row_groups))
        assert not groups.row_group(0).column(1).is_stats_set
        assert groups.row_group(0).column(0).has_column_index
    ids = pa.concat_tables(tables)["id"].to_pylist()
    assert len(ids) == len(set(ids)) == count_fates(selection)["a"]["released", ""]


def test_tokens_are_counted_by_the_tokenizer_that_is_named(
    tmp_path: Path, made: list[Document], documents_file: WriteFile
) -> None:
    """A column says how many tokens a text has, and the schema of which tokenizer; a file that is none is refused."""
    words = tokenizers.Tokenizer(tokenizers.models.WordLevel({"tekst": 0, "?": 1}, unk_token="?"))
    words.pre_tokenizer = tokenizers.pre_tokenizers.WhitespaceSplit()
    (tmp_path / "dansk").mkdir()
    words.save(str(tmp_path / "dansk" / "tokenizer.json"))
    tokenizer = read_tokenizer(tmp_path / "dansk" / "tokenizer.json", "")
    files = [documents_file(made)]
    found = packed(tmp_path / "data", selected(tmp_path, files), files, tokenizer=tokenizer)
    table = pq.read_table(tmp_path / "data" / found.shards[0].path)
    assert table["tokens"].to_pylist() == [len(text.split()) for text in table["text"].to_pylist()]
    assert table.schema.metadata[b"fodaftryk.tokenizer"] == b"dansk"
    assert not found.findings
    for file, why in ((tmp_path / "gone.json", "No such file"), (files[0], "is no tokenizer.json")):
        with pytest.raises(TokenizerError, match=why):
            read_tokenizer(file, "")


def test_what_is_kept_out_is_asked_for_every_row(
    tmp_path: Path, made: list[Document], documents_file: WriteFile
) -> None:
    """With something excluded, signatures are shown to who knows, but for those of what is used by agreement."""
    files = [documents_file(made)]
    selection = selected(tmp_path, files)
    shown = 0

    def barred(digests: Sequence[str], signatures: Any) -> list[int]:
        nonlocal shown
        assert signatures.shape == (len(digests), SIGNATURE_SIZE)
        shown += len(digests)
        return [0]

    found = packed(tmp_path / "data", selection, files, checks=Checks(barred=barred))
    asked = [shard for shard in found.shards if shard.basis != "agreement"]
    assert shown == sum(shard.rows for shard in asked) > 0
    assert {each.check for each in found.findings} == {"excluded"}
    assert len(found.findings) == len(asked) < len(found.shards)
