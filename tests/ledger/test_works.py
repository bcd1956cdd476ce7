"""Works: filled, found, in releases, erased."""

import hashlib
from dataclasses import replace
from datetime import UTC, date, datetime

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import func, select

from ledger import tables, works
from ledger.errors import UnknownRecord
from ledger.holds import Weight, held_sources, holds_of, weights_of
from ledger.journal import Stamp, entries
from ledger.policy import load_policy
from ledger.reading_book import record_reading
from ledger.readings import statement_of
from ledger.records import ReleaseRecord, Source, SourceStatus, Usage
from ledger.releases import record_release
from ledger.signals import Mechanism, RightsSignal, Verdict, signals_to_json
from ledger.sites import host_at, site_of
from ledger.sources import sync_source
from ledger.store import Ledger
from ledger.targets import Target, TargetKind, identifiers_in
from ledger.works import Change, Work, fill, forget_works
from ledger.works_found import Leaf, find, find_all, find_in_source, find_work, hosts

NOW = datetime(2026, 11, 24, 12, tzinfo=UTC)
SAID = RightsSignal(
    Mechanism.ROBOTS,
    Verdict.PERMITTED,
    "allow",
    "/",
    "https://blad.dk/robots.txt#line=2",
    "Allow: /",
    "sha256:a",
    "2026",
)


def made(url: str, **more: object) -> Work:
    """A released work of a source, at an address."""
    plain = Work(
        id=hashlib.sha256(url.encode()).hexdigest(), source="blad", url=url, title="Den lille havfrue",
        author="Ane Hansen", numbers=(), fetched_at=NOW, digest="sha256:t", words=100, fate="released", reason="",
        outcome="include", basis="tdm", licence="LicenseRef-TDM-NoReservation", rule="tdm-no-reservation",
        signals=signals_to_json([SAID]), observed=date(2026, 11, 24), cluster="",
    )  # fmt: skip
    return replace(plain, **more)  # type: ignore[arg-type]


def by_id(*given: Work) -> list[Work]:
    """Works as they are filled in."""
    return sorted(given, key=lambda work: work.id)


def told(ledger: Ledger, kind: TargetKind, text: str) -> list[str]:
    """The addresses that are found."""
    return [work.url for work in find(ledger, Target.of(kind, text)).works]


@pytest.fixture(autouse=True)
def _sources(request: pytest.FixtureRequest) -> None:
    if "ledger" in request.fixturenames:
        for name in ("blad", "bog"):
            source = Source(name, name.title(), f"https://{name}.dk/", SourceStatus.CONFIRMED, "Blad A/S", "", "news")
            sync_source(request.getfixturevalue("ledger"), source, (), (), NOW)


def released(ledger: Ledger, version: str) -> None:
    """Record a release."""
    usage = Usage("blad", "tdm", "tdm", "LicenseRef-TDM-NoReservation", 1, 1, 1, (version,))
    record_release(ledger, ReleaseRecord(version, version, "sha256:p", date(2026, 11, 24), (usage,)), NOW)


def test_a_work_is_found_by_all_that_names_it(ledger: Ledger) -> None:
    """Domain with all below it, folder, address, title, author of several and ISBN find it; what is near does not."""
    inside = made(
        "https://www.blad.dk/arkiv/1",
        author="Ane Hansen og Bo Juhl",
        numbers=identifiers_in("ISBN 87-595-1234-1 ISBN 978-87-02-00000-9"),
    )
    book = made(
        "https://bog.dk/arkivet", title="En bog", author="Carl Ek", numbers=identifiers_in("ISBN 0-306-40615-2")
    )
    other = made("https://notblad.dk/", title="Andet", author="")
    fill(ledger, "blad", by_id(inside, book, other), [])
    for kind, text in (
        (TargetKind.DOMAIN, "blad.dk"), (TargetKind.DOMAIN, "https://www.blad.dk/"), (TargetKind.PATH, "blad.dk/arkiv"),
        (TargetKind.DOCUMENT, inside.url), (TargetKind.TITLE, "den LILLE havfrue!"), (TargetKind.AUTHOR, "bo juhl"),
    ):  # fmt: skip
        assert told(ledger, kind, text) == [inside.url], (kind, text)
    assert told(ledger, TargetKind.ISBN, "978-0-306-40615-7") == [book.url]
    line = made("https://line.dk/", author="Af Dorte Ager", source="bog")
    fill(ledger, "bog", [line], [])
    assert told(ledger, TargetKind.AUTHOR, "dorte ager") == [line.url]
    for kind, text in ((TargetKind.AUTHOR, "Hansen"), (TargetKind.AUTHOR, "Ane"), (TargetKind.PATH, "blad.dk/ark")):
        assert told(ledger, kind, text) == []


