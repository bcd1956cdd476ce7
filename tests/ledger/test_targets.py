"""What a text is known by, and lists and cases that name it."""

from datetime import UTC, date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ledger.errors import RecordRefused, UnknownRecord
from ledger.journal import Stamp, entries
from ledger.register import Register, Reservation, Weight, touching
from ledger.repertoire import (
    Repertoire,
    listed_reservations,
    record_repertoire,
    repertoires,
    withdraw_repertoire,
)
from ledger.store import Ledger
from ledger.targets import Target, TargetKind, TextFacts, identifiers_in, is_within

TODAY = date(2026, 11, 1)
NOW = datetime(2026, 11, 1, 12, tzinfo=UTC)
TEXT = TextFacts(
    "https://www.forlag.example.dk/arkiv/bog?side=2", "Den lille Havfrue!", "H. C. Andersen og Karen Blixen"
)


def target(kind: str, text: str) -> Target:
    """A target as a person writes it."""
    return Target.of(TargetKind(kind), text)


def reserved(*targets: Target) -> tuple[Reservation, ...]:
    """These targets on a list."""
    return tuple(Reservation("koda", Weight.LISTED, each, TODAY) for each in targets)


@pytest.mark.parametrize(
    ("kind", "text", "is_hit"),
    [
        ("domain", "example.dk", True),
        ("domain", "https://WWW.forlag.example.dk/", True),
        ("domain", "lag.example.dk", False),
        ("path", "forlag.example.dk/arkiv", True),
        ("path", "https://www.forlag.example.dk/arkiv/*", True),
        ("path", "forlag.example.dk/ark", False),
        ("path", "example.dk/arkiv", False),
        ("document", "https://www.forlag.example.dk/arkiv/bog?side=2", True),
        ("document", "https://www.forlag.example.dk/arkiv/bog", False),
        ("title", "den  LILLE havfrue", True),
        ("title", "havfrue", False),
        ("author", "h.c. andersen", True),
        ("author", "Karen Blixen", True),
        ("author", "Andersen", False),
        ("isbn", "0-306-40615-2", True),
        ("isbn", "978-0-306-40615-7", True),
        ("isbn", "978-87-02-10000-6", False),
        ("issn", "2049-3630", True),
    ],
)
def test_a_text_answers_to_what_it_is_known_by(kind: str, text: str, *, is_hit: bool) -> None:
    """By its host and those above, its path, its address, its title, each author, and the numbers in it."""
    found = Register(reserved(target(kind, text))).touching(TEXT, "Se ISBN 978-0-306-40615-7 og ISSN 2049-3630.")
    assert bool(found) is is_hit


@pytest.mark.parametrize(
    ("kind", "text"),
    [
        ("domain", "example.dk/arkiv"),
        ("domain", "dk"),
        ("domain", "ikke et domæne"),
        ("path", "example.dk"),
        ("path", "example.dk/arkiv/../.."),
        ("document", "/arkiv"),
        ("title", "!!!"),
        ("title", "a\0b"),
        ("isbn", "978-0-306-40615-8"),
        ("issn", "2049-3631"),
        ("author", ""),
        ("title", "x" * 501),
    ],
)
def test_what_is_no_target_is_refused_with_what_is_expected(kind: str, text: str) -> None:
    """A mistake in a list must not become a reservation of nothing, or of everything."""
    with pytest.raises(ValueError, match=r"is no|characters|letter"):
        target(kind, text)


def test_a_number_counts_only_where_it_is_called_so_and_checks() -> None:
    """A telephone number is no ISBN, and neither is one that was mistyped."""
    assert identifiers_in("tlf. 0306406152, ISBN 0306406153") == ()
    assert identifiers_in("ISBN-13: 978 0 306 40615 7, isbn 0-306-40615-2") == (target("isbn", "9780306406157"),)


def test_a_crawl_is_told_of_what_may_lie_on_its_hosts() -> None:
    """By place only, above and below its hosts; what is told by name needs the text."""
    named = [("domain", "example.dk"), ("path", "a.example.dk/x"), ("domain", "b.dk"), ("author", "x")]
    held = reserved(*(target(kind, text) for kind, text in named))
    assert Register(held).on_hosts(["www.a.example.dk"]) == held[:2]
    assert touching(held, TextFacts("https://a.example.dk/x/y")) == held[:2]


@pytest.mark.parametrize(
    ("scope", "is_in"),
    [("", True), ("/foto/*", True), ("/foto/1$", False), ("/tekst/", False), ("https://a.dk/", False)],
)
def test_a_scope_is_all_a_path_or_one_document(scope: str, *, is_in: bool) -> None:
    """A path pattern is read as in robots.txt."""
    assert is_within("https://a.dk/foto/12", scope) is is_in


@given(st.text(max_size=40), st.text(max_size=40), st.text(max_size=200))
def test_no_text_breaks_the_register(url: str, title: str, text: str) -> None:
    """Whatever a page calls itself, it is looked up and nothing is raised."""
    held = Register(reserved(target("domain", "a.dk"), target("isbn", "0-306-40615-2")))
    assert len(held.touching(TextFacts(f"https://{url}", title, title), text)) <= 2


def test_a_list_is_imported_replaced_and_withdrawn_whole(ledger: Ledger) -> None:
    """What it reserves is what the newest import says; withdrawn it reserves nothing, and the journal knows no name."""
    listed, stamp = Repertoire("koda-2026", "Koda", "https://koda.example/", TODAY), Stamp("jura", NOW)
    first = [target("author", "Kim Larsen"), target("domain", "koda.example")]
    assert record_repertoire(ledger, listed, first, stamp)
    assert not record_repertoire(ledger, listed, [*reversed(first), first[0]], stamp)
    assert {held.target for held in listed_reservations(ledger)} == set(first)
    assert record_repertoire(ledger, listed, first[:1], stamp)
    assert [(held.id, dict(counts)) for held, counts in repertoires(ledger)] == [("koda-2026", {"author": 1})]
    assert withdraw_repertoire(ledger, "koda-2026", stamp)
    assert not withdraw_repertoire(ledger, "koda-2026", stamp)
    assert listed_reservations(ledger) == ()
    assert record_repertoire(ledger, listed, first, stamp)
    assert "larsen" not in "".join(entry.body for entry in entries(ledger)).lower()


def test_a_list_without_targets_or_name_is_refused(ledger: Ledger) -> None:
    """To reserve nothing any more is to withdraw the list."""
    stamp = Stamp("jura", NOW)
    for name, targets in (("koda", []), ("min liste", [target("domain", "a.dk")])):
        with pytest.raises(RecordRefused, match="list"):
            record_repertoire(ledger, Repertoire(name, "Koda", "x", TODAY), targets, stamp)
    with pytest.raises(UnknownRecord, match="koda"):
        withdraw_repertoire(ledger, "koda", stamp)


def test_a_reservation_names_the_list_but_not_the_work() -> None:
    """Evidence goes into decisions, which more people read than the list."""
    held = reserved(target("author", "Kim Larsen"))[0]
    assert held.place == "repertoire:koda#author"
    assert "larsen" not in repr(held.signal).lower()


def test_a_site_called_www_is_no_top_level_domain() -> None:
    """What is asked of www.dk is asked of that host, and not of all of dk."""
    assert Target.of(TargetKind.DOMAIN, "www.dk").value == "www.dk"
    assert Target.of(TargetKind.DOMAIN, "https://www.forlag.example.dk/").value == "forlag.example.dk"
