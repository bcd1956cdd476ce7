"""What is a holder's: sources by the domains it has proved, and statements once a person has seen the right.

To control a domain shows what was taken from it. What is owed for it is shown when the claim's case was verified, which
takes proof of the right besides, or when the house has named the holder's party in agreements.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date

from ledger.case_book import find_case
from ledger.cases import Step
from ledger.errors import UnknownRecord
from ledger.portal.claims import Claim, ClaimKind, ClaimState, claims_of
from ledger.portal.people import Holder
from ledger.records import Source
from ledger.sources import sources
from ledger.statements import Scope, Statement, statement
from ledger.store import Ledger


@dataclass(frozen=True, slots=True)
class Holding:
    """A source that is a holder's, by which domain, and whether what is owed for it may be shown."""

    source: Source
    domain: str
    money: bool


def holdings_of(ledger: Ledger, holder: Holder, sources_of: Callable[[str], Sequence[str]]) -> tuple[Holding, ...]:
    """Return the sources of a holder, by name: those on domains it has proved and not lost."""
    known = {source.name: source for source in sources(ledger)}
    found: dict[str, Holding] = {}
    for claim in claims_of(ledger, frozenset({holder.id})):
        if (claim.kind, claim.state) != (ClaimKind.DOMAIN, ClaimState.PROVED):
            continue
        money = _is_entitled(ledger, claim)
        for name in sources_of(claim.value):
            if name in known and not (name in found and found[name].money):
                found[name] = Holding(known[name], claim.value, money)
    return tuple(found[name] for name in sorted(found))


def statement_for(
    ledger: Ledger, holder: Holder, holdings: Iterable[Holding], asked: tuple[str, str], as_of: date
) -> Statement | None:
    """Draw up a holder's statement for a source and a release (empty: all); None when nothing may be shown.

    By its party it is all of that party's. Without one it is of a single source, and leaves out invoices and payments,
    as those may be for others' texts as well.
    """
    source, release = asked
    try:
        if holder.party:
            return statement(ledger, Scope(party=holder.party, source=source, release=release), as_of)
        if source not in {held.source.name for held in holdings if held.money}:
            return None
        found = statement(ledger, Scope(source=source, release=release), as_of)
    except UnknownRecord:
        return None
    return replace(found, invoices=(), payments=())


def _is_entitled(ledger: Ledger, claim: Claim) -> bool:
    if not claim.case:
        return False
    case = find_case(ledger, claim.case)
    over = case.day_of(Step.REJECTED) or case.day_of(Step.WITHDRAWN)
    return case.day_of(Step.VERIFIED) is not None and not over
