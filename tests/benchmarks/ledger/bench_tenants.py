"""Two tenants on one portal: every route, method and id, very many times."""

import time
from pathlib import Path

import pytest

from ledger.store import open_ledger
from tests.benchmarks.figures import show
from tests.ledger.portal.conftest import Clock, Letters, Shelf, portal_on
from tests.ledger.portal.crossing import Crossing, make_tenant, theirs
from tests.ledger.portal.tenants import Outside, release, with_wiring
from tests.ledger.portal.visiting import visitor_of


def test_two_tenants_never_meet(tmp_path: Path, pytestconfig: pytest.Config) -> None:
    """Nothing of the other's is told or changed by any request, and none breaks the portal."""
    asked, seed = pytestconfig.getoption("--requests"), pytestconfig.getoption("--seed")
    ledger = open_ledger(f"sqlite:///{tmp_path / 'ledger.sqlite'}")
    clock, letters, outside = Clock(), Letters(), Outside()
    wired = with_wiring(portal_on(ledger, clock, letters, Shelf(tmp_path)), outside)
    one, other = (make_tenant(wired, outside, visitor_of(wired, clock, letters), name) for name in ("nord", "syd"))
    release(ledger, "kildenord", "kildesyd")
    one.visitor.client.app.state.buckets.take = lambda *_: 0.0  # type: ignore[attr-defined]  what is limited is tested
    before, began = theirs(wired, other), time.perf_counter()
    crossing = Crossing(wired, one, other)
    crossing.run(asked, seed)
    seconds, changed = time.perf_counter() - began, theirs(wired, other) != before
    show(
        "two tenants",
        {
            "requests": sum(crossing.statuses.values()),
            "cross-tenant": len(crossing.leaks) + changed,
            "5xx": len(crossing.broken),
            "requests per second": sum(crossing.statuses.values()) / seconds,
            "statuses": dict(sorted(crossing.statuses.items())),
        },
    )
    ledger.close()
    assert (crossing.leaks, crossing.broken, changed) == ([], [], False)
