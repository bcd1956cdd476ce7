"""Prefect without a server of one's own: quiet, local, and gone when the command is.

`prefect_api` starts Prefect's server as a child on a free port of loopback, with its database in the data folder.
Nothing is sent anywhere, and the child dies with its parent even when that is killed. Who has a server sets
PREFECT_API_URL, and that is used instead.
"""

import ctypes
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from flows.errors import FlowError

START_S_MAX = 180.0
"""How long the server may take to answer: 10 s is usual, a busy machine's first start has taken 60."""

STOP_S_MAX = 10.0
"""How long the server may take to end; one second is usual, and what it holds is not ours to lose."""

_PR_SET_PDEATHSIG = 1


@contextmanager
def prefect_api(data: Path) -> Iterator[Callable[[], None]]:
    """Set Prefect up, before it is first imported, with a server for as long as the block lasts.

    Gives a function that waits until the server answers: what is imported before it is called loads meanwhile. It
    raises FlowError when the server does not come up; its log is in the data folder.
    """
    home = (data / "prefect").resolve()
    home.mkdir(parents=True, exist_ok=True)
    defaults = {
        "PREFECT_HOME": str(home),
        "DO_NOT_TRACK": "1",
        "PREFECT_SERVER_ANALYTICS_ENABLED": "false",
        "PREFECT_LOGGING_LEVEL": "CRITICAL",
    }
    for name, value in defaults.items():
        os.environ.setdefault(name, value)
    if "PREFECT_API_URL" in os.environ:
        yield lambda: None
        return
    with socket.create_server(("127.0.0.1", 0)) as listener, (home / "server.log").open("ab") as log:
        command = [sys.executable, "-m", "flows.embedded", str(listener.fileno())]
        server = subprocess.Popen(command, pass_fds=[listener.fileno()], stdout=log, stderr=log)  # noqa: S603 - ours
        url = os.environ["PREFECT_API_URL"] = f"http://127.0.0.1:{listener.getsockname()[1]}/api"
        try:
            yield lambda: _wait_until_healthy(server, url, Path(log.name))
        finally:
            del os.environ["PREFECT_API_URL"]
            _stop(server)


def _stop(server: subprocess.Popen[bytes]) -> None:
    server.terminate()
    try:
        server.wait(STOP_S_MAX)
    except subprocess.TimeoutExpired:
        server.kill()
        server.wait()


def _wait_until_healthy(server: subprocess.Popen[bytes], url: str, log: Path) -> None:
    deadline = time.monotonic() + START_S_MAX
    while server.poll() is None and time.monotonic() < deadline:
        try:
            with urllib.request.urlopen(f"{url}/health", timeout=5) as answer:  # noqa: S310 - loopback
                if answer.status == 200:
                    return
        except (urllib.error.URLError, TimeoutError):
            time.sleep(0.1)  # the socket listens from the start, so a refusal means that the server is going down
    raise FlowError(f"Prefect's server did not start. Its log: {log}")


def _serve(descriptor: int) -> None:
    """Be the server, on a socket that is bound already."""
    ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGTERM)
    os.environ |= {"PREFECT_UI_ENABLED": "0", "PREFECT__SERVER_EPHEMERAL": "1", "PREFECT__SERVER_FINAL": "1"}
    import uvicorn  # noqa: PLC0415 - only the child pays for it

    uvicorn.run("prefect.server.api.server:create_app", factory=True, fd=descriptor, log_level="error", lifespan="on")


if __name__ == "__main__":
    _serve(int(sys.argv[1]))
