"""`fodaftryk ledger …`: what is recorded of a source, and recording an agreement or a payment."""

import hashlib
from datetime import date, datetime
from pathlib import Path
from typing import Annotated, Any

import typer

from flows.settings import load_settings, moment
from flows.show import OUT, plain, show_json, show_rows
from flows.summary import account_rows
from flows.workspace import look_into, open_workspace
from ledger.agreements import Agreement, AgreementForm, PartyKind, Rate, RateUnit, Use
from ledger.journal import entries
from ledger.money import check_currency, format_amount, parse_amount
from ledger.payments import obligations, payments, record_payment
from ledger.records import Obligation, Payment
from ledger.sources import source as find_source
from ledger.terms import agreements, record_agreement

ledger_app = typer.Typer(
    no_args_is_help=True, help="Rights and money: show a source's entries, record what was agreed and paid."
)


def _amount(text: str) -> int:
    """An amount in micro-units, as it is written on the command line."""
    try:
        amount_micro = parse_amount(text)
    except ValueError as error:
        raise typer.BadParameter(str(error)) from error
    if amount_micro < 0:
        raise typer.BadParameter(f"{text!r} is less than nothing: write it without a sign, such as 12.50")
    return amount_micro


def _paid(text: str) -> int:
    """What was paid, in micro-units."""
    amount_micro = _amount(text)
    if amount_micro == 0:
        raise typer.BadParameter("a payment is more than nothing, such as 1200.00")
    return amount_micro


def _digest_of(file: Path) -> str:
    """The digest of what was signed."""
    with file.open("rb") as signed:
        return f"sha256:{hashlib.file_digest(signed, 'sha256').hexdigest()}"


def _currency(text: str) -> str:
    """A currency's code, as it is written on the command line."""
    try:
        return check_currency(text)
    except ValueError as error:
        raise typer.BadParameter(f"{error}. Write three capital letters, such as DKK") from error


SourceArgument = Annotated[str, typer.Argument(help="The source's name in the catalogue.")]
ActorOption = Annotated[str, typer.Option(help="Who records this: an office or a role, no person's name.")]
PriceOption = Annotated[
    int | None,
    typer.Option(help="Price for each unit, as 12.50; 0 is free; none: not agreed.", parser=_amount, metavar="AMOUNT"),
]
CurrencyOption = Annotated[str, typer.Option(help="ISO 4217, such as DKK.", parser=_currency, metavar="CODE")]
JsonOption = Annotated[bool, typer.Option("--json", help="Print JSON, for programs.")]


@ledger_app.command("show")
def show(source: SourceArgument, as_json: JsonOption = False) -> None:  # noqa: FBT002 - a flag of the command line
    """Show a source's agreements, what is owed and paid, and its entries in the journal."""
    with look_into(load_settings()) as space:
        found = find_source(space.ledger, source)
        told: dict[str, Any] = {
            "source": found.name,
            "rights_holder": found.holder,
            "agreements": [agreement_row(agreement) for agreement in agreements(space.ledger, source)],
            "obligations": [_obligation_row(due) for due in obligations(space.ledger) if due.source == source],
            "payments": [_payment_row(payment) for payment in payments(space.ledger, source)],
            "entries": [
                {
                    "seq": entry.seq,
                    "at": entry.recorded_at.isoformat(),
                    "kind": entry.kind,
                    "by": entry.actor,
                    "body": entry.body,
                }
                for entry in entries(space.ledger, f"source:{source}")
            ],
        }
    if as_json:
        show_json(told)
        return
    OUT.print(f"[bold]{plain(found.title)}[/bold] ({plain(source)}), rights holder: {plain(found.holder)}")
    for name in ("agreements", "obligations", "payments", "entries"):
        show_rows(name.capitalize(), told[name], f"No {name}.")


@ledger_app.command("accounts")
def accounts(
    release: Annotated[str | None, typer.Option(help="In one release only.")] = None,
    as_json: JsonOption = False,  # noqa: FBT002
) -> None:
    """Show how every source stands: owed, paid, and the status."""
    with look_into(load_settings()) as space:
        rows = account_rows(space, release)
    show_json(rows) if as_json else show_rows("Accounts", rows, "Nothing is released yet, so nothing is owed.")


