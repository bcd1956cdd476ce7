"""`fodaftryk ledger case …`: what rights holders and people concerned ask for, step by step, with a clock."""

from datetime import date, datetime
from typing import Annotated, Any

import typer

from flows.cli_options import ActorOption, DayOption, JsonOption, day_of
from flows.settings import load_settings, moment
from flows.show import OUT, plain, show_json, show_rows
from flows.workspace import look_into, open_workspace
from ledger.agreements import Use
from ledger.case_book import cases, find_case, open_case, take_step
from ledger.cases import CLOCKS, HOLDING, Case, CaseKind, CaseStep, Proof, Step, dues, is_overdue
from ledger.journal import Stamp
from ledger.targets import Target, TargetKind

case_app = typer.Typer(
    no_args_is_help=True,
    help="Opt-outs, claims, takedowns, objections and corrections: received, verified, acted on, answered.",
)


def _target(text: str) -> Target:
    """A target as written on the command line: its kind, a colon and its name."""
    kind, _, value = text.partition(":")
    try:
        return Target.of(TargetKind(kind), value)
    except ValueError as error:
        kinds = ", ".join(TargetKind)
        raise typer.BadParameter(f"{text!r}: {error}. Write it as domain:example.dk; kinds are {kinds}") from error


CaseArgument = Annotated[str, typer.Argument(help="The case's id, as `case list` shows it.")]
ReasonOption = Annotated[str, typer.Option(help="Why, or what was done; it lies in the ledger, not in the journal.")]
EvidenceOption = Annotated[
    list[str] | None, typer.Option(help="Where it can be seen: a letter, an address, a digest. May be repeated.")
]


@case_app.command("open")
def open_(  # noqa: PLR0913, PLR0917 - what a letter says
    kind: Annotated[CaseKind, typer.Argument(help="What is asked for.")],
    about: Annotated[
        list[Target], typer.Option(help="What it is about, as domain:example.dk; may be repeated.", parser=_target)
    ],
    requester: Annotated[str, typer.Option(help="Who asks; it lies in the ledger, not in the journal.")],
    contact: Annotated[str, typer.Option(help="Where the answer goes.")] = "",
    reason: ReasonOption = "",
    evidence: EvidenceOption = None,
    received: DayOption = None,
    actor: ActorOption = "operator",
    use: Annotated[list[Use] | None, typer.Option(help="A use it is of; may be repeated. [default: all]")] = None,
) -> None:
    """Record what somebody asks for; the clock runs from the day it was received."""
    now = moment()
    on = day_of(received, now)
    if not requester.strip():
        raise typer.BadParameter("say who asks with --requester, so that they can be answered")
    step = CaseStep(Step.RECEIVED, on, actor, reason, evidence=tuple(evidence or ()))
    with open_workspace(load_settings()) as space:
        asked = Case("", kind, tuple(about), requester, contact, (step,), tuple(use or ()))
        made = open_case(space.ledger, asked, Stamp(actor, now))
    held = " What it is about is held from the next run on." if kind in HOLDING else ""
    OUT.print(f"Case {plain(made.id)} is open.{held} {plain(_next(made, now.date()))}")


@case_app.command("list")
def list_(
    everything: Annotated[bool, typer.Option("--all", help="Closed ones as well.")] = False,  # noqa: FBT002
    overdue: Annotated[bool, typer.Option("--overdue", help="Only those that are late.")] = False,  # noqa: FBT002
    as_json: JsonOption = False,  # noqa: FBT002
) -> None:
    """List the cases with what each waits for and until when; late ones say so."""
    today = moment().date()
    with look_into(load_settings()) as space:
        found = cases(space.ledger)
    shown = [case for case in found if (everything or case.is_open) and (not overdue or is_overdue(case, today))]
    rows = [_row(case, today) for case in shown]
    show_json(rows) if as_json else show_rows("Cases", rows, "No case is late." if overdue else "No case is open.")