def test_filling_again_changes_nothing(ledger: Ledger) -> None:
    """The same works once more change nothing; a changed one is changed, and one that comes no more is gone."""
    one, two = by_id(made("https://blad.dk/1"), made("https://blad.dk/2"))
    before = entries(ledger)
    assert fill(ledger, "blad", [one, two], []) == Change(new=2)
    assert fill(ledger, "blad", [one, two], []) == Change()
    assert fill(ledger, "blad", [replace(one, title="Ny")], []) == Change(changed=1, gone=1)
    assert fill(ledger, "blad", [replace(one, title="Ny")], []) == Change()
    assert [(work.id, work.fate) for work in find_in_source(ledger, "blad").works] == [
        (one.id, "released"),
        (two.id, "gone"),
    ]
    assert fill(ledger, "blad", [one, two], []) == Change(changed=2)
    assert told(ledger, TargetKind.TITLE, "ny") == []
    assert entries(ledger) == before


def test_ids_that_do_not_ascend_are_refused(ledger: Ledger) -> None:
    """Works out of order would be taken for gone."""
    with pytest.raises(ValueError, match="do not ascend"):
        fill(ledger, "blad", reversed(by_id(made("https://blad.dk/1"), made("https://blad.dk/2"))), [])


def test_a_work_knows_its_releases(ledger: Ledger) -> None:
    """It is in those from which on it came to which it left, also when it comes back; what is held is in none."""
    work, held = made("https://blad.dk/1"), made("https://blad.dk/2", fate="held")
    versions: list[str] = []
    for version, fate in (("1.0", "released"), ("1.1", "released"), ("1.2", "held"), ("1.3", "released"), ("1.4", "")):
        released(ledger, version)
        versions.append(version)
        rows = [replace(work, fate=fate)] if fate else []
        for _ in range(2):
            fill(ledger, "blad", by_id(held, *rows), versions)
    assert find_work(ledger, work.id).found.releases == ("1.0", "1.1", "1.3")
    assert find_work(ledger, held.id).found.releases == ()


def test_pages_follow_each_other(ledger: Ledger, monkeypatch: pytest.MonkeyPatch) -> None:
    """Leafing tells every work once, by host and path, with the counts of all; small windows do not show."""
    monkeypatch.setattr(works, "WINDOW", 4)
    given = [
        made(f"https://{host}/{number:02}", author="A") for host in ("blad.dk", "a.blad.dk") for number in range(5)
    ]
    fill(ledger, "blad", by_id(*given), [])
    for kind, text, urls in (
        (TargetKind.DOMAIN, "blad.dk", [work.url for work in given]),
        (TargetKind.AUTHOR, "a", [work.url for work in by_id(*given)]),
    ):
        seen, after = [], ""
        while True:
            listing = find(ledger, Target.of(kind, text), Leaf(after, 3))
            seen += [work.url for work in listing.works]
            if not (after := listing.after):
                break
        assert seen == urls
    assert find(ledger, Target.of(TargetKind.DOMAIN, "blad.dk")).counts == {"released": 10}
    assert find(ledger, Target.of(TargetKind.DOMAIN, "blad.dk"), Leaf("no such id")).works == ()
    assert [(host.host, host.documents, host.words) for host in hosts(ledger, "blad.dk")] == [
        ("blad.dk", {"released": 5}, 500), ("a.blad.dk", {"released": 5}, 500)
    ]  # fmt: skip
    assert fill(ledger, "blad", [], []).gone == 10


def test_a_work_is_told_with_its_evidence_and_copies(ledger: Ledger) -> None:
    """The statements stand as they were read, once for all that share them; works of one cluster are its copies."""
    one, two = by_id(made("https://blad.dk/1", cluster="c"), made("https://blad.dk/2", cluster="c", fate="duplicate"))
    fill(ledger, "blad", [one, two], [])
    detail = find_work(ledger, one.id)
    assert (detail.signals, detail.observed, detail.digest) == ((SAID,), date(2026, 11, 24), "sha256:t")
    assert [work.url for work in detail.copies] == [two.url]
    assert [work.url for work in find_all(ledger, [two.id, "unknown", one.id])] == [two.url, one.url]
    with ledger.reading() as connection:
        assert connection.scalar(select(func.count()).select_from(tables.work_evidence)) == 1
    with pytest.raises(UnknownRecord):
        find_work(ledger, "unknown")


