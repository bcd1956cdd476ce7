"""Payments: money that left the bank, set against the payee's invoices, those to be paid soonest first.

What is left over is an advance, which the next invoice takes.
"""

from datetime import date, datetime

from sqlalchemy import Connection, RowMapping, insert, select

from ledger import tables
from ledger.agreements import DOMAIN
from ledger.books import Account, AccountKind, Act, Move, account_id, enter, write
from ledger.errors import RecordConflict, RecordRefused
from ledger.instants import is_to_come
from ledger.invoices import advance_of, against_invoices
from ledger.journal import Event, Json, Stamp, commitment, new_nonce
from ledger.money import AMOUNT_MICRO_MAX, check_currency
from ledger.records import Payment
from ledger.sources import check_known
from ledger.store import Ledger
from ledger.terms import agreement_of, payee_of


def record_payment(ledger: Ledger, payment: Payment, actor: str, now: datetime) -> bool:
    """Record a payment that was made; tell whether it was new. The same once more changes nothing.

    Raises:
        UnknownRecord: its source is not in the ledger.
        RecordConflict: another payment to the payee has the reference.
        RecordRefused: the amount is not positive, the day still to come, the currency unknown, the payee nobody that is
            paid for the source or for any, or the actor cannot stand in the journal.

    """
    stamp = Stamp(actor, now)
    with ledger.writing() as connection:
        return enter_payment(connection, payment, stamp)


def enter_payment(connection: Connection, payment: Payment, stamp: Stamp) -> bool:
    """Do what `record_payment` does, inside a transaction."""
    _check(payment, stamp.now)
    if payment.source:
        check_known(connection, {payment.source})
    held = select(tables.payment).filter_by(payee=payment.payee, reference=payment.reference)
    row = connection.execute(held).mappings().one_or_none()
    if row is None:
        check_payee(connection, payment.payee, payment.source)
        _write(connection, stamp, payment)
    elif _payment(row) != payment:
        raise RecordConflict(
            f"a payment to {payment.payee} with the reference {payment.reference} is in the ledger with another "
            "source, amount, currency or day: see which is right, and give a new payment its own reference"
        )
    return row is None


def payments(ledger: Ledger, source: str | None = None) -> tuple[Payment, ...]:
    """Return all payments, or those for one source alone, in the order they were recorded in."""
    query = select(tables.payment).order_by(tables.payment.c.entry_seq)
    if source is not None:
        query = query.filter_by(source=source)
    with ledger.reading() as connection:
        return tuple(_payment(row) for row in connection.execute(query).mappings())


def known_payee(ledger: Ledger, payee: str) -> None:
    """Do what `check_payee` does, for whoever has no transaction."""
    with ledger.reading() as connection:
        check_payee(connection, payee)


def check_payee(connection: Connection, payee: str, source: str = "") -> None:
    """Refuse whom nothing is paid through, so that a slip of the pen does not become somebody's credit.

    Raises:
        RecordRefused: with those that are paid for the source, or for any.

    """
    table, due = tables.agreement, tables.obligation.c
    agreed, owed = select(table).filter_by(withdrawn=False), select(due.payee).distinct()
    if source:
        agreed, owed = agreed.filter_by(source=source), owed.where(due.source == source)
    known = {payee_of(agreement_of(row)) for row in connection.execute(agreed).mappings()}
    known |= {*connection.scalars(owed), *connection.scalars(select(tables.claimant.c.payee))}
    names = sorted(name for name in known if name and not name.startswith(DOMAIN))
    if payee not in names:
        raise RecordRefused(
            f"{source or 'no source'} is {'not ' if source else ''}paid through {payee!r} but through "
            f"{', '.join(names[:20]) or 'nobody yet'}: write the payee as the agreement does, or record the agreement"
        )


def _check(payment: Payment, now: datetime) -> None:
    if is_to_come(payment.paid_on, now):
        raise RecordRefused(f"nobody was paid on {payment.paid_on}, which is still to come: correct the day")
    if not 0 < payment.amount_micro <= AMOUNT_MICRO_MAX:
        raise RecordRefused(f"a payment is more than 0 and at most {AMOUNT_MICRO_MAX} micro-units")
    if not payment.reference.strip():
        raise RecordRefused(
            "a payment needs its reference, as on the bank statement: it tells one payment from another"
        )
    try:
        check_currency(payment.currency)
    except ValueError as error:
        raise RecordRefused(str(error)) from error


def _write(connection: Connection, stamp: Stamp, payment: Payment) -> None:
    nonce = new_nonce()
    body: dict[str, Json] = {
        "amount_micro": payment.amount_micro,
        "currency": payment.currency,
        "paid_on": payment.paid_on.isoformat(),
        "commitment": commitment(nonce, {"payee": payment.payee, "reference": payment.reference}),
    }
    account = account_id(connection, advance_of(payment.payee, payment.currency))
    event = Event("payment", f"source:{payment.source}" if payment.source else f"account:{account}", body)
    key = f"pay:{body['commitment']}"
    entered = enter(connection, stamp, Act(event, key, _moves(connection, payment, stamp.now.date())))
    connection.execute(
        insert(tables.payment).values(
            payee=payment.payee,
            reference=payment.reference,
            source=payment.source or None,
            amount_micro=payment.amount_micro,
            currency=payment.currency,
            paid_on=payment.paid_on,
            actor=stamp.actor,
            nonce=nonce,
            entry_seq=entered.seq,
        )
    )
    write(connection, entered)


def _moves(connection: Connection, payment: Payment, as_of: date) -> list[Move]:
    """Out of the bank, and against the invoices."""
    bank = Account(AccountKind.BANK, "", "", payment.currency)
    paid = Move(advance_of(payment.payee, payment.currency), bank, payment.amount_micro)
    return [paid, *against_invoices(connection, [paid], as_of)]


def _payment(row: RowMapping) -> Payment:
    names = ("payee", "amount_micro", "currency", "reference", "paid_on")
    return Payment(source=row["source"] or "", **{name: row[name] for name in names})
