"""A bank's statement as CSV: each line is kept, and one that pays an invoice of ours becomes a payment.

A line is known by what it says and how many alike stand before it in the file, so a file that is read again, or one
that overlaps, adds only what is new. Money that leaves is below zero, as banks write it. A line pays an invoice when it
names its reference (FT-000012) and is in its currency; everything else stays visible until a person matches it.
"""

import csv
import io
import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import Connection, insert, select, update

from ledger import tables
from ledger.errors import RecordRefused, UnknownRecord
from ledger.invoices import read_invoices
from ledger.journal import Event, Json, Stamp, canonical, commitment, digest, new_nonce
from ledger.journal import append as enter
from ledger.money import check_currency, format_amount, parse_amount
from ledger.payments import enter_payment
from ledger.records import Invoice, Payment
from ledger.store import Ledger

LINES_MAX = 20_000
"""Lines in one file: a year of a busy account."""

WRONG_MAX = 20
"""Lines that cannot be read of which as many are told; a person mends the first and exports again."""

TEXT_CHARS_MAX = 500
"""Longest text of a line; banks give some 140 characters."""

COLUMNS = {
    "on": ("date", "dato", "bogført", "bogføringsdato"),
    "amount": ("amount", "beløb"),
    "currency": ("currency", "valuta"),
    "text": ("text", "tekst", "reference"),
}
"""What a bank may call what is needed, in small letters; a currency may be left out where the file has but one."""

_REFERENCE = re.compile(r"\bFT-([0-9]{6,9})\b")
_DAY = re.compile(r"(\d{1,2})[-./](\d{1,2})[-./](\d{4})")


@dataclass(frozen=True, slots=True)
class BankLine:
    """One line: `amount_micro` is below zero for what was paid. `payee` was paid by it; empty while unmatched."""

    id: str
    on: date
    amount_micro: int
    currency: str
    text: str
    payee: str = ""


@dataclass(frozen=True, slots=True)
class Imported:
    """How many lines of a file were new, how many of those pay an invoice; and every line that still pays none."""

    new: int
    matched: int
    unmatched: tuple[BankLine, ...]


def parse_statement(text: str, currency: str) -> tuple[BankLine, ...]:
    """Read a statement; `currency` is that of the account, where the file does not say.

    Raises:
        RecordRefused: with the number of every line that cannot be read, and what is wrong with it.

    """
    plain = text.removeprefix("\ufeff")
    reader = csv.reader(io.StringIO(plain, newline=""), delimiter=_delimiter(plain))
    found, wrong, alike = [], [], Counter[tuple[object, ...]]()
    try:
        places = _places(next(reader, []))
        for cells in reader:
            if not any(cell.strip() for cell in cells):
                continue
            try:
                said = _said({name: cells[place].strip() for name, place in places.items()}, currency)
            except (IndexError, ValueError) as error:
                what = "it has too few cells" if isinstance(error, IndexError) else error
                wrong.append(f"line {reader.line_num}: {what}")
                continue
            alike[said] += 1
            found.append(_line(said, alike[said]))
    except csv.Error as error:
        wrong.append(f"line {reader.line_num}: it is no CSV ({error})")
    if wrong or len(found) > LINES_MAX:
        told = wrong[:WRONG_MAX] or [f"it has more than {LINES_MAX}: export a shorter time"]
        raise RecordRefused("nothing was read, as the statement has lines that cannot be:\n" + "\n".join(told))
    return tuple(found)


def import_statement(ledger: Ledger, lines: Sequence[BankLine], stamp: Stamp) -> Imported:
    """Keep the lines that are new, and record those that pay an invoice as payments, all or nothing."""
    with ledger.writing() as connection:
        known = set(connection.scalars(select(tables.bank_line.c.id)))
        new = [line for line in lines if line.id not in known]
        bills = {one.number: one for one in read_invoices(connection, stamp.now.date())}
        matched = 0
        for line in new:
            bill = _bill(line, bills)
            payee = "" if bill is None else bill.payee
            _keep(connection, stamp, line, payee)
            matched += bill is not None
            if bill is not None:
                enter_payment(connection, _payment(line, payee), stamp)
        return Imported(len(new), matched, tuple(_unmatched(connection)))


def unmatched(ledger: Ledger) -> tuple[BankLine, ...]:
    """Return the lines of money that left and that no payment is known for, oldest first."""
    with ledger.reading() as connection:
        return tuple(_unmatched(connection))


def match_line(ledger: Ledger, line: str, payee: str, stamp: Stamp) -> BankLine:
    """Record that a line paid a payee; `line` is its id, or as much of it as there is but one of.

    Raises:
        UnknownRecord: no unmatched line is called so.
        RecordRefused: the payee is nobody that is paid.

    """
    with ledger.writing() as connection:
        found = [each for each in _unmatched(connection) if each.id.removeprefix("sha256:").startswith(line)]
        if len(found) != 1 or not line:
            raise UnknownRecord(f"{len(found)} unmatched lines are called {line!r}: see `fodaftryk ledger bank`")
        enter_payment(connection, _payment(found[0], payee), stamp)
        _keep(connection, stamp, found[0], payee, again=True)
        return found[0]


