"""Running a crawler as its own process, and what it took."""

import json
import os
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path
from subprocess import PIPE
from typing import Any

from tests.benchmarks.crawler.web import ROOT

PAGE_BUDGET = 100_000


@dataclass(frozen=True)
class Run:
    """What a process took: seconds of CPU (its own and the system's for it) and of wall time, and its largest size.

    `progress` are the crawler's events of that name, each with the CPU seconds that were taken when it came.
    """

    code: int
    cpu_s: float
    wall_s: float
    rss_mb: float
    out: str
    progress: list[tuple[dict[str, Any], float]]


def write_job(folder: Path, proxy: str, hosts: list[str], **wishes: Any) -> Path:
    """Write the job of a crawl as fast as it goes: no delay, on these hosts, beginning with the first."""
    limits = {"pages_max": PAGE_BUDGET, "depth_max": 50, "bytes_max": 10**10, "seconds_max": 3600, "response_s_max": 30}
    row = {
        "source": "maaling",
        "crawl": "c1",
        "folder": str(folder),
        "hosts": hosts,
        "seeds": [f"http://{hosts[0]}/"],
        "delay_s_min": 0,
        "proxy": proxy,
        "user_agent_url": "https://fodaftryk.example/om",
        "status": "confirmed",
        "now": "2026-11-01T12:00:00+00:00",
        **wishes,
        "limits": {**limits, **wishes.get("limits", {})},
    }
    path = folder.with_suffix(".json")
    path.write_text(json.dumps(row))
    return path


def run(module: str, *arguments: str, **environment: str) -> Run:
    """Run a module of ours to its end and measure it."""
    command = [sys.executable, "-m", module, *arguments]
    began, out, progress = time.monotonic(), "", []
    with subprocess.Popen(command, stdout=PIPE, text=True, cwd=ROOT, env={**os.environ, **environment}) as process:
        assert process.stdout is not None
        for line in process.stdout:
            out += line
            if line.startswith("{") and (event := json.loads(line))["event"] == "progress":
                progress.append((event, _cpu_s(process.pid)))
        _, status, used = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
    cpu_s, rss_mb = used.ru_utime + used.ru_stime, used.ru_maxrss / 1024
    return Run(process.returncode, cpu_s, time.monotonic() - began, rss_mb, out, progress)


def _cpu_s(pid: int) -> float:
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")
