"""Licences that cannot both be right: found in what is said, kept in sight, and settled by a person with a note.

What was said later by the same party at the same place takes the place of what it said before; what it says of a part
takes the place of what it says of the whole. Nothing else takes any assertion's place, confirmed or not: two that name
different licences for the same text are a conflict, and its texts are held. A settlement is about a source and a set of
licences. When somebody names a further licence the set is another, and the conflict is open again.
"""

import hashlib
import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from ledger.licences import LicenceAssertion, one_name
from ledger.targets import is_within


@dataclass(frozen=True, slots=True)
class Settlement:
    """What a person settled: of these `licences` (sorted, by their one name) it is `licence`; empty: none of them."""

    licences: tuple[str, ...]
    licence: str
    note: str
    on: date

    @property
    def place(self) -> str:
        """How evidence names it."""
        return f"settlement:{self.on.isoformat()}:{self.licence or 'none'}"


@dataclass(frozen=True, slots=True)
class Conflict:
    """Licences that differ for one `scope` of a source (empty: all of it), by whom, and how that was settled."""

    source: str
    scope: str
    licences: tuple[str, ...]
    assertions: tuple[LicenceAssertion, ...]
    settlement: Settlement | None

    @property
    def id(self) -> str:
        """Twelve hex digits that name the source and the set of licences, whoever asserts them."""
        return conflict_id(self.source, self.licences)


def conflict_id(source: str, licences: Sequence[str]) -> str:
    """Twelve hex digits for a source and a sorted set of licences."""
    return hashlib.sha256(json.dumps([source, *licences]).encode()).hexdigest()[:12]


def standing(assertions: Iterable[LicenceAssertion], as_of: date) -> tuple[LicenceAssertion, ...]:
    """The assertions that were made by a day, without those that the same party replaced at the same place."""
    made = [each for each in assertions if each.on is None or each.on <= as_of]
    newest: dict[tuple[str, str, str], date] = {}
    for each in made:
        if each.on is not None:
            newest[_voice(each)] = max(each.on, newest.get(_voice(each), each.on))
    return tuple(each for each in made if each.on is None or each.on == newest[_voice(each)])


def touching(assertions: Iterable[LicenceAssertion], url: str) -> tuple[LicenceAssertion, ...]:
    """The assertions that are about a text, without what its own party says more closely of a part."""
    about = [each for each in assertions if is_within(url, each.scope)]
    closest: dict[str, int] = {}
    for each in about:
        closest[each.asserted_by] = max(len(each.scope), closest.get(each.asserted_by, 0))
    return tuple(each for each in about if len(each.scope) == closest[each.asserted_by])


def names_of(assertions: Iterable[LicenceAssertion]) -> tuple[str, ...]:
    """The licences that are named, each once and by its one name, sorted."""
    return tuple(sorted({one_name(each.licence) for each in assertions}))


def settlement_of(licences: Iterable[str], settlements: Iterable[Settlement], as_of: date) -> Settlement | None:
    """What was settled last, by a day, about just these licences."""
    wanted = tuple(sorted(set(licences)))
    found = [each for each in settlements if each.licences == wanted and each.on <= as_of]
    return max(found, key=lambda each: (each.on, each.licence, each.note), default=None)


def conflicts(
    source: str, assertions: Sequence[LicenceAssertion], settlements: Sequence[Settlement], as_of: date
) -> tuple[Conflict, ...]:
    """Every conflict among a source's assertions on a day, settled or not; the whole source's first.

    Of a path that lies inside another path, only what is said of the two themselves is compared.
    """
    made = standing(assertions, as_of)
    found: dict[tuple[str, ...], Conflict] = {}
    for scope in sorted({each.scope for each in made}):
        said = touching((each for each in made if each.scope in ("", scope) or is_within(scope, each.scope)), scope)
        names = names_of(said)
        if len(names) > 1 and names not in found:
            found[names] = Conflict(source, scope, names, said, settlement_of(names, settlements, as_of))
    return tuple(found.values())


def _voice(assertion: LicenceAssertion) -> tuple[str, str, str]:
    return assertion.asserted_by, assertion.place, assertion.scope
