"""Storage: a folder and S3 keep the same promises."""

import os
import resource
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import boto3
import pytest

from corpus.errors import StorageError
from corpus.storage import Storage, StorageSettings, open_storage
from tests.conftest import s3_settings

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
    """What a killed process left under a hidden name, or in a hidden folder, is no object."""
    storage = open_storage(StorageSettings(url=str(tmp_path)), tmp_path / "cache")
    (tmp_path / "shards" / ".tmpdef" / "deeper").mkdir(parents=True)
    (tmp_path / "shards" / ".tmpabc").write_bytes(b"half")
    (tmp_path / "shards" / ".tmpdef" / "file").write_bytes(b"half")
    (tmp_path / "shards" / ".tmpdef" / "deeper" / "file").write_bytes(b"half")
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


def test_looking_makes_no_folder(tmp_path: Path) -> None:
    """A folder that is not there is an empty storage to who only reads, and stays away; a file is refused."""
    storage = open_storage(StorageSettings(url=str(tmp_path / "data")), tmp_path / "cache", reading=True)
    assert list(storage.keys("")) == list(storage.keys("shards/")) == []
    assert not (tmp_path / "data").exists()
    (tmp_path / "data").write_text("a file")
    with pytest.raises(StorageError, match="FODAFTRYK_DATA"):
        open_storage(StorageSettings(url=str(tmp_path / "data")), tmp_path / "cache", reading=True)


