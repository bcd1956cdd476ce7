"""Deliveries in the ledger: recorded once, in order, with nothing in the journal that is a person's or a text."""

from datetime import UTC, datetime, timedelta

import pytest

from ledger.deliveries import deliveries, record_delivery
from ledger.errors import UnknownRecord
from ledger.journal import Stamp, entries, new_nonce
from ledger.records import Delivery, Source, SourceStatus
from ledger.sources import sync_source
from ledger.store import Ledger

NOW = datetime(2026, 11, 24, 12, tzinfo=UTC)
LATER = NOW + timedelta(days=1)
BLAD = Source("blad", "Bladet", "https://blad.example/", SourceStatus.CONFIRMED, "Blad A/S", "", "newspaper")
FIRST = Delivery("blad", "a" * 64, 3, 1200, "")
SECOND = Delivery("blad", "b" * 64, 1, 10, "")


def note(text: str = "") -> dict[str, str]:
    """A note with a fresh nonce."""
    return {"text": text, "nonce": new_nonce()}


def test_deliveries_are_recorded_once_and_in_order(ledger: Ledger) -> None:
    """Each comes back with its time, oldest first; the same files once more leave no entry."""
    sync_source(ledger, BLAD, [], [], NOW)
    assert record_delivery(ledger, FIRST, note("fra Jens Hansen"), Stamp("operator", NOW))
    assert record_delivery(ledger, SECOND, note(), Stamp("operator", LATER))
    assert not record_delivery(ledger, FIRST, note(), Stamp("operator", LATER))
    assert deliveries(ledger, "blad") == ((FIRST, NOW), (SECOND, LATER))
    told = [entry for entry in entries(ledger, "source:blad") if entry.kind == "delivery"]
    assert [entry.actor for entry in told] == ["operator", "operator"]
    assert "Hansen" not in told[0].body
    assert deliveries(ledger, "andet") == ()


@pytest.mark.parametrize(
    ("delivery", "told"),
    [
        (Delivery("andet", "a" * 64, 1, 1, ""), "not in the ledger: andet"),
        (Delivery("blad", "a" * 64, 1, 1, "x"), "agree"),
    ],
)
def test_an_unknown_source_or_agreement_is_refused(ledger: Ledger, delivery: Delivery, told: str) -> None:
    """A delivery to nobody, or under an agreement nobody knows, leaves nothing behind."""
    sync_source(ledger, BLAD, [], [], NOW)
    with pytest.raises(UnknownRecord, match=told):
        record_delivery(ledger, delivery, note(), Stamp("operator", NOW))
    assert deliveries(ledger, "blad") == ()
