"""What a signed-in person does: opts out, asks for removal, claims, sees what is owed, offers and shares."""

import re

import pytest

from ledger.agreements import Use
from ledger.case_book import cases, find_case
from ledger.cases import CLOCKS, CaseKind, Step
from ledger.journal import Stamp
from ledger.portal.claims import claims_of
from ledger.portal.events import trail
from ledger.portal.explaining import CLOCK_SOURCES
from ledger.portal.offers import offers_of
from ledger.portal.people import give, holders
from ledger.portal.portal import Portal
from ledger.portal.roles import Grant, Role
from ledger.portal.shares import shares_of
from tests.ledger.portal.conftest import Clock, Letters
from tests.ledger.portal.tenants import Outside, add_source, release, verify, with_wiring
from tests.ledger.portal.test_uploads import PDF, packed
from tests.ledger.portal.visiting import Visitor, visitor_of


@pytest.fixture
def outside() -> Outside:
    """What lies outside."""
    return Outside()


@pytest.fixture
def visitor(portal: Portal, outside: Outside, clock: Clock, letters: Letters) -> Visitor:
    """Somebody who is signed in."""
    visitor = visitor_of(with_wiring(portal, outside), clock, letters)
    visitor.sign_in()
    return visitor


def holder_of(visitor: Visitor, name: str = "Bladet") -> str:
    """A holder that somebody acts for."""
    made = visitor.send("/min-side/ny", page="/min-side", name=name, kind="holder")
    return str(made.headers["location"]).rpartition("/")[2]


def upload(visitor: Visitor, path: str, page: str, file: tuple[str, bytes], **fields: str) -> int:
    """Send a form with a file; the status."""
    token = re.search(r'name="csrf" value="([0-9a-f]{64})"', visitor.get(page).text)
    assert token
    return int(visitor.client.post(path, data={**fields, "csrf": token[1]}, files={"file": file}).status_code)


def test_one_page_opts_out(visitor: Visitor, portal: Portal) -> None:
    """A mail address at the domain is all the proof; the case shows what is done, and is taken back by who sent it."""
    sent = visitor.send(
        "/fravalg", page="/fravalg", targets="blad.example\nhttps://blad.example/a", uses="some", use_train="1"
    )
    case = cases(portal.ledger)[0]
    assert sent.headers["location"] == f"/min-side/sag/{case.id}"
    assert (case.kind, case.state, len(case.targets)) == (CaseKind.OPT_OUT, Step.VERIFIED, 3)
    assert case.uses == (Use.TRAIN,)
    shown = visitor.get(f"/min-side/sag/{case.id}").text
    assert "blad.example" in shown
    assert "Fravalgt brug: træne modeller" in shown
    assert "Frister: vores egne." in shown
    assert {clock.source for clock in CLOCKS.values()} == set(CLOCK_SOURCES)
    assert visitor.send("/fravalg", page="/fravalg", targets="blad.example", uses="some").status_code == 422
    assert case.id in visitor.get("/min-side").text
    assert "holdes ude af næste udgivelse" in shown
    visitor.send(f"/min-side/sag/{case.id}/fortryd", page=f"/min-side/sag/{case.id}")
    assert find_case(portal.ledger, case.id).state is Step.WITHDRAWN
    other = visitor.send("/fravalg", page="/fravalg", targets="blad.example", uses="some", use_evaluate="1")
    assert "holdes ude af næste udgivelse" not in visitor.get(other.headers["location"]).text


def test_what_cannot_be_read_is_asked_again_with_what_was_written(visitor: Visitor, portal: Portal) -> None:
    """Nothing is opened, the error names the line, and the form is not empty; what strangers write stays text."""
    bad = '"><script>alert(1)</script>'
    answer = visitor.send("/fravalg", page="/fravalg", targets=bad, reason="<b>fed</b>")
    assert answer.status_code == 422
    assert "<script>alert" not in answer.text
    assert "<b>" not in answer.text
    assert "&lt;script&gt;" in answer.text
    assert visitor.send("/fjern", page="/fjern", targets="").status_code == 422
    assert visitor.send("/fjern", page="/fjern", targets="blad.example", kind="claim").status_code == 422
    assert cases(portal.ledger) == ()


