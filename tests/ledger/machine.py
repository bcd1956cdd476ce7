"""The journal, its tree and its checkpoints beside a plain model of them: what a state machine plays with.

The model is a list of leaves as RFC 8785 writes them, and the root as RFC 6962 defines it. Whatever order things happen
in, the ledger has the model's size and root after every step; everything signed or proved holds against the model.
"""

import sqlite3
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
import rfc8785
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)
from sqlalchemy import URL, Connection, text
from sqlalchemy.exc import DBAPIError

from ledger.attest import attest
from ledger.audit import audit, audit_in
from ledger.checkpoints import Checkpoint, open_checkpoint
from ledger.journal import Event, Stamp, append, append_all
from ledger.merkle import EMPTY, consistency, inclusion, is_consistent, leaf_hash, node_hash, root, root_of_inclusion
from ledger.notes import SecretKey
from ledger.store import Ledger, open_ledger
from ledger.tree import blocks_of, size_of
from tests.conftest import do

KEY = SecretKey("example.dk/ledger", bytes(range(32)))
STAMP = Stamp("tester", datetime(2026, 11, 24, 12, tzinfo=UTC))
AT = "2026-11-24T12:00:00.000000Z"
AUDITED_MAX = 1500
"""Entries up to which a step reads the whole journal."""

REFUSED = (
    "UPDATE entry SET actor = 'x' WHERE seq = {n}",
    "DELETE FROM entry WHERE seq >= {n}",
    "INSERT INTO entry SELECT {n}, recorded_at, kind, subject, actor, body, digest FROM entry WHERE seq = 0",
    "INSERT INTO entry SELECT {n} + 100000, recorded_at, kind, subject, actor, body, digest FROM entry WHERE seq = 0",
    "INSERT INTO subtree VALUES (1, 99999, '')",
)
TAMPERED = (
    "UPDATE entry SET actor = 'x' WHERE seq = {n}",
    "UPDATE entry SET digest = 'x' WHERE seq = {n}",
    "DELETE FROM entry WHERE seq = {n}",
    "DELETE FROM entry WHERE seq >= {n}",
    "UPDATE entry SET seq = -1 - seq WHERE seq = {n}",
)
COUNTS = st.sampled_from((1, 1, 1, 2, 3, 7, 40, 255, 256, 257))
BODIES = st.dictionaries(st.sampled_from(("n", "æ", "b\n")), st.integers(-5, 5) | st.text('aÆ"\\\n\x01€𝄞', max_size=5))


class Model:
    """Leaves in a list, and the root over the first of them by the definition; whole halves are remembered."""

    def __init__(self) -> None:
        self.leaves: list[bytes] = []
        self._known: dict[tuple[int, int], bytes] = {}

    def root(self, size: int) -> bytes:
        """The root over the first `size` leaves."""
        return self._root(0, size) if size else EMPTY

    def _root(self, low: int, high: int) -> bytes:
        if high - low == 1:
            return leaf_hash(self.leaves[low])
        if (low, high) not in self._known:
            split = 1
            while split * 2 < high - low:
                split *= 2
            self._known[low, high] = node_hash(self._root(low, low + split), self._root(low + split, high))
        return self._known[low, high]


