"""`fodaftryk verify`: check what somebody was given, without a ledger and without a network."""

from pathlib import Path
from typing import Annotated

import typer

from flows.cli_taking_back import CopyOption, FeedOption, WithdrawalsOption, take_out_withdrawn
from flows.show import OUT, plain, show_json, show_rows
from flows.verify import Verdict
from flows.verify import verify as check


def verify(  # noqa: PLR0913, PLR0917 - what may be given with what is checked
    path: Annotated[Path, typer.Argument(help="A pulled release, a copy of a storage, a proof or what it is in.")],
    key: Annotated[str | None, typer.Option(help="The public key you trust: its line, or a file with it.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON, for programs.")] = False,  # noqa: FBT002
    withdrawals: WithdrawalsOption = False,  # noqa: FBT002
    feed: FeedOption = "",
    copy: CopyOption = "",
) -> None:
    """Check a pulled release or a proof, and say what is wrong with it. Exit code 1: something is."""
    if withdrawals:
        take_out_withdrawn(path, feed, key, copy, as_json=as_json)
        return
    verdict = check(path, key)
    if as_json:
        show_json(_told(verdict))
    else:
        _show(path, verdict)
    if verdict.findings:
        raise typer.Exit(1)


def _told(verdict: Verdict) -> dict[str, object]:
    return {
        "what": verdict.what,
        "holds": not verdict.findings,
        **verdict.counted,
        "findings": [{"where": finding.where, "what": finding.what} for finding in verdict.findings],
        "more_findings": verdict.more,
        "key": verdict.key.vkey if verdict.key else "",
        "key_came_along": verdict.key_came_along,
    }


def _show(path: Path, verdict: Verdict) -> None:
    rows = [{"where": finding.where, "what": finding.what} for finding in verdict.findings]
    counted = ", ".join(f"{name}: {value}" for name, value in verdict.counted.items())
    if rows:
        show_rows(f"{plain(path)} does not hold", rows, "")
        if verdict.more:
            OUT.print(f"And {verdict.more:,} more that are not shown: see to these first, and check again.")
    else:
        OUT.print(f"{plain(path)} holds: {plain(verdict.what)}; {plain(counted)}.")
    if verdict.key is None:
        OUT.print("Checked without a key: that shows which bytes are damaged, not whose release it is.")
        return
    OUT.print(f"Checked with {plain(verdict.key.vkey)}")
    if verdict.key_came_along:
        OUT.print("That key came along with it: compare it with the one that was published, and give yours with --key.")
