"""The journal: how fast entries come in, are proved and are audited, what that takes in memory, and if it holds."""

import json
import random
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from statistics import median

import pytest
from sqlalchemy import URL

from ledger.attest import attest
from ledger.audit import audit
from ledger.backup import backup, restore
from ledger.checkpoints import open_checkpoint
from ledger.journal import Event, Stamp, append_all, entries
from ledger.leaves import leaf
from ledger.merkle import inclusion, leaf_hash, root_of_inclusion
from ledger.notes import SecretKey
from ledger.store import Ledger, open_ledger
from ledger.tree import blocks_of, lines
from tests.benchmarks.figures import show
from tests.ledger.machine import fresh_postgresql, fresh_sqlite, play

KEY = SecretKey("example.dk/ledger", bytes(range(32)))
BATCH = 1000
PROOFS = 200
APPENDED_PER_S_MIN, PROOF_MS_MAX, AUDIT_S_MAX, AUDITED_MAX = 2000, 50, 120, 1_000_000
"""The floors; the time of an audit is promised for a million entries."""
WRITERS = 8
STEPS_A_GAME = 500


@contextmanager
def measured(figures: dict[str, object], name: str) -> Iterator[None]:
    """Tell the seconds a block took, and the most memory that this process had meanwhile."""
    Path("/proc/self/clear_refs").write_text("5")  # the peak is counted anew
    began = time.perf_counter()
    yield
    figures[f"{name}, s"] = time.perf_counter() - began
    status = Path("/proc/self/status").read_text()
    figures[f"{name}, MB at most"] = int(status.partition("VmHWM:")[2].split()[0]) // 1024


def fill(ledger: Ledger, count: int) -> None:
    """Enter events like those of a release's usages, in batches of a transaction each."""
    stamp = Stamp("fodaftryk", datetime(2026, 11, 24, 12, tzinfo=UTC))
    for first in range(0, count, BATCH):
        numbers = range(first, min(first + BATCH, count))
        with ledger.writing() as connection:
            append_all(connection, stamp, [_event(number) for number in numbers])


def _event(number: int) -> Event:
    counts = {"basis": "open_licence", "tier": "open", "licence": "CC-BY-4.0", "words": 123456, "bytes": 1234567}
    return Event("try", f"source:s{number % 997}", {**counts, "documents": number, "shards_digest": "s" * 71})


def proof_ms(ledger: Ledger, size: int, root: bytes) -> list[float]:
    """How long it takes to prove entries, each in a transaction of its own with nothing remembered, and checked."""
    chance = random.Random(1)
    taken = []
    for _ in range(PROOFS):
        index = chance.randrange(size)
        began = time.perf_counter()
        with ledger.reading() as connection:
            path = inclusion(index, size, blocks_of(connection))
            line = next(lines(connection, index, index + 1))
        taken.append((time.perf_counter() - began) * 1000)
        assert root_of_inclusion(leaf_hash(leaf(line)), index, size, path) == root
    return taken


def test_the_journal_takes_proves_and_audits(request: pytest.FixtureRequest, tmp_path: Path) -> None:
    """On SQLite with synchronous=FULL: entries per second, a proof's time, an audit's, and memory."""
    count = request.config.getoption("--events")
    ledger = open_ledger(f"sqlite:///{tmp_path}/ledger.sqlite")
    with ledger.reading() as connection:
        assert connection.exec_driver_sql("PRAGMA synchronous").scalar() == 2
    figures: dict[str, object] = {"entries": count, "batch": BATCH}
    with measured(figures, "append"):
        fill(ledger, count)
    appended_s = figures["append, s"]
    assert isinstance(appended_s, float)
    figures["appended per second"] = count / appended_s
    note = attest(ledger, KEY, None)
    checkpoint = open_checkpoint(note, KEY.public)
    taken = proof_ms(ledger, count, checkpoint.root)
    figures |= {"proof, ms, median": median(taken), "proof, ms, longest": max(taken)}
    with measured(figures, "audit"):
        found = audit(ledger, {"checkpoint": checkpoint})
    assert (found.entries, found.covered, found.findings) == (count, count, ())
    with measured(figures, "backup"):
        made = backup(ledger, tmp_path / "backup")
    with measured(figures, "restore"):
        assert restore(ledger, tmp_path / "backup", replace=True) == made == (count, checkpoint.root)
    ledger.close()
    figures["database, bytes an entry"] = (tmp_path / "ledger.sqlite").stat().st_size / count
    show("journal", figures)
    assert count / appended_s >= APPENDED_PER_S_MIN
    assert median(taken) < PROOF_MS_MAX
    assert isinstance(figures["audit, s"], float)
    assert figures["audit, s"] < AUDIT_S_MAX * max(1, count / AUDITED_MAX)


def test_writers_at_once_lose_and_double_nothing(request: pytest.FixtureRequest, postgresql_url: str) -> None:
    """Eight processes write to one PostgreSQL: every event is there once, in its writer's order, without a gap."""
    each = max(request.config.getoption("--events") // 100, 100)
    ledger = open_ledger(postgresql_url)
    began = time.perf_counter()
    command = [sys.executable, "-m", "tests.benchmarks.ledger.writing", postgresql_url]
    writers = [subprocess.Popen([*command, str(number), str(each)]) for number in range(WRITERS)]
    assert [writer.wait() for writer in writers] == [0] * WRITERS
    taken = time.perf_counter() - began
    journal = entries(ledger)
    assert [entry.seq for entry in journal] == list(range(each * WRITERS))
    for number in range(WRITERS):
        own = [json.loads(entry.body)["n"] for entry in journal if entry.actor == f"writer:{number}"]
        assert own == list(range(each))
    assert audit(ledger, {}).findings == ()
    ledger.close()
    count = len(journal)
    show("writers", {"writers": WRITERS, "entries": count, "lost": 0, "doubled": 0, "per second": count / taken})


@pytest.mark.parametrize("engine", ["sqlite", "postgresql"])
def test_the_journal_is_its_model(request: pytest.FixtureRequest, tmp_path: Path, engine: str, postgresql: URL) -> None:
    """Random steps, on databases of their own, and never a difference to a plain model."""
    steps = request.config.getoption("--steps")
    fresh = fresh_sqlite(tmp_path) if engine == "sqlite" else fresh_postgresql(postgresql)
    began = time.perf_counter()
    taken = play(fresh, steps, STEPS_A_GAME)
    show("model", {"engine": engine, "steps": taken, "violations": 0, "seconds": time.perf_counter() - began})
