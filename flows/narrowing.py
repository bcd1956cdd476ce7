"""From a source's terms to those of one text.

A text is decided by what is known of its source, narrowed to what is about this text: a licence said of its path, a
list that names its author, a case about its address, an embargo counted from its day. Most texts of a source are
narrowed alike, so each kind of narrowing is made once.
"""

from collections.abc import Hashable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from functools import cached_property
from typing import Any, TypeAlias

from ledger.agreements import in_force, months_after
from ledger.conflicts import standing, touching
from ledger.decide import Terms
from ledger.register import Register, Reservation
from ledger.targets import TextFacts, is_within

Kind: TypeAlias = "tuple[tuple[int, ...], tuple[Reservation, ...], date | None]"
"""What sets a text's terms apart from its source's: which licences are about it, what is reserved, when it was out.

Texts that are reserved by the same lists in the same way, or of which the same embargoes are over, are of one kind: the
reservations and the day are those of the first of them.
"""


@dataclass(frozen=True)
class Narrowing:
    """From a source's terms to those of its texts, on a day."""

    terms: Terms
    register: Register
    as_of: date
    made: dict[Kind, Terms] = field(default_factory=dict)
    held: dict[Hashable, tuple[Reservation, ...]] = field(default_factory=dict)
    days: dict[Hashable, date] = field(default_factory=dict)
    scopes: dict[tuple[bool, ...], tuple[int, ...]] = field(default_factory=dict)

    @cached_property
    def columns(self) -> tuple[str, ...]:
        """The columns of a document that `kind_of` asks for; none, where all texts of the source are narrowed alike."""
        if self._is_plain:
            return ()
        text = ("text",) if self.register.asks_for_text else ()
        return ("url", "title", "author", "published", *text)

    def kind_of(self, row: Mapping[str, Any]) -> Kind:
        """Which narrowing a document's row needs."""
        if self._is_plain:
            return self._all, (), None
        url, published = row["url"], row["published"]
        held: tuple[Reservation, ...] = ()
        if self.register.reservations:
            facts = TextFacts(url, row["title"], row["author"], published)
            held = self._alike(self.register.touching(facts, row.get("text", "")))
        return self._scopes(url) if self._has_scopes else self._all, held, self._day(published)

    def terms_at(self, kind: Kind) -> Terms:
        """The terms of every document of a kind."""
        if kind not in self.made:
            about, held, published = kind
            said = tuple(self.terms.licences[place] for place in about)
            self.made[kind] = replace(self.terms, licences=said, reservations=held, published=published)
        return self.made[kind]

    def _scopes(self, url: str) -> tuple[int, ...]:
        """The places of the licences that are about a text; texts that lie in the same scopes have the same."""
        inside = tuple(is_within(url, scope) for scope in self._said_of)
        found = self.scopes.get(inside)
        if found is None:
            about = touching(self.terms.licences, url)
            places = (place for place, each in enumerate(self.terms.licences) if each in about)
            found = self.scopes[inside] = tuple(places)
        return found

    def _alike(self, found: tuple[Reservation, ...]) -> tuple[Reservation, ...]:
        if not found:
            return found
        return self.held.setdefault(tuple((each.place, each.weight, each.since <= self.as_of) for each in found), found)

    def _day(self, published: date | None) -> date | None:
        if published is None or not self._embargoes:
            return None
        found = self.days.get(published)
        if found is None:
            over = tuple(months_after(published, months) <= self.as_of for months in self._embargoes)
            found = self.days[published] = self.days.setdefault(over, published)
        return found

    @cached_property
    def _all(self) -> tuple[int, ...]:
        return tuple(range(len(self.terms.licences)))

    @cached_property
    def _is_plain(self) -> bool:
        return not (self.register.reservations or self._has_scopes or self._embargoes)

    @cached_property
    def _has_scopes(self) -> bool:
        return bool(self._said_of)

    @cached_property
    def _said_of(self) -> tuple[str, ...]:
        return tuple(sorted({each.scope for each in self.terms.licences} - {""}))

    @cached_property
    def _embargoes(self) -> tuple[int, ...]:
        return tuple(sorted({agreement.embargo_months for agreement in self.terms.agreements} - {0}))


def on_the_day(terms: Terms, register: Register, as_of: date) -> tuple[str, ...]:
    """What names the terms of a source on a day: another day is the same terms unless something begins or ends."""
    held = sorted(agreement.id for agreement in terms.agreements if in_force(agreement, as_of))
    counted = [as_of] if any(agreement.embargo_months for agreement in terms.agreements) else []
    begun = sum(reservation.since <= as_of for reservation in register.reservations)
    begun += sum(reading.on <= as_of for reading in terms.readings)
    return repr(terms), repr(held), repr(counted), repr(standing(terms.licences, as_of)), register.digest, str(begun)
