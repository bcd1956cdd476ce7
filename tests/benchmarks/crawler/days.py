"""A crawl by a clock on which a day passes in a second: `python -m tests.benchmarks.crawler.days JOB.json`.

The clock is an argument of the crawl, so nothing of it is replaced; delays and deadlines go by the machine's own.
"""

import sys
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

from crawler.job import from_json
from crawler.run import run

BEGAN, BEGAN_S = datetime(2026, 11, 1, 12, tzinfo=UTC), time.monotonic()


def clock() -> datetime:
    """The time: as many days after the beginning as seconds have passed."""
    return BEGAN + timedelta(days=time.monotonic() - BEGAN_S)


if __name__ == "__main__":
    sys.exit(run(from_json(Path(sys.argv[1]).read_text()), clock, lambda _: None))
