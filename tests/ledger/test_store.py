"""Opening a ledger: made, upgraded, and refused with a remedy."""

import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import date
from pathlib import Path

import pytest
from alembic import command
from alembic.script import ScriptDirectory
from sqlalchemy import URL, inspect, make_url, text

from ledger.errors import LedgerUnavailable, RecordRefused
from ledger.invoices import invoice
from ledger.journal import canonical
from ledger.migrate import MIGRATIONS, alembic_config
from ledger.sources import source
from ledger.store import HEAD, Ledger, _switch_to_wal, open_ledger


def test_opening_makes_the_tables_and_opening_again_changes_nothing(url: str) -> None:
    """A ledger that is not there is made with its folder; the second time it is just opened."""
    for _ in range(2):
        ledger = open_ledger(url)
        with ledger.reading() as connection:
            assert inspect(connection).has_table("entry")
            assert connection.scalar(text("SELECT version_num FROM alembic_version")) == HEAD
        ledger.close()


def test_the_program_knows_its_newest_revision() -> None:
    """The revision an open compares with is the head of the migrations."""
    assert ScriptDirectory(str(MIGRATIONS)).get_current_head() == HEAD


def test_the_migrations_lead_to_the_tables_of_the_program(ledger: Ledger) -> None:
    """Alembic finds no difference between the migrated database and the tables the program works with."""
    with ledger.writing() as connection:
        command.check(alembic_config(connection))


def test_the_schema_can_be_taken_down_and_built_again(ledger: Ledger) -> None:
    """Downgrading to base leaves no table, function or trigger of ours, and upgrading builds them anew."""
    with ledger.writing() as connection:
        command.downgrade(alembic_config(connection), "base")
        assert inspect(connection).get_table_names() == ["alembic_version"]
        command.upgrade(alembic_config(connection), "head")
        command.check(alembic_config(connection))


def test_sqlite_is_set_to_lose_nothing(tmp_path: Path) -> None:
    """SQLite runs with WAL, full synchronisation, foreign keys and triggers that also fire for REPLACE."""
    ledger = open_ledger(f"sqlite:///{tmp_path}/a/b/ledger.sqlite")
    with ledger.reading() as connection:
        wanted = {"journal_mode": "wal", "synchronous": 2, "foreign_keys": 1, "recursive_triggers": 1}
        assert {name: connection.scalar(text(f"PRAGMA {name}")) for name in wanted} == wanted
    ledger.close()


def test_new_files_can_be_opened_by_many_at_once(tmp_path: Path) -> None:
    """SQLite fails at once, without waiting, when two switch a new file to WAL; ours take turns."""
    start = threading.Barrier(8, timeout=30)  # so that one that fails ends the others too

    def switch(_: int) -> None:
        for file in range(60):
            start.wait()
            _switch_to_wal(make_url(f"sqlite:///{tmp_path}/{file}.sqlite"), tmp_path)

    with ThreadPoolExecutor(8) as pool:
        assert list(pool.map(switch, range(8))) == [None] * 8


def test_a_ledger_from_a_newer_program_is_not_touched(url: str) -> None:
    """An unknown revision is an error that says to update the program."""
    ledger = open_ledger(url)
    with ledger.writing() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    ledger.close()
    with pytest.raises(LedgerUnavailable, match="update the program"):
        open_ledger(url)


@pytest.mark.parametrize(
    "url",
    [
        *("sqlite://", "sqlite:///:memory:", "mysql://a/b", "postgresql+psycopg://a/b", "nonsense", ""),
        *("postgresql://host/name", "postgresql://user@host/name?charset=utf8"),
    ],
)
def test_an_address_that_cannot_hold_a_ledger_is_refused(url: str) -> None:
    """A database in memory, another engine, no user, unknown words and nonsense are refused with forms that work."""
    with pytest.raises(LedgerUnavailable, match="sqlite:///"):
        open_ledger(url)


def test_a_folder_that_cannot_be_made_is_named(tmp_path: Path) -> None:
    """Where a file stands in the folder's place, the message names the folder and what to do."""
    (tmp_path / "file").touch()
    with pytest.raises(LedgerUnavailable, match=r"file cannot be used .* choose another"):
        open_ledger(f"sqlite:///{tmp_path}/file/ledger.sqlite")


def test_a_file_that_is_no_database_or_a_folder_is_refused(tmp_path: Path) -> None:
    """A path that is a folder, and a file with something else in it, are errors with a remedy."""
    (tmp_path / "text").write_text("no database" * 500)
    for path in (tmp_path, tmp_path / "text"):
        with pytest.raises(LedgerUnavailable, match="check that"):
            open_ledger(f"sqlite:///{path}")


