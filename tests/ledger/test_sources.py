"""Sources, their terms and their crawls: the ledger follows the catalogue, and says when it changed."""

import json
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest

from ledger.agreements import Agreement, AgreementForm, Rate, RateUnit
from ledger.errors import RecordConflict, RecordRefused, UnknownRecord
from ledger.journal import entries
from ledger.licences import LicenceAssertion
from ledger.records import CrawlRecord, Source, SourceStatus
from ledger.sources import licences, record_crawl, source, sources, sync_source
from ledger.store import Ledger
from ledger.terms import agreements, record_agreement

NOW = datetime(2026, 11, 24, 12, tzinfo=UTC)
LATER = NOW + timedelta(days=1)
BLAD = Source("blad", "Bladet", "https://blad.example/", SourceStatus.AGREED, "Blad A/S", "DPCMO", "newspaper")
SAID = (
    LicenceAssertion("CC-BY-4.0", "Blad A/S", "https://blad.example/vilkaar", date(2026, 3, 1), confirmed=True),
    LicenceAssertion("CC0-1.0", "en andens datablad", "", None, confirmed=False, note="modsiger den første"),
)
AGREED = Agreement(
    id="blad-2026",
    source="blad",
    party="Blad A/S",
    payee="DPCMO",
    form=AgreementForm.WRITTEN,
    uses=("train", "publish"),
    start=date(2026, 1, 1),
    end=None,
    rate=Rate(RateUnit.MILLION_WORDS, 12_500_000, "DKK"),
    note="underskrevet af Jens Hansen",
)
CRAWL = CrawlRecord("blad", "2026-11-24T12", "sha256:" + "a" * 64, {"known": 3, "captured": 2, "refused": 1})


def test_a_source_comes_back_as_the_catalogue_says_it(ledger: Ledger) -> None:
    """Source, licences and agreements are read as they were written, licences in the catalogue's order."""
    assert sync_source(ledger, BLAD, SAID, [AGREED], NOW)
    assert source(ledger, "blad") == BLAD
    assert sources(ledger) == (BLAD,)
    assert licences(ledger, "blad") == SAID
    assert agreements(ledger, "blad") == (AGREED,)


def test_syncing_again_changes_nothing(ledger: Ledger) -> None:
    """The second time nothing is written, neither row nor entry."""
    sync_source(ledger, BLAD, SAID, [AGREED], NOW)
    before = entries(ledger)
    assert not sync_source(ledger, BLAD, SAID, [AGREED], LATER)
    assert entries(ledger) == before


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        (replace(BLAD, status=SourceStatus.RESERVED), SAID),
        (replace(BLAD, holder="Et andet A/S"), SAID),
        (BLAD, SAID[:1]),
        (BLAD, SAID[::-1]),
        (BLAD, ()),
        (BLAD, (replace(SAID[0], confirmed=False), SAID[1])),
    ],
)
def test_a_change_is_written_and_entered_once(
    ledger: Ledger, changed: Source, said: tuple[LicenceAssertion, ...]
) -> None:
    """Whatever changes in a source or its licences is taken over, with one entry."""
    sync_source(ledger, BLAD, SAID, [], NOW)
    assert sync_source(ledger, changed, said, [], LATER)
    assert (source(ledger, "blad"), licences(ledger, "blad")) == (changed, said)
    assert [entry.recorded_at for entry in entries(ledger, "source:blad")] == [NOW, LATER]


def test_no_name_and_no_note_gets_into_the_journal(ledger: Ledger) -> None:
    """Bodies hold what is public and a commitment to the rest."""
    sync_source(ledger, BLAD, SAID, [AGREED], NOW)
    written = "".join(entry.body for entry in entries(ledger))
    for hidden in ("Bladet", "Blad A/S", "DPCMO", "Jens", "datablad", "modsiger"):
        assert hidden not in written
    assert [json.loads(entry.body)["commitment"][:7] for entry in entries(ledger)] == ["sha256:"] * 2


def test_an_agreement_may_end_and_be_annotated_but_not_change(ledger: Ledger) -> None:
    """The catalogue sets an end day and a note; any other change under the same id is refused, and nothing written."""
    sync_source(ledger, BLAD, SAID, [AGREED], NOW)
    ended = replace(AGREED, end=date(2026, 12, 31), note="opsagt")
    assert sync_source(ledger, BLAD, SAID, [ended], LATER)
    assert agreements(ledger, "blad") == (ended,)
    before = entries(ledger)
    for other in (
        replace(ended, rate=None),
        replace(ended, payee="Koda"),
        replace(ended, uses=("train",)),
        replace(ended, start=date(2025, 1, 1)),
    ):
        with pytest.raises(RecordConflict, match="an id of their own"):
            sync_source(ledger, replace(BLAD, title="Nyt"), SAID, [other], LATER)
    assert entries(ledger) == before
    assert source(ledger, "blad") == BLAD


