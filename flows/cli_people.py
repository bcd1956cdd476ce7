"""`fodaftryk people`: who works for the house in the portal, and claims looked at again.

The first of the staff is let in here, as nobody in the portal can; the others are let in by them, on `/hus/folk`.
"""

from typing import Annotated

import typer

from flows.cli_options import ActorOption, JsonOption
from flows.errors import FlowError
from flows.settings import load_settings, moment
from flows.show import OUT, plain, show_json, show_rows
from flows.workspace import look_into, open_workspace
from ledger.journal import Stamp
from ledger.portal.factors import forget_factors
from ledger.portal.people import Person, give, people, person_by_email, read_email, take
from ledger.portal.proving import recheck as look_again
from ledger.portal.roles import HOUSE, Grant, Role
from ledger.store import Ledger

people_app = typer.Typer(no_args_is_help=True, help="People of the portal: who works for the house, and their claims.")

EmailArgument = Annotated[str, typer.Argument(help="Their mail address.")]
RoleArgument = Annotated[Role, typer.Argument(help="staff or auditor; other roles follow from claims.")]


@people_app.command("list")
def list_(as_json: JsonOption = False) -> None:  # noqa: FBT002 - a flag of the command line
    """List everybody who has an account, with their roles."""
    with look_into(load_settings()) as space:
        rows = [
            {
                "email": person.email,
                "id": person.id,
                "name": person.name,
                "roles": ", ".join(f"{grant.role} {grant.holder}".strip() for grant in grants),
                "account": "open" if person.is_open else "closed",
            }
            for person, grants in people(space.ledger)
        ]
    show_json(rows) if as_json else show_rows("People", rows, "Nobody has an account yet.")


@people_app.command("let-in")
def let_in(email: EmailArgument, role: RoleArgument, actor: ActorOption = "operator") -> None:
    """Give somebody a role of the house; they need not have signed in before."""
    now, grant = moment(), _of_the_house(role)
    with open_workspace(load_settings()) as space:
        person = _person(space.ledger, email, Stamp(actor, now))
        give(space.ledger, person.id, grant, Stamp(actor, now))
    OUT.print(f"{plain(person.email)} is {role} now. They sign in with their mail address, and add a second factor.")


@people_app.command("let-out")
def let_out(email: EmailArgument, role: RoleArgument, actor: ActorOption = "operator") -> None:
    """Take a role of the house from somebody; it ends with their next request."""
    now, grant = moment(), _of_the_house(role)
    with open_workspace(load_settings()) as space:
        person = _person(space.ledger, email, Stamp(actor, now))
        had = take(space.ledger, person.id, grant, Stamp(actor, now))
    OUT.print(f"{plain(person.email)} is no {role} any more." if had else f"{plain(person.email)} was no {role}.")


@people_app.command("forget-factors")
def forget(email: EmailArgument, actor: ActorOption = "operator") -> None:
    """Take the second factors of somebody who has lost them all out of use, when you have seen who they are."""
    now = moment()
    with open_workspace(load_settings()) as space:
        person = _person(space.ledger, email, Stamp(actor, now))
        gone = forget_factors(space.ledger, person.id, Stamp(actor, now))
    OUT.print(f"{plain(person.email)} has no second factor any more (had {gone}), and is signed in nowhere.")


@people_app.command("recheck")
def recheck() -> None:
    """Look again for the proof of every claimed domain that was not looked at for a day. Run it daily."""
    from flows.portal_wiring import prover  # noqa: PLC0415 - the crawler's guard loads Scrapy

    with open_workspace(load_settings()) as space:
        counts = look_again(space.ledger, prover(), moment())
    told = ", ".join(f"{count} {state}" for state, count in sorted(counts.items()))
    OUT.print(f"Looked at: {told}." if told else "No claim was due.")


def _of_the_house(role: Role) -> Grant:
    if role not in HOUSE:
        raise FlowError(f"a {role} is one by a claim in the portal: only staff and auditors are let in here.")
    return Grant(role, "")


def _person(ledger: Ledger, email: str, stamp: Stamp) -> Person:
    try:
        named = read_email(email)
    except ValueError as error:
        raise FlowError(f"{email!r}: {error}.") from error
    with ledger.writing() as connection:
        person = person_by_email(connection, named, stamp.now)
    if person is None:
        raise FlowError(f"the account of {named} is closed, and stays so: use another address.")
    return person
