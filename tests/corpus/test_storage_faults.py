"""Storage on S3 through a proxy that fails: what is put is whole or not there, and nobody is told otherwise."""

import hashlib
import os
import time
import urllib.error
import urllib.request
from contextlib import closing
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import boto3
import pytest
from botocore.awsrequest import AWSPreparedRequest, AWSResponse
from botocore.client import BaseClient

from corpus import s3_faults, s3_transfer, storage_s3
from corpus.errors import StorageError
from corpus.storage import StorageSettings, open_storage
from corpus.storage_s3 import S3Storage
from tests.certificates import self_signed
from tests.conftest import KEY, SECRET, s3_settings
from tests.faulty import FAULTS, Faults, faulty


@pytest.fixture(autouse=True)
def unhurried(monkeypatch: pytest.MonkeyPatch) -> None:
    """Pauses between tries are short, as the proxy does not recover by waiting."""
    monkeypatch.setattr(s3_faults, "PAUSE_S_MAX", 0.01)


@pytest.fixture(params=["moto", "rclone"])
def server_url(request: pytest.FixtureRequest) -> str:
    """Each of the two real servers."""
    return str(request.getfixturevalue(f"{request.param}_url"))


@pytest.fixture
def direct(server_url: str, tmp_path: Path) -> StorageSettings:
    """Settings that reach a server past the proxy."""
    return s3_settings(server_url, tmp_path.name)


def test_a_store_that_knows_no_condition_is_guarded_by_the_look(direct: StorageSettings, tmp_path: Path) -> None:
    """Where `If-None-Match` is refused as not implemented, a key is put when there is none, and stays what it is."""

    def refuse(request: AWSPreparedRequest, **_: object) -> AWSResponse | None:
        told = b"<Error><Code>NotImplemented</Code><Message>A header is not implemented</Message></Error>"
        is_asked = "If-None-Match" in request.headers
        return AWSResponse(request.url, 501, {}, SimpleNamespace(stream=lambda: iter([told]))) if is_asked else None

    storage = S3Storage(direct, tmp_path / "cache")
    _client_of(storage).meta.events.register("before-send.s3.PutObject", refuse)
    storage.put_bytes("key", b"one", only_new=True)
    storage.put_bytes("key", b"one", only_new=True)
    with pytest.raises(StorageError, match="never overwritten"):
        storage.put_bytes("key", b"two", only_new=True)
    assert b"".join(storage.read("key")) == b"one"


def test_a_refusal_that_was_cut_is_known_by_its_status(direct: StorageSettings, tmp_path: Path) -> None:
    """Another wrote the key meanwhile, and the reply that says so comes without its words: no error, but theirs."""
    other, storage = S3Storage(direct, tmp_path / "theirs"), S3Storage(direct, tmp_path / "cache")

    def be_late(request: AWSPreparedRequest, **_: object) -> AWSResponse:
        other.put_bytes("key", b"one")
        return AWSResponse(request.url, 412, {}, SimpleNamespace(stream=lambda: iter([b""])))

    _client_of(storage).meta.events.register("before-send.s3.PutObject", be_late)
    storage.put_bytes("key", b"one", only_new=True)
    with pytest.raises(StorageError, match="never overwritten"):
        storage.put_bytes("key", b"two", only_new=True)
    assert b"".join(storage.read("key")) == b"one"


@pytest.mark.parametrize("date", ["", "yesterday", "Thu, 26 Nov 2026 09:00:00 -0000"])
def test_a_store_without_a_clock_is_put_to_all_the_same(date: str, direct: StorageSettings, tmp_path: Path) -> None:
    """Where a store tells no time that can be read, an object that is there counts as old, and is made young."""

    def mistell(parsed: dict[str, Any], **_: object) -> None:
        parsed["ResponseMetadata"]["HTTPHeaders"]["date"] = date

    storage, file = S3Storage(direct, tmp_path / "cache"), tmp_path / "file"
    _client_of(storage).meta.events.register("after-call.s3.HeadObject", mistell)
    file.write_bytes(b"x")
    storage.put_once("key", file)
    (first,) = storage.objects("key")
    time.sleep(1.1)  # stores tell whole seconds
    storage.put_once("key", file)
    (second,) = storage.objects("key")
    assert second.modified > first.modified


