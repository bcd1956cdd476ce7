"""The value map as everybody may see it: what each source adds, without what it costs.

How the sources of a selection overlap takes seconds for a million documents, so it is counted behind each run and kept
(`keep_overlaps`); whoever looks waits for a small file alone. The rest is made anew when a release or a day is new.
"""

import json
import threading
from collections.abc import Mapping
from dataclasses import asdict

from corpus.cards.overlap import Overlap, overlaps
from corpus.releases import read_staged
from flows.records import newest_record
from flows.settings import moment
from flows.sources import read_sources
from flows.workspace import Workspace
from ledger.portal.portal import Worth
from ledger.releases import releases, versions

OVERLAPS = "worth/overlaps.json"
"""Where the overlaps of the newest run's selection are kept, under the name of that selection."""


def keep_overlaps(space: Workspace, selection: str) -> None:
    """Count how the sources of a selection overlap, and keep it for who looks at the value map."""
    counted = {source: asdict(overlap) for source, overlap in overlaps(space.storage.local(selection)).items()}
    space.storage.put_bytes(OVERLAPS, (json.dumps({selection: counted}, sort_keys=True) + "\n").encode())


class WorthMap:
    """Works the value map out when a release or a day is new, and keeps it meanwhile. To be asked from any thread."""

    def __init__(self, space: Workspace) -> None:
        self._space = space
        self._lock = threading.Lock()
        self._asked: object = None
        self._worth: tuple[Worth, ...] = ()

    def __call__(self) -> tuple[Worth, ...]:
        """Return what each source adds, those that add most first; nothing where there is no catalogue."""
        asked = (versions(self._space.ledger), moment().date())
        with self._lock:
            if self._asked != asked:
                made = _worth_of(self._space) if self._space.settings.catalogue.is_dir() else []
                self._worth = tuple(sorted(made, key=lambda one: (-one.only_words, -one.waiting_words, one.source)))
                self._asked = asked
            return self._worth


def _worth_of(space: Workspace) -> list[Worth]:
    """What each source of the catalogue adds to the newest release, by the newest run's selection."""
    recorded, record = releases(space.ledger), newest_record(space)
    words: dict[str, int] = {}
    if recorded and record:
        for shard in read_staged(recorded[-1].manifest_digest, space.storage).shards:
            words[shard.source] = words.get(shard.source, 0) + shard.words
    overlap = _overlaps(space, record.selection) if record else {}
    return [
        Worth(source.name, source.title, left, min(found.only_words, left), found.waiting_words)
        for source in read_sources(space.settings.catalogue)
        for found, left in [(overlap.get(source.name, Overlap()), words.get(source.name, 0))]
    ]


def _overlaps(space: Workspace, selection: str) -> Mapping[str, Overlap]:
    """The overlaps that were kept; counted now where they are of another selection, or a version ago."""
    if space.storage.exists(OVERLAPS):
        kept = json.loads(space.storage.local(OVERLAPS).read_bytes()).get(selection)
        if kept is not None and all(set(counted) == set(Overlap.__slots__) for counted in kept.values()):
            return {source: Overlap(**counted) for source, counted in kept.items()}
    return overlaps(space.storage.local(selection))
