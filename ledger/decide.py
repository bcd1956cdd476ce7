"""May this page be used, and on what right? A pure function of evidence, terms and policy.

The rules are tried in this order, and the first that has an answer gives it; their names are stable, as they are kept
with every document:

    case-acted                      the holder asked for it to be out, and a person did so         exclude
    agreement                       an agreement in force permits the use                          include
    agreement-undated               its embargo cannot be counted: nobody says when it was out     hold
    agreement-model-licence         it asks for a licence of the model that the policy lacks       hold
    agreement-embargo               the text is younger than the agreement allows                  exclude
    source-reserved                 the rights holder of the source has said no                    exclude
    signal-reserved:<mechanism>     a counted mechanism reserves the page                          exclude
    signal-reserved-read:<mech…>    a person has read that what the policy holds by is a no        exclude
    case-open                       the holder asks for it to be out, and nobody has settled it    hold
    signal-malformed:<mechanism>    a counted mechanism says something we cannot read              hold
    signal-held:<mechanism>         a mechanism the policy only holds by reserves the page         hold
    licence-conflict                licences that cannot all be right, and nobody has settled it   hold
    open-licence                    a licence on the policy's list                                 include
    official-document               a public act outside copyright                                 include
    tdm-no-reservation              no reservation, and the policy reads for text and data mining  include
    contribution                    its holder gave it, and a person has confirmed that            include
    reservations-unread             a delivered text, and no reservation was looked for            hold
    nothing-known                   none of these                                                  hold

The last five rights are tried in the policy's own order, and only those it names. A reservation can only take away.
What is behind a paywall is never included but by an agreement, whatever the policy counts. So can a licence claimed
but not confirmed: it is never a basis for anything. A text that came as a file without what its place says of
reservations needs an agreement, or a licence that was confirmed for its source: what the text says of itself is then
not enough, and silence is no permission.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date

from ledger.agreements import Agreement, Limit, in_force, limit_of
from ledger.bases import Basis, Outcome, Tier
from ledger.conflicts import Settlement, names_of, settlement_of, standing
from ledger.conflicts import touching as assertions_touching
from ledger.licences import TDM_LICENCE, LicenceAssertion, all_of, one_name, permits
from ledger.policy import Policy
from ledger.readings import Reading, as_read
from ledger.records import SourceStatus
from ledger.register import Reservation, Weight
from ledger.register import touching as reservations_touching
from ledger.signals import Mechanism, RightsSignal, Verdict, effective
from ledger.targets import TextFacts


@dataclass(frozen=True, slots=True)
class Terms:
    """What is known of a source beforehand, or, narrowed by `about`, of one text.

    Its status, the licences claimed for it and what was settled of them, the agreements about it, what is reserved on
    lists and in cases; when the text was published, where that is known; and what was found of statements.
    """

    status: SourceStatus
    licences: tuple[LicenceAssertion, ...] = ()
    agreements: tuple[Agreement, ...] = ()
    settlements: tuple[Settlement, ...] = ()
    reservations: tuple[Reservation, ...] = ()
    published: date | None = None
    readings: tuple[Reading, ...] = ()

    def at(self, url: str) -> "Terms":
        """The part of this that is about the text at an address, of which no more is known."""
        return self.about(TextFacts(url))

    def about(self, facts: TextFacts) -> "Terms":
        """The part of this that is about one text."""
        if not self.reservations and not any(said.scope for said in self.licences):
            return self if facts.published == self.published else replace(self, published=facts.published)
        return replace(
            self,
            licences=assertions_touching(self.licences, facts.url),
            reservations=reservations_touching(self.reservations, facts),
            published=facts.published,
        )


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
    """The licence stated for a page (empty: none), where, and whether what is stated contradicts itself.

    `sure` is a licence that a person confirmed or settled for the source.
    """

    licence: str
    places: tuple[str, ...]
    conflict: bool = False
    sure: bool = False


def decide(signals: Iterable[RightsSignal], terms: Terms, policy: Policy, as_of: date) -> Decision:
    """Decide about one page by all that is known of it on a day; the order of the signals does not matter."""
    reserved = [held for held in terms.reservations if held.since <= as_of and held.is_against(policy.use)]
    settled = _by_case(reserved, Weight.ACTED_CASE) or _by_agreement(terms, policy, as_of)
    if settled is not None:
        return settled
    found = effective((*signals, *(held.signal for held in reserved if held.weight is Weight.LISTED)))
    found, read = as_read(found, terms.readings, policy, as_of)
    no = _by_reservation(found, read, terms, policy)
    if no is None or no.outcome is Outcome.HOLD:
        no = _by_case(reserved, Weight.OPEN_CASE) or no
    return no if no is not None else _by_licence(found, _stated(found, terms, policy, as_of), policy)


def may_age(decision: Decision, signals: Iterable[RightsSignal]) -> bool:
    """Whether a decision rests on what was observed of reservations, so that it must be observed again.

    An agreement, its limits and a case do not, nor does the confirmed licence of a source whose delivered texts tell
    of no reservations.
    """
    if decision.rule.startswith(("case-", "agreement")):
        return False
    if decision.outcome is not Outcome.INCLUDE:
        return True
    return not any(_is_unread(signal) for signal in signals)


def _is_unread(signal: RightsSignal) -> bool:
    return signal.mechanism is Mechanism.DELIVERED and signal.verdict is Verdict.MALFORMED


def _without(outcome: Outcome, rule: str, evidence: tuple[str, ...]) -> Decision:
    return Decision(outcome, Basis.NONE, Tier.NONE, "", rule, evidence)


def _places(signals: Iterable[RightsSignal]) -> tuple[str, ...]:
    return tuple(sorted({signal.place for signal in signals}))


def _by_case(reserved: Sequence[Reservation], weight: Weight) -> Decision | None:
    places = tuple(sorted({held.place for held in reserved if held.weight is weight}))
    if not places:
        return None
    if weight is Weight.ACTED_CASE:
        return _without(Outcome.EXCLUDE, "case-acted", places)
    return _without(Outcome.HOLD, "case-open", places)


def _by_agreement(terms: Terms, policy: Policy, as_of: date) -> Decision | None:
    """By the first agreement that permits the use; when all that would have a limit, by the mildest of these."""
    if Basis.AGREEMENT not in policy.bases:
        return None
    held = [each for each in terms.agreements if policy.use in each.uses and in_force(each, as_of)]
    limits = {each.id: limit_of(each, terms.published, policy.model_licence, as_of) for each in held}
    free = [each for each in held if limits[each.id] is None]
    if free:
        chosen = min(free, key=lambda agreement: agreement.id)
        place = (f"agreement:{chosen.id}",)
        return Decision(Outcome.INCLUDE, Basis.AGREEMENT, Tier.AGREED, chosen.licence, "agreement", place)
    for limit in Limit:
        places = tuple(f"agreement:{name}" for name in sorted(limits) if limits[name] is limit)
        if places:
            return _without(Outcome.EXCLUDE if limit is Limit.EMBARGO else Outcome.HOLD, limit.value, places)
    return None


def _by_reservation(
    found: Sequence[RightsSignal], read: Sequence[RightsSignal], terms: Terms, policy: Policy
) -> Decision | None:
    if terms.status is SourceStatus.RESERVED:
        return _without(Outcome.EXCLUDE, "source-reserved", ("source",))
    holding = (*policy.held, Mechanism.PAYWALL)
    every = tuple(Mechanism)
    for said, verdicts, mechanisms, outcome, rule in (
        (found, (Verdict.RESERVED,), policy.counted, Outcome.EXCLUDE, "signal-reserved"),
        (read, tuple(Verdict), every, Outcome.EXCLUDE, "signal-reserved-read"),
        (found, (Verdict.MALFORMED,), (*policy.counted, *holding), Outcome.HOLD, "signal-malformed"),
        (found, (Verdict.RESERVED,), holding, Outcome.HOLD, "signal-held"),
    ):
        saying = [signal for signal in said if signal.verdict in verdicts and signal.mechanism in mechanisms]
        if saying:
            first = min(signal.mechanism for signal in saying)
            return _without(outcome, f"{rule}:{first}", _places(saying))
    return None


def _by_licence(found: Sequence[RightsSignal], stated: _Stated, policy: Policy) -> Decision:
    """By the first of the policy's bases that what is stated fulfils."""
    if stated.conflict:
        return _without(Outcome.HOLD, "licence-conflict", stated.places)
    unread = [signal for signal in found if _is_unread(signal)]
    granted = [basis for basis in policy.bases if _fulfils(basis, stated, policy)]
    for basis in granted:
        if not unread or (stated.sure and basis is not Basis.TDM):
            tier, rule = _RIGHTS[basis]
            licence = TDM_LICENCE if basis is Basis.TDM else stated.licence
            return Decision(Outcome.INCLUDE, basis, tier, licence, rule, stated.places)
    if granted:
        return _without(Outcome.HOLD, "reservations-unread", _places(unread))
    return _without(Outcome.HOLD, "nothing-known", stated.places)


