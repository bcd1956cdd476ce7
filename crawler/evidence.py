"""Fetching what an origin says of itself, and keeping the bytes as evidence.

Evidence files are fetched through the same Scrapy engine as pages, outside the frontier: they are no pages and are
counted on their own. What was answered is kept in the frontier's file, and in the WARC as it came.
"""

from collections.abc import Callable
from datetime import datetime

from scrapy import Request
from scrapy.crawler import Crawler
from scrapy.http import Response

from corpus.captures import Capture
from crawler.archive import Archive
from crawler.faults import DOWNLOAD_ERRORS
from crawler.frontier import Frontier
from crawler.observe.evidence import EvidenceFile
from crawler.pace import NoTurnError
from crawler.urls import canonical

EVIDENCE_BYTES_MAX = 2**20
"""Bytes received of an evidence file, and kept when it is inflated; twice what is read of a robots.txt (RFC 9309 2.5),
the rest is left."""


def capture_of(response: Response, url: str, fetched_at: datetime) -> Capture:
    """A Scrapy response as a capture of `url`; header bytes are read as ISO-8859-1, which keeps them all."""
    headers = tuple(
        (name.decode("latin-1"), value.decode("latin-1"))
        for name, values in response.headers.items()
        for value in values
    )
    return Capture(url=url, fetched_at=fetched_at, status=response.status, headers=headers, payload=response.body)


def kept_file(frontier: Frontier, url: str) -> EvidenceFile | None:
    """The last answer for an evidence file that this crawl kept, however old; None when it never asked."""
    row = frontier.db.execute("SELECT status, body, fetched_at FROM evidence WHERE url = ?", (url,)).fetchone()
    return EvidenceFile(url, row[0], row[1], datetime.fromisoformat(row[2])) if row else None


class Evidence:
    """Fetches evidence files, one request each, and remembers the last answer and the last good one."""

    def __init__(self, crawler: Crawler, frontier: Frontier, archive: Archive, now: Callable[[], datetime]) -> None:
        self._crawler, self._frontier, self._archive, self.now = crawler, frontier, archive, now

    async def fetch(self, url: str) -> tuple[EvidenceFile, str]:
        """Ask for one URL; answers with the file and the canonical URL it redirects to, or empty.

        Raises `NoTurnError` when the crawl ends first; whatever the network does becomes a file without a status.
        """
        request = Request(url, meta={"evidence": True})
        try:
            response = await self._crawler.engine.download_async(request)
        except NoTurnError:
            raise
        except DOWNLOAD_ERRORS:
            return EvidenceFile(url, None, b"", self.now()), ""
        capture = capture_of(response.replace(body=response.body[:EVIDENCE_BYTES_MAX]), url, self.now())
        self._archive.write(capture)
        self._frontier.counters["evidence"] += 1
        file = EvidenceFile(url, capture.status, capture.payload, capture.fetched_at)
        location = capture.header("Location") if 300 <= capture.status < 400 else ""
        return file, canonical(location, base=url) if location else ""

    def admits(self, kind: str, name: str, most: int) -> bool:
        """Whether a licence file (or its origin) is among the first `most` of the crawl; a refusal is counted."""
        admitted = self._frontier.admit(kind, name, most)
        self._frontier.counters["licence_files_refused"] += not admitted
        return admitted

    def last(self, url: str) -> EvidenceFile | None:
        """The last answer that was kept for a URL."""
        return kept_file(self._frontier, url)

    def keep(self, file: EvidenceFile) -> None:
        """Keep an answer in place of the last."""
        row = (file.url, file.status, file.body, file.fetched_at.isoformat())
        self._frontier.db.execute("INSERT OR REPLACE INTO evidence VALUES (?, ?, ?, ?)", row)
