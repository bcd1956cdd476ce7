"""Backup and restore, drilled: between engines, while others write, from an older schema, and from a damaged file."""

import gzip
import json
import threading
from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest
from alembic import command

from ledger.attest import attest
from ledger.audit import audit
from ledger.backup import backup, restore
from ledger.checkpoints import open_checkpoint
from ledger.errors import JournalBroken, LedgerUnavailable, RecordRefused
from ledger.journal import Event, append_all, entries
from ledger.migrate import alembic_config
from ledger.payments import payments
from ledger.releases import releases
from ledger.sources import licences, sources
from ledger.standing import accounts
from ledger.store import HEAD, Ledger, open_ledger
from ledger.terms import agreements
from tests.ledger.test_audit import KEY, STAMP, change, drop_triggers, fill, stock


def everything(ledger: Ledger) -> object:
    """All that the ledger answers."""
    return (
        *(entries(ledger), sources(ledger), licences(ledger, "avis"), agreements(ledger, "avis")),
        *(releases(ledger), payments(ledger), accounts(ledger, date(2026, 11, 24))),
    )


def other_url(url: str, postgresql_url: str, tmp_path: Path) -> str:
    """An empty database of the other engine."""
    return postgresql_url if url.startswith("sqlite") else f"sqlite:///{tmp_path}/other.sqlite"


def test_what_is_restored_is_what_was_backed_up(ledger: Ledger, tmp_path: Path) -> None:
    """All rows and the same root come back in place of what was there, and appending and signing go on."""
    stock(ledger)
    before, note = everything(ledger), attest(ledger, KEY, None)
    made = backup(ledger, tmp_path / "backup")
    assert made == (600, open_checkpoint(note, KEY.public).root)
    fill(ledger, 700)
    assert restore(ledger, tmp_path / "backup", replace=True) == made
    assert everything(ledger) == before
    assert attest(ledger, KEY, note) == note
    fill(ledger, 900)
    later = attest(ledger, KEY, note)
    known = {"one": open_checkpoint(note, KEY.public), "two": open_checkpoint(later, KEY.public)}
    assert audit(ledger, known).findings == ()


def test_a_backup_fits_the_other_engine(tmp_path: Path, postgresql_url: str) -> None:
    """From SQLite to PostgreSQL and back everything is the same, root included."""
    one, other = open_ledger(f"sqlite:///{tmp_path}/one.sqlite"), open_ledger(postgresql_url)
    stock(one)
    made = backup(one, tmp_path / "first")
    assert restore(other, tmp_path / "first") == made
    assert everything(other) == everything(one)
    assert backup(other, tmp_path / "second") == made
    last = open_ledger(f"sqlite:///{tmp_path}/last.sqlite")
    assert restore(last, tmp_path / "second") == made
    assert everything(last) == everything(one)
    assert audit(last, {}).findings == ()
    for ledger in (one, other, last):
        ledger.close()


def test_a_backup_is_of_one_moment_while_others_write(url: str, ledger: Ledger, tmp_path: Path) -> None:
    """Writers that go on during a backup are in it wholly or not at all, whatever its rows took to read."""
    fill(ledger, 300)
    stop, written = threading.Event(), threading.Semaphore(0)

    def write() -> None:
        own = open_ledger(url)
        while not stop.is_set():
            with own.writing() as connection:
                append_all(connection, STAMP, [Event("try", "source:a", {"n": number}) for number in range(7)])
            written.release()
        own.close()

    writer = threading.Thread(target=write)
    writer.start()
    made = []
    try:
        for number in range(3):
            while written.acquire(blocking=False):
                pass
            for _ in range(2):  # the first may have been written before the last backup's moment
                assert written.acquire(timeout=60)
            made.append(backup(ledger, tmp_path / f"{number}"))
    finally:
        stop.set()
        writer.join()
    assert made[0][0] < made[1][0] < made[2][0]
    for number, (size, root) in enumerate(made):
        assert (size - 300) % 7 == 0
        assert restore(ledger, tmp_path / f"{number}", replace=True) == (size, root)
        assert audit(ledger, {}).root == root


