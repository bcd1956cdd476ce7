"""Options that several commands about rights and money share: amounts, currencies, who records, and how it is shown."""

from datetime import date, datetime
from typing import Annotated

import typer

from ledger.instants import is_to_come
from ledger.money import check_currency, parse_amount


def amount(text: str) -> int:
    """An amount in micro-units, as it is written on the command line."""
    try:
        amount_micro = parse_amount(text)
    except ValueError as error:
        raise typer.BadParameter(str(error)) from error
    if amount_micro < 0:
        raise typer.BadParameter(f"{text!r} is less than nothing: write it without a sign, such as 12.50")
    return amount_micro


def paid(text: str) -> int:
    """What was paid, in micro-units."""
    amount_micro = amount(text)
    if amount_micro == 0:
        raise typer.BadParameter("a payment is more than nothing, such as 1200.00")
    return amount_micro


DAY_MIN = date(2000, 1, 1)
"""Earliest day of what is recorded here: a day before it is a slip of the pen."""


def day_of(on: datetime | None, now: datetime) -> date:
    """The day something happened on, today where none is given."""
    if on is None:
        return now.date()
    if on.date() < DAY_MIN or is_to_come(on.date(), now):
        raise typer.BadParameter(f"{on.date()} is no day this can have been on: give one from {DAY_MIN} to today")
    return on.date()


def _currency(text: str) -> str:
    """A currency's code, as it is written on the command line."""
    try:
        return check_currency(text)
    except ValueError as error:
        raise typer.BadParameter(f"{error}. Write three capital letters, such as DKK") from error


CurrencyOption = Annotated[str, typer.Option(help="ISO 4217, such as DKK.", parser=_currency, metavar="CODE")]
ActorOption = Annotated[str, typer.Option(help="Who records this: an office or a role, no person's name.")]
JsonOption = Annotated[bool, typer.Option("--json", help="Print JSON, for programs.")]
NoteOption = Annotated[str, typer.Option(help="Why; it lies in the ledger, not in the journal.")]
DayOption = Annotated[datetime | None, typer.Option(help="The day of it. [default: today]", formats=["%Y-%m-%d"])]
PayeeArgument = Annotated[str, typer.Argument(help="Who is paid, as the agreement names them.")]
