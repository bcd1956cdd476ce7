"""`fodaftryk pull`: bring a release, or a part of it, into a folder; and what is known of who did."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated

import typer
from rich.progress import BarColumn, DownloadColumn, Progress, TextColumn, TimeRemainingColumn, TransferSpeedColumn

from corpus.pulled import RECEIPT, Choice, Listed
from corpus.pulling import JOBS_MAX, Order, missing_bytes, urls
from corpus.pulling import pull as bring
from corpus.where import check_filter
from flows.cli_options import ActorOption, JsonOption
from flows.errors import FlowError
from flows.pull import Shop, check_vouched, opened, receipt_maker, receive
from flows.settings import load_settings, moment
from flows.show import ERRORS, OUT, plain, show_json, show_rows
from flows.verify import named_key
from flows.workspace import look_into, open_workspace
from ledger.journal import Stamp
from ledger.receipts import receipts

URL_HOURS_MAX = 168
"""Longest that a signed URL holds: stores refuse more than a week."""

Many = list[str] | None


def pull(  # noqa: PLR0913, PLR0917 - a pull has this many parts
    release: Annotated[str, typer.Argument(help="A version, or the address of a release's folder: s3://… or a path.")],
    to: Annotated[
        Path | None, typer.Option(help="A new folder, or one where this pull was begun.", metavar="DIR")
    ] = None,
    tier: Annotated[Many, typer.Option(help="Only of this tier: open, agreed, tdm. May be given again.")] = None,
    licence: Annotated[Many, typer.Option(help="Only on this licence.")] = None,
    source: Annotated[Many, typer.Option(help="Only of this source.")] = None,
    basis: Annotated[Many, typer.Option(help="Only on this basis.")] = None,
    where: Annotated[str, typer.Option(help="Only rows that fit, such as \"words > 200 and language = 'da'\".")] = "",
    pulled_by: Annotated[str, typer.Option("--as", help="Who pulls: an office or a team.", metavar="NAME")] = "",
    key: Annotated[str, typer.Option(help="The public key you trust: only what it vouches for is pulled.")] = "",
    jobs: Annotated[int, typer.Option(help="Downloads at once.", min=1, max=JOBS_MAX)] = 8,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Tell what would come, and bring nothing.")] = False,  # noqa: FBT002
    as_urls: Annotated[bool, typer.Option("--urls", help="Print a signed URL for each file instead.")] = False,  # noqa: FBT002
    hours: Annotated[int, typer.Option(help="How long such URLs hold.", min=1, max=URL_HOURS_MAX)] = 24,
    as_json: JsonOption = False,  # noqa: FBT002
) -> None:
    """Bring a release, or a part of it, into a folder. Every byte is checked; broken off, it goes on when run again.

    What is not of the open tier comes with a receipt, which the ledger records: say who pulls with --as.
    """
    lists = [tuple(sorted(set(some or ()))) for some in (tier, licence, source, basis)]
    choice = Choice(lists[0], lists[1], lists[2], lists[3], where)
    with opened(load_settings(), release) as shop:
        chosen = shop.offer.chosen(choice)
        _check_names(shop, choice)
        if key:
            check_vouched(shop, named_key(key))
        if where:
            check_filter(where, shop.offer.columns)
        if dry_run:
            _tell_plan(chosen, where, as_json=as_json)
            return
        receipt = receipt_maker(shop, choice, pulled_by)
        if as_urls:
            _print_urls(_signed(shop, choice, hours, receipt), as_json=as_json)
            return
        if to is None:
            raise FlowError("Say where to: --to DIR, a new folder.")
        order = Order(shop.offer, choice, to, jobs, receipt)
        with _bar(missing_bytes(order), quiet=as_json) as say:
            shards = bring(shop.storage, order, say)
    _tell(order, shards, unsent=receipt is not None and shop.ledger is None, as_json=as_json)


def receive_command(
    files: Annotated[list[Path], typer.Argument(help="receipt.json of a pull, as a team sent it.")],
    actor: ActorOption = "operator",
    as_json: JsonOption = False,  # noqa: FBT002
) -> None:
    """Record the receipts of teams that pulled without this ledger at hand. Again it changes nothing."""
    with open_workspace(load_settings()) as space:
        done = [receive(space.ledger, file, Stamp(actor, moment())) for file in files]
    rows = [
        {"receipt": each.id, "release": each.release, "pulled_by": each.pulled_by, "new": new} for each, new in done
    ]
    show_json(rows) if as_json else show_rows("Receipts", rows, "")


def receipts_command(
    release: Annotated[str | None, typer.Argument(help="Only of this version.")] = None,
    as_json: JsonOption = False,  # noqa: FBT002
) -> None:
    """List who pulled what, and when. What is pulled of the open tier needs no receipt."""
    with look_into(load_settings()) as space:
        rows = [
            {
                "release": each.release,
                "pulled_by": each.pulled_by,
                "at": at.isoformat(timespec="seconds"),
                "tiers": ", ".join(each.tiers),
                "documents": each.documents,
                "choice": each.choice,
                "receipt": each.id,
            }
            for each, at in receipts(space.ledger, release)
        ]
    show_json(rows) if as_json else show_rows("Receipts", rows, "Nobody has left a receipt.")


def register(ledger_app: typer.Typer) -> None:
    """Put the commands about receipts beside those of the ledger."""
    ledger_app.command(name="receive")(receive_command)
    ledger_app.command(name="receipts")(receipts_command)


def _check_names(shop: Shop, choice: Choice) -> None:
    """Refuse a name that no shard of the release has, as it is mistyped. Raises FlowError with those there are."""
    for name in ("tier", "licence", "source", "basis"):
        there = {getattr(shard, name) for shard in shop.offer.shards}
        unknown = sorted(set(getattr(choice, name)) - there)
        if unknown:
            raise FlowError(
                f"release {shop.offer.version} has no {name} {', '.join(unknown)}: {', '.join(sorted(there))}."
            )


def _tell_plan(chosen: list[Listed], where: str, *, as_json: bool) -> None:
    """What would come, by source and right."""
    groups: dict[tuple[str, str, str], list[Listed]] = {}
    for shard in chosen:
        groups.setdefault((shard.source, shard.licence, shard.tier), []).append(shard)
    rows = [
        {
            "source": source,
            "licence": licence,
            "tier": tier,
            "shards": len(shards),
            "documents": sum(shard.rows for shard in shards),
            "words": sum(shard.words for shard in shards),
            "bytes": sum(shard.bytes for shard in shards),
        }
        for (source, licence, tier), shards in sorted(groups.items())
    ]
    if as_json:
        show_json(rows)
        return
    show_rows("Would come", rows, "Nothing of the release is of this kind.")
    OUT.print(f"{sum(shard.bytes for shard in chosen):,} bytes in {len(chosen)} shards.")
    if where:
        OUT.print("Of these the rows that fit are kept; how many is known when they have come.")


def _signed(
    shop: Shop, choice: Choice, hours: int, receipt: Callable[[bytes | None], bytes] | None
) -> list[tuple[str, str]]:
    """Path and URL of each file. A receipt is entered when they are signed, and before they are told."""
    if choice.where:
        raise FlowError("A URL is of a whole shard: leave --where out, or pull into a folder.")
    if receipt is not None and shop.ledger is None:
        raise FlowError("URLs that come with a receipt are signed where the ledger is: name the version.")
    signed = list(urls(shop.storage, shop.offer, shop.offer.chosen(choice), hours * 3600))
    if receipt is not None:
        receipt(None)
    return signed


def _print_urls(signed: list[tuple[str, str]], *, as_json: bool) -> None:
    """Path and URL of each file, with a tab between."""
    for path, url in signed:
        if as_json:
            show_json({"path": path, "url": url})
        else:
            typer.echo(f"{path}\t{url}")


def _tell(order: Order, shards: list[Listed], *, unsent: bool, as_json: bool) -> None:
    totals = {name: sum(getattr(shard, name) for shard in shards) for name in ("rows", "words", "bytes")}
    if as_json:
        told = {"release": order.offer.version, "folder": str(order.folder), "shards": len(shards)}
        show_json({**told, "documents": totals["rows"], "words": totals["words"], "bytes": totals["bytes"]})
        return
    OUT.print(
        f"Release {plain(order.offer.version)}: {totals['rows']:,} documents, {totals['words']:,} words, "
        f"{totals['bytes']:,} bytes in {len(shards)} shards lie in {plain(order.folder)}."
    )
    OUT.print(f"Check them at any time with `fodaftryk verify {plain(order.folder)}`.")
    if unsent:
        OUT.print(f"Send {plain(order.folder / RECEIPT)} to who publishes the release: it is your receipt.")


@contextmanager
def _bar(size: int, *, quiet: bool) -> Iterator[Callable[[int], object]]:
    """A bar of what has come; nothing where nobody looks."""
    if quiet or not ERRORS.is_terminal:
        yield lambda _: None
        return
    columns = (TextColumn("pulling"), BarColumn(), DownloadColumn(), TransferSpeedColumn(), TimeRemainingColumn())
    with Progress(*columns, console=ERRORS) as bars:
        bar = bars.add_task("pulling", total=size)
        yield lambda came: bars.advance(bar, came)
