"""Publishing through a proxy that fails three requests in ten, two publishers at once, and a sweep that never rests.

The store is moto in a process of its own. Each publisher packs shards, seals under the next version that is free, and
shows the release, as the flow does; what it packs was often left by a killed run before. The sweep takes what is a
moment old already, so it is after all that is packed. One publisher in ten is killed between the ledger's row and the
manifest, and the next run shows what it left. A reader looks all the while.

* half-visible: a manifest can be seen, and one of its shards, or what lies beside it, cannot.
* lost: in the end a release of the ledger is not shown, not as it was sealed, or misses a shard's bytes.
* false failures: a publish ends with an error although the store answers seven requests in ten.
"""

import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from corpus import s3_faults
from flows import sweeping
from tests.benchmarks.figures import show
from tests.conftest import s3_settings
from tests.flows.publishing import race


@contextmanager
def moto() -> Iterator[str]:
    """A store in a process of its own."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    command = [sys.executable, "-m", "moto.server", "-H", "127.0.0.1", "-p", str(port)]
    with subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as server:
        try:
            for _ in range(600):
                with socket.socket() as knock:
                    if knock.connect_ex(("127.0.0.1", port)) == 0:
                        break
                time.sleep(0.1)  # nothing tells when it listens but knocking
            yield f"http://127.0.0.1:{port}"
        finally:
            server.terminate()


def test_publishing_through_faults(
    request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whatever fails and whoever races, a release is shown whole or not at all, none is lost, none fails falsely."""
    count, seed = request.config.getoption("--publishes"), request.config.getoption("--seed")
    monkeypatch.setattr(s3_faults, "PAUSE_S_MIN", 0.01)  # the proxy does not recover by waiting
    monkeypatch.setattr(sweeping, "LOOK_S", 0.02)
    with moto() as url:
        figures, wrong = race(count, seed, s3_settings(url, "corpus"), tmp_path)
    show("publish", figures)
    assert wrong == []
    assert figures["published"] == count
    assert (figures["half visible"], figures["lost"]) == (0, 0)
