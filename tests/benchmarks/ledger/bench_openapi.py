"""The API against its own description: Schemathesis asks, and looks whether the answers are as it says."""

import subprocess
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import pytest
import uvicorn

from ledger.portal.app import create_app
from ledger.portal.portal import Portal, Site
from ledger.store import open_ledger
from tests.benchmarks.figures import show
from tests.ledger.portal.conftest import Clock, Letters, Shelf, portal_on
from tests.ledger.portal.crossing import make_tenant
from tests.ledger.portal.tenants import Outside, release, with_wiring
from tests.ledger.portal.visiting import visitor_of

ROOT = Path(__file__).parents[3]
SCHEMATHESIS = "schemathesis==4.32.5"
"""Runs in an environment of its own, which needs a package index."""

CHECKS = "not_a_server_error,status_code_conformance,content_type_conformance,response_schema_conformance"


@contextmanager
def served(portal: Portal) -> Iterator[str]:
    """Serve a portal on loopback; its address."""
    app = create_app(portal)
    app.state.buckets.take = lambda *_: 0.0  # what is limited is tested
    server = uvicorn.Server(uvicorn.Config(app, port=0, log_level="critical", access_log=False))
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    while not server.started:
        thread.join(0.05)
    yield f"http://127.0.0.1:{server.servers[0].sockets[0].getsockname()[1]}"
    server.should_exit = True
    thread.join()


def test_the_api_answers_as_it_says(tmp_path: Path, pytestconfig: pytest.Config) -> None:
    """Of every question it has, asked as it may and as it may not be asked: no failure."""
    ledger = open_ledger(f"sqlite:///{tmp_path / 'ledger.sqlite'}")
    clock, letters, outside = Clock(), Letters(), Outside()
    portal = with_wiring(portal_on(ledger, clock, letters, Shelf(tmp_path)), outside)
    tenant = make_tenant(portal, outside, visitor_of(portal, clock, letters), "nord")
    release(ledger, "kildenord")
    with served(replace(portal, site=Site("http://127.0.0.1"))) as address:
        command = [str(ROOT / ".uv" / "bin" / "uv"), "tool", "run", "--from", SCHEMATHESIS, "schemathesis", "run"]
        command += [f"{address}/api/v1/openapi.json", "--url", address, "--checks", CHECKS, "--no-color"]
        command += [
            "--header",
            f"Authorization: Bearer {tenant.token}",
            "--seed",
            str(pytestconfig.getoption("--seed")),
        ]
        command += [
            "--max-examples",
            str(pytestconfig.getoption("--examples")),
            "--phases",
            "examples,coverage,fuzzing",
        ]
        done = subprocess.run(command, capture_output=True, text=True, check=False, cwd=tmp_path)
    ledger.close()
    told = [
        line.strip() for line in done.stdout.splitlines() if "generated" in line or "passed" in line or "failed" in line
    ]
    show("openapi", {"exit": done.returncode, "told": " / ".join(told)})
    assert done.returncode == 0, done.stdout[-6000:]
