"""`fodaftryk verify --withdrawals`: take what is withdrawn out of a copy of a release, and write the receipt."""

from pathlib import Path
from typing import Annotated

import typer

from flows.errors import FlowError
from flows.feed import FEED, read_feed
from flows.settings import moment
from flows.show import OUT, plain, show_json, show_rows
from flows.taking_back import take_back
from flows.verify import named_key

WithdrawalsOption = Annotated[
    bool, typer.Option("--withdrawals", help="Take withdrawn documents out of the Parquet in a folder, by the feed.")
]
FeedOption = Annotated[
    str, typer.Option(help="The tombstone feed: a folder or an address. Default: `tombstones` in the folder or beside.")
]
CopyOption = Annotated[str, typer.Option(help="What the receipt calls this copy. Default: a name made at random.")]


def take_out_withdrawn(folder: Path, feed: str, key: str | None, copy: str, *, as_json: bool) -> None:
    """Take out what the feed names, and say what is left to do by hand. Exit code 1: something is."""
    found = read_feed(feed or str(_beside(folder)), named_key(key) if key else None)
    done = take_back(folder, found, moment(), copy)
    findings = [{"where": each.where, "what": each.what} for each in done.findings]
    if as_json:
        rows = {str(entry): count for entry, count in done.rows.items()}
        told = {"files": done.files, "rewritten": done.rewritten, "rows": rows, "receipt": str(done.receipt)}
        told |= {"lifted": done.lifted}
        show_json({**told, "batches": len(found.batches), "findings": findings, "key": found.key.vkey})
    else:
        OUT.print(
            f"{done.files:,} files were looked at and {done.rewritten:,} written anew; {sum(done.rows.values()):,} "
            f"withdrawn rows are gone from {plain(folder)}."
        )
        if done.lifted:
            OUT.print(
                f"Of these {done.lifted:,} were withdrawn by what is over since: a newer release may have them again, "
                "and this copy gets them by none but pulling it."
            )
        OUT.print(f"Send {plain(done.receipt)} to who gave you the release, so that it can be told.")
        OUT.print(f"Checked with {plain(found.key.vkey)}")
        if findings:
            show_rows("To be done by hand", findings, "")
    if findings:
        raise typer.Exit(1)


def _beside(folder: Path) -> Path:
    for place in (folder / "tombstones", folder.parent / "tombstones", folder.parent.parent / "tombstones"):
        if (place / FEED).is_file():
            return place
    raise FlowError(f"there is no tombstone feed in {folder} or beside it: name its folder or address with --feed.")
