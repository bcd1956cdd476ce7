"""Receipts: recorded once, told to whoever has text in the release, and nobody's name in the journal."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest

from ledger.audit import audit
from ledger.erasure import erase
from ledger.errors import RecordConflict, RecordRefused, UnknownRecord
from ledger.journal import Stamp, entries
from ledger.receipts import receipts, record_receipt
from ledger.records import Receipt, ReleaseRecord, Source, SourceStatus, Usage
from ledger.releases import record_release
from ledger.sources import sync_source
from ledger.store import Ledger

NOW = datetime(2026, 11, 24, 12, tzinfo=UTC)
LATER = NOW + timedelta(days=1)
STAMP = Stamp("operator", NOW)
FIRST = Receipt("a" * 32, "0.1.0", "Sprogmodel A/S", '{"tier":["agreed"]}', ("agreed",), 10, 200, 3000)
SECOND = replace(FIRST, id="b" * 32, choice="{}", tiers=("agreed", "open"))


@pytest.fixture
def released(ledger: Ledger) -> Ledger:
    """A ledger with one release."""
    source = Source("blad", "Bladet", "https://blad.example/", SourceStatus.CONFIRMED, "Blad A/S", "", "newspaper")
    sync_source(ledger, source, [], [], NOW)
    usage = Usage("blad", "open_licence", "open", "CC0-1.0", 10, 200, 3000, ("c" * 64,))
    record_release(ledger, ReleaseRecord("0.1.0", "d" * 64, "p", date(2026, 11, 24), (usage,)), NOW)
    return ledger


def test_receipts_are_recorded_once_and_in_order(released: Ledger) -> None:
    """Each comes back with its time; once more leaves no entry; the journal has no name and the audit no finding."""
    assert record_receipt(released, FIRST, STAMP)
    assert record_receipt(released, SECOND, Stamp("operator", LATER))
    assert not record_receipt(released, FIRST, Stamp("operator", LATER))
    assert receipts(released) == receipts(released, "0.1.0") == ((FIRST, NOW), (SECOND, LATER))
    assert receipts(released, "0.2.0") == ()
    told = [entry for entry in entries(released, "release:0.1.0") if entry.kind == "pull"]
    assert len(told) == 2
    assert "Sprogmodel" not in told[0].body + told[1].body
    assert audit(released, {}).findings == ()


def test_another_under_the_same_id_is_refused(released: Ledger) -> None:
    """A receipt stands as it was recorded; a name that was erased is not put back by recording it again."""
    record_receipt(released, FIRST, STAMP)
    with pytest.raises(RecordConflict, match="another receipt"):
        record_receipt(released, replace(FIRST, words=1), STAMP)
    assert len(erase(released, f"receipt:{FIRST.id}", STAMP)) == 1
    assert not record_receipt(released, FIRST, STAMP)
    assert receipts(released)[0][0].pulled_by == ""
    assert audit(released, {}).findings == ()


@pytest.mark.parametrize(
    ("receipt", "error"),
    [
        (replace(FIRST, release="0.9.0"), UnknownRecord),
        (replace(FIRST, pulled_by=" "), RecordRefused),
        (replace(FIRST, pulled_by="x" * 201), RecordRefused),
        (replace(FIRST, pulled_by="a\nb"), RecordRefused),
        (replace(FIRST, id="../x"), RecordRefused),
        (replace(FIRST, words=-1), RecordRefused),
        (replace(FIRST, words=2**60), RecordRefused),
        (replace(FIRST, tiers=("\ud800",)), RecordRefused),
        (replace(FIRST, tiers=("Open to all",)), RecordRefused),
        (replace(FIRST, tiers=("open",) * 21), RecordRefused),
        (replace(FIRST, choice='{"b": 1}'), RecordRefused),
        (replace(FIRST, choice="[]"), RecordRefused),
        (replace(FIRST, choice="{"), RecordRefused),
        (replace(FIRST, choice='{"where":"' + "x" * 20_000 + '"}'), RecordRefused),
    ],
)
def test_what_is_no_receipt_is_refused(receipt: Receipt, error: type[Exception], released: Ledger) -> None:
    """A receipt of nobody, of no release or of no form leaves nothing behind."""
    with pytest.raises(error):
        record_receipt(released, receipt, STAMP)
    assert receipts(released) == ()
