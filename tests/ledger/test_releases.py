"""Releases: recorded whole and once, with what they owe."""

import json
from dataclasses import replace
from datetime import UTC, date, datetime

import pytest

from ledger.agreements import Agreement, AgreementForm, Rate, RateUnit
from ledger.errors import RecordConflict, RecordRefused, UnknownRecord
from ledger.journal import entries
from ledger.records import DueStatus, ReleaseRecord, Source, SourceStatus, Usage
from ledger.releases import record_release, release, releases
from ledger.sources import sync_source
from ledger.standing import obligations
from ledger.store import Ledger

NOW = datetime(2026, 11, 24, 12, tzinfo=UTC)
AS_OF = date(2026, 11, 24)


def agreement(name: str, rate: Rate | None, start: date = date(2026, 1, 1), end: date | None = None) -> Agreement:
    """An agreement of the source that its id begins with."""
    party = name.split("-", maxsplit=1)[0]
    return Agreement(name, party, party.title(), "", AgreementForm.WRITTEN, ("train",), start, end, rate)


def usage(name: str, basis: str = "agreement", licence: str = "", words: int = 2_500_000) -> Usage:
    """A thousand documents of a source."""
    tier = {"agreement": "agreed", "tdm": "tdm"}.get(basis, "open")
    return Usage(name, basis, tier, licence, 1000, words, 15_000_000, (f"sha256:{name}-{basis}-{licence}",))


TERMS = {
    "avis": [agreement("avis-1", Rate(RateUnit.MILLION_WORDS, 12_500_000, "DKK"))],
    "blog": [agreement("blog-1", Rate(RateUnit.DOCUMENT, 15_000, "EUR"))],
    "flad": [agreement("flad-1", Rate(RateUnit.RELEASE, 500_000_000, "DKK"))],
    "gave": [agreement("gave-1", Rate(RateUnit.RELEASE, 0, "DKK"))],
    "uden": [agreement("uden-1", None)],
    "lov": [],
    "wiki": [],
    "web": [],
}
RECORD = ReleaseRecord(
    "2026.1",
    "sha256:manifest",
    "sha256:policy",
    AS_OF,
    (
        usage("avis"),
        usage("blog"),
        usage("flad"),
        usage("gave"),
        usage("lov", "official_document", "LicenseRef-DK-OHL-9"),
        usage("uden"),
        usage("web", "tdm", "LicenseRef-TDM-NoReservation"),
        usage("wiki", "open_licence", "CC-BY-SA-4.0"),
    ),
)


@pytest.fixture
def stocked(ledger: Ledger) -> Ledger:
    """A ledger with the sources of `TERMS`."""
    for name, agreed in TERMS.items():
        sync_source(ledger, Source(name, name, "", SourceStatus.CONFIRMED, "", "", "web"), [], agreed, NOW)
    return ledger


def test_a_release_comes_back_as_it_was_sealed(stocked: Ledger) -> None:
    """Version, digests, day, and every usage with its shards are read as they were written."""
    assert record_release(stocked, RECORD, NOW)
    assert release(stocked, "2026.1") == RECORD
    second = replace(RECORD, version="2026.2", manifest_digest="sha256:other", usages=RECORD.usages[:1])
    record_release(stocked, second, NOW)
    assert releases(stocked) == (RECORD, second)
    with pytest.raises(UnknownRecord, match="1999"):
        release(stocked, "1999")


def test_each_basis_owes_what_it_must(stocked: Ledger) -> None:
    """Prices are multiplied, free is zero and waived, no price and no claim have no amount at all."""
    record_release(stocked, RECORD, NOW)
    owed = {due.source: (due.quantity, due.amount_micro, due.status) for due in obligations(stocked, NOW.date())}
    assert owed == {
        "avis": (2_500_000, 31_250_000, DueStatus.ACCRUED),
        "blog": (1000, 15_000_000, DueStatus.ACCRUED),
        "flad": (1, 500_000_000, DueStatus.ACCRUED),
        "gave": (1, 0, DueStatus.WAIVED),
        "uden": (2_500_000, None, DueStatus.NONE_AGREED),
        "lov": (2_500_000, None, DueStatus.NOT_DUE),
        "web": (2_500_000, None, DueStatus.NOT_DUE),
        "wiki": (2_500_000, None, DueStatus.NOT_DUE),
    }
    assert {due.source: due.payee for due in obligations(stocked, NOW.date())}["avis"] == "Avis"


