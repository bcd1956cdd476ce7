"""Invoices: what is owed to a payee in a currency, gathered and rounded once to what can be paid.

An invoice takes everything that is owed and on none yet, and what the one before carried over. Rounded down to a whole
øre or cent, the rest is carried to the next; nothing is lost and nothing made up:

    sum of invoices * 1,000,000 + what the last one carried == the exact sum of what was invoiced

What was paid in advance is set against it at once. Where we are the ones who pay, such an
invoice is what bookkeeping calls self-billing; its VAT is as the payee's record says, and amounts are without it.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from sqlalchemy import Connection, RowMapping, func, insert, select

from ledger import tables
from ledger.agreements import DOMAIN
from ledger.books import Account, AccountKind, Act, Move, balances, by_what, enter, write
from ledger.errors import RecordRefused, UnknownRecord
from ledger.journal import Event, Stamp, commitment, new_nonce
from ledger.money import AMOUNT_MICRO_MAX, MICRO, MINOR, whole_minor
from ledger.payees import NO_VAT
from ledger.records import DueStatus, Invoice
from ledger.store import Ledger

DAYS = 30
"""Days in which an invoice is to be paid: what the Danish law on interest (renteloven § 3) has for want of another."""

LINES_MAX = 10_000
"""Dues on one invoice; more are on the next."""


@dataclass(frozen=True, slots=True)
class _Draft:
    """An invoice about to be made: whose, what it takes as (account, obligation, micro-units), and its amounts."""

    number: int
    payee: str
    currency: str
    taken: Sequence[tuple[Account, str, int]]
    exact: int

    @property
    def amount_micro(self) -> int:
        return whole_minor(self.exact // MICRO)

    @property
    def carried(self) -> int:
        return self.exact - self.amount_micro * MICRO


def make_invoice(ledger: Ledger, payee: str, currency: str, as_of: date, stamp: Stamp) -> Invoice | None:
    """Make the invoice of everything that is owed; None when that is less than the smallest amount that can be paid.

    Raises:
        RecordRefused: the payee is a domain that nobody claimed, or the sum is beyond counting.

    """
    if payee.startswith(DOMAIN):
        raise RecordRefused(f"{payee} is not claimed by anybody yet: its dues wait, and move with `ledger claim`")
    with ledger.writing() as connection:
        draft = _draft(connection, payee, currency)
        if not draft.taken or draft.amount_micro < MINOR:
            return None
        if draft.amount_micro > AMOUNT_MICRO_MAX:
            raise RecordRefused(f"an invoice to {payee} would be beyond all counting: see the prices agreed")
        _write(connection, stamp, draft, as_of)
        return read_invoices(connection, as_of, [draft.number])[0]


def owed_payees(ledger: Ledger) -> tuple[tuple[str, str], ...]:
    """Payee and currency of everything that could be put on an invoice now, sorted."""
    with ledger.reading() as connection:
        sums = balances(connection)
    owed = {(account.payee, account.currency) for account, _ in sums if account.kind is AccountKind.OWED}
    return tuple(sorted(pair for pair in owed if not pair[0].startswith(DOMAIN)))


def invoices(ledger: Ledger, as_of: date) -> tuple[Invoice, ...]:
    """Return every invoice with its standing on a day, oldest first."""
    with ledger.reading() as connection:
        return read_invoices(connection, as_of)


def invoice(ledger: Ledger, number: int, as_of: date) -> Invoice:
    """Return one invoice.

    Raises:
        UnknownRecord: there is none of the number.

    """
    with ledger.reading() as connection:
        return one_invoice(connection, number, as_of)


def one_invoice(connection: Connection, number: int, as_of: date) -> Invoice:
    """Return what `invoice` does, inside a transaction."""
    found = read_invoices(connection, as_of, [number])
    if not found:
        raise UnknownRecord(f"no invoice {number} is in the ledger: list them with `fodaftryk ledger invoices`")
    return found[0]


def read_invoices(
    connection: Connection, as_of: date, numbers: Sequence[int] | None = None, payee: str | None = None
) -> tuple[Invoice, ...]:
    """Return what `invoices` does, or some of them or a payee's, inside a transaction."""
    query = select(tables.invoice).order_by(tables.invoice.c.number)
    if numbers is not None:
        query = query.where(tables.invoice.c.number.in_(numbers))
    if payee is not None:
        query = query.filter_by(payee=payee)
    rows = connection.execute(query).mappings().all()
    wanted = None if numbers is None and payee is None else [row["number"] for row in rows]
    sums = by_what(balances(connection, "invoice", wanted))
    return tuple(_invoice(row, sums.get(row["number"], {}), as_of) for row in rows)


def set_against(advance_micro: int, waiting: Iterable[Invoice]) -> list[Move]:
    """Set what was paid in advance against the invoices of a payee and currency that are to be paid, soonest due first.

    Only whole minor units: what is less stays an advance.
    """
    left, moves = whole_minor(advance_micro), []
    for each in sorted(waiting, key=lambda one: (one.due_on, one.number)):
        applied = min(left, each.open_micro) if each.status in TO_PAY else 0
        if applied > 0:
            left -= applied
            payable = Account(AccountKind.PAYABLE, "", each.payee, each.currency)
            moves.append(Move(payable, advance_of(each.payee, each.currency), applied, invoice=each.number))
    return moves


