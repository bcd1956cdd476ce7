"""Licences that contradict each other: found whatever the order, by one name each, and settled by a person."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ledger.conflicts import Settlement, conflicts, settlement_of, standing, touching
from ledger.errors import RecordRefused, UnknownRecord
from ledger.journal import Stamp, entries
from ledger.licences import AssertionKind, LicenceAssertion
from ledger.records import Source, SourceStatus
from ledger.settlements import Ruling, record_settlement, settlements
from ledger.sources import licences, sync_source
from ledger.store import Ledger

TODAY = date(2026, 11, 1)
NOW = datetime(2026, 11, 1, 12, tzinfo=UTC)
BLAD = Source("blad", "Bladet", "https://blad.example/", SourceStatus.CONFIRMED, "Blad A/S", "", "news")


def said(licence: str, by: str = "stedet", on: int | None = -10, scope: str = "") -> LicenceAssertion:
    """A licence that somebody asserts, some days from today."""
    day = None if on is None else TODAY + timedelta(days=on)
    return LicenceAssertion(licence, by, f"https://{by}.example/", day, confirmed=False, scope=scope)


def found(*assertions: LicenceAssertion) -> list[tuple[str, tuple[str, ...]]]:
    """Scope and licences of each conflict today."""
    return [(each.scope, each.licences) for each in conflicts("blad", assertions, (), TODAY)]


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("GPL-3.0", "GPL-3.0-only"),
        ("CC-PDM-1.0", "PDM-1.0"),
        ("MIT AND CC-BY-4.0", "CC-BY-4.0 AND MIT"),
        ("GPL-2.0+", "GPL-2.0-or-later"),
        ("cc0-1.0", "CC0-1.0"),
    ],
)
def test_two_spellings_of_a_licence_are_no_conflict(one: str, other: str) -> None:
    """They are one licence, whoever writes it how."""
    assert found(said(one), said(other, by="en-anden")) == []


def test_two_licences_are_a_conflict_though_one_is_confirmed() -> None:
    """To confirm one says that it stands at its place, and not that the other does not."""
    sure = replace(said("CC-BY-4.0"), confirmed=True)
    assert found(sure, said("CC0-1.0", by="kortet")) == [("", ("CC-BY-4.0", "CC0-1.0"))]


def test_one_party_may_correct_itself_at_its_place() -> None:
    """What it said last there holds; on the same day, at another place or by another party it contradicts."""
    assert found(said("CC0-1.0", on=-20), said("CC-BY-4.0", on=-1)) == []
    assert found(said("CC0-1.0", on=-20), said("CC-BY-4.0", on=1)) == []
    assert len(found(said("CC0-1.0"), said("CC-BY-4.0"))) == 1
    assert len(found(said("CC0-1.0", on=-20), said("CC-BY-4.0", by="kortet", on=-1))) == 1
    assert len(found(said("CC0-1.0", on=None), said("CC-BY-4.0", on=-1))) == 1


def test_what_a_party_says_of_a_part_holds_there() -> None:
    """Its own licence for a path takes the place of that for the whole; another party's contradicts it there."""
    whole, part = said("CC-BY-4.0"), said("CC-BY-NC-4.0", scope="/foto/*")
    assert found(whole, part) == []
    assert touching((whole, part), "https://blad.example/foto/1") == (part,)
    assert touching((whole, part), "https://blad.example/tekst/1") == (whole,)
    elsewhere = said("CC0-1.0", by="kortet", scope="/foto/*")
    assert found(whole, elsewhere) == [("/foto/*", ("CC-BY-4.0", "CC0-1.0"))]
    one = "https://blad.example/foto/1"
    assert found(part, said("MIT", by="brevet", scope=one)) == [(one, ("CC-BY-NC-4.0", "MIT"))]


ASSERTIONS = st.lists(
    st.builds(
        said,
        st.sampled_from(["CC-BY-4.0", "CC0-1.0", "GPL-3.0", "GPL-3.0-only"]),
        st.sampled_from(["stedet", "kortet"]),
        st.sampled_from([None, -20, -1, 1]),
        st.sampled_from(["", "/foto/*"]),
    ),
    max_size=6,
)


