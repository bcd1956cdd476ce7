"""Money: random steps beside a plain model, and how long many sources in many releases take."""

import time
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import URL

from ledger.agreements import Agreement, AgreementForm, Rate, RateUnit
from ledger.audit import audit
from ledger.dues import publish_release
from ledger.invoices import invoices, make_invoice
from ledger.journal import Stamp
from ledger.payments import record_payment
from ledger.records import DueStatus, Payment, ReleaseRecord, Source, SourceStatus, Usage
from ledger.releases import record_release
from ledger.sources import sync_source
from ledger.statements import Scope, statement
from ledger.store import open_ledger
from tests.benchmarks.figures import show
from tests.ledger.machine import fresh_postgresql, fresh_sqlite
from tests.ledger.money_machine import play_money

STEPS_A_GAME = 30
"""Few, as every step looks at all that stands: a step of a game of 200 takes twice as long."""

SOURCES, RELEASES, SHARDS = 500, 20, 3
"""A catalogue larger than ours, and a release a fortnight for most of a year."""

NOW = datetime(2026, 11, 24, 12, tzinfo=UTC)
STAMP = Stamp("accounts", NOW)


@pytest.mark.parametrize("engine", ["sqlite", "postgresql"])
def test_money_is_its_model(request: pytest.FixtureRequest, tmp_path: Path, engine: str, postgresql: URL) -> None:
    """Random steps, on databases of their own, and never a difference to a plain model."""
    steps = request.config.getoption("--steps")
    fresh = fresh_sqlite(tmp_path) if engine == "sqlite" else fresh_postgresql(postgresql)
    began = time.perf_counter()
    taken = play_money(fresh, steps, STEPS_A_GAME)
    show("money model", {"engine": engine, "steps": taken, "violations": 0, "seconds": time.perf_counter() - began})


def test_many_sources_in_many_releases(tmp_path: Path) -> None:
    """Half of the sources are one collective's: its dues are sealed, published, invoiced, paid, stated and audited."""
    ledger = open_ledger(f"sqlite:///{tmp_path}/ledger.sqlite")
    for number in range(SOURCES):
        name, party = f"s{number}", "Forbundet" if number % 2 else f"P{number}"
        rate = Rate(RateUnit.MILLION_WORDS, 12_345_678, "DKK")
        terms = Agreement(f"{name}-1", name, party, "", AgreementForm.WRITTEN, ("train",), NOW.date(), None, rate)
        sync_source(ledger, Source(name, name, "", SourceStatus.AGREED, "", "", "web"), [], [terms], NOW)
    figures: dict[str, object] = {"dues": SOURCES * RELEASES, "sources": SOURCES, "releases": RELEASES}
    began = time.perf_counter()
    for release in range(RELEASES):
        used = [
            Usage(f"s{source}", "agreement", "agreed", "", 100, 12_345, 99, _shards(release, source))
            for source in range(SOURCES)
        ]
        record_release(ledger, ReleaseRecord(f"v{release}", f"m{release}", "p", NOW.date(), tuple(used)), NOW)
    began = _lap(figures, "seal, s a release", began, RELEASES)
    for release in range(RELEASES):
        publish_release(ledger, f"v{release}", STAMP)
    began = _lap(figures, "publish, s a release", began, RELEASES)
    bill = make_invoice(ledger, "Forbundet", "DKK", NOW.date(), STAMP)
    assert bill is not None
    began = _lap(figures, "invoice, s", began)
    record_payment(ledger, Payment("", "Forbundet", bill.amount_micro, "DKK", "bank", NOW.date()), "accounts", NOW)
    assert [one.status for one in invoices(ledger, NOW.date())] == [DueStatus.PAID]
    began = _lap(figures, "pay, s", began)
    found = statement(ledger, Scope("Forbundet"), NOW.date())
    assert len(found.lines) == SOURCES // 2 * RELEASES
    began = _lap(figures, "statement, s", began)
    assert audit(ledger, {}).findings == ()
    _lap(figures, "audit, s", began)
    ledger.close()
    show("money", figures)


def _shards(release: int, source: int) -> tuple[str, ...]:
    return tuple(f"{release:04x}{source:04x}{shard:04x}" * 5 for shard in range(SHARDS))


def _lap(figures: dict[str, object], name: str, began: float, share: int = 1) -> float:
    ended = time.perf_counter()
    figures[name] = (ended - began) / share
    return ended
