"""Signing in: codes, sessions, second factors and tokens, on both databases."""

import base64
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from urllib.parse import parse_qs, urlsplit

import pytest
from sqlalchemy import select, update

from ledger import portal_tables as tables
from ledger.errors import RecordRefused, UnknownRecord
from ledger.journal import Stamp
from ledger.portal.codes import BY_ADDRESS, GOOD_FOR, TRIES_MAX, answer_code, ask_code, local_path
from ledger.portal.events import trail
from ledger.portal.factors import (
    STEP_S,
    WRONG,
    add_totp,
    check_second,
    confirm_totp,
    drop_factor,
    factors_of,
    forget_factors,
    new_recovery,
    recovery_left,
    totp,
)
from ledger.portal.people import HolderKind, Person, close_person, give, make_holder, people, read_email, take
from ledger.portal.roles import Action, Grant, Role, Scope, may
from ledger.portal.sealing import seal, unseal
from ledger.portal.sessions import (
    AGE_MAX,
    IDLE_MAX,
    SECOND_MAX,
    SESSIONS_MAX,
    Entrance,
    end_others,
    end_session,
    session_of,
    sessions_of,
    set_challenge,
    start_session,
    strengthen,
    take_challenge,
)
from ledger.portal.tokens import bearer, end_token, make_token, tokens_of
from ledger.store import Ledger

NOW = datetime(2026, 11, 26, 12, tzinfo=UTC)
SECRET = b"s" * 32
EMAIL = "jens@blad.example"


def signed_in(ledger: Ledger, email: str = EMAIL, now: datetime = NOW) -> tuple[Person, str]:
    """A person who has answered a code, and the token of their session."""
    asked = ask_code(ledger, email, "net", "/min-side", now)
    assert asked.code is not None
    answered = answer_code(ledger, asked.token, asked.code, now)
    assert answered is not None
    return answered.person, start_session(ledger, answered.person.id, Entrance("code", "Firefox"), "", now)


