"""What is owed, entered and booked: by sealing a release, by a year that begins, by a crawl that ended.

Sealing makes dues pending, and publishing owes them. What is owed beside releases is owed at once.
"""

from datetime import date
from typing import Any

from sqlalchemy import Connection, RowMapping, insert, select

from ledger import tables
from ledger.agreements import DOMAIN, Rate, RateUnit
from ledger.books import (
    Account,
    AccountKind,
    Act,
    Move,
    balances,
    book,
    by_what,
    enter,
    is_booked,
    write,
)
from ledger.errors import UnknownRecord
from ledger.instants import instant_from_text
from ledger.journal import Event, Stamp
from ledger.obligations import accrue_standing
from ledger.records import DueStatus, Obligation
from ledger.store import Ledger
from ledger.terms import agreement_of, rate_body


def enter_due(connection: Connection, stamp: Stamp, due: Obligation) -> None:
    """Enter what is owed, and book it where it is something.

    The payee stays out of the entry: the agreement's own commits to the name.
    """
    rate = due.rate
    values: dict[str, Any] = {
        "id": due.id,
        "release": due.release or None,
        "occasion": due.occasion,
        "basis": str(due.basis),
        "agreement": due.agreement or None,
        "quantity": due.quantity,
        "amount_micro": due.amount_micro,
        "remainder": due.remainder,
        "status": str(due.status),
    }
    event = Event("due", f"source:{due.source}", {**values, "rate": None if rate is None else rate_body(rate)})
    entered = enter(connection, stamp, Act(event, f"accrue:{due.id}", _accrual(connection, due)))
    connection.execute(
        insert(tables.obligation).values(
            **values,
            source=due.source,
            payee=due.payee,
            rate_per=None if rate is None else str(rate.per),
            rate_amount_micro=None if rate is None else rate.amount_micro,
            rate_minimum_micro=None if rate is None else rate.minimum_micro,
            rate_cap_micro=None if rate is None else rate.cap_micro,
            rate_share_ppm=None if rate is None else rate.share_ppm,
            currency=None if rate is None else rate.currency,
            entry_seq=entered.seq,
        )
    )
    if entered.rows:
        write(connection, entered)


def accrue_dues(ledger: Ledger, as_of: date, stamp: Stamp) -> tuple[Obligation, ...]:
    """Enter what is owed by the year, by the crawl and out of pools by a day, and return what was new."""
    with ledger.writing() as connection:
        new = standing_dues(connection, as_of)
        for due in new:
            enter_due(connection, stamp, due)
        return new


def standing_dues(connection: Connection, as_of: date, source: str | None = None) -> tuple[Obligation, ...]:
    """What is owed beside releases by a day and is not entered yet, of all sources or one."""
    table, entry = tables.agreement, tables.entry.c
    query = select(table, entry.recorded_at).join(tables.entry, table.c.entry_seq == entry.seq)
    query = query.where(~table.c.withdrawn, table.c.rate_per.in_([str(unit) for unit in _BESIDE])).order_by(table.c.id)
    if source is not None:
        query = query.where(table.c.source == source)
    dues: list[Obligation] = []
    for row in connection.execute(query).mappings().all():
        since = instant_from_text(row["recorded_at"]).date()
        dues += accrue_standing(agreement_of(row), _crawls(connection, row["source"]), since, as_of)
    known = set(connection.scalars(select(tables.obligation.c.id).where(tables.obligation.c.release.is_(None))))
    return tuple(due for due in dues if due.id not in known)


_BESIDE = (RateUnit.YEAR, RateUnit.CRAWL, RateUnit.POOL)


def publish_release(ledger: Ledger, version: str, stamp: Stamp) -> bool:
    """Owe what a release made pending, now that it is there for others; tell whether that was new.

    A release that was withdrawn owes nothing again.

    Raises:
        UnknownRecord: there is no such release.

    """
    with ledger.writing() as connection:
        ids = release_dues(connection, version)
        if is_booked(connection, f"publish:{version}") or is_booked(connection, f"withdraw:{version}"):
            return False
        moves = [
            Move(account, Account(AccountKind.OWED, account.source, account.payee, account.currency), -amount, due)
            for due, sums in sorted(by_what(balances(connection, "obligation", ids)).items())
            for account, amount in sums.items()
            if account.kind is AccountKind.PENDING
        ]
        event = Event("published", f"release:{version}", {"dues": len(moves)})
        book(connection, stamp, Act(event, f"publish:{version}", moves))
        return True


def release_dues(connection: Connection, version: str) -> list[str]:
    """The ids of what a release owes.

    Raises:
        UnknownRecord: there is no such release.

    """
    if connection.scalar(select(tables.release.c.version).filter_by(version=version)) is None:
        raise UnknownRecord(f"no release {version} is in the ledger: `fodaftryk release list` tells them")
    table = tables.obligation.c
    return list(connection.scalars(select(table.id).where(table.release == version).order_by(table.entry_seq)))


def due_of(row: RowMapping) -> Obligation:
    """Read an obligation from its row, as it was entered."""
    names = ("id", "occasion", "source", "basis", "payee", "quantity", "amount_micro", "remainder")
    return Obligation(
        **{name: row[name] for name in names},
        release=row["release"] or "",
        agreement=row["agreement"] or "",
        rate=rate_of(row),
        status=DueStatus(row["status"]),
    )


def rate_of(row: RowMapping) -> Rate | None:
    """Read the rate an obligation was counted at."""
    if row["rate_per"] is None:
        return None
    bounds = {name: row[f"rate_{name}"] for name in ("minimum_micro", "cap_micro", "share_ppm")}
    return Rate(RateUnit(row["rate_per"]), row["rate_amount_micro"], row["currency"], **bounds)


def payee_today(connection: Connection, payee: str) -> str:
    """Who is paid for a payee's dues: themselves, or whoever claimed the domain that they were put down for."""
    if not payee.startswith(DOMAIN):
        return payee
    table = tables.claimant.c
    found = connection.scalar(select(table.payee).where(table.domain == payee.removeprefix(DOMAIN)))
    return payee if found is None else str(found)


def _accrual(connection: Connection, due: Obligation) -> list[Move]:
    if not due.amount_micro or due.rate is None:
        return []
    whose = (due.source, payee_today(connection, due.payee), due.rate.currency)
    owed = AccountKind.PENDING if due.release else AccountKind.OWED
    return [Move(Account(AccountKind.COST, *whose), Account(owed, *whose), due.amount_micro, due.id)]


def _crawls(connection: Connection, source: str) -> list[tuple[str, date]]:
    """A source's crawls, and the day each was recorded on."""
    table, entry = tables.crawl.c, tables.entry.c
    joined = tables.crawl.join(tables.entry, table.entry_seq == entry.seq)
    query = select(table.crawl, entry.recorded_at).select_from(joined).where(table.source == source)
    rows = connection.execute(query.order_by(table.entry_seq)).all()
    return [(crawl, instant_from_text(at).date()) for crawl, at in rows]
