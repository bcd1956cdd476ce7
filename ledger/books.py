"""The books: double entry in whole micro-units, one account for each kind, source, payee and currency.

A move takes an amount from one account (credit) to another of the same currency (debit), and so sums to zero by what it
is. What is owed walks: sealing a release puts it into `pending`, publishing into `owed`, an invoice into `payable`, and
what was paid (`advance`) takes it from there. It leaves by `waived` or `reversed` instead, and waits in `disputed`.
An act of the ledger is one entry in the journal and at most one transaction; the entry has the digest of its postings.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from enum import StrEnum
from functools import cache
from typing import Any

from sqlalchemy import Connection, Select, bindparam, func, insert, select, union_all

from ledger import tables
from ledger.journal import Event, Stamp, append, canonical, commitment, digest, new_nonce


class AccountKind(StrEnum):
    """What an account is for. The first is what texts cost us, the last two what we have; the rest is what we owe.

    `waived` and `reversed` are what was owed and is not any more; `carried` what rounding on invoices left over;
    `advance` what was paid and is not yet set against an invoice; `bank` what has left the bank.
    """

    COST = "cost"
    PENDING = "pending"
    OWED = "owed"
    DISPUTED = "disputed"
    WAIVED = "waived"
    REVERSED = "reversed"
    PAYABLE = "payable"
    CARRIED = "carried"
    ADVANCE = "advance"
    BANK = "bank"


@dataclass(frozen=True, slots=True)
class Account:
    """Where amounts are counted. `source` is empty where one account is for all of a payee's; `bank` has neither."""

    kind: AccountKind
    source: str
    payee: str
    currency: str


@dataclass(frozen=True, slots=True)
class Move:
    """An amount that goes from the credited account to the debited one, for an obligation or on an invoice."""

    debit: Account
    credit: Account
    amount_micro: int
    obligation: str | None = None
    invoice: int | None = None


@dataclass(frozen=True, slots=True)
class Entered:
    """An act that stands in the journal, and the postings that are to be written under its number."""

    seq: int
    key: str
    note: str
    nonce: str
    rows: list[dict[str, Any]]


@dataclass(frozen=True, slots=True)
class Act:
    """What is done: `key` names it, and none is booked twice under one; `note` says why, and is only committed to."""

    event: Event
    key: str
    moves: Sequence[Move] = ()
    note: str = ""


def book(connection: Connection, stamp: Stamp, act: Act) -> int:
    """Enter an act and write its postings, inside a writing transaction; return the entry's number."""
    entered = enter(connection, stamp, act)
    write(connection, entered)
    return entered.seq


def enter(connection: Connection, stamp: Stamp, act: Act) -> Entered:
    """Enter an act; `write` must follow, once the rows stand that its postings are about."""
    rows, nonce = _rows(connection, act.moves), new_nonce() if act.note else ""
    body = dict(act.event.body)
    if rows:
        body["postings_digest"] = postings_digest(rows)
    if nonce:
        body["commitment"] = commitment(nonce, {"note": act.note})
    seq = append(connection, stamp, Event(act.event.kind, act.event.subject, body))
    return Entered(seq, act.key, act.note, nonce, rows)


def write(connection: Connection, entered: Entered) -> None:
    """Write the transaction and the postings of what was entered."""
    values = {"entry_seq": entered.seq, "key": entered.key, "note": entered.note, "nonce": entered.nonce}
    connection.execute(insert(tables.booking).values(**values))
    if entered.rows:
        connection.execute(insert(tables.posting), [{**row, "booking": entered.seq} for row in entered.rows])


def book_under(connection: Connection, seq: int, key: str, moves: Sequence[Move]) -> None:
    """Book moves under an entry that stands already, as a migration must."""
    write(connection, Entered(seq, key, "", "", _rows(connection, moves)))


def account_id(connection: Connection, account: Account) -> str:
    """Return an account's id, inside a writing transaction; open it when there is none."""
    table = tables.account
    values = {**asdict(account), "kind": str(account.kind)}
    found = connection.scalar(select(table.c.id).filter_by(**values))
    if found is None:
        row = {**values, "nonce": new_nonce()}
        found = commitment_of(row)
        connection.execute(insert(table).values(**row, id=found))
    return str(found)


def is_booked(connection: Connection, key: str) -> bool:
    """Whether something was booked under a key."""
    return connection.scalar(select(tables.booking.c.key).filter_by(key=key)) is not None


def postings_digest(rows: Iterable[Mapping[str, Any]]) -> str:
    """Return the digest of a transaction's postings in their order, as its entry has it."""
    names = ("debit", "credit", "currency", "amount_micro", "obligation", "invoice")
    return digest(canonical([[row[name] for name in names] for row in rows]))


def balances(
    connection: Connection, of: str = "", wanted: Sequence[Any] | None = None
) -> dict[tuple[Account, Any], int]:
    """Return debits less credits by account, and by `of`: "obligation" or "invoice", of all of them or of `wanted`.

    Accounts that are at zero are left out.
    """
    query = _balances(of, some=wanted is not None)
    rows = connection.execute(query, {} if wanted is None else {"wanted": list(wanted)})
    return {(Account(AccountKind(row[0]), *row[1:4]), row[4]): int(row[5]) for row in rows}


def by_what(sums: Mapping[tuple[Account, Any], int]) -> dict[Any, dict[Account, int]]:
    """Turn balances round: what they are of first, then the accounts."""
    turned: defaultdict[Any, dict[Account, int]] = defaultdict(dict)
    for (account, what), amount in sums.items():
        turned[what][account] = amount
    return dict(turned)


def commitment_of(row: Mapping[str, Any]) -> str:
    """Return what an account's id has to be."""
    names = ("kind", "source", "payee", "currency")
    return commitment(row["nonce"], {name: row[name] for name in names})


@cache
def _balances(of: str, *, some: bool) -> "Select[Any]":
    """Every posting twice, added to the debited account and taken from the credited one; made once, as it is long."""
    table = tables.posting.c
    what = table[of] if of else func.coalesce(None, None)
    halves = []
    for account, amount in ((table.debit, table.amount_micro), (table.credit, -table.amount_micro)):
        half = select(account.label("account"), amount.label("amount"), what.label("of"))
        if of:
            half = half.where(what.in_(bindparam("wanted", expanding=True)) if some else what.is_not(None))
        halves.append(half)
    sides = union_all(*halves).subquery().c
    to = tables.account.c
    named = (to.kind, to.source, to.payee, to.currency)
    total = func.sum(sides.amount)
    return (
        select(*named, sides.of, total)
        .join_from(tables.account, sides.account.table, to.id == sides.account)
        .group_by(*named, sides.of)
        .having(total != 0)
    )


def _rows(connection: Connection, moves: Sequence[Move]) -> list[dict[str, Any]]:
    ids: dict[Account, str] = {}
    rows = []
    for position, move in enumerate(moves):
        if move.debit.currency != move.credit.currency:
            raise AssertionError("a posting is of one currency")
        sides = {
            name: ids.get(one) or ids.setdefault(one, account_id(connection, one))
            for name, one in (("debit", move.debit), ("credit", move.credit))
        }
        what = {"currency": move.debit.currency, "amount_micro": move.amount_micro}
        rows.append({"position": position, **sides, **what, "obligation": move.obligation, "invoice": move.invoice})
    return rows
