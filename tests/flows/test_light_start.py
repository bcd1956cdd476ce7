"""What processes load that are started often: each second is paid on every start, each MB held in every process."""

import subprocess
import sys
from pathlib import Path

import pytest

from flows.defaults import limits_and_signing
from flows.settings import Settings


@pytest.mark.parametrize(
    ("loads", "does_not"),
    [
        (
            "flows.cli_refine, flows.defaults, flows.refine, flows.refining",
            {"numba", "trafilatura", "sqlalchemy", "prefect", "warcio", "pydantic_settings"},
        ),
        ("crawler.run, crawler.intake.run", {"pyarrow", "numpy", "sqlalchemy", "trafilatura"}),
        ("corpus.pages", {"pyarrow", "numba", "warcio", "mammoth", "pypdfium2", "mwparserfromhell"}),
    ],
)
def test_a_process_loads_what_it_needs(loads: str, does_not: set[str]) -> None:
    """Who writes reads no pages and signs without Numba; workers know no Arrow or rare formats, crawls no tables."""
    code = f"import sys, {loads}; print(*(name for name in sys.modules if '.' not in name))"
    shown = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True)
    assert not does_not & set(shown.stdout.split())


def test_where_nothing_is_set_the_defaults_need_no_settings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What stands in their place is what the settings would say; a file or a variable, in any case, is heard."""
    monkeypatch.chdir(tmp_path)
    untouched = limits_and_signing()
    assert untouched == (Settings().refine, Settings().dedup)
    (tmp_path / "fodaftryk.toml").write_text("refine.workers = 7\n", encoding="utf-8")
    assert limits_and_signing()[0].workers == 7
    monkeypatch.setenv("fodaftryk_refine__workers", "9")
    assert limits_and_signing()[0].workers == 9
    (tmp_path / "fodaftryk.toml").unlink()
    assert limits_and_signing()[0].workers == 9
