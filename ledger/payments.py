"""Payments, and how sources stand by them.

A payment settles the oldest open obligations of its source, payee and currency; what is left over is credit, and
settles what accrues later. Nothing of this is stored: it is worked out from obligations and payments when asked.
"""

from collections import defaultdict
from datetime import datetime

from sqlalchemy import Connection, RowMapping, func, insert, select

from ledger import tables
from ledger.agreements import Rate, RateUnit
from ledger.errors import RecordConflict, RecordRefused, UnknownRecord
from ledger.journal import Event, Json, Stamp, append, commitment, new_nonce
from ledger.money import AMOUNT_MICRO_MAX, check_currency
from ledger.obligations import AccountKey, account_key, paid_status, settle
from ledger.records import DueStatus, Obligation, Payment, SourceAccount
from ledger.sources import check_known
from ledger.store import Ledger
from ledger.terms import payee_of, standing


def record_payment(ledger: Ledger, payment: Payment, actor: str, now: datetime) -> bool:
    """Record a payment that was made; tell whether it was new. The same once more changes nothing.

    Raises:
        UnknownRecord: its source is not in the ledger.
        RecordConflict: another payment to the payee has the reference.
        RecordRefused: the amount is not positive, the currency unknown, the payee nobody the source is paid through, or
            the actor cannot stand in the journal.

    """
    stamp = Stamp(actor, now)
    _check(payment)
    with ledger.writing() as connection:
        check_known(connection, {payment.source})
        held = select(tables.payment).filter_by(payee=payment.payee, reference=payment.reference)
        row = connection.execute(held).mappings().one_or_none()
        if row is None:
            _check_payee(connection, payment)
            _write(connection, stamp, payment)
        elif _payment(row) != payment:
            raise RecordConflict(
                f"a payment to {payment.payee} with the reference {payment.reference} is in the ledger with another "
                "source, amount, currency or day: see which is right, and give a new payment its own reference"
            )
        return row is None


def payments(ledger: Ledger, source: str | None = None) -> tuple[Payment, ...]:
    """Return all payments, or those for one source, in the order they were recorded in."""
    query = select(tables.payment).order_by(tables.payment.c.entry_seq)
    if source is not None:
        query = query.filter_by(source=source)
    with ledger.reading() as connection:
        return tuple(_payment(row) for row in connection.execute(query).mappings())


def obligations(ledger: Ledger, release: str | None = None) -> tuple[Obligation, ...]:
    """Return all obligations, or those of one release, oldest first, with what was paid of each.

    Raises:
        UnknownRecord: there is no such release.

    """
    with ledger.reading() as connection:
        settled, _ = settle(*_stand(connection, release))
    return tuple(obligation for obligation in settled if release in (None, obligation.release))


def accounts(ledger: Ledger, release: str | None = None) -> tuple[SourceAccount, ...]:
    """Return how every source stands, over all releases or for one; a row for each payee and currency, sorted.

    Money paid in advance, for nothing that accrued yet, is a row that is `not_due` and has credit.

    Raises:
        UnknownRecord: there is no such release.

    """
    with ledger.reading() as connection:
        settled, credit_micro = settle(*_stand(connection, release))
    groups: defaultdict[AccountKey, list[Obligation]] = defaultdict(list)
    for obligation in settled:
        if release in (None, obligation.release):
            groups[account_key(obligation)].append(obligation)
    if release is not None:
        credit_micro = {}
    keys = sorted(groups.keys() | credit_micro.keys())
    return tuple(_account(key, groups.get(key, []), credit_micro.get(key, 0)) for key in keys)


def _account(key: AccountKey, group: list[Obligation], credit_micro: int) -> SourceAccount:
    amounts = [obligation.amount_micro for obligation in group if obligation.amount_micro is not None]
    owed_micro = sum(amounts) if amounts else None
    paid_micro = sum(obligation.paid_micro for obligation in group)
    statuses = {obligation.status for obligation in group}
    if owed_micro is None:
        status = DueStatus.NONE_AGREED if DueStatus.NONE_AGREED in statuses else DueStatus.NOT_DUE
    elif statuses == {DueStatus.WAIVED}:
        status = DueStatus.WAIVED
    else:
        status = paid_status(DueStatus.ACCRUED, owed_micro, paid_micro)
    return SourceAccount(*key, owed_micro, paid_micro, credit_micro, status)


def _stand(connection: Connection, release: str | None) -> tuple[list[Obligation], dict[AccountKey, int]]:
    """Read all obligations, oldest first, and all that was paid: even one release's standing depends on the others."""
    if release is not None and connection.scalar(select(tables.release.c.version).filter_by(version=release)) is None:
        raise UnknownRecord(f"no release {release} is in the ledger: list the releases for their versions")
    owed = connection.execute(select(tables.obligation).order_by(tables.obligation.c.entry_seq)).mappings()
    table = tables.payment.c
    key = (table.source, table.payee, table.currency)
    paid = connection.execute(select(*key, func.sum(table.amount_micro)).group_by(*key))
    return [_obligation(row) for row in owed], {(name, payee, code): int(sum_) for name, payee, code, sum_ in paid}


def _check(payment: Payment) -> None:
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


def _check_payee(connection: Connection, payment: Payment) -> None:
    """Refuse a payee the source is not paid through, so that a slip of the pen does not become somebody's credit."""
    agreed = {payee_of(agreement) for agreement in standing(connection, payment.source)}
    owed = connection.scalars(select(tables.obligation.c.payee).filter_by(source=payment.source).distinct())
    known = sorted((agreed | set(owed)) - {""})
    if payment.payee not in known:
        raise RecordRefused(
            f"{payment.source} is not paid through {payment.payee!r} but through {', '.join(known) or 'nobody yet'}: "
            "write the payee as the agreement does, or record the agreement first"
        )


def _write(connection: Connection, stamp: Stamp, payment: Payment) -> None:
    nonce = new_nonce()
    body: dict[str, Json] = {
        "amount_micro": payment.amount_micro,
        "currency": payment.currency,
        "paid_on": payment.paid_on.isoformat(),
        "commitment": commitment(nonce, {"payee": payment.payee, "reference": payment.reference}),
    }
    seq = append(connection, stamp, Event("payment", f"source:{payment.source}", body))
    connection.execute(
        insert(tables.payment).values(
            payee=payment.payee,
            reference=payment.reference,
            source=payment.source,
            amount_micro=payment.amount_micro,
            currency=payment.currency,
            paid_on=payment.paid_on,
            actor=stamp.actor,
            nonce=nonce,
            entry_seq=seq,
        )
    )


def _payment(row: RowMapping) -> Payment:
    names = ("source", "payee", "amount_micro", "currency", "reference", "paid_on")
    return Payment(**{name: row[name] for name in names})


def _obligation(row: RowMapping) -> Obligation:
    names = ("id", "release", "source", "basis", "payee", "quantity", "amount_micro", "remainder")
    per = row["rate_per"]
    return Obligation(
        **{name: row[name] for name in names},
        agreement=row["agreement"] or "",
        rate=None if per is None else Rate(RateUnit(per), row["rate_amount_micro"], row["currency"]),
        status=DueStatus(row["status"]),
    )
