"""Signing in, as a browser sees it: cookies, pages, limits, second factors and tokens."""

import html
import json
import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from urllib.parse import urlencode

import pytest

from flows.reaching import provider_get, provider_post
from ledger.portal.oidc import Provider, Wire
from ledger.portal.portal import Portal
from ledger.portal.sealing import digest_of
from ledger.portal.wiring import Wiring
from tests.ledger.portal.conftest import Clock, Letters
from tests.ledger.portal.provider import CLIENT, SECRET, FakeProvider, SoftPasskey, start
from tests.ledger.portal.visiting import EMAIL, Visitor, visitor_of

SECURITY, ADD = "/min-side/sikkerhed", "/min-side/sikkerhed/udbyder/0"


@pytest.fixture
def visitor(portal: Portal, clock: Clock, letters: Letters) -> Visitor:
    """Somebody with a browser."""
    return visitor_of(portal, clock, letters)


def test_somebody_signs_in_and_out(visitor: Visitor) -> None:
    """By the code in the mail, to where they were going; signing out ends the session on the server as well."""
    assert visitor.get("/min-side/sikkerhed").headers["location"] == "/log-ind?videre=%2Fmin-side%2Fsikkerhed"
    answer = visitor.sign_in(onward="/min-side/sikkerhed")
    assert (answer.status_code, answer.headers["location"]) == (303, "/min-side/sikkerhed")
    assert EMAIL in visitor.get("/min-side/sikkerhed").text
    kept = visitor.client.cookies["__Host-session"]
    out = visitor.send("/log-ud", page="/min-side/sikkerhed")
    assert out.headers["clear-site-data"]
    visitor.client.cookies.set("__Host-session", kept, domain="portal.test")
    assert visitor.get("/min-side/sikkerhed").status_code == 303


def test_cookies_are_kept_from_scripts_from_plain_http_and_from_neighbours(visitor: Visitor) -> None:
    """Each is HttpOnly, Secure, SameSite, for this host alone, and named so."""
    answer = visitor.sign_in()
    set_cookies = answer.headers.get_list("set-cookie")
    assert len(set_cookies) == 3
    for line in set_cookies:
        assert line.startswith("__Host-")
        for part in ("HttpOnly", "Secure", "SameSite=lax", "Path=/"):
            assert part in line
        assert "Domain" not in line


def test_what_is_shown_tells_nothing_of_who_has_an_account(visitor: Visitor) -> None:
    """A known address, an unknown one, and one that was asked for too often get the same answer."""
    visitor.sign_in()
    answers = [visitor.send("/log-ind", email=email) for email in (EMAIL, "ingen@andet.example", *[EMAIL] * 6)]
    assert {(answer.status_code, answer.headers["location"], answer.text) for answer in answers} == {
        (303, "/log-ind/kode", "")
    }
    assert len(visitor.letters.sent) < 8
    assert {len(answer.headers["set-cookie"]) for answer in answers} == {len(answers[0].headers["set-cookie"])}


def test_a_wrong_code_and_a_wrong_address_are_told(visitor: Visitor) -> None:
    """In the page, with the form again; nothing is sent to what is no address."""
    assert visitor.send("/log-ind", email="jens").status_code == 422
    assert visitor.letters.sent == []
    visitor.send("/log-ind", email=EMAIL)
    answer = visitor.send("/log-ind/kode", page="/log-ind/kode", code="00000000x")
    assert answer.status_code == 422
    assert 'aria-invalid="true"' in answer.text


def test_a_header_cannot_be_put_into_a_mail(visitor: Visitor) -> None:
    """An address with a line break is none."""
    for email in ("jens@blad.example\nBcc: alle@andet.example", "jens@blad.example%0aBcc:x", '"a b"@blad.example'):
        assert visitor.send("/log-ind", email=email).status_code == 422
    assert visitor.letters.sent == []


