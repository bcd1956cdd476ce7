"""The books: nothing is edited, nothing is of two currencies, and what was tampered with is found."""

from datetime import UTC, date, datetime

import pytest
from alembic import command
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from ledger.agreements import Agreement, AgreementForm, Rate, RateUnit
from ledger.audit import audit, audit_in
from ledger.bank import import_statement, parse_statement
from ledger.budgets import PROJECT, set_budget
from ledger.changes import Change, Which, change_dues, reverse_dues
from ledger.dues import accrue_dues, publish_release
from ledger.invoices import make_invoice
from ledger.journal import Stamp, entries
from ledger.migrate import alembic_config
from ledger.money import MICRO, MINOR, whole_minor
from ledger.orders import make_batch
from ledger.payees import Payee, Vat, record_payee
from ledger.payments import payments, record_payment
from ledger.records import CrawlRecord, DueStatus, Payment, ReleaseRecord, Source, SourceStatus, Usage
from ledger.releases import record_release
from ledger.sources import record_crawl, sync_source
from ledger.standing import obligations
from ledger.store import Ledger
from tests.ledger.machine import drop_triggers

NOW = datetime(2026, 11, 24, 12, tzinfo=UTC)
DAY = NOW.date()
STAMP = Stamp("accounts", NOW)
KRONE = 1_000_000


def stock(ledger: Ledger) -> None:
    """A row of every kind there is of money."""
    rate = Rate(RateUnit.DOCUMENT, 123_456, "EUR", minimum_micro=5, cap_micro=10**12)
    yearly = Rate(RateUnit.YEAR, 1000 * KRONE, "DKK")
    named = ("avis", "Avisen A/S", "", AgreementForm.WRITTEN, ("train",), date(2026, 1, 1), None)
    terms = [Agreement("a", *named, rate), Agreement("b", *named, yearly)]
    sync_source(ledger, Source("avis", "Avisen", "", SourceStatus.AGREED, "", "", "web"), [], terms, NOW)
    record_crawl(ledger, CrawlRecord("avis", "crawl-1", "sha256:1", {}), NOW)
    for version in ("v1", "v2", "v3"):
        used = Usage("avis", "agreement", "agreed", "LicenseRef-Agreement-a", 7, 700, 7000, (f"{version}ab",))
        record_release(ledger, ReleaseRecord(version, f"sha256:{version}", "p", DAY, (used,)), NOW)
        publish_release(ledger, version, STAMP)
    accrue_dues(ledger, DAY, STAMP)
    change_dues(ledger, Which("avis", "v2"), Change.DISPUTE, "de tæller anderledes", STAMP)
    record_payee(ledger, Payee("Avisen A/S", "DK5000400440116243", Vat.EXEMPT), "accounts", NOW)
    for currency in ("DKK", "EUR"):
        make_invoice(ledger, "Avisen A/S", currency, DAY, STAMP)
    make_batch(ledger, "EUR", DAY, STAMP)
    record_payment(ledger, Payment("", "Avisen A/S", KRONE, "EUR", "bank 1", DAY), "accounts", NOW)
    reverse_dues(ledger, Which("avis", "v3"), "taget ned", STAMP)
    lines = parse_statement("dato;beløb;tekst\n24-11-2026;-1.000,00;FT-000001\n24-11-2026;-2,00;Aase Aae\n", "DKK")
    import_statement(ledger, lines, STAMP)
    set_budget(ledger, PROJECT, 5000 * KRONE, "DKK", STAMP)


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE posting SET amount_micro = 1",
        "DELETE FROM posting",
        "UPDATE account SET payee = 'Bo'",
        "DELETE FROM account",
        "UPDATE booking SET key = 'x'",
        "DELETE FROM booking",
    ],
)
def test_the_database_refuses_to_edit_the_books(ledger: Ledger, statement: str) -> None:
    """Accounts, transactions and postings are added to, and nothing else."""
    stock(ledger)
    with pytest.raises(DBAPIError, match="append-only"), ledger.writing() as connection:
        connection.execute(text(statement))


WRONG = (
    ("0", "debit, credit"),
    ("-5", "debit, credit"),
    ("5", "debit, debit"),
    ("5", "debit, (SELECT id FROM account WHERE currency = 'DKK' AND kind = 'bank')"),
)


@pytest.mark.parametrize(("amount", "sides"), WRONG)
def test_the_database_takes_no_posting_that_does_not_sum_to_zero(ledger: Ledger, amount: str, sides: str) -> None:
    """Nothing or less, an account with itself, and two currencies are refused whoever writes them."""
    stock(ledger)
    written = f"""
        INSERT INTO posting SELECT booking, 999, {sides}, currency, {amount}, NULL, NULL FROM posting
        WHERE currency = 'EUR' AND position = 0 AND booking = (SELECT MIN(booking) FROM posting)
    """
    with pytest.raises(DBAPIError), ledger.writing() as connection:
        connection.execute(text(written))


