"""The API of one's own records: tokens, scopes, and that two tenants never meet."""

from pathlib import Path

import pytest
from starlette.testclient import TestClient

from ledger.portal.portal import Portal
from ledger.portal.roles import Scope
from ledger.portal.tokens import make_token
from tests.ledger.portal.conftest import Clock, Letters
from tests.ledger.portal.crossing import Crossing, Tenant, make_tenant, theirs
from tests.ledger.portal.tenants import Outside, release, with_wiring
from tests.ledger.portal.test_uploads import PDF, packed
from tests.ledger.portal.visiting import visitor_of


@pytest.fixture
def outside() -> Outside:
    """What lies outside."""
    return Outside()


@pytest.fixture
def wired(portal: Portal, outside: Outside) -> Portal:
    """A portal in that world."""
    return with_wiring(portal, outside)


@pytest.fixture
def tenants(wired: Portal, outside: Outside, clock: Clock, letters: Letters) -> tuple[Tenant, Tenant]:
    """Two who have nothing to do with each other."""
    one, two = (make_tenant(wired, outside, visitor_of(wired, clock, letters), name) for name in ("nord", "syd"))
    release(wired.ledger, "kildenord", "kildesyd")
    return one, two


def api(tenant: Tenant, token: str = "") -> TestClient:
    """The API with a tenant's token."""
    client = tenant.visitor.client
    client.cookies.clear()
    client.headers["Authorization"] = f"Bearer {token or tenant.token}"
    return client


def test_the_api_does_what_the_pages_do(tenants: tuple[Tenant, Tenant], outside: Outside) -> None:
    """Who one is, sources, statement, proof; claims, cases, offers and shares made, read and taken back."""
    one, _ = tenants
    client, ids = api(one), one.ids
    me = client.get("/api/v1/me").json()
    assert [holder["id"] for holder in me["holders"]] == [ids["holder"]]
    own = f"/api/v1/holders/{ids['holder']}"
    assert [source["source"] for source in client.get(f"{own}/sources").json()] == ["kildenord"]
    statement = client.get(f"{own}/statement").json()
    assert statement["totals"] == [{"currency": "DKK", "owed": "200.00", "paid": "0.00", "left": "200.00"}]
    assert client.get(f"{own}/statement.csv").text == "lines,1"
    assert client.get(f"{own}/statement.pdf").content.startswith(b"%PDF")
    assert client.get(f"{own}/proof").content == b"kildenord"
    made = client.post("/api/v1/claims", json={"holder": ids["holder"], "domain": "nyt.example"})
    assert made.status_code == 201
    claim = made.json()
    outside.records[claim["record"]] = [claim["line"]]
    assert client.post(f"/api/v1/claims/{claim['id']}/check").json()["state"] == "proved"
    assert client.delete(f"/api/v1/claims/{claim['id']}").json()["state"] == "withdrawn"
    new = client.post("/api/v1/holders", json={"name": "Forbundet", "kind": "collective"}).json()
    assert new["id"] in [holder["id"] for holder in client.get("/api/v1/me").json()["holders"]]
    mandate = {"holder": new["id"], "name": "Alle", "targets": "forfatter: Jens Hansen"}
    for targets, status in (("hvad", 422), ("forfatter: Jens Hansen", 201)):
        sent = client.post("/api/v1/repertoires", data=mandate | {"targets": targets}, files={"file": ("m.pdf", PDF)})
        assert sent.status_code == status
    assert sent.json()["kind"] == "repertoire"
    place = {"holder": ids["holder"], "place": "https://nord.example/arkiv.zip"}
    assert client.post("/api/v1/deliveries", json=place).status_code == 202
    case = client.post("/api/v1/cases", json={"kind": "opt_out", "about": ["nord.example/a"], "uses": ["train"]}).json()
    assert (case["state"], case["about"]) == ("verified", ["path:nord.example/a"])
    assert client.delete(f"/api/v1/cases/{case['id']}").json()["state"] == "withdrawn"
    price = {"amount": "12.50", "currency": "DKK", "per": "document"}
    sent = {"holder": ids["holder"], "about": "alt", "price": price, "uses": ["train"]}
    offer = client.post("/api/v1/offers", json=sent).json()
    assert (offer["amount"], offer["per"]) == ("12.50", "document")
    assert client.delete(f"/api/v1/offers/{offer['id']}").json()["state"] == "withdrawn"
    share = client.post("/api/v1/shares", data={"holder": ids["holder"]}, files={"file": ("a.txt", b"Hej")}).json()
    assert share["sha256"] in outside.kept
    assert client.delete(f"/api/v1/shares/{share['id']}").json()["state"] == "withdrawn"
    for list_ in ("claims", "cases", "offers", "shares"):
        assert len(client.get(f"/api/v1/{list_}").json()) >= 2


