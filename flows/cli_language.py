"""`fodaftryk language`: say which language each line, or each document, is in.

It reads as it comes and answers at once, holds one line at a time, and loads the language model alone.
"""

import json
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated, BinaryIO

import typer

from corpus.language import LETTERS_MIN, Identified, identify
from flows.errors import FlowError

LINE_BYTES_MAX = 64 * 1024 * 1024
"""Bytes of one line: more than any document's text, and what a program that never ends a line may cost."""

app = typer.Typer(pretty_exceptions_enable=False)


@app.callback()
def _only() -> None:
    """One command of the program, standing alone."""


@app.command()
def language(
    files: Annotated[
        list[Path] | None, typer.Argument(help="Files to read, - for standard input. Default: standard input.")
    ] = None,
    jsonl: Annotated[bool, typer.Option("--jsonl", help="Each line is an object with a document's `text`.")] = False,  # noqa: FBT002
    short: Annotated[  # noqa: FBT002 - a flag of the command line
        bool,
        typer.Option("--short", help=f"Answer for texts of any length, not only from {LETTERS_MIN} letters on."),
    ] = False,
) -> None:
    """Say which language each line is in: da nb nn sv fo is de en nl other, or unknown where it is too short to say.

    Prints label, tab, probability for each line, or with --jsonl an object for each object; in the order they came.
    """
    letters_min = 1 if short else LETTERS_MIN
    for path in files or [Path("-")]:
        with _opened(path) as stream:
            for number, line in _lines(stream, path):
                if jsonl and not line.strip():
                    continue  # an empty line between objects is no object
                found = identify(_text(line, path, number) if jsonl else line, letters_min)
                sys.stdout.write(_answer(found) if jsonl else f"{found.label}\t{found.score:.4f}\n")
                sys.stdout.flush()  # whoever asks line by line waits for the answer


@contextmanager
def _opened(path: Path) -> Iterator[BinaryIO]:
    if path == Path("-"):
        yield sys.stdin.buffer
        return
    try:
        stream = path.open("rb")
    except OSError as error:
        raise FlowError(f"{path} cannot be read ({error.strerror}): name a file that is there, and yours.") from error
    with stream:
        yield stream


def _lines(stream: BinaryIO, path: Path) -> Iterator[tuple[int, str]]:
    """Lines and their numbers, from 1. What is no UTF-8 is read as U+FFFD. Raises FlowError where a line never ends."""
    number = 0
    while raw := stream.readline(LINE_BYTES_MAX + 1):
        number += 1
        if len(raw) > LINE_BYTES_MAX:
            raise FlowError(f"{_name(path)}, line {number} is longer than 64 MiB: break it into lines.")
        yield number, raw.decode("utf-8-sig" if number == 1 else "utf-8", "replace").rstrip("\r\n")


def _text(line: str, path: Path, number: int) -> str:
    """The text of one JSON object. Raises FlowError when there is none."""
    try:
        row = json.loads(line)
    except (ValueError, RecursionError) as error:
        raise FlowError(
            f'{_name(path)}, line {number} is no JSON ({error}): write one object a line, such as {{"text": "…"}}.'
        ) from error
    if not isinstance(row, dict) or not isinstance(row.get("text"), str):
        raise FlowError(
            f'{_name(path)}, line {number} has no string `text`: write one object a line, such as {{"text": "…"}}.'
        )
    return str(row["text"])


def _answer(found: Identified) -> str:
    return json.dumps({"label": found.label, "probability": round(found.score, 4)}) + "\n"


def _name(path: Path) -> str:
    return "standard input" if path == Path("-") else str(path)
