"""Cases as the ledger keeps them: each step a row and an entry in the journal, which names neither person nor place.

An entry says of which kind the case is, which step was taken, on which day and on what kind of proof. Who asks, about
what, why, and the evidence are committed to; they lie in the rows and can be erased there.
"""

import json
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import replace
from datetime import date

from sqlalchemy import Connection, RowMapping, Select, func, insert, select

from ledger import tables
from ledger.agreements import Use
from ledger.cases import Case, CaseKind, CaseStep, Proof, Step, check_step
from ledger.errors import RecordRefused, UnknownRecord
from ledger.instants import is_to_come
from ledger.journal import Event, Json, Stamp, append, canonical, commitment, new_nonce
from ledger.store import Ledger
from ledger.targets import Target, TargetKind

TARGETS_MAX = 10_000
"""Most targets of one case: more are a list (`ledger.repertoire`)."""

_UNDER_WAY = (Step.RECEIVED, Step.VERIFIED, Step.ACTED)
"""States in which the same request is no new one."""

REASON_CHARS_MAX = 4000
"""Longest reason: what a letter says in short, and where it lies."""


def open_case(ledger: Ledger, case: Case, stamp: Stamp) -> Case:
    """Record what somebody asks for, and return it with its id; asked once more on the same day it is the same case.

    `case.id` is empty, and its one step says when and how it was received.

    Raises:
        RecordRefused: it is about nothing, or about too much, or asks for some uses in what is no opt-out.

    """
    if case.uses and case.kind is not CaseKind.OPT_OUT:
        raise RecordRefused("only an opt-out can be of some uses: leave them out, and it is of all")
    if not 0 < len(case.targets) <= TARGETS_MAX:
        raise RecordRefused(f"a case is about 1 to {TARGETS_MAX} targets: import a longer list with `ledger reserve`")
    if case.received_on > stamp.now.date():
        raise RecordRefused(f"a case cannot have been received on {case.received_on}, which is still to come")
    with ledger.writing() as connection:
        for held in _cases(connection, received_on=case.received_on):
            if _asked(held) == _asked(case) and held.state in _UNDER_WAY:
                return held
        year = case.received_on.year
        count = connection.scalar(
            select(func.count()).select_from(tables.rights_case).where(tables.rights_case.c.id.like(f"{year}-%"))
        )
        made = replace(case, id=f"{year}-{(count or 0) + 1:04}", targets=_asked(case)[1], uses=_asked(case)[-1])
        connection.execute(
            insert(tables.rights_case).values(
                id=made.id,
                kind=made.kind.value,
                received_on=made.received_on,
                requester=made.requester,
                contact=made.contact,
                uses=" ".join(made.uses),
            )
        )
        rows = [{"case": made.id, "kind": target.kind.value, "value": target.value} for target in made.targets]
        connection.execute(insert(tables.case_target), rows)
        _write_step(connection, stamp, made, 0)
        return made


def take_step(ledger: Ledger, name: str, step: CaseStep, stamp: Stamp) -> Case:
    """Record a step that was taken in a case; the same step once more changes nothing.

    Raises:
        UnknownRecord: there is no such case.
        RecordRefused: the step does not follow, or rests on too little.

    """
    with ledger.writing() as connection:
        case = _one(connection, name)
        if case.steps[-1].step is step.step:
            return case
        check_step(case, step)
        if is_to_come(step.on, stamp.now):
            raise RecordRefused(f"case {case.id} cannot be {step.step} on {step.on}, which is still to come")
        taken = replace(case, steps=(*case.steps, step))
        _write_step(connection, stamp, taken, len(case.steps))
        return taken


def find_case(ledger: Ledger, name: str) -> Case:
    """Return one case. Raises `UnknownRecord` when there is none of that id."""
    with ledger.reading() as connection:
        return _one(connection, name)


def cases(ledger: Ledger) -> tuple[Case, ...]:
    """Return all cases, in the order they came in."""
    with ledger.reading() as connection:
        return _cases(connection)