@pytest.mark.parametrize("kind", FAULTS)
def test_each_fault_is_ridden_out(kind: str, direct: StorageSettings, tmp_path: Path) -> None:
    """With half of all requests failing in one way, everything is put, listed, read, guarded and removed as without."""
    file = tmp_path / "file"
    file.write_bytes(os.urandom(50_000))
    faults = Faults(0.0, (kind,))
    with faulty(direct.endpoint_url, faults) as url:
        storage = open_storage(replace(direct, endpoint_url=url), tmp_path / "cache")
        faults.share = 0.5
        storage.put_once("a", file)
        storage.put_once("a", file)
        storage.put("b", file)
        storage.put_bytes("c", b"c", only_new=True)
        storage.put_bytes("c", b"c", only_new=True)
        with pytest.raises(StorageError, match="never overwritten"):
            storage.put_bytes("c", b"other", only_new=True)
        assert storage.local("a").read_bytes() == b"".join(storage.read("b")) == file.read_bytes()
        assert b"".join(storage.read("a", 40_000)) == file.read_bytes()[40_000:]
        assert [(each.key, each.size) for each in storage.objects("")] == [("a", 50_000), ("b", 50_000), ("c", 1)]
        storage.remove("b")
        assert not storage.exists("b")
    assert faults.done[kind] > 0


