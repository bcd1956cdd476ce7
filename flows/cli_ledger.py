"""`fodaftryk ledger …`: what is recorded of a source, how sources stand, and recording an agreement."""

import hashlib
from datetime import datetime
from pathlib import Path
from typing import Annotated, Any

import typer

from flows.cli_options import ActorOption, CurrencyOption, JsonOption, amount
from flows.settings import load_settings, moment
from flows.show import OUT, plain, show_json, show_rows
from flows.sources import sync_catalogue
from flows.statement_rows import payment_row, price_of
from flows.summary import account_rows
from flows.workspace import look_into, open_workspace
from ledger.agreements import Agreement, AgreementForm, PartyKind, Rate, RateUnit, Use
from ledger.journal import entries
from ledger.money import format_amount
from ledger.payments import payments
from ledger.records import Obligation
from ledger.sources import source as find_source
from ledger.standing import obligations
from ledger.terms import agreements, record_agreement

ledger_app = typer.Typer(
    no_args_is_help=True, help="Rights and money: show a source's entries, record what was agreed and paid."
)


def _digest_of(file: Path) -> str:
    """The digest of what was signed."""
    with file.open("rb") as signed:
        return f"sha256:{hashlib.file_digest(signed, 'sha256').hexdigest()}"


SourceArgument = Annotated[str, typer.Argument(help="The source's name in the catalogue.")]
PriceOption = Annotated[
    int | None,
    typer.Option(help="Price for each unit, as 12.50; 0 is free; none: not agreed.", parser=amount, metavar="AMOUNT"),
]


@ledger_app.command("show")
def show(source: SourceArgument, as_json: JsonOption = False) -> None:  # noqa: FBT002 - a flag of the command line
    """Show a source's agreements, what is owed and paid, and its entries in the journal."""
    today = moment().date()
    with look_into(load_settings()) as space:
        found = find_source(space.ledger, source)
        told: dict[str, Any] = {
            "source": found.name,
            "rights_holder": found.holder,
            "agreements": [agreement_row(agreement) for agreement in agreements(space.ledger, source)],
            "obligations": [_obligation_row(due) for due in obligations(space.ledger, today) if due.source == source],
            "payments": [payment_row(payment) for payment in payments(space.ledger, source)],
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
        rows = account_rows(space, moment().date(), release)
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
        list[Path] | None,
        typer.Option(help="What was signed; its digest is recorded. May be repeated.", exists=True, dir_okay=False),
    ] = None,
    minimum: Annotated[
        int | None, typer.Option(help="The least owed at a time.", parser=amount, metavar="AMOUNT")
    ] = None,
    cap: Annotated[int | None, typer.Option(help="The most owed at a time.", parser=amount, metavar="AMOUNT")] = None,
    share: Annotated[
        int | None, typer.Option(help="Per cent of a pool, of which the price is the whole.", parser=amount)
    ] = None,
    actor: ActorOption = "operator",
) -> None:
    """Record an agreement about a source; recording the same again changes nothing."""
    if price is None and (minimum, cap, share) != (None, None, None):
        raise typer.BadParameter("--minimum, --cap and --share bound a price: give it with --price")
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
    now = moment()
    with open_workspace(load_settings()) as space:
        sync_catalogue(space, now)  # so that a source can have its agreement before its first crawl
        new = record_agreement(space.ledger, made, actor, now)
    OUT.print(
        f"Agreement {plain(agreement)} with {plain(party)} is recorded{'' if new else ' already'}. "
        "It counts from the next run."
    )


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
        "price": price_of(agreement.rate),
        "attachments": ", ".join(agreement.attachments),
    }


def _obligation_row(due: Obligation) -> dict[str, Any]:
    return {
        "for": due.occasion,
        "basis": due.basis,
        "agreement": due.agreement,
        "payee": due.payee,
        "quantity": due.quantity,
        "amount": "" if due.amount_micro is None else format_amount(due.amount_micro),
        "currency": due.rate.currency if due.rate else "",
        "paid": format_amount(due.paid_micro),
        "status": due.status.value,
    }
