"""The house itself: walls, and documents that agree with the program."""

import re
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import fields, is_dataclass
from pathlib import Path

import pytest

from flows.settings import Settings
from tests.conftest import LONGEST

ROOT = Path(__file__).parents[1]
ROOMS = ("corpus", "crawler", "dedup", "flows", "ledger")


def test_the_walls_hold() -> None:
    """No room imports what it may not."""
    command = [str(Path(sys.executable).with_name("lint-imports")), "--no-cache"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout


@pytest.mark.parametrize("room", ROOMS)
def test_a_room_opens_without_imports(room: str) -> None:
    """A room's `__init__.py` is a docstring and nothing else, and its README is short."""
    text = (ROOT / room / "__init__.py").read_text(encoding="utf-8").strip()
    assert re.fullmatch(r'"""[^"]+"""', text)
    assert 10 <= len((ROOT / room / "README.md").read_text(encoding="utf-8").splitlines()) <= 40


def _keys(kind: object, prefix: str = "") -> Iterator[str]:
    for field in fields(kind):  # type: ignore[arg-type]
        value = getattr(kind, field.name)
        yield from _keys(value, f"{prefix}{field.name}.") if is_dataclass(value) else [f"{prefix}{field.name}"]


def test_every_setting_is_documented() -> None:
    """docs/settings.md has a row for each setting, with its variable."""
    text = (ROOT / "docs" / "settings.md").read_text(encoding="utf-8")
    settings = Settings()
    for name in Settings.model_fields:
        value = getattr(settings, name)
        keys = list(_keys(value, f"{name}.")) if is_dataclass(value) else [name]
        for key in keys:
            variable = "FODAFTRYK_" + key.upper().replace(".", "__")
            assert f"| `{key}` | `{variable}` |" in text, key


def test_every_command_is_in_the_readme_or_the_docs() -> None:
    """Each command of the program is named where its users read."""
    from flows.cli import app

    text = "".join(path.read_text(encoding="utf-8") for path in [ROOT / "README.md", *(ROOT / "docs").glob("*.md")])
    names = [command.callback.__name__ for command in app.registered_commands if command.callback]
    for group in app.registered_groups:
        assert group.typer_instance is not None
        names += [
            f"{group.name} {command.name or command.callback.__name__}"
            for command in group.typer_instance.registered_commands
            if command.callback
        ]
    for name in names:
        assert f"fodaftryk {name}" in text, name


def test_looking_loads_nothing_that_crawls_refines_or_signs() -> None:
    """The command line loads what is slow to load only where it is needed."""
    slow = {"scrapy", "twisted", "prefect", "boto3", "alembic", "trafilatura", "numba"}
    loaded = f"import sys, flows.cli; print({slow} & set(sys.modules))"
    done = subprocess.run([sys.executable, "-c", loaded], cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.stdout.strip() == "set()", done.stdout + done.stderr


def test_the_longest_files_are_there() -> None:
    """The order in which files of tests are begun names none that is gone."""
    assert [name for name in LONGEST if not (ROOT / "tests" / name).is_file()] == []
