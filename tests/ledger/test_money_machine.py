"""Whatever happens in whatever order, what is owed, invoiced and paid is what a plain model of it says."""

from pathlib import Path

from sqlalchemy import URL

from tests.ledger.machine import fresh_postgresql, fresh_sqlite
from tests.ledger.money_machine import play_money


def test_money_is_its_model_on_sqlite(tmp_path: Path) -> None:
    """A few short games; the benchmark plays long ones."""
    play_money(fresh_sqlite(tmp_path), steps=60, steps_max=30)


def test_money_is_its_model_on_postgresql(postgresql: URL) -> None:
    """The same on the other engine."""
    play_money(fresh_postgresql(postgresql), steps=24, steps_max=12)
