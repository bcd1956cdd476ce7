"""A statement as rows: for the screen, for CSV and JSON, and for the page that is printed."""

from collections.abc import Iterator
from typing import Any

from ledger.agreements import Rate
from ledger.money import format_amount
from ledger.records import Invoice, Payment
from ledger.spreadsheets import safe
from ledger.statements import Line, Statement

CSV_NAMES = (
    *("counted_on", "entry", "source", "occasion", "licences", "basis", "agreement", "party", "payee"),
    *("documents", "words", "quantity", "price", "amount", "currency", "status", "paid", "invoice", "vat", "shards"),
)
"""Columns of a statement's CSV, one row a due; `shards` are hex digests with a space between."""


def heading(found: Statement) -> str:
    """What a statement is about, in one line."""
    scope = found.scope
    parts = [
        scope.party or "Everybody",
        f"source {scope.source}" if scope.source else "",
        f"release {scope.release}" if scope.release else "",
        f"from {scope.since}" if scope.since.year > 1 else "",
        f"to {scope.until}" if scope.until.year < 9999 else "",
        f"as of {found.as_of}",
    ]
    return ", ".join(filter(None, parts))


def line_rows(found: Statement) -> list[dict[str, Any]]:
    """One short row a due, for a screen."""
    return [
        {
            "counted": line.on.isoformat(),
            "source": line.due.source,
            "for": line.due.occasion,
            "agreement": line.due.agreement or line.due.basis,
            "documents": line.documents,
            "words": line.words,
            "amount": _amount(line),
            "status": line.due.status.value,
            "invoice": "" if line.due.invoice is None else f"FT-{line.due.invoice:06}",
            "shards": f"{len(line.shards)}: {line.shards[0][:12]}…" if line.shards else "",
        }
        for line in found.lines
    ]


def csv_rows(found: Statement) -> Iterator[dict[str, Any]]:
    """One full row a due; nothing in it is taken for a formula."""
    for line in found.lines:
        row = {**_facts(line), "licences": " ".join(line.licences), "shards": " ".join(line.shards)}
        row["vat"] = found.vat.get(line.due.payee, "")
        yield {name: safe(value) if isinstance(value, str) else value for name, value in row.items()}


def total_rows(found: Statement) -> list[dict[str, Any]]:
    """One row a currency."""
    return [
        {
            "currency": total.currency,
            "owed": format_amount(total.left_micro + total.paid_micro),
            "paid": format_amount(total.paid_micro),
            "left": format_amount(total.left_micro),
        }
        for total in found.totals
    ]


def statement_json(found: Statement) -> dict[str, Any]:
    """All of a statement."""
    return {
        "about": heading(found),
        "lines": [{**_facts(line), "licences": line.licences, "shards": line.shards} for line in found.lines],
        "totals": total_rows(found),
        "invoices": [invoice_row(each) for each in found.invoices],
        "payments": [payment_row(each) for each in found.payments],
        "vat": dict(found.vat),
    }


def invoice_row(each: Invoice) -> dict[str, Any]:
    """An invoice as one row."""
    return {
        "invoice": each.reference,
        "payee": each.payee,
        "currency": each.currency,
        "amount": format_amount(each.amount_micro),
        "open": format_amount(each.open_micro),
        "issued": each.issued_on.isoformat(),
        "due": each.due_on.isoformat(),
        "vat": each.vat,
        "status": each.status.value,
    }


def payment_row(payment: Payment) -> dict[str, Any]:
    """A payment as one row."""
    return {
        "paid_on": payment.paid_on.isoformat(),
        "payee": payment.payee,
        "amount": format_amount(payment.amount_micro),
        "currency": payment.currency,
        "reference": payment.reference,
    }


def price_of(rate: Rate | None) -> str:
    """A price in words."""
    if rate is None:
        return "none agreed"
    bounds = (
        "" if rate.minimum_micro is None else f", at least {format_amount(rate.minimum_micro)}",
        "" if rate.cap_micro is None else f", at most {format_amount(rate.cap_micro)}",
        "" if rate.share_ppm is None else f", a share of {format_amount(rate.share_ppm * 100)} %",
    )
    return f"{format_amount(rate.amount_micro)} {rate.currency} per {rate.per.value}{''.join(bounds)}"


def _amount(line: Line) -> str:
    due = line.due
    return f"{format_amount(due.amount_micro)} {due.rate.currency}" if due.amount_micro is not None and due.rate else ""


def _facts(line: Line) -> dict[str, Any]:
    due = line.due
    return {
        "counted_on": line.on.isoformat(),
        "entry": line.entry,
        "source": due.source,
        "occasion": due.occasion,
        "basis": due.basis,
        "agreement": due.agreement,
        "party": line.party,
        "payee": due.payee,
        "documents": line.documents,
        "words": line.words,
        "quantity": due.quantity,
        "price": price_of(due.rate) if due.agreement else "",
        "amount": None if due.amount_micro is None else format_amount(due.amount_micro),
        "currency": due.rate.currency if due.rate else "",
        "status": due.status.value,
        "paid": format_amount(due.paid_micro),
        "invoice": due.invoice,
    }