def open_cases(ledger: Ledger, most: int) -> tuple[tuple[Case, ...], int]:
    """Return the cases that wait longest, at most so many, and how many wait in all.

    Closed cases grow with the years and are not looked at.
    """
    head, step = tables.rights_case.c, tables.case_step.c
    closed = select(step.case).where(step.step == Step.ANSWERED.value)
    waiting = select(head.id).where(head.id.not_in(closed))
    with ledger.reading() as connection:
        count = connection.scalar(select(func.count()).select_from(waiting.subquery())) or 0
        oldest = waiting.order_by(head.received_on, func.length(head.id), head.id).limit(most)
        return _cases_of(connection, select(oldest.subquery())), count


def _asked(case: Case) -> tuple[CaseKind, tuple[Target, ...], str, str, tuple[Use, ...]]:
    targets, uses = tuple(sorted(set(case.targets))), tuple(sorted(set(case.uses)))
    return case.kind, targets, case.requester, case.contact, uses


def _one(connection: Connection, name: str) -> Case:
    found = _cases(connection, id=name)
    if not found:
        raise UnknownRecord(f"no case {name} is in the ledger: `fodaftryk ledger case list --all` shows them all")
    return found[0]


def _cases(connection: Connection, **wanted: str | date) -> tuple[Case, ...]:
    """The cases that are wanted, or all of them, by id."""
    return _cases_of(connection, select(tables.rights_case.c.id).filter_by(**wanted))


def _cases_of(connection: Connection, asked: Select[tuple[str]]) -> tuple[Case, ...]:
    """The cases of some ids, by id."""
    head, target, step = tables.rights_case, tables.case_target, tables.case_step
    targets: defaultdict[str, list[Target]] = defaultdict(list)
    for row in connection.execute(select(target).where(target.c.case.in_(asked))).mappings():
        targets[row["case"]].append(Target(TargetKind(row["kind"]), row["value"]))
    steps: defaultdict[str, list[CaseStep]] = defaultdict(list)
    taken = select(step).where(step.c.case.in_(asked)).order_by(step.c.case, step.c.position)
    for row in connection.execute(taken).mappings():
        steps[row["case"]].append(_step(row))
    return tuple(
        Case(
            row["id"],
            CaseKind(row["kind"]),
            tuple(sorted(targets[row["id"]])),
            row["requester"],
            row["contact"],
            tuple(steps[row["id"]]),
            tuple(Use(use) for use in row["uses"].split()),
        )
        for row in connection.execute(select(head).where(head.c.id.in_(asked)).order_by(head.c.id)).mappings()
    )


def _step(row: RowMapping) -> CaseStep:
    return CaseStep(
        Step(row["step"]),
        row["on"],
        row["actor"],
        row["reason"],
        tuple(Proof(name) for name in json.loads(row["proof"])),
        tuple(json.loads(row["evidence"])),
    )


def _write_step(connection: Connection, stamp: Stamp, case: Case, position: int) -> None:
    step = case.steps[position]
    if len(step.reason) > REASON_CHARS_MAX:
        raise RecordRefused(f"a reason has at most {REASON_CHARS_MAX} characters: say in short, and name the letter")
    nonce = new_nonce()
    hidden: dict[str, Json] = {"reason": step.reason, "evidence": step.evidence}
    if position == 0:
        hidden |= {"requester": case.requester, "contact": case.contact, "targets": _names(case.targets)}
        hidden |= {"uses": " ".join(case.uses)} if case.uses else {}
    proof = [each.value for each in step.proof]
    body: dict[str, Json] = {
        "case": case.id,
        "kind": case.kind.value,
        "step": step.step.value,
        "on": step.on.isoformat(),
        "proof": proof,
        "commitment": commitment(nonce, hidden),
    }
    seq = append(connection, stamp, Event("case", f"case:{case.id}", body))
    connection.execute(
        insert(tables.case_step).values(
            case=case.id,
            position=position,
            step=step.step.value,
            on=step.on,
            actor=step.actor,
            proof=canonical(proof).decode(),
            reason=step.reason,
            evidence=canonical(step.evidence).decode(),
            nonce=nonce,
            entry_seq=seq,
        )
    )


def _names(targets: Sequence[Target]) -> list[str]:
    return [f"{target.kind}:{target.value}" for target in targets]
