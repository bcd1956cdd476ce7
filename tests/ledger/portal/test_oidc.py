"""Signing in with a provider, against a small one on loopback, and every way in which its answer may be wrong."""

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


def come_back(ledger: Ledger, fake: FakeProvider, signed_in: str = "") -> Answered | None:
    """Go there, say yes, and come back."""
    visit = visit_of(fake)
    token, address = begin(ledger, visit.provider, (visit.endpoints, BACK), "/krav", now())
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
        token, address = begin(ledger, visit.provider, (visit.endpoints, BACK), "//ond.example", now())
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
        token, address = begin(ledger, visit.provider, (visit.endpoints, BACK), "", now())
        given = fake.authorize(address)
        returned = replace(Returned(token, given["state"], given["code"]), **{name: value})
        assert finish(ledger, visit, returned, "", now()) is None, name
    token, address = begin(ledger, visit.provider, (visit.endpoints, BACK), "", now())
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
    token, address = begin(ledger, good.provider, (good.endpoints, BACK), "", now())
    given = fake.authorize(address)
    fake.codes.clear()
    with pytest.raises(ProviderFailed):
        finish(ledger, good, Returned(token, given["state"], given["code"]), "", now() + timedelta(seconds=1))


def test_only_https_and_this_machine_are_safe() -> None:
    """Everything else would carry a secret over the open net."""
    assert is_safe("https://login.example/x")
    assert is_safe("http://127.0.0.1:1/")
    for address in ("http://login.example/", "ftp://x", "", "http://[", "http://localhost.ond.example/"):
        assert not is_safe(address)
    assert Endpoints("a", "b", "c").keys == "c"
