"""The kept tree: the same as one built anew, closed to changes, and built over journals that are older than it."""

from datetime import UTC, datetime

import pytest
import rfc8785
from alembic import command
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from ledger.journal import Event, Stamp, append, append_all, canonical
from ledger.leaves import leaf
from ledger.merkle import Frontier, inclusion, leaf_hash, root, root_of_inclusion
from ledger.migrate import alembic_config
from ledger.store import Ledger, open_ledger
from ledger.tree import blocks_of, lines, size_of

STAMP = Stamp("tester", datetime(2026, 11, 24, 12, tzinfo=UTC))
TEXTS = st.text(st.characters(exclude_categories=["Cs"]))


def fill(ledger: Ledger, count: int) -> None:
    """Enter `count` events in one transaction."""
    with ledger.writing() as connection:
        append_all(connection, STAMP, (Event("try", "source:a", {"n": number}) for number in range(count)))


def _frontier(ledger: Ledger) -> Frontier:
    frontier = Frontier()
    with ledger.reading() as connection:
        for line in lines(connection, 0, size_of(connection)):
            frontier.add(leaf_hash(leaf(line)))
    return frontier


def _root(ledger: Ledger) -> bytes:
    with ledger.reading() as connection:
        return root(size_of(connection), blocks_of(connection))


@given(st.integers(0, 2**53 - 1), st.dictionaries(TEXTS, TEXTS | st.integers(-(2**53) + 1, 2**53 - 1)), TEXTS)
def test_a_leaf_is_canonical_json(seq: int, body: dict[str, str | int], written: str) -> None:
    """The bytes put together are those that RFC 8785 writes, whatever characters an entry has."""
    line = (seq, written, written, written, written, canonical(body).decode())
    named = dict.fromkeys(("recorded_at", "kind", "subject", "actor"), written)
    assert leaf(line) == rfc8785.dumps({"seq": seq, "body": body, **named})


def test_the_kept_tree_is_the_one_built_anew(ledger: Ledger) -> None:
    """Appending one at a time and many at once, over the ends of blocks, keeps what a new tree would be."""
    for count in (1, 254, 1, 1, 255, 257, 0, 600):
        fill(ledger, count)
        assert _root(ledger) == _frontier(ledger).root
    with ledger.reading() as connection:
        kept = connection.execute(text("SELECT level, number FROM subtree ORDER BY number")).all()
        assert [tuple(row) for row in kept] == [(1, 0), (1, 1), (1, 2), (1, 3), (1, 4)]
        size = size_of(connection)
        for index, line in enumerate(lines(connection, 0, size)):
            if index % 97 == 0:
                path = inclusion(index, size, blocks_of(connection))
                assert root_of_inclusion(leaf_hash(leaf(line)), index, size, path) == _root(ledger)


def test_many_at_once_are_as_one_by_one(ledger: Ledger) -> None:
    """A batch returns the number of its first event; what goes wrong in it leaves nothing."""
    with ledger.writing() as connection:
        assert append(connection, STAMP, Event("try", "source:a", {})) == 0
        assert append_all(connection, STAMP, [Event("try", "source:a", {})] * 2) == 1
        assert append_all(connection, STAMP, []) == 3
        assert append(connection, STAMP, Event("try", "source:a", {})) == 3


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE subtree SET hash = 'ff'",
        "DELETE FROM subtree",
        "INSERT INTO subtree (level, number, hash) VALUES (1, 0, 'ff')",
        "INSERT INTO subtree (level, number, hash) VALUES (1, 2, 'ff')",
        "INSERT INTO subtree VALUES (1, 0, '') ON CONFLICT (level, number) DO UPDATE SET hash = ''",
    ],
)
def test_no_statement_changes_the_tree(ledger: Ledger, statement: str) -> None:
    """The kept tree is as append-only as the journal."""
    fill(ledger, 300)
    before = _root(ledger)
    with pytest.raises(DBAPIError, match="append-only"), ledger.writing() as connection:
        connection.execute(text(statement))
    assert _root(ledger) == before


def test_the_tree_is_built_over_an_older_journal(ledger: Ledger) -> None:
    """Taking the revision down leaves every entry; taking it up again builds the same tree, and appending goes on."""
    fill(ledger, 700)
    before = _root(ledger)
    with ledger.writing() as connection:
        command.downgrade(alembic_config(connection), "0001")
        assert size_of(connection) == 700
        command.upgrade(alembic_config(connection), "head")
    assert _root(ledger) == before
    fill(ledger, 100)
    assert _root(ledger) == _frontier(ledger).root


def test_postgresql_does_not_truncate_the_tree(postgresql_url: str) -> None:
    """TRUNCATE is refused, also beside the tables that point to nothing else."""
    ledger = open_ledger(postgresql_url)
    with pytest.raises(DBAPIError, match="append-only"), ledger.writing() as connection:
        connection.execute(text("TRUNCATE subtree"))
    ledger.close()


def test_sqlite_does_not_replace_the_tree(tmp_path_factory: pytest.TempPathFactory) -> None:
    """REPLACE, which passes DELETE triggers when recursive triggers are off, is refused."""
    ledger = open_ledger(f"sqlite:///{tmp_path_factory.mktemp('ledger')}/ledger.sqlite")
    fill(ledger, 300)
    with ledger.engine.connect() as connection:
        connection.exec_driver_sql("PRAGMA recursive_triggers = OFF")
        with pytest.raises(DBAPIError, match="append-only"):
            connection.exec_driver_sql("INSERT OR REPLACE INTO subtree (level, number, hash) VALUES (1, 0, 'ff')")
    ledger.close()
