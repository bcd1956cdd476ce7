"""Whatever happens in whatever order, the journal, its tree and its checkpoints are those of a plain model."""

from pathlib import Path

from sqlalchemy import URL

from tests.ledger.machine import fresh_postgresql, fresh_sqlite, play


def test_the_journal_is_its_model_on_sqlite(tmp_path: Path) -> None:
    """A few short games; the benchmark plays long ones."""
    play(fresh_sqlite(tmp_path), steps=120, steps_max=40)


def test_the_journal_is_its_model_on_postgresql(postgresql: URL) -> None:
    """The same on the other engine."""
    play(fresh_postgresql(postgresql), steps=60, steps_max=30)
