"""The crawl's WARC files: written in step with the frontier, so that both tell the same story after a crash.

Pages, evidence (robots.txt and the other files that carry rights signals) and what rendered pages were made of (the
answer as it came, scripts, styles and data) go to files of their own, so that whoever refines pages reads nothing else.
"""

from datetime import datetime
from enum import StrEnum
from pathlib import Path

from corpus.captures import Capture, CaptureWriter
from crawler.files import EVIDENCE_FILES, MADE_OF_FILES
from crawler.frontier import Frontier

WARC_BYTES_MAX = 2**30
"""A file is closed when it has grown past this: small enough to be one task downstream."""


class Series(StrEnum):
    """What a row of WARC files holds; the value is how their names begin."""

    PAGES = ""
    EVIDENCE = EVIDENCE_FILES
    MADE_OF = MADE_OF_FILES

    @property
    def files(self) -> str:
        """A pattern that matches the names of this series' files and no other's."""
        return f"{self}[0-9]*.warc.gz"


class Archive:
    """Appends captures to the numbered files of one series; the frontier holds how long each file rightly is."""

    def __init__(self, folder: Path, frontier: Frontier, series: Series) -> None:
        """Go on where the frontier says the last file ends; what lies behind was never committed and is cut off."""
        self._folder, self._db, self._series = folder, frontier.db, series
        rows = files_of(frontier, series)
        for stray in set(folder.glob(series.files)) - {folder / file for file, _, _ in rows}:
            stray.unlink()
        self._number = max(len(rows) - 1, 0)
        self._bytes = int(rows[-1][1]) if rows else 0
        self._writer = CaptureWriter(self._path(), resume_at=self._bytes)
        frontier.before_commit.append(self._sync)

    def write(self, capture: Capture) -> None:
        """Append one capture; it counts from the frontier's next commit on."""
        self._count(self._roomy_writer().write(capture))

    def write_rendered(self, rendered: Capture, original: Capture) -> None:
        """Append what a page became in a browser."""
        self._count(self._roomy_writer().write_conversion(rendered, original))

    def write_revisit(self, capture: Capture, payload_digest: str, captured_at: datetime) -> None:
        """Append that a page had not changed since its body was captured."""
        self._count(self._roomy_writer().write_revisit(capture, payload_digest, captured_at))

    def _roomy_writer(self) -> CaptureWriter:
        if self._bytes >= WARC_BYTES_MAX:
            self._writer.close()
            self._number += 1
            self._writer = CaptureWriter(self._path())
        return self._writer

    def _count(self, size: int) -> None:
        self._bytes = size
        self._db.execute(
            "INSERT INTO warcs VALUES (?1, ?2, 1) ON CONFLICT DO UPDATE SET bytes = ?2, records = records + 1",
            (self._path().name, self._bytes),
        )

    def close(self) -> None:
        """Close the file that is being written."""
        self._writer.close()

    def _sync(self) -> None:
        self._writer.sync()

    def _path(self) -> Path:
        return self._folder / f"{self._series}{self._number:05d}.warc.gz"


def files_of(frontier: Frontier, series: Series) -> list[tuple[str, int, int]]:
    """The files of a series in order: each one's name, its bytes and its records."""
    named = "SELECT file, bytes, records FROM warcs WHERE file GLOB ? ORDER BY file"
    return frontier.db.execute(named, (series.files,)).fetchall()
