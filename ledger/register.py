"""The register: what holders and collectives reserved on their own lists, and what their cases ask for.

A list's reservation is one more signal, weighed by the policy beside those of the site itself: `repertoire` for what is
told by its place, `repertoire_work` for what is told by title, author or number, since two works may share a name. A
case is no matter of policy: while it is open its texts are held, and when it was acted on they are out.

Memory: about 300 bytes for each target.
"""

import hashlib
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from functools import cached_property

from ledger.signals import Mechanism, RightsSignal, Verdict
from ledger.targets import Target, TargetKind, TextFacts, identifiers_in, targets_of

_BY_PLACE = frozenset({TargetKind.DOMAIN, TargetKind.PATH, TargetKind.DOCUMENT})
_BY_NUMBER = frozenset({TargetKind.ISBN, TargetKind.ISSN})


class Weight(StrEnum):
    """What a reservation rests on."""

    LISTED = "listed"
    OPEN_CASE = "open_case"
    ACTED_CASE = "acted_case"


@dataclass(frozen=True, slots=True)
class Reservation:
    """One target that is reserved from the day `since` on; `by` is the list's or the case's id.

    `uses` are those it is reserved against, in the words of the agreements; none means all.
    """

    by: str
    weight: Weight
    target: Target
    since: date
    uses: tuple[str, ...] = ()

    def is_against(self, use: str) -> bool:
        """Whether it reserves a use."""
        return not self.uses or use in self.uses

    @property
    def place(self) -> str:
        """How evidence names it: the list or case, and by what it names the text, but not the name itself."""
        return f"{'repertoire' if self.weight is Weight.LISTED else 'case'}:{self.by}#{self.target.kind}"

    @property
    def signal(self) -> RightsSignal:
        """What a list says, as a statement beside the site's own."""
        mechanism = Mechanism.REPERTOIRE if self.target.kind in _BY_PLACE else Mechanism.REPERTOIRE_WORK
        kind = self.target.kind.value
        return RightsSignal(mechanism, Verdict.RESERVED, kind, self.by, self.place, "", "", self.since.isoformat())


@dataclass(frozen=True)
class Register:
    """All reservations, to be looked up by what a text is known by."""

    reservations: tuple[Reservation, ...] = ()

    def touching(self, facts: TextFacts, text: str = "") -> tuple[Reservation, ...]:
        """The reservations about a text, in a fixed order; `text` is searched for numbers when any is listed."""
        if not self._index:
            return ()
        found = [held for target in targets_of(facts, self._kinds) for held in self._index.get(target, ())]
        if text and self.asks_for_text:
            found += [held for target in identifiers_in(text) for held in self._index.get(target, ())]
        if len(found) < 2:
            return tuple(found)
        return tuple(sorted(set(found), key=lambda held: (held.by, held.target, held.weight)))

    def on_hosts(self, hosts: Iterable[str]) -> tuple[Reservation, ...]:
        """The reservations by place that may be about a text on these hosts: what a crawl has to know."""
        wanted = tuple(hosts)
        places = [held for held in self.reservations if held.target.kind in _BY_PLACE]
        return tuple(held for held in places if any(_may_meet(held.target, host) for host in wanted))

    @cached_property
    def asks_for_text(self) -> bool:
        """Whether a number is listed, which only the text can show."""
        return any(held.target.kind in _BY_NUMBER for held in self.reservations)

    @cached_property
    def digest(self) -> str:
        """Hex digits that name what is reserved, in any order."""
        lines = sorted(
            " ".join([held.weight, held.target.kind, held.target.value, str(held.since), *held.uses])
            for held in self.reservations
        )
        return hashlib.sha256("\n".join(lines).encode()).hexdigest()[:16]

    @cached_property
    def _kinds(self) -> frozenset[TargetKind]:
        return frozenset(held.target.kind for held in self.reservations)

    @cached_property
    def _index(self) -> dict[Target, list[Reservation]]:
        index: defaultdict[Target, list[Reservation]] = defaultdict(list)
        for held in self.reservations:
            index[held.target].append(held)
        return dict(index)


def touching(reservations: Sequence[Reservation], facts: TextFacts) -> tuple[Reservation, ...]:
    """Those of a few reservations that are about a text."""
    if not reservations:
        return ()
    targets = frozenset(targets_of(facts))
    return tuple(held for held in reservations if held.target in targets)


def _may_meet(target: Target, host: str) -> bool:
    if target.kind is TargetKind.DOMAIN:
        return host == target.value or host.endswith(f".{target.value}") or target.value.endswith(f".{host}")
    held = target.value.partition("//")[2] if target.kind is TargetKind.DOCUMENT else target.value
    name, below = (part.removeprefix("www.") for part in (held.partition("/")[0], host))
    return name == below or name.endswith(f".{below}")
