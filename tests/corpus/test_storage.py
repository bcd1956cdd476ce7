"""Storage: a folder and S3 keep the same promises."""

import os
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from corpus.errors import StorageError
from corpus.storage import Storage, StorageSettings, open_storage

CONDITIONAL = ["folder", "moto"]
"""Kinds that know conditional puts; the third test server ignores them, and there the ledger's row is the lock."""


@pytest.fixture
def storage(storage_settings: StorageSettings, tmp_path: Path) -> Storage:
    """An empty storage of each kind."""
    return open_storage(storage_settings, tmp_path / "cache")


def test_what_is_put_is_read_back(storage: Storage, tmp_path: Path) -> None:
    """A file put under a key is found, listed, and read with the same bytes; the file itself stays."""
    file = tmp_path / "file"
    file.write_bytes(os.urandom(100_000))
    storage.put("shards/avis/a.parquet", file)
    storage.put_bytes("shards/avis/b.parquet", b"b")
    storage.put_bytes("shards/blog/c.parquet", b"c")
    assert storage.local("shards/avis/a.parquet").read_bytes() == file.read_bytes()
    assert storage.exists("shards/avis/b.parquet")
    assert not storage.exists("shards/avis/x.parquet")
    assert list(storage.keys("shards/avis/")) == ["shards/avis/a.parquet", "shards/avis/b.parquet"]
    assert list(storage.keys("nothing/")) == []
    assert storage.uri("shards/avis/a.parquet").endswith("shards/avis/a.parquet")


@pytest.mark.parametrize("storage_settings", CONDITIONAL, indirect=True)
def test_a_key_that_is_taken_is_not_overwritten(storage: Storage) -> None:
    """With `only_new`, the same bytes again are fine and other bytes are refused."""
    storage.put_bytes("releases/0.1.0/manifest.json", b"one", only_new=True)
    storage.put_bytes("releases/0.1.0/manifest.json", b"one", only_new=True)
    with pytest.raises(StorageError, match="never overwritten"):
        storage.put_bytes("releases/0.1.0/manifest.json", b"two", only_new=True)
    assert storage.local("releases/0.1.0/manifest.json").read_bytes() == b"one"


@pytest.mark.parametrize("storage_settings", CONDITIONAL, indirect=True)
def test_of_many_at_once_one_wins(storage_settings: StorageSettings, tmp_path: Path) -> None:
    """Eight writers race for one key: one set of bytes is there, and all others are told."""

    def write(number: int) -> bool:
        storage = open_storage(storage_settings, tmp_path / f"cache{number}")
        try:
            storage.put_bytes("manifest.json", f"{number}".encode(), only_new=True)
        except StorageError:
            return False
        return True

    with ThreadPoolExecutor(8) as pool:
        won = list(pool.map(write, range(8)))
    assert sum(won) == 1
    winner = open_storage(storage_settings, tmp_path / "fresh").local("manifest.json").read_bytes()
    assert winner == f"{won.index(True)}".encode()


def test_what_is_missing_says_what_to_do(storage: Storage) -> None:
    """Reading a key that is not there is an error with a remedy, and leaves nothing behind."""
    with pytest.raises(StorageError, match=r"missing|no such"):
        storage.local("shards/avis/none.parquet")


def test_unfinished_files_are_not_listed(tmp_path: Path) -> None:
    """What a killed process left under a hidden name is no object."""
    storage = open_storage(StorageSettings(url=str(tmp_path)), tmp_path / "cache")
    (tmp_path / "shards").mkdir()
    (tmp_path / "shards" / ".tmpabc").write_bytes(b"half")
    storage.put_bytes("shards/whole", b"whole")
    assert list(storage.keys("shards/")) == ["shards/whole"]


def test_a_folder_that_cannot_be_written_is_told(tmp_path: Path) -> None:
    """A data folder that is a file, as much as one without permission, is refused with the setting to change."""
    (tmp_path / "file").write_text("not a folder")
    with pytest.raises(StorageError, match="FODAFTRYK_STORAGE__URL"):
        open_storage(StorageSettings(url=str(tmp_path / "file")), tmp_path)


def test_a_wrong_key_is_told(rclone_url: str, tmp_path: Path) -> None:
    """A secret that does not match is refused at once, by a server that checks, with the settings to change."""
    settings = StorageSettings("s3://corpus/x", rclone_url, "eu-north-1", "demo-key", "wrong")
    with pytest.raises(StorageError, match="SECRET_ACCESS_KEY"):
        open_storage(settings, tmp_path)


def test_a_missing_bucket_is_told(moto_url: str, tmp_path: Path) -> None:
    """A bucket that is not there is refused at once."""
    settings = StorageSettings("s3://nowhere", moto_url, "eu-north-1", "demo-key", "demo-secret")
    with pytest.raises(StorageError, match="make the bucket"):
        open_storage(settings, tmp_path)


def test_a_server_that_does_not_answer_is_told(tmp_path: Path) -> None:
    """An endpoint where nobody listens is an error with a remedy, not a wait for ever."""
    settings = StorageSettings("s3://corpus", "http://127.0.0.1:1", "eu-north-1", "demo-key", "demo-secret")
    with pytest.raises(StorageError, match="ENDPOINT_URL"):
        open_storage(settings, tmp_path)
