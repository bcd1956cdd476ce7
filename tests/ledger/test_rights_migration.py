"""The schema of rights, up and down on data: nothing that was recorded before is lost, and nothing becomes wider."""

from dataclasses import replace
from datetime import UTC, date, datetime

from alembic import command
from sqlalchemy import inspect, text

from ledger.agreements import Agreement, AgreementForm, PartyKind, Rate, RateUnit
from ledger.journal import entries
from ledger.licences import AssertionKind, LicenceAssertion
from ledger.migrate import alembic_config
from ledger.records import Source, SourceStatus
from ledger.sources import licences, sync_source
from ledger.store import Ledger
from ledger.terms import agreements

NOW = datetime(2026, 11, 24, 12, tzinfo=UTC)
BLAD = Source("blad", "Bladet", "https://blad.example/", SourceStatus.AGREED, "Blad A/S", "DPCMO", "news")
PLAIN = Agreement("a", "blad", "Blad", "", AgreementForm.WRITTEN, ("train",), date(2026, 1, 1), None, None)
SAID = LicenceAssertion("CC-BY-4.0", "Blad A/S", "https://blad.example/", date(2026, 3, 1), confirmed=True)
BEFORE = "0002"


def test_down_and_up_again_on_data(ledger: Ledger) -> None:
    """Plain licences and agreements come through both ways; those with conditions count no more, but are kept."""
    scoped = replace(SAID, kind=AssertionKind.CONTRACT, scope="/foto/*", digest="sha256:" + "a" * 64)
    embargoed = replace(PLAIN, id="b", embargo_months=12, party_kind=PartyKind.COLLECTIVE)
    yearly = replace(PLAIN, id="c", rate=Rate(RateUnit.YEAR, 1, "DKK", minimum_micro=1))
    sync_source(ledger, BLAD, (SAID, scoped), (PLAIN, embargoed, yearly), NOW)
    before = entries(ledger)
    with ledger.writing() as connection:
        command.downgrade(alembic_config(connection), BEFORE)
        assert "settlement" not in inspect(connection).get_table_names()
        standing = connection.execute(text("SELECT id FROM agreement WHERE NOT withdrawn")).scalars().all()
        assert standing == ["a"]
    with ledger.writing() as connection:
        command.upgrade(alembic_config(connection), "head")
        command.check(alembic_config(connection))
    assert agreements(ledger, "blad") == (PLAIN,)
    assert licences(ledger, "blad") == (SAID, replace(SAID, confirmed=False))
    assert entries(ledger) == before
    assert sync_source(ledger, BLAD, (SAID, scoped), (PLAIN,), NOW)
    assert licences(ledger, "blad") == (SAID, scoped)