def test_signing_in_changes_the_session_and_the_forms_token(visitor: Visitor) -> None:
    """A session or a form's token that was planted before is worth nothing after it."""
    visitor.get("/log-ind")
    before = visitor.client.cookies["__Host-form"]
    visitor.client.cookies.set("__Host-session", "x" * 43, domain="portal.test")
    visitor.sign_in()
    assert visitor.client.cookies["__Host-session"] != "x" * 43
    assert visitor.client.cookies["__Host-form"] != before


def test_an_app_is_added_and_asked_for(visitor: Visitor) -> None:
    """The first brings recovery codes; the next session is asked for it before another is added."""
    visitor.sign_in()
    answer = visitor.add_app()
    codes = re.findall(r"^(?:<pre[^>]*><code>)?([a-z2-7]{4}(?:-[a-z2-7]{4}){5})", answer.text, re.MULTILINE)
    assert len(codes) == 10
    assert visitor.get("/min-side/sikkerhed").status_code == 200
    visitor.sign_in()
    asked = visitor.send("/min-side/sikkerhed/app", page="/min-side/sikkerhed")
    assert asked.headers["location"] == "/log-ind/faktor?videre=%2Fmin-side%2Fsikkerhed"
    assert visitor.send("/log-ind/faktor", page="/log-ind/faktor", code="000000").status_code == 422
    visitor.clock.forward(60)
    old = visitor.client.cookies["__Host-session"]
    shown = visitor.send("/log-ind/faktor", page="/log-ind/faktor", code=visitor.password(), videre="//ond.example")
    assert shown.headers["location"] == "/min-side"
    assert visitor.client.cookies["__Host-session"] != old
    visitor.sign_in()
    assert visitor.send("/log-ind/faktor", page="/log-ind/faktor", code=codes[0]).status_code == 303


def test_a_passkey_is_added_and_shown(visitor: Visitor, portal: Portal) -> None:
    """What the page gives the browser's script is what the authenticator needs, and its answer lets in."""
    visitor.sign_in()
    page = visitor.send("/min-side/sikkerhed/noegle", page="/min-side/sikkerhed")
    key = SoftPasskey(portal.site.url, "portal.test")
    answer = visitor.send(
        "/min-side/sikkerhed/noegle/bekraeft",
        page="/min-side/sikkerhed",
        passkey=key.make(_options(page.text)),
        name="N",
    )
    assert answer.status_code == 200
    visitor.sign_in()
    shown = key.show(_options(visitor.get("/log-ind/faktor").text))
    form = visitor.get("/min-side/sikkerhed").text
    csrf = re.search(r'name="csrf" value="([0-9a-f]{64})"', form)
    assert csrf
    taken = visitor.client.post("/log-ind/faktor", data={"csrf": csrf[1], "passkey": shown, "videre": "/krav"})
    assert taken.headers["location"] == "/krav"


def _options(text: str) -> str:
    found = re.search(r'data-options="([^"]*)"', text)
    assert found
    options = html.unescape(found[1])
    assert json.loads(options)["challenge"]
    return options


def test_a_token_is_made_with_a_second_factor_and_shown_once(visitor: Visitor) -> None:
    """Without one it is not made; then it stands in the answer, and on no page after."""
    visitor.sign_in()
    fields = {"name": "nat", "scope_read": "1", "days": "30"}
    refused = visitor.send("/min-side/sikkerhed/adgang", page="/min-side/sikkerhed", **fields)
    assert refused.status_code == 303
    visitor.add_app()
    made = visitor.send("/min-side/sikkerhed/adgang", page="/min-side/sikkerhed", **fields)
    token = re.search(r"fod_[\w-]{43}", made.text)
    assert token
    page = visitor.get("/min-side/sikkerhed").text
    assert token[0] not in page
    assert "nat: read" in page
    name = re.search(r"/adgang/(t[0-9a-f]{16})/slut", page)
    assert name
    assert visitor.send(f"/min-side/sikkerhed/adgang/{name[1]}/slut", page="/min-side/sikkerhed").status_code == 303
    assert "nat: read" not in visitor.get("/min-side/sikkerhed").text
    odd = visitor.send("/min-side/sikkerhed/adgang", page="/min-side/sikkerhed", name="x", days="9999", scope_read="1")
    assert odd.status_code == 422


