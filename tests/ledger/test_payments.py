"""Payments: once, to whom it is due, oldest first."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest

from ledger.agreements import Agreement, AgreementForm, Rate, RateUnit
from ledger.errors import RecordConflict, RecordRefused, UnknownRecord
from ledger.journal import entries
from ledger.payments import accounts, obligations, payments, record_payment
from ledger.records import DueStatus, Payment, ReleaseRecord, Source, SourceAccount, SourceStatus, Usage
from ledger.releases import record_release
from ledger.sources import sync_source
from ledger.store import Ledger

NOW = datetime(2026, 11, 24, 12, tzinfo=UTC)
DAY = date(2026, 11, 24)
KRONE = 1_000_000
PAID = Payment("avis", "Avis A/S", 100 * KRONE, "DKK", "faktura 7 til Jens", DAY)


@pytest.fixture
def owing(ledger: Ledger) -> Ledger:
    """A ledger where two releases owe `avis` 100 kroner each, and nobody else anything."""
    agreed = {
        "avis": Rate(RateUnit.RELEASE, 100 * KRONE, "DKK"),
        "gave": Rate(RateUnit.DOCUMENT, 0, "DKK"),
        "uden": None,
    }
    for name, rate in agreed.items():
        terms = Agreement(
            f"{name}-1", name, f"{name.title()} A/S", "", AgreementForm.WRITTEN, ("train",), DAY, None, rate
        )
        sync_source(ledger, Source(name, name, "", SourceStatus.AGREED, "", "", "web"), [], [terms], NOW)
    sync_source(ledger, Source("web", "web", "", SourceStatus.CONFIRMED, "", "", "web"), [], [], NOW)
    usages = tuple(Usage(name, "agreement", "agreed", "", 1, 1, 1, ()) for name in agreed)
    for version in ("v1", "v2"):
        tdm = Usage("web", "tdm", "tdm", "", 1, 1, 1, ())
        record_release(ledger, ReleaseRecord(version, version, "p", DAY, (*usages, tdm)), NOW)
    return ledger


def avis(ledger: Ledger, release: str | None = None) -> SourceAccount:
    """The account of `avis` in kroner."""
    (account,) = [account for account in accounts(ledger, release) if account.source == "avis"]
    return account


def test_before_anything_is_paid(owing: Ledger) -> None:
    """Each source stands as its terms say, and only amounts that exist are numbers."""
    assert accounts(owing) == (
        SourceAccount("avis", "Avis A/S", "DKK", 200 * KRONE, 0, 0, DueStatus.ACCRUED),
        SourceAccount("gave", "Gave A/S", "DKK", 0, 0, 0, DueStatus.WAIVED),
        SourceAccount("uden", "Uden A/S", "", None, 0, 0, DueStatus.NONE_AGREED),
        SourceAccount("web", "", "", None, 0, 0, DueStatus.NOT_DUE),
    )


def test_a_payment_settles_the_oldest_release_first(owing: Ledger) -> None:
    """Part of the first release, then the rest of it and part of the second, then all, then credit."""
    stands = []
    for number in range(4):
        paid = replace(PAID, amount_micro=60 * KRONE, reference=str(number))
        assert record_payment(owing, paid, "accounts", NOW)
        stands.append([avis(owing, "v1").status, avis(owing, "v2").status, avis(owing).credit_micro // KRONE])
    assert stands == [
        ["part_paid", "accrued", 0],
        ["paid", "part_paid", 0],
        ["paid", "part_paid", 0],
        ["paid", "paid", 40],
    ]
    assert avis(owing) == SourceAccount("avis", "Avis A/S", "DKK", 200 * KRONE, 200 * KRONE, 40 * KRONE, DueStatus.PAID)
    assert [due.paid_micro // KRONE for due in obligations(owing, "v2") if due.source == "avis"] == [100]
    third = ReleaseRecord("v3", "v3", "p", DAY, (Usage("avis", "agreement", "agreed", "", 1, 1, 1, ()),))
    record_release(owing, third, NOW)
    assert avis(owing, "v3") == SourceAccount(
        "avis", "Avis A/S", "DKK", 100 * KRONE, 40 * KRONE, 0, DueStatus.PART_PAID
    )


def test_a_payment_is_recorded_once(owing: Ledger) -> None:
    """The same again changes nothing; another amount, day or source under the reference is refused."""
    assert record_payment(owing, PAID, "accounts", NOW)
    before = entries(owing)
    assert not record_payment(owing, PAID, "somebody", NOW + timedelta(days=1))
    for other in (
        replace(PAID, amount_micro=1),
        replace(PAID, currency="EUR"),
        replace(PAID, paid_on=date(2026, 11, 25)),
        replace(PAID, source="uden"),
    ):
        with pytest.raises(RecordConflict, match="faktura 7"):
            record_payment(owing, other, "accounts", NOW)
    assert entries(owing) == before
    assert payments(owing) == payments(owing, "avis") == (PAID,)
    assert payments(owing, "web") == ()


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        (replace(PAID, amount_micro=0), "more than 0"),
        (replace(PAID, amount_micro=-1), "more than 0"),
        (replace(PAID, amount_micro=2**53), "at most"),
        (replace(PAID, currency="kr"), "currencies"),
        (replace(PAID, reference=" "), "reference"),
        (replace(PAID, payee="Avisen"), "through Avis A/S"),
        (replace(PAID, source="web"), "nobody yet"),
    ],
)
def test_a_payment_that_cannot_be_right_is_refused(owing: Ledger, wrong: Payment, message: str) -> None:
    """No amount, no such currency, no reference, or a payee the source is not paid through."""
    before = entries(owing)
    with pytest.raises(RecordRefused, match=message):
        record_payment(owing, wrong, "accounts", NOW)
    assert (entries(owing), payments(owing)) == (before, ())


def test_currencies_are_never_mixed(owing: Ledger) -> None:
    """Euros do not settle kroner: they are credit in an account of their own."""
    record_payment(owing, replace(PAID, currency="EUR"), "accounts", NOW)
    in_euros = SourceAccount("avis", "Avis A/S", "EUR", None, 0, 100 * KRONE, DueStatus.NOT_DUE)
    in_kroner = SourceAccount("avis", "Avis A/S", "DKK", 200 * KRONE, 0, 0, DueStatus.ACCRUED)
    assert accounts(owing)[:2] == (in_kroner, in_euros)


def test_unknown_names_are_said_to_be_unknown(owing: Ledger) -> None:
    """A payment for a source and accounts of a release that are not there are errors."""
    with pytest.raises(UnknownRecord, match="nix"):
        record_payment(owing, replace(PAID, source="nix"), "accounts", NOW)
    for ask in (accounts, obligations):
        with pytest.raises(UnknownRecord, match="v9"):
            ask(owing, "v9")


def test_neither_payee_nor_reference_gets_into_the_journal(owing: Ledger) -> None:
    """The entry says how much and when, and commits to the rest."""
    record_payment(owing, PAID, "accounts", NOW)
    written = "".join(entry.body for entry in entries(owing))
    assert "Avis A/S" not in written
    assert "faktura" not in written
