"""`fodaftryk release …`: seal one, list them, and ask what is in one, what changed, and whether it still holds."""

from pathlib import Path
from typing import Annotated, Any

import typer

from flows.comparing import compare
from flows.embedded import prefect_api
from flows.rechecking import recheck
from flows.settings import load_settings, moment
from flows.show import OUT, plain, progress, show_json, show_rows, show_summary
from flows.status import release_rows, release_told
from flows.workspace import look_into, open_workspace

release_app = typer.Typer(
    no_args_is_help=True, help="Seal a release of what is crawled; list, show, compare and verify what was sealed."
)

JsonOption = Annotated[bool, typer.Option("--json", help="Print JSON, for programs.")]
VersionArgument = Annotated[str, typer.Argument(help="A release's version, such as 0.2.0.")]


@release_app.command()
def seal(
    catalogue: Annotated[
        Path | None, typer.Option("--catalogue", help="Folder of source files. Default: the setting, else ./catalogue.")
    ] = None,
    now: Annotated[
        str | None, typer.Option("--now", help="As of this time (ISO 8601), to repeat it exactly.", metavar="TIME")
    ] = None,
    as_json: JsonOption = False,  # noqa: FBT002 - a flag of the command line
) -> None:
    """Release what is crawled, without crawling: refine, decide, deduplicate, check, and seal what changed."""
    settings = load_settings(catalogue)
    moment(now)
    with open_workspace(settings):
        pass  # a wrong key or folder is told at once, not after the server has started
    with prefect_api(settings.data) as wait_until_ready, progress(as_json=as_json):
        from flows.run import release as release_flow  # noqa: PLC0415 - Prefect reads its settings when it is imported

        wait_until_ready()
        summary = release_flow(str(catalogue) if catalogue else None, now)
    show_json(summary) if as_json else show_summary(summary)
    if summary["problems"]:
        raise typer.Exit(3)


@release_app.command("list")
def list_releases(as_json: JsonOption = False) -> None:  # noqa: FBT002
    """List the sealed releases, oldest first."""
    with look_into(load_settings()) as space:
        rows = release_rows(space)
    show_json(rows) if as_json else show_rows("Releases", rows, "No release yet. `fodaftryk run` makes one.")


@release_app.command()
def show(version: VersionArgument, as_json: JsonOption = False) -> None:  # noqa: FBT002
    """Show what a release holds: by source and right, what was left out of it and why, and what it owes."""
    with look_into(load_settings()) as space:
        told = release_told(space, version, moment().date())
    if as_json:
        show_json(told)
        return
    show_rows(f"Release {version}", told["sources"], "It holds nothing.")
    show_rows("Documents", told["funnel"], "")
    OUT.print(f"As of {plain(told['as_of'])}, at {plain(told['manifest'])}")


@release_app.command()
def diff(old: VersionArgument, new: VersionArgument, as_json: JsonOption = False) -> None:  # noqa: FBT002
    """Tell what came in and went out from one release to another: documents, words, licences and money, and why."""
    with look_into(load_settings()) as space:
        told = compare(space, old, new, moment().date())
    if as_json:
        show_json(told)
        return
    rows = [{name: row[name] for name in _SHOWN} for row in told["changes"]]
    show_rows(f"From {plain(old)} to {plain(new)}", rows, "The same documents on the same rights.")
    show_rows("In all", told["totals"], "")
    show_rows("Money", told["money"], "Neither made more owed than the other.")


_SHOWN = ("source", "side", "reason", "licence", "documents", "words")


@release_app.command()
def verify(version: VersionArgument, as_json: JsonOption = False) -> None:  # noqa: FBT002
    """Run the checks made before sealing again, over a release as it lies in storage. Exit code 1: one fails."""
    with look_into(load_settings()) as space:
        found = recheck(space, version)
    rows: list[dict[str, Any]] = [
        {"where": each.where, "check": each.check, "what": each.what} for each in found.findings
    ]
    if as_json:
        show_json({**found.counted, "holds": not rows, "findings": rows})
    elif rows:
        show_rows(f"Release {plain(version)} does not hold", rows, "")
    else:
        OUT.print(f"Release {plain(version)} holds: {found.counted['documents']:,} documents were looked at.")
    if rows:
        raise typer.Exit(1)
