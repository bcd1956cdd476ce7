"""Pages: one row for every URL the newest run knows, with what became of it."""

import json
from collections.abc import Iterator
from typing import Any

from corpus.lookup import document_rows, fates_of
from crawler.files import STANDING
from flows.paths import crawled_pages
from flows.records import RunRecord
from flows.workspace import Workspace
from ledger.signals import Mechanism, Verdict, effective, signals_from_json

Row = dict[str, Any]

_BY_REGISTER = ("case-", "signal-reserved:repertoire", "signal-held:repertoire")
"""Rules by which the register of reservations decides."""


def page_rows(space: Workspace, record: RunRecord, *, text: bool) -> Iterator[Row]:
    """Rows sorted by source and URL; with `text`, that of every page that was read, kept or not.

    Memory: the rows of one source's crawl, and with `text` its text.
    """
    for source, crawl in sorted(record.crawls.items()):
        fates = {row["url"]: row for row in fates_of(space.storage.local(record.selection), source)}
        columns = ["url", "crawl", "language", *(["text"] if text else [])]
        files = [space.storage.local(key) for key in record.documents if key.startswith(f"documents/{source}/")]
        documents = {(row["url"], row["crawl"]): row for row in document_rows(files, columns)}
        by_url = {row["url"]: row for row in crawled_pages(space.storage.local(f"{crawl}/pages.jsonl.gz"))}
        for url, page in by_url.items():
            final = by_url.get(page["final_url"], page)
            document = documents.get((final["url"], final["crawl"]), {})
            yield {"url": url, **_row(final, fates.get(final["url"], {}), document)}


def _row(page: Row, fate: Row, document: Row) -> Row:
    kept = fate.get("fate") == "released"
    row = {
        "final_url": page["final_url"],
        "decision": "keep" if kept else "drop",
        "reason": "" if kept else fate.get("reason") or page["reason"] or page["outcome"],
        "lang": document.get("language"),
        "reserved": _reserved(page, fate),
        "licence": _licence(page) or fate.get("licence") or None,
        "rule": fate.get("rule") or (page["decision"] or {}).get("rule") or None,
    }
    return row | ({"text": document["text"]} if "text" in document else {})


def _reserved(page: Row, fate: Row) -> bool | None:
    """Whether a statement that stands reserves the page, or a list or a case does.

    None when it was never fetched, so that none was observed.
    """
    if (fate.get("rule") or "").startswith(_BY_REGISTER):
        return True
    signals = effective(signals_from_json(json.dumps(page["signals"])))
    if any(signal.verdict is Verdict.RESERVED for signal in signals):
        return True
    return False if page["outcome"] in STANDING else None


def _licence(page: Row) -> str:
    """The first licence the page itself states that we know by name."""
    stated = (signal["value"] for signal in page["signals"] if signal["mechanism"] == Mechanism.LICENCE)
    return next((value for value in stated if value), "")
