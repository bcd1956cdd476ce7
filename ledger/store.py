"""The ledger's database: opened, brought up to date, read and written.

SQLite needs nothing and is the default; PostgreSQL takes many writers. Both keep the same promises. A write is one
transaction, and writers take turns from its first statement on (SQLite: BEGIN IMMEDIATE; PostgreSQL: an advisory lock),
so what a writer has looked up stays true until it commits, and the journal's numbers have no gaps.
"""

import fcntl
import os
import sqlite3
import ssl
import zlib
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from sqlalchemy import URL, Connection, Engine, create_engine, event, func, inspect, make_url, select, text
from sqlalchemy.engine.interfaces import DBAPIConnection, Dialect
from sqlalchemy.exc import ArgumentError, DBAPIError, DisconnectionError, InterfaceError, OperationalError
from sqlalchemy.pool import NullPool

from ledger.errors import LedgerUnavailable, RecordRefused
from ledger.tls import TLS_ASKED, tls_asked

HEAD = "0009"
"""The newest revision of the schema, in `ledger/migrations/versions`."""

LOCK_KEY = 0x466F6461
"""Number of the advisory lock that makes writers take turns on PostgreSQL: the letters `Foda`."""

_ALIVE = {"tcp_keepalives_idle": 60, "tcp_keepalives_interval": 10, "tcp_keepalives_count": 6}
"""How PostgreSQL finds out in two minutes, and not in two hours, that who has a turn has lost power or network."""

BUSY_S_MAX = 60
"""How long a writer waits for its turn: recording a release of hundreds of sources takes a second or two."""

WORLDLY_STATES = ("28", "3D000", "53", "55P03", "57", "58")
"""How the SQLSTATE begins of: a refused user, no such database, no room, no turn, a server going down, a bad disk."""

BEYOND_STATES = ("22003", "22008", "22021")
"""SQLSTATEs of a number or a day that is too large, and of a text with a character the database has no room for."""

_BEYOND = "a number, a day or a text is beyond what the ledger can keep: see how it is written, and write it anew"

_FORMS = "write sqlite:///path or postgresql://user:password@host/name"

_ASKED = {"application_name", "unix_sock", *TLS_ASKED}
"""What an address of PostgreSQL may say behind its question mark."""

_WRITES = "ledger_writes"
"""Execution option that tells the begin of a writing transaction from that of a reading one."""


@dataclass(frozen=True, slots=True)
class Ledger:
    """An open ledger, at the newest schema. Safe to share between threads, not between processes."""

    engine: Engine

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """Give a transaction that sees one state of the ledger.

        Raises:
            LedgerUnavailable: the database does not answer.

        """
        with _explained(self.engine.url), self.engine.begin() as connection:
            if self.engine.dialect.name == "postgresql":
                connection.execute(text("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY"))
            yield connection

    @contextmanager
    def writing(self) -> Iterator[Connection]:
        """Give a transaction that is alone in writing until it ends; an exception undoes all of it.

        Raises:
            LedgerUnavailable: the database does not answer, or another writer kept it for `BUSY_S_MAX` seconds.

        """
        engine = self.engine.execution_options(**{_WRITES: True})
        with _explained(engine.url), engine.begin() as connection:
            if engine.dialect.name == "postgresql":
                connection.execute(select(func.set_config("lock_timeout", f"{int(BUSY_S_MAX * 1000)}ms", True)))  # noqa: FBT003  true: for this transaction
                connection.execute(select(func.pg_advisory_xact_lock(LOCK_KEY)))
            yield connection

    @contextmanager
    def turn(self, name: str) -> Iterator[bool]:
        """Have the turn at some work within the block, on all machines; gives whether nobody else has it.

        On PostgreSQL it is a lock of the session, so who is killed gives it back. SQLite serves one machine, on which a
        file's lock does: there it is always one's turn. A connection that breaks meanwhile loses the turn untold, so
        what may not be done twice needs a check of its own in its transaction.

        Raises:
            LedgerUnavailable: the database does not answer.

        """
        if self.engine.dialect.name != "postgresql":
            yield True
            return
        with _explained(self.engine.url):
            session = self.engine.connect().execution_options(isolation_level="AUTOCOMMIT")
        try:
            with _explained(self.engine.url):
                is_ours = _takes_turn(session, name)
            yield is_ours
        finally:
            with suppress(DBAPIError, ConnectionError):  # what is broken holds no turn; the driver says it in two ways
                session.execute(text("SELECT pg_advisory_unlock_all()"))
            session.invalidate()  # a session that had a turn is used for nothing else
            session.close()

    def close(self) -> None:
        """Close every connection."""
        self.engine.dispose()


def open_ledger(url: str) -> Ledger:
    """Open the ledger at `sqlite:///path` or `postgresql://user:password@host/name`; make or upgrade its tables.

    Raises:
        LedgerUnavailable: the URL is of another kind, the database cannot be reached or the folder not be written, or
            a newer program wrote the ledger. The message says which, without the password.

    """
    target = _target(url)
    ledger = Ledger(_engine(target))
    try:
        with ledger.reading() as connection:
            current = _revision(connection)
        if current != HEAD:
            from ledger.migrate import upgrade  # noqa: PLC0415 - Alembic loads for half a second, and is needed once

            with ledger.writing() as connection:
                upgrade(connection)
    except LedgerUnavailable:
        ledger.close()
        raise
    return ledger


def _takes_turn(session: Connection, name: str) -> bool:
    for setting, value in _ALIVE.items():
        session.execute(select(func.set_config(setting, str(value), False)))  # noqa: FBT003  false: for the session
    number = zlib.crc32(name.encode()) - 2**31  # two locks in one are apart from the writers', which is one number
    lock = text(f"SELECT pg_try_advisory_lock({LOCK_KEY}, {number})")
    return bool(session.scalar(lock))


