"""Running a program with all its descendants, and what they took together.

This process becomes their reaper, so that the seconds of a grandchild whose parent ended before it are counted too.
"""

import ctypes
import os
import resource
import signal
import subprocess
import threading
import time
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[3]
SAMPLE_S = 0.1
"""Seconds between two looks at the memory."""

_PR_SET_CHILD_SUBREAPER = 36


@dataclass(frozen=True)
class Took:
    """CPU seconds of all processes, user's and system's; wall seconds; the largest sum of memory, in MB.

    Memory is PSS: a page that several processes share is counted once.
    """

    cpu_s: float
    wall_s: float
    memory_mb: float
    out: str


def measured(command: list[str]) -> Took:
    """Run a command to its end; raises CalledProcessError when it fails.

    It may keep compiled Python, as programs do that are installed, whatever the environment says here.
    """
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    ctypes.CDLL(None).prctl(_PR_SET_CHILD_SUBREAPER, 1)
    before, began, peak = _children_s(), time.monotonic(), [0.0]
    with subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, cwd=ROOT, env=environment
    ) as process:
        done = threading.Event()
        watcher = threading.Thread(target=_watch, args=(process.pid, done, peak))
        watcher.start()
        out, errors = process.communicate()
        done.set()
        watcher.join()
    wall_s = time.monotonic() - began
    _reap()
    if process.returncode:
        raise subprocess.CalledProcessError(process.returncode, command, out, errors[-2000:])
    return Took(_children_s() - before, wall_s, peak[0], out)


def _children_s() -> float:
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def _watch(pid: int, done: threading.Event, peak: list[float]) -> None:
    while not done.wait(SAMPLE_S):
        peak[0] = max(peak[0], sum(_pss_mb(each) for each in _family(pid)))


def _family(pid: int) -> set[int]:
    """A process and its descendants."""
    parents = {}
    for entry in Path("/proc").iterdir():
        if entry.name.isdecimal():
            with suppress(OSError):
                parents[int(entry.name)] = int((entry / "stat").read_text().rpartition(")")[2].split()[1])
    family, size = {pid}, 0
    while len(family) > size:
        size = len(family)
        family |= {child for child, parent in parents.items() if parent in family}
    return family


def _pss_mb(pid: int) -> float:
    with suppress(OSError):
        for line in Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines():
            if line.startswith("Pss:"):
                return int(line.split()[1]) / 1024
    return 0.0


def _reap() -> None:
    """End and count what a program left running."""
    while family := _family(os.getpid()) - {os.getpid()}:
        for pid in family:
            with suppress(OSError):
                os.kill(pid, signal.SIGKILL)
        with suppress(ChildProcessError):
            while os.waitpid(-1, 0):
                pass
