"""Statements: what a holder, a collective, a source or a release is owed and was paid, line by line.

Each line is one due, with the number of its entry in the journal and the digests of the shards that hold the texts it
was counted from: the same that stand in the release's manifest. So it can be followed from an amount to the texts, and
proved.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import Connection, select

from ledger import tables
from ledger.errors import UnknownRecord
from ledger.instants import instant_from_text
from ledger.invoices import read_invoices
from ledger.money import MICRO
from ledger.obligations import AGREEMENT_REF
from ledger.payees import NO_VAT
from ledger.records import DueStatus, Invoice, Obligation, Payment
from ledger.standing import dues_in
from ledger.store import Ledger


@dataclass(frozen=True, slots=True)
class Scope:
    """What a statement is about; what is left out is not asked about.

    `party` is a payee, an agreement's party or those it represents, or a source's holder, by name. The days are those
    on which something was counted, invoiced or paid, both included.
    """

    party: str = ""
    source: str = ""
    release: str = ""
    since: date = date.min
    until: date = date.max


@dataclass(frozen=True, slots=True)
class Line:
    """A due, the day it was counted and the entry it stands in, its agreement's party, and what it was counted from."""

    due: Obligation
    on: date
    entry: int
    party: str
    licences: tuple[str, ...]
    documents: int
    words: int
    shards: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Total:
    """What lines of a currency come to, exactly: `exact` in millionths of a micro-unit, the others in micro-units."""

    currency: str
    exact: int
    paid_micro: int
    left_micro: int


@dataclass(frozen=True, slots=True)
class Statement:
    """What is owed and was paid in a scope, as it stands on a day; `vat` says how it is treated, by payee."""

    scope: Scope
    as_of: date
    lines: tuple[Line, ...]
    totals: tuple[Total, ...]
    invoices: tuple[Invoice, ...]
    payments: tuple[Payment, ...]
    vat: Mapping[str, str]


def statement(ledger: Ledger, scope: Scope, as_of: date) -> Statement:
    """Draw up a statement.

    Raises:
        UnknownRecord: nothing in the ledger is called so.

    """
    with ledger.reading() as connection:
        parties = _parties(connection)
        lines = _lines(connection, scope, as_of, parties)
        if not lines and not _known(connection, scope, parties):
            raise UnknownRecord("nothing of that name is in the ledger: see `fodaftryk ledger accounts` for the names")
        payees = {line.due.payee for line in lines} | {scope.party}
        bills = [one for one in read_invoices(connection, as_of) if one.payee in payees]
        numbers = {line.due.invoice for line in lines}
        paid = [
            one for one in _payments(connection) if one.payee in payees and scope.since <= one.paid_on <= scope.until
        ]
        rows = connection.execute(select(tables.payee.c.name, tables.payee.c.vat)).all()
    stated = {row.name: row.vat for row in rows}
    vat = {name: stated.get(name, NO_VAT) for name in sorted(payees - {""})}
    shown = tuple(one for one in bills if one.number in numbers)
    return Statement(scope, as_of, lines, _totals(lines), shown, () if scope.release else tuple(paid), vat)


def _lines(connection: Connection, scope: Scope, as_of: date, parties: Mapping[str, set[str]]) -> tuple[Line, ...]:
    table, entry = tables.obligation.c, tables.entry.c
    joined = tables.obligation.join(tables.entry, table.entry_seq == entry.seq)
    entered = {
        row.id: (row.seq, instant_from_text(row.recorded_at).date())
        for row in connection.execute(select(table.id, entry.seq, entry.recorded_at).select_from(joined))
    }
    signed = {row.id: row.party for row in connection.execute(select(tables.agreement.c.id, tables.agreement.c.party))}
    lines = []
    for due in dues_in(connection, as_of):
        seq, on = entered[due.id]
        named = {due.payee, *parties.get(due.agreement, set()), *parties.get(f"source:{due.source}", set())}
        if scope.party and scope.party not in named:
            continue
        if scope.source not in ("", due.source) or scope.release not in ("", due.release):
            continue
        if scope.since <= on <= scope.until:
            used = _used(connection, due)
            lines.append(Line(due, on, seq, signed.get(due.agreement, ""), *used))
    return tuple(lines)


def _used(connection: Connection, due: Obligation) -> tuple[tuple[str, ...], int, int, tuple[str, ...]]:
    """The licences, documents, words and shards a due was counted from: those of a release."""
    if not due.release:
        return (), 0, 0, ()
    query = select(tables.usage).filter_by(release=due.release, source=due.source, basis=due.basis)
    rows = [
        row
        for row in connection.execute(query.order_by(tables.usage.c.entry_seq)).mappings()
        if not (due.agreement and row["licence"].startswith(AGREEMENT_REF))
        or row["licence"] == AGREEMENT_REF + due.agreement
    ]
    table = tables.usage_shard.c
    wanted = select(table.digest).where(table.release == due.release).order_by(table.digest)
    shards = connection.scalars(wanted.where(table.usage_seq.in_([row["entry_seq"] for row in rows])))
    licences = tuple(sorted({row["licence"] for row in rows}))
    return licences, sum(row["documents"] for row in rows), sum(row["words"] for row in rows), tuple(shards)


def _totals(lines: Iterable[Line]) -> tuple[Total, ...]:
    exact: Counter[str] = Counter()
    paid: Counter[str] = Counter()
    left: Counter[str] = Counter()
    for due in (line.due for line in lines):
        if due.amount_micro is None or due.rate is None or due.status in (DueStatus.WAIVED, DueStatus.REVERSED):
            continue
        currency = due.rate.currency
        exact[currency] += due.amount_micro * MICRO + due.remainder
        paid[currency] += due.paid_micro
        left[currency] += due.amount_micro - due.paid_micro
    return tuple(Total(currency, exact[currency], paid[currency], left[currency]) for currency in sorted(exact))


def _parties(connection: Connection) -> dict[str, set[str]]:
    """Who is meant by an agreement's id, and by `source:<name>`: parties, those represented, holders."""
    found: defaultdict[str, set[str]] = defaultdict(set)
    for row in connection.execute(select(tables.agreement)).mappings():
        found[row["id"]] |= {row["party"], row["payee"], row["represents"]} - {""}
    for source in connection.execute(select(tables.source)).mappings():
        found[f"source:{source['name']}"] |= {source["holder"]} - {""}
    return dict(found)


def _known(connection: Connection, scope: Scope, parties: Mapping[str, set[str]]) -> bool:
    names = {name for several in parties.values() for name in several}
    versions = set(connection.scalars(select(tables.release.c.version)))
    return (
        (not scope.party or scope.party in names)
        and (not scope.source or f"source:{scope.source}" in _sources(connection))
        and (not scope.release or scope.release in versions)
    )


def _sources(connection: Connection) -> set[str]:
    return {f"source:{name}" for name in connection.scalars(select(tables.source.c.name))}


def _payments(connection: Connection) -> list[Payment]:
    names = ("payee", "amount_micro", "currency", "reference", "paid_on")
    rows: Any = connection.execute(select(tables.payment).order_by(tables.payment.c.entry_seq)).mappings()
    return [Payment(source=row["source"] or "", **{name: row[name] for name in names}) for row in rows]
