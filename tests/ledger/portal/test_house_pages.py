"""The house's side: staff decides, an auditor reads all and changes nothing, everybody else finds nothing there."""

import html
import re
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest
from fastapi.routing import APIRoute

from ledger.case_book import cases, find_case
from ledger.cases import Step
from ledger.conflicts import Conflict
from ledger.dues import publish_release
from ledger.journal import Stamp
from ledger.licences import LicenceAssertion
from ledger.portal import events
from ledger.portal.claims import Claimed, ClaimKind, ClaimState, claims_of, find_claim, start_claim
from ledger.portal.guards import SAFE
from ledger.portal.mandates import mandates
from ledger.portal.offers import OfferState, find_offer
from ledger.portal.people import HolderKind, find_holder, find_person, give, make_holder, people, person_by_email
from ledger.portal.portal import Portal
from ledger.portal.requests import KINDS
from ledger.portal.roles import Grant, Role
from ledger.portal.routes import house, house_holds, house_people, house_rights
from ledger.portal.shares import ShareState, find_share
from ledger.portal.wiring import Held
from ledger.portal.words import EVENTS
from ledger.reading_book import readings
from ledger.readings import statement_of
from ledger.settlements import settlements
from ledger.signals import Mechanism, RightsSignal, Verdict, signals_to_json
from ledger.targets import Target, TargetKind
from ledger.terms import agreements
from ledger.works import fill
from tests.ledger.portal.conftest import Clock, Letters
from tests.ledger.portal.crossing import Tenant, make_tenant, theirs
from tests.ledger.portal.tenants import JURA, Outside, add_source, release
from tests.ledger.portal.test_lookup import made
from tests.ledger.portal.visiting import Visitor, visitor_of

HOUSE = [
    route
    for room in (house, house_holds, house_rights, house_people)
    for route in room.router.routes
    if isinstance(route, APIRoute)
]
SAID = tuple(
    LicenceAssertion(
        licence, by, f"https://{by}.example/", date(2026, 1, 1), confirmed=False, note="<script>x</script>"
    )
    for licence, by in (("CC-BY-4.0", "forlaget"), ("CC0-1.0", "siden"))
)
CONFLICT = Conflict("kildenord", "", ("CC-BY-4.0", "CC0-1.0"), SAID, None)


SIGNAL = RightsSignal(
    Mechanism.NATURAL_LANGUAGE,
    Verdict.RESERVED,
    "da",
    "",
    "https://nord.example/#foot",
    "Må <b>ikke</b>",
    "sha256:1",
    "",
)
HELD = made(
    "https://nord.example/1",
    source="kildenord",
    fate="held",
    reason="signal-held:natural_language",
    signals=signals_to_json([SIGNAL, replace(SIGNAL, mechanism=Mechanism.ROBOTS)]),
)


class Setting:
    """A portal with a tenant's records in it, and somebody of the house who signs in."""

    def __init__(self, portal: Portal, clock: Clock, letters: Letters) -> None:
        outside = Outside()
        wiring = replace(outside.wiring, conflicts=lambda _: (Held(CONFLICT, 12),))
        self.portal = replace(portal, wiring=wiring)
        self.outside, self.clock, self.letters = outside, clock, letters
        self.tenant: Tenant = make_tenant(self.portal, outside, visitor_of(self.portal, clock, letters), "nord")
        release(portal.ledger, "kildenord")
        fill(portal.ledger, "kildenord", [HELD], [])

    def of_the_house(self, role: Role) -> Visitor:
        """Somebody with a role and an app."""
        visitor = visitor_of(self.portal, self.clock, self.letters)
        email = f"{role}@hus.example"
        visitor.sign_in(email)
        person = next(one for one, _ in people(self.portal.ledger) if one.email == email)
        give(self.portal.ledger, person.id, Grant(role, ""), Stamp("operator", self.clock.at))
        visitor.add_app()
        return visitor

    def paths(self, route: APIRoute) -> str:
        """A route's path with the tenant's ids in it."""
        ids = {**self.tenant.ids, "conflict": CONFLICT.id, "work": HELD.id}
        return re.sub(r"\{(\w+)\}", lambda gap: ids[gap[1]], route.path)


