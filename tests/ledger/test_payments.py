"""Invoices and payments: soonest due first, each payment once, and what is paid beyond is an advance."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest

from ledger.agreements import Agreement, AgreementForm, Rate, RateUnit
from ledger.dues import publish_release
from ledger.errors import RecordConflict, RecordRefused, UnknownRecord
from ledger.invoices import DAYS, invoices, make_invoice, owed_payees
from ledger.journal import Stamp, entries
from ledger.payments import payments, record_payment
from ledger.records import DueStatus, Payment, ReleaseRecord, Source, SourceAccount, SourceStatus, Usage
from ledger.releases import record_release
from ledger.sources import sync_source
from ledger.standing import accounts, obligations
from ledger.store import Ledger

NOW = datetime(2026, 11, 24, 12, tzinfo=UTC)
DAY = NOW.date()
STAMP = Stamp("accounts", NOW)
KRONE = 1_000_000
PAID = Payment("avis", "Avis A/S", 100 * KRONE, "DKK", "faktura 7", DAY)


@pytest.fixture
def owing(ledger: Ledger) -> Ledger:
    """Two releases that owe 100 kroner each to `avis`, give away `gave`, and have no price for `uden`."""
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
        release(ledger, version, (*usages, tdm))
    return ledger


def release(ledger: Ledger, version: str, usages: tuple[Usage, ...]) -> None:
    """A release that is there for others."""
    record_release(ledger, ReleaseRecord(version, version, "p", DAY, usages), NOW)
    publish_release(ledger, version, STAMP)


def avis(ledger: Ledger, release: str | None = None, day: date = DAY) -> SourceAccount:
    """The account of `avis` in kroner."""
    (account,) = [account for account in accounts(ledger, day, release) if account.source == "avis"]
    return account


def test_before_anything_is_paid(owing: Ledger) -> None:
    """Each source stands as its terms say, and only amounts that exist are numbers."""
    assert accounts(owing, DAY) == (
        SourceAccount("avis", "Avis A/S", "DKK", 200 * KRONE, 0, 0, DueStatus.ACCRUED),
        SourceAccount("gave", "Gave A/S", "DKK", 0, 0, 0, DueStatus.WAIVED),
        SourceAccount("uden", "Uden A/S", "", None, 0, 0, DueStatus.NONE_AGREED),
        SourceAccount("web", "", "", None, 0, 0, DueStatus.NOT_DUE),
    )
    assert owed_payees(owing) == (("Avis A/S", "DKK"),)


def test_an_invoice_is_paid_and_the_rest_is_an_advance_for_the_next(owing: Ledger) -> None:
    """From accrued to invoiced, overdue and paid; 40 kroner too many are taken by the next invoice."""
    bill = make_invoice(owing, "Avis A/S", "DKK", DAY, STAMP)
    assert bill is not None
    assert (bill.number, bill.amount_micro, bill.due_on) == (1, 200 * KRONE, DAY + timedelta(days=DAYS))
    assert make_invoice(owing, "Avis A/S", "DKK", DAY, STAMP) is None
    assert avis(owing).status is DueStatus.INVOICED
    assert avis(owing, day=bill.due_on).status is DueStatus.INVOICED
    assert avis(owing, day=bill.due_on + timedelta(days=1)).status is DueStatus.OVERDUE
    record_payment(owing, replace(PAID, amount_micro=140 * KRONE), "accounts", NOW)
    assert [due.paid_micro // KRONE for due in obligations(owing, DAY) if due.source == "avis"] == [100, 40]
    assert (avis(owing).status, avis(owing).paid_micro) == (DueStatus.INVOICED, 140 * KRONE)
    record_payment(owing, replace(PAID, reference="8"), "accounts", NOW)
    assert avis(owing) == SourceAccount("avis", "Avis A/S", "DKK", 200 * KRONE, 200 * KRONE, 0, DueStatus.PAID)
    assert accounts(owing, DAY)[0] == SourceAccount("", "Avis A/S", "DKK", None, 0, 40 * KRONE, DueStatus.NOT_DUE)
    release(owing, "v3", (Usage("avis", "agreement", "agreed", "", 1, 1, 1, ()),))
    make_invoice(owing, "Avis A/S", "DKK", DAY, STAMP)
    assert [(each.open_micro // KRONE, each.status) for each in invoices(owing, DAY)] == [
        (0, DueStatus.PAID),
        (60, DueStatus.INVOICED),
    ]
    assert avis(owing, "v3").paid_micro == 40 * KRONE


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
        (replace(PAID, source="", payee="Avisen"), "Avis A/S, Gave A/S"),
        (replace(PAID, source="web"), "nobody yet"),
        (replace(PAID, paid_on=NOW.date() + timedelta(days=2)), "still to come"),
    ],
)
def test_a_payment_that_cannot_be_right_is_refused(owing: Ledger, wrong: Payment, message: str) -> None:
    """No amount, no such currency, no reference, a day to come, or a payee nothing is paid through."""
    before = entries(owing)
    with pytest.raises(RecordRefused, match=message):
        record_payment(owing, wrong, "accounts", NOW)
    assert (entries(owing), payments(owing)) == (before, ())


def test_currencies_are_never_mixed(owing: Ledger) -> None:
    """Euros do not pay an invoice in kroner: they are an advance of their own."""
    make_invoice(owing, "Avis A/S", "DKK", DAY, STAMP)
    record_payment(owing, replace(PAID, currency="EUR"), "accounts", NOW)
    in_euros = SourceAccount("", "Avis A/S", "EUR", None, 0, 100 * KRONE, DueStatus.NOT_DUE)
    in_kroner = SourceAccount("avis", "Avis A/S", "DKK", 200 * KRONE, 0, 0, DueStatus.INVOICED)
    assert accounts(owing, DAY)[:2] == (in_euros, in_kroner)


def test_unknown_names_are_said_to_be_unknown(owing: Ledger) -> None:
    """A payment for a source and accounts of a release that are not there are errors."""
    with pytest.raises(UnknownRecord, match="nix"):
        record_payment(owing, replace(PAID, source="nix"), "accounts", NOW)
    for ask in (accounts, obligations):
        with pytest.raises(UnknownRecord, match="v9"):
            ask(owing, DAY, "v9")


def test_neither_payee_nor_reference_gets_into_the_journal(owing: Ledger) -> None:
    """The entries say how much and when, and commit to the rest."""
    record_payment(owing, PAID, "accounts", NOW)
    make_invoice(owing, "Avis A/S", "DKK", DAY, STAMP)
    written = "".join(entry.body for entry in entries(owing))
    assert "Avis A/S" not in written
    assert "faktura" not in written