def test_a_large_file_goes_in_parts(direct: StorageSettings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A file of three parts is whole behind all faults at once; what broke off leaves no half upload."""
    monkeypatch.setattr(s3_transfer, "PART_BYTES", 5 * 2**20)
    file = tmp_path / "file"
    file.write_bytes(os.urandom(11 * 2**20))
    faults = Faults(0.0)
    with faulty(direct.endpoint_url, faults) as url:
        storage = S3Storage(replace(direct, endpoint_url=url), tmp_path / "cache")
        faults.share = 0.3
        storage.put("large", file)
        assert storage.local("large").read_bytes() == file.read_bytes()
        faults.share = 1.0
        with pytest.raises(StorageError):
            storage.put("never", file)
        faults.share = 0.0
        assert not storage.exists("never")
        storage.abort_uploads(datetime.now(UTC) + timedelta(hours=1))
        assert storage.abort_uploads(datetime.now(UTC) + timedelta(hours=1)) == 0


def test_a_reply_that_never_comes_leaves_no_doubt(direct: StorageSettings, tmp_path: Path) -> None:
    """When every reply to an upload is lost, the object is asked for, and being there is the answer."""
    faults = Faults(0.0, ("lost",))
    with faulty(direct.endpoint_url, faults) as url:
        storage = S3Storage(replace(direct, endpoint_url=url), tmp_path / "cache")
        client, put = _client_of(storage), _client_of(storage).put_object

        def put_object(**told: Any) -> Any:
            faults.share = 1.0
            try:
                return put(**told)
            finally:
                faults.share = 0.0

        setattr(client, "put_object", put_object)  # noqa: B010 - a generated method
        storage.put_bytes("key", b"bytes")
        assert storage.local("key").read_bytes() == b"bytes"
    assert faults.done["lost"] == s3_faults.ATTEMPTS_MAX


def _client_of(storage: S3Storage) -> BaseClient:
    return storage._bucket.client  # noqa: SLF001 - faults are switched on for one call alone


def test_other_bytes_than_were_put_are_told(moto_url: str, tmp_path: Path) -> None:
    """An object whose bytes were changed in the store is not taken for the one that was put."""
    settings = s3_settings(moto_url, tmp_path.name)
    storage = open_storage(settings, tmp_path / "cache")
    storage.put_bytes("key", b"one")
    with _boto(moto_url) as client:
        digest = hashlib.sha256(b"one").hexdigest()
        client.put_object(Bucket="corpus", Key=f"{tmp_path.name}/key", Body=b"two", Metadata={"sha256": digest})
    with pytest.raises(StorageError, match="other bytes than it was put with"):
        storage.local("key")


def _boto(url: str) -> Any:
    """A plain client of a server, to be closed."""
    client = boto3.client(
        "s3", endpoint_url=url, region_name="eu-north-1", aws_access_key_id=KEY, aws_secret_access_key=SECRET
    )
    return closing(client)


def test_what_is_put_again_is_young(direct: StorageSettings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """An old object that is put once more counts as new, with its bytes and digest; a young one is left as it is."""
    file = tmp_path / "file"
    file.write_bytes(b"bytes")
    storage = S3Storage(direct, tmp_path / "cache")
    storage.put_once("key", file)
    copied = []
    client = _client_of(storage)
    copy = client.copy_object
    monkeypatch.setattr(client, "copy_object", lambda **told: copied.append(told) or copy(**told))
    storage.put_once("key", file)
    assert copied == []
    (first,) = storage.objects("key")
    monkeypatch.setattr(storage_s3, "YOUNG", timedelta(seconds=1))
    time.sleep(2.1)  # the object grows old; stores tell whole seconds
    storage.put_once("key", file)
    (second,) = storage.objects("key")
    assert second.modified > first.modified + timedelta(seconds=1)
    assert len(copied) == 1
    assert storage.local("key").read_bytes() == b"bytes"


def test_encryption_is_asked_for(moto_url: str, tmp_path: Path) -> None:
    """What is put is encrypted as the settings say, by the store's keys or a named one, however it is put."""
    file = tmp_path / "file"
    file.write_bytes(b"bytes")
    for sse, key in (("AES256", ""), ("aws:kms", "alias/corpus")):
        settings = replace(s3_settings(moto_url, tmp_path.name), sse=sse, sse_key_id=key)  # type: ignore[arg-type]
        storage = open_storage(settings, tmp_path / "cache")
        storage.put("file", file)
        storage.put_bytes("bytes", b"bytes")
        with _boto(moto_url) as client:
            for name in ("file", "bytes"):
                head = client.head_object(Bucket="corpus", Key=f"{tmp_path.name}/{name}")
                assert (head["ServerSideEncryption"], head.get("SSEKMSKeyId", "")) == (sse, key)
    wrong = replace(s3_settings(moto_url, tmp_path.name), sse_key_id="alias/corpus")
    with pytest.raises(StorageError, match=r"aws:kms"):
        open_storage(wrong, tmp_path / "cache")


@pytest.fixture
def certificate(tmp_path: Path) -> Path:
    """A certificate for loopback that nobody knows, with its key."""
    return self_signed(tmp_path / "own.pem")


def test_an_own_authority_is_trusted_when_named(rclone_url: str, certificate: Path, tmp_path: Path) -> None:
    """A store whose certificate only we know is refused at once, with the setting to use, and reached with it."""
    settings = s3_settings(rclone_url, tmp_path.name)
    with faulty(rclone_url, Faults(0.0), certificate) as url:
        with pytest.raises(StorageError, match="STORAGE__CA_BUNDLE"):
            open_storage(replace(settings, endpoint_url=url), tmp_path / "cache")
        storage = open_storage(replace(settings, endpoint_url=url, ca_bundle=str(certificate)), tmp_path / "cache")
        storage.put_bytes("key", b"bytes")
        assert b"".join(storage.read("key")) == b"bytes"
    with pytest.raises(StorageError, match="is no file"):
        open_storage(replace(settings, ca_bundle=str(tmp_path / "none.pem")), tmp_path / "cache")


def test_a_signed_url_needs_no_key(rclone_url: str, tmp_path: Path) -> None:
    """What we sign anybody can fetch, where signatures are checked; a changed URL is refused, and files have none."""
    storage = open_storage(s3_settings(rclone_url, tmp_path.name), tmp_path / "cache")
    storage.put_bytes("key", b"bytes")
    url = storage.presigned("key", 60)
    with urllib.request.urlopen(url, timeout=10) as reply:
        assert reply.read() == b"bytes"
    with pytest.raises(urllib.error.HTTPError):
        urllib.request.urlopen(url.replace("/key?", "/other?"), timeout=10)
    with pytest.raises(StorageError, match="S3 alone"):
        open_storage(StorageSettings(url=str(tmp_path / "data")), tmp_path).presigned("key", 60)


@pytest.mark.parametrize("checksums", ["when_required", "when_supported"])
def test_checksums_are_a_setting(checksums: str, moto_url: str, tmp_path: Path) -> None:
    """A store is spared boto3's own checksums, or gets them."""
    settings = replace(s3_settings(moto_url, tmp_path.name), checksums=checksums)  # type: ignore[arg-type]
    storage = open_storage(settings, tmp_path / "cache")
    storage.put_bytes("key", b"bytes")
    assert storage.local("key").read_bytes() == b"bytes"
