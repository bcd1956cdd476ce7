"""The value map as everybody may see it: what each source adds, without what it costs; worked out once a day."""

import threading

from flows.settings import moment
from flows.value import values_of
from flows.workspace import Workspace
from ledger.portal.portal import Worth
from ledger.releases import versions


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
                known = values_of(self._space, asked[1]) if self._space.settings.catalogue.is_dir() else []
                made = [Worth(one.source, one.title, one.words, one.only_words, one.waiting_words) for one in known]
                self._worth = tuple(sorted(made, key=lambda one: (-one.only_words, -one.waiting_words, one.source)))
                self._asked = asked
            return self._worth
