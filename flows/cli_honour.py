"""`fodaftryk honour …`: act on withdrawals, see how far each has come, lift one, record the receipts of others."""

from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from typer.core import TyperGroup

from flows.cli_options import ActorOption, JsonOption
from flows.reached import row_of
from flows.reached import status as reached
from flows.settings import load_settings, moment
from flows.show import OUT, plain, progress, show_json, show_rows
from flows.workspace import look_into, open_workspace
from ledger.withdrawals import LiftReason, exclusions

if TYPE_CHECKING:
    from flows.honour import Honoured


class _ActByDefault(TyperGroup):
    """A group of commands of which `act` needs not be named."""

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:  # noqa: ANN401 - Typer's own context
        if not args or (args[0] not in self.commands and args[0] != "--help"):
            args = ["act", *args]
        return super().parse_args(ctx, args)


honour_app = typer.Typer(
    cls=_ActByDefault,
    help="Act on opt-outs, takedowns, objections and ended agreements: `honour [CASE…]` is `honour act`.",
)

NamesArgument = Annotated[
    list[str] | None, typer.Argument(help="Cases by their id, agreements as agreement:ID. Default: all that are due.")
]


@honour_app.command()
def act(
    names: NamesArgument = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Say what would be kept out, and stop.")] = False,  # noqa: FBT002
    as_json: JsonOption = False,  # noqa: FBT002
) -> None:
    """Keep the texts and their copies out, purge them, seal a patch release, and tell who has copies.

    Run again it goes on where it was stopped, and finds what turned up since.
    """
    from flows.honour import honour  # noqa: PLC0415 - loads all that refines and signs
    from flows.quoting import noted_quoting  # noqa: PLC0415 - as above

    now = moment()
    if dry_run:
        told = _would_be_kept_out(names or [], now)
        show_json(told) if as_json else show_rows("Would be kept out", told, "Nothing new is asked for.")
        return
    with open_workspace(load_settings()) as space, progress(as_json=as_json):
        done = honour(space, names or [], now)
        rows = [row_of(each) for each in reached(space)]
        quoting = sum(len(noted_quoting(space, by)) for by in done.excluded)
    if as_json:
        show_json({"excluded": dict(done.excluded), "patch": done.patch, "quoting": quoting, "withdrawals": rows})
        return
    _tell(done, quoting)
    show_rows("Withdrawals", rows, "Nothing is withdrawn.")


def _would_be_kept_out(names: list[str], now: datetime) -> list[dict[str, Any]]:
    """What would be kept out of each withdrawal: what is asked for, copies of it; and what quotes it, which stays."""
    from flows.finding import find, wanted_withdrawals  # noqa: PLC0415 - as above
    from flows.quoting import quoting  # noqa: PLC0415 - as above

    with look_into(load_settings()) as space:
        found = find(space, wanted_withdrawals(space, names, now.date()), exclusions(space.ledger))
        quoted = quoting(space, found)
    return [
        {
            "withdrawal": by,
            "asked_for": sum(asked for _, _, asked in texts.texts.values()),
            "copies": sum(not asked for _, _, asked in texts.texts.values()),
            "quoted_in": len(quoted.get(by, ())),
        }
        for by, texts in sorted(found.items())
    ]


def _tell(done: "Honoured", quoting: int) -> None:
    OUT.print(f"{sum(done.excluded.values()):,} texts are newly kept out, {done.purged.documents:,} were purged.")
    if done.patch:
        OUT.print(
            f"Release {plain(done.patch)} is the newest one without them; {done.tombstones:,} tombstones are out."
        )
    if done.purged.deliveries_left:
        OUT.print(
            f"{done.purged.deliveries_left} delivered files hold other texts too and still hold these: have them "
            "delivered again without, or remove them by hand."
        )
    if quoting:
        OUT.print(
            f"{quoting:,} longer texts quote withdrawn ones whole, and stay: see `fodaftryk honour status CASE`. "
            "Open a case about those that may not."
        )


@honour_app.command()
def status(names: NamesArgument = None, as_json: JsonOption = False) -> None:  # noqa: FBT002
    """Show how far each withdrawal has come: crawl, corpus, releases, and copies that others pulled.

    Of those that are named it shows the longer texts that quote them whole, for somebody to settle.
    """
    from flows.quoting import noted_quoting  # noqa: PLC0415 - as above

    with look_into(load_settings()) as space:
        rows = [row_of(each) for each in reached(space, names or [])]
        quoted = {row["by"]: noted_quoting(space, row["by"]) for row in rows} if names else {}
    if as_json:
        show_json([{**row, **({"quoting": quoted[row["by"]]} if row["by"] in quoted else {})} for row in rows])
        return
    show_rows("Withdrawals", rows, "Nothing is withdrawn.")
    if quoting := [{"withdrawal": by, **each} for by, some in quoted.items() for each in some]:
        show_rows("Longer texts that quote them whole, and stay", quoting, "")


@honour_app.command("lift")
def lift_(
    name: Annotated[str, typer.Argument(help="A case by its id, or agreement:ID.")],
    reason: Annotated[LiftReason, typer.Option(help="A mistake, or a licence given since.")],
) -> None:
    """Let what a withdrawal kept out in again; what was purged is fetched by the next crawl."""
    from flows.lifting import let_in  # noqa: PLC0415 - as above

    by = name if ":" in name else f"case:{name}"
    with open_workspace(load_settings()) as space:
        new = let_in(space, by, reason, moment())
    OUT.print(
        f"{plain(by)} {'is lifted' if new else 'was lifted before'}. The next crawl and release have its texts again."
    )


@honour_app.command()
def receipt(
    file: Annotated[Path, typer.Argument(help="A withdrawal-receipt.json that a team sent.", dir_okay=False)],
    actor: ActorOption = "operator",
) -> None:
    """Record that withdrawn rows are gone from a copy that somebody else keeps."""
    from flows.tombstones import record_receipt  # noqa: PLC0415 - as above

    with open_workspace(load_settings()) as space:
        about = record_receipt(space, file, moment(), actor)
    OUT.print(f"Recorded for {plain(', '.join(about))}." if about else "It was recorded before.")