def test_an_agreement_gone_from_the_catalogue_is_withdrawn(ledger: Ledger) -> None:
    """It is no longer answered, and its return is a change again; manual ones stay."""
    sync_source(ledger, BLAD, SAID, [AGREED], NOW)
    manual = replace(AGREED, id="blad-mundtlig", form=AgreementForm.VERBAL, rate=None)
    record_agreement(ledger, manual, "accounts", NOW)
    assert sync_source(ledger, BLAD, SAID, [], LATER)
    assert agreements(ledger, "blad") == (manual,)
    assert not sync_source(ledger, BLAD, SAID, [], LATER)
    with pytest.raises(RecordConflict, match="withdrawn"):
        record_agreement(ledger, AGREED, "accounts", LATER)
    assert sync_source(ledger, BLAD, SAID, [AGREED], LATER)
    assert agreements(ledger, "blad") == (AGREED, manual)
    withdrawn = [json.loads(entry.body)["withdrawn"] for entry in entries(ledger) if entry.kind == "agreement"]
    assert withdrawn == [False, False, True, False]


def test_an_agreement_is_recorded_by_hand_once(ledger: Ledger) -> None:
    """The same again changes nothing; other terms under the id, and an unknown source, are errors."""
    with pytest.raises(UnknownRecord, match="catalogue"):
        record_agreement(ledger, AGREED, "accounts", NOW)
    sync_source(ledger, BLAD, SAID, [], NOW)
    assert record_agreement(ledger, AGREED, "accounts", NOW)
    assert not record_agreement(ledger, AGREED, "somebody", LATER)
    assert agreements(ledger, "blad") == (AGREED,)
    for other in (replace(AGREED, note="andet"), replace(AGREED, end=date(2027, 1, 1))):
        with pytest.raises(RecordConflict, match="blad-2026"):
            record_agreement(ledger, other, "accounts", NOW)
    assert [(entry.kind, entry.actor) for entry in entries(ledger)] == [
        ("source", "catalogue"),
        ("agreement", "accounts"),
    ]


def test_agreements_that_cannot_be_kept_are_refused(ledger: Ledger) -> None:
    """A price, currency, id, end or source that cannot be, and an id used twice; nothing of it is written."""
    for rate in (
        Rate(RateUnit.RELEASE, -1, "DKK"),
        Rate(RateUnit.RELEASE, 2**53, "DKK"),
        Rate(RateUnit.RELEASE, 1, "XBT"),
        Rate(RateUnit.RELEASE, 1, "DKK", minimum_micro=-1),
        Rate(RateUnit.RELEASE, 1, "DKK", minimum_micro=2, cap_micro=1),
        Rate(RateUnit.RELEASE, 1, "DKK", share_ppm=1),
        Rate(RateUnit.POOL, 1, "DKK"),
        Rate(RateUnit.POOL, 1, "DKK", share_ppm=1_000_001),
    ):
        with pytest.raises(RecordRefused, match="blad-2026"):
            sync_source(ledger, BLAD, SAID, [replace(AGREED, rate=rate)], NOW)
    for wrong in (
        replace(AGREED, id="blad 2026"),
        replace(AGREED, end=date(2025, 1, 1)),
        replace(AGREED, embargo_months=-1),
        replace(AGREED, attachments=("kontrakt.pdf",)),
        replace(AGREED, party=" "),
        replace(AGREED, payee="domain:ingen steder"),
        replace(AGREED, payee="domain:www.blad.dk"),
    ):
        with pytest.raises(RecordRefused, match=r"letters|before it starts|embargo|digest|party|domain"):
            sync_source(ledger, BLAD, SAID, [wrong], NOW)
    with pytest.raises(RecordRefused, match="belongs to"):
        sync_source(ledger, BLAD, SAID, [replace(AGREED, source="andet")], NOW)
    with pytest.raises(RecordRefused, match="same id"):
        sync_source(ledger, BLAD, SAID, [AGREED, AGREED], NOW)
    assert entries(ledger) == ()
    assert sources(ledger) == ()


def test_an_unknown_source_is_said_to_be_unknown(ledger: Ledger) -> None:
    """Asking for a source that is not there is an error with its name in it."""
    with pytest.raises(UnknownRecord, match="nix"):
        source(ledger, "nix")


def test_a_crawl_is_recorded_once(ledger: Ledger) -> None:
    """The same report again changes nothing, another one under the id is refused."""
    with pytest.raises(UnknownRecord, match="blad"):
        record_crawl(ledger, CRAWL, NOW)
    sync_source(ledger, BLAD, SAID, [], NOW)
    assert record_crawl(ledger, CRAWL, NOW)
    assert not record_crawl(ledger, CRAWL, LATER)
    for other in (replace(CRAWL, report_digest="sha256:b"), replace(CRAWL, counts={"known": 4})):
        with pytest.raises(RecordConflict, match="start a new crawl"):
            record_crawl(ledger, other, NOW)
    crawl = entries(ledger, "source:blad")[-1]
    assert (crawl.kind, json.loads(crawl.body)["counts"]) == ("crawl", CRAWL.counts)
