"""From a source's terms to those of one text.

A text is decided by what is known of its source, narrowed to what is about this text: a licence said of its path, a
list that names its author, a case about its address, an embargo counted from its day. Most texts of a source are
narrowed alike, so each kind of narrowing is made once.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any, TypeAlias

from ledger.agreements import in_force
from ledger.conflicts import standing, touching
from ledger.decide import Terms
from ledger.register import Register, Reservation
from ledger.targets import TextFacts

Kind: TypeAlias = "tuple[tuple[int, ...], tuple[Reservation, ...], date | None]"
"""What sets a text's terms apart from its source's: which licences are about it, what is reserved, when it was out."""


@dataclass(frozen=True)
class Narrowing:
    """From a source's terms to those of its texts."""

    terms: Terms
    register: Register
    made: dict[Kind, Terms] = field(default_factory=dict)

    @property
    def columns(self) -> tuple[str, ...]:
        """The columns of a document that are asked for."""
        text = ("text",) if self.register.asks_for_text else ()
        return ("url", "title", "author", "published", *text)

    def kind_of(self, row: Mapping[str, Any]) -> Kind:
        """Which narrowing a document's row needs."""
        facts = TextFacts(row["url"], row["title"], row["author"], row["published"])
        held = self.register.touching(facts, row.get("text", ""))
        return self._scopes(facts.url), held, facts.published if self._has_embargo else None

    def terms_at(self, kind: Kind) -> Terms:
        """The terms of every document of a kind."""
        if kind not in self.made:
            about, held, published = kind
            said = tuple(self.terms.licences[place] for place in about)
            self.made[kind] = replace(self.terms, licences=said, reservations=held, published=published)
        return self.made[kind]

    def _scopes(self, url: str) -> tuple[int, ...]:
        said = self.terms.licences
        if not any(each.scope for each in said):
            return tuple(range(len(said)))
        about = touching(said, url)
        return tuple(place for place, each in enumerate(said) if each in about)

    @property
    def _has_embargo(self) -> bool:
        return any(agreement.embargo_months for agreement in self.terms.agreements)


def on_the_day(terms: Terms, register: Register, as_of: date) -> tuple[str, ...]:
    """What names the terms of a source on a day: another day is the same terms unless something begins or ends."""
    held = sorted(agreement.id for agreement in terms.agreements if in_force(agreement, as_of))
    counted = [as_of] if any(agreement.embargo_months for agreement in terms.agreements) else []
    begun = sum(reservation.since <= as_of for reservation in register.reservations)
    return repr(terms), repr(held), repr(counted), repr(standing(terms.licences, as_of)), register.digest, str(begun)
