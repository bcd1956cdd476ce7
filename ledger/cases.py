"""Cases: what rights holders and people concerned ask of us, with a clock. No database in sight.

    received → verified → acted or rejected → answered

A case can be withdrawn by who asked at any time, and its answer extended once where the law allows. While an opt-out, a
takedown or an objection is open, its texts are held, verified or not: to wait costs us a release, not to wait costs
them their right. When it was acted on they are out. A claim (of payment) and a correction change nothing that is
released, and so need no such care; but a claim moves money, and needs the most proof.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

from ledger.agreements import Use, months_after
from ledger.errors import RecordRefused
from ledger.register import Reservation, Weight
from ledger.targets import Target


class CaseKind(StrEnum):
    """What is asked: to stay out, to be paid, to be removed, object or be erased (GDPR art. 21, 17), correct (16)."""

    OPT_OUT = "opt_out"
    CLAIM = "claim"
    TAKEDOWN = "takedown"
    OBJECTION = "objection"
    CORRECTION = "correction"


class Step(StrEnum):
    """What is done in a case."""

    RECEIVED = "received"
    VERIFIED = "verified"
    EXTENDED = "extended"
    ACTED = "acted"
    REJECTED = "rejected"
    WITHDRAWN = "withdrawn"
    ANSWERED = "answered"


class Proof(StrEnum):
    """What was shown by who asks: their word, a mail from the domain, control of it, who they are, their right."""

    STATEMENT = "statement"
    MAIL = "mail"
    CONTROL = "control"
    IDENTITY = "identity"
    ENTITLEMENT = "entitlement"


_ANY_TIE = tuple(frozenset({proof}) for proof in (Proof.MAIL, Proof.CONTROL, Proof.ENTITLEMENT))

NEEDED: dict[CaseKind, tuple[frozenset[Proof], ...]] = {
    CaseKind.OPT_OUT: _ANY_TIE,
    CaseKind.TAKEDOWN: _ANY_TIE,
    CaseKind.OBJECTION: (frozenset({Proof.IDENTITY}), frozenset({Proof.MAIL})),
    CaseKind.CORRECTION: tuple(frozenset({proof}) for proof in Proof),
    CaseKind.CLAIM: (frozenset({Proof.CONTROL, Proof.ENTITLEMENT}), frozenset({Proof.IDENTITY, Proof.ENTITLEMENT})),
}
"""What verifies a case: all of one of these sets. To stay out, any tie to the text is enough; to be paid for it, it
must be shown both who asks and that the right is theirs."""


@dataclass(frozen=True, slots=True)
class Clock:
    """Days from receipt in which a case is verified, acted on and answered, and whose terms these are.

    Where the law counts in months, `months` stand for the last two, and `further_months` may be added once.
    """

    verified: int
    acted: int
    answered: int
    source: str
    months: int = 0
    further_months: int = 0


_OURS = "the house's own"
_GDPR = "GDPR art. 12(3): one month from receipt, two further ones where it is complex and was told in the first"

CLOCKS: dict[CaseKind, Clock] = {
    CaseKind.OPT_OUT: Clock(7, 14, 30, _OURS),
    CaseKind.TAKEDOWN: Clock(3, 7, 14, _OURS),
    CaseKind.CLAIM: Clock(30, 60, 60, _OURS),
    CaseKind.OBJECTION: Clock(7, 0, 0, _GDPR, months=1, further_months=2),
    CaseKind.CORRECTION: Clock(7, 0, 0, _GDPR, months=1, further_months=2),
}

HOLDING = frozenset({CaseKind.OPT_OUT, CaseKind.TAKEDOWN, CaseKind.OBJECTION})
"""Cases that keep texts out."""

_FOLLOWS = {
    Step.VERIFIED: {Step.RECEIVED},
    Step.EXTENDED: {Step.RECEIVED, Step.VERIFIED},
    Step.ACTED: {Step.VERIFIED},
    Step.REJECTED: {Step.RECEIVED, Step.VERIFIED},
    Step.WITHDRAWN: {Step.RECEIVED, Step.VERIFIED, Step.ACTED},
    Step.ANSWERED: {Step.ACTED, Step.REJECTED, Step.WITHDRAWN},
}


@dataclass(frozen=True, slots=True)
class CaseStep:
    """One step: the day it was taken, by which office, on what proof, why, and where the evidence lies."""

    step: Step
    on: date
    actor: str
    reason: str = ""
    proof: tuple[Proof, ...] = ()
    evidence: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Case:
    """What was asked by whom, about what, and the steps taken, oldest first; the first is that it was received.

    `uses` are those an opt-out is of; none means all.
    """

    id: str
    kind: CaseKind
    targets: tuple[Target, ...]
    requester: str
    contact: str
    steps: tuple[CaseStep, ...]
    uses: tuple[Use, ...] = ()

    @property
    def received_on(self) -> date:
        """The day its clock began."""
        return self.steps[0].on

    @property
    def state(self) -> Step:
        """The last step that moved it; an extension does not."""
        return [step.step for step in self.steps if step.step is not Step.EXTENDED][-1]

    @property
    def is_partial(self) -> bool:
        """Whether some use of the texts is left. To refuse the release of the text refuses all: each hands it over."""
        return bool(self.uses) and Use.RELEASE not in self.uses

    @property
    def is_open(self) -> bool:
        """Whether something is still to be done."""
        return self.state is not Step.ANSWERED

    def day_of(self, step: Step) -> date | None:
        """The day of a step; None while it was not taken."""
        return next((taken.on for taken in self.steps if taken.step is step), None)


@dataclass(frozen=True, slots=True)
class Due:
    """A step that is to be taken, and its last day."""

    step: Step
    on: date


def check_step(case: Case, step: CaseStep) -> None:
    """Refuse a step that does not follow, or rests on too little.

    Raises:
        RecordRefused: with what has to come first, or what is missing.

    """
    named = f"case {case.id} is {case.state}"
    if case.state not in _FOLLOWS.get(step.step, set()):
        before = " or ".join(sorted(_FOLLOWS.get(step.step, set())))
        raise RecordRefused(f"{named}: it can be {step.step} once it is {before}, and only then")
    if step.on < case.steps[-1].on:
        raise RecordRefused(f"{named} since {case.steps[-1].on}: no step is taken on a day before the last")
    if step.step is Step.VERIFIED and not any(needed <= set(step.proof) for needed in NEEDED[case.kind]):
        ways = "; or ".join(" and ".join(sorted(needed)) for needed in NEEDED[case.kind])
        raise RecordRefused(f"{named}: it is verified by {ways}")
    if step.step is not Step.VERIFIED and not step.reason.strip():
        raise RecordRefused(f"{named}: say why, or what was done, so that it can be answered for")
    if step.step is Step.EXTENDED:
        _check_extension(case, step)


def dues(case: Case) -> tuple[Due, ...]:
    """What is still to be done, soonest first; empty for a case that is closed."""
    clock, began = CLOCKS[case.kind], case.received_on
    month = months_after(began, clock.months + (clock.further_months if case.day_of(Step.EXTENDED) else 0))
    acted, answered = (
        month if clock.months else began + timedelta(days=days) for days in (clock.acted, clock.answered)
    )
    every = (
        Due(Step.VERIFIED, began + timedelta(days=clock.verified)),
        Due(Step.ACTED, acted),
        Due(Step.ANSWERED, answered),
    )
    behind = {Step.RECEIVED: 0, Step.VERIFIED: 1, Step.ANSWERED: 3}.get(case.state, 2)
    return every[behind:]


def is_overdue(case: Case, as_of: date) -> bool:
    """Whether the next step should have been taken by a day."""
    return any(due.on < as_of for due in dues(case))


def reservations_of(cases: Sequence[Case]) -> tuple[Reservation, ...]:
    """What cases keep out: held from the day they came in, out from the day they were acted on."""
    kept: list[Reservation] = []
    for case in cases:
        if case.kind not in HOLDING or case.day_of(Step.REJECTED) or case.day_of(Step.WITHDRAWN):
            continue
        acted = case.day_of(Step.ACTED)
        uses = tuple(str(use) for use in case.uses) if case.is_partial else ()
        for target in case.targets:
            kept.append(Reservation(case.id, Weight.OPEN_CASE, target, case.received_on, uses))
            if acted is not None:
                kept.append(Reservation(case.id, Weight.ACTED_CASE, target, acted, uses))
    return tuple(kept)


def _check_extension(case: Case, step: CaseStep) -> None:
    clock = CLOCKS[case.kind]
    if not clock.further_months or case.day_of(Step.EXTENDED):
        raise RecordRefused(
            f"case {case.id}: a {case.kind} cannot be extended{' again' if clock.further_months else ''}"
        )
    last = months_after(case.received_on, clock.months)
    if step.on > last:
        raise RecordRefused(f"case {case.id}: the extension had to be told by {last} ({clock.source})")