def _delimiter(text: str) -> str:
    """What stands between cells: the mark that the first line has most of."""
    return max(";,\t", key=text.partition("\n")[0].count)


def _line(said: tuple[date, int, str, str], number: int) -> BankLine:
    """A line, named by what it says and which of those alike it is."""
    on, amount_micro, currency, text = said
    identity: list[Json] = [on.isoformat(), amount_micro, currency, text, number]
    return BankLine(digest(canonical(identity)), on, amount_micro, currency, text)


def _places(names: Sequence[str]) -> dict[str, int]:
    """Where what is needed stands in a line."""
    small = [name.strip().lower() for name in names]
    places = {
        what: next(small.index(name) for name in wanted if name in small)
        for what, wanted in COLUMNS.items()
        if any(name in small for name in wanted)
    }
    if missing := COLUMNS.keys() - places.keys() - {"currency"}:
        told = "; ".join(f"{what} as {' or '.join(COLUMNS[what])}" for what in sorted(missing))
        raise RecordRefused(f"line 1: the statement names no column for {told}: give the columns these names")
    return places


def _said(cells: Mapping[str, str], currency: str) -> tuple[date, int, str, str]:
    text = " ".join(cells["text"].split())
    if len(text) > TEXT_CHARS_MAX:
        raise ValueError(f"its text is longer than {TEXT_CHARS_MAX} characters")
    if "\0" in text:
        raise ValueError("its text has a character that is none: export it as UTF-8")
    amount_micro = parse_amount(_point(cells["amount"]))
    if amount_micro == 0:
        raise ValueError("its amount is nothing")
    return _day(cells["on"]), amount_micro, check_currency(cells.get("currency") or currency), text


def _point(amount: str) -> str:
    """An amount with a decimal point and nothing between thousands, however it was written: the last mark is decimal.

    Three digits behind one mark alone could be thousands or decimals, and are not guessed at.
    """
    plain = amount.replace(" ", "").replace("\u00a0", "").removeprefix("+")
    marks = [sign for sign in plain if sign in ",."]
    if len(marks) == 1 and len(plain) - plain.index(marks[0]) == 4:
        raise ValueError(f"{amount!r} may be thousands or decimals: write two decimals, as 1.234,00")
    whole, mark, decimals = plain.rpartition(marks[-1]) if marks else (plain, "", "")
    if len(set(marks)) == 1 and len(marks) > 1:
        return plain.replace(marks[0], "")
    return (whole.replace(",", "").replace(".", "") + "." + decimals) if mark else plain


def _day(text: str) -> date:
    if found := _DAY.fullmatch(text):
        day, month, year = map(int, found.groups())
        return date(year, month, day)
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise ValueError(f"{text!r} is no day: write it as 2026-11-24 or 24-11-2026") from None


def _bill(line: BankLine, bills: Mapping[int, Invoice]) -> Invoice | None:
    """The invoice a line pays; None when it names none, several, or one in another currency."""
    named = {int(number) for number in _REFERENCE.findall(line.text)}
    bill = bills.get(next(iter(named))) if len(named) == 1 and line.amount_micro < 0 else None
    return bill if bill is not None and bill.currency == line.currency else None


def _payment(line: BankLine, payee: str) -> Payment:
    reference = f"bank:{line.id.removeprefix('sha256:')[:16]} {line.text}".strip()
    return Payment("", payee, -line.amount_micro, line.currency, reference, line.on)


def _keep(connection: Connection, stamp: Stamp, line: BankLine, payee: str, *, again: bool = False) -> None:
    nonce = new_nonce()
    said: dict[str, Json] = {"on": line.on.isoformat(), "amount_micro": line.amount_micro, "currency": line.currency}
    body: dict[str, Json] = {**said, "commitment": commitment(nonce, {"text": line.text, "payee": payee})}
    seq = enter(connection, stamp, Event("bank_line", "bank", body))
    values = {"payee": payee, "nonce": nonce, "entry_seq": seq}
    if again:
        connection.execute(update(tables.bank_line).filter_by(id=line.id).values(**values))
        return
    amounts = {"on": line.on, "amount_micro": line.amount_micro, "currency": line.currency, "text": line.text}
    connection.execute(insert(tables.bank_line).values(id=line.id, **amounts, **values))


def _unmatched(connection: Connection) -> Iterator[BankLine]:
    table = tables.bank_line.c
    query = select(tables.bank_line).where(table.payee == "", table.amount_micro < 0).order_by(table.on, table.id)
    for row in connection.execute(query).mappings():
        names = ("id", "on", "amount_micro", "currency", "text", "payee")
        yield BankLine(**{name: row[name] for name in names})


def told(line: BankLine) -> str:
    """Say a line in one row."""
    return f"{line.on} {format_amount(line.amount_micro)} {line.currency} {line.text}"