@pytest.fixture
def setting(portal: Portal, clock: Clock, letters: Letters) -> Setting:
    """A tenant, and a house."""
    return Setting(portal, clock, letters)


def test_the_house_is_entered_with_a_role_and_a_second_factor(setting: Setting) -> None:
    """A holder finds no such page; staff without a second factor is sent to show it."""
    ids = setting.tenant.ids
    for route in HOUSE:
        path = setting.paths(route)
        if "GET" in route.methods:
            assert setting.tenant.visitor.get(path).status_code == 404, path
        else:
            fields = {**ids, "step": "verified", "reason": "x"}
            sent = setting.tenant.visitor.send(path, page="/min-side/sikkerhed", **fields)
            assert sent.status_code == 404, path
    staff = setting.of_the_house(Role.STAFF)
    staff.sign_in("staff@hus.example")
    assert staff.get("/hus").headers["location"] == "/log-ind/faktor?videre=%2Fhus"


def test_an_auditor_reads_all_and_changes_nothing(setting: Setting) -> None:
    """Every page is shown, without forms of the house; every change is refused and changes nothing."""
    auditor = setting.of_the_house(Role.AUDITOR)
    before = theirs(setting.portal, setting.tenant)
    fields = {
        "step": "rejected",
        "reason": "x",
        "note": "x",
        "licence": "none",
        "answer": "decline",
        "ruling": "reject",
    }
    fields |= {"person": setting.tenant.ids["person"], "holder": setting.tenant.ids["holder"], "role": "auditor"}
    for route in HOUSE:
        path = setting.paths(route)
        if "GET" in route.methods:
            answer = auditor.get(path)
            if path.endswith("/fuldmagt.pdf"):
                assert answer.status_code == 404  # a letter about people, for those who rule on it
                continue
            assert answer.status_code == 200, path
            assert answer.text.count('method="post"') == 1, path  # to sign out
        else:
            assert auditor.send(path, page="/min-side/sikkerhed", **fields).status_code == 404, path
    assert theirs(setting.portal, setting.tenant) == before
    assert {method for route in HOUSE for method in route.methods} - SAFE == {"POST"}


def test_staff_takes_a_case_to_its_end(setting: Setting) -> None:
    """It is verified by proof, acted on and answered; the answer goes to who asked."""
    staff, ledger, case = setting.of_the_house(Role.STAFF), setting.portal.ledger, setting.tenant.ids["own"]
    assert case in staff.get("/hus").text
    page = f"/hus/sag/{case}"

    def step(named: str, **more: str) -> int:
        return int(staff.send(f"{page}/trin", page=page, step=named, reason="Fjernet i dag", **more).status_code)

    assert step("acted") == 422
    assert step("verified", proof_identity="1") == 422
    assert step("withdrawn") == 422
    assert step("verified", proof_entitlement="1", evidence="brev 7") == 303
    assert step("acted") == 303
    assert step("answered") == 303
    assert find_case(ledger, case).state is Step.ANSWERED
    letter = setting.letters.sent[-1]
    assert (letter.to, letter.text.splitlines()[0]) == ("nord@nord.example", "Fjernet i dag")
    assert find_case(ledger, case).steps[-1].actor.startswith("person:p")


def test_an_answer_that_was_not_sent_is_told(setting: Setting) -> None:
    """The step stands, and staff is told to write; who asks for a code is told to try again, and nothing crashes."""
    staff, case = setting.of_the_house(Role.STAFF), setting.tenant.ids["own"]
    page = f"/hus/sag/{case}"
    for named in ("rejected", "answered"):
        if named == "answered":
            setting.letters.broken = True
        sent = staff.send(f"{page}/trin", page=page, step=named, reason="Nej")
    assert sent.headers["location"] == f"{page}?usendt=1"
    assert "kunne ikke sendes" in staff.get(sent.headers["location"]).text
    assert find_case(setting.portal.ledger, case).state is Step.ANSWERED
    asked = staff.send("/log-ind", email="ny@blad.example")
    assert (asked.status_code, "kunne ikke sende" in asked.text) == (503, True)