_RIGHTS = {
    Basis.OPEN_LICENCE: (Tier.OPEN, "open-licence"),
    Basis.OFFICIAL_DOCUMENT: (Tier.OPEN, "official-document"),
    Basis.TDM: (Tier.TDM, "tdm-no-reservation"),
    Basis.CONTRIBUTION: (Tier.AGREED, "contribution"),
}


def _fulfils(basis: Basis, stated: _Stated, policy: Policy) -> bool:
    match basis:
        case Basis.OPEN_LICENCE:
            return _open(stated.licence, policy) and not permits(stated.licence, policy.official)
        case Basis.OFFICIAL_DOCUMENT:
            return bool(stated.licence) and permits(stated.licence, policy.official)
        case Basis.TDM:
            return True
        case Basis.CONTRIBUTION:
            return stated.sure and permits(stated.licence, policy.contribution)
    return False


def _open(licence: str, policy: Policy) -> bool:
    return bool(licence) and permits(licence, (*policy.open, *policy.official))


def _stated(signals: Sequence[RightsSignal], terms: Terms, policy: Policy, as_of: date) -> _Stated:
    """The one licence that holds for the page: its own before the source's, and none that only someone claims.

    All that is claimed for the source must agree, confirmed or not. Different licences of the page itself are no
    conflict when all are open: then all their terms are kept. Neither is an open one of the page beside another open
    one of the source: then the page's holds. Any other difference is a conflict, until it is settled.
    """
    own = [signal for signal in signals if signal.mechanism is Mechanism.LICENCE and _grants(signal)]
    pages = {one_name(signal.value) for signal in own}
    source = _stated_of_source(terms, as_of)
    together = {*pages, *([source.licence] if source.licence else [])}
    if source.conflict or (len(together) > 1 and not all(_open(licence, policy) for licence in together)):
        settled = None if source.conflict else settlement_of(together, terms.settlements, as_of)
        places = tuple(sorted({*_places(own), *source.places}))
        if settled is None:
            return _Stated("", places, conflict=True)
        return _Stated(settled.licence, (*places, settled.place), sure=bool(settled.licence))
    if pages:
        return _Stated(all_of(pages), _places(own), sure=source.sure)
    return source if source.sure else _Stated("", ())


def _stated_of_source(terms: Terms, as_of: date) -> _Stated:
    """What is claimed for the source by a day: one licence and whether a person stands for it, or a conflict."""
    said = standing(terms.licences, as_of)
    names = names_of(said)
    places = tuple(sorted({assertion.place for assertion in said}))
    if len(names) > 1:
        settled = settlement_of(names, terms.settlements, as_of)
        if settled is None:
            return _Stated("", places, conflict=True)
        return _Stated(settled.licence, (*places, settled.place), sure=bool(settled.licence))
    return _Stated(next(iter(names), ""), places, sure=any(assertion.confirmed for assertion in said))


def _grants(signal: RightsSignal) -> bool:
    return signal.verdict is Verdict.PERMITTED and bool(signal.value)
