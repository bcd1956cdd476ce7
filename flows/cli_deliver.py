"""`fodaftryk deliver`: keep the files a rights holder hands over, or tell what would become of them."""

from pathlib import Path
from typing import Annotated, Any

import typer

from flows.catalogue import CatalogueSource
from flows.deliveries import Handover, Offer, look
from flows.deliveries import deliver as keep
from flows.errors import CatalogueError
from flows.rehearsal import rehearse
from flows.settings import Settings, load_settings, moment
from flows.show import OUT, plain, progress, show_json, show_rows
from flows.source_tables import Access
from flows.sources import read_sources, sync_catalogue
from flows.workspace import look_into, open_workspace

_STAGES = {
    "files": "files, by the end of the name",
    "texts": "texts that would be taken",
    "left": "left, and why",
    "decided": "decided by today's terms",
}


def deliver(  # noqa: PLR0913, PLR0917 - a delivery has this many parts
    source: Annotated[str, typer.Argument(help="The source's name in the catalogue.")],
    paths: Annotated[list[Path], typer.Argument(help="Files and folders to deliver.")],
    agreement: Annotated[str, typer.Option(help="Id of the agreement they are delivered under.")] = "",
    note: Annotated[str, typer.Option(help="Anything more; not a person's data.")] = "",
    actor: Annotated[str, typer.Option(help="Who records this: an office or a role, no person's name.")] = "operator",
    now: Annotated[str | None, typer.Option(help="Record it as of this time (ISO 8601).", metavar="TIME")] = None,
    catalogue: Annotated[Path | None, typer.Option(help="Folder of source files.")] = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Tell what is in it, and keep nothing.")] = False,  # noqa: FBT002
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON, for programs.")] = False,  # noqa: FBT002
) -> None:
    """Keep files a rights holder hands over; the next run takes them in. The same once more changes nothing."""
    settings = load_settings(catalogue)
    wanted = _receiver(settings, source)
    if dry_run:
        with look_into(settings) as space, progress(as_json=as_json):
            told = rehearse(space, wanted, look(source, paths), moment(now))
        show_json(told) if as_json else _show(told)
        return
    with open_workspace(settings) as space, progress(as_json=as_json):
        sync_catalogue(space, moment(now))
        offer = look(source, paths)
        new = keep(space, source, offer, Handover(agreement, note, actor), moment(now))
    if as_json:
        show_json({"source": source, "delivery": offer.digest, "new": new, "files": len(offer.files)})
        return
    _tell(source, offer, new=new)


def _receiver(settings: Settings, name: str) -> CatalogueSource:
    """The source that files are delivered to. Raises CatalogueError when it takes none."""
    found = next((each for each in read_sources(settings.catalogue) if each.name == name), None)
    if found is None:
        raise CatalogueError(f"no source is called {name}: `fodaftryk sources` lists their names.")
    if found.crawl.access is not Access.DELIVERY or found.intake is None:
        raise CatalogueError(
            f'{name} takes no deliveries: write access = "delivery" in its [crawl], and an [intake] table with the '
            "format of the files."
        )
    if not found.crawlable:
        raise CatalogueError(f'{name} is reserved: write status = "agreed", and the agreement, before it is delivered.')
    return found


def _tell(source: str, offer: Offer, *, new: bool) -> None:
    what = "is kept" if new else "was kept already, and nothing has changed"
    OUT.print(f"The delivery {offer.digest[:16]} of {len(offer.files)} files, {offer.bytes:,} bytes, {what}.")
    for path, reason in offer.left:
        OUT.print(f"Left: {plain(path)} ({reason})")
    if new:
        OUT.print(f"Take it in with `fodaftryk run {source}`.")


def _show(told: dict[str, Any]) -> None:
    rows = [
        {"stage": title if first == 0 else "", "kind": kind, "count": count}
        for name, title in _STAGES.items()
        for first, (kind, count) in enumerate(told[name].items())
    ]
    show_rows(f"Delivery {told['delivery'][:16]}", rows, "There is nothing in it.")
    if told["delivered_before"]:
        OUT.print("It was delivered before; again it would change nothing.")