def test_staff_settles_a_conflict_with_the_evidence_side_by_side(setting: Setting) -> None:
    """Both assertions stand on the page, what strangers wrote is text, and the ruling needs a note."""
    staff, page = setting.of_the_house(Role.STAFF), f"/hus/konflikt/{CONFLICT.id}"
    shown = staff.get(page).text
    assert shown.count("<h2>CC") == 2
    assert "&lt;script&gt;" in shown
    assert staff.send(f"{page}/afgoer", page=page, licence="CC0-1.0", note="").status_code == 422
    assert staff.send(f"{page}/afgoer", page=page, licence="MIT", note="x").status_code == 422
    assert staff.send(f"{page}/afgoer", page=page, licence="CC0-1.0", note="læst på siden").status_code == 303
    assert settlements(setting.portal.ledger, "kildenord")[0].licence == "CC0-1.0"
    assert staff.get("/hus/konflikter").status_code == 200
    assert staff.get("/hus/konflikt/000000000000").status_code == 404


def test_staff_answers_offers_and_shares(setting: Setting) -> None:
    """A licence is answered with a word, a price with an agreement, an upload with a delivery."""
    staff, ledger, ids = setting.of_the_house(Role.STAFF), setting.portal.ledger, setting.tenant.ids
    page = f"/hus/tilbud/{ids['offer']}"
    assert staff.send(f"{page}/svar", page=page, answer="accept", reason="Står i kataloget").status_code == 303
    assert find_offer(ledger, ids["offer"]).state is OfferState.ACCEPTED
    price = {"holder": ids["holder"], "about": "alt", "amount": "5", "currency": "DKK", "per": "year", "use_train": "1"}
    setting.tenant.visitor.send("/tilbud", page="/tilbud", **price)
    offer = re.search(r"/hus/tilbud/(o\w+)", staff.get("/hus").text)
    assert offer
    page = f"/hus/tilbud/{offer[1]}"
    terms = {"answer": "accept", "source": "kildenord", "agreement": "nord-2", "start": "2027-01-01"}
    assert staff.send(f"{page}/svar", page=page, **{**terms, "start": "i morgen"}).status_code == 422
    assert staff.send(f"{page}/svar", page=page, **terms).status_code == 303
    assert [one.id for one in agreements(ledger, "kildenord")] == ["aftale-kildenord", "nord-2"]
    page = f"/hus/tekst/{ids['share']}"
    sent = {"answer": "deliver", "agreement": "kildenord nord-2"}
    assert staff.send(f"{page}/svar", page=page, **sent).status_code == 303
    assert find_share(ledger, ids["share"]).state == "delivered"
    assert [one[:2] for one in setting.outside.delivered] == [("kildenord", "nord-2")]
    for shown in ("/hus/aftaler", "/hus/betalinger", "/hus/spor", "/hus/spor?foer=5&nummer=3", "/hus/spor?foer=-1"):
        assert staff.get(shown).status_code == 200


def test_staff_makes_an_invoice_of_what_is_owed(setting: Setting) -> None:
    """Once: then it is owed no more, and a payee that is owed nothing has none."""
    staff = setting.of_the_house(Role.STAFF)
    publish_release(setting.portal.ledger, "v1", JURA)
    fields = {"payee": "kildenord A/S", "currency": "DKK"}
    send = {"path": "/hus/betalinger/faktura", "page": "/min-side/sikkerhed"}
    assert [staff.send(**send, **fields).status_code for _ in range(2)] == [303, 404]
    assert "FT-000001" in staff.get("/hus/betalinger").text


