"""What strangers send to break the portal: signs no database takes, halves of characters, links that end nowhere."""

import re
from collections import Counter

import pytest
from starlette.testclient import TestClient

from ledger.portal.guards import API, ROOMY
from ledger.portal.people import give
from ledger.portal.portal import Portal
from ledger.portal.roles import Grant, Role
from ledger.portal.uploads import UploadKind, plain_name
from tests.ledger.portal.conftest import Clock, Letters
from tests.ledger.portal.crossing import Tenant, make_tenant
from tests.ledger.portal.tenants import JURA, Outside, release, with_wiring
from tests.ledger.portal.visiting import visitor_of


@pytest.fixture
def tenant(portal: Portal, clock: Clock, letters: Letters) -> Tenant:
    """One who has a record of each kind, and works for the house besides."""
    outside = Outside()
    wired = with_wiring(portal, outside)
    made = make_tenant(wired, outside, visitor_of(wired, clock, letters), "nord")
    release(portal.ledger, "kildenord")
    give(portal.ledger, made.person.id, Grant(Role.STAFF, ""), JURA)
    return made


def token_of(client: TestClient) -> str:
    """The token of a visitor's forms."""
    found = re.search(r'name="csrf" value="([0-9a-f]{64})"', client.get("/min-side/sikkerhed").text)
    assert found
    return found[1]


@pytest.mark.parametrize("path", ["/krav/%00", "/opslag?q=a%00b", "/min-side/a%00/bevis.zip", "/api/v1/claims/%00"])
def test_an_address_with_a_nul_is_no_address(tenant: Tenant, path: str) -> None:
    """PostgreSQL takes no NUL, and a crash for each stranger who tries would hide the real ones."""
    assert tenant.visitor.client.get(path).status_code == 400


def test_a_form_with_signs_that_cannot_be_kept_is_refused(tenant: Tenant) -> None:
    """A NUL in a field, also beside a file; and half a character, which a form can have that names another encoding."""
    client = tenant.visitor.client
    token, holder = token_of(client), tenant.ids["holder"]
    sent = {"csrf": token, "holder": holder, "name": "x"}
    assert client.post("/min-side/ny", data=sent | {"name": "a\0b"}).status_code == 400
    files = {"file": ("a.txt", b"Hej")}
    assert client.post("/del-tekst", data=sent | {"source": "a\0"}, files=files).status_code == 400
    parts = [f'--x\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{value}\r\n' for name, value in sent.items()]
    half = '--x\r\nContent-Disposition: form-data; name="source"\r\n\r\n\\ud800\r\n'
    file = '--x\r\nContent-Disposition: form-data; name="file"; filename="a.txt"\r\n\r\nHej\r\n--x--\r\n'
    headers = {"Content-Type": "multipart/form-data; boundary=x; charset=unicode_escape"}
    assert client.post("/del-tekst", content="".join([*parts, half, file]), headers=headers).status_code == 400


def test_json_with_a_nul_is_refused(tenant: Tenant) -> None:
    """In a text, and in a list of texts."""
    client = tenant.visitor.client
    client.headers["Authorization"] = f"Bearer {tenant.token}"
    asked = {"kind": "takedown", "about": ["titel: x"], "reason": "a\0b"}
    assert client.post("/api/v1/cases", json=asked).status_code == 422
    assert client.post("/api/v1/cases", json=asked | {"reason": "", "about": ["a\0b"]}).status_code == 422
    assert client.post("/api/v1/cases", json=asked | {"reason": ""}).status_code == 201


@pytest.mark.parametrize("path", sorted(ROOMY))
def test_no_file_of_somebody_unknown_is_read(client: TestClient, path: str) -> None:
    """Whoever has not signed in is told so before anything of what they send is looked at."""
    answer = client.post(path, content=b"no form at all", headers={"Content-Type": "text/plain"})
    assert answer.status_code == (401 if path.startswith(API) else 303)


def test_a_name_that_is_kept_fits_on_a_disk() -> None:
    """Which counts bytes: a Danish letter is two."""
    assert len(plain_name("æ" * 300 + ".txt", UploadKind.TEXT).encode()) < 255


def test_every_link_leads_somewhere(tenant: Tenant) -> None:
    """From the front page, one's own and the house's, each is followed; and no page names two things alike.

    A label whose field has the name of another field is the other's label.
    """
    client = tenant.visitor.client
    seen, waiting, lost, twice = set(), ["/", "/min-side", "/hus"], [], []
    while waiting:
        path = waiting.pop()
        answer = client.get(path)
        while answer.is_redirect:
            answer = client.get(answer.headers["location"])
        if answer.status_code >= 400:
            lost.append(f"{path}: {answer.status_code}")
        ids = Counter(re.findall(r'\sid="([^"]*)"', answer.text))
        twice += [f"{path}: {name}" for name, count in ids.items() if count > 1]
        found = set(re.findall(r'(?:href|src)="(/[^"#]*)', answer.text.replace("&amp;", "&")))
        new = {each for each in found if not each.startswith("/sprog/")} - seen
        seen |= new
        waiting += new
    assert lost == []
    assert twice == []
    assert len(seen) > 40
