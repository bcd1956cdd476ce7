"""Somebody who visits the portal with a browser: fills in forms, signs in, shows a second factor."""

import base64
import html
import re
from dataclasses import dataclass

from httpx2 import Response
from starlette.testclient import TestClient

from ledger.portal.app import create_app
from ledger.portal.factors import STEP_S, totp
from ledger.portal.portal import Portal
from tests.ledger.portal.conftest import URL, Clock, Letters

EMAIL = "jens@blad.example"


@dataclass
class Visitor:
    """A browser, the mail that comes to it, and the key in its app once it has one."""

    client: TestClient
    letters: Letters
    clock: Clock
    key: bytes = b""

    def get(self, path: str) -> Response:
        """Look at a page."""
        return self.client.get(path)

    def send(self, path: str, page: str = "/log-ind", **fields: str) -> Response:
        """Send a form to a path, with the token that stands in a page's forms."""
        token = re.search(r'name="csrf" value="([0-9a-f]{64})"', self.client.get(page).text)
        assert token, page
        return self.client.post(path, data={**fields, "csrf": token[1]})

    def sign_in(self, email: str = EMAIL, onward: str = "") -> Response:
        """Ask for a code, read the mail, and answer it."""
        asked = self.send("/log-ind", email=email, videre=onward)
        assert asked.headers["location"] == "/log-ind/kode"
        letter = self.letters.sent[-1]
        assert letter.to == email
        code = re.search(r"\d{4} \d{4}", letter.text)
        assert code
        return self.send("/log-ind/kode", page="/log-ind/kode", code=code[0])

    def add_app(self) -> Response:
        """Add an app for codes; this session has then shown a second factor."""
        token = re.search(r'name="csrf" value="([0-9a-f]{64})"', self.client.get("/min-side/sikkerhed").text)
        assert token
        page = self.client.post("/min-side/sikkerhed/app", data={"csrf": token[1]})
        address = re.search(r"secret=([A-Z2-7]+)", html.unescape(page.text))
        assert address, page.text
        self.key = base64.b32decode(address[1])
        sent = {"csrf": token[1], "name": "App", "code": self.password()}
        return self.client.post("/min-side/sikkerhed/app/bekraeft", data=sent)

    def password(self) -> str:
        """What the app shows now."""
        return totp(self.key, int(self.clock.at.timestamp()) // STEP_S)


def visitor_of(portal: Portal, clock: Clock, letters: Letters) -> Visitor:
    """A browser of its own, on a portal that others may visit too."""
    client = TestClient(create_app(portal), URL, follow_redirects=False, raise_server_exceptions=True)
    return Visitor(client, letters, clock)
