"""A run that is killed or stopped anywhere goes on, and releases what an undisturbed one does."""

import shutil
import signal
import time
from contextlib import suppress
from dataclasses import replace
from pathlib import Path

from flows.stopping import MESSAGE
from tests.flows.conftest import Demo
from tests.flows.released import said

STOP_S_MAX = 90
GONE_S_MAX = 10
"""Seconds until the kernel and Prefect's server, which dies with the job, have done their part on a busy machine."""


def test_killed_in_its_crawl_the_release_says_the_same(demo: Demo, tmp_path: Path) -> None:
    """Killed as it crawls, and then run to its end: the same texts on the same right, wherever they were captured."""
    other = replace(demo, data=tmp_path / "data")
    other.kill_at("crawling")
    assert other.run()["release"]["version"] == "0.1.0"
    assert said(other.released()) == said(demo.released())


def test_killed_behind_its_crawls_the_release_is_the_same(demo: Demo, tmp_path: Path) -> None:
    """Killed in refinement, after deduplication and while packing, and then run to its end: the same bytes."""
    other = replace(demo, data=tmp_path / "data")
    shutil.copytree(demo.data / "captures", other.data / "captures")
    asked = len(demo.seen)
    for event in ("refine", "deduped", "packed"):
        other.kill_at(event)
    assert other.run()["release"]["version"] == "0.1.0"
    assert len(demo.seen) == asked
    assert other.released() == demo.released()


def test_stopped_by_a_signal_it_ends_soon_and_goes_on(demo: Demo, prefect_home: dict[str, str], tmp_path: Path) -> None:
    """Asked to stop in the middle of its crawls, the job tells how to go on, leaves no crawl behind, and does go on.

    By either signal: it is stopped by one, and as it goes on by the other.
    """
    other = replace(demo, data=tmp_path / "data", prefect=prefect_home)  # its server, too, has to end
    for number in (signal.SIGTERM, signal.SIGINT):
        began = time.monotonic()
        code, told = other.kill_at("crawling", number)
        assert code == 128 + number
        assert [event["message"] for event in told if event["event"] in {"stopped", "problem"}] == [MESSAGE]
        assert time.monotonic() - began < STOP_S_MAX
        assert not left(f"FODAFTRYK_DATA={other.data}")
    assert replace(other, prefect=demo.prefect).run()["release"]["version"] == "0.1.0"
    assert said(other.released()) == said(demo.released())


def left(variable: str) -> list[str]:
    """What is left, after a moment, of the processes that a variable of the environment was set for."""
    deadline = time.monotonic() + GONE_S_MAX
    while (still := alive(variable)) and time.monotonic() < deadline:
        time.sleep(0.05)
    return still


def alive(variable: str) -> list[str]:
    """Processes that a variable of the environment was set for, but those that only wait to be buried."""
    found = []
    for folder in Path("/proc").glob("[0-9]*"):
        with suppress(FileNotFoundError, ProcessLookupError, PermissionError):
            if variable.encode() in (folder / "environ").read_bytes().split(b"\0"):
                found.append((folder / "cmdline").read_text())
    return found
