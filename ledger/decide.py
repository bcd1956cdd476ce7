"""May this page be used, and on what right? A pure function of evidence, terms and policy.

The rules are tried in this order, and the first that has an answer gives it; their names are stable, as they are kept
with every document:

    agreement                       an agreement in force permits the use                          include
    source-reserved                 the rights holder of the source has said no                    exclude
    signal-reserved:<mechanism>     a counted mechanism reserves the page                          exclude
    signal-malformed:<mechanism>    a counted mechanism says something we cannot read              hold
    signal-held:<mechanism>         a mechanism the policy only holds by reserves the page         hold
    licence-conflict                two licences that cannot both be right                         hold
    official-document               a public act outside copyright                                 include
    open-licence                    a licence on the policy's list                                 include
    reservations-unread             a delivered text, and no reservation was looked for            hold
    tdm-no-reservation              no reservation, and the policy reads for text and data mining  include
    nothing-known                   none of these                                                  hold

A reservation can only take away. What is behind a paywall is never included but by an agreement, whatever the policy
counts. So can a licence claimed but not confirmed: it is never a basis for anything. A text
that came as a file without what its place says of reservations needs an agreement, or an open licence that was
confirmed for its source: what the text says of itself is then not enough, and silence is no permission.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from ledger.agreements import Agreement, in_force
from ledger.licences import TDM_LICENCE, LicenceAssertion, all_of, permits
from ledger.policy import Policy
from ledger.records import SourceStatus
from ledger.signals import Mechanism, RightsSignal, Verdict, effective


class Outcome(StrEnum):
    """Whether a text is in: `hold` waits for a person."""

    INCLUDE = "include"
    EXCLUDE = "exclude"
    HOLD = "hold"


class Basis(StrEnum):
    """The right a text is used on."""

    AGREEMENT = "agreement"
    OPEN_LICENCE = "open_licence"
    OFFICIAL_DOCUMENT = "official_document"
    TDM = "tdm"
    NONE = "none"


class Tier(StrEnum):
    """The part of a release a text may be in."""

    OPEN = "open"
    AGREED = "agreed"
    TDM = "tdm"
    NONE = "none"


@dataclass(frozen=True, slots=True)
class Terms:
    """What is known of a source beforehand: its status, the licences claimed for it, the agreements about it."""

    status: SourceStatus
    licences: tuple[LicenceAssertion, ...] = ()
    agreements: tuple[Agreement, ...] = ()


@dataclass(frozen=True, slots=True)
class Decision:
    """The answer, the rule that gave it and the places of the evidence it rests on.

    `licence` is an SPDX expression, empty unless the outcome is `include`. `evidence` is in a fixed order.
    """

    outcome: Outcome
    basis: Basis
    tier: Tier
    licence: str
    rule: str
    evidence: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class _Stated:
    """The licence stated for a page (empty: none), where, and whether what is stated contradicts itself."""

    licence: str
    places: tuple[str, ...]
    conflict: bool = False


def decide(signals: Iterable[RightsSignal], terms: Terms, policy: Policy, as_of: date) -> Decision:
    """Decide about one page by all that is known of it on a day; the order of the signals does not matter."""
    agreements = [agreement for agreement in terms.agreements if _permits(agreement, policy.use, as_of)]
    if agreements:
        chosen = min(agreements, key=lambda agreement: agreement.id)
        place = (f"agreement:{chosen.id}",)
        return Decision(Outcome.INCLUDE, Basis.AGREEMENT, Tier.AGREED, chosen.licence, "agreement", place)
    if terms.status is SourceStatus.RESERVED:
        return _without(Outcome.EXCLUDE, "source-reserved", ("source",))
    standing = effective(signals)
    holding = (*policy.held, Mechanism.PAYWALL)
    for verdict, mechanisms, outcome, rule in (
        (Verdict.RESERVED, policy.counted, Outcome.EXCLUDE, "signal-reserved"),
        (Verdict.MALFORMED, (*policy.counted, *holding), Outcome.HOLD, "signal-malformed"),
        (Verdict.RESERVED, holding, Outcome.HOLD, "signal-held"),
    ):
        found = [signal for signal in standing if signal.verdict is verdict and signal.mechanism in mechanisms]
        if found:
            first = min(signal.mechanism for signal in found)
            return _without(outcome, f"{rule}:{first}", _places(found))
    decision = _by_licence(_stated(standing, terms.licences, policy), policy)
    unread = [signal for signal in standing if _is_unread(signal)]
    is_open = decision.tier is Tier.OPEN and any(assertion.confirmed for assertion in terms.licences)
    if unread and not is_open and decision.outcome is Outcome.INCLUDE:
        return _without(Outcome.HOLD, "reservations-unread", _places(unread))
    return decision


def may_age(decision: Decision, signals: Iterable[RightsSignal]) -> bool:
    """Whether a decision rests on what was observed of reservations, so that it must be observed again.

    An agreement does not, nor does the confirmed licence of a source whose delivered texts tell of no reservations.
    """
    if decision.outcome is not Outcome.INCLUDE:
        return True
    return decision.basis is not Basis.AGREEMENT and not any(_is_unread(signal) for signal in signals)


def _is_unread(signal: RightsSignal) -> bool:
    return signal.mechanism is Mechanism.DELIVERED and signal.verdict is Verdict.MALFORMED


def _permits(agreement: Agreement, use: str, as_of: date) -> bool:
    return use in agreement.uses and in_force(agreement, as_of)


def _without(outcome: Outcome, rule: str, evidence: tuple[str, ...]) -> Decision:
    return Decision(outcome, Basis.NONE, Tier.NONE, "", rule, evidence)


def _places(signals: Iterable[RightsSignal]) -> tuple[str, ...]:
    return tuple(sorted({signal.place for signal in signals}))


def _by_licence(stated: _Stated, policy: Policy) -> Decision:
    if stated.conflict:
        return _without(Outcome.HOLD, "licence-conflict", stated.places)
    if stated.licence and permits(stated.licence, policy.official):
        basis, rule = Basis.OFFICIAL_DOCUMENT, "official-document"
        return Decision(Outcome.INCLUDE, basis, Tier.OPEN, stated.licence, rule, stated.places)
    if _open(stated.licence, policy):
        basis, rule = Basis.OPEN_LICENCE, "open-licence"
        return Decision(Outcome.INCLUDE, basis, Tier.OPEN, stated.licence, rule, stated.places)
    if policy.tdm:
        return Decision(Outcome.INCLUDE, Basis.TDM, Tier.TDM, TDM_LICENCE, "tdm-no-reservation", stated.places)
    return _without(Outcome.HOLD, "nothing-known", stated.places)


def _open(licence: str, policy: Policy) -> bool:
    return bool(licence) and permits(licence, (*policy.open, *policy.official))


def _stated(signals: Sequence[RightsSignal], assertions: tuple[LicenceAssertion, ...], policy: Policy) -> _Stated:
    """The one licence that holds for the page: its own before the source's, and none that only someone claims.

    Different licences of the page itself are no conflict when all are open: then all their terms are kept. Neither are
    an open one of the page and another, confirmed open one of the source: then the page's holds.
    """
    own = [signal for signal in signals if signal.mechanism is Mechanism.LICENCE and _grants(signal)]
    pages = {signal.value for signal in own}
    confirmed = {assertion.licence for assertion in assertions if assertion.confirmed}
    claimed = {assertion.licence for assertion in assertions}
    from_source = tuple(sorted({assertion.place for assertion in assertions}))
    if not pages:
        if len(confirmed) > 1 or (not confirmed and len(claimed) > 1):
            return _Stated("", from_source, conflict=True)
        return _Stated(next(iter(confirmed), ""), from_source if confirmed else ())
    all_open = all(_open(licence, policy) for licence in pages | confirmed)
    if len(pages | confirmed) > 1 and not all_open:
        return _Stated("", tuple(sorted({*_places(own), *from_source})), conflict=True)
    return _Stated(all_of(pages), _places(own))


def _grants(signal: RightsSignal) -> bool:
    return signal.verdict is Verdict.PERMITTED and bool(signal.value)
