"""A crawl that another machine left unfinished is gone on with from storage, and ends as if nothing had happened."""

import json
import shutil
import signal
import subprocess
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from corpus.storage import FolderStorage, open_storage
from deploy.demo.serve import HERE
from tests.conftest import s3_settings
from tests.flows.conftest import COMMAND, NOW, Demo, is_same
from tests.flows.released import said


@pytest.fixture
def slow(web: tuple[str, list[str]], prefect: dict[str, str], tmp_path: Path, moto_url: str) -> Demo:
    """A machine with its own data folder, and storage in a bucket; crawls slowly, with a checkpoint at every word."""
    catalogue = shutil.copytree(HERE / "catalogue", tmp_path / "catalogue")
    written = (catalogue / "bibliotek.toml").read_text()
    (catalogue / "bibliotek.toml").write_text(written.replace("delay_s_min = 0.01", "delay_s_min = 0.3"))
    s3 = s3_settings(moto_url, tmp_path.name)
    settings = {
        "FODAFTRYK_STORAGE__URL": s3.url,
        "FODAFTRYK_STORAGE__ENDPOINT_URL": s3.endpoint_url,
        "FODAFTRYK_STORAGE__ACCESS_KEY_ID": s3.access_key_id,
        "FODAFTRYK_STORAGE__SECRET_ACCESS_KEY": s3.secret_access_key,
        "FODAFTRYK_CATALOGUE": str(catalogue),
        "FODAFTRYK_CRAWLER__CHECKPOINT_S": "0.1",
    }
    return Demo(tmp_path / "first", *web, prefect, settings)


@pytest.fixture(scope="module")
def alone(
    web: tuple[str, list[str]], prefect: dict[str, str], tmp_path_factory: pytest.TempPathFactory
) -> dict[str, bytes]:
    """What a machine releases of the source that is not disturbed."""
    machine = Demo(tmp_path_factory.mktemp("alone") / "data", *web, prefect)
    assert machine.call("run", "bibliotek", "--now", NOW).returncode == 0
    return machine.released()


def events(machine: Demo, *arguments: str) -> Iterator[tuple[subprocess.Popen[str], dict[str, object]]]:
    """Run a command, and give what it tells as it tells it."""
    command = [COMMAND, *arguments, "--now", NOW, "--json"]
    with subprocess.Popen(
        command, env=machine.environment(), cwd=machine.data.parent, stderr=subprocess.PIPE, text=True
    ) as job:
        assert job.stderr is not None
        for line in job.stderr:
            if line.startswith("{"):
                yield job, json.loads(line)


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGKILL])
def test_another_machine_goes_on(slow: Demo, alone: dict[str, bytes], tmp_path: Path, number: int) -> None:
    """Stopped or killed here after a checkpoint, it goes on there; the release says what an undisturbed one does."""
    seen = []
    for job, event in events(slow, "run", "bibliotek"):
        seen.append(event["event"])
        if event["event"] == "checkpoint":
            job.send_signal(number)
    assert "checkpoint" in seen
    assert "crawled" not in seen
    there = replace(slow, data=tmp_path / "second")
    told = [event for _, event in events(there, "run", "bibliotek")]
    assert [event["source"] for event in told if event["event"] == "resumed"] == ["bibliotek"]
    storage = open_storage(s3_settings(slow.settings["FODAFTRYK_STORAGE__ENDPOINT_URL"], tmp_path.name), tmp_path / "c")
    keys = [key for folder in ("releases/", "shards/") for key in storage.keys(folder) if is_same(key.split("/")[-1])]
    assert said({key: storage.local(key).read_bytes() for key in keys}) == said(alone)
    assert list(storage.keys("unfinished/")) == []


def test_what_is_removed_is_gone(tmp_path: Path) -> None:
    """Removing an object of a folder removes its file; removing it twice is no error."""
    storage = FolderStorage(tmp_path)
    storage.put_bytes("a/b", b"x")
    storage.remove("a/b")
    storage.remove("a/b")
    assert list(storage.keys("a/")) == []