def password(address: str, now: datetime, drift: int = 0) -> str:
    """What an app shows that has read the address."""
    key = base64.b32decode(parse_qs(urlsplit(address).query)["secret"][0])
    return totp(key, int(now.timestamp()) // STEP_S + drift)


def test_a_code_lets_in_once(ledger: Ledger) -> None:
    """The right code in the asking browser makes an account the first time; the same code again lets nobody in."""
    asked = ask_code(ledger, EMAIL, "net", "/krav", NOW)
    assert asked.code is not None
    answered = answer_code(ledger, asked.token, f" {asked.code[:4]} {asked.code[4:]} ", NOW)
    assert answered is not None
    assert (answered.person.email, answered.back_to) == (EMAIL, "/krav")
    assert answer_code(ledger, asked.token, asked.code, NOW) is None
    assert signed_in(ledger)[0].id == answered.person.id


def test_a_code_is_of_one_browser_and_ten_minutes(ledger: Ledger) -> None:
    """Another browser's cookie does not go with the code, and it is worth nothing ten minutes later."""
    asked, other = (ask_code(ledger, EMAIL, "net", "", NOW) for _ in range(2))
    assert asked.code is not None
    assert asked.code != other.code
    assert answer_code(ledger, other.token, asked.code, NOW) is None
    assert answer_code(ledger, "", asked.code, NOW) is None
    assert answer_code(ledger, asked.token, asked.code, NOW + GOOD_FOR) is None
    late = ask_code(ledger, EMAIL, "net", "", NOW)
    assert late.code is not None
    assert answer_code(ledger, late.token, late.code, NOW + GOOD_FOR - timedelta(seconds=1)) is not None


def test_a_code_is_guessed_at_five_times(ledger: Ledger) -> None:
    """After five wrong answers the right one is refused too."""
    asked = ask_code(ledger, EMAIL, "net", "", NOW)
    assert asked.code is not None
    wrong = f"{(int(asked.code) + 1) % 10**8:08}"
    for _ in range(TRIES_MAX):
        assert answer_code(ledger, asked.token, wrong, NOW) is None
    assert answer_code(ledger, asked.token, asked.code, NOW) is None


def test_who_asks_too_often_is_shown_the_same_and_sent_nothing(ledger: Ledger) -> None:
    """Five codes an hour for an address, whoever asks; an hour later it is sent again."""
    sent = [ask_code(ledger, EMAIL, f"net {number}", "", NOW) for number in range(BY_ADDRESS.times + 2)]
    assert [asked.code is not None for asked in sent] == [True] * BY_ADDRESS.times + [False] * 2
    assert len({len(asked.token) for asked in sent}) == 1
    assert ask_code(ledger, EMAIL, "net", "", NOW + BY_ADDRESS.window).code is not None


def test_one_network_asks_for_thirty_codes_an_hour(ledger: Ledger) -> None:
    """However many addresses it tries."""
    sent = [ask_code(ledger, f"{number}@blad.example", "net", "", NOW).code for number in range(32)]
    assert [code is not None for code in sent] == [True] * 30 + [False] * 2


def test_neither_the_code_nor_a_token_lies_in_the_database(ledger: Ledger) -> None:
    """A copy of the database lets nobody in: no row holds what a browser, a mail or a program has."""
    asked = ask_code(ledger, EMAIL, "net", "", NOW)
    person, session = signed_in(ledger)
    token = make_token(ledger, person.id, ("t", [Scope.READ], 9), NOW)
    made = add_totp(ledger, SECRET, person.id, EMAIL, NOW)
    codes = new_recovery(ledger, person.id, NOW)
    with ledger.reading() as connection:
        held = " ".join(str(row) for table in tables.TABLES for row in connection.execute(select(table)))
    for secret in (asked.token, str(asked.code), session, token, made.secret, codes[0], codes[0].replace("-", "")):
        assert secret not in held


@pytest.mark.parametrize(
    "text",
    ["", "jens", "jens@", "@blad.dk", "jens@blad", "a b@c.dk", "a@b..dk", "a@-b.dk", "a\n@b.dk", "a" * 65 + "@b.dk"],
)
def test_what_is_no_address_is_refused(text: str) -> None:
    """Nothing is sent to it."""
    with pytest.raises(ValueError, match="mail address"):
        read_email(text)


def test_an_address_has_one_spelling() -> None:
    """Capitals and spaces make no second account; a domain in Danish letters is its ASCII form."""
    assert read_email(" Jens@Blad.Example ") == EMAIL
    assert read_email("ø@blad.dk".replace("ø", "o")) == "o@blad.dk"
    assert read_email("jens@rødgrød.dk") == "jens@xn--rdgrd-vuad.dk"


@pytest.mark.parametrize(
    "text", ["//ond.example", "https://ond.example", "/\\ond.example", "javascript:alert(1)", "/a b", "/\n", "", "/ø"]
)
def test_nobody_is_led_to_another_host(text: str) -> None:
    """Only a path on this site is gone on to."""
    assert local_path(text) == "/min-side"
    assert local_path("/krav?x=1") == "/krav?x=1"


def test_a_session_ends_by_itself(ledger: Ledger) -> None:
    """After half an hour without use, and after twelve hours of use."""
    _, token = signed_in(ledger)
    assert session_of(ledger, token, NOW + IDLE_MAX) is None
    at, step = NOW, IDLE_MAX - timedelta(minutes=1)
    while (at := at + step) < NOW + AGE_MAX:
        assert session_of(ledger, token, at) is not None
    assert session_of(ledger, token, NOW + AGE_MAX) is None
    assert session_of(ledger, "", NOW) is session_of(ledger, "x" * 43, NOW) is None


def test_signing_in_makes_a_new_session_and_ends_the_browsers_old_one(ledger: Ledger) -> None:
    """A token that was planted or seen before is worth nothing afterwards; so it is with a second factor."""
    person, old = signed_in(ledger)
    new = start_session(ledger, person.id, Entrance("code"), old, NOW)
    assert session_of(ledger, old, NOW) is None
    strong = strengthen(ledger, new, "totp", NOW)
    assert session_of(ledger, new, NOW) is None
    session = session_of(ledger, strong, NOW)
    assert session is not None
    assert session.who.second


def test_a_second_factor_counts_for_an_hour(ledger: Ledger) -> None:
    """Then it is asked for again."""
    _, token = signed_in(ledger)
    token = strengthen(ledger, token, "totp", NOW)
    for minutes in (25, 50):
        session = session_of(ledger, token, NOW + timedelta(minutes=minutes))
        assert session is not None
        assert session.who.second
    session = session_of(ledger, token, NOW + SECOND_MAX)
    assert session is not None
    assert not session.who.second


def test_sessions_are_seen_and_ended_by_their_owner_alone(ledger: Ledger) -> None:
    """By id, which is no secret; another person's id ends nothing. Closing the account ends all."""
    person, first = signed_in(ledger)
    other, others = signed_in(ledger, "else@blad.example")
    second = start_session(ledger, person.id, Entrance("code"), "", NOW)
    held = sessions_of(ledger, person.id, NOW)
    assert len(held) == 2
    assert not end_session(ledger, other.id, held[0].id, NOW)
    kept = session_of(ledger, first, NOW)
    assert kept is not None
    assert end_others(ledger, person.id, kept.id, NOW) == 1
    assert session_of(ledger, second, NOW) is None
    assert end_session(ledger, person.id, kept.id, NOW)
    assert session_of(ledger, others, NOW) is not None
    close_person(ledger, other.id, Stamp("operator", NOW))
    assert session_of(ledger, others, NOW) is None
    asked = ask_code(ledger, other.email, "net", "", NOW)
    assert asked.code is not None
    assert answer_code(ledger, asked.token, asked.code, NOW) is None


def test_one_person_has_ten_sessions(ledger: Ledger) -> None:
    """The eleventh ends the one used longest ago."""
    person, first = signed_in(ledger)
    for number in range(SESSIONS_MAX):
        start_session(ledger, person.id, Entrance("code"), "", NOW + timedelta(seconds=number + 1))
    assert session_of(ledger, first, NOW) is None
    assert len(sessions_of(ledger, person.id, NOW)) == SESSIONS_MAX


def test_a_challenge_is_taken_once(ledger: Ledger) -> None:
    """What a passkey signs is worth nothing the second time."""
    _, token = signed_in(ledger)
    session = session_of(ledger, token, NOW)
    assert session is not None
    set_challenge(ledger, session.id, "abc")
    assert [take_challenge(ledger, session.id) for _ in range(2)] == ["abc", ""]


@pytest.mark.parametrize(
    ("seconds", "expected"),
    [(59, "287082"), (1111111109, "081804"), (1111111111, "050471"), (1234567890, "005924"), (20000000000, "353130")],
)
def test_one_time_passwords_are_those_of_the_standard(seconds: int, expected: str) -> None:
    """The last six digits of the test vectors of RFC 6238, appendix B."""
    assert totp(b"12345678901234567890", seconds // STEP_S) == expected


def test_a_one_time_password_counts_once(ledger: Ledger) -> None:
    """In its step or the one beside, never twice, and never one of before."""
    person, _ = signed_in(ledger)
    made = add_totp(ledger, SECRET, person.id, EMAIL, NOW)
    assert factors_of(ledger, person.id) == ()
    assert not check_second(ledger, SECRET, person.id, password(made.address, NOW), NOW)
    assert not confirm_totp(ledger, SECRET, person.id, ("", "000000x"), NOW)
    assert confirm_totp(ledger, SECRET, person.id, ("Min telefon", password(made.address, NOW)), NOW)
    assert [factor.name for factor in factors_of(ledger, person.id)] == ["Min telefon"]
    assert not check_second(ledger, SECRET, person.id, password(made.address, NOW), NOW)
    later = NOW + timedelta(minutes=5)
    assert not check_second(ledger, SECRET, person.id, password(made.address, later, 2), later)
    assert check_second(ledger, SECRET, person.id, password(made.address, later, 1), later) == "totp"
    assert not check_second(ledger, SECRET, person.id, password(made.address, later), later)
    with pytest.raises(RecordRefused, match="another one first"):
        drop_factor(ledger, person.id, factors_of(ledger, person.id)[0].id, NOW)


def test_wrong_second_factors_close_the_way_for_a_while(ledger: Ledger) -> None:
    """Five wrong ones, and the right one is refused for a quarter of an hour."""
    person, _ = signed_in(ledger)
    codes = new_recovery(ledger, person.id, NOW)
    for number in range(WRONG.times):
        assert not check_second(ledger, SECRET, person.id, f"{number:06}", NOW)
    assert not check_second(ledger, SECRET, person.id, codes[0], NOW)
    later = NOW + WRONG.window
    assert check_second(ledger, SECRET, person.id, codes[0].upper().replace("-", " "), later) == "recovery"
    assert not check_second(ledger, SECRET, person.id, codes[0], later)
    assert recovery_left(ledger, person.id) == 9
    other, _ = signed_in(ledger, "else@blad.example")
    assert not check_second(ledger, SECRET, other.id, codes[1], later)


def test_lost_factors_are_forgotten_with_all_they_opened(ledger: Ledger) -> None:
    """The app's key, recovery codes, sessions and tokens of one person, and of nobody else."""
    (person, session), (other, others) = signed_in(ledger), signed_in(ledger, "else@blad.example")
    made = add_totp(ledger, SECRET, person.id, EMAIL, NOW)
    assert confirm_totp(ledger, SECRET, person.id, ("", password(made.address, NOW)), NOW)
    codes, kept = (new_recovery(ledger, one.id, NOW) for one in (person, other))
    token = make_token(ledger, person.id, ("t", [Scope.READ], 9), NOW)
    assert forget_factors(ledger, person.id, Stamp("operator", NOW)) == 1
    assert not check_second(ledger, SECRET, person.id, codes[0], NOW)
    assert session_of(ledger, session, NOW) is None
    assert not bearer(ledger, token, NOW).person
    assert check_second(ledger, SECRET, other.id, kept[0], NOW) == "recovery"
    assert session_of(ledger, others, NOW) is not None


def test_what_is_sealed_is_read_with_its_secret_and_as_what_it_is_about() -> None:
    """Another secret, another subject or a changed byte give nothing."""
    sealed = seal(SECRET, "ABC", "f1")
    assert unseal(SECRET, sealed, "f1") == "ABC"
    assert unseal(b"t" * 32, sealed, "f1") is unseal(SECRET, sealed, "f2") is unseal(SECRET, "zz", "f1") is None
    assert unseal(SECRET, sealed[:-1] + ("0" if sealed[-1] != "0" else "1"), "f1") is None


def test_a_token_does_what_its_scopes_say_until_it_ends(ledger: Ledger) -> None:
    """It reads its owner's records, asks for nothing, and is worth nothing once it is ended or late."""
    person, _ = signed_in(ledger)
    holder = make_holder(ledger, person.id, "Bladet", HolderKind.HOLDER, NOW)
    token = make_token(ledger, person.id, ("nightly", [Scope.READ], 30), NOW)
    who = bearer(ledger, token, NOW)
    assert may(who, Action.LOOK, holder.id)
    assert not may(who, Action.ASK, holder.id)
    assert not bearer(ledger, token, NOW + timedelta(days=30)).person
    for wrong in ("", "fod_", token[:-1], token.removeprefix("fod_")):
        assert not bearer(ledger, wrong, NOW).person
    held = tokens_of(ledger, person.id, NOW)
    assert [one.used_at for one in held] == [NOW]
    assert not end_token(ledger, "p0", held[0].id, NOW)
    assert end_token(ledger, person.id, held[0].id, NOW)
    assert not bearer(ledger, token, NOW).person
    for odd in (("", [Scope.READ], 3), ("x", [], 3), ("x", [Scope.READ], 0), ("x", [Scope.READ], 366)):
        with pytest.raises(RecordRefused, match="token"):
            make_token(ledger, person.id, odd, NOW)


def test_a_role_that_is_taken_ends_with_the_next_request(ledger: Ledger) -> None:
    """Sessions hold no copy of what a person may do."""
    person, token = signed_in(ledger)
    stamp = Stamp("operator", NOW)
    give(ledger, person.id, Grant(Role.AUDITOR, ""), stamp)
    give(ledger, person.id, Grant(Role.AUDITOR, ""), stamp)
    token = strengthen(ledger, token, "totp", NOW)
    session = session_of(ledger, token, NOW)
    assert session is not None
    assert may(session.who, Action.AUDIT)
    assert take(ledger, person.id, Grant(Role.AUDITOR, ""), stamp)
    session = session_of(ledger, token, NOW)
    assert session is not None
    assert not may(session.who, Action.AUDIT)
    assert people(ledger) == ((person, ()),)


def test_a_role_is_for_whom_it_can_be_for(ledger: Ledger) -> None:
    """Staff for no holder, a holder's role for one of that kind, and nothing for those who are not there."""
    person, _ = signed_in(ledger)
    holder = make_holder(ledger, person.id, "Bladet", HolderKind.HOLDER, NOW)
    stamp = Stamp("operator", NOW)
    for grant in (Grant(Role.STAFF, holder.id), Grant(Role.HOLDER, ""), Grant(Role.COLLECTIVE, holder.id)):
        with pytest.raises(RecordRefused):
            give(ledger, person.id, grant, stamp)
    for who, grant in (("p0", Grant(Role.STAFF, "")), (person.id, Grant(Role.HOLDER, "h0"))):
        with pytest.raises(UnknownRecord):
            give(ledger, who, grant, stamp)
    with pytest.raises(RecordRefused, match="name"):
        make_holder(ledger, person.id, " \n ", HolderKind.HOLDER, NOW)


def test_the_trail_tells_of_all_of_it_in_one_line_each(ledger: Ledger) -> None:
    """Who signed in and failed is seen by number, newest first; nothing in it breaks a line."""
    person, token = signed_in(ledger)
    start_session(ledger, person.id, Entrance("code\nforged", "x"), token, NOW)
    kinds = [noted.happened.kind for noted in trail(ledger)]
    assert kinds == ["signed in", "signed in", "account made"]
    assert all("\n" not in noted.happened.what for noted in trail(ledger, person.id))
    assert trail(ledger, before=2)[0].number == 1


def test_a_session_of_an_account_that_was_closed_behind_our_back_holds_nothing(ledger: Ledger) -> None:
    """It is looked up each time: closed in the database is closed."""
    person, token = signed_in(ledger)
    with ledger.writing() as connection:
        connection.execute(update(tables.person).filter_by(id=person.id).values(closed_at="2026"))
    assert session_of(ledger, token, NOW) is None
    assert not replace(person, is_open=False).is_open