def test_a_ledger_that_holds_something_is_not_overwritten(ledger: Ledger, tmp_path: Path) -> None:
    """Restoring over a ledger must be asked for; a backup never overwrites a file."""
    fill(ledger, 10)
    backup(ledger, tmp_path / "backup")
    with pytest.raises(RecordRefused, match="holds something"):
        restore(ledger, tmp_path / "backup")
    with pytest.raises(FileExistsError):
        backup(ledger, tmp_path / "backup")
    assert [path.name for path in tmp_path.iterdir() if path.name.startswith(".")] == []


def test_a_backup_of_an_older_schema_is_brought_up_to_date(ledger: Ledger, tmp_path: Path) -> None:
    """What was backed up before the tree was kept gets one."""
    fill(ledger, 600)
    made = backup(ledger, tmp_path / "backup")
    lines = gzip.decompress((tmp_path / "backup").read_bytes()).decode().splitlines()
    head = json.loads(lines[0])
    head |= {"revision": "0001", "tables": {"entry": head["tables"]["entry"]}}
    older = [json.dumps(head), *(line for line in lines if line.startswith('["entry"')), lines[-1]]
    (tmp_path / "older").write_bytes(gzip.compress("\n".join(older).encode()))
    assert restore(ledger, tmp_path / "older", replace=True) == made
    assert audit(ledger, {}).findings == ()


def test_migrating_down_and_up_loses_nothing(ledger: Ledger) -> None:
    """A stocked ledger taken down to before the tree and up again has its rows, and signs the same checkpoint."""
    stock(ledger)
    before, note = everything(ledger), attest(ledger, KEY, None)
    with ledger.writing() as connection:
        command.downgrade(alembic_config(connection), "0001")
        command.upgrade(alembic_config(connection), "head")
    assert everything(ledger) == before
    assert attest(ledger, KEY, note) == note
    assert audit(ledger, {"note": open_checkpoint(note, KEY.public)}).entries == 600


def _edited(change: Callable[[str], str]) -> Callable[[bytes], bytes]:
    return lambda data: gzip.compress(change(gzip.decompress(data).decode()).encode())


@pytest.mark.parametrize(
    ("damage", "error"),
    [
        (lambda data: data[: len(data) // 2], RecordRefused),
        (lambda data: data[:40] + b"x" * 40 + data[80:], RecordRefused),
        (lambda _: b"", RecordRefused),
        (lambda _: b"something else", RecordRefused),
        (_edited(lambda written: written.replace('\\"n\\":77', '\\"n\\":78')), JournalBroken),
        (_edited(lambda written: written.replace('["entry",77,', '["entry",78,')), RecordRefused),
        (_edited(lambda written: written.replace('["entry",', '["other",')), RecordRefused),
        (_edited(lambda written: written.rpartition('["entry"')[0]), JournalBroken),
        (_edited(lambda written: written.replace(f'"revision":"{HEAD}"', '"revision":"9999"')), LedgerUnavailable),
        (_edited(lambda written: written.replace("backup/1", "backup/2")), RecordRefused),
    ],
)
def test_a_damaged_backup_changes_nothing(
    tmp_path: Path, damage: Callable[[bytes], bytes], error: type[Exception]
) -> None:
    """Cut, changed, of another program or of something else: refused, and the ledger is as it was."""
    ledger = open_ledger(f"sqlite:///{tmp_path}/ledger.sqlite")
    fill(ledger, 100)
    backup(ledger, tmp_path / "backup")
    (tmp_path / "damaged").write_bytes(damage((tmp_path / "backup").read_bytes()))
    before = entries(ledger)
    with pytest.raises(error, match=r"backup|changed"):
        restore(ledger, tmp_path / "damaged", replace=True)
    assert entries(ledger) == before
    ledger.close()


def test_a_broken_journal_is_not_backed_up_as_if_whole(ledger: Ledger, tmp_path: Path) -> None:
    """A journal with a gap has no root to promise."""
    fill(ledger, 100)
    drop_triggers(ledger)
    change(ledger, "DELETE FROM entry WHERE seq = 50")
    with pytest.raises(JournalBroken, match="audit"):
        backup(ledger, tmp_path / "backup")
    assert list(tmp_path.glob("*backup*")) == []