def test_removal_is_asked_for_and_followed(visitor: Visitor, portal: Portal) -> None:
    """It has the terms of its kind, and is held from now on."""
    visitor.send("/fjern", page="/fjern", targets="titel: Min bog", kind="takedown", reason="Kapitel 3")
    case = cases(portal.ledger)[0]
    assert (case.kind, case.state, case.steps[0].reason) == (CaseKind.TAKEDOWN, Step.RECEIVED, "Kapitel 3")
    assert visitor.get(f"/min-side/sag/{case.id}").status_code == 200


def test_a_domain_is_claimed_and_shows_what_is_owed_once_the_right_was_seen(
    visitor: Visitor, portal: Portal, outside: Outside
) -> None:
    """Control shows the sources; a person's verification shows the money, as page, CSV, PDF and proof."""
    add_source(portal.ledger, outside, "blad", "blad.example")
    release(portal.ledger, "blad")
    holder = holder_of(visitor)
    first = visitor.send("/krav/domaene", page="/krav", holder=holder, domain="blad.example")
    assert first.headers["location"] == "/log-ind/faktor"
    visitor.add_app()
    made = visitor.send("/krav/domaene", page="/krav", holder=holder, domain="blad.example")
    claim = claims_of(portal.ledger, None)[0]
    assert made.headers["location"] == f"/krav/{claim.id}"
    assert claim.line in visitor.get(f"/krav/{claim.id}").text
    assert "Blad" not in re.sub("Bladet", "", visitor.get(f"/min-side/{holder}").text)
    outside.records[claim.record] = [claim.line]
    visitor.send(f"/krav/{claim.id}/tjek", page=f"/krav/{claim.id}")
    page = visitor.get(f"/min-side/{holder}").text
    assert "/kilder/blad" in page
    assert "DKK" not in page
    for file in ("opgoerelse.csv", "opgoerelse.pdf", "bevis.zip"):
        assert visitor.get(f"/min-side/{holder}/{file}").status_code == 404
    verify(portal.ledger, claim.case)
    assert "200,00 DKK" in visitor.get(f"/min-side/{holder}").text
    csv = visitor.get(f"/min-side/{holder}/opgoerelse.csv")
    assert (csv.text, csv.headers["content-disposition"]) == ("lines,1", 'attachment; filename="opgoerelse.csv"')
    assert visitor.get(f"/min-side/{holder}/opgoerelse.pdf").content.startswith(b"%PDF")
    assert visitor.get(f"/min-side/{holder}/bevis.zip").content == b"blad"
    assert visitor.get(f"/min-side/{holder}/opgoerelse.csv?kilde=andet").status_code == 404


def test_a_repertoire_is_claimed_with_a_mandate(visitor: Visitor, portal: Portal, outside: Outside) -> None:
    """Which is a PDF and is kept; anything else is refused and kept nowhere."""
    holder = holder_of(visitor)
    visitor.add_app()
    fields = {"holder": holder, "name": "Mit", "targets": "forfatter: Jens Hansen"}
    for name, body in (("m.txt", b"Hej"), ("m.pdf", b"Hej"), ("m.zip", packed({"a.txt": b"Hej"}))):
        assert upload(visitor, "/krav/repertoire", "/krav", (name, body), **fields) == 422
    assert outside.kept == {}
    assert upload(visitor, "/krav/repertoire", "/krav", ("m.pdf", PDF), **{**fields, "targets": "hvad"}) == 422
    assert upload(visitor, "/krav/repertoire", "/krav", ("m.pdf", PDF), **fields) == 303
    claim = claims_of(portal.ledger, None)[0]
    digest = claim.document.removeprefix("sha256:")
    assert digest in outside.kept
    assert visitor.get(f"/krav/{claim.id}").status_code == 200
    assert upload(visitor, "/krav/repertoire", "/krav", ("m.pdf", PDF + b"\n"), **{**fields, "name": ""}) == 422
    assert upload(visitor, "/del-tekst", "/del-tekst", ("m.pdf", PDF), holder=holder) == 303
    share = shares_of(portal.ledger, frozenset({holder}))[0]
    visitor.send(f"/del-tekst/{share.id}/fortryd", page="/del-tekst")
    assert list(outside.kept) == [digest]


