"""Readings: what a person found that a statement means, and what follows for what was held by it."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest

from ledger.audit import audit
from ledger.decide import Terms, decide
from ledger.errors import RecordRefused, UnknownRecord
from ledger.journal import Stamp, entries
from ledger.policy import load_policy
from ledger.reading_book import readings, record_reading
from ledger.readings import Reading, is_readable, statement_of
from ledger.records import Source, SourceStatus
from ledger.signals import RAW_CHARS_MAX, Mechanism, RightsSignal, Verdict
from ledger.sources import sync_source
from ledger.store import Ledger

NOW = datetime(2026, 11, 26, 12, tzinfo=UTC)
DAY = NOW.date()
STAMP = Stamp("jura", NOW)
POLICY = load_policy()
FOOT = RightsSignal(
    Mechanism.NATURAL_LANGUAGE, Verdict.RESERVED, "da", "", "https://a.dk/#foot", "Må ikke bruges", "sha256:1", ""
)
ODD = replace(FOOT, mechanism=Mechanism.TDMREP, verdict=Verdict.MALFORMED, raw="tdm-reservation: ja")
ROBOTS = replace(FOOT, mechanism=Mechanism.ROBOTS, raw="Disallow: /")
WALL = replace(FOOT, mechanism=Mechanism.PAYWALL, raw="isAccessibleForFree: false")


def read(signal: RightsSignal, verdict: Verdict, on: date = DAY) -> Reading:
    """A reading of a statement."""
    return Reading(statement_of(signal), verdict, "læst", on)


def ruled(signals: tuple[RightsSignal, ...], *found: Reading) -> tuple[str, str]:
    """What is decided of a page that says this, when people have found that."""
    decision = decide(signals, Terms(SourceStatus.CONFIRMED, readings=found), POLICY, DAY)
    return decision.outcome.value, decision.rule


@pytest.mark.parametrize(("signal", "rule"), [(FOOT, "signal-held:natural_language"), (ODD, "signal-malformed:tdmrep")])
def test_what_is_held_is_out_or_free_as_a_person_found_it(signal: RightsSignal, rule: str) -> None:
    """From the day it was found on, wherever the source says just that; other words are held again."""
    free = ruled(())
    assert ruled((signal,)) == ("hold", rule)
    assert ruled((signal,), read(signal, Verdict.UNKNOWN)) == free
    elsewhere = replace(signal, place="https://a.dk/andet#foot", digest="sha256:2")
    assert ruled((elsewhere,), read(signal, Verdict.UNKNOWN)) == free
    assert ruled((signal,), read(signal, Verdict.RESERVED)) == ("exclude", f"signal-reserved-read:{signal.mechanism}")
    assert ruled((replace(signal, raw="andre ord"),), read(signal, Verdict.UNKNOWN)) == ("hold", rule)
    assert ruled((signal,), read(signal, Verdict.UNKNOWN, DAY + timedelta(days=1))) == ("hold", rule)


def test_nobody_can_read_away_what_counts() -> None:
    """What the policy counts, and a paywall, stand whatever a person found; a licence is settled in another way."""
    for signal in (ROBOTS, WALL, replace(ODD, mechanism=Mechanism.LICENCE), replace(FOOT, verdict=Verdict.PERMITTED)):
        assert not is_readable(signal, POLICY)
        assert ruled((signal,), read(signal, Verdict.UNKNOWN)) == ruled((signal,))
        assert ruled((signal,), read(signal, Verdict.RESERVED)) == ruled((signal,))
    assert ruled((FOOT, ROBOTS), read(FOOT, Verdict.UNKNOWN)) == ("exclude", "signal-reserved:robots")


def test_what_was_cut_is_read_for_its_own_page_alone() -> None:
    """Two long texts may begin alike, and only their beginning is kept."""
    long = replace(FOOT, raw="x" * RAW_CHARS_MAX)
    assert statement_of(long) != statement_of(replace(long, digest="sha256:2"))
    assert statement_of(FOOT) == statement_of(replace(FOOT, digest="sha256:2"))


def test_a_reading_is_kept_with_its_note_and_entered_without_it(ledger: Ledger) -> None:
    """The newest of a statement counts; the same once more is no new entry; an audit finds nothing to say."""
    sync_source(ledger, Source("blad", "Bladet", "", SourceStatus.CANDIDATE, "", "", "news"), (), (), NOW)
    for _ in range(2):
        record_reading(ledger, "blad", FOOT, (Verdict.UNKNOWN, " Bo har svaret "), STAMP)
    assert readings(ledger, "blad") == (Reading(statement_of(FOOT), Verdict.UNKNOWN, "Bo har svaret", DAY),)
    record_reading(ledger, "blad", FOOT, (Verdict.RESERVED, "alligevel"), STAMP)
    assert [one.verdict for one in readings(ledger, "blad")] == [Verdict.RESERVED]
    entered = [entry for entry in entries(ledger, "source:blad") if entry.kind == "reading"]
    assert len(entered) == 2
    assert not any("Bo" in entry.body or "bruges" in entry.body for entry in entered)
    assert audit(ledger, {}).findings == ()


def test_what_cannot_be_found_is_refused(ledger: Ledger) -> None:
    """A permission, no note, a source of none."""
    sync_source(ledger, Source("blad", "Bladet", "", SourceStatus.CANDIDATE, "", "", "news"), (), (), NOW)
    for ruling in ((Verdict.PERMITTED, "ja"), (Verdict.UNKNOWN, " "), (Verdict.UNKNOWN, "x" * 2001)):
        with pytest.raises(RecordRefused):
            record_reading(ledger, "blad", FOOT, ruling, STAMP)
    with pytest.raises(UnknownRecord):
        record_reading(ledger, "andet", FOOT, (Verdict.UNKNOWN, "læst"), STAMP)
