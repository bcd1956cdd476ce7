"""The catalogue's sources: read, chosen by name, and brought into the ledger."""

from collections.abc import Sequence
from datetime import datetime
from pathlib import Path

from flows.catalogue import CatalogueSource, load_catalogue
from flows.errors import CatalogueError
from flows.workspace import Workspace
from ledger.records import Source
from ledger.sources import sync_source


def read_sources(folder: Path) -> tuple[CatalogueSource, ...]:
    """Read a catalogue. Raises CatalogueError with every finding, each with its file, line and remedy."""
    catalogue = load_catalogue(folder)
    if catalogue.findings:
        raise CatalogueError("\n".join(str(finding) for finding in catalogue.findings))
    return catalogue.sources


def sync_catalogue(space: Workspace, now: datetime) -> tuple[CatalogueSource, ...]:
    """Read the catalogue the settings name, and bring the ledger up to it."""
    sources = read_sources(space.settings.catalogue)
    for source in sources:
        sync_source(space.ledger, _ledger_source(source), source.licences(), source.agreements(), now)
    return sources


def named(sources: Sequence[CatalogueSource], names: Sequence[str]) -> tuple[CatalogueSource, ...]:
    """The sources of these names, or all without any. Raises CatalogueError for a name unknown."""
    unknown = sorted(set(names) - {source.name for source in sources})
    if unknown:
        raise CatalogueError(f"no source is called {', '.join(unknown)}: `fodaftryk sources` lists their names.")
    return tuple(source for source in sources if source.name in names or not names)


def chosen(sources: Sequence[CatalogueSource], names: Sequence[str]) -> tuple[CatalogueSource, ...]:
    """The sources to crawl: those named, or all that may be crawled. Raises CatalogueError for a name unknown."""
    wanted = sorted(named(sources, names), key=lambda source: source.name) if names else sources
    refused = [source.name for source in wanted if not source.crawlable]
    if names and refused:
        raise CatalogueError(
            f"{', '.join(refused)}: reserved, and so never taken; or in files, without an [intake] that says in which."
        )
    return tuple(source for source in wanted if source.crawlable)


def _ledger_source(source: CatalogueSource) -> Source:
    """A source as the ledger holds it."""
    return Source(
        name=source.name,
        title=source.title,
        homepage=source.homepage,
        status=source.status,
        holder=source.rights.holder,
        payee=source.rights.payee,
        kind=source.kind.value,
    )
