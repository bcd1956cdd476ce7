"""The books, read again: do postings, entries, dues and invoices fit together?

The database holds every posting to two accounts of its currency and an amount of more than nothing, so a transaction
sums to zero; it is looked at here all the same, as who owns the database can drop what holds it.
"""

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping
from itertools import groupby

from sqlalchemy import Connection, RowMapping, select

from ledger import tables
from ledger.books import AccountKind, commitment_of, postings_digest
from ledger.dues import due_of
from ledger.journal import Json, canonical, digest
from ledger.money import MICRO
from ledger.obligations import AGREEMENT_REF, amount_of, quantity_of
from ledger.records import Finding, Obligation, Usage

ROWS_AT_ONCE = 1000


def check_money(connection: Connection) -> Iterator[Finding]:
    """Tell everything in the books that does not fit."""
    yield from _check_accounts(connection)
    yield from _check_transactions(connection)
    yield from _check_dues(connection)
    yield from _check_invoices(connection)
    yield from _check_batches(connection)


def _check_accounts(connection: Connection) -> Iterator[Finding]:
    for row in connection.execute(select(tables.account).order_by(tables.account.c.id)).mappings():
        try:
            fits = commitment_of(dict(row)) == row["id"]
        except (TypeError, ValueError):
            fits = False
        if not fits:
            yield Finding(f"account {row['id']}", "is not whose its id says it is: it was changed")


def _check_transactions(connection: Connection) -> Iterator[Finding]:
    """Each transaction has the postings that its entry has the digest of, and they sum to zero."""
    table, entry = tables.posting, tables.entry.c
    currencies = {row.id: row.currency for row in connection.execute(select(tables.account))}
    bodies = select(entry.seq, entry.body).where(entry.body.contains('"postings_digest":'))
    stated = {
        row.seq: row.body.partition('"postings_digest":"')[2].partition('"')[0] for row in connection.execute(bodies)
    }
    query = select(table).order_by(table.c.booking, table.c.position)
    rows = connection.execute(query, execution_options={"yield_per": ROWS_AT_ONCE}).mappings()
    for seq, group in groupby(rows, lambda row: row["booking"]):
        postings = list(group)
        sums: Counter[str] = Counter()
        for row in postings:
            sums[str(currencies.get(row["debit"]))] += row["amount_micro"]
            sums[str(currencies.get(row["credit"]))] -= row["amount_micro"]
        if any(sums.values()) or any(row["amount_micro"] <= 0 for row in postings):
            yield Finding(f"transaction {seq}", "does not sum to zero in each currency")
        if stated.pop(seq, None) not in (None, postings_digest(map(dict, postings))):
            yield Finding(f"transaction {seq}", "has not the postings that its entry says")
    for seq in sorted(stated):
        yield Finding(f"entry {seq}", "has no postings in the books: they were removed")


def _check_dues(connection: Connection) -> Iterator[Finding]:
    """Each due is its quantity at its rate, its quantity what was used, and in the books with just that."""
    booked = _accrued(connection)
    usages: defaultdict[tuple[str, str, str], list[Usage]] = defaultdict(list)
    for row in connection.execute(select(tables.usage)).mappings():
        counts = (row["documents"], row["words"], row["bytes"])
        usage = Usage(row["source"], row["basis"], row["tier"], row["licence"], *counts, ())
        usages[row["release"], row["source"], row["basis"]].append(usage)
    for row in connection.execute(select(tables.obligation).order_by(tables.obligation.c.entry_seq)).mappings():
        due = due_of(row)
        named = f"due {due.source} {due.occasion}"
        if due.rate is not None and amount_of(due.rate, due.quantity) != (due.amount_micro, due.remainder):
            yield Finding(named, "is not its quantity at its rate")
        if due.release and _counted(due, usages[due.release, due.source, due.basis]) != due.quantity:
            yield Finding(named, "counts something else than the release used")
        if booked.get(due.id, 0) != (due.amount_micro or 0):
            yield Finding(named, "stands in the books with another amount")


def _accrued(connection: Connection) -> Counter[str]:
    """What was ever booked as cost, by due."""
    table, account = tables.posting.c, tables.account.c
    query = select(table.obligation, table.amount_micro).join(tables.account, table.debit == account.id)
    found: Counter[str] = Counter()
    for row in connection.execute(query.where(account.kind == str(AccountKind.COST))):
        found[row.obligation] += row.amount_micro
    return found


def _counted(due: Obligation, usages: list[Usage]) -> int:
    mine = [
        usage
        for usage in usages
        if not (due.agreement and usage.licence.startswith(AGREEMENT_REF))
        or usage.licence == AGREEMENT_REF + due.agreement
    ]
    return quantity_of(mine, due.rate)


def _check_invoices(connection: Connection) -> Iterator[Finding]:
    """Each invoice is what its dues come to and what was carried, and nothing is paid beyond it."""
    remainders = {row.id: row.remainder for row in connection.execute(select(tables.obligation))}
    kinds = {row.id: row.kind for row in connection.execute(select(tables.account))}
    carried: dict[tuple[str, str], int] = {}
    for row in connection.execute(select(tables.invoice).order_by(tables.invoice.c.number)).mappings():
        key = (row["payee"], row["currency"])
        exact, payable_micro, left_micro = _on_invoice(connection, row, remainders, kinds)
        named = f"invoice {row['number']}"
        if row["amount_micro"] * MICRO + row["carried"] != exact + carried.get(key, 0):
            yield Finding(named, "is not what its dues come to with what was carried")
        if payable_micro != row["amount_micro"] or left_micro < 0:
            yield Finding(named, "stands in the books with another amount, or is paid beyond it")
        carried[key] = row["carried"]


def _on_invoice(
    connection: Connection, row: RowMapping, remainders: Mapping[str, int], accounts: Mapping[str, str]
) -> tuple[int, int, int]:
    """What dues an invoice took, exactly; what it came to in the books when it was made; what is left of that."""
    table = tables.posting.c
    exact = payable_micro = left_micro = 0
    query = select(tables.posting).where(table.invoice == row["number"])
    for posting in connection.execute(query).mappings():
        sides = (accounts.get(posting["debit"]), accounts.get(posting["credit"]))
        amount = posting["amount_micro"]
        if posting["obligation"] is not None and sides[1] == AccountKind.PAYABLE:
            exact += amount * MICRO + remainders.get(posting["obligation"], 0)
        if posting["booking"] == row["entry_seq"] and AccountKind.ADVANCE not in sides:
            payable_micro += amount * ((sides[1] == AccountKind.PAYABLE) - (sides[0] == AccountKind.PAYABLE))
        left_micro += amount * ((sides[1] == AccountKind.PAYABLE) - (sides[0] == AccountKind.PAYABLE))
    return exact, payable_micro, left_micro


def _check_batches(connection: Connection) -> Iterator[Finding]:
    """Each payment file has the payments that its entry has the digest of."""
    batch, order, entry = tables.payment_batch.c, tables.payment_order.c, tables.entry.c
    joined = tables.payment_batch.join(tables.entry, batch.entry_seq == entry.seq)
    for row in connection.execute(select(batch.number, entry.body).select_from(joined).order_by(batch.number)):
        query = select(order.invoice, order.amount_micro).where(order.batch == row.number).order_by(order.invoice)
        orders: list[Json] = [[one.invoice, one.amount_micro] for one in connection.execute(query)]
        if digest(canonical(orders)) not in row.body:
            yield Finding(f"payment file {row.number}", "has not the payments that its entry says")