def test_recording_again_changes_nothing_and_another_seal_is_refused(stocked: Ledger) -> None:
    """A version stands for one manifest, one policy and one day."""
    record_release(stocked, RECORD, NOW)
    before = entries(stocked)
    assert not record_release(stocked, RECORD, NOW)
    for other in (
        replace(RECORD, manifest_digest="sha256:other"),
        replace(RECORD, policy_digest="sha256:other"),
        replace(RECORD, as_of=date(2026, 11, 25)),
    ):
        with pytest.raises(RecordConflict, match="choose a new one"):
            record_release(stocked, other, NOW)
    assert entries(stocked) == before


def test_the_journal_says_what_was_taken_and_what_is_owed(stocked: Ledger) -> None:
    """The release has one entry, and each source finds its usage and its obligation under its own name."""
    record_release(stocked, RECORD, NOW)
    (entry,) = entries(stocked, "release:2026.1")
    body = json.loads(entry.body)
    assert (body["documents"], body["words"], body["shards"]) == (8000, 20_000_000, 8)
    kinds = [entry.kind for entry in entries(stocked, "source:avis")]
    assert kinds == ["source", "agreement", "usage", "due"]
    due = json.loads(entries(stocked, "source:avis")[-1].body)
    assert due["rate"] == {"per": "million_words", "amount_micro": 12_500_000, "currency": "DKK"}
    assert due["amount_micro"] == 31_250_000
    assert json.loads(entries(stocked, "source:uden")[-1].body)["amount_micro"] is None


@pytest.mark.parametrize(
    ("usages", "error", "message"),
    [
        ((usage("avis"), usage("nix", "tdm")), UnknownRecord, "nix"),
        ((usage("avis"), usage("web")), RecordRefused, "no such agreement is in force"),
        ((usage("avis"), usage("avis", licence="LicenseRef-Agreement-avis-0")), RecordRefused, "avis-0"),
        ((usage("avis"), usage("avis")), RecordRefused, "twice"),
        (
            (usage("web", "tdm"), replace(usage("lov", "tdm"), shards=usage("web", "tdm").shards)),
            RecordRefused,
            "twice",
        ),
        ((usage("avis"), usage("web", "none")), RecordRefused, "no right"),
        ((usage("avis"), usage("web", "tdm", words=-1)), RecordRefused, "less than nothing"),
        ((usage("avis", words=2**52),), RecordRefused, "beyond all counting"),
    ],
)
def test_a_release_that_breaks_a_rule_is_refused_whole(
    stocked: Ledger, usages: tuple[Usage, ...], error: type[Exception], message: str
) -> None:
    """Nothing of it is recorded, not even the part that was right."""
    before = entries(stocked)
    with pytest.raises(error, match=message):
        record_release(stocked, replace(RECORD, usages=usages), NOW)
    assert (entries(stocked), releases(stocked), obligations(stocked, NOW.date())) == (before, (), ())


def test_agreements_count_from_their_first_day_to_their_last(stocked: Ledger) -> None:
    """Both days included; the day before and the day after, text used by the agreement is refused."""
    agreed = [agreement("avis-1", TERMS["avis"][0].rate, end=AS_OF)]
    sync_source(stocked, Source("avis", "avis", "", SourceStatus.AGREED, "", "", "web"), [], agreed, NOW)
    for number, day in enumerate((date(2026, 1, 1), AS_OF)):
        record = replace(RECORD, version=f"v{number}", manifest_digest=f"m{number}", as_of=day, usages=(usage("avis"),))
        assert record_release(stocked, record, NOW)
    for day in (date(2025, 12, 31), date(2026, 11, 25)):
        with pytest.raises(RecordRefused, match="in force"):
            record_release(stocked, replace(RECORD, version="x", as_of=day, usages=(usage("avis"),)), NOW)


def test_several_agreements_are_each_owed_unless_the_text_names_one(stocked: Ledger) -> None:
    """Two payees of one source both accrue; text under one agreement's own reference is counted under it alone."""
    rate = Rate(RateUnit.MILLION_WORDS, 1_000_000, "DKK")
    agreed = [TERMS["avis"][0], agreement("avis-2", rate)]
    sync_source(stocked, Source("avis", "avis", "", SourceStatus.AGREED, "", "", "web"), [], agreed, NOW)
    usages = (usage("avis"), usage("avis", licence="LicenseRef-Agreement-avis-2", words=1_000_000))
    record_release(stocked, replace(RECORD, usages=usages), NOW)
    owed = {due.agreement: (due.quantity, due.amount_micro) for due in obligations(stocked, NOW.date())}
    assert owed == {"avis-1": (2_500_000, 31_250_000), "avis-2": (3_500_000, 3_500_000)}
