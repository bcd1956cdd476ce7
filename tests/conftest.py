"""Servers that more than one room's tests need; each is our own child on a free port, and ends with the tests."""

import subprocess
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from sysconfig import get_path

import pytest

from corpus.storage import StorageSettings

KEY, SECRET = "demo-key", "demo-secret"
S3_START_S_MAX = 30


@pytest.fixture(scope="session")
def moto_url() -> Iterator[str]:
    """A server that knows S3's semantics (conditional puts above all) but checks no signatures."""
    from moto.server import ThreadedMotoServer

    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    yield f"http://{host}:{port}"
    server.stop()


@pytest.fixture(scope="session")
def rclone_url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A server that checks signatures; it knows no conditional puts."""
    folder = tmp_path_factory.mktemp("rclone")
    log = folder / "log"
    command = [str(Path(get_path("scripts")) / "rclone"), "serve", "s3", "--addr", "127.0.0.1:0"]
    command += ["--auth-key", f"{KEY},{SECRET}", "--config", str(folder / "none"), "--log-file", str(log), "-v"]
    (folder / "files" / "corpus").mkdir(parents=True)
    with subprocess.Popen([*command, str(folder / "files")]) as server:
        yield _address(server, log)
        server.terminate()


def _address(server: subprocess.Popen[bytes], log: Path) -> str:
    """The address the server says it listens on, once it does."""
    deadline = time.monotonic() + S3_START_S_MAX
    while time.monotonic() < deadline and server.poll() is None:
        words = log.read_text().split() if log.exists() else []
        address = next((word.strip("[]") for word in words if "http://127.0.0.1:" in word), None)
        if address:
            try:
                urllib.request.urlopen(address, timeout=5)
            except urllib.error.HTTPError:
                return address.rstrip("/")
            except urllib.error.URLError:
                pass
        time.sleep(0.05)
    pytest.fail(f"rclone did not start: {log.read_text() if log.exists() else 'it wrote no log'}")


@pytest.fixture(params=["folder", "moto", "rclone"])
def storage_settings(request: pytest.FixtureRequest, tmp_path: Path) -> StorageSettings:
    """Settings of an empty storage: a folder, then two S3 servers of different strictness."""
    if request.param == "folder":
        return StorageSettings(url=str(tmp_path / "data"))
    return s3_settings(request.getfixturevalue(f"{request.param}_url"), tmp_path.name)


def s3_settings(endpoint_url: str, prefix: str) -> StorageSettings:
    """Settings of an empty prefix in a bucket of a server; the bucket is made when missing."""
    import boto3

    settings = StorageSettings(f"s3://corpus/{prefix}", endpoint_url, "eu-north-1", KEY, SECRET)
    client = boto3.client(
        "s3", endpoint_url=endpoint_url, region_name="eu-north-1", aws_access_key_id=KEY, aws_secret_access_key=SECRET
    )
    if not any(bucket["Name"] == "corpus" for bucket in client.list_buckets()["Buckets"]):
        client.create_bucket(Bucket="corpus", CreateBucketConfiguration={"LocationConstraint": "eu-north-1"})
    client.close()
    return settings
