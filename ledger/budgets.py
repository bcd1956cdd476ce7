"""Budgets: how much may be spent on a source, or on all of them, in a calendar year and a currency.

What counts as spent is what was booked as cost that year, less what was waived or reversed in it. Before a crawl or a
release is paid for by anybody, its cost is put to that; where it would be too much nothing is recorded but the refusal.
"""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date

from sqlalchemy import Connection, insert, select, update

from ledger import tables
from ledger.books import AccountKind
from ledger.dues import standing_dues
from ledger.errors import BudgetExceeded
from ledger.journal import Event, Stamp, append
from ledger.money import format_amount
from ledger.obligations import accrue_standing
from ledger.records import Obligation
from ledger.sources import check_known
from ledger.store import Ledger
from ledger.terms import standing

PROJECT = "*"
"""The scope of a budget for all sources together."""

_SPENDING = (AccountKind.COST, AccountKind.WAIVED, AccountKind.REVERSED)


@dataclass(frozen=True, slots=True)
class Budget:
    """What may be spent in a year on a source, or on everything (`PROJECT`); `spent_micro` is what was, this year."""

    scope: str
    currency: str
    amount_micro: int
    spent_micro: int


def set_budget(ledger: Ledger, scope: str, amount_micro: int, currency: str, stamp: Stamp) -> bool:
    """Set a budget; tell whether anything changed. It binds from now on.

    Raises:
        UnknownRecord: there is no such source.

    """
    key = {"scope": scope, "currency": currency}
    with ledger.writing() as connection:
        if scope != PROJECT:
            check_known(connection, {scope})
        held = connection.scalar(select(tables.budget.c.amount_micro).filter_by(**key))
        if held == amount_micro:
            return False
        subject = "budget" if scope == PROJECT else f"source:{scope}"
        seq = append(connection, stamp, Event("budget", subject, {**key, "amount_micro": amount_micro}))
        values = {"amount_micro": amount_micro, "entry_seq": seq}
        if held is None:
            connection.execute(insert(tables.budget).values(**key, **values))
        else:
            connection.execute(update(tables.budget).filter_by(**key).values(**values))
        return True


def budgets(ledger: Ledger, as_of: date) -> tuple[Budget, ...]:
    """Return every budget with what was spent in the year of a day, sorted."""
    with ledger.reading() as connection:
        return _budgets(connection, as_of)


def check_budget(ledger: Ledger, source: str, as_of: date, stamp: Stamp) -> None:
    """Make sure, before a source is crawled, that what the crawl costs fits.

    Raises:
        BudgetExceeded: it does not, which was recorded.

    """
    with ledger.writing() as connection:
        crawls = [("next", as_of)]
        next_one = [
            due
            for agreement in standing(connection, source)
            for due in accrue_standing(agreement, crawls, as_of, as_of)
            if due.occasion == "crawl:next"
        ]
        over = exceeded(connection, [*standing_dues(connection, as_of, source), *next_one], as_of)
        refuse(connection, stamp, f"source:{source}", over)
    if over:
        raise BudgetExceeded(f"{source} is not crawled: {'; '.join(over)}")


def exceeded(connection: Connection, dues: Iterable[Obligation], as_of: date) -> list[str]:
    """Return what is wrong, for every budget that these dues would exceed."""
    planned: Counter[tuple[str, str]] = Counter()
    for due in dues:
        if due.amount_micro and due.rate is not None:
            for scope in (due.source, PROJECT):
                planned[scope, due.rate.currency] += due.amount_micro
    return [
        _told(budget, planned[budget.scope, budget.currency])
        for budget in _budgets(connection, as_of)
        if planned[budget.scope, budget.currency]
        and budget.spent_micro + planned[budget.scope, budget.currency] > budget.amount_micro
    ]


def refuse(connection: Connection, stamp: Stamp, subject: str, over: list[str]) -> None:
    """Enter that something was stopped by a budget, if it was; the budgets it hit stand in the journal already."""
    if over:
        append(connection, stamp, Event("stopped", subject, {"why": "budget", "budgets": len(over)}))


def _budgets(connection: Connection, as_of: date) -> tuple[Budget, ...]:
    table = tables.budget.c
    rows = connection.execute(select(tables.budget).order_by(table.scope, table.currency)).mappings().all()
    spent: Mapping[tuple[str, str], int] = _spent(connection, as_of.year) if rows else {}
    found = []
    for row in rows:
        key = row["scope"], row["currency"]
        found.append(Budget(*key, row["amount_micro"], spent.get(key, 0)))
    return tuple(found)


def _spent(connection: Connection, year: int) -> Counter[tuple[str, str]]:
    """What was spent in a year, by scope and currency."""
    table, account, entry = tables.posting.c, tables.account.c, tables.entry.c
    spent: Counter[tuple[str, str]] = Counter()
    for side, sign in ((table.debit, 1), (table.credit, -1)):
        joined = tables.posting.join(tables.account, side == account.id)
        joined = joined.join(tables.entry, table.booking == entry.seq)
        query = select(account.source, table.currency, table.amount_micro).select_from(joined)
        query = query.where(
            account.kind.in_([str(kind) for kind in _SPENDING]), entry.recorded_at.startswith(f"{year}-")
        )
        for source, currency, amount in connection.execute(query):
            spent[source, currency] += sign * amount
            spent[PROJECT, currency] += sign * amount
    return spent


def _told(budget: Budget, planned_micro: int) -> str:
    whose = "the project" if budget.scope == PROJECT else budget.scope
    amounts = map(format_amount, (planned_micro, budget.spent_micro, budget.amount_micro))
    planned, spent, limit = amounts
    wanted = format_amount(budget.spent_micro + planned_micro)
    what = f"it would cost {planned} {budget.currency}, and of {whose}'s {limit} this year {spent} are spent"
    scope = "" if budget.scope == PROJECT else f" --source {budget.scope}"
    remedy = f"fodaftryk ledger budget {wanted}{scope} --currency {budget.currency}"
    return f"{what}. Leave the source out, or allow it: `{remedy}`"
