"""How things stand: rows for the command line, made of ledger and storage."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any

from corpus.errors import CorpusError
from corpus.releases import read_staged
from flows.catalogue import CatalogueSource
from flows.crawl import fresh_crawl
from flows.errors import FlowError
from flows.intake import Files
from flows.paths import finished_crawls
from flows.sources import chosen, read_sources
from flows.summary import source_accounts, source_rows
from flows.workspace import Workspace
from ledger.agreements import ending
from ledger.releases import release, releases
from ledger.sources import sources
from ledger.terms import agreements

Rows = list[dict[str, Any]]


def status_rows(space: Workspace, as_of: date) -> Rows:
    """One row for each source of the ledger that was crawled or released."""
    recorded = releases(space.ledger)
    released = source_rows(space, recorded[-1].version, as_of) if recorded else []
    accounts = source_accounts(space, as_of)
    rows = []
    for source in sources(space.ledger):
        crawls = finished_crawls(space.storage, source.name)
        usages = [row for row in released if row["source"] == source.name]
        account = accounts.get(source.name, {})
        rows.append(
            {
                "source": source.name,
                "status": source.status.value,
                "last_crawl": crawls[-1].split("-")[0] if crawls else "",
                "documents": sum(row["documents"] for row in usages),
                "words": sum(row["words"] for row in usages),
                "owed": account.get("owed"),
                "paid": account.get("paid"),
                "currency": account.get("currency", ""),
                "payment": account.get("status", ""),
                "agreement_ends": _ends(space, source.name, as_of),
            }
        )
    return rows


def _ends(space: Workspace, source: str, as_of: date) -> str:
    """The day the next of a source's agreements ends, when that is near."""
    return next((str(agreement.end) for agreement in ending(agreements(space.ledger, source), as_of)), "")


def release_rows(space: Workspace) -> Rows:
    """One row for each release."""
    rows = []
    for record in releases(space.ledger):
        manifest = read_staged(record.manifest_digest, space.storage)
        rows.append(
            {
                "version": record.version,
                "as_of": record.as_of.isoformat(),
                "sources": len({shard.source for shard in manifest.shards}),
                "documents": sum(shard.rows for shard in manifest.shards),
                "words": sum(shard.words for shard in manifest.shards),
                "bytes": sum(shard.bytes for shard in manifest.shards),
                "manifest": space.storage.uri(f"releases/{record.version}/manifest.json"),
            }
        )
    return rows


def release_told(space: Workspace, version: str, as_of: date) -> dict[str, Any]:
    """What a release holds and what was left out of it, as JSON values. Raises UnknownRecord when there is none."""
    record = release(space.ledger, version)
    manifest = read_staged(record.manifest_digest, space.storage)
    fates = sorted({fate for counts in manifest.funnel.values() for fate in counts})
    return {
        "version": version,
        "as_of": record.as_of.isoformat(),
        "manifest": space.storage.uri(f"releases/{version}/manifest.json"),
        "manifest_digest": record.manifest_digest,
        "parameters": dict(manifest.parameters),
        "columns": dict(manifest.columns),
        "shards": len(manifest.shards),
        "sources": source_rows(space, version, as_of),
        "funnel": [
            {"source": source, **{fate: counts.get(fate, 0) for fate in fates}}
            for source, counts in manifest.funnel.items()
        ],
    }


def plan_rows(space: Workspace, names: Sequence[str], now: datetime) -> Rows:
    """What a run would do with each source, without doing it."""
    everything = read_sources(space.settings.catalogue)
    wanted = {source.name for source in chosen(everything, names)}
    return [
        {
            "source": source.name,
            "status": source.status.value,
            "plan": _plan(space, source, now) if source.name in wanted else "not crawled",
            "begins_at": ", ".join(
                source.intake.files if source.intake else source.crawl.seeds or source.crawl.sitemaps
            ),
            "pages_max": source.crawl.pages_max,
        }
        for source in everything
    ]


def _plan(space: Workspace, source: CatalogueSource, now: datetime) -> str:
    if source.intake is None:
        fresh = fresh_crawl(space, source, now)
        return f"fresh since {fresh.split('-')[0]}" if fresh else "crawl"
    try:
        with Files(space, source, now) as files:
            fresh = fresh_crawl(space, source, now, files.digest)
    except (FlowError, CorpusError) as error:
        return f"problem: {error}"
    if not files.known:
        return "awaits a delivery"
    return f"fresh since {fresh.split('-')[0]}" if fresh else f"take in {len(files.known)} files"
