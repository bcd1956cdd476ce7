"""`fodaftryk release summary`: the AI Act's summary for the part of a release that a model is trained on."""

from pathlib import Path
from typing import Annotated

import typer

from corpus.cards.ai_act_fields import State
from flows.settings import load_settings
from flows.show import OUT, plain, show_rows
from flows.training_summary import Part, read_answers, summary_files, training_summary
from flows.workspace import look_into


def summary(  # noqa: PLR0913, PLR0917 - a command has its options
    version: Annotated[str, typer.Argument(help="A release's version, such as 0.2.0.")],
    out: Annotated[Path, typer.Option(help="Folder to write ai-act-summary.md, .json and .html to.", file_okay=False)],
    tier: Annotated[
        list[str] | None, typer.Option(help="Only this tier: open, agreed or tdm. Can be repeated.")
    ] = None,
    source: Annotated[list[str] | None, typer.Option(help="Only this source. Can be repeated.")] = None,
    licence: Annotated[list[str] | None, typer.Option(help="Only this licence. Can be repeated.")] = None,
    answers: Annotated[Path | None, typer.Option(help="TOML with your answers by the fields' keys.")] = None,
) -> None:
    """Write the public summary that Article 53(1)(d) of the AI Act asks of who trains on a release, or a part of it.

    What the corpus knows is filled in. What only the model's provider can attest is taken from --answers, and listed
    as long as it is missing.
    """
    part = Part(tuple(tier or ()), tuple(source or ()), tuple(licence or ()))
    given = read_answers(answers) if answers else {}
    with look_into(load_settings()) as space:
        sections = training_summary(space, version, part, given)
    out.mkdir(parents=True, exist_ok=True)
    for name, data in summary_files(sections, version).items():
        (out / name).write_bytes(data)
    left = [
        {"number": field.number, "key": field.key, "field": field.label}
        for section in sections
        for field in section.fields
        if field.state is State.OPEN
    ]
    show_rows("To be provided, in a file for --answers", left, "Every field is filled.")
    OUT.print(f"Written to {plain(out)}: ai-act-summary.md, ai-act-summary.json, ai-act-summary.html.")