def test_every_kind_of_event_has_its_word() -> None:
    """What the code writes into the trail is told in both languages."""
    code = "".join(path.read_text(encoding="utf-8") for path in Path(events.__file__).parent.glob("*.py"))
    plain = set(re.findall(r'Happened\("([a-z ]+)"', code))
    states = {f"claim {state}" for state in ("proved", "lost", "rejected", "withdrawn")}
    states |= {f"offer {state}" for state in OfferState if state is not OfferState.MADE}
    states |= {f"share {state}" for state in ShareState if state is not ShareState.KEPT}
    assert (plain | states | {f"{kind} asked" for kind in KINDS}) == set(EVENTS)


def test_staff_reads_what_holds_a_text(setting: Setting) -> None:
    """From how much is held of which source to the statement itself; what it means is settled with a note."""
    staff, ledger = setting.of_the_house(Role.STAFF), setting.portal.ledger
    assert "/hus/tilbageholdt/kildenord" in staff.get("/hus/tilbageholdt").text
    page = f"/hus/tilbageholdt/tekst/{HELD.id}"
    assert page in staff.get("/hus/tilbageholdt/kildenord").text
    shown = staff.get(page).text
    assert "Må &lt;b&gt;ikke&lt;/b&gt;" in shown
    assert shown.count(f'action="{page}/laes"') == 1  # what counts cannot be read away
    assert "1 tilbageholdt tekst fra kilden har netop det her" in shown
    fields = {"statement": statement_of(SIGNAL), "meaning": "unknown"}
    send = {"path": f"{page}/laes", "page": page}
    robots = statement_of(replace(SIGNAL, mechanism=Mechanism.ROBOTS))
    for wrong, status in (({}, 422), ({"meaning": "permitted", "note": "x"}, 422), ({"statement": "x"}, 404)):
        assert staff.send(**send, **{**fields, **wrong}).status_code == status
    assert staff.send(**send, **{**fields, "statement": robots, "note": "x"}).status_code == 422
    assert staff.send(**send, **fields, note="Det er en overskrift").status_code == 303
    assert [one.verdict for one in readings(ledger, "kildenord")] == [Verdict.UNKNOWN]
    assert "Det er en overskrift" in staff.get(page).text


def test_people_and_holders_are_shown_page_by_page(setting: Setting) -> None:
    """Each of a hundred stands on one page, and is found by a part of an address or a name; a sign is no wildcard."""
    ledger, now = setting.portal.ledger, setting.clock.at
    staff = setting.of_the_house(Role.STAFF)
    with ledger.writing() as connection:
        made = [person_by_email(connection, f"nr{number:03}@mange.example", now) for number in range(110)]
    for number, person in enumerate(made):
        assert person is not None
        make_holder(ledger, person.id, f"Forfatter {number:03}", HolderKind.HOLDER, now)
    seen: list[str] = []
    for what, pattern in (("efter", r"<td>(nr\d{3})@mange.example<"), ("efter_holder", r"<td>(Forfatter \d{3})<")):
        address, pages = "/hus/folk", 0
        while address:
            shown = staff.get(address).text
            pages += 1
            seen += re.findall(pattern, shown)
            after = re.search(rf'href="(/hus/folk\?soeg=&amp;{what}=[ph][0-9a-f]+)"', shown)
            address = html.unescape(after[1]) if after else ""
        assert pages == 3
    assert sorted(seen) == sorted([f"nr{n:03}" for n in range(110)] + [f"Forfatter {n:03}" for n in range(110)])
    for sought, found in (("NR042@", 1), ("forfatter 04", 10), ("100%", 0), ("nr___@", 0)):
        assert len(re.findall(r"<td>(?:nr|Forfatter )\d", staff.get(f"/hus/folk?soeg={quote(sought)}").text)) == found
    assert staff.get("/hus/folk?efter=x").status_code == 422
    assert staff.get("/hus/folk?efter=p0000000000000000").status_code == 200


