"""`fodaftryk ledger …`: statements, invoices, payees, payments and budgets."""

import csv
import sys
from contextlib import nullcontext
from datetime import datetime
from pathlib import Path
from typing import Annotated

import typer

from flows.cli_options import ActorOption, CurrencyOption, DayOption, JsonOption, PayeeArgument, amount, day_of, paid
from flows.settings import load_settings, moment
from flows.show import OUT, plain, show_json, show_rows
from flows.statement_rows import (
    CSV_NAMES,
    csv_rows,
    heading,
    invoice_row,
    line_rows,
    payment_row,
    statement_json,
    total_rows,
)
from flows.workspace import look_into, open_workspace
from ledger.budgets import PROJECT, budgets, set_budget
from ledger.dues import accrue_dues
from ledger.invoices import invoices, make_invoice, owed_payees
from ledger.journal import Stamp
from ledger.money import format_amount
from ledger.payees import Payee, Vat, check_iban, payees, record_payee
from ledger.payments import known_payee, record_payment
from ledger.records import Payment
from ledger.statements import Scope, Statement, statement


def show_statement(  # noqa: PLR0913, PLR0917 - what may be asked for
    party: Annotated[str, typer.Argument(help="A payee, holder, collective or party. Default: everybody.")] = "",
    source: Annotated[str, typer.Option(help="Of one source.")] = "",
    release: Annotated[str, typer.Option(help="For one release.")] = "",
    since: Annotated[datetime | None, typer.Option(help="Counted from this day.", formats=["%Y-%m-%d"])] = None,
    until: Annotated[datetime | None, typer.Option(help="Counted up to this day.", formats=["%Y-%m-%d"])] = None,
    csv_file: Annotated[Path | None, typer.Option("--csv", help="Write it as CSV; - for standard output.")] = None,
    pdf_file: Annotated[Path | None, typer.Option("--pdf", help="Write it as PDF.")] = None,
    as_json: JsonOption = False,  # noqa: FBT002 - a flag of the command line
) -> None:
    """Show what is owed and was paid, line by line, each with the shards that it was counted from.

    Example: fodaftryk ledger statement "Fjordbladet A/S" --since 2026-01-01 --pdf fjordbladet.pdf
    """
    if since and until and until < since:
        raise typer.BadParameter("--until is before --since, and nothing is counted between: exchange them")
    if str(pdf_file) == "-":
        raise typer.BadParameter("a PDF is no text for the screen: name a file, such as statement.pdf")
    whole = Scope()
    scope = Scope(
        party, source, release, since.date() if since else whole.since, until.date() if until else whole.until
    )
    with look_into(load_settings()) as space:
        found = statement(space.ledger, scope, moment().date())
    if csv_file:
        _write_csv(found, csv_file)
    if pdf_file:
        from flows.statement_pdf import write_pdf  # noqa: PLC0415 - ReportLab loads for a third of a second

        write_pdf(found, pdf_file)
    if as_json:
        show_json(statement_json(found))
    elif not (csv_file or pdf_file):
        OUT.print(plain(heading(found)))
        show_rows("Lines", line_rows(found), "Nothing was counted.")
        show_rows("Totals", total_rows(found), "Nothing is owed.")
        show_rows("Invoices", [invoice_row(each) for each in found.invoices], "No invoice yet.")
        show_rows("Payments", [payment_row(each) for each in found.payments], "No payment yet.")


def invoice(
    payee: Annotated[str, typer.Argument(help="Who is to be paid. Default: everybody who is owed.")] = "",
    on: DayOption = None,
    actor: ActorOption = "operator",
    as_json: JsonOption = False,  # noqa: FBT002
) -> None:
    """Put all that is owed on an invoice for each payee and currency, rounded once; what is less than an øre waits.

    First what is due by the year, by the crawl and out of pools is counted. Advances are set against the invoices.
    """
    now = moment()
    day, stamp = day_of(on, now), Stamp(actor, now)
    with open_workspace(load_settings()) as space:
        if payee:
            known_payee(space.ledger, payee)
        accrue_dues(space.ledger, day, stamp)
        wanted = [pair for pair in owed_payees(space.ledger) if payee in ("", pair[0])]
        made = [make_invoice(space.ledger, *pair, day, stamp) for pair in wanted]
    rows = [invoice_row(each) for each in made if each is not None]
    show_json(rows) if as_json else show_rows("Invoices made", rows, "Nothing is owed that can be put on an invoice.")


