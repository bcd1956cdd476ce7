"""Rehearsal: what would become of a delivery, found out by taking it in on the side and keeping nothing.

The crawler's own intake reads the files where they lie, in its own process, and its report is counted. It needs as much
room for temporary files as the texts take when packed.
"""

import subprocess
import sys
import tempfile
from collections import Counter
from dataclasses import replace
from datetime import datetime
from pathlib import Path, PurePosixPath
from typing import Any

from crawler.delivered import DeliveredFile
from crawler.files import PAGES_FILE
from crawler.job import to_json
from flows.catalogue import CatalogueSource
from flows.crawl import job_of
from flows.deliveries import Offer
from flows.errors import CrawlError
from flows.paths import crawled_pages
from flows.rights import crawl_terms
from flows.workspace import Workspace
from ledger.deliveries import deliveries
from ledger.terms import agreements

TOLD_CHARS_MAX = 500
"""What is told of a crawler's last words."""


def rehearse(space: Workspace, source: CatalogueSource, offer: Offer, now: datetime) -> dict[str, Any]:
    """Take an offer in on the side; returns counts by kind, of what would be left, and of what would be decided.

    The terms are the catalogue's of today and the agreements of the ledger. Raises CrawlError when it breaks.
    """
    texts: Counter[str] = Counter()
    left: Counter[str] = Counter(reason for _, reason in offer.left)
    rules: Counter[str] = Counter()
    with tempfile.TemporaryDirectory(prefix="fodaftryk-") as name:
        for page in crawled_pages(_taken_in(space, source, offer, (Path(name), now)) / PAGES_FILE):
            if page["outcome"] == "captured":
                texts[page["content_type"].partition(";")[0]] += 1
            else:
                left[page["reason"]] += 1
            if page["decision"]:
                rules[f"{page['decision']['outcome']}: {page['decision']['rule']}"] += 1
    known = {held.digest for held, _ in deliveries(space.ledger, source.name)}
    return {
        "source": source.name,
        "delivery": offer.digest,
        "delivered_before": offer.digest in known,
        "bytes": offer.bytes,
        "files": _sorted(Counter(PurePosixPath(file.name).suffix.lower() or "no ending" for file in offer.files)),
        "texts": _sorted(texts),
        "left": _sorted(left),
        "decided": _sorted(rules),
    }


def _taken_in(space: Workspace, source: CatalogueSource, offer: Offer, place: tuple[Path, datetime]) -> Path:
    """The folder of an intake that was made for nothing but its report."""
    folder, now = place
    assert source.intake is not None
    files = tuple(DeliveredFile(file.name, file.path.resolve(), file.sha256) for file in offer.files)
    held = {agreement.id: agreement for agreement in (*source.agreements(), *agreements(space.ledger, source.name))}
    job = replace(
        job_of(space, source, folder, now),
        seeds=(),
        sitemaps=(),
        terms=replace(crawl_terms(space, source), licences=source.licences(), agreements=tuple(held.values())),
        intake=replace(source.intake.value(), files=files),
    )
    job_file = folder / "job.json"
    job_file.write_text(to_json(job), encoding="utf-8")
    command = [sys.executable, "-m", "crawler", str(job_file)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)  # noqa: S603 - ours
    if done.returncode:
        raise CrawlError(f"{source.name}: the files cannot be tried: {done.stderr.strip()[-TOLD_CHARS_MAX:]}")
    return folder


def _sorted(counts: Counter[str]) -> dict[str, int]:
    return dict(counts.most_common())
