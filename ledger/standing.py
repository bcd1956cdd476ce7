"""How dues and sources stand: worked out from the books whenever it is asked, and never stored."""

from collections import defaultdict
from collections.abc import Collection, Mapping
from dataclasses import replace
from datetime import date
from typing import TypeAlias

from sqlalchemy import Connection, select

from ledger import tables
from ledger.agreements import DOMAIN
from ledger.books import Account, AccountKind, balances, by_what
from ledger.dues import due_of, release_dues
from ledger.invoices import advances, read_invoices
from ledger.records import DueStatus, Invoice, Obligation, SourceAccount
from ledger.store import Ledger

AccountKey: TypeAlias = tuple[str, str, str]
"""Source, payee and currency."""

WORST = (
    *(DueStatus.OVERDUE, DueStatus.DISPUTED, DueStatus.INVOICED, DueStatus.ACCRUED, DueStatus.PAID),
    *(DueStatus.WAIVED, DueStatus.REVERSED, DueStatus.NONE_AGREED, DueStatus.NOT_DUE),
)
"""Which status stands for several: the one that most needs somebody to act."""


def obligations(ledger: Ledger, as_of: date, release: str | None = None) -> tuple[Obligation, ...]:
    """Return all obligations, or those of one release, oldest first, as they stand on a day.

    `payee` is who is paid for it now, and `paid_micro` what was paid of it: an invoice's payments pay its dues in their
    order, oldest first.

    Raises:
        UnknownRecord: there is no such release.

    """
    with ledger.reading() as connection:
        if release is not None:
            release_dues(connection, release)
        found = dues_in(connection, as_of)
    return tuple(due for due in found if release in (None, due.release))


def dues_in(connection: Connection, as_of: date) -> list[Obligation]:
    """Return what `obligations` does, inside a transaction."""
    rows = connection.execute(select(tables.obligation).order_by(tables.obligation.c.entry_seq)).mappings()
    dues = [due_of(row) for row in rows]
    claimants = {row.domain: row.payee for row in connection.execute(select(tables.claimant))}
    sums = by_what(balances(connection, "obligation"))
    bills = {each.number: each for each in read_invoices(connection, as_of)}
    on = _invoiced(connection)
    left = {number: bill.paid_micro for number, bill in bills.items()}
    found = []
    for due in dues:
        bill = bills.get(on.get(due.id, 0))
        status = status_of(due, sums.get(due.id, {}), bill)
        paid_micro = _paid(due, bill, status, left)
        payee = claimants.get(due.payee.removeprefix(DOMAIN), due.payee) if due.payee.startswith(DOMAIN) else due.payee
        number = None if bill is None else bill.number
        found.append(replace(due, status=status, paid_micro=paid_micro, payee=payee, invoice=number))
    return found


def status_of(due: Obligation, sums: Mapping[Account, int], bill: Invoice | None) -> DueStatus:
    """Where a due stands by what the books have of it; what was never booked stands as it was entered."""
    kinds = {account.kind for account in sums}
    if AccountKind.DISPUTED in kinds:
        return DueStatus.DISPUTED
    for kind, status in ((AccountKind.REVERSED, DueStatus.REVERSED), (AccountKind.WAIVED, DueStatus.WAIVED)):
        if kind in kinds:
            return status
    return due.status if bill is None else bill.status


def accounts(ledger: Ledger, as_of: date, release: str | None = None) -> tuple[SourceAccount, ...]:
    """Return how every source stands on a day, over all or in one release; a row for each payee and currency, sorted.

    What a payee was paid in advance is a row without a source; a single release's accounts have none.

    Raises:
        UnknownRecord: there is no such release.

    """
    with ledger.reading() as connection:
        if release is not None:
            release_dues(connection, release)
        dues = [due for due in dues_in(connection, as_of) if release in (None, due.release)]
        credit = advances(connection) if release is None else {}
    groups: defaultdict[AccountKey, list[Obligation]] = defaultdict(list)
    for due in dues:
        currency = "" if due.amount_micro is None or due.rate is None else due.rate.currency
        groups[due.source, due.payee, currency].append(due)
    rows = [_account(key, group) for key, group in groups.items()]
    rows += [
        SourceAccount("", payee, currency, None, 0, amount, DueStatus.NOT_DUE)
        for (payee, currency), amount in credit.items()
    ]
    return tuple(sorted(rows, key=lambda row: (row.source, row.payee, row.currency)))


def money_subjects(ledger: Ledger, names: Collection[str]) -> list[str]:
    """Return what entries of money are about that are of some sources alone: invoices, and accounts of payments.

    What a payee is paid for others' sources as well, such as a collective's invoice, is left out.
    """
    with ledger.reading() as connection:
        dues = [due for due in dues_in(connection, date.max) if due.amount_micro]
        table, invoice = tables.account.c, tables.invoice.c
        theirs = {due.payee for due in dues} - {due.payee for due in dues if due.source not in names}
        bills = connection.scalars(select(invoice.number).where(invoice.payee.in_(theirs)).order_by(invoice.number))
        subjects = [f"invoice:{number}" for number in bills]
        held = select(table.id).where(table.kind == str(AccountKind.ADVANCE), table.payee.in_(theirs))
        return subjects + [f"account:{one}" for one in connection.scalars(held.order_by(table.id))]


def _account(key: AccountKey, group: list[Obligation]) -> SourceAccount:
    gone = (DueStatus.WAIVED, DueStatus.REVERSED)
    amounts = [0 if due.status in gone else due.amount_micro for due in group if due.amount_micro is not None]
    status = min((due.status for due in group), key=WORST.index)
    return SourceAccount(*key, sum(amounts) if amounts else None, sum(due.paid_micro for due in group), 0, status)


def _paid(due: Obligation, bill: Invoice | None, status: DueStatus, left: dict[int, int]) -> int:
    """What was paid of a due, taken from what is left of its invoice's payments."""
    if bill is None or status is DueStatus.REVERSED:
        return 0
    if status is DueStatus.PAID:
        return due.amount_micro or 0
    paid_micro = min(due.amount_micro or 0, left[bill.number])
    left[bill.number] -= paid_micro
    return paid_micro


def _invoiced(connection: Connection) -> dict[str, int]:
    """On which invoice each due is."""
    table = tables.posting.c
    query = select(table.obligation, table.invoice).where(table.obligation.is_not(None), table.invoice.is_not(None))
    return {row.obligation: row.invoice for row in connection.execute(query)}
