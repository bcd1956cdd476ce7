"""`fodaftryk value`: what each source adds, what it costs, and what is missing for it to be used."""

from pathlib import Path
from typing import Annotated

import typer

from corpus.cards.value import value_files, value_json, value_rows
from flows.cli_options import JsonOption
from flows.settings import load_settings, moment
from flows.show import OUT, plain, show_json, show_rows
from flows.value import values_of
from flows.workspace import look_into


def value(
    catalogue: Annotated[
        Path | None, typer.Option("--catalogue", help="Folder of source files. Default: the setting, else ./catalogue.")
    ] = None,
    out: Annotated[
        Path | None, typer.Option(help="Folder to write value.csv, value.json and value.svg to.", file_okay=False)
    ] = None,
    as_json: JsonOption = False,  # noqa: FBT002
) -> None:
    """Map what each source adds that no other has, what it costs, and what is missing for it to be used.

    Of the newest release and the newest run; sources that nobody crawled yet are listed with what they lack.
    """
    with look_into(load_settings(catalogue)) as space:
        values = values_of(space, moment().date())
    if out is not None:
        out.mkdir(parents=True, exist_ok=True)
        for name, data in value_files(values).items():
            (out / name).write_bytes(data)
    if as_json:
        show_json(value_json(values))
        return
    show_rows("The value map", value_rows(values), "The catalogue is empty: `fodaftryk sources add URL`.")
    if out is not None:
        OUT.print(f"Written to {plain(out)}: value.csv, value.json, value.svg.")
