"""The demo web, crawled and released once by the command itself, for many tests to look at."""

import json
import os
import signal
import socket
import subprocess
import sys
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import pytest

from deploy.demo.serve import HERE, serve
from flows.attesting import CHECKPOINT, PROOF
from flows.embedded import START_S_MAX

NOW = "2026-11-24T12:00:00Z"
COMMAND = str(Path(sys.executable).with_name("fodaftryk"))
RUN_S_MAX = 240


def is_same(name: str) -> bool:
    """Whether a file of a release has the same bytes in every ledger: not what the ledger's own key signed."""
    return name not in {CHECKPOINT, PROOF}


@dataclass(frozen=True)
class Demo:
    """A data folder, the settings that name it, and what the web was asked for."""

    data: Path
    proxy: str
    seen: list[str]
    prefect: dict[str, str]
    settings: dict[str, str] = field(default_factory=dict)

    def environment(self) -> dict[str, str]:
        """The variables a command is run with: ours only, so that no setting of the machine is heard."""
        kept = {name: value for name, value in os.environ.items() if not name.startswith(("FODAFTRYK_", "PREFECT_"))}
        ours = {
            **self.prefect,
            "FODAFTRYK_DATA": str(self.data),
            "FODAFTRYK_CATALOGUE": str(HERE / "catalogue"),
            "FODAFTRYK_CRAWLER__PROXY": self.proxy,
        }
        return kept | ours | self.settings

    def call(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        """Run a command to its end."""
        return subprocess.run(
            [COMMAND, *arguments],
            env=self.environment(),
            cwd=self.data.parent,
            capture_output=True,
            text=True,
            timeout=RUN_S_MAX,
            check=False,
        )

    def answer(self, *arguments: str) -> Any:
        """What a command that must end well prints as JSON."""
        done = self.call(*arguments, "--json")
        assert done.returncode == 0, done.stderr
        return json.loads(done.stdout)

    def run(self) -> dict[str, Any]:
        """The main job, as of a fixed time; its summary."""
        summary: dict[str, Any] = self.answer("run", "--now", NOW)
        return summary

    def kill_at(self, event: str, number: int = signal.SIGKILL) -> tuple[int, list[dict[str, Any]]]:
        """Start the main job, and send it a signal as it tells of an event; its exit code, and what it told after."""
        command = [COMMAND, "run", "--now", NOW, "--json"]
        environment, folder = self.environment(), self.data.parent
        with subprocess.Popen(command, env=environment, cwd=folder, stderr=subprocess.PIPE, text=True) as job:
            assert job.stderr is not None
            for line in job.stderr:
                if line.startswith("{") and json.loads(line)["event"] == event:
                    job.send_signal(number)
                    told = [json.loads(line) for line in job.stderr if line.startswith("{")]
                    return job.wait(), told
            pytest.fail(f"the job never told of {event!r}")

    def released(self) -> dict[str, bytes]:
        """Every file of releases and shards, by its path, but what the ledger says of them beside the manifest.

        What a killed job left unfinished lies in hidden folders, as storage leaves it, and is no file of theirs.
        """
        folders = [self.data / "releases", self.data / "shards", self.data / "manifests"]
        files = [path for folder in folders for path in folder.rglob("*") if path.is_file() and is_same(path.name)]
        paths = {path.relative_to(self.data): path for path in sorted(files)}
        return {
            name.as_posix(): path.read_bytes()
            for name, path in paths.items()
            if not any(part.startswith(".") for part in name.parts)
        }


@pytest.fixture(scope="session")
def web() -> Iterator[tuple[str, list[str]]]:
    """The demo web's proxy, and the list of what it is asked for."""
    seen: list[str] = []
    with serve(seen=seen) as proxy:
        yield proxy, seen


@pytest.fixture(scope="session")
def prefect_home(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """One home of Prefect's for all runs of the command, as its first database takes eight seconds to make."""
    return {"PREFECT_HOME": str(tmp_path_factory.mktemp("prefect"))}


@pytest.fixture(scope="session")
def prefect(prefect_home: dict[str, str]) -> Iterator[dict[str, str]]:
    """A server that many runs of the command share, as starting its own costs each more than all its work."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("PREFECT_")}
    quiet = {"DO_NOT_TRACK": "1", "PREFECT_SERVER_ANALYTICS_ENABLED": "false", "PREFECT_LOGGING_LEVEL": "CRITICAL"}
    with socket.create_server(("127.0.0.1", 0)) as listener:
        api = f"http://127.0.0.1:{listener.getsockname()[1]}/api"
        command = [sys.executable, "-m", "flows.embedded", str(listener.fileno())]
        with subprocess.Popen(command, env={**kept, **quiet, **prefect_home}, pass_fds=[listener.fileno()]) as server:
            urllib.request.urlopen(f"{api}/health", timeout=START_S_MAX).close()  # answered as soon as it serves
            yield {**quiet, **prefect_home, "PREFECT_API_URL": api}
            server.terminate()


@pytest.fixture(scope="session")
def demo(
    web: tuple[str, list[str]],
    prefect_home: dict[str, str],
    prefect: dict[str, str],
    tmp_path_factory: pytest.TempPathFactory,
) -> Demo:
    """The demo web after one run of the main job, which had a server of its own; look at it, change nothing."""
    demo = Demo(tmp_path_factory.mktemp("demo") / "data", *web, prefect_home)
    done = demo.call("run", "--now", NOW, "--json")
    assert done.returncode == 0, done.stderr
    (demo.data / "summary.json").write_text(done.stdout)
    return replace(demo, prefect=prefect)


@pytest.fixture
def summary(demo: Demo) -> dict[str, Any]:
    """The summary of that run."""
    told: dict[str, Any] = json.loads((demo.data / "summary.json").read_text())
    return told
