"""Cases: their steps, their clocks, what proof they take, and what they keep out."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ledger.agreements import Use
from ledger.audit import audit
from ledger.case_book import cases, find_case, open_case, open_cases, take_step
from ledger.cases import NEEDED, Case, CaseKind, CaseStep, Proof, Step, check_step, dues, is_overdue, reservations_of
from ledger.errors import RecordRefused, UnknownRecord
from ledger.journal import Stamp, entries
from ledger.register import Weight
from ledger.store import Ledger
from ledger.targets import Target, TargetKind

DAY = date(2026, 1, 31)
STAMP = Stamp("jura", datetime(2026, 2, 10, 12, tzinfo=UTC))
ABOUT = (Target.of(TargetKind.DOMAIN, "blad.example"), Target.of(TargetKind.AUTHOR, "Jens Hansen"))


def case(kind: CaseKind = CaseKind.OPT_OUT, *steps: Step) -> Case:
    """A case that was received on the last of January, and came through these steps on the days after."""
    taken = tuple(did(step, number) for number, step in enumerate((Step.RECEIVED, *steps)))
    return Case("", kind, ABOUT, "Jens Hansen", "jens@blad.example", taken)


def did(step: Step, day: int = 5, proof: tuple[Proof, ...] = tuple(Proof)) -> CaseStep:
    """A step, some days after the case came in."""
    shown = proof if step is Step.VERIFIED else ()
    return CaseStep(step, DAY + timedelta(days=day), "jura", "som Jens skrev", shown, ("brev 7",))


def test_a_claim_takes_more_proof_than_an_opt_out() -> None:
    """A mail from the domain is enough to stay out; to be paid, who asks and that it is theirs must be shown."""
    check_step(case(), did(Step.VERIFIED, proof=(Proof.MAIL,)))
    for proof in Proof:
        with pytest.raises(RecordRefused, match="entitlement"):
            check_step(case(CaseKind.CLAIM), did(Step.VERIFIED, proof=(proof,)))
    check_step(case(CaseKind.CLAIM), did(Step.VERIFIED, proof=(Proof.CONTROL, Proof.ENTITLEMENT)))
    with pytest.raises(RecordRefused, match="mail"):
        check_step(case(), did(Step.VERIFIED, proof=(Proof.STATEMENT,)))
    assert min(map(len, NEEDED[CaseKind.OPT_OUT])) < min(map(len, NEEDED[CaseKind.CLAIM]))


@pytest.mark.parametrize(
    ("so_far", "step"),
    [
        ((), Step.ACTED),
        ((), Step.ANSWERED),
        ((), Step.RECEIVED),
        ((Step.VERIFIED, Step.ACTED), Step.REJECTED),
        ((Step.REJECTED,), Step.ACTED),
        ((Step.REJECTED, Step.ANSWERED), Step.VERIFIED),
        ((), Step.EXTENDED),
    ],
)
def test_a_step_that_does_not_follow_is_refused(so_far: tuple[Step, ...], step: Step) -> None:
    """The message says what comes first; an opt-out has no longer term."""
    with pytest.raises(RecordRefused, match=r"once it is|extended"):
        check_step(case(CaseKind.OPT_OUT, *so_far), did(step))


def test_a_step_needs_a_reason_and_a_day_not_before_the_last() -> None:
    """Both are asked for by the one who was refused."""
    with pytest.raises(RecordRefused, match="why"):
        check_step(case(), replace(did(Step.REJECTED), reason=" "))
    with pytest.raises(RecordRefused, match="before the last"):
        check_step(case(CaseKind.OPT_OUT, Step.VERIFIED), did(Step.ACTED, day=0))


def test_an_objection_has_the_month_of_the_regulation() -> None:
    """One calendar month from receipt, and two more when that was told within the first."""
    objection = case(CaseKind.OBJECTION)
    assert [(due.step, due.on) for due in dues(objection)] == [
        (Step.VERIFIED, date(2026, 2, 7)),
        (Step.ACTED, date(2026, 2, 28)),
        (Step.ANSWERED, date(2026, 2, 28)),
    ]
    assert not is_overdue(objection, date(2026, 2, 7))
    assert is_overdue(objection, date(2026, 2, 8))
    assert dues(case(CaseKind.OBJECTION, Step.EXTENDED))[-1].on == date(2026, 4, 30)
    check_step(objection, did(Step.EXTENDED, day=28))
    with pytest.raises(RecordRefused, match="2026-02-28"):
        check_step(objection, did(Step.EXTENDED, day=29))
    with pytest.raises(RecordRefused, match="again"):
        check_step(case(CaseKind.OBJECTION, Step.EXTENDED), did(Step.EXTENDED))


def test_what_is_done_is_not_due() -> None:
    """Each step leaves the later ones; an answer leaves none."""
    way = (Step.VERIFIED, Step.ACTED, Step.ANSWERED)
    left = [[due.step for due in dues(case(CaseKind.TAKEDOWN, *way[:taken]))] for taken in range(4)]
    assert left == [list(way), list(way[1:]), list(way[2:]), []]
    assert [due.step for due in dues(case(CaseKind.TAKEDOWN, Step.REJECTED))] == [Step.ANSWERED]


@pytest.mark.parametrize("kind", CaseKind)
def test_what_a_case_keeps_out(kind: CaseKind) -> None:
    """Held while open, out once acted on, and free when rejected or taken back; a claim and a correction never."""
    holds = kind not in (CaseKind.CLAIM, CaseKind.CORRECTION)
    for so_far, weights in (
        ((), {Weight.OPEN_CASE}),
        ((Step.VERIFIED,), {Weight.OPEN_CASE}),
        ((Step.VERIFIED, Step.ACTED), {Weight.OPEN_CASE, Weight.ACTED_CASE}),
        ((Step.VERIFIED, Step.ACTED, Step.ANSWERED), {Weight.OPEN_CASE, Weight.ACTED_CASE}),
        ((Step.REJECTED,), set()),
        ((Step.VERIFIED, Step.ACTED, Step.WITHDRAWN), set()),
    ):
        kept = reservations_of([case(kind, *so_far)])
        assert {held.weight for held in kept} == (weights if holds else set())
        assert {held.target for held in kept} == (set(ABOUT) if holds and weights else set())


def test_an_opt_out_of_some_uses_leaves_the_others(ledger: Ledger) -> None:
    """Of training alone, evaluation is left; of the release of the text, nothing, as each is one."""
    for uses, against in (
        ((), {*Use}),
        ((Use.TRAIN,), {Use.TRAIN}),
        ((Use.EVALUATE, Use.TRAIN), {Use.EVALUATE, Use.TRAIN}),
        ((Use.RELEASE,), {*Use}),
    ):
        made = open_case(ledger, replace(case(), uses=uses), STAMP)
        assert find_case(ledger, made.id).uses == uses
        kept = reservations_of([made])[0]
        assert {use for use in Use if kept.is_against(use)} == against
    assert len(cases(ledger)) == 4
    assert audit(ledger, {}).findings == ()
    with pytest.raises(RecordRefused, match="opt-out"):
        open_case(ledger, replace(case(CaseKind.TAKEDOWN), uses=(Use.TRAIN,)), STAMP)


def test_a_case_is_kept_and_entered_without_a_name(ledger: Ledger) -> None:
    """Asked twice on a day it is one case; each step is an entry, and the journal knows neither person nor place."""
    made = open_case(ledger, case(), STAMP)
    assert made.id == "2026-0001"
    assert open_case(ledger, case(), STAMP) == made
    assert open_case(ledger, case(CaseKind.CLAIM), STAMP).id == "2026-0002"
    take_step(ledger, made.id, did(Step.VERIFIED, 1), STAMP)
    acted = take_step(ledger, made.id, did(Step.ACTED, 2), STAMP)
    assert take_step(ledger, made.id, did(Step.ACTED, 3), STAMP) == acted == find_case(ledger, made.id)
    assert [each.state for each in cases(ledger)] == [Step.ACTED, Step.RECEIVED]
    entered = entries(ledger, "case:2026-0001")
    assert len(entered) == 3
    assert not any(word in entry.body for entry in entered for word in ("Jens", "jens", "blad", "brev"))


def test_the_oldest_that_wait_are_found_among_all(ledger: Ledger) -> None:
    """Those that are closed are passed by; of many the oldest are given, and how many there are."""
    made = []
    for days in range(4):
        on = DAY - timedelta(days=days)
        first = CaseStep(Step.RECEIVED, on, "jura")
        made.append(open_case(ledger, replace(case(), steps=(first,)), STAMP).id)
    for step in (Step.REJECTED, Step.ANSWERED):
        take_step(ledger, made[3], did(step), STAMP)
    found, count = open_cases(ledger, 2)
    assert ({each.id for each in found}, count) == ({made[2], made[1]}, 3)


def test_what_is_refused_leaves_the_case_as_it_was(ledger: Ledger) -> None:
    """A wrong step, an unknown case, a case about nothing or of tomorrow write nothing."""
    made = open_case(ledger, case(), STAMP)
    with pytest.raises(RecordRefused, match="verified"):
        take_step(ledger, made.id, did(Step.ACTED), STAMP)
    with pytest.raises(UnknownRecord, match="2026-0009"):
        take_step(ledger, "2026-0009", did(Step.ACTED), STAMP)
    with pytest.raises(RecordRefused, match="targets"):
        open_case(ledger, replace(case(), targets=()), STAMP)
    with pytest.raises(RecordRefused, match="still to come"):
        open_case(ledger, replace(case(), steps=(did(Step.RECEIVED, 30),)), STAMP)
    with pytest.raises(RecordRefused, match="still to come"):
        take_step(ledger, made.id, replace(did(Step.REJECTED), on=STAMP.now.date() + timedelta(days=2)), STAMP)
    with pytest.raises(RecordRefused, match="characters"):
        take_step(ledger, made.id, replace(did(Step.REJECTED), reason="x" * 5000), STAMP)
    assert cases(ledger) == (made,)


@given(st.lists(st.sampled_from(Step), max_size=6))
def test_no_way_leads_to_action_without_verification(steps: list[Step]) -> None:
    """Whatever is tried in whatever order, nothing is acted on that was not verified, and nothing follows an answer."""
    held = case(CaseKind.OBJECTION)
    for step in steps:
        try:
            check_step(held, did(step))
        except RecordRefused:
            continue
        assert held.is_open
        held = replace(held, steps=(*held.steps, did(step)))
    assert held.day_of(Step.ACTED) is None or held.day_of(Step.VERIFIED) is not None
