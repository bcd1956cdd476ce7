"""`fodaftryk policy …`: what another policy would change, before it does."""

from typing import Annotated

import typer

from flows.cli_rights import JsonOption
from flows.errors import FlowError
from flows.policy_diff import Difference, Move, Question, money_rows, move_rows, moves
from flows.records import newest_record
from flows.settings import load_settings, moment
from flows.show import OUT, show_json, show_rows
from flows.sources import read_sources
from flows.workspace import look_into, read_policy
from ledger.policy import Policy

policy_app = typer.Typer(no_args_is_help=True, help="The policy a release is decided by.")

CURRENT = "current"
"""What stands for the policy of the settings."""


@policy_app.callback()
def policy() -> None:
    """Keep `diff` a command of its own while it is the only one."""


@policy_app.command("diff")
def diff(
    old: Annotated[str, typer.Argument(help=f"A policy file, or {CURRENT!r} for the one that is set.")],
    new: Annotated[str, typer.Argument(help="The policy file to compare it with, or the same word.")],
    documents: Annotated[bool, typer.Option("--documents", help="One JSON line for each document first.")] = False,  # noqa: FBT002
    as_json: JsonOption = False,  # noqa: FBT002
) -> None:
    """Show which documents, words and money another policy would move; evidence is replayed and nothing fetched."""
    settings, today = load_settings(), moment().date()
    sources = read_sources(settings.catalogue)
    with look_into(settings) as space:
        record = newest_record(space)
        if record is None:
            raise FlowError("No run has ended yet, so there is no evidence to replay. Begin with `fodaftryk run`.")
        question = Question(_policy(old, space.policy), _policy(new, space.policy), today)
        counted = Difference()
        for move in moves(space, record, sources, question, counted):
            if documents:
                show_json(_move_row(move))
        moved, money = move_rows(counted), money_rows(space, counted, today)
    if as_json or documents:
        show_json({"documents": counted.documents, "kinds": counted.kinds, "moved": moved, "money": money})
        return
    show_rows("What would move", moved, "No document would move.")
    show_rows("What a release would owe", money, "No amount would change.")
    OUT.print(f"{counted.documents:,} documents replayed, of {counted.kinds:,} distinct kinds of evidence.")


def _policy(path: str, current: Policy) -> Policy:
    return current if path == CURRENT else read_policy(path)


def _move_row(move: Move) -> dict[str, object]:
    return {
        "source": move.source,
        "url": move.url,
        "id": move.id,
        "words": move.words,
        "before": {"outcome": move.before.outcome, "rule": move.before.rule, "licence": move.before.licence},
        "after": {"outcome": move.after.outcome, "rule": move.after.rule, "licence": move.after.licence},
    }