def test_a_mandate_opens_a_holders_records_until_it_ends(setting: Setting) -> None:
    """A collective's repertoire is approved, and whom it acts for is written down; until it or the claim is ended."""
    portal, ids = setting.portal, setting.tenant.ids
    staff = setting.of_the_house(Role.STAFF)
    union = visitor_of(portal, setting.clock, setting.letters)
    union.sign_in("jurist@forbund.example")
    union.add_app()
    person = next(one for one, _ in people(portal.ledger) if one.email == "jurist@forbund.example")
    collective = make_holder(portal.ledger, person.id, "Forbundet", HolderKind.COLLECTIVE, setting.clock.at)
    claimed = Claimed(ClaimKind.REPERTOIRE, "Alle", (Target(TargetKind.AUTHOR, "a"),), "sha256:" + "0" * 64)
    claim = start_claim(portal.ledger, claimed, collective, find_person(portal.ledger, person.id), setting.clock.at)
    page = f"/hus/krav/{claim.id}"
    assert staff.send(f"{page}/fuldmagt", page=page, holder=ids["holder"]).status_code == 422
    assert staff.send(f"{page}/afgoer", page=page, ruling="prove", reason="læst").status_code == 303
    assert find_claim(portal.ledger, claim.id).state is ClaimState.PROVED
    assert union.get(f"/min-side/{ids['holder']}").status_code == 404
    for wrong in ("h0", collective.id):
        assert staff.send(f"{page}/fuldmagt", page=page, holder=wrong).status_code == 404
    assert staff.send(f"{page}/fuldmagt", page=page, holder=ids["holder"]).status_code == 303
    assert mandates(portal.ledger, collective.id) == (ids["holder"],)
    assert union.get(f"/min-side/{ids['holder']}").status_code == 200
    assert union.send("/krav/domaene", page="/krav", holder=ids["holder"], domain="a.dk").status_code == 403
    ended: dict[str, Any] = {"collective": collective.id, "holder": ids["holder"]}
    assert staff.send("/hus/holdere/fuldmagt/slut", page="/hus/folk", **ended).status_code == 303
    assert union.get(f"/min-side/{ids['holder']}").status_code == 404
    assert staff.send(f"{page}/fuldmagt", page=page, holder=ids["holder"]).status_code == 303
    setting.outside.kept["0" * 64] = b"Fuldmagt"
    assert staff.send(f"{page}/afgoer", page=page, ruling="reject", reason="trukket tilbage").status_code == 303
    assert mandates(portal.ledger, collective.id) == ()
    assert "0" * 64 not in setting.outside.kept
    assert union.get(f"/min-side/{ids['holder']}").status_code == 404


def test_staff_gives_and_takes_roles_and_names_parties(setting: Setting) -> None:
    """A role of the house is for no holder; a closed account is signed in nowhere."""
    staff, portal, ids = setting.of_the_house(Role.STAFF), setting.portal, setting.tenant.ids
    role = {"person": ids["person"], "role": "auditor"}
    send = {"path": "/hus/folk/rolle", "page": "/hus/folk"}
    assert staff.send(**send, **role, holder=ids["holder"]).status_code == 422
    assert staff.send(**send, **role).status_code == 303
    assert staff.send(**send, **role, do="take").status_code == 303
    assert staff.send(**send, **role, do="take").status_code == 404
    assert staff.send(**send, **{**role, "role": "konge"}).status_code == 422
    assert staff.send("/hus/holdere/navn", page="/hus/folk", holder=ids["holder"], party="Nord A/S").status_code == 303
    assert find_holder(portal.ledger, ids["holder"]).party == "Nord A/S"
    assert staff.send("/hus/folk/luk", page="/hus/folk", person=ids["person"]).status_code == 303
    assert setting.tenant.visitor.get("/min-side").status_code == 303
    assert claims_of(portal.ledger, frozenset({ids["holder"]}))
    assert cases(portal.ledger)
    add_source(portal.ledger, setting.outside, "ny", "ny.example")
