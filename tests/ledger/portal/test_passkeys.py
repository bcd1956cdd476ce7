"""Passkeys: made and shown by an authenticator in software, and refused when anything is not as it should be."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from ledger.portal.factors import WRONG, FactorKind, factors_of
from ledger.portal.passkeys import Relying, Shown, add_passkey, ask_new, ask_shown, check_passkey, relying_at
from ledger.portal.people import Person, person_by_email
from ledger.portal.sessions import Entrance, session_of, start_session
from ledger.store import Ledger
from tests.ledger.portal.provider import SoftPasskey

NOW = datetime(2026, 11, 26, 12, tzinfo=UTC)
RELYING = relying_at("https://portal.test")


@pytest.fixture
def someone(ledger: Ledger) -> tuple[Person, str]:
    """A person, and the id of their session."""
    with ledger.writing() as connection:
        person = person_by_email(connection, "jens@blad.example", NOW)
    assert person is not None
    session = session_of(ledger, start_session(ledger, person.id, Entrance("code"), "", NOW), NOW)
    assert session is not None
    return person, session.id


def made(ledger: Ledger, someone: tuple[Person, str]) -> SoftPasskey:
    """A passkey that is in use."""
    person, session = someone
    key = SoftPasskey(RELYING.origin, RELYING.host)
    answer = key.make(ask_new(ledger, RELYING, session, person))
    assert add_passkey(ledger, RELYING, Shown(session, answer), (person.id, "Nøgle"), NOW)
    return key


def test_a_passkey_is_made_and_shown(ledger: Ledger, someone: tuple[Person, str]) -> None:
    """And each answer counts once: what it signed is taken from the session."""
    person, session = someone
    key = made(ledger, someone)
    assert [(factor.kind, factor.name) for factor in factors_of(ledger, person.id)] == [(FactorKind.PASSKEY, "Nøgle")]
    shown = Shown(session, key.show(ask_shown(ledger, RELYING, session, person.id)))
    assert check_passkey(ledger, RELYING, shown, person.id, NOW)
    assert not check_passkey(ledger, RELYING, shown, person.id, NOW)


def test_a_passkey_of_another_site_person_or_key_is_refused(ledger: Ledger, someone: tuple[Person, str]) -> None:
    """The origin, the host, the credential and the signature are all looked at."""
    person, session = someone
    key = made(ledger, someone)
    other = SoftPasskey(RELYING.origin, RELYING.host)
    with ledger.writing() as connection:
        stranger = person_by_email(connection, "else@blad.example", NOW)
    assert stranger is not None
    for fake, who in (
        (replace(key, origin="https://ond.example"), person.id),
        (replace(key, host="ond.example"), person.id),
        (other, person.id),
        (replace(key, id=b"x" * 16), person.id),
        (key, stranger.id),
    ):
        answer = fake.show(ask_shown(ledger, RELYING, session, who))
        assert not check_passkey(ledger, RELYING, Shown(session, answer), who, NOW)


def test_a_copy_that_counts_behind_is_refused(ledger: Ledger, someone: tuple[Person, str]) -> None:
    """A counter that does not go on tells that a key was copied."""
    person, session = someone
    key = made(ledger, someone)
    for counter, right in ((5, True), (2, False)):
        key.counter = counter
        answer = key.show(ask_shown(ledger, RELYING, session, person.id))
        assert check_passkey(ledger, RELYING, Shown(session, answer), person.id, NOW) is right


@pytest.mark.parametrize("answer", ["", "{}", "[]", "null", '{"id": 1}', "x" * 30_000, '{"id": "a", "rawId": "a"}'])
def test_what_is_no_answer_is_refused(ledger: Ledger, someone: tuple[Person, str], answer: str) -> None:
    """Whatever a browser sends instead, it is the same refusal and no crash."""
    person, session = someone
    made(ledger, someone)
    ask_shown(ledger, RELYING, session, person.id)
    assert not check_passkey(ledger, RELYING, Shown(session, answer), person.id, NOW)
    ask_new(ledger, RELYING, session, person)
    assert not add_passkey(ledger, RELYING, Shown(session, answer), (person.id, ""), NOW)


def test_nothing_is_taken_without_having_been_asked_for(ledger: Ledger, someone: tuple[Person, str]) -> None:
    """An answer to a challenge of another session, or to none, makes no passkey; wrong ones close the way."""
    person, session = someone
    key = SoftPasskey(RELYING.origin, RELYING.host)
    options = ask_new(ledger, RELYING, session, person)
    assert not add_passkey(ledger, RELYING, Shown("another", key.make(options)), (person.id, ""), NOW)
    made(ledger, someone)
    for _ in range(WRONG.times):
        ask_shown(ledger, RELYING, session, person.id)
        assert not check_passkey(ledger, RELYING, Shown(session, "{}"), person.id, NOW)
    key = replace(made_again(ledger, someone), counter=9)
    answer = key.show(ask_shown(ledger, RELYING, session, person.id))
    assert not check_passkey(ledger, RELYING, Shown(session, answer), person.id, NOW)
    assert check_passkey(ledger, RELYING, Shown(session, "{}"), person.id, NOW) is False
    assert Relying("portal.test", "https://portal.test") == RELYING


def made_again(ledger: Ledger, someone: tuple[Person, str]) -> SoftPasskey:
    """One more passkey of the person."""
    person, session = someone
    key = SoftPasskey(RELYING.origin, RELYING.host, id=b"n" * 16)
    answer = key.make(ask_new(ledger, RELYING, session, person))
    assert add_passkey(ledger, RELYING, Shown(session, answer), (person.id, ""), NOW)
    return key
