"""Signing in with a provider, against a small one on loopback, and every way in which its answer may be wrong."""

import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from urllib.parse import parse_qs, urlsplit

import pytest
from joserfc import jwt
from joserfc.jwk import ECKey, OctKey

from flows.reaching import provider_get, provider_post
from ledger.journal import Stamp
from ledger.portal.codes import GOOD_FOR, Answered
from ledger.portal.oidc import (
    Aim,
    Endpoints,
    Provider,
    ProviderFailed,
    Returned,
    Visit,
    Wire,
    begin,
    discover,
    finish,
    is_safe,
)
from ledger.portal.people import close_person, people, person_by_email
from ledger.store import Ledger
from tests.ledger.portal.provider import CLIENT, SECRET, FakeProvider, encoded, start

WIRE = Wire(provider_get, provider_post)
BACK = "https://portal.test/log-ind/oidc"


def now() -> datetime:
    """The provider signs with the machine's clock, so these tests read it."""
    return datetime.now(UTC)


@pytest.fixture
def fake() -> Iterator[FakeProvider]:
    """A provider that listens."""
    provider = FakeProvider()
    server = start(provider)
    yield provider
    server.shutdown()
    server.server_close()


def visit_of(fake: FakeProvider) -> Visit:
    """What a sign-in with it is made of."""
    provider = Provider(fake.issuer, CLIENT, SECRET, "Prøve")
    return Visit(provider, discover(provider, WIRE), WIRE, BACK)


def come_back(ledger: Ledger, fake: FakeProvider, adds_to: str = "", signed_in: str | None = None) -> Answered | None:
    """Go there, say yes, and come back; signed in as whom it is added to, or as another."""
    signed_in = adds_to if signed_in is None else signed_in
    visit = visit_of(fake)
    token, address = begin(ledger, visit, Aim("/krav", adds_to), now())
    given = fake.authorize(address)
    return finish(ledger, visit, Returned(token, given["state"], given["code"], given["iss"]), signed_in, now())


def test_a_provider_lets_somebody_in(ledger: Ledger, fake: FakeProvider) -> None:
    """With an address it has verified they have an account, and the second time it is known by the subject alone."""
    answered = come_back(ledger, fake)
    assert answered is not None
    assert (answered.person.email, answered.back_to) == ("jens@blad.example", "/krav")
    fake.claims = {"sub": "248289", "email": "ny@andet.example"}
    again = come_back(ledger, fake)
    assert again is not None
    assert again.person == answered.person


def test_it_is_asked_with_pkce_state_and_nonce(ledger: Ledger, fake: FakeProvider) -> None:
    """And none of the three is the same twice, or the cookie's own token."""
    visit = visit_of(fake)
    asked = []
    for _ in range(2):
        token, address = begin(ledger, visit, Aim("//ond.example"), now())
        query = {name: values[0] for name, values in parse_qs(urlsplit(address).query).items()}
        assert query["code_challenge_method"] == "S256"
        assert token not in address
        asked.append(query)
    for name in ("state", "nonce", "code_challenge"):
        assert asked[0][name] != asked[1][name]


@pytest.mark.parametrize(
    "twist",
    [
        {"nonce": "en anden"},
        {"nonce": None},
        {"aud": "en anden"},
        {"aud": [CLIENT, "en anden"]},
        {"azp": "en anden"},
        {"iss": "https://ond.example"},
        {"exp": 1},
        {"exp": None},
        {"iat": 4_102_444_800},  # the year 2100
        {"sub": None},
        {"sub": ""},
        {"sub": "x" * 300},
        {"email_verified": False},
        {"email_verified": "true"},
        {"email": None},
        {"email": "ingen adresse"},
    ],
    ids=str,
)
def test_what_is_not_said_for_this_sign_in_lets_nobody_in(
    ledger: Ledger, fake: FakeProvider, twist: dict[str, object]
) -> None:
    """Another nonce, audience or issuer, a token that is old or of the future, no subject, no verified address."""
    fake.twist = twist
    assert come_back(ledger, fake) is None
    assert people(ledger) == ()