@ledger_app.command("agree")
def agree(  # noqa: PLR0913, PLR0917 - an agreement has this many terms
    source: SourceArgument,
    agreement: Annotated[str, typer.Option("--id", help="The agreement's own id; letters, digits, '.' and '-'.")],
    party: Annotated[str, typer.Option(help="Who agreed with us.")],
    start: Annotated[datetime, typer.Option(help="First day it holds.", formats=["%Y-%m-%d"])],
    end: Annotated[datetime | None, typer.Option(help="Last day; open when left out.", formats=["%Y-%m-%d"])] = None,
    payee: Annotated[str, typer.Option(help="Who is paid, when not the party itself.")] = "",
    form: Annotated[AgreementForm, typer.Option(help="What it rests on.")] = AgreementForm.WRITTEN,
    use: Annotated[list[Use] | None, typer.Option(help="A use it permits; may be repeated. [default: train]")] = None,
    price: PriceOption = None,
    per: Annotated[RateUnit, typer.Option(help="The unit the price is for.")] = RateUnit.MILLION_WORDS,
    currency: CurrencyOption = "DKK",
    note: Annotated[str, typer.Option(help="Anything more; not a person's data.")] = "",
    party_kind: Annotated[PartyKind, typer.Option(help="What the party is.")] = PartyKind.HOLDER,
    represents: Annotated[str, typer.Option(help="For whom a collective agreed.")] = "",
    embargo_months: Annotated[int, typer.Option(help="Months from publication until a text may be used.", min=0)] = 0,
    model_licence: Annotated[
        list[str] | None, typer.Option(help="Licence a model must come under, an SPDX pattern; may be repeated.")
    ] = None,
    attach: Annotated[
        list[Path] | None, typer.Option(help="What was signed; its digest is recorded. May be repeated.")
    ] = None,
    minimum: Annotated[
        int | None, typer.Option(help="The least owed at a time.", parser=_amount, metavar="AMOUNT")
    ] = None,
    cap: Annotated[int | None, typer.Option(help="The most owed at a time.", parser=_amount, metavar="AMOUNT")] = None,
    share: Annotated[
        int | None, typer.Option(help="Per cent of a pool, of which the price is the whole.", parser=_amount)
    ] = None,
    actor: ActorOption = "operator",
) -> None:
    """Record an agreement about a source; recording the same again changes nothing."""
    made = Agreement(
        id=agreement,
        source=source,
        party=party,
        payee=payee,
        form=form,
        uses=tuple(each.value for each in use or [Use.TRAIN]),
        start=start.date(),
        end=end.date() if end else None,
        rate=None
        if price is None
        else Rate(per, price, currency, minimum, cap, None if share is None else share // 100),
        note=note,
        party_kind=party_kind,
        represents=represents,
        embargo_months=embargo_months,
        model_licences=tuple(model_licence or ()),
        attachments=tuple(_digest_of(file) for file in attach or ()),
    )
    with open_workspace(load_settings()) as space:
        new = record_agreement(space.ledger, made, actor, moment())
    OUT.print(
        f"Agreement {plain(agreement)} with {plain(party)} is recorded{'' if new else ' already'}. "
        "It counts from the next run."
    )


@ledger_app.command("pay")
def pay(  # noqa: PLR0913, PLR0917 - a payment has this many parts
    source: SourceArgument,
    amount: Annotated[int, typer.Argument(help="What was paid, as 1200.00.", parser=_paid, metavar="AMOUNT")],
    reference: Annotated[
        str, typer.Option(help="The bank's or the payee's reference; tells one payment from another.")
    ],
    payee: Annotated[str, typer.Option(help="Who was paid, as the agreement names them.")],
    on: Annotated[datetime | None, typer.Option(help="Day it was paid. [default: today]", formats=["%Y-%m-%d"])] = None,
    currency: CurrencyOption = "DKK",
    actor: ActorOption = "operator",
) -> None:
    """Record that a source was paid; recording the same reference again changes nothing."""
    now = moment()
    paid_on: date = on.date() if on else now.date()
    payment = Payment(source, payee, amount, currency, reference, paid_on)
    with open_workspace(load_settings()) as space:
        new = record_payment(space.ledger, payment, actor, now)
    OUT.print(f"Payment of {format_amount(payment.amount_micro)} {currency} is recorded{'' if new else ' already'}.")


def agreement_row(agreement: Agreement) -> dict[str, Any]:
    """An agreement as one row."""
    conditions = (
        f"{agreement.embargo_months} months' embargo" if agreement.embargo_months else "",
        f"model under {' or '.join(agreement.model_licences)}" if agreement.model_licences else "",
    )
    return {
        "id": agreement.id,
        "source": agreement.source,
        "party": agreement.party,
        "party_kind": agreement.party_kind.value,
        "represents": agreement.represents,
        "payee": agreement.payee or agreement.party,
        "form": agreement.form.value,
        "uses": ", ".join(agreement.uses),
        "from": agreement.start.isoformat(),
        "until": agreement.end.isoformat() if agreement.end else "",
        "conditions": "; ".join(filter(None, conditions)),
        "price": _price(agreement.rate),
        "attachments": ", ".join(agreement.attachments),
    }


def _price(rate: Rate | None) -> str:
    if rate is None:
        return "none agreed"
    bounds = (
        "" if rate.minimum_micro is None else f", at least {format_amount(rate.minimum_micro)}",
        "" if rate.cap_micro is None else f", at most {format_amount(rate.cap_micro)}",
        "" if rate.share_ppm is None else f", a share of {format_amount(rate.share_ppm * 100)} %",
    )
    return f"{format_amount(rate.amount_micro)} {rate.currency} per {rate.per.value}{''.join(bounds)}"


def _obligation_row(due: Obligation) -> dict[str, Any]:
    amount = "" if due.amount_micro is None else format_amount(due.amount_micro)
    return {
        "release": due.release,
        "basis": due.basis,
        "agreement": due.agreement,
        "payee": due.payee,
        "quantity": due.quantity,
        "amount": amount,
        "currency": due.rate.currency if due.rate else "",
        "paid": format_amount(due.paid_micro),
        "status": due.status.value,
    }


def _payment_row(payment: Payment) -> dict[str, Any]:
    return {
        "paid_on": payment.paid_on.isoformat(),
        "payee": payment.payee,
        "amount": format_amount(payment.amount_micro),
        "currency": payment.currency,
        "reference": payment.reference,
    }