TAMPERED = [
    (
        "UPDATE posting SET amount_micro = amount_micro + 1 WHERE position = 0 AND invoice = 1",
        "p",
    ),
    ("DELETE FROM posting WHERE invoice = 1", "has"),
    ("UPDATE account SET payee = 'Bo A/S' WHERE kind = 'advance'", "account"),
    ("UPDATE obligation SET amount_micro = 1 WHERE release = 'v1'", "obligation"),
    ("UPDATE obligation SET rate_amount_micro = 1, amount_micro = 5 WHERE release = 'v1'", "obligation"),
    ("UPDATE obligation SET rate_cap_micro = 1 WHERE release = 'v1'", "rate"),
    ("UPDATE invoice SET amount_micro = 10000 WHERE number = 1", "invoice 1"),
    ("UPDATE invoice SET payee = 'Bo A/S'", "invoice 1"),
    ("UPDATE invoice SET due_on = '2027-01-01'", "due_on"),
    ("UPDATE payee SET iban = 'DK8030000001234567'", "payee Avisen"),
    ("UPDATE bank_line SET text = 'x' WHERE payee = ''", "bank_line"),
    ("UPDATE budget SET amount_micro = 1", "budget"),
    ("UPDATE payment_batch SET cancelled = true", "payment_batch"),
    ("UPDATE payment_order SET amount_micro = 1", "payment file 1"),
    ("UPDATE booking SET note = 'x' WHERE note <> ''", "booking"),
    ("UPDATE usage SET documents = 8 WHERE release = 'v1'", "usage"),
]


def test_a_whole_ledger_has_no_findings_and_a_tampered_one_has(ledger: Ledger) -> None:
    """Each row of money that is changed behind the triggers is told by the audit."""
    stock(ledger)
    assert audit(ledger, {}).findings == ()
    for statement, told in TAMPERED:
        with ledger.engine.connect() as connection:
            connection.begin()
            drop_triggers(connection)
            connection.exec_driver_sql(statement)
            found = audit_in(connection, {}).findings
            connection.rollback()
        assert any(told in f"{finding.where} {finding.what}" for finding in found), (statement, found)


def test_nothing_personal_gets_into_the_journal(ledger: Ledger) -> None:
    """Payee, account, references, notes and the bank's texts are committed to, and stand in no entry."""
    stock(ledger)
    written = "".join(f"{entry.subject} {entry.body}" for entry in entries(ledger))
    assert not [secret for secret in ("Avisen", "DK50", "bank 1", "anderledes", "taget", "Aase") if secret in written]


def test_going_down_and_up_keeps_dues_and_payments_and_books_them_anew(ledger: Ledger) -> None:
    """Dues of releases and payments for a source are the same, owed and paid in advance; the rest is forgotten."""
    stock(ledger)
    record_payment(ledger, Payment("avis", "Avisen A/S", 3 * KRONE, "EUR", "bank 2", DAY), "accounts", NOW)
    before, owed = entries(ledger), [due for due in obligations(ledger, DAY) if due.release]
    with ledger.writing() as connection:
        command.downgrade(alembic_config(connection), "0003")
    with ledger.writing() as connection:
        command.upgrade(alembic_config(connection), "head")
        command.check(alembic_config(connection))
    assert entries(ledger) == before
    found = obligations(ledger, DAY)
    assert [(due.id, due.amount_micro, due.remainder) for due in found] == [
        (due.id, due.amount_micro, due.remainder) for due in owed
    ]
    assert {due.status for due in found} == {DueStatus.ACCRUED}
    assert [paid.reference for paid in payments(ledger)] == ["bank 2"]
    bill = make_invoice(ledger, "Avisen A/S", "EUR", DAY, STAMP)
    assert bill is not None
    assert bill.paid_micro == min(bill.amount_micro, 3 * KRONE)


@given(st.lists(st.integers(0, 10**13), max_size=50))
def test_no_ore_is_lost_by_carrying(exact: list[int]) -> None:
    """However dues fall on invoices, the invoices and the last remainder are what was owed, to the millionth."""
    billed = carried = 0
    for due in exact:
        whole = whole_minor((due + carried) // MICRO)
        carried = due + carried - whole * MICRO
        billed += whole
        assert 0 <= carried < MINOR * MICRO
    assert billed * MICRO + carried == sum(exact)
