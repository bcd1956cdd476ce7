"""What processes load that are started often: each second is paid on every start, each MB held in every process."""

import subprocess
import sys

import pytest


@pytest.mark.parametrize(
    ("loads", "does_not"),
    [
        ("flows.cli_refine, flows.refine, flows.refining", {"numba", "trafilatura", "sqlalchemy", "prefect", "warcio"}),
        ("crawler.run, crawler.intake.run", {"pyarrow", "numpy", "sqlalchemy", "trafilatura"}),
        ("corpus.pages", {"pyarrow", "numba", "warcio", "mammoth", "pypdfium2", "mwparserfromhell"}),
    ],
)
def test_a_process_loads_what_it_needs(loads: str, does_not: set[str]) -> None:
    """Who writes reads no pages and signs without Numba; workers know no Arrow or rare formats, crawls no tables."""
    code = f"import sys, {loads}; print(*(name for name in sys.modules if '.' not in name))"
    shown = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True)
    assert not does_not & set(shown.stdout.split())