def test_a_mandate_is_read_by_staff_alone(visitor: Visitor, portal: Portal, outside: Outside, clock: Clock) -> None:
    """As a file to keep, that no browser runs; who read it stands in the trail. It goes when the claim is rejected."""
    holder = holder_of(visitor)
    visitor.add_app()
    fields = {"holder": holder, "name": "Mit", "targets": "forfatter: Jens Hansen"}
    upload(visitor, "/krav/repertoire", "/krav", ("m.pdf", PDF), **fields)
    claim = claims_of(portal.ledger, None)[0]
    path = f"/hus/krav/{claim.id}/fuldmagt.pdf"
    assert visitor.get(path).status_code == 404
    give(portal.ledger, claim.person, Grant(Role.STAFF, ""), Stamp("operator", clock.at))
    answer = visitor.get(path)
    assert (answer.content, answer.headers["content-type"]) == (PDF, "application/pdf")
    assert answer.headers["content-disposition"].startswith("attachment")
    assert answer.headers["content-security-policy"].startswith("sandbox")
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert answer.headers["cache-control"] == "no-store"
    happened = trail(portal.ledger)[0].happened
    assert (happened.kind, happened.person, happened.what) == ("mandate read", claim.person, claim.id)
    outside.kept[claim.document.removeprefix("sha256:")] = b"%PDF-another"
    assert visitor.get(path).status_code == 422
    visitor.send(f"/hus/krav/{claim.id}/afgoer", page=f"/hus/krav/{claim.id}", ruling="reject", reason="nej")
    assert outside.kept == {}


def test_a_price_is_offered_with_a_second_factor_and_taken_back(visitor: Visitor, portal: Portal) -> None:
    """An amount that cannot be read is asked for again."""
    holder = holder_of(visitor)
    fields = {"holder": holder, "about": "alt", "amount": "1250.50", "currency": "DKK", "per": "year", "use_train": "1"}
    assert visitor.send("/tilbud", page="/tilbud", **fields).headers["location"] == "/log-ind/faktor"
    visitor.add_app()
    for odd in ({"amount": "mange"}, {"per": "gang"}, {"licence": "CC0-1.0"}, {"currency": "kr"}):
        assert visitor.send("/tilbud", page="/tilbud", **{**fields, **odd}).status_code == 422
    assert visitor.send("/tilbud", page="/tilbud", **fields).status_code == 303
    offer = offers_of(portal.ledger, None)[0]
    assert "1.250,50 DKK" in visitor.get("/tilbud").text
    assert visitor.send(f"/tilbud/{offer.id}/fortryd", page="/tilbud").status_code == 303
    assert offers_of(portal.ledger, None)[0].state == "withdrawn"