@given(ASSERTIONS, st.randoms())
def test_the_order_of_assertions_does_not_matter(assertions: list[LicenceAssertion], chance: Random) -> None:
    """The same conflicts are found."""
    shuffled = list(assertions)
    chance.shuffle(shuffled)
    assert found(*shuffled) == found(*assertions)


@given(ASSERTIONS, st.integers(-30, 10), st.integers(0, 30))
def test_a_later_day_forgets_no_party(assertions: list[LicenceAssertion], day: int, later: int) -> None:
    """Whoever had said something about a part by a day has said something about it by every later day."""
    then, after = TODAY + timedelta(days=day), TODAY + timedelta(days=day + later)
    voices = [{(each.asserted_by, each.scope) for each in standing(assertions, on)} for on in (then, after)]
    assert voices[0] <= voices[1]


def test_the_newest_settlement_of_the_same_licences_holds() -> None:
    """One made later counts later; one about other licences never."""
    first = Settlement(("CC-BY-4.0", "CC0-1.0"), "CC0-1.0", "læst", TODAY - timedelta(days=2))
    second = replace(first, licence="CC-BY-4.0", on=TODAY)
    wanted = ("CC0-1.0", "CC-BY-4.0")
    assert settlement_of(wanted, (second, first), TODAY) == second
    assert settlement_of(wanted, (second, first), TODAY - timedelta(days=1)) == first
    assert settlement_of((*wanted, "MIT"), (first, second), TODAY) is None


def test_a_settlement_is_kept_with_its_note_and_entered_without_it(ledger: Ledger) -> None:
    """Settled once more alike nothing changes; settled otherwise the newer holds, and both stay in the journal."""
    both = (said("CC-BY-4.0"), replace(said("CC0-1.0", by="kortet"), kind=AssertionKind.VERBAL, scope="/a/*"))
    sync_source(ledger, BLAD, both, [], NOW)
    assert licences(ledger, "blad") == both
    conflict = conflicts("blad", both, (), TODAY)[0]
    stamp = Stamp("jura", NOW)
    first = record_settlement(ledger, conflict, Ruling("cc by 4.0", "Peter Jensen har svaret"), stamp)
    assert first.licence == "CC-BY-4.0"
    record_settlement(ledger, conflict, Ruling("CC-BY-4.0", "Peter Jensen har svaret"), stamp)
    assert settlements(ledger, "blad") == (first,)
    assert conflicts("blad", both, settlements(ledger, "blad"), TODAY)[0].settlement == first
    record_settlement(ledger, conflict, Ruling("", "ingen af dem"), stamp)
    assert [each.licence for each in settlements(ledger, "blad")] == [""]
    entered = [entry for entry in entries(ledger, "source:blad") if entry.kind == "settlement"]
    assert len(entered) == 2
    assert not any("Peter" in entry.body for entry in entered)


def test_a_settlement_without_note_or_source_is_refused(ledger: Ledger) -> None:
    """And so is a licence nobody knows, or nobody names here; nothing of it is written."""
    both = (said("CC-BY-4.0"), said("CC0-1.0", by="kortet"))
    conflict = conflicts("blad", both, (), TODAY)[0]
    with pytest.raises(UnknownRecord, match="blad"):
        record_settlement(ledger, conflict, Ruling("CC0-1.0", "læst"), Stamp("jura", NOW))
    sync_source(ledger, BLAD, both, [], NOW)
    for ruling in (Ruling("CC0-1.0", "  "), Ruling("fri", "læst"), Ruling("", "x" * 3000), Ruling("MIT", "læst")):
        with pytest.raises(RecordRefused, match=r"note|licence|nobody names MIT"):
            record_settlement(ledger, conflict, ruling, Stamp("jura", NOW))
    assert settlements(ledger, "blad") == ()
