"""`fodaftryk ledger audit`, `checkpoint`, `backup`, `restore`, `erase`: the journal is kept, and shown to be whole."""

from pathlib import Path
from typing import Annotated

import typer

from flows.attesting import attest_release, public_key, publish_checkpoint
from flows.auditing import Audited, audit_all
from flows.errors import FlowError
from flows.settings import load_settings, moment
from flows.show import OUT, plain, show_json, show_rows
from flows.sources import read_sources
from flows.verify import named_key
from flows.workspace import look_into, open_workspace
from ledger.backup import backup as back_up
from ledger.backup import restore as bring_back
from ledger.erasure import erase as take_out
from ledger.journal import Stamp
from ledger.releases import releases

JsonOption = Annotated[bool, typer.Option("--json", help="Print JSON, for programs.")]

journal_app = typer.Typer()
"""Joined to `fodaftryk ledger` where the command line is put together."""


@journal_app.command("audit")
def audit(
    checkpoint: Annotated[
        list[Path] | None, typer.Option(help="A checkpoint that somebody has kept; may be repeated.")
    ] = None,
    key: Annotated[str | None, typer.Option(help="The public key you trust: its line, or a file with it.")] = None,
    as_json: JsonOption = False,  # noqa: FBT002 - a flag of the command line
) -> None:
    """Read the whole journal again, and compare checkpoints and releases with it. Exit code 1: something is wrong."""
    with look_into(load_settings()) as space:
        audited = audit_all(space, named_key(key) if key else public_key(space), checkpoint or [])
    if as_json:
        show_json(_told(audited))
    else:
        _show(audited)
    if audited.findings:
        raise typer.Exit(1)


@journal_app.command("checkpoint")
def checkpoint(as_json: JsonOption = False) -> None:  # noqa: FBT002
    """Sign the journal as it stands and publish the checkpoint, for releases too that have none."""
    with open_workspace(load_settings()) as space:
        note = publish_checkpoint(space)
        for release in releases(space.ledger):
            attest_release(space, release.version)
        key = public_key(space).vkey
    show_json({"checkpoint": note, "key": key}) if as_json else OUT.print(f"{plain_lines(note)}\nKey: {plain(key)}")


@journal_app.command("backup")
def backup(file: Annotated[Path, typer.Argument(help="A new file for it.")]) -> None:
    """Write everything in the ledger to one file, as of this moment. The signing key is not in it."""
    settings = load_settings()
    if settings.ledger_file is not None and not settings.ledger_file.exists():
        raise FlowError(f"There is no ledger at {settings.ledger_file}: see that FODAFTRYK_DATA names its folder.")
    if file.exists():
        raise FlowError(f"{file} is there already: name a new file, so that no other backup is lost.")
    with look_into(settings) as space:
        size, root = back_up(space.ledger, file)
        key = settings.ledger_key
    OUT.print(f"{plain(file)} has {size:,} entries with the root {root.hex()}.")
    OUT.print(f"The key that signs is not in it: keep {plain(key)} by itself, where only you can read it.")


@journal_app.command("restore")
def restore(
    file: Annotated[Path, typer.Argument(help="A file of `fodaftryk ledger backup`.", exists=True, dir_okay=False)],
    replace: Annotated[bool, typer.Option("--replace", help="Drop what the ledger holds now.")] = False,  # noqa: FBT002
) -> None:
    """Put a backup into the ledger, on either kind of database."""
    with open_workspace(load_settings()) as space:
        size, root = bring_back(space.ledger, file, replace=replace)
    OUT.print(f"The ledger has {size:,} entries with the root {root.hex()}, as when it was backed up.")
    OUT.print("`fodaftryk ledger audit` tells whether anything was published since.")


@journal_app.command("erase")
def erase(
    source: Annotated[str | None, typer.Argument(help="The source's name.")] = None,
    case: Annotated[str | None, typer.Option(help="Of a case instead: its id.")] = None,
    actor: Annotated[str, typer.Option(help="Who records this: an office or a role, no person's name.")] = "operator",
) -> None:
    """Erase the names and notes of a source that is gone from the catalogue, or of who asked in a case."""
    if (source is None) == (case is None):
        raise typer.BadParameter("name a source or a --case, and not both")
    settings = load_settings()
    if source and settings.catalogue.exists() and source in {each.name for each in read_sources(settings.catalogue)}:
        raise FlowError(f"{source} is in the catalogue, which would bring its names back: take its file out first.")
    subject = f"source:{source}" if source else f"case:{case}"
    with open_workspace(settings) as space:
        entries = take_out(space.ledger, subject, Stamp(actor, moment()))
    told = ", ".join(map(str, entries))
    OUT.print(f"Erased is what these entries hid: {told}." if entries else "There was nothing left to erase.")


def plain_lines(text: str) -> str:
    """A text of several lines as markup that shows it as it is."""
    return "\n".join(plain(line) for line in text.splitlines())


def _told(audited: Audited) -> dict[str, object]:
    return {
        "entries": audited.journal.entries,
        "root": audited.journal.root.hex(),
        "covered": audited.journal.covered,
        "checkpoints": audited.checkpoints,
        "releases": audited.releases,
        "findings": [{"where": finding.where, "what": finding.what} for finding in audited.findings],
    }


def _show(audited: Audited) -> None:
    rows = [{"where": finding.where, "what": finding.what} for finding in audited.findings]
    show_rows("Findings", rows, "Everything fits together.")
    OUT.print(
        f"{audited.journal.entries:,} entries with the root {audited.journal.root.hex()}; "
        f"{audited.checkpoints:,} checkpoints and {audited.releases:,} releases compared; "
        f"the first {audited.journal.covered:,} entries stand under a checkpoint."
    )
    if rows:
        OUT.print("Keep ledger and storage as they are, and compare with your backups before anything else is written.")