def test_text_is_shared_and_taken_back(visitor: Visitor, portal: Portal, outside: Outside) -> None:
    """It is kept; a bomb, another's source and a form without a file are refused."""
    holder = holder_of(visitor)
    add_source(portal.ledger, outside, "andet", "andet.example")
    assert upload(visitor, "/del-tekst", "/del-tekst", ("a.txt", "Æble".encode()), holder=holder) == 303
    assert list(outside.kept.values()) == ["Æble".encode()]
    bomb = packed({"a.txt": b"0" * 20_000_000})
    assert upload(visitor, "/del-tekst", "/del-tekst", ("a.zip", bomb), holder=holder) == 422
    assert upload(visitor, "/del-tekst", "/del-tekst", ("a.txt", b"Hej"), holder=holder, source="andet") == 404
    assert visitor.send("/del-tekst", page="/del-tekst", holder=holder).status_code == 415
    share = shares_of(portal.ledger, None)[0]
    assert visitor.send(f"/del-tekst/{share.id}/fortryd", page="/del-tekst").status_code == 303
    assert outside.kept == {}


def test_what_is_too_large_is_not_read(visitor: Visitor) -> None:
    """A large body is taken where files are sent, and nowhere else."""
    for path in ("/fravalg", "/log-ind", "/min-side/ny"):
        assert visitor.client.post(path, content=b"x" * 300_000).status_code == 413


def test_nothing_can_be_set_that_the_form_does_not_have(visitor: Visitor, portal: Portal) -> None:
    """Fields of roles, states and parties that are sent besides are not heard."""
    holder_of(visitor)
    sent = visitor.send("/min-side/ny", page="/min-side", name="B", kind="staff", party="DR", role="staff", id="h1")
    assert sent.status_code == 303
    assert {(holder.kind, holder.party) for holder in holders(portal.ledger)} == {("holder", "")}
    assert visitor.get("/hus").status_code == 404


def test_a_refusal_is_told_in_the_visitors_language(visitor: Visitor) -> None:
    """In Danish, unless English was chosen; with no word of the inside."""
    holder = holder_of(visitor)
    token = re.search(r'name="csrf" value="([0-9a-f]{64})"', visitor.get("/del-tekst").text)
    assert token
    for language, told in (("da", "Den art fil tager vi ikke imod."), ("en", "This kind of file is not taken.")):
        visitor.client.cookies.set("language", language, domain="portal.test")
        data, files = {"holder": holder, "csrf": token[1]}, {"file": ("a.exe", b"MZ")}
        answer = visitor.client.post("/del-tekst", data=data, files=files)
        assert told in answer.text


def test_a_larger_collection_is_pointed_to(visitor: Visitor, portal: Portal) -> None:
    """The house is told by mail where it lies, for whom, and by whom; ten times a day at most."""
    holder = holder_of(visitor)
    fields = {"holder": holder, "place": "https://blad.example/arkiv.zip", "agreement": "aftale-1"}
    assert visitor.send("/del-tekst/sted", page="/del-tekst", **fields).status_code == 303
    letter = visitor.letters.sent[-1]
    assert letter.to == portal.site.contact
    assert "https://blad.example/arkiv.zip" in letter.text
    assert "Bladet" in letter.text
    for odd in ({"place": ""}, {"place": "a\nb"}):
        assert visitor.send("/del-tekst/sted", page="/del-tekst", **{**fields, **odd}).status_code == 422
    assert visitor.send("/del-tekst/sted", page="/del-tekst", **{**fields, "holder": "h0"}).status_code == 404
    statuses = [visitor.send("/del-tekst/sted", page="/del-tekst", **fields).status_code for _ in range(10)]
    assert statuses == [303] * 9 + [422]


def test_a_language_is_chosen_behind_a_form_too(visitor: Visitor) -> None:
    """It leads back to a page that can be looked at: the form's own, or the nearest above."""
    for path, page, back in (
        ("/min-side/sikkerhed/app", "/min-side/sikkerhed", "/min-side/sikkerhed"),
        ("/min-side/sikkerhed/app/bekraeft", "/min-side/sikkerhed", "/min-side/sikkerhed"),
        ("/fravalg", "/fravalg", "/fravalg"),
    ):
        shown = visitor.send(path, page=page, targets="", code="1").text
        assert f'href="/sprog/en?til={back}"' in shown
        assert visitor.get(back).status_code == 200