def list_invoices(
    everything: Annotated[bool, typer.Option("--all", help="Paid and waived ones as well.")] = False,  # noqa: FBT002
    as_json: JsonOption = False,  # noqa: FBT002
) -> None:
    """List the invoices that are to be paid, with what is open of each and until when."""
    with look_into(load_settings()) as space:
        found = invoices(space.ledger, moment().date())
    rows = [invoice_row(each) for each in found if everything or each.open_micro]
    show_json(rows) if as_json else show_rows("Invoices", rows, "No invoice is open.")


def payee(
    name: PayeeArgument,
    iban: Annotated[str, typer.Option(help="Their account, as DK50 0040 0440 1162 43; left out it stays.")] = "",
    vat: Annotated[Vat | None, typer.Option(help="How VAT is treated; left out it stays.")] = None,
    actor: ActorOption = "operator",
) -> None:
    """Record whom we pay: their account, for payment files, and how VAT is treated, for statements and invoices."""
    with open_workspace(load_settings()) as space:
        known = payees(space.ledger).get(name, Payee(name, "", Vat.UNSTATED))
        made = Payee(name, check_iban(iban) if iban else known.iban, vat or known.vat)
        new = record_payee(space.ledger, made, actor, moment())
    OUT.print(
        f"{plain(name)} is recorded{'' if new else ' already'}: {plain(made.iban) or 'no account'}, VAT {made.vat}."
    )


def pay(  # noqa: PLR0913, PLR0917 - a payment has this many parts
    payee: PayeeArgument,
    amount: Annotated[int, typer.Argument(help="What was paid, as 1200.00.", parser=paid, metavar="AMOUNT")],
    reference: Annotated[
        str, typer.Option(help="The bank's or the payee's reference; tells one payment from another.")
    ],
    on: DayOption = None,
    currency: CurrencyOption = "DKK",
    source: Annotated[str, typer.Option(help="The source it was for, where it was for one alone.")] = "",
    actor: ActorOption = "operator",
) -> None:
    """Record that a payee was paid: it pays their invoices, soonest due first, and the rest is an advance.

    Recording the same reference again changes nothing.
    """
    now = moment()
    payment = Payment(source, payee, amount, currency, reference, day_of(on, now))
    with open_workspace(load_settings()) as space:
        new = record_payment(space.ledger, payment, actor, now)
    OUT.print(f"Payment of {format_amount(payment.amount_micro)} {currency} is recorded{'' if new else ' already'}.")


def budget(
    limit: Annotated[
        int | None, typer.Argument(help="What may be spent in a calendar year.", parser=amount, metavar="[AMOUNT]")
    ] = None,
    source: Annotated[str, typer.Option(help="On one source. Default: on all of them together.")] = "",
    currency: CurrencyOption = "DKK",
    actor: ActorOption = "operator",
    as_json: JsonOption = False,  # noqa: FBT002
) -> None:
    """Set a budget, or list them with what is spent this year.

    A crawl or a release that would exceed one stops before it costs anything, with exit code 1, and says by how much.
    """
    now = moment()
    if limit is not None:
        with open_workspace(load_settings()) as space:
            set_budget(space.ledger, source or PROJECT, limit, currency, Stamp(actor, now))
    with look_into(load_settings()) as space:
        held = budgets(space.ledger, now.date())
    rows = [
        {
            "scope": "the project" if each.scope == PROJECT else each.scope,
            "currency": each.currency,
            "budget": format_amount(each.amount_micro),
            "spent": format_amount(each.spent_micro),
            "left": format_amount(each.amount_micro - each.spent_micro),
        }
        for each in held
    ]
    show_json(rows) if as_json else show_rows("Budgets", rows, "No budget is set: nothing is stopped.")


def _write_csv(found: Statement, file: Path) -> None:
    to_screen = str(file) == "-"
    with nullcontext(sys.stdout) if to_screen else file.open("w", encoding="utf-8", newline="") as out:
        rows = csv.DictWriter(out, CSV_NAMES, lineterminator="\n")
        rows.writeheader()
        rows.writerows(csv_rows(found))


def register(app: typer.Typer) -> None:
    """Put these commands under `fodaftryk ledger`."""
    for name, command in (
        ("statement", show_statement),
        ("invoice", invoice),
        ("invoices", list_invoices),
        ("payee", payee),
        ("pay", pay),
        ("budget", budget),
    ):
        app.command(name)(command)
