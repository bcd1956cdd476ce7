"""Withdrawals in the journal: what is kept out, which release that stops, and whose dues a patch takes over."""

from dataclasses import replace
from datetime import UTC, date, datetime

import pytest

from ledger.agreements import Rate, RateUnit
from ledger.audit import audit
from ledger.case_book import open_case, take_step
from ledger.cases import Case, CaseKind, CaseStep, Proof, Step
from ledger.errors import Overtaken, RecordRefused, UnknownRecord
from ledger.journal import Stamp
from ledger.records import DueStatus, ReleaseRecord, Source, SourceStatus, Usage
from ledger.releases import record_release
from ledger.sources import sync_source
from ledger.standing import obligations
from ledger.store import Ledger
from ledger.targets import Target, TargetKind
from ledger.withdrawals import LiftReason, Reach, exclude, exclusions, lift, steps, take, withdrawing_waits
from tests.ledger.test_releases import AS_OF, agreement

NOW = datetime(2026, 11, 24, 12, tzinfo=UTC)
STAMP = Stamp("fodaftryk", NOW)
FILE, OTHER = "a" * 64, "b" * 64


def released(version: str, words: int) -> ReleaseRecord:
    """A release of one source by agreement."""
    used = Usage("avis", "agreement", "agreed", "", 10, words, 100, (f"sha256:{version}",))
    return ReleaseRecord(version, f"sha256:{version}", "sha256:policy", AS_OF, (used,))


@pytest.fixture
def stocked(ledger: Ledger) -> Ledger:
    """A ledger with one source that is paid by the word."""
    agreed = [agreement("avis-1", Rate(RateUnit.MILLION_WORDS, 1_000_000, "DKK"))]
    sync_source(ledger, Source("avis", "avis", "", SourceStatus.CONFIRMED, "", "", "web"), [], agreed, NOW)
    return ledger


def acted(ledger: Ledger) -> str:
    """A takedown that was acted on; its id."""
    received = CaseStep(Step.RECEIVED, date(2026, 11, 1), "jura", "brev")
    about = (Target.of(TargetKind.DOMAIN, "avis.example"),)
    case = open_case(ledger, Case("", CaseKind.TAKEDOWN, about, "Avisen", "", (received,)), STAMP)
    for step, proof in ((Step.VERIFIED, (Proof.MAIL,)), (Step.ACTED, ())):
        take_step(ledger, case.id, CaseStep(step, date(2026, 11, 2), "jura", "brev", proof), STAMP)
    return case.id


def test_what_was_selected_before_a_withdrawal_is_not_released(stocked: Ledger) -> None:
    """A release is recorded under the exclusions it was selected under, or not at all; a case acted on counts too."""
    before = exclusions(stocked).digest
    assert exclude(stocked, "agreement:x", FILE, 3, STAMP)
    assert not exclude(stocked, "agreement:x", FILE, 3, STAMP)
    with pytest.raises(Overtaken, match="run again"):
        record_release(stocked, released("0.1.0", 5), NOW, exclusions=before)
    now = exclusions(stocked).digest
    acted(stocked)
    with pytest.raises(Overtaken):
        record_release(stocked, released("0.1.0", 5), NOW, exclusions=now)
    assert record_release(stocked, released("0.1.0", 5), NOW, exclusions=exclusions(stocked).digest)
    with withdrawing_waits(stocked, "0.1.0") as may_be_shown:
        assert may_be_shown
    exclude(stocked, "agreement:x", OTHER, 1, STAMP)
    with withdrawing_waits(stocked, "0.1.0") as may_be_shown:
        assert not may_be_shown
    with withdrawing_waits(stocked, "0.1.0", exclusions(stocked).digest) as may_be_shown:
        assert may_be_shown


def test_a_withdrawal_is_lifted_whole_and_can_be_made_again(stocked: Ledger) -> None:
    """All files of a withdrawal go and those of others stay; one that rests on a case goes when the case does."""
    nothing = exclusions(stocked)
    case = acted(stocked)
    with pytest.raises(UnknownRecord, match="honour status"):
        lift(stocked, "agreement:x", LiftReason.ERROR, STAMP)
    exclude(stocked, "agreement:x", FILE, 3, STAMP)
    exclude(stocked, "agreement:x", OTHER, 1, STAMP)
    exclude(stocked, f"case:{case}", FILE, 3, STAMP)
    assert lift(stocked, "agreement:x", LiftReason.LICENCE, STAMP)
    assert not lift(stocked, "agreement:x", LiftReason.LICENCE, STAMP)
    assert exclusions(stocked).files == (FILE,)
    with pytest.raises(RecordRefused, match="takes it back"):
        lift(stocked, f"case:{case}", LiftReason.ERROR, STAMP)
    take_step(stocked, case, CaseStep(Step.WITHDRAWN, date(2026, 11, 3), "jura", "brev"), STAMP)
    assert lift(stocked, f"case:{case}", LiftReason.ERROR, STAMP)
    assert exclusions(stocked).files == nothing.files == ()
    assert exclude(stocked, "agreement:x", FILE, 3, STAMP)
    assert [each.reach for each in steps(stocked, "agreement:x")] == [
        *[Reach.EXCLUDED] * 2,
        Reach.LIFTED,
        Reach.EXCLUDED,
    ]


def test_a_step_told_alike_is_entered_once(stocked: Ledger) -> None:
    """What a killed run does again leaves one entry, and another step leaves another."""
    first = take(stocked, "agreement:x", Reach.PURGED, {"documents": 2}, STAMP)
    assert take(stocked, "agreement:x", Reach.PURGED, {"documents": 2}, STAMP) == first
    assert take(stocked, "agreement:x", Reach.PURGED, {"documents": 3}, STAMP) == first + 1
    assert audit(stocked, {}).findings == ()


def test_a_patch_owes_in_the_place_of_the_release_it_replaces(stocked: Ledger) -> None:
    """What the release owed is reversed and what is left is owed anew, in one go; nothing is edited, and it adds up."""
    record_release(stocked, released("0.1.0", 5_000_000), NOW)
    assert record_release(stocked, released("0.1.1", 4_000_000), NOW, replaces="0.1.0")
    assert not record_release(stocked, released("0.1.1", 4_000_000), NOW, replaces="0.1.0")
    dues = {due.release: due for due in obligations(stocked, AS_OF)}
    assert (dues["0.1.0"].status, dues["0.1.0"].amount_micro) == (DueStatus.REVERSED, 5_000_000)
    assert (dues["0.1.1"].status, dues["0.1.1"].amount_micro) == (DueStatus.ACCRUED, 4_000_000)
    assert audit(stocked, {}).findings == ()
    unknown = replace(released("0.1.2", 1), usages=())
    with pytest.raises(UnknownRecord):
        record_release(stocked, unknown, NOW, replaces="9.9.9")
