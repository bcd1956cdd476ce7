"""The journal: complete, in order, and closed to every way of changing it."""

import hashlib
import threading
from collections.abc import Callable
from datetime import UTC, datetime, timedelta, timezone

import pytest
import rfc8785
from hypothesis import example, given
from hypothesis import strategies as st
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from ledger.errors import RecordRefused
from ledger.instants import instant_from_text, instant_to_text
from ledger.journal import LEAF_BYTES_MAX, Event, Stamp, append, commitment, entries, new_nonce
from ledger.store import Ledger, open_ledger

NOW = datetime(2026, 11, 24, 12, 0, 0, 123456, tzinfo=UTC)
COLUMNS = "seq, recorded_at, kind, subject, actor, body, digest"
ROW = "'2026-11-24T12:00:00.000000Z', 'forged', 'source:a', 'x', '{}', 'sha256:0'"


def record(ledger: Ledger, count: int = 3) -> None:
    """Enter `count` events, each in its own transaction."""
    for number in range(count):
        with ledger.writing() as connection:
            append(
                connection, Stamp("tester", NOW), Event("try", f"source:{'ab'[number % 2]}", {"n": number, "æ": "ø"})
            )


def test_entries_come_back_in_order_with_aware_instants(ledger: Ledger) -> None:
    """What was entered comes back numbered from 0, with its instant in UTC, and a subject's entries by themselves."""
    record(ledger)
    whole = entries(ledger)
    assert [entry.seq for entry in whole] == [0, 1, 2]
    assert {entry.recorded_at for entry in whole} == {NOW}
    assert whole[0].recorded_at.utcoffset() == timedelta(0)
    assert [entry.seq for entry in entries(ledger, "source:a")] == [0, 2]


def test_a_digest_is_the_hash_of_the_canonical_leaf(ledger: Ledger) -> None:
    """Anybody can make the leaf anew from what the entry says, and arrive at its digest."""
    record(ledger)
    for entry in entries(ledger):
        leaf = rfc8785.dumps(
            {
                "seq": entry.seq,
                "recorded_at": "2026-11-24T12:00:00.123456Z",
                "kind": entry.kind,
                "subject": entry.subject,
                "actor": entry.actor,
                "body": {"n": entry.seq, "æ": "ø"},
            }
        )
        assert entry.digest == "sha256:" + hashlib.sha256(leaf).hexdigest()


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE entry SET body = '{}'",
        "UPDATE entry SET seq = 7 WHERE seq = 2",
        "DELETE FROM entry",
        "DELETE FROM entry WHERE seq = 2",
        f"INSERT INTO entry ({COLUMNS}) VALUES (1, {ROW})",
        f"INSERT INTO entry ({COLUMNS}) VALUES (4, {ROW})",
        f"INSERT INTO entry ({COLUMNS}) VALUES (-1, {ROW})",
        f"INSERT INTO entry ({COLUMNS}) VALUES (NULL, {ROW})",
        f"INSERT INTO entry ({COLUMNS}) VALUES (1, {ROW}) ON CONFLICT (seq) DO UPDATE SET body = '[]'",
        f"INSERT INTO entry ({COLUMNS}) VALUES (3, {ROW}), (1, {ROW})",
    ],
)
def test_no_statement_changes_or_skips_an_entry(ledger: Ledger, statement: str) -> None:
    """Changing, deleting, overwriting and skipping a number are refused by the database itself."""
    _refused(ledger, statement)


@pytest.mark.parametrize("verb", ["INSERT OR REPLACE", "REPLACE", "INSERT OR IGNORE", "UPDATE OR REPLACE"])
@pytest.mark.parametrize("recursive_triggers", ["ON", "OFF"])
def test_sqlite_does_not_replace_entries(
    tmp_path_factory: pytest.TempPathFactory, verb: str, recursive_triggers: str
) -> None:
    """The REPLACE forms, which pass DELETE triggers when recursive triggers are off, change nothing either way."""
    ledger = open_ledger(f"sqlite:///{tmp_path_factory.mktemp('ledger')}/ledger.sqlite")
    statement = (
        "UPDATE OR REPLACE entry SET seq = 1 WHERE seq = 0"
        if verb.startswith("UPDATE")
        else f"{verb} INTO entry ({COLUMNS}) VALUES (1, {ROW})"
    )
    _refused(ledger, f"PRAGMA recursive_triggers = {recursive_triggers}", statement)
    _refused(ledger, statement.replace("(seq,", "(rowid,"), recorded=3)
    ledger.close()


@pytest.mark.parametrize(
    "statements",
    [
        ["TRUNCATE entry CASCADE"],
        ["SET session_replication_role = replica", "DELETE FROM entry"],
        ["SET session_replication_role = replica", f"INSERT INTO entry ({COLUMNS}) VALUES (9, {ROW})"],
        [
            "MERGE INTO entry USING (SELECT 1 AS n) AS g ON entry.seq = g.n WHEN MATCHED THEN UPDATE SET body = '{}'",
        ],
    ],
)
def test_postgresql_does_not_truncate_merge_or_replicate_over_entries(
    postgresql_url: str, statements: list[str]
) -> None:
    """TRUNCATE, MERGE and a session that plays a replica are refused as well."""
    ledger = open_ledger(postgresql_url)
    _refused(ledger, *statements)
    ledger.close()