def test_another_key_or_no_key_lets_nobody_in(
    ledger: Ledger, fake: FakeProvider, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A token that others signed, one that is signed with a secret, and one that is not signed at all."""
    fake.signs_with = ECKey.generate_key("P-256", {"kid": "1"})
    assert come_back(ledger, fake) is None
    unsigned = ".".join([encoded(b'{"alg": "none"}'), encoded(b'{"sub": "1"}'), ""])
    shared = jwt.encode({"alg": "HS256"}, {"sub": "1"}, OctKey.import_key("x" * 32), algorithms=["HS256"])
    for forged in (unsigned, shared):
        monkeypatch.setattr(fake, "token", lambda *_, forged=forged: {"id_token": forged})
        assert come_back(ledger, fake) is None


def test_the_answer_is_for_one_browser_once_and_in_time(ledger: Ledger, fake: FakeProvider) -> None:
    """Another browser's cookie, another state, another issuer, a second time, and eleven minutes later are refused."""
    visit = visit_of(fake)
    wrong = {"token": "x" * 43, "state": "x", "issuer": "https://ond.example"}
    for name, value in wrong.items():
        token, address = begin(ledger, visit, Aim(), now())
        given = fake.authorize(address)
        returned = replace(Returned(token, given["state"], given["code"]), **{name: value})
        assert finish(ledger, visit, returned, "", now()) is None, name
    token, address = begin(ledger, visit, Aim(), now())
    given = fake.authorize(address)
    returned = Returned(token, given["state"], given["code"])
    assert finish(ledger, visit, returned, "", now() + GOOD_FOR) is None
    assert finish(ledger, visit, returned, "", now()) is None


def test_an_identity_is_added_to_the_account_one_is_signed_in_to(ledger: Ledger, fake: FakeProvider) -> None:
    """So a broker that tells no address can be used; an identity of somebody else's is not taken over."""
    fake.twist = {"email": None, "email_verified": None}
    with ledger.writing() as connection:
        person, other = (person_by_email(connection, f"{name}@blad.example", now()) for name in ("a", "b"))
    assert person is not None
    assert other is not None
    added = come_back(ledger, fake, person.id)
    assert added is not None
    assert added.person == person
    assert come_back(ledger, fake, other.id) is None
    later = come_back(ledger, fake)
    assert later is not None
    assert later.person == person
    close_person(ledger, person.id, Stamp("operator", now()))
    assert come_back(ledger, fake) is None


def test_an_identity_is_added_for_who_asked_for_that_and_nobody_else(ledger: Ledger, fake: FakeProvider) -> None:
    """Being signed in adds none to an account, nor does coming back signed out, or as another than asked."""
    with ledger.writing() as connection:
        person, other = (person_by_email(connection, f"{name}@blad.example", now()) for name in ("a", "b"))
    assert person is not None
    assert other is not None
    apart = come_back(ledger, fake, signed_in=person.id)
    assert apart is not None
    assert apart.person.email == "jens@blad.example"
    fake.claims = {"sub": "2", "email": "c@blad.example"}
    for signed_in in ("", other.id):
        assert come_back(ledger, fake, person.id, signed_in) is None
    assert {one.email for one, _ in people(ledger)} == {"a@blad.example", "b@blad.example", "jens@blad.example"}


def test_a_provider_that_names_itself_in_its_answers_must(ledger: Ledger, fake: FakeProvider) -> None:
    """Where its document says that (RFC 9207), an answer without its name may be another provider's."""
    fake.says = {"authorization_response_iss_parameter_supported": True}
    visit = visit_of(fake)
    for issuer, lets_in in (("", False), (fake.issuer, True)):
        token, address = begin(ledger, visit, Aim(), now())
        given = fake.authorize(address)
        returned = Returned(token, given["state"], given["code"], issuer)
        assert (finish(ledger, visit, returned, "", now()) is not None) is lets_in


def test_a_no_ends_the_sign_in(ledger: Ledger, fake: FakeProvider) -> None:
    """An answer without a code, as a provider refuses, cannot be followed by one with a code."""
    visit = visit_of(fake)
    token, address = begin(ledger, visit, Aim(), now())
    given = fake.authorize(address)
    assert finish(ledger, visit, Returned(token, given["state"], ""), "", now()) is None
    assert finish(ledger, visit, Returned(token, given["state"], given["code"]), "", now()) is None


def test_a_provider_changes_its_keys(ledger: Ledger, fake: FakeProvider) -> None:
    """A new key is known at once, the old one is not taken any more, and one of an unknown kind locks nobody out."""
    old, fake.key = fake.key, ECKey.generate_key("P-256", {"kid": "2"})
    fake.more_keys = [{"kty": "AKP", "kid": "3"}, {"kty": "EC", "crv": "P-999", "kid": "4", "x": "aa", "y": "aa"}, 5]
    assert come_back(ledger, fake) is not None
    fake.signs_with = old
    assert come_back(ledger, fake) is None


@pytest.mark.parametrize("keys", ["{}", '{"keys": null}', '{"keys": "x"}', '{"keys": [{"kty": []}]}', '{"keys": []}'])
def test_keys_that_are_none_let_nobody_in(ledger: Ledger, fake: FakeProvider, keys: str) -> None:
    """And are no crash."""
    good = visit_of(fake)
    visit = replace(good, wire=Wire(lambda _: keys.encode(), provider_post))
    token, address = begin(ledger, visit, Aim(), now())
    given = fake.authorize(address)
    assert finish(ledger, visit, Returned(token, given["state"], given["code"]), "", now()) is None


def test_a_provider_elsewhere_sends_us_nowhere_on_this_machine() -> None:
    """A document that names loopback would have us ask what listens there; only a provider here may."""
    names = ("authorization_endpoint", "token_endpoint", "jwks_uri")
    said = {"issuer": "https://log.example", **dict.fromkeys(names, "https://log.example/x")}
    provider = Provider("https://log.example", CLIENT, SECRET, "Prøve")
    assert discover(provider, Wire(lambda _: json.dumps(said).encode(), provider_post)).token == "https://log.example/x"
    for name in names:
        body = json.dumps({**said, name: "http://127.0.0.1:8040/x"}).encode()
        with pytest.raises(ProviderFailed):
            discover(provider, Wire(lambda _, body=body: body, provider_post))


def test_a_provider_that_fails_says_so(ledger: Ledger, fake: FakeProvider) -> None:
    """One that does not answer, claims to be another, names odd places or speaks no JSON is an error with a remedy."""
    good = visit_of(fake)
    for issuer in ("http://127.0.0.1:1", "http://example.dk", "file:///etc"):
        with pytest.raises(ProviderFailed):
            discover(replace(good.provider, issuer=issuer), WIRE)
    said = b'{"issuer": "%s", "authorization_endpoint": "http://a.example/"}' % fake.issuer.encode()
    for body in (b"", b"[]", b'{"issuer": "x"}', said):
        with pytest.raises(ProviderFailed):
            discover(good.provider, Wire(lambda _, body=body: body, provider_post))
    token, address = begin(ledger, good, Aim(), now())
    given = fake.authorize(address)
    fake.codes.clear()
    with pytest.raises(ProviderFailed):
        finish(ledger, good, Returned(token, given["state"], given["code"]), "", now() + timedelta(seconds=1))


def test_only_https_and_this_machine_are_safe() -> None:
    """Everything else would carry a secret over the open net."""
    assert is_safe("https://login.example/x")
    assert is_safe("http://127.0.0.1:1/")
    odd = (
        "https://",
        "https://a@b.example/",
        "https://a.example/#x",
        "https://a.example/\r\nX: y",
        "https://å.example/",
    )
    for address in ("http://login.example/", "ftp://x", "", "http://[", "http://localhost.ond.example/", *odd):
        assert not is_safe(address)
    assert Endpoints("a", "b", "c").keys == "c"
