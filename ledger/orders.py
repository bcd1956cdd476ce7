"""Payment files for the bank: which invoices are in one, so that none is paid twice.

An invoice that is to be paid goes into one file, with what is open of it that day; no other file takes it unless the
first is cancelled, which is for files the bank never got. The same file can be written again.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import Connection, func, insert, select, update

from ledger import tables
from ledger.errors import RecordRefused, UnknownRecord
from ledger.instants import instant_from_text, instant_to_text
from ledger.invoices import TO_PAY, read_invoices
from ledger.journal import Event, Json, Stamp, append, canonical, digest
from ledger.records import Invoice
from ledger.store import Ledger


@dataclass(frozen=True, slots=True)
class Order:
    """One payment in a file: to whom, on what account, how much, and the reference it carries."""

    invoice: int
    payee: str
    iban: str
    amount_micro: int
    reference: str


@dataclass(frozen=True, slots=True)
class Batch:
    """A payment file: when it was made, the day the bank is to pay on, and its payments."""

    number: int
    currency: str
    made_at: datetime
    pay_on: date
    orders: tuple[Order, ...]

    @property
    def reference(self) -> str:
        """What the bank knows the file by: a second one of the same name is refused there."""
        return f"FT-BATCH-{self.number:06}"


def make_batch(ledger: Ledger, currency: str, pay_on: date, stamp: Stamp) -> Batch | None:
    """Put what is to be paid in a currency into a new file; None when nothing is.

    Raises:
        RecordRefused: a payee has no account that is known.

    """
    with ledger.writing() as connection:
        taken = ordered(connection)
        found = read_invoices(connection, stamp.now.date())
        wanted = [one for one in found if one.currency == currency and one.status in TO_PAY and one.number not in taken]
        if not wanted:
            return None
        _check_ibans(connection, wanted)
        number = (connection.scalar(select(func.max(tables.payment_batch.c.number))) or 0) + 1
        rows = [{"batch": number, "invoice": one.number, "amount_micro": one.open_micro} for one in wanted]
        orders: list[Json] = [[one.number, one.open_micro] for one in wanted]
        body: dict[str, Json] = {"currency": currency, "pay_on": pay_on.isoformat(), "cancelled": False}
        event = Event("batch", f"batch:{number}", {**body, "orders_digest": digest(canonical(orders))})
        values = {"number": number, "currency": currency, "made_at": instant_to_text(stamp.now), "pay_on": pay_on}
        seq = append(connection, stamp, event)
        connection.execute(insert(tables.payment_batch).values(**values, cancelled=False, entry_seq=seq))
        connection.execute(insert(tables.payment_order), rows)
        return _read(connection, number)


def read_batch(ledger: Ledger, number: int) -> Batch:
    """Return a file as it was made.

    Raises:
        UnknownRecord: there is none of the number, or it was cancelled.

    """
    with ledger.reading() as connection:
        return _read(connection, number)


def cancel_batch(ledger: Ledger, number: int, stamp: Stamp) -> None:
    """Cancel a file that the bank never got: its invoices go into the next one.

    Raises:
        UnknownRecord: there is none of the number, or it was cancelled before.

    """
    with ledger.writing() as connection:
        batch = _read(connection, number)
        orders: list[Json] = [[one.invoice, one.amount_micro] for one in batch.orders]
        body: dict[str, Json] = {"currency": batch.currency, "pay_on": batch.pay_on.isoformat(), "cancelled": True}
        event = Event("batch", f"batch:{number}", {**body, "orders_digest": digest(canonical(orders))})
        seq = append(connection, stamp, event)
        connection.execute(update(tables.payment_batch).filter_by(number=number).values(cancelled=True, entry_seq=seq))


def ordered(connection: Connection) -> dict[int, int]:
    """Invoices that stand in a payment file, and its number."""
    order, batch = tables.payment_order.c, tables.payment_batch.c
    joined = tables.payment_order.join(tables.payment_batch, order.batch == batch.number)
    query = select(order.invoice, order.batch).select_from(joined).where(~batch.cancelled)
    return {row.invoice: row.batch for row in connection.execute(query)}


def _read(connection: Connection, number: int) -> Batch:
    found = select(tables.payment_batch).filter_by(number=number, cancelled=False)
    row = connection.execute(found).mappings().one_or_none()
    if row is None:
        raise UnknownRecord(f"no payment file {number} is in the ledger, or it was cancelled")
    order, invoice, payee = tables.payment_order.c, tables.invoice.c, tables.payee.c
    joined = tables.payment_order.join(tables.invoice, order.invoice == invoice.number)
    joined = joined.join(tables.payee, invoice.payee == payee.name)
    query = select(order.invoice, order.amount_micro, invoice.payee, payee.iban).select_from(joined)
    orders = tuple(
        Order(one.invoice, one.payee, one.iban, one.amount_micro, f"FT-{one.invoice:06}")
        for one in connection.execute(query.where(order.batch == number).order_by(order.invoice))
    )
    return Batch(number, row["currency"], instant_from_text(row["made_at"]), row["pay_on"], orders)


def _check_ibans(connection: Connection, wanted: Sequence[Invoice]) -> None:
    known = set(connection.scalars(select(tables.payee.c.name).where(tables.payee.c.iban != "")))
    missing = sorted({one.payee for one in wanted} - known)
    if missing:
        raise RecordRefused(
            f"no account is known of {', '.join(missing)}: record it with `fodaftryk ledger payee NAME --iban …`"
        )
