"""`fodaftryk index …`: what was seen before is remembered, and new texts are compared with all of it."""

from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer

from corpus.texts import Fields
from dedup.index import Index, opened
from flows.indexing import Shelf, Verb, tell_copies
from flows.settings import load_settings
from flows.show import OUT, show_json, show_rows

index_app = typer.Typer(
    no_args_is_help=True,
    help="Remember texts across crawls by their signatures; tell which new ones are copies of old or withdrawn ones.",
)

PathsArgument = Annotated[list[Path], typer.Argument(help="Files (.parquet, .jsonl, .jsonl.gz) and folders of them.")]
IndexOption = Annotated[Path, typer.Option("--index", help="The index's folder; made where there is none.")]
IdOption = Annotated[str, typer.Option("--id", help="Column with the ids: whole numbers or strings.")]
TextOption = Annotated[str, typer.Option("--text", help="Column with the texts.")]
JsonOption = Annotated[bool, typer.Option("--json", help="Print JSON, for programs.")]


@index_app.command()
def add(
    paths: PathsArgument, index: IndexOption, id_column: IdOption = "id", text: TextOption = "text",
    as_json: JsonOption = False,  # noqa: FBT002 - a flag of the command line
) -> None:  # fmt: skip
    """Add texts, and tell which are copies of what stood before, or of what was excluded."""
    _tell(paths, _shelf(index, id_column, text), Index.add, as_json=as_json)


@index_app.command()
def match(
    paths: PathsArgument, index: IndexOption, id_column: IdOption = "id", text: TextOption = "text",
    as_json: JsonOption = False,  # noqa: FBT002
) -> None:  # fmt: skip
    """Tell which texts are copies of what stands or was excluded, and change nothing."""
    _tell(paths, _shelf(index, id_column, text), Index.match, as_json=as_json)


@index_app.command()
def exclude(
    paths: PathsArgument, index: IndexOption, id_column: IdOption = "id", text: TextOption = "text",
    as_json: JsonOption = False,  # noqa: FBT002
) -> None:  # fmt: skip
    """Remember withdrawn texts by their signatures alone, and tell which documents that stand are copies of them."""
    _tell(paths, _shelf(index, id_column, text), Index.exclude, as_json=as_json)


@index_app.command()
def remove(
    ids: Annotated[list[str], typer.Argument(help="Ids of documents.")],
    index: IndexOption,
    compact: Annotated[  # noqa: FBT002
        bool, typer.Option("--compact", help="Write the index anew, so that nothing is left of what was removed.")
    ] = False,
) -> None:
    """Remove documents; what was joined by way of them only is parted."""
    with opened(index, load_settings().dedup, write=True) as standing:
        removed = standing.remove(ids)
        if compact:
            standing.compact()
    OUT.print(f"Removed: {removed} of {len(ids)}.")


def _shelf(folder: Path, id_column: str, text: str) -> Shelf:
    return Shelf(folder, load_settings().dedup, Fields(id_column, text))


def _tell(paths: list[Path], shelf: Shelf, verb: Verb, *, as_json: bool) -> None:
    told = [asdict(copy) for copy in tell_copies(shelf, paths, verb)]
    show_json(told) if as_json else show_rows("Copies", told, "None of them is a copy.")