@pytest.mark.parametrize("url", ["gs://bucket/x", "file:///srv/data", "https://s3.test/x", "S3://bucket", "s3:/bucket"])
def test_another_kind_of_storage_is_refused(url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A URL of a kind we do not know is told with the two we do, and is no folder's name."""
    monkeypatch.chdir(tmp_path)
    with pytest.raises(StorageError, match=r"s3://bucket/prefix with FODAFTRYK_STORAGE__URL"):
        open_storage(StorageSettings(url=url), tmp_path / "cache")
    assert list(tmp_path.iterdir()) == []


def test_stored_files_can_be_read_by_others(tmp_path: Path) -> None:
    """Whatever mode a file had that was put, the stored one is readable by all and writable by its owner."""
    storage = open_storage(StorageSettings(url=str(tmp_path / "data")), tmp_path / "cache")
    file = tmp_path / "file"
    file.write_bytes(b"a")
    file.chmod(0o600)
    storage.put("a", file)
    storage.put_bytes("b", b"b")
    storage.put_bytes("c", b"c", only_new=True)
    assert [storage.local(key).stat().st_mode & 0o777 for key in "abc"] == [0o644] * 3


@pytest.fixture
def small_files() -> Iterator[int]:
    """A limit on the size of files, which answers as a full disk does; gives it in bytes."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (1 << 20, before[1]))
    yield 1 << 20
    resource.setrlimit(resource.RLIMIT_FSIZE, before)


def test_a_full_disk_is_told(tmp_path: Path, small_files: int) -> None:
    """What cannot be written whole is an error that names the file and the remedy, and leaves nothing behind."""
    storage = open_storage(StorageSettings(url=str(tmp_path / "data")), tmp_path / "cache")
    with pytest.raises(StorageError, match=r"shards/a: .*There is no room"):
        storage.put_bytes("shards/a", bytes(small_files + 1))
    assert [path for path in (tmp_path / "data").rglob("*") if path.is_file()] == []


def test_a_place_that_cannot_be_used_is_told(tmp_path: Path) -> None:
    """A file where a folder should be, as much as one that may not be written, is an error that names it."""
    storage = open_storage(StorageSettings(url=str(tmp_path / "data")), tmp_path / "cache")
    (tmp_path / "data" / "shards").write_text("a file")
    (tmp_path / "file").write_bytes(b"a")
    with pytest.raises(StorageError, match=r"shards/a: .*See that it is there"):
        storage.put_bytes("shards/a", b"a")
    with pytest.raises(StorageError, match=r"shards/a: .*See that it is there"):
        storage.put("shards/a", tmp_path / "file")
    with pytest.raises(StorageError, match=r"data/shards: .*See that it is there"):
        storage.keys("shards/")


def test_two_places_share_no_copies(moto_url: str, rclone_url: str, tmp_path: Path) -> None:
    """The same key in another prefix, bucket or store is another object, also when copies are kept in one folder."""
    one = s3_settings(moto_url, tmp_path.name)
    client = boto3.client("s3", endpoint_url=moto_url, region_name="eu-north-1", aws_access_key_id="a",
                          aws_secret_access_key="b")  # fmt: skip
    client.create_bucket(Bucket="other", CreateBucketConfiguration={"LocationConstraint": "eu-north-1"})
    client.close()
    places = [one, replace(one, url=one.url + "/deeper"), replace(one, url=f"s3://other/{tmp_path.name}")]
    places.append(s3_settings(rclone_url, tmp_path.name))
    for number, place in enumerate(places):
        open_storage(place, tmp_path / "cache").put_bytes("key", f"{number}".encode())
    kept = [open_storage(place, tmp_path / "cache").local("key").read_bytes() for place in places]
    assert kept == [b"0", b"1", b"2", b"3"]


def test_a_copy_goes_when_its_key_is_put(storage: Storage, tmp_path: Path) -> None:
    """Who puts a key anew reads what they put."""
    (tmp_path / "file").write_bytes(b"three")
    storage.put_bytes("key", b"one")
    assert storage.local("key").read_bytes() == b"one"
    storage.put_bytes("key", b"two")
    assert storage.local("key").read_bytes() == b"two"
    storage.put("key", tmp_path / "file")
    assert storage.local("key").read_bytes() == b"three"


@pytest.mark.parametrize("storage_settings", CONDITIONAL, indirect=True)
def test_a_conflict_is_seen_in_the_store(storage_settings: StorageSettings, tmp_path: Path) -> None:
    """A guarded key is compared with what the store holds now, not with a copy from before."""
    ours, theirs = (open_storage(storage_settings, tmp_path / name) for name in ("ours", "theirs"))
    ours.put_bytes("key", b"one")
    assert ours.local("key").read_bytes() == b"one"
    theirs.put_bytes("key", b"two")
    with pytest.raises(StorageError, match="never overwritten"):
        ours.put_bytes("key", b"one", only_new=True)
    ours.put_bytes("key", b"two", only_new=True)


@pytest.mark.parametrize("endpoint_url", ["s3.example.dk", "localhost:9000", "http://"])
def test_an_endpoint_that_is_no_address_is_told(endpoint_url: str, tmp_path: Path) -> None:
    """An endpoint without its scheme is told, with the setting and a right one."""
    settings = StorageSettings("s3://corpus", endpoint_url, "eu-north-1", "demo-key", "demo-secret")
    with pytest.raises(StorageError, match=r"as https://s3.example.dk, with FODAFTRYK_STORAGE__ENDPOINT_URL"):
        open_storage(settings, tmp_path)


class _Torn(BaseHTTPRequestHandler):
    """Answers that every object has a hundred bytes, and gives ten."""

    def do_HEAD(self) -> None:
        self.send_response(200)
        self.send_header("Content-Length", "100")
        self.end_headers()

    def do_GET(self) -> None:
        self.do_HEAD()
        self.wfile.write(bytes(10))
        self.close_connection = True

    def log_message(self, *_: object) -> None:
        """Say nothing."""


@pytest.fixture
def torn_url() -> Iterator[str]:
    """A store that breaks off every download."""
    with ThreadingHTTPServer(("127.0.0.1", 0), _Torn) as server:
        threading.Thread(target=server.serve_forever).start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()


def test_a_download_that_breaks_again_and_again_is_told(
    torn_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A store that never gives an object whole is an error with a remedy, and leaves no half of it as a copy."""
    monkeypatch.setattr("corpus.s3_faults.PAUSE_S_MAX", 0.01)
    storage = open_storage(StorageSettings("s3://corpus", torn_url, "eu-north-1", "a", "b"), tmp_path)
    with pytest.raises(StorageError, match="ENDPOINT_URL"):
        storage.local("key")
    assert [path for path in tmp_path.rglob("*") if path.is_file()] == []