def test_others_sessions_factors_and_tokens_are_not_there(visitor: Visitor, portal: Portal, letters: Letters) -> None:
    """Their ids are answered as ids that nobody has."""
    visitor.sign_in()
    visitor.add_app()
    other = visitor_of(portal, visitor.clock, letters)
    other.sign_in("else@andet.example")
    text = visitor.get("/min-side/sikkerhed").text
    factor = re.search(r"/faktor/(f[0-9a-f]{16})/fjern", text)
    assert factor
    session = visitor.client.cookies["__Host-session"]
    for path in (f"faktor/{factor[1]}/fjern", f"session/{digest_of(session)}/slut", "adgang/t0/slut"):
        assert other.send(f"/min-side/sikkerhed/{path}", page="/min-side/sikkerhed").status_code == 404
    assert visitor.get("/min-side/sikkerhed").status_code == 200


def test_a_session_ends_while_one_is_away(visitor: Visitor) -> None:
    """After half an hour the page sends one to sign in, and back again."""
    visitor.sign_in()
    visitor.clock.forward(timedelta(minutes=31).total_seconds())
    assert visitor.get("/min-side/sikkerhed").status_code == 303
    assert visitor.send("/log-ud").headers["location"] == "/"
    assert "__Host-session" not in visitor.client.cookies


def test_every_page_of_somebody_signed_in_has_a_way_out(visitor: Visitor) -> None:
    """A button to sign out stands at the top of each, and on none for others."""
    assert "/log-ud" not in visitor.get("/").text
    visitor.sign_in()
    for path in ("/", "/min-side", "/min-side/sikkerhed", "/fravalg", "/krav", "/tilbud", "/del-tekst"):
        assert 'action="/log-ud"' in visitor.get(path).text, path


def test_what_is_refused_is_logged_by_ids_alone(visitor: Visitor, caplog: pytest.LogCaptureFixture) -> None:
    """One line of JSON, whatever a stranger wrote for an id."""
    visitor.sign_in()
    with caplog.at_level("WARNING", "ledger.portal.access"):
        assert visitor.get("/min-side/h%0A%22forged").status_code == 404
    assert len(caplog.messages) == 1
    assert json.loads(caplog.messages[0]).keys() == {"refused", "person", "holder"}
    assert "\n" not in caplog.messages[0]
    assert EMAIL not in caplog.messages[0]


@pytest.fixture
def provider() -> Iterator[FakeProvider]:
    """A provider that listens."""
    made = FakeProvider()
    server = start(made)
    yield made
    server.shutdown()
    server.server_close()


def test_a_provider_is_gone_to_and_come_back_from(
    portal: Portal, clock: Clock, letters: Letters, provider: FakeProvider
) -> None:
    """The button leads to it, and its answer to where one was going; another browser's answer leads nowhere."""
    clock.at = datetime.now(UTC)  # the provider signs with the machine's clock
    known = Provider(provider.issuer, CLIENT, SECRET, "Prøveudbyder")
    wiring = Wiring(providers=(known,), wire=Wire(provider_get, provider_post))
    visitor, other = (visitor_of(replace(portal, wiring=wiring), clock, letters) for _ in range(2))
    assert "Log ind med Prøveudbyder" in visitor.get("/log-ind?videre=%2Fkrav").text
    address = visitor.get("/log-ind/udbyder/0?videre=%2Fkrav").headers["location"]
    assert address.startswith(f"{provider.issuer}/authorize?")
    back = "/log-ind/tilbage?" + urlencode(provider.authorize(address))
    assert other.get(back).headers["location"] == "/log-ind"
    answer = visitor.get(back)
    assert (answer.status_code, answer.headers["location"]) == (303, "/krav")
    assert EMAIL in visitor.get("/min-side").text
    assert visitor.get(back).headers["location"] == "/log-ind"
    assert visitor.get("/log-ind/udbyder/1").status_code == 404
    again = provider.authorize(visitor.get("/log-ind/udbyder/0").headers["location"])
    assert visitor.get("/log-ind/tilbage?" + urlencode({**again, "code": "forged"})).status_code == 422
    visitor.get("/log-ind/udbyder/0")
    said_no = visitor.get("/log-ind/tilbage?error=access_denied&error_description=<b>ring+nu</b>&state=x")
    assert said_no.status_code == 422
    assert "ring nu" not in said_no.text
    assert visitor.get("/log-ind/tilbage?state=x").headers["location"] == "/log-ind"