class Machine(RuleBasedStateMachine):
    """A ledger on an empty database that `fresh` gives the URL of."""

    def __init__(self, fresh: Callable[[], str]) -> None:
        super().__init__()
        self.url = fresh()
        self.ledger: Ledger = open_ledger(self.url)
        self.model = Model()
        self.notes: list[str] = []

    @property
    def size(self) -> int:
        """How many entries there are to be."""
        return len(self.model.leaves)

    @initialize()
    def begin(self) -> None:
        """An empty ledger is signed too."""
        self.sign()

    @rule(count=COUNTS, body=BODIES, at_once=st.booleans())
    def enter(self, count: int, body: dict[str, Any], at_once: bool) -> None:  # noqa: FBT001 - a rule's argument
        """Events are entered in one transaction, at once or one by one."""
        events = [Event("try", "source:a", body)] * count
        with self.ledger.writing() as connection:
            if at_once:
                assert append_all(connection, STAMP, events) == self.size
            else:
                assert [append(connection, STAMP, event) for event in events[:9]] == [
                    *range(self.size, self.size + min(count, 9))
                ]
        said = {"recorded_at": AT, "kind": "try", "subject": "source:a", "actor": "tester", "body": body}
        for _ in range(count if at_once else min(count, 9)):
            self.model.leaves.append(rfc8785.dumps({"seq": self.size, **said}))

    @rule(count=COUNTS)
    def fail(self, count: int) -> None:
        """A transaction that fails leaves nothing."""

        def attempt() -> None:
            with self.ledger.writing() as connection:
                append_all(connection, STAMP, [Event("try", "source:a", {})] * count)
                raise ZeroDivisionError

        with pytest.raises(ZeroDivisionError):
            attempt()

    @rule()
    def sign(self) -> None:
        """A checkpoint is signed after the last one, and says what the model does."""
        note = attest(self.ledger, KEY, self.notes[-1] if self.notes else None)
        assert open_checkpoint(note, KEY.public) == Checkpoint(KEY.name, self.size, self.model.root(self.size))
        self.notes.append(note)

    @precondition(lambda self: self.size)
    @rule(data=st.data())
    def prove(self, data: st.DataObject) -> None:
        """Any entry is proved under any size that has it, and no other entry is."""
        size = data.draw(st.integers(1, self.size))
        index = data.draw(st.integers(0, size - 1))
        with self.ledger.reading() as connection:
            path = inclusion(index, size, blocks_of(connection))
        assert root_of_inclusion(leaf_hash(self.model.leaves[index]), index, size, path) == self.model.root(size)
        assert root_of_inclusion(leaf_hash(b"other"), index, size, path) != self.model.root(size)

    @rule(data=st.data())
    def follow(self, data: st.DataObject) -> None:
        """Of two checkpoints the later one proves to begin with the earlier."""
        notes = [data.draw(st.sampled_from(self.notes)) for _ in range(2)]
        old, new = sorted((open_checkpoint(note, KEY.public) for note in notes), key=lambda one: one.size)
        with self.ledger.reading() as connection:
            path = consistency(old.size, new.size, blocks_of(connection))
        assert is_consistent((old.size, old.root), (new.size, new.root), path)
        assert old.size in (0, new.size) or not is_consistent((old.size, leaf_hash(b"")), (new.size, new.root), path)

    @precondition(lambda self: self.size)
    @rule(data=st.data(), statement=st.sampled_from(REFUSED))
    def refuse(self, data: st.DataObject, statement: str) -> None:
        """The database refuses to change, remove, replace or skip."""
        number = data.draw(st.integers(0, self.size - 1))
        with pytest.raises(DBAPIError, match="append-only"), self.ledger.writing() as connection:
            connection.execute(text(statement.format(n=number)))

    @precondition(lambda self: 0 < self.size <= AUDITED_MAX)
    @rule(data=st.data(), statement=st.sampled_from(TAMPERED))
    def tamper(self, data: st.DataObject, statement: str) -> None:
        """With the triggers dropped it does not, and the audit tells, of a cut tail by the checkpoint."""
        self.sign()
        number = data.draw(st.integers(0, self.size - 1))
        with self.ledger.engine.connect() as connection:
            connection.begin()
            drop_triggers(connection)
            connection.exec_driver_sql(statement.format(n=number))
            assert audit_in(connection, self._known()).findings
            connection.rollback()

    @precondition(lambda self: self.size <= AUDITED_MAX)
    @rule()
    def audit(self) -> None:
        """The whole journal fits every checkpoint."""
        found = audit(self.ledger, self._known())
        assert (found.findings, found.entries, found.root) == ((), self.size, self.model.root(self.size))

    @rule()
    def reopen(self) -> None:
        """What was committed is there for the next who opens it."""
        self.ledger.close()
        self.ledger = open_ledger(self.url)

    @invariant()
    def is_the_model(self) -> None:
        """Size and root are the model's."""
        with self.ledger.reading() as connection:
            assert size_of(connection) == self.size
            assert root(self.size, blocks_of(connection)) == self.model.root(self.size)

    def teardown(self) -> None:
        """Close the ledger."""
        self.ledger.close()

    def _known(self) -> dict[str, Checkpoint]:
        return {str(number): open_checkpoint(note, KEY.public) for number, note in enumerate(self.notes)}


def play(fresh: Callable[[], str], steps: int, steps_max: int) -> int:
    """Let machines of at most `steps_max` steps run, each on a database of its own, until `steps` were taken.

    Returns how many were.
    """
    every = settings(
        max_examples=4,
        stateful_step_count=steps_max,
        deadline=None,
        database=None,
        suppress_health_check=list(HealthCheck),
    )
    taken = 0

    class Counting(Machine):
        @invariant()
        def count(self) -> None:
            """One more step was taken."""
            nonlocal taken
            taken += 1

    while taken < steps:
        run_state_machine_as_test(lambda: Counting(fresh), settings=every)
    return taken


def drop_triggers(connection: Connection) -> None:
    """Drop what keeps the journal and the books from being changed."""
    if connection.dialect.name == "sqlite":
        for name in connection.scalars(text("SELECT name FROM sqlite_master WHERE type = 'trigger'")).all():
            connection.exec_driver_sql(f"DROP TRIGGER {name}")
    else:
        for name in ("entry", "subtree", "account", "booking", "posting"):
            connection.exec_driver_sql(f"ALTER TABLE {name} DISABLE TRIGGER ALL")


def fresh_sqlite(folder: Path) -> Callable[[], str]:
    """Give URLs of empty ledgers in files, copies of one that was made."""
    made = folder / "made.sqlite"
    open_ledger(f"sqlite:///{made}").close()
    counter = iter(range(10**9))

    def fresh() -> str:
        file = folder / f"{next(counter)}.sqlite"
        with sqlite3.connect(made) as source, sqlite3.connect(file) as target:
            source.backup(target)
        source.close()
        target.close()
        return f"sqlite:///{file}"

    return fresh


def fresh_postgresql(server: URL) -> Callable[[], str]:
    """Give URLs of empty ledgers in databases of a server, copies of one that was made."""
    counter = iter(range(10**9))
    do(server, "DROP DATABASE IF EXISTS made", "CREATE DATABASE made")
    open_ledger(server.set(database="made").render_as_string(hide_password=False)).close()

    def fresh() -> str:
        name = f"copy{next(counter)}"
        do(server, f"DROP DATABASE IF EXISTS {name}", f"CREATE DATABASE {name} TEMPLATE made")
        return server.set(database=name).render_as_string(hide_password=False)

    return fresh