@case_app.command("show")
def show(case: CaseArgument, as_json: JsonOption = False) -> None:  # noqa: FBT002
    """Show a case: who asks for what, each step with its reason and evidence, and what is to be done by when."""
    today = moment().date()
    with look_into(load_settings()) as space:
        found = find_case(space.ledger, case)
    told = {
        **_row(found, today),
        "contact": found.contact,
        "uses": list(found.uses),
        "clock": CLOCKS[found.kind].source,
        "steps": [_step_row(step) for step in found.steps],
        "dues": [
            {"step": due.step.value, "by": str(due.on), "late": "late" if due.on < today else ""} for due in dues(found)
        ],
    }
    if as_json:
        show_json(told)
        return
    who = plain(f"{found.requester} {found.contact}".strip())
    OUT.print(f"[bold]{plain(found.id)}[/bold] {plain(told['kind'])} by {who}")
    of = f" Of these uses alone: {', '.join(found.uses)}." if found.uses else ""
    OUT.print(f"about {plain(told['about'])}.{of} {plain(_next(found, today))} Terms: {plain(told['clock'])}.")
    show_rows("Steps", told["steps"], "")
    show_rows("To be done", told["dues"], "Nothing is left to do.")


@case_app.command("verify")
def verify(  # noqa: PLR0913, PLR0917 - as above
    case: CaseArgument,
    proof: Annotated[list[Proof], typer.Option(help="What was shown; may be repeated.")],
    reason: ReasonOption = "",
    evidence: EvidenceOption = None,
    on: DayOption = None,
    actor: ActorOption = "operator",
) -> None:
    """Record that it was shown who asks: little for an opt-out, more for a claim of payment."""
    _take(case, _step(Step.VERIFIED, reason, evidence, on, actor, tuple(proof)))


def _add_step(name: str, step: Step, told: str) -> None:
    """Add the command that records a step which needs a reason and no more."""

    @case_app.command(name, help=told)
    def take(
        case: CaseArgument,
        reason: ReasonOption,
        evidence: EvidenceOption = None,
        on: DayOption = None,
        actor: ActorOption = "operator",
    ) -> None:
        _take(case, _step(step, reason, evidence, on, actor))


_add_step(
    "act",
    Step.ACTED,
    "Record that what was asked is done: an opt-out, a takedown or an objection is out of the next release.",
)
_add_step("reject", Step.REJECTED, "Record that it is not done, and why; what was held for it is decided anew.")
_add_step("extend", Step.EXTENDED, "Record that who asked was told of a longer term, where the law has one.")
_add_step("withdraw", Step.WITHDRAWN, "Record that who asked takes it back.")
_add_step("answer", Step.ANSWERED, "Record that who asked has the answer; that closes the case.")


def _step(  # noqa: PLR0913, PLR0917 - a step's own fields
    step: Step,
    reason: str,
    evidence: list[str] | None,
    on: datetime | None,
    actor: str,
    proof: tuple[Proof, ...] = (),
) -> CaseStep:
    return CaseStep(step, day_of(on, moment()), actor, reason, proof, tuple(evidence or ()))


def _take(name: str, step: CaseStep) -> None:
    now = moment()
    with open_workspace(load_settings()) as space:
        case = take_step(space.ledger, name, step, Stamp(step.actor, now))
    OUT.print(f"Case {plain(case.id)} is {case.state.value}. {plain(_next(case, now.date()))}")


def _next(case: Case, today: date) -> str:
    left = dues(case)
    if not left:
        return "It is closed."
    late = f", {(today - left[0].on).days} days late" if left[0].on < today else ""
    return f"To be {left[0].step} by {left[0].on}{late}."


def _late(day: date, today: date) -> str:
    return "late" if day < today else ""


def _row(case: Case, today: date) -> dict[str, Any]:
    left = dues(case)
    return {
        "id": case.id,
        "kind": case.kind.value,
        "about": ", ".join(f"{target.kind}:{target.value}" for target in case.targets),
        "requester": case.requester,
        "received": case.received_on.isoformat(),
        "state": case.state.value,
        "next": left[0].step.value if left else "",
        "by": left[0].on.isoformat() if left else "",
        "late": _late(left[0].on, today) if left else "",
    }


def _step_row(step: CaseStep) -> dict[str, Any]:
    return {
        "step": step.step.value,
        "on": step.on.isoformat(),
        "by": step.actor,
        "proof": ", ".join(step.proof),
        "reason": step.reason,
        "evidence": ", ".join(step.evidence),
    }
