"""A small OpenID Connect provider on loopback, and a passkey made of software."""

import base64
import hashlib
import json
import threading
import time
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

import cbor2
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from joserfc import jwt
from joserfc.jwk import ECKey, KeySet

CLIENT, SECRET = "portal", "hem meligt"


def encoded(data: bytes) -> str:
    """Base64 as addresses take it."""
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


@dataclass
class FakeProvider:
    """What it says of whoever comes; `twist` changes the claims it signs, `says` its document."""

    claims: dict[str, Any] = field(default_factory=lambda: {"sub": "248289", "email": "jens@blad.example"})
    twist: dict[str, Any] = field(default_factory=dict)
    key: ECKey = field(default_factory=lambda: ECKey.generate_key("P-256", {"kid": "1"}))
    signs_with: ECKey | None = None
    says: dict[str, Any] = field(default_factory=dict)
    more_keys: list[Any] = field(default_factory=list)
    codes: dict[str, dict[str, str]] = field(default_factory=dict)
    port: int = 0

    @property
    def issuer(self) -> str:
        """Its address."""
        return f"http://127.0.0.1:{self.port}"

    def authorize(self, address: str) -> dict[str, str]:
        """What a browser comes back with that was sent to an address, once the person has said yes."""
        asked = {name: values[0] for name, values in parse_qs(urlsplit(address).query).items()}
        code = encoded(hashlib.sha256(address.encode()).digest())
        self.codes[code] = asked
        return {"state": asked["state"], "code": code, "iss": self.issuer}

    def token(self, form: dict[str, str], authorization: str) -> dict[str, str] | None:
        """What it gives for a code, once; None where it refuses."""
        asked = self.codes.pop(form.get("code", ""), None)
        basic = "Basic " + base64.b64encode(b"portal:hem+meligt").decode()
        if asked is None or authorization != basic or form["redirect_uri"] != asked["redirect_uri"]:
            return None
        if encoded(hashlib.sha256(form["code_verifier"].encode()).digest()) != asked["code_challenge"]:
            return None
        now = int(time.time())
        claims = {"iss": self.issuer, "aud": CLIENT, "iat": now, "exp": now + 60, "nonce": asked["nonce"]}
        signed = {**claims, "email_verified": True, **self.claims, **self.twist}
        signed = {name: value for name, value in signed.items() if value is not None}
        return {"id_token": self._signed(signed)}

    def _signed(self, claims: dict[str, Any]) -> str:
        key = self.signs_with or self.key
        return jwt.encode({"alg": "ES256", "kid": str(key.kid)}, claims, key)


def start(provider: FakeProvider) -> ThreadingHTTPServer:
    """Let it listen; whoever starts it shuts it down."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self._say(_document(provider, self.path))

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"])).decode()
            form = {name: values[0] for name, values in parse_qs(body).items()}
            self._say(provider.token(form, self.headers.get("Authorization", "")))

        def _say(self, said: object) -> None:
            body = json.dumps(said or {"error": "refused"}).encode()
            self.send_response(200 if said else 400)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: Any) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    provider.port = server.server_address[1]
    threading.Thread(target=server.serve_forever, daemon=True).start()
    return server


def _document(provider: FakeProvider, path: str) -> object:
    if path == "/keys":
        return {"keys": [*KeySet([provider.key]).as_dict(private=False)["keys"], *provider.more_keys]}
    if path == "/.well-known/openid-configuration":
        at = provider.issuer
        places = {
            "authorization_endpoint": f"{at}/authorize",
            "token_endpoint": f"{at}/token",
            "jwks_uri": f"{at}/keys",
        }
        return {"issuer": at, **places, **provider.says}
    return None


@dataclass
class SoftPasskey:
    """An authenticator in software: one key, a counter, no attestation."""

    origin: str
    host: str
    key: ec.EllipticCurvePrivateKey = field(default_factory=lambda: ec.generate_private_key(ec.SECP256R1()))
    id: bytes = b"k" * 16
    counter: int = 0

    def make(self, options: str) -> str:
        """Answer `navigator.credentials.create()`."""
        numbers = self.key.public_key().public_numbers()
        cose = {1: 2, 3: -7, -1: 1, -2: numbers.x.to_bytes(32, "big"), -3: numbers.y.to_bytes(32, "big")}
        attested = bytes(16) + len(self.id).to_bytes(2, "big") + self.id + cbor2.dumps(cose)
        data = self._authenticator(0x41) + attested
        response = {
            "clientDataJSON": self._client("webauthn.create", options),
            "attestationObject": encoded(cbor2.dumps({"fmt": "none", "attStmt": {}, "authData": data})),
        }
        return self._credential(response)

    def show(self, options: str) -> str:
        """Answer `navigator.credentials.get()`."""
        self.counter += 1
        client, data = self._client("webauthn.get", options), self._authenticator(0x01)
        signed = data + hashlib.sha256(base64.urlsafe_b64decode(client + "==")).digest()
        signature = self.key.sign(signed, ec.ECDSA(hashes.SHA256()))
        shown = {"clientDataJSON": client, "authenticatorData": encoded(data), "signature": encoded(signature)}
        return self._credential(shown)

    def _authenticator(self, flags: int) -> bytes:
        return hashlib.sha256(self.host.encode()).digest() + bytes([flags]) + self.counter.to_bytes(4, "big")

    def _client(self, kind: str, options: str) -> str:
        said = {"type": kind, "challenge": json.loads(options)["challenge"], "origin": self.origin}
        return encoded(json.dumps(said).encode())

    def _credential(self, response: dict[str, str]) -> str:
        name = encoded(self.id)
        return json.dumps({"id": name, "rawId": name, "type": "public-key", "response": response})