def test_another_sites_page_sends_nobody_to_a_provider(
    portal: Portal, clock: Clock, letters: Letters, provider: FakeProvider
) -> None:
    """Its link shows our page, where one may click; and it adds nothing to the account of who is signed in."""
    clock.at = datetime.now(UTC)
    known = Provider(provider.issuer, CLIENT, SECRET, "Prøveudbyder")
    wiring = Wiring(providers=(known,), wire=Wire(provider_get, provider_post))
    visitor = visitor_of(replace(portal, wiring=wiring), clock, letters)
    visitor.sign_in()
    for path, shown in (("/log-ind/udbyder/0?videre=%2Fkrav", "/log-ind?videre=%2Fkrav"), (ADD, SECURITY)):
        for site in ("cross-site", "same-site"):
            answer = visitor.client.get(path, headers={"Sec-Fetch-Site": site})
            assert answer.headers["location"] == shown
    assert visitor.get(ADD).headers["location"] == SECURITY


def test_a_provider_is_added_to_an_account_and_removed(
    portal: Portal, clock: Clock, letters: Letters, provider: FakeProvider
) -> None:
    """Under Security, with a second factor where there is one; afterwards it signs nobody in to the account."""
    clock.at = datetime.now(UTC)
    provider.twist = {"email": None}
    known = Provider(provider.issuer, CLIENT, SECRET, "Prøveudbyder")
    wiring = Wiring(providers=(known,), wire=Wire(provider_get, provider_post))
    visitor, other = (visitor_of(replace(portal, wiring=wiring), clock, letters) for _ in range(2))
    visitor.sign_in()
    assert "Tilføj Prøveudbyder" in visitor.get(SECURITY).text
    address = visitor.client.get(ADD, headers={"Sec-Fetch-Site": "same-origin"}).headers["location"]
    kept = visitor.client.cookies["__Host-session"]
    back = visitor.get("/log-ind/tilbage?" + urlencode(provider.authorize(address)))
    assert (back.headers["location"], visitor.client.cookies["__Host-session"]) == (SECURITY, kept)
    assert "Fjern Prøveudbyder" in visitor.get(SECURITY).text
    address = other.get("/log-ind/udbyder/0").headers["location"]
    assert other.get("/log-ind/tilbage?" + urlencode(provider.authorize(address))).headers["location"] == "/min-side"
    assert EMAIL in other.get("/min-side").text
    visitor.add_app()
    assert other.client.get(ADD).headers["location"].startswith("/log-ind/faktor")
    assert other.send(f"{ADD}/fjern", page=SECURITY).headers["location"].startswith("/log-ind/faktor")
    assert visitor.send(f"{ADD}/fjern", page=SECURITY).headers["location"] == SECURITY
    assert visitor.send(f"{ADD}/fjern", page=SECURITY).status_code == 404
    assert visitor.send("/min-side/sikkerhed/udbyder/1/fjern", page=SECURITY).status_code == 404
    address = other.get("/log-ind/udbyder/0").headers["location"]
    assert other.get("/log-ind/tilbage?" + urlencode(provider.authorize(address))).status_code == 422


def test_a_provider_that_is_gone_is_told(portal: Portal, clock: Clock, letters: Letters) -> None:
    """Whoever goes there is asked to come again, and nobody is let in."""
    gone = Provider("http://127.0.0.1:1", CLIENT, SECRET, "Væk")
    wiring = Wiring(providers=(gone,), wire=Wire(provider_get, provider_post))
    visitor = visitor_of(replace(portal, wiring=wiring), clock, letters)
    assert visitor.get("/log-ind/udbyder/0").status_code == 503
    assert visitor.get("/min-side").status_code == 303