def test_a_token_does_what_its_scopes_say(wired: Portal, tenants: tuple[Tenant, Tenant]) -> None:
    """A token to read changes nothing, one to ask reads nothing; without one there is 401, and cookies count not."""
    one, _ = tenants
    for scope, may_read, may_ask in ((Scope.READ, 200, 403), (Scope.ASK, 403, 201)):
        token = make_token(wired.ledger, one.person.id, ("t", [scope], 9), one.visitor.clock.at)
        client = api(one, token)
        assert client.get("/api/v1/cases").status_code == may_read
        assert client.get(f"/api/v1/holders/{one.ids['holder']}/statement").status_code == may_read
        assert client.post("/api/v1/cases", json={"kind": "opt_out", "about": ["a.example"]}).status_code == may_ask
        assert client.post("/api/v1/claims", json={"holder": one.ids["holder"], "domain": "b.dk"}).status_code == 403
    one.visitor.sign_in(one.person.email)
    del one.visitor.client.headers["Authorization"]
    answer = one.visitor.client.get("/api/v1/me")
    assert (answer.status_code, answer.headers["www-authenticate"]) == (401, 'Bearer realm="Fodaftryk"')
    assert answer.headers["content-type"] == "application/problem+json"


def test_unknown_fields_and_odd_bodies_are_refused(tenants: tuple[Tenant, Tenant]) -> None:
    """Nothing is set that is not meant to be, and what cannot be read is told."""
    one, _ = tenants
    client, holder = api(one), one.ids["holder"]
    for path, body in (
        ("claims", {"holder": holder, "domain": "a.dk", "state": "proved"}),
        ("claims", {"holder": holder, "domain": "localhost"}),
        ("cases", {"kind": "claim", "about": ["a.dk"]}),
        ("cases", {"kind": "opt_out", "about": ["a.dk"], "person": "p0"}),
        ("cases", {"kind": "opt_out", "about": []}),
        ("cases", {"kind": "opt_out", "about": ["javascript:alert(1)"]}),
        ("offers", {"holder": holder, "about": "alt"}),
        ("offers", {"holder": holder, "about": "alt", "licence": "CC0-1.0", "agreement": "a-1"}),
        ("offers", {"holder": holder, "about": "alt", "price": {"amount": "x", "currency": "DKK", "per": "year"}}),
    ):
        assert client.post(f"/api/v1/{path}", json=body).status_code == 422, (path, body)
    bomb = packed({"a.txt": b"0" * 20_000_000})
    assert client.post("/api/v1/shares", data={"holder": holder}, files={"file": ("a.zip", bomb)}).status_code == 422
    assert client.post("/api/v1/shares", json={"holder": holder}).status_code == 415


def test_two_tenants_never_meet(wired: Portal, tenants: tuple[Tenant, Tenant], tmp_path: Path) -> None:
    """A thousand requests with the other's ids: nothing of theirs is told or changed, and nothing breaks."""
    del tmp_path
    one, other = tenants
    wired_app = one.visitor.client.app
    wired_app.state.buckets.take = lambda *_: 0.0  # type: ignore[attr-defined]  what is limited is shown elsewhere
    before = theirs(wired, other)
    crossing = Crossing(wired, one, other)
    crossing.run(1000, seed=1)
    assert crossing.leaks == []
    assert crossing.broken == []
    assert theirs(wired, other) == before
    assert crossing.statuses.keys() >= {200, 303, 404, 405, 422}
    assert one.visitor.get("/min-side").status_code == 200
    own = other.visitor.get("/min-side").text
    assert all(secret in own for secret in other.secrets[:2])
