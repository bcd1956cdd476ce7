"""Digesting files, and telling now and then how far something is."""

import hashlib
import time
from pathlib import Path

from flows.places import readable
from flows.progress import emit

PIECE_BYTES = 2**20
TOLD_S = 1.0
"""Seconds between two lines of progress about one file."""


class Told:
    """Tells of a file's progress, now and then."""

    def __init__(self, source: str, event: str, file: str) -> None:
        self._source, self._event, self._file, self._at = source, event, file, time.monotonic()

    def __call__(self, done: int, whole: int | None) -> None:
        """So many bytes are done, of so many."""
        if time.monotonic() - self._at >= TOLD_S:
            self._at = time.monotonic()
            of = {} if whole is None else {"of": whole}
            emit(self._event, self._source, file=self._file, bytes=done, **of)


def digest_file(path: Path, told: Told) -> str:
    """SHA-256 of a file in hex; it is read once, in pieces. Raises CrawlError when the disk refuses."""
    done, found = 0, hashlib.sha256()
    with readable(path):
        size = path.stat().st_size
        with path.open("rb") as file:
            while piece := file.read(PIECE_BYTES):
                found.update(piece)
                done += len(piece)
                told(done, size)
    return found.hexdigest()
