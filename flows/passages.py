"""Passages, found for the portal in what the newest run holds."""

import threading
import time

from dedup.passages import Passages
from flows.lookup import names_of
from flows.records import newest_record
from flows.workspace import Workspace
from ledger.portal.portal import Match

FRESH_S = 30.0
"""How long the portal asks what it has, before it looks whether a newer run has ended, or something was purged."""


class PassageFinder:
    """Finds passages in what the newest run holds. To be asked from any thread."""

    def __init__(self, space: Workspace) -> None:
        self._space = space
        self._lock = threading.Lock()
        self._files: dict[str, int] = {}
        self._passages = Passages([], space.settings.dedup)
        self._looked_at: float | None = None

    def __call__(self, text: str) -> list[Match]:
        """Tell the works a text stands in, the likeliest first; nothing before the first run has ended."""
        with self._lock:
            if self._looked_at is None or time.monotonic() - self._looked_at > FRESH_S:
                self._look()
                self._looked_at = time.monotonic()
            passages = self._passages
        return [Match(standing.id, standing.share) for standing in passages.find(text)]

    def _look(self) -> None:
        storage, record = self._space.storage, newest_record(self._space)
        names = [names_of(self._space, key)[1] for key in record.documents] if record else []
        there = [storage.local(name) for name in names if storage.exists(name)]
        found = {str(file): file.stat().st_mtime_ns for file in there}  # what was purged has its old name
        if found != self._files:
            self._passages, self._files = Passages(there, self._space.settings.dedup), found
