"""`fodaftryk ledger …`: conflicts of licences and their settlement, agreements, and lists of reservations."""

from datetime import datetime
from pathlib import Path
from typing import Annotated, Any

import typer

from flows.cli_ledger import agreement_row
from flows.conflicts import find_conflict, found_conflicts
from flows.repertoire_file import read_repertoire
from flows.rights import state_of
from flows.settings import load_settings, moment
from flows.show import OUT, plain, show_json, show_rows
from flows.sources import named, read_sources, sync_catalogue
from flows.workspace import look_into, open_workspace
from ledger.agreements import ending
from ledger.journal import Stamp
from ledger.repertoire import Repertoire, record_repertoire, repertoires, withdraw_repertoire
from ledger.settlements import Ruling, record_settlement
from ledger.sources import sources
from ledger.terms import agreements

JsonOption = Annotated[bool, typer.Option("--json", help="Print JSON, for programs.")]
ActorOption = Annotated[str, typer.Option(help="Who records this: an office or a role, no person's name.")]


def conflicts(
    source: Annotated[list[str] | None, typer.Argument(help="Sources to look at. Default: all.")] = None,
    everything: Annotated[bool, typer.Option("--all", help="Settled ones as well.")] = False,  # noqa: FBT002
    as_json: JsonOption = False,  # noqa: FBT002
) -> None:
    """Show licences that contradict each other: who says what, where and when, and what is held for it."""
    settings = load_settings()
    wanted = named(read_sources(settings.catalogue), source or [])
    with look_into(settings) as space:
        found = found_conflicts(space, wanted, moment().date())
    shown = [each for each in found if everything or each.conflict.settlement is None]
    if as_json:
        show_json([each.told for each in shown])
        return
    if not shown:
        OUT.print("No licences contradict each other." if not found else "All conflicts are settled; see --all.")
    for each in shown:
        told = each.told
        title = f"{told['source']}  {told['id']}  {told['scope']}, {told['texts_held']} texts held"
        state = f"settled: {told['settled']}" if told["settled"] else "not settled"
        show_rows(f"{title}, {state}", told["assertions"], title)
    if any(each.conflict.settlement is None for each in shown):
        OUT.print("Settle one with: fodaftryk ledger settle ID --licence SPDX --note WHY   (or --none)")


def settle(
    conflict: Annotated[str, typer.Argument(help="The conflict's id, as `ledger conflicts` shows it.")],
    note: Annotated[str, typer.Option(help="What was read, where, and why it holds; no person's data.")],
    licence: Annotated[str | None, typer.Option(help="The licence that holds, as an SPDX expression.")] = None,
    none: Annotated[bool, typer.Option("--none", help="None of those that are named holds.")] = False,  # noqa: FBT002
    actor: ActorOption = "operator",
) -> None:
    """Settle a conflict of licences; it counts from the next run, and is open again when another licence is named."""
    if (licence is None) is not none:
        raise typer.BadParameter("say which licence holds with --licence, or --none")
    now = moment()
    with open_workspace(load_settings()) as space:
        found = find_conflict(space, sync_catalogue(space, now), conflict, now.date())
        settled = record_settlement(space.ledger, found, Ruling(licence or "", note), Stamp(actor, now))
    held = settled.licence or "none of them"
    among = plain(" | ".join(found.licences))
    OUT.print(f"{plain(found.source)}: of {among} it is {plain(held)}, from the next run on.")


def list_agreements(
    soon: Annotated[bool, typer.Option("--ending", help="Only those that end within 30 days.")] = False,  # noqa: FBT002
    as_json: JsonOption = False,  # noqa: FBT002
) -> None:
    """List the agreements with all sources: what they permit, on what conditions, and until when."""
    today = moment().date()
    with look_into(load_settings()) as space:
        held = [made for source in sources(space.ledger) for made in agreements(space.ledger, source.name)]
    rows = [agreement_row(made) | {"state": state_of(made, today)} for made in (ending(held, today) if soon else held)]
    nothing = "No agreement ends within 30 days." if soon else "No agreement is recorded."
    show_json(rows) if as_json else show_rows("Agreements", rows, nothing)


def reserve(  # noqa: PLR0913, PLR0917 - a list has this much to be known by
    file: Annotated[Path, typer.Argument(help="A CSV file with the columns kind and value, or a TOML file.")],
    name: Annotated[str, typer.Option("--id", help="The list's own id, such as koda-2026; the same id replaces it.")],
    by: Annotated[str, typer.Option(help="Whose list it is: a collective or a holder.")],
    place: Annotated[str, typer.Option(help="Where it was said: an address, or a letter and where it is kept.")],
    since: Annotated[
        datetime | None, typer.Option(help="First day it holds. [default: today]", formats=["%Y-%m-%d"])
    ] = None,
    actor: ActorOption = "operator",
) -> None:
    """Import a list of what is reserved: domains, paths, documents, titles, authors, ISBNs and ISSNs."""
    now = moment()
    listed, targets = Repertoire(name, by, place, since.date() if since else now.date()), read_repertoire(file)
    with open_workspace(load_settings()) as space:
        new = record_repertoire(space.ledger, listed, targets, Stamp(actor, now))
    OUT.print(f"{plain(name)}: {len(targets)} targets {'are reserved' if new else 'were reserved already'}.")


def unreserve(
    name: Annotated[str, typer.Argument(help="The list's id.")],
    actor: ActorOption = "operator",
) -> None:
    """Take a list out of effect, as its holder asked."""
    now = moment()
    with open_workspace(load_settings()) as space:
        was = withdraw_repertoire(space.ledger, name, Stamp(actor, now))
    OUT.print(f"{plain(name)} is out of effect{'' if was else ' already'}. The next run decides anew.")


def reservations(as_json: JsonOption = False) -> None:  # noqa: FBT002
    """List the lists that are in effect, and how much each reserves."""
    with look_into(load_settings()) as space:
        held = repertoires(space.ledger)
    rows: list[dict[str, Any]] = [
        {
            "id": each.id,
            "by": each.by,
            "place": each.place,
            "since": each.since.isoformat(),
            "targets": ", ".join(f"{kind} {count}" for kind, count in sorted(counts.items())),
        }
        for each, counts in held
    ]
    show_json(rows) if as_json else show_rows("Lists of reservations", rows, "No list is recorded.")


def register(app: typer.Typer) -> None:
    """Put these commands under `fodaftryk ledger`."""
    for name, command in (
        ("conflicts", conflicts),
        ("settle", settle),
        ("agreements", list_agreements),
        ("reserve", reserve),
        ("unreserve", unreserve),
        ("reservations", reservations),
    ):
        app.command(name)(command)
