"""`fodaftryk ledger …`: what is owed and changes: disputed, given up, reversed, withdrawn, claimed."""

import re
from typing import Annotated

import typer

from flows.cli_options import ActorOption, NoteOption, PayeeArgument
from flows.settings import load_settings, moment
from flows.show import OUT, plain
from flows.workspace import open_workspace
from ledger.changes import Change, Which, change_dues, change_invoice, claim_domain, reverse_dues, withdraw_release
from ledger.journal import Stamp

_INVOICE = re.compile(r"(?:FT-)?([0-9]{1,9})")

WhatArgument = Annotated[str, typer.Argument(help="An invoice, as FT-000012, or a source.", metavar="WHAT")]
OccasionOption = Annotated[
    str,
    typer.Option("--for", help="With a source: a release's version, year:2026-01-01 or crawl:ID.", metavar="OCCASION"),
]


def dispute(
    what: WhatArgument,
    note: NoteOption,
    occasion: OccasionOption = "",
    settled: Annotated[bool, typer.Option("--settled", help="The dispute is over: it is owed.")] = False,  # noqa: FBT002
    actor: ActorOption = "operator",
) -> None:
    """Keep an invoice, or what a source is owed for a release, from being paid until it is settled what is owed."""
    _change(what, occasion, Change.SETTLE if settled else Change.DISPUTE, note, actor)


def waive(what: WhatArgument, note: NoteOption, occasion: OccasionOption = "", actor: ActorOption = "operator") -> None:
    """Record that whoever is owed gave it up: what is open of an invoice, or what a source is owed for a release."""
    _change(what, occasion, Change.WAIVE, note, actor)


def reverse(
    source: Annotated[str, typer.Argument(help="The source's name.")],
    occasion: OccasionOption,
    note: NoteOption,
    actor: ActorOption = "operator",
) -> None:
    """Reverse what a source is owed for a release, as after a takedown; what was paid or invoiced is credit."""
    with open_workspace(load_settings()) as space:
        done = reverse_dues(space.ledger, Which(source, occasion), note, Stamp(actor, moment()))
    OUT.print("It is reversed." if done else "There was nothing to reverse.")


def withdraw(
    release: Annotated[str, typer.Argument(help="The release's version.")],
    note: NoteOption,
    actor: ActorOption = "operator",
) -> None:
    """Void all that a release owes, because it is withdrawn; its shards and manifest are left where they are."""
    with open_workspace(load_settings()) as space:
        done = withdraw_release(space.ledger, release, note, Stamp(actor, moment()))
    OUT.print(f"Release {plain(release)} owes nothing{'' if done else ', and was withdrawn before'}.")


def claim(
    domain: Annotated[str, typer.Argument(help="The domain whose dues are claimed.")],
    payee: PayeeArgument,
    case: Annotated[str, typer.Option(help="The claim that was verified and acted on.")],
    actor: ActorOption = "operator",
) -> None:
    """Move what is owed for a domain (an agreement's payee `domain:…`) to whoever claimed it, now and from now on."""
    with open_workspace(load_settings()) as space:
        done = claim_domain(space.ledger, domain, payee, case, Stamp(actor, moment()))
    OUT.print(f"What is owed for {plain(domain)} is owed to {plain(payee)}{'' if done else ' already'}.")


def _change(what: str, occasion: str, change: Change, note: str, actor: str) -> None:
    stamp, invoice = Stamp(actor, moment()), _INVOICE.fullmatch(what)
    if not occasion and not invoice:
        raise typer.BadParameter("name an invoice, as FT-000012, or a source with --for RELEASE")
    with open_workspace(load_settings()) as space:
        if occasion or not invoice:
            done = change_dues(space.ledger, Which(what, occasion), change, note, stamp)
        else:
            done = change_invoice(space.ledger, int(invoice[1]), change, note, stamp)
    OUT.print("It is recorded." if done else "There was nothing to change: see `fodaftryk ledger invoices --all`.")


def register(app: typer.Typer) -> None:
    """Put these commands under `fodaftryk ledger`."""
    for name, command in (
        ("dispute", dispute),
        ("waive", waive),
        ("reverse", reverse),
        ("withdraw", withdraw),
        ("claim", claim),
    ):
        app.command(name)(command)
