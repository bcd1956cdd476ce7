"""Explain: everything known of one URL, from the first statement read to the shard it lies in."""

from datetime import date
from typing import Any

from corpus.lookup import copies_of, documents_at, fates_of, shard_holding
from corpus.releases import read_staged
from crawler.intake.items import NAMES
from crawler.urls import canonical
from flows.errors import FlowError
from flows.narrowing import Narrowing
from flows.paths import crawled_pages
from flows.records import RunRecord
from flows.rights import ledger_terms, register_of, rights_told
from flows.workspace import Workspace
from ledger.releases import release
from ledger.sources import source as find_source


def explain(space: Workspace, record: RunRecord, url: str, as_of: date) -> dict[str, Any]:
    """Collect what is known of a URL: page, signals, document, decision, cluster, shard and release.

    Its rights are told as they stand on the day `as_of`; the decision is the newest run's. Raises FlowError when no
    crawl of that run knows it.
    """
    wanted = url if url.startswith(NAMES) else canonical(url)
    for source, crawl in sorted(record.crawls.items()):
        for page in crawled_pages(space.storage.local(f"{crawl}/pages.jsonl.gz")):
            if page["url"] == wanted:
                found = _document(space, record, source, page)
                rights = _rights(space, source, found["document"] or {"url": page["url"]}, as_of)
                return {"source": source, "crawl": crawl, "page": page, **found, "rights": rights}
    raise FlowError(
        f"{wanted or url} is not known to the newest run: it was never linked, lies outside every source's scope, "
        "or its crawl has not finished. `fodaftryk pages` lists all known URLs."
    )


def _document(space: Workspace, record: RunRecord, source: str, page: dict[str, Any]) -> dict[str, Any]:
    files = [space.storage.local(key) for key in record.documents if key.startswith(f"documents/{source}/")]
    found = documents_at(files, page["final_url"])
    selection = space.storage.local(record.selection)
    fates = {row["id"]: row for row in fates_of(selection, source)}
    document = next((row for row in found if row["id"] in fates), None)
    if document is None:
        return {"document": None, "fate": None, "copies": [], "shard": None, "release": None}
    fate = fates[document["id"]]
    copies = (
        [row for row in copies_of(selection, fate["keeper"]) if row["id"] != document["id"]] if fate["keeper"] else []
    )
    shard = _shard(space, record.release, source, document["id"]) if fate["fate"] == "released" else None
    return {
        "document": {name: value for name, value in document.items() if name != "text"},
        "fate": fate,
        "copies": [{"url": row["url"], "source": row["source"], "fate": row["fate"]} for row in copies],
        "shard": shard,
        "release": record.release if shard else None,
    }


def _rights(space: Workspace, source: str, row: dict[str, Any], as_of: date) -> dict[str, Any]:
    """What the ledger knows of the rights of one text, by its document's row or by its address alone."""
    terms = ledger_terms(space, source, find_source(space.ledger, source).status)
    narrowing = Narrowing(terms, register_of(space), as_of)
    told = {"url": row["url"], **{name: row.get(name) or "" for name in ("title", "author", "text")}}
    narrowed = narrowing.terms_at(narrowing.kind_of({**told, "published": row.get("published")}))
    return rights_told(source, narrowed, as_of)


def _shard(space: Workspace, version: str, source: str, document: str) -> str | None:
    manifest = read_staged(release(space.ledger, version).manifest_digest, space.storage)
    mine = [shard.path for shard in manifest.shards if shard.source == source]
    return shard_holding([(path, space.storage.local(path)) for path in mine], document)
