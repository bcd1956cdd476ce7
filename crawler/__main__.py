"""`python -m crawler JOB.json`: one crawl, or one intake of files, in one process.

Events go to stdout as JSON, one a line; logs to stderr. Exit 0: complete, with nothing or no budget left;
3: interrupted, run it again to go on; 1: an error, with a message. SIGTERM stops at a clean point. The process dies
with the thread that started it.
"""

import ctypes
import json
import os
import signal
import sqlite3
import sys
from datetime import UTC, datetime
from pathlib import Path
from types import FrameType
from typing import Any

ERROR, INCOMPLETE = 1, 3
_PR_SET_PDEATHSIG = 1


def main(arguments: list[str]) -> int:
    """Run the job in the file that is named; returns the exit code."""
    _die_with_parent()
    signal.signal(signal.SIGTERM, _stop_before_beginning)
    if len(arguments) != 1:
        return _error("Name one job file: python -m crawler JOB.json")
    # Imported late: a wish to stop that comes while Scrapy is being imported must find the handler above.
    from crawler import job, run  # noqa: PLC0415
    from crawler.browser.chromium import BrowserError  # noqa: PLC0415
    from crawler.intake import run as intake  # noqa: PLC0415

    try:
        wanted = job.from_json(Path(arguments[0]).read_text(encoding="utf-8"))
        work = run.run if wanted.intake is None else intake.run
        return work(wanted, lambda: datetime.now(UTC), _say)
    except (OSError, sqlite3.Error) as error:
        return _error(f"{error}: is the path right, and is there room on the disk?")
    except (job.JobError, run.CrawlError, BrowserError) as error:
        return _error(str(error))


def _say(event: dict[str, Any]) -> None:
    sys.stdout.write(json.dumps(event, ensure_ascii=False, sort_keys=True) + "\n")
    sys.stdout.flush()


def _error(message: str) -> int:
    sys.stderr.write(message + "\n")
    return ERROR


def _stop_before_beginning(number: int, frame: FrameType | None) -> None:
    del number, frame
    sys.exit(INCOMPLETE)


def _die_with_parent() -> None:
    """Ask the kernel for SIGTERM when the parent is gone; it may be gone already."""
    parent = os.getppid()
    ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGTERM)
    if os.getppid() != parent:
        sys.exit(INCOMPLETE)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
