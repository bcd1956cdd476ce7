"""Lifting: what a withdrawal kept out is let in again, and what was purged for it is asked for again.

A page that has not changed keeps the body that an earlier crawl captured. Of a page that was purged there is none; so
once the withdrawal is lifted the next crawl is told of the page as of one it never had the body of, and fetches it.
"""

import gzip
import json
import shutil
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

from corpus.documents import document_id
from corpus.exclusions import key_of, read_exclusions
from flows.feed_list import publish_feed
from flows.paths import crawled_pages, digest_of_parts
from flows.removals import cancel_removals
from flows.workspace import Workspace
from ledger.journal import PROGRAM, Stamp
from ledger.withdrawals import LiftReason, check_liftable, exclusions, lift

_LIFTED = "withdrawn/lifted/"
_FORGOTTEN = {"payload_digest": "", "etag": "", "last_modified": ""}


def let_in(space: Workspace, by: str, reason: LiftReason, now: datetime) -> bool:
    """Lift a withdrawal; what it kept out is in again when it is next crawled and released. Tells if that was new.

    Who follows the tombstone feed is told there.

    Raises the ledger's errors: it was never made, or it rests on a case that stands.
    """
    with space.alone_anywhere_in("honour"):
        check_liftable(space.ledger, by)
        files = sorted(each.file for each in exclusions(space.ledger).standing if each.by == by)
        if files:
            ids = read_exclusions([space.storage.local(key_of(file)) for file in files]).ids
            space.storage.put_bytes(f"{_LIFTED}{digest_of_parts(*files)}.json", json.dumps(ids).encode())
        lifted = lift(space.ledger, by, reason, Stamp(PROGRAM, now))
        if lifted:
            cancel_removals(space)
        publish_feed(space)
        return lifted


def take_pages_along(space: Workspace, crawl: str, pages: Path, out: Path) -> None:
    """Copy the page list of a crawl (a prefix in storage) for the next one, with purged pages to be fetched again."""
    lifted = {name for key in space.storage.keys(_LIFTED) for name in json.loads(space.storage.local(key).read_bytes())}
    if not lifted:
        shutil.copyfile(pages, out)
        return
    with gzip.GzipFile(out, "wb", mtime=0) as packed:
        for line in _forgetting(crawl.split("/")[1], pages, lifted):
            packed.write(line)


def _forgetting(source: str, pages: Path, lifted: set[str]) -> Iterator[bytes]:
    for row in crawled_pages(pages):
        captured = row.get("captured_at")
        if captured:
            day = datetime.fromisoformat(captured).date()
            if document_id(source, row["url"], row["payload_digest"], day) in lifted:
                row.update(_FORGOTTEN)
        yield json.dumps(row, ensure_ascii=False, sort_keys=True).encode() + b"\n"