def test_an_unreachable_postgresql_is_refused_without_the_password(postgresql: URL) -> None:
    """No server, no such database: the message says what to check and keeps the password to itself."""
    for target in (
        "postgresql://user:hemmelig@127.0.0.1:1/ledger",
        postgresql.set(database="missing", password="hemmelig").render_as_string(hide_password=False),
    ):
        with pytest.raises(LedgerUnavailable, match="check that the server runs") as caught:
            open_ledger(target)
        assert "hemmelig" not in str(caught.value)


def test_a_writer_that_fails_leaves_nothing_behind(ledger: Ledger) -> None:
    """An exception inside a writing transaction undoes it whole."""

    def fail() -> None:
        with ledger.writing() as connection:
            connection.execute(text("DELETE FROM alembic_version"))
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        fail()
    with ledger.reading() as connection:
        assert connection.scalar(text("SELECT count(*) FROM alembic_version")) == 1


def test_a_writer_whose_turn_does_not_come_says_so(url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """When another writer keeps the ledger, the wait ends with an error that can be tried again."""
    monkeypatch.setattr("ledger.store.BUSY_S_MAX", 0.05)
    ledger, other = open_ledger(url), open_ledger(url)
    with other.writing(), pytest.raises(LedgerUnavailable, match="lock"), ledger.writing():
        pass
    with ledger.writing() as connection:
        connection.execute(text("SELECT 1"))
    ledger.close()
    other.close()


def test_reading_goes_on_while_somebody_writes(ledger: Ledger) -> None:
    """A reader neither waits for a writer nor sees what is not yet committed."""
    count = text("SELECT count(*) FROM alembic_version")
    with ledger.writing() as writer:
        writer.execute(text("DELETE FROM alembic_version"))
        with ledger.reading() as reader:
            assert reader.scalar(count) == 1
        writer.rollback()


def test_what_no_database_can_keep_is_refused(ledger: Ledger) -> None:
    """A number beyond its columns and a text that is no Unicode are told as such, on both engines."""
    for number in (2**31, 2**63) if ledger.engine.dialect.name == "postgresql" else (2**63,):
        with pytest.raises(RecordRefused, match="beyond what the ledger can keep"):
            invoice(ledger, number, date(2026, 11, 24))
    with pytest.raises(RecordRefused, match="beyond what the ledger can keep"):
        source(ledger, "avis\udcff")
    with pytest.raises(RecordRefused, match="write texts as UTF-8"):
        canonical(["avis\udcff"])
    with pytest.raises(RecordRefused, match="smaller numbers"):
        canonical([2**53])


def test_a_turn_is_had_on_one_machine_at_a_time(postgresql_url: str) -> None:
    """Who asks meanwhile is told that it is another's; writers go on; who ends, or loses the server, gives it back."""
    one, other = open_ledger(postgresql_url), open_ledger(postgresql_url)
    with one.turn("honour") as ours, other.turn("honour") as theirs, other.turn("release") as else_:
        assert (ours, theirs, else_) == (True, False, True)
        with other.writing(), one.reading():
            pass
    with other.turn("honour") as theirs:
        assert theirs
        with one.writing() as connection:
            connection.execute(
                text("SELECT pg_terminate_backend(pid) FROM pg_locks WHERE locktype = 'advisory' AND objsubid = 2")
            )
    with one.turn("honour") as ours:
        assert ours
    one.close()
    other.close()


def test_a_connection_that_broke_in_the_pool_is_replaced(postgresql_url: str) -> None:
    """A server that was started anew costs nobody a question, however the network tells of it."""
    ledger, other = open_ledger(postgresql_url), open_ledger(postgresql_url)
    for _ in range(10):
        with ledger.reading() as connection:
            number = connection.scalar(text("SELECT pg_backend_pid()"))
        with other.writing() as connection:
            connection.execute(text("SELECT pg_terminate_backend(:number)"), {"number": number})
        with ledger.reading() as connection:
            assert connection.scalar(text("SELECT pg_backend_pid()")) != number
    ledger.close()
    other.close()


def test_sqlite_leaves_turns_to_its_machine(tmp_path: Path) -> None:
    """A file's ledger has nobody elsewhere to wait for."""
    ledger = open_ledger(f"sqlite:///{tmp_path}/ledger.sqlite")
    with ledger.turn("honour") as ours, ledger.turn("honour") as again:
        assert (ours, again) == (True, True)
    ledger.close()
