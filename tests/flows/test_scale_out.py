"""By settings alone: PostgreSQL and S3 instead of SQLite and a folder, and Prefect deployments on a worker."""

import json
import os
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from corpus.storage import open_storage
from flows.deployments import prefect_yaml
from flows.sources import read_sources
from tests.conftest import s3_settings
from tests.flows.conftest import Demo, is_same
from tests.flows.released import said

ROOT = Path(__file__).parents[2]
START_S_MAX = 180
POOL = "fodaftryk"


def test_s3_and_postgresql_give_the_same_release(
    demo: Demo, tmp_path: Path, moto_url: str, postgresql_url: str
) -> None:
    """With data on S3, ledger in PostgreSQL and deduplication as tasks, the same job releases the same."""
    s3 = s3_settings(moto_url, tmp_path.name)
    settings = {
        "FODAFTRYK_STORAGE__URL": s3.url,
        "FODAFTRYK_STORAGE__ENDPOINT_URL": s3.endpoint_url,
        "FODAFTRYK_STORAGE__ACCESS_KEY_ID": s3.access_key_id,
        "FODAFTRYK_STORAGE__SECRET_ACCESS_KEY": s3.secret_access_key,
        "FODAFTRYK_LEDGER__URL": postgresql_url,
        "FODAFTRYK_SCALE__MAPPED_MIN": "1",
        "FODAFTRYK_SCALE__WORKERS": "3",
    }
    other = replace(demo, data=tmp_path / "data", settings=settings)
    summary = other.run()
    assert summary["release"]["uri"] == f"{s3.url}/releases/0.1.0"
    storage = open_storage(s3, tmp_path / "cache")
    stored = {
        key: storage.local(key).read_bytes()
        for folder in ("releases/", "shards/", "manifests/")
        for key in storage.keys(folder)
        if is_same(key.split("/")[-1])
    }
    assert said(stored) == said(demo.released())
    assert other.answer("ledger", "accounts") == demo.answer("ledger", "accounts")


@pytest.fixture
def server(tmp_path: Path) -> Iterator[dict[str, str]]:
    """A Prefect server with a process pool; gives the variables to reach it."""
    environment = {name: value for name, value in os.environ.items() if not name.startswith(("PREFECT_", "FODAFTRYK_"))}
    environment |= {"PREFECT_HOME": str(tmp_path / "prefect"), "DO_NOT_TRACK": "1"}
    environment |= {"PREFECT_SERVER_ANALYTICS_ENABLED": "false", "PREFECT_LOGGING_LEVEL": "WARNING"}
    port = _free_port()
    environment["PREFECT_API_URL"] = f"http://127.0.0.1:{port}/api"
    command = [_script("prefect"), "server", "start", "--host", "127.0.0.1", "--port", str(port), "--no-ui"]
    with subprocess.Popen(command, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.STDOUT) as child:
        try:
            _wait_until(lambda: child.poll() is None and _healthy(environment["PREFECT_API_URL"]))
            _call(environment, "prefect", "work-pool", "create", "--type", "process", POOL)
            yield environment
        finally:
            child.terminate()


def test_a_deployment_runs_on_a_worker(demo: Demo, server: dict[str, str], tmp_path: Path) -> None:
    """`prefect deploy --all` puts every flow and scheduled source on the server, and a worker runs one of them."""
    written = tmp_path / "prefect.yaml"
    written.write_text(prefect_yaml(read_sources(ROOT / "catalogue")), encoding="utf-8")
    _call(server, "prefect", "--no-prompt", "deploy", "--all", "--prefect-file", str(written))
    deployments = {row["name"]: row for row in _post(server, "deployments/filter", {})}
    assert {"run", "crawl", "refine", "dedupe", "release", "settle", "crawl-retsinformation"} <= deployments.keys()
    scheduled = deployments["crawl-retsinformation"]["schedules"][0]["schedule"]
    source = next(source for source in read_sources(ROOT / "catalogue") if source.name == "retsinformation")
    assert (scheduled["cron"], scheduled["timezone"]) == (source.schedule, "Europe/Copenhagen")
    assert deployments["crawl-retsinformation"]["parameters"] == {"sources": ["retsinformation"]}

    other = replace(demo, data=tmp_path / "data")
    _call(server, "prefect", "deployment", "run", "crawl/crawl", "--param", 'sources=["blog"]')
    worker = server | {name: value for name, value in other.environment().items() if name.startswith("FODAFTRYK_")}
    _call(worker, "prefect", "worker", "start", "--pool", POOL, "--run-once", cwd=tmp_path)
    runs = {run["state_type"] for run in _post(server, "flow_runs/filter", {"flows": {"name": {"any_": ["crawl"]}}})
            if run["state_type"] != "SCHEDULED"}  # fmt: skip
    assert runs == {"COMPLETED"}
    assert len(list((tmp_path / "data" / "captures" / "blog").glob("*/report.json"))) == 1


def test_the_shipped_deployments_are_the_catalogues() -> None:
    """`deploy/prefect.yaml` is what `fodaftryk sources schedule` would write today."""
    assert (ROOT / "deploy" / "prefect.yaml").read_text(encoding="utf-8") == prefect_yaml(
        read_sources(ROOT / "catalogue")
    )


def _free_port() -> int:
    """A port that was free a moment ago; the server's health is asked for by its own child's life."""
    import socket

    with socket.create_server(("127.0.0.1", 0)) as listener:
        return int(listener.getsockname()[1])


def _script(name: str) -> str:
    return str(Path(sys.executable).with_name(name))


def _call(environment: dict[str, str], name: str, *arguments: str, cwd: Path = ROOT) -> None:
    done = subprocess.run(
        [_script(name), *arguments], env=environment, cwd=cwd, capture_output=True, text=True, timeout=300, check=False
    )
    assert done.returncode == 0, f"{arguments}: {done.stdout}{done.stderr}"


def _post(environment: dict[str, str], path: str, body: dict[str, Any]) -> Any:
    request = urllib.request.Request(
        f"{environment['PREFECT_API_URL']}/{path}",
        data=json.dumps(body).encode(),
        headers={"Content-Type": "application/json"},
    )
    with urllib.request.urlopen(request, timeout=30) as answer:
        return json.load(answer)


def _healthy(url: str) -> bool:
    try:
        with urllib.request.urlopen(f"{url}/health", timeout=5) as answer:
            return bool(answer.status == 200)
    except (urllib.error.URLError, TimeoutError):
        return False


def _wait_until(true: Any) -> None:
    deadline = time.monotonic() + START_S_MAX
    while not true():
        assert time.monotonic() < deadline, "Prefect's server did not come up"
        time.sleep(0.2)
