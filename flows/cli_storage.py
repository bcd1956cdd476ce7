"""`fodaftryk storage`: what lies in storage and belongs to nothing."""

import re
from datetime import timedelta
from typing import Annotated

import typer

from flows.settings import load_settings
from flows.show import OUT, progress, show_json, show_rows
from flows.sweeping import sweep
from flows.workspace import look_into, open_workspace

storage_app = typer.Typer(no_args_is_help=True, help="Look after what lies in storage.")

AGE_MIN = timedelta(days=2)
"""Least age that may be stated: what is packed anew in storage on S3 counts as young for a day without being put again,
and a run may take another until it seals."""

_AGE = re.compile(r"(\d{1,5})([dh])")


def _age(text: str) -> timedelta:
    """An age as it is written on the command line."""
    found = _AGE.fullmatch(text.strip())
    if found is None:
        raise typer.BadParameter(f"{text!r} is no age: write days or hours, such as 7d or 72h")
    age = timedelta(days=int(found[1])) if found[2] == "d" else timedelta(hours=int(found[1]))
    if age < AGE_MIN:
        raise typer.BadParameter(f"{text} is too young, as a run under way may have packed it: 2d is the least")
    return age


@storage_app.callback()
def _commands() -> None:
    """Keep `sweep` a command of its own, as there is but one."""


@storage_app.command(name="sweep")
def sweep_command(
    older_than: Annotated[timedelta, typer.Option(parser=_age, metavar="AGE", help="Days or hours: 7d, 72h.")],
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Tell what would be removed, and remove nothing.")] = False,  # noqa: FBT002
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON, for programs.")] = False,  # noqa: FBT002
) -> None:
    """Remove shards and staged manifests that are older than stated and that no release refers to.

    Such are left by runs that were killed before they sealed. Releases being sealed meanwhile lose nothing.
    """
    opened = look_into if dry_run else open_workspace
    with opened(load_settings()) as space, progress(as_json=as_json):
        swept = sweep(space, older_than, dry_run=dry_run)
    rows = [{"key": each.key, "bytes": each.size, "put": each.modified.isoformat()} for each in swept.objects]
    if as_json:
        show_json({"removed": not dry_run, "objects": rows, "bytes": swept.size, "uploads": swept.uploads})
        return
    show_rows("Would be removed" if dry_run else "Removed", rows, "Nothing lies in storage that no release refers to.")
    if swept.uploads:
        OUT.print(f"{swept.uploads} uploads that were never finished were taken back.")
