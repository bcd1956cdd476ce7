"""`fodaftryk sources …`: list the catalogue, check it, add to it."""

import sys
from pathlib import Path
from typing import Annotated

import typer

from flows.catalogue import json_schema, load_catalogue
from flows.deployments import prefect_yaml
from flows.errors import CatalogueError, FlowError
from flows.rights import state_of
from flows.scaffold import scaffold_source
from flows.settings import load_settings, moment
from flows.show import OUT, plain, show_json, show_rows
from flows.sources import read_sources
from ledger.agreements import ending, in_force
from ledger.conflicts import conflicts

sources_app = typer.Typer(help="The catalogue: list its sources, check its files, add a source.")

CatalogueOption = Annotated[
    Path | None, typer.Option("--catalogue", help="Folder of source files. Default: the setting, else ./catalogue.")
]


@sources_app.callback(invoke_without_command=True)
def list_sources(
    context: typer.Context,
    catalogue: CatalogueOption = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON, for programs.")] = False,  # noqa: FBT002
) -> None:
    """List the catalogue's sources: whose they are, on what licence they are said to be, and how far we are."""
    if context.invoked_subcommand is not None:
        return
    rows = [
        {
            "source": source.name,
            "title": source.title,
            "status": source.status.value,
            "kind": source.kind.value,
            "access": source.crawl.access.value,
            "rights_holder": source.rights.holder,
            "licences": ", ".join(dict.fromkeys(licence.licence for licence in source.licences())),
            "schedule": source.schedule or "",
        }
        for source in read_sources(_folder(catalogue))
    ]
    show_json(rows) if as_json else show_rows("Sources", rows, "The catalogue is empty: `fodaftryk sources add URL`.")


@sources_app.command()
def check(catalogue: CatalogueOption = None) -> None:
    """Check every file of the catalogue; each finding names its file, line and remedy."""
    folder = _folder(catalogue)
    loaded = load_catalogue(folder)
    if loaded.findings:
        count = len(loaded.findings)
        raise CatalogueError("\n".join([*map(str, loaded.findings), f"{count} finding{'s' * (count > 1)} in {folder}"]))
    OUT.print(f"{len(loaded.sources)} sources in {plain(folder)}, no findings.")
    today = moment().date()
    for source in loaded.sources:
        for found in conflicts(source.name, source.licences(), (), today):
            said = ", ".join(f"{each.licence} ({each.asserted_by})" for each in found.assertions)
            OUT.print(f"{plain(source.name)}: in conflict unless settled: {plain(said)}")
        for agreement in source.agreements():
            state = state_of(agreement, today)
            if not in_force(agreement, today) or ending([agreement], today):
                OUT.print(f"{plain(source.name)}: the agreement {plain(agreement.id)}: {plain(state)}")


@sources_app.command()
def add(
    url: Annotated[str, typer.Argument(help="Where the source begins: its front page.")],
    licence: Annotated[
        str | None, typer.Option(help="Licence you know it to be under: an SPDX expression or a licence's address.")
    ] = None,
    catalogue: CatalogueOption = None,
) -> None:
    """Write a file for a new source, to be filled in; it is crawled from the next run on."""
    path = scaffold_source(url, _folder(catalogue), moment().date(), licence)
    OUT.print(f"Wrote {plain(path)}. Fill in the rights holder, then `fodaftryk sources check`.", soft_wrap=True)


@sources_app.command()
def schedule(
    catalogue: CatalogueOption = None,
    out: Annotated[Path, typer.Option(help="The file to write.")] = Path("deploy/prefect.yaml"),
) -> None:
    """Write Prefect's deployments from the catalogue: one for each flow and each scheduled source."""
    text = prefect_yaml(read_sources(_folder(catalogue)))
    try:
        out.write_text(text, encoding="utf-8")
    except OSError as error:
        raise FlowError(
            f"{out} cannot be written ({error.strerror}): name a file in a folder that is there and yours, with --out."
        ) from error
    OUT.print(f"Wrote {plain(out)}. Now: prefect deploy --all --prefect-file {plain(out)}", soft_wrap=True)


@sources_app.command()
def schema() -> None:
    """Print the JSON Schema of a source's file, for editors that check a file while it is written."""
    sys.stdout.write(json_schema())


def _folder(catalogue: Path | None) -> Path:
    return catalogue or load_settings().catalogue
