"""`fodaftryk proof`: give a rights holder what the journal has about them, so that they can check it themselves."""

from pathlib import Path
from typing import Annotated

import typer

from flows.holding import hold_out, sources_of
from flows.settings import load_settings
from flows.show import OUT, plain, show_json
from flows.workspace import open_workspace
from ledger.notes import NOTE_BYTES_MAX


def proof(
    out: Annotated[Path, typer.Option(help="A new folder for entries, proofs and key.")],
    source: Annotated[list[str] | None, typer.Option(help="A source's name; may be repeated.")] = None,
    domain: Annotated[str | None, typer.Option(help="All sources with pages on this domain, as avis.dk.")] = None,
    since: Annotated[
        Path | None,
        typer.Option(help="A checkpoint they have: prove too that the journal was only added to.", dir_okay=False),
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON, for programs.")] = False,  # noqa: FBT002
) -> None:
    """Write every entry about a source or a domain to a folder, each with its proof, for `fodaftryk verify`."""
    if (source is None) == (domain is None):
        raise typer.BadParameter("name a --source or a --domain, and not both")
    with open_workspace(load_settings()) as space:
        names = source or sources_of(space, str(domain))
        held = hold_out(space, sorted(set(names)), out, _note(since) if since else None)
    if as_json:
        show_json({"sources": held.sources, "entries": held.entries, "checkpoint": held.note, "folder": str(out)})
        return
    OUT.print(
        f"{held.entries:,} entries about {plain(', '.join(held.sources))} are in {plain(out)}, each with its proof."
    )
    OUT.print(f"Check them with `fodaftryk verify {plain(out)}`. What they show is said in README.md.")


def _note(file: Path) -> str:
    """A checkpoint's note; what is none in it is told when it is opened."""
    with file.open(encoding="utf-8", errors="replace") as note:
        return note.read(NOTE_BYTES_MAX)