def test_what_is_withdrawn_says_nothing_of_itself_any_more(ledger: Ledger) -> None:
    """Title and names go at once; its releases up to then are still told, and filling again keeps it so."""
    released(ledger, "1.0")
    work = made("https://blad.dk/1")
    fill(ledger, "blad", [work], ["1.0"])
    assert forget_works(ledger, [work.id, "unknown"]) == 1
    released(ledger, "1.1")
    withdrawn = replace(work, title="", author="", fate="excluded", reason="withdrawn")
    for _ in range(2):
        assert told(ledger, TargetKind.AUTHOR, "ane hansen") == told(ledger, TargetKind.TITLE, work.title) == []
        found = find_work(ledger, work.id).found
        assert (found.title, found.author, found.fate, found.releases) == ("", "", "excluded", ("1.0",))
        fill(ledger, "blad", [withdrawn], ["1.0", "1.1"])
    assert find_in_source(ledger, "blad").counts == {"excluded": 1}


@settings(max_examples=50, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(st.lists(st.from_regex(r"[a-z0-9-]{1,5}", fullmatch=True), min_size=1, max_size=5))
def test_a_site_is_its_host_turned_round(labels: list[str]) -> None:
    """Turned round twice it is as it was."""
    host = ".".join(labels)
    assert host_at(site_of(host)) == host


def test_what_is_hostile_is_kept_as_text(ledger: Ledger) -> None:
    """Addresses, titles and names of any length and script are kept, and found; nothing of them is a pattern."""
    long = "https://blad.dk/" + "a/" * 3000
    work = made(long, title="%_' OR\0 1=1\t\\N \\.\r\n--" + "æ" * 600, author="Ø" * 900)
    urn = made("urn:isbn:1", title="", author="%")
    fill(ledger, "blad", by_id(work, urn), [])
    assert [found.id for found in find(ledger, Target(TargetKind.DOCUMENT, long)).works] == [work.id]
    assert told(ledger, TargetKind.DOCUMENT, "urn:isbn:1") == ["urn:isbn:1"]
    assert find_work(ledger, work.id).found.title.startswith("%_' OR 1=1\t\\N \\.\r\n--æ")
    assert find(ledger, Target(TargetKind.AUTHOR, "%")).works == ()
    assert find(ledger, Target(TargetKind.PATH, "blad.dk/%")).works == ()


def test_what_is_held_is_counted_by_why_and_on_what(ledger: Ledger) -> None:
    """Texts held by one rule on the same statements are one hold, the largest first; others are not counted."""
    other = signals_to_json([replace(SAID, raw="andet")])
    one = {"fate": "held", "reason": "signal-held:robots"}
    held = [made(f"https://blad.dk/{number}", **one) for number in range(3)]
    held += [made("https://blad.dk/x", signals=other, **one), made("https://blad.dk/y", fate="held", rule="case-open")]
    fill(ledger, "blad", by_id(*held, made("https://blad.dk/ud")), [])
    assert [(source.source, source.documents) for source in held_sources(ledger)] == [("blad", 5)]
    found = [(hold.rule, hold.documents) for hold in holds_of(ledger, "blad")]
    assert found[0] == ("signal-held:robots", 3)
    assert sorted(found[1:]) == [("case-open", 1), ("signal-held:robots", 1)]


def test_what_hangs_on_a_reading_is_told(ledger: Ledger) -> None:
    """How many held texts have a statement, and how many wait for it alone, as others of theirs are read."""
    policy, day = load_policy(None), datetime(2026, 11, 26, tzinfo=UTC)
    one, other = (
        replace(SAID, mechanism=Mechanism.NATURAL_LANGUAGE, verdict=Verdict.RESERVED, raw=raw)
        for raw in ("Må ikke bruges", "Spørg først")
    )
    held = {"fate": "held", "rule": "signal-held:natural_language"}
    works = [made(f"https://blad.dk/{number}", signals=signals_to_json([one]), **held) for number in range(3)]
    works.append(made("https://blad.dk/begge", signals=signals_to_json([one, other]), **held))
    works.append(made("https://blad.dk/ud", signals=signals_to_json([other])))
    fill(ledger, "blad", by_id(*works), [])
    words = works[0].words
    first, second = statement_of(one), statement_of(other)
    assert weights_of(ledger, "blad", policy) == {first: Weight(4, 4 * words, 3), second: Weight(1, words, 0)}
    record_reading(ledger, "blad", one, (Verdict.UNKNOWN, "en overskrift"), Stamp("jura", day))
    assert weights_of(ledger, "blad", policy)[second] == Weight(1, words, 1)
