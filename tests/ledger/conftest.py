"""Every test that asks for `ledger` or `url` runs on SQLite and on a real PostgreSQL, on an empty database.

Who asks for `ledger` gets a copy of an empty one that was made once: its migrations take longer than most tests.
"""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import URL

from ledger.store import Ledger, open_ledger
from tests.conftest import do


@pytest.fixture(scope="session")
def made_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The file of an empty ledger."""
    file = tmp_path_factory.mktemp("made") / "ledger.sqlite"
    open_ledger(f"sqlite:///{file}").close()
    return file


@pytest.fixture(scope="session")
def made_database(postgresql: URL) -> str:
    """The name of a database with an empty ledger."""
    do(postgresql, "CREATE DATABASE made_once")
    open_ledger(postgresql.set(database="made_once").render_as_string(hide_password=False)).close()
    return "made_once"


@pytest.fixture(params=["sqlite", "postgresql"])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """The URL of an empty database, on one engine and then on the other; of a ledger, where the test asks for one."""
    is_wanted = "ledger" in request.fixturenames
    if request.param == "sqlite":
        file = tmp_path / "ledger.sqlite"
        if is_wanted:
            shutil.copyfile(request.getfixturevalue("made_file"), file)
        return f"sqlite:///{file}"
    if not is_wanted:
        return str(request.getfixturevalue("postgresql_url"))
    server, made = request.getfixturevalue("postgresql"), request.getfixturevalue("made_database")
    do(server, "DROP DATABASE IF EXISTS ledger WITH (FORCE)", f"CREATE DATABASE ledger TEMPLATE {made}")
    return str(server.set(database="ledger").render_as_string(hide_password=False))


@pytest.fixture
def ledger(url: str) -> Iterator[Ledger]:
    """An empty ledger."""
    opened = open_ledger(url)
    yield opened
    opened.close()