def against_invoices(
    connection: Connection, moves: Iterable[Move], as_of: date, made: Invoice | None = None
) -> list[Move]:
    """Set advances against invoices, those included that some moves add; `made` is an invoice that is being made."""
    held, before = Counter({(made.payee, made.currency): 0} if made else {}), advances(connection)
    for move in moves:
        if move.debit.kind is AccountKind.ADVANCE:
            held[move.debit.payee, move.debit.currency] += move.amount_micro
    further = []
    for (payee, currency), added in sorted(held.items()):
        waiting = [each for each in read_invoices(connection, as_of, payee=payee) if each.currency == currency]
        if made is not None:
            waiting.append(made)
        further += set_against(before.get((payee, currency), 0) + added, waiting)
    return further


TO_PAY = frozenset({DueStatus.INVOICED, DueStatus.OVERDUE})


def advance_of(payee: str, currency: str) -> Account:
    """Where what was paid to a payee waits for an invoice."""
    return Account(AccountKind.ADVANCE, "", payee, currency)


def advances(connection: Connection) -> dict[tuple[str, str], int]:
    """What was paid and is on no invoice, by payee and currency."""
    sums = balances(connection)
    return {
        (account.payee, account.currency): amount
        for (account, _), amount in sums.items()
        if account.kind is AccountKind.ADVANCE
    }


def _draft(connection: Connection, payee: str, currency: str) -> _Draft:
    """What is owed, oldest first, and what is carried."""
    sums = balances(connection, "obligation")
    owed = {
        due: (account, -amount)
        for (account, due), amount in sums.items()
        if (account.kind, account.payee, account.currency) == (AccountKind.OWED, payee, currency)
    }
    table = tables.obligation.c
    order = connection.execute(select(table.id, table.remainder, table.amount_micro).order_by(table.entry_seq)).all()
    known = [(row.id, row.remainder) for row in order if row.id in owed][:LINES_MAX]
    taken = [(owed[due][0], due, owed[due][1]) for due, _ in known]
    carried = connection.scalar(
        select(tables.invoice.c.carried)
        .filter_by(payee=payee, currency=currency)
        .order_by(tables.invoice.c.number.desc())
        .limit(1)
    )
    exact = sum(amount for *_, amount in taken) * MICRO + sum(remainder for _, remainder in known) + (carried or 0)
    number = (connection.scalar(select(func.max(tables.invoice.c.number))) or 0) + 1
    return _Draft(number, payee, currency, taken, exact)


def _write(connection: Connection, stamp: Stamp, draft: _Draft, as_of: date) -> None:
    payable = Account(AccountKind.PAYABLE, "", draft.payee, draft.currency)
    moves = [Move(owed, payable, amount, due, draft.number) for owed, due, amount in draft.taken]
    moves += _rounding(draft, payable)
    due_on, nonce = as_of + timedelta(days=DAYS), new_nonce()
    vat = connection.scalar(select(tables.payee.c.vat).filter_by(name=draft.payee)) or NO_VAT
    made = (draft.number, draft.payee, draft.currency, draft.amount_micro, draft.carried, vat, as_of, due_on)
    moves += against_invoices(connection, (), as_of, Invoice(*made, 0, draft.amount_micro, DueStatus.INVOICED))
    values = {
        "number": draft.number,
        "currency": draft.currency,
        "amount_micro": draft.amount_micro,
        "carried": draft.carried,
        "vat": vat,
    }
    body = {**values, "issued_on": as_of.isoformat(), "due_on": due_on.isoformat(), "dues": len(draft.taken)}
    event = Event(
        "invoice", f"invoice:{draft.number}", {**body, "commitment": commitment(nonce, {"payee": draft.payee})}
    )
    entered = enter(connection, stamp, Act(event, f"invoice:{draft.number}", moves))
    dates = {"issued_on": as_of, "due_on": due_on}
    connection.execute(
        insert(tables.invoice).values(**values, **dates, payee=draft.payee, nonce=nonce, entry_seq=entered.seq)
    )
    write(connection, entered)


def _rounding(draft: _Draft, payable: Account) -> list[Move]:
    """Take from the payable what is less than an øre, or put to it what was carried."""
    more = draft.amount_micro - sum(amount for *_, amount in draft.taken)
    carried = Account(AccountKind.CARRIED, "", draft.payee, draft.currency)
    if more == 0:
        return []
    sides = (carried, payable) if more > 0 else (payable, carried)
    return [Move(*sides, abs(more), invoice=draft.number)]


def _invoice(row: RowMapping, sums: Mapping[Account, int], as_of: date) -> Invoice:
    kinds = {account.kind: amount for account, amount in sums.items()}
    payable, disputed = -kinds.get(AccountKind.PAYABLE, 0), -kinds.get(AccountKind.DISPUTED, 0)
    if disputed:
        status = DueStatus.DISPUTED
    elif payable:
        status = DueStatus.OVERDUE if row["due_on"] < as_of else DueStatus.INVOICED
    else:
        status = DueStatus.WAIVED if kinds.get(AccountKind.WAIVED) else DueStatus.PAID
    names = ("number", "payee", "currency", "amount_micro", "carried", "vat", "issued_on", "due_on")
    paid_micro = -kinds.get(AccountKind.ADVANCE, 0)
    standing: dict[str, Any] = {"paid_micro": paid_micro, "open_micro": payable + disputed, "status": status}
    return Invoice(**{name: row[name] for name in names}, **standing)