def _refused(ledger: Ledger, *statements: str, recorded: int = 0) -> None:
    record(ledger, 3 - recorded)
    before = entries(ledger)
    assert len(before) == 3
    _raises_append_only(lambda: _run(ledger, statements))
    assert entries(ledger) == before


def _run(ledger: Ledger, statements: tuple[str, ...]) -> None:
    with ledger.engine.connect() as connection:
        for statement in statements:
            connection.execute(text(statement))
        connection.commit()


def _raises_append_only(attempt: Callable[[], None]) -> None:
    with pytest.raises(DBAPIError, match="append-only"):
        attempt()


def test_several_rows_in_one_statement_are_taken_in_order(ledger: Ledger) -> None:
    """The check on insertion sees the rows before it in the same statement."""
    _run(ledger, (f"INSERT INTO entry ({COLUMNS}) VALUES (0, {ROW}), (1, {ROW}), (2, {ROW})",))
    assert [entry.seq for entry in entries(ledger)] == [0, 1, 2]


def test_writers_at_once_lose_and_double_nothing(url: str) -> None:
    """Four writers, each with its own connections, leave a journal without gaps that has each event once."""
    open_ledger(url).close()
    events, writers = 15, 4
    start = threading.Barrier(writers)
    failures: list[BaseException] = []

    def write(writer: int) -> None:
        own = open_ledger(url)
        try:
            start.wait()
            for number in range(events):
                with own.writing() as connection:
                    append(connection, Stamp(f"writer:{writer}", NOW), Event("try", "source:a", {"n": number}))
        except BaseException as error:
            failures.append(error)
            raise
        finally:
            own.close()

    threads = [threading.Thread(target=write, args=(writer,)) for writer in range(writers)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not failures
    ledger = open_ledger(url)
    journal = entries(ledger)
    ledger.close()
    assert [entry.seq for entry in journal] == list(range(events * writers))
    wanted = {(f"writer:{writer}", f'{{"n":{number}}}') for writer in range(writers) for number in range(events)}
    assert {(entry.actor, entry.body) for entry in journal} == wanted


def test_opening_at_once_makes_the_ledger_once(url: str) -> None:
    """Programs that start together on an empty database all find it made."""
    start = threading.Barrier(4)
    opened: list[Ledger] = []

    def open_one() -> None:
        start.wait()
        opened.append(open_ledger(url))

    threads = [threading.Thread(target=open_one) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    for ledger in opened:
        ledger.close()
    assert len(opened) == 4


def test_a_transaction_that_fails_leaves_no_gap(ledger: Ledger) -> None:
    """The number of an entry that was undone is given to the next one."""
    record(ledger, 1)
    with pytest.raises(ZeroDivisionError):
        _append_and_fail(ledger)
    record(ledger, 1)
    assert [entry.seq for entry in entries(ledger)] == [0, 1]


def _append_and_fail(ledger: Ledger) -> None:
    with ledger.writing() as connection:
        append(connection, Stamp("tester", NOW), Event("try", "source:a", {}))
        raise ZeroDivisionError


@pytest.mark.parametrize("actor", ["", "Jens Hansen", "jens@eksempel.dk", "Jens", "ø", "a" * 65])
def test_an_actor_that_looks_like_a_person_is_refused(actor: str) -> None:
    """The journal takes roles and accounts, because a person's name could never be taken out again."""
    with pytest.raises(RecordRefused, match="role or an account"):
        Stamp(actor, NOW)


def test_an_instant_without_time_zone_is_refused() -> None:
    """Nobody could say when a naive time was."""
    with pytest.raises(ValueError, match="time zone"):
        Stamp("tester", NOW.replace(tzinfo=None))


def test_a_leaf_too_long_for_a_published_log_is_refused(ledger: Ledger) -> None:
    """An entry that could not be published is not entered."""
    with pytest.raises(RecordRefused, match="bytes an entry"), ledger.writing() as connection:
        append(connection, Stamp("tester", NOW), Event("try", "source:a", {"x": "x" * LEAF_BYTES_MAX}))
    assert entries(ledger) == ()


def test_a_commitment_hides_its_values_and_holds_them_fast() -> None:
    """With its nonce a commitment can be checked; another nonce or another value gives another one."""
    nonce, other = new_nonce(), new_nonce()
    made = commitment(nonce, {"payee": "Æske ApS"})
    assert made == commitment(nonce, {"payee": "Æske ApS"})
    assert len({made, commitment(other, {"payee": "Æske ApS"}), commitment(nonce, {"payee": "Æske"})}) == 3


@example(datetime(1000, 1, 1, tzinfo=timezone(timedelta(hours=1))))
@given(st.datetimes(datetime(1000, 1, 1), datetime(9000, 1, 1), timezones=st.just(timezone(timedelta(hours=1)))))  # noqa: DTZ001  the zone is drawn apart
def test_instants_survive_as_text_that_sorts(instant: datetime) -> None:
    """An instant in any zone comes back equal, in UTC, and always at the same length."""
    written = instant_to_text(instant)
    assert instant_from_text(written) == instant
    assert len(written) == 27