def _revision(connection: Connection) -> str | None:
    """The schema's revision; None in a new database."""
    if not inspect(connection).has_table("alembic_version"):
        return None
    revision: str | None = connection.scalar(text("SELECT version_num FROM alembic_version"))
    return revision


def _target(url: str) -> URL:
    try:
        target = make_url(url)
    except ArgumentError as error:
        raise LedgerUnavailable(f"the ledger's address is no database URL: {_FORMS}") from error
    if target.drivername in ("postgresql", "postgresql+pg8000"):
        unknown = target.query.keys() - _ASKED
        if unknown or not target.username:
            what = f"{', '.join(sorted(unknown))} is not known" if unknown else "it names no user"
            raise LedgerUnavailable(f"the ledger's address cannot be used, as {what}: {_FORMS}")
        return target.set(drivername="postgresql+pg8000")
    if target.drivername != "sqlite":
        raise LedgerUnavailable(f"the ledger cannot live in {target.drivername}: {_FORMS}")
    if target.database in (None, "", ":memory:"):
        raise LedgerUnavailable(
            "a ledger in memory would forget what is owed: name a file, as in sqlite:///ledger.sqlite"
        )
    return target


def _engine(target: URL) -> Engine:
    if target.drivername != "sqlite":
        plain = target.difference_update_query(TLS_ASKED)
        engine = create_engine(plain, connect_args={"ssl_context": tls_asked(target)})
        engine.dialect.use_insertmanyvalues_wo_returning = True  # pg8000 else asks the server twice for each row
        event.listen(engine, "checkout", partial(_check_alive, engine.dialect))
        return engine
    folder = Path(str(target.database)).parent
    try:
        folder.mkdir(parents=True, exist_ok=True)
        _switch_to_wal(target, folder)
    except OSError as error:
        raise LedgerUnavailable(
            f"the ledger's folder {folder} cannot be used ({error.strerror}): choose another, or fix its permissions"
        ) from error
    engine = create_engine(target, connect_args={"timeout": BUSY_S_MAX})
    event.listen(engine, "connect", _set_up_sqlite)
    event.listen(engine, "begin", _begin_sqlite)
    return engine


def _check_alive(dialect: Dialect, connection: DBAPIConnection, _record: object, _proxy: object) -> None:
    """Have another connection taken where one broke while it lay in the pool.

    SQLAlchemy's own look misses most of them, since pg8000 hands on the network's `ConnectionResetError` as it is.
    """
    try:
        dialect.do_ping(connection)
    except (dialect.loaded_dbapi.Error, ConnectionError) as error:
        raise DisconnectionError from error


def _switch_to_wal(target: URL, folder: Path) -> None:
    """Switch a new file to WAL, which stays in the file; one at a time, as SQLite does not wait for its turn here."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX)
        with _explained(target), create_engine(target, poolclass=NullPool).connect() as connection:
            connection.exec_driver_sql("PRAGMA journal_mode = WAL")
    finally:
        os.close(handle)


def _set_up_sqlite(connection: sqlite3.Connection, _record: object) -> None:
    """Make SQLite durable and strict, and leave BEGIN to `_begin_sqlite`."""
    connection.isolation_level = None
    connection.execute("PRAGMA synchronous = FULL")  # NORMAL may lose the last acknowledged rows when the power goes
    connection.execute("PRAGMA foreign_keys = ON")
    connection.execute("PRAGMA recursive_triggers = ON")  # else INSERT OR REPLACE deletes past a DELETE trigger


def _begin_sqlite(connection: Connection) -> None:
    writes = connection.get_execution_options().get(_WRITES, False)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")


def _shown(target: URL) -> str:
    return target.render_as_string(hide_password=True)


@contextmanager
def _explained(target: URL) -> Iterator[None]:
    """Turn the driver's complaints about the world into `LedgerUnavailable`; those about our own SQL pass."""
    try:
        yield
    except DBAPIError as error:
        if _is_of_the_world(error):
            raise LedgerUnavailable(_remedy(target, error)) from error
        if _state(error) in BEYOND_STATES:
            raise RecordRefused(_BEYOND) from error
        raise
    except ConnectionResetError as error:  # the driver hands on what the network says while it reads
        raise LedgerUnavailable(
            f"the connection to the ledger {_shown(target)} broke ({error}): see that its server runs, and run again"
        ) from error
    except ssl.SSLError as error:
        raise LedgerUnavailable(
            f"the ledger {_shown(target)} cannot be trusted ({error}): see that its certificate is for that host and "
            "that sslrootcert names whose authority it is"
        ) from error
    except (OverflowError, UnicodeEncodeError) as error:  # what SQLite's driver says of the same
        raise RecordRefused(_BEYOND) from error


def _is_of_the_world(error: DBAPIError) -> bool:
    """Tell whether the database, and not what we asked of it, is at fault."""
    if isinstance(error, OperationalError | InterfaceError) or error.connection_invalidated:
        return True
    if type(error.orig) is sqlite3.DatabaseError:  # exactly that class: the file is no database, or is damaged
        return True
    return _state(error).startswith(WORLDLY_STATES)


def _state(error: DBAPIError) -> str:
    """The SQLSTATE, as pg8000 hands it over; empty where there is none."""
    details = error.orig.args[0] if error.orig is not None and error.orig.args else None
    return str(details.get("C", "")) if isinstance(details, dict) else ""


def _remedy(target: URL, error: DBAPIError) -> str:
    if target.drivername == "sqlite":
        remedy = "check that the folder can be written, the disk is not full and no other program keeps the file open"
    else:
        remedy = "check that the server runs, and that the user and the database exist"
    return f"the ledger {_shown(target)} cannot be used ({error.orig}): {remedy}"
