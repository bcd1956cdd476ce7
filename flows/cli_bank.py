"""`fodaftryk ledger …`: what the bank says, and files for it to pay."""

from datetime import datetime, timedelta
from pathlib import Path
from typing import Annotated

import typer

from flows.cli_options import ActorOption, CurrencyOption, JsonOption, PayeeArgument
from flows.errors import FlowError
from flows.settings import LedgerSettings, load_settings, moment
from flows.show import OUT, plain, show_json, show_rows, show_wrong
from flows.workspace import look_into, open_workspace
from ledger.bank import BankLine, import_statement, match_line, parse_statement, told, unmatched
from ledger.journal import Stamp
from ledger.money import format_amount
from ledger.orders import Batch, cancel_batch, make_batch, read_batch
from ledger.payees import Vat, payees

BYTES_MAX = 10 * 1024 * 1024
"""Largest bank statement that is read: twenty thousand lines at 500 characters each."""


NUMBER_MAX = 999_999_999
"""Highest number of a payment file: as many digits as a reference has room for."""


def import_bank(
    file: Annotated[
        Path,
        typer.Argument(
            help="The statement as CSV: date, amount, text, and currency if it has it.", exists=True, dir_okay=False
        ),
    ],
    currency: CurrencyOption = "DKK",
    actor: ActorOption = "operator",
    as_json: JsonOption = False,  # noqa: FBT002 - a flag of the command line
) -> None:
    """Read a bank's statement: lines that name an invoice (FT-000012) become payments, the others stay to be matched.

    The columns may be in Danish. A line that cannot be read is told by its number, and nothing of the file is taken.
    Reading the same file again adds nothing.
    """
    with file.open("rb") as opened:
        read = opened.read(BYTES_MAX + 1)
    if len(read) > BYTES_MAX:
        raise FlowError(f"{file} is larger than {BYTES_MAX:,} bytes: export a shorter time.")
    try:
        text = read.decode("utf-8-sig")
    except UnicodeDecodeError:
        text = read.decode("cp1252", "replace")  # as Danish banks export it where they do not use UTF-8
    lines = parse_statement(text, currency)
    with open_workspace(load_settings()) as space:
        done = import_statement(space.ledger, lines, Stamp(actor, moment()))
    if as_json:
        show_json({"lines": len(lines), "new": done.new, "matched": done.matched, "unmatched": _rows(done.unmatched)})
        return
    OUT.print(f"{len(lines)} lines read, {done.new} of them new, {done.matched} pay an invoice.")
    show_rows("Unmatched: money that left, for nothing known", _rows(done.unmatched), "Every payment is matched.")


def bank(as_json: JsonOption = False) -> None:  # noqa: FBT002
    """List the bank's lines of money that left and that pay nothing that is known."""
    with look_into(load_settings()) as space:
        rows = _rows(unmatched(space.ledger))
    show_json(rows) if as_json else show_rows("Unmatched", rows, "Every payment is matched.")


def match(
    line: Annotated[str, typer.Argument(help="The line's id, as `ledger bank` shows it.")],
    payee: PayeeArgument,
    actor: ActorOption = "operator",
) -> None:
    """Record whom a bank's line paid: it becomes a payment to them."""
    with open_workspace(load_settings()) as space:
        found = match_line(space.ledger, line, payee, Stamp(actor, moment()))
    OUT.print(f"{plain(told(found))} paid {plain(payee)}.")


def export_due(  # noqa: PLR0913, PLR0917 - a payment file has this many parts
    file: Annotated[Path | None, typer.Argument(help="Where to write it; it must not be there.")] = None,
    currency: CurrencyOption = "EUR",
    on: Annotated[
        datetime | None, typer.Option(help="Day the bank pays on. [default: tomorrow]", formats=["%Y-%m-%d"])
    ] = None,
    again: Annotated[
        int | None, typer.Option(help="Write this file again, as it was made.", metavar="NUMBER", min=1, max=NUMBER_MAX)
    ] = None,
    cancel: Annotated[
        int | None, typer.Option(help="Cancel a file that the bank never got.", metavar="NUMBER", min=1, max=NUMBER_MAX)
    ] = None,
    actor: ActorOption = "operator",
) -> None:
    """Write what is to be paid as a file for the bank: SEPA (pain.001) in euro, CSV in other currencies.

    An invoice is in one file only, so exporting twice does not pay twice. What was paid is told by the bank's statement
    (`ledger import-bank`) or by `ledger pay`.
    """
    settings, now = load_settings(), moment()
    stamp = Stamp(actor, now)
    if cancel is not None:
        with open_workspace(settings) as space:
            cancel_batch(space.ledger, cancel, stamp)
        OUT.print(f"Payment file {cancel} is cancelled; its invoices go into the next one.")
        return
    if file is None or file.exists():
        raise typer.BadParameter("name a file that is not there yet, such as due.xml")
    if currency == "EUR":
        _check_payer(settings.ledger)
    pay_on = on.date() if on else now.date() + timedelta(days=1)
    if pay_on < now.date():
        raise typer.BadParameter(f"no bank pays on {pay_on}, which is over: give a day from today on")
    with open_workspace(settings) as space:
        batch = make_batch(space.ledger, currency, pay_on, stamp) if again is None else read_batch(space.ledger, again)
        known = payees(space.ledger)
    if batch is None:
        OUT.print(f"Nothing is to be paid in {currency} that is in no payment file yet.")
        return
    _put(batch, file, settings.ledger)
    total = format_amount(sum(order.amount_micro for order in batch.orders))
    OUT.print(f"Payment file {batch.number}: {len(batch.orders)} payments, {total} {batch.currency}: {plain(file)}")
    if plus_vat := sorted({order.payee for order in batch.orders if known[order.payee].vat is Vat.ADDED}):
        names = ", ".join(plus_vat)
        show_wrong("notice", f"VAT is added to what {names} is paid, and is not in this file: pay it too.")


def _put(batch: Batch, file: Path, settings: LedgerSettings) -> None:
    try:
        file.write_bytes(_written(batch, settings))
    except OSError as error:
        raise FlowError(
            f"Payment file {batch.number} is in the ledger, but {file} cannot be written ({error.strerror}): "
            f"`fodaftryk ledger export-due FILE --again {batch.number}` writes it where there is room."
        ) from error


def _written(batch: Batch, settings: LedgerSettings) -> bytes:
    from ledger.sepa import csv_file, sepa_file  # noqa: PLC0415 - its schema's reader loads for half a second

    if batch.currency == "EUR":
        return sepa_file(batch, settings.payer, settings.iban)
    return csv_file(batch).encode("utf-8-sig")


def _check_payer(settings: LedgerSettings) -> None:
    """Tell what is missing before a file is made of it."""
    if not (settings.payer and settings.iban):
        raise FlowError(
            "A SEPA file names who pays: set ledger.payer and ledger.iban, or FODAFTRYK_LEDGER__PAYER, __IBAN."
        )


def _rows(lines: tuple[BankLine, ...]) -> list[dict[str, str]]:
    return [
        {
            "id": line.id.removeprefix("sha256:")[:12],
            "on": line.on.isoformat(),
            "amount": format_amount(line.amount_micro),
            "currency": line.currency,
            "text": line.text,
        }
        for line in lines
    ]


def register(app: typer.Typer) -> None:
    """Put these commands under `fodaftryk ledger`."""
    for name, command in (("import-bank", import_bank), ("bank", bank), ("match", match), ("export-due", export_due)):
        app.command(name)(command)
