"""Signing in with OpenID Connect: any provider by settings; MitID comes through a broker.

The authorization code flow with PKCE. What binds the answer to the browser (state, nonce, the verifier) is made of the
random token in its cookie and is kept nowhere; the row says only that a sign-in is under way, and goes with the first
answer. The identity's token is checked by joserfc. Who comes the first time needs an address the provider has verified,
or has signed in already and asks to add the identity to their account.

How the provider is reached is handed in, as the ledger knows no network.
"""

import base64
import hashlib
import json
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import quote_plus, urlencode, urlsplit

from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import Key, KeySet
from joserfc.jwt import JWTClaimsRegistry
from sqlalchemy import Connection, delete, insert, select

from ledger import portal_tables as tables
from ledger.errors import LedgerError
from ledger.instants import instant_from_text, instant_to_text
from ledger.portal.codes import GOOD_FOR, Answered, local_path
from ledger.portal.events import Happened, note
from ledger.portal.people import Person, person_by_email, read_email, read_person
from ledger.portal.sealing import digest_of, new_token, same, tag_of
from ledger.store import Ledger

ALGORITHMS = ["RS256", "PS256", "ES256", "ES384", "Ed25519", "EdDSA"]
"""How a token may be signed: with a key pair. `none`, and a secret that both hold, are never taken."""

LEEWAY_S = 60
"""How much the provider's clock may differ."""

SUBJECT_CHARS_MAX = 255
"""Longest subject (OpenID Connect Core, section 2)."""

KEYS_MAX = 50
"""Most keys of a provider that are read: those in use have two or three."""


class ProviderFailed(LedgerError):  # noqa: N818  as in `ledger.errors`
    """The provider does not answer, or answers what it may not: try again later, or sign in by mail."""


@dataclass(frozen=True, slots=True)
class Provider:
    """An OpenID Connect provider, as it is set: what it is called on the button, and how it knows us."""

    issuer: str
    client: str
    secret: str
    name: str
    scope: str = "openid email"


@dataclass(frozen=True, slots=True)
class Endpoints:
    """Where a provider is asked for what; `names_itself` when its answers say that they are its (RFC 9207)."""

    authorization: str
    token: str
    keys: str
    names_itself: bool = False


@dataclass(frozen=True, slots=True)
class Wire:
    """How a provider is reached: `get` an address; `post` a form with a header of authorization. Both bounded.

    Both raise `ProviderFailed` when there is no good answer.
    """

    get: Callable[[str], bytes]
    post: Callable[[str, Mapping[str, str], str], bytes]


@dataclass(frozen=True, slots=True)
class Returned:
    """What the browser came back with: its cookie's token, and what the provider wrote into the address."""

    token: str
    state: str
    code: str
    issuer: str = ""


def discover(provider: Provider, wire: Wire) -> Endpoints:
    """Ask a provider where its endpoints are (OpenID Connect Discovery, section 4).

    Raises:
        ProviderFailed: it does not answer, says it is another one, or names places that are not safe.

    """
    said = _object(wire.get(f"{provider.issuer.rstrip('/')}/.well-known/openid-configuration"))
    if said.get("issuer") != provider.issuer:
        raise ProviderFailed("the provider says it is another one: see to the setting of its issuer")
    names = ("authorization_endpoint", "token_endpoint", "jwks_uri")
    places = [str(said.get(name, "")) for name in names]
    here = not provider.issuer.startswith("https:")  # only one on this machine may send us to this machine
    if not all(is_safe(place) and (here or place.startswith("https:")) for place in places):
        raise ProviderFailed("the provider names an endpoint that is not reached by https")
    authorization, token, keys = places
    return Endpoints(authorization, token, keys, said.get("authorization_response_iss_parameter_supported") is True)


def is_safe(address: str) -> bool:
    """Whether an address is reached by https, or on this machine itself, and nothing hides in it."""
    try:
        parts = urlsplit(address)
    except ValueError:
        return False
    plain = address.isascii() and address.isprintable() and " " not in address and "#" not in address
    if not plain or not parts.hostname or "@" in parts.netloc:
        return False
    return parts.scheme == "https" or (parts.scheme == "http" and parts.hostname in ("127.0.0.1", "::1"))


@dataclass(frozen=True, slots=True)
class Visit:
    """A provider that is gone to: where it is, how it is reached, and the address it sends people back to."""

    provider: Provider
    endpoints: Endpoints
    wire: Wire
    redirect: str


@dataclass(frozen=True, slots=True)
class Aim:
    """What a sign-in is for: the path to go on to, and the person whose account gets the identity, or empty.

    Adding is asked for by name, and never follows from being signed in: who is brought to the provider by another
    site, and has an identity of that site's owner there, would else let its owner in.
    """

    back_to: str = ""
    adds_to: str = ""


def begin(ledger: Ledger, visit: Visit, aim: Aim, now: datetime) -> tuple[str, str]:
    """Return the token for the browser's cookie, and the address to send it to."""
    provider, endpoints = visit.provider, visit.endpoints
    token = new_token()
    with ledger.writing() as connection:
        connection.execute(delete(tables.sign_in).where(tables.sign_in.c.made_at <= instant_to_text(now - GOOD_FOR)))
        connection.execute(
            insert(tables.sign_in).values(
                id=digest_of(token),
                kind="oidc",
                email="",
                answer=aim.adds_to,
                back_to=local_path(aim.back_to),
                made_at=instant_to_text(now),
                tries=0,
            )
        )
    challenge = base64.urlsafe_b64encode(hashlib.sha256(tag_of(token, "verifier").encode()).digest()).rstrip(b"=")
    query = {
        "response_type": "code",
        "client_id": provider.client,
        "redirect_uri": visit.redirect,
        "scope": provider.scope,
        "state": tag_of(token, "state"),
        "nonce": tag_of(token, "nonce"),
        "code_challenge": challenge.decode(),
        "code_challenge_method": "S256",
    }
    joint = "&" if "?" in endpoints.authorization else "?"
    return token, f"{endpoints.authorization}{joint}{urlencode(query)}"


def finish(ledger: Ledger, visit: Visit, returned: Returned, signed_in: str, now: datetime) -> Answered | None:
    """Return who came back; None when it was another browser, too late, or not as it should be.

    `signed_in` is the person this browser is signed in as, empty for nobody. An answer without a code, which is how a
    provider says no, ends the sign-in as well.

    Raises:
        ProviderFailed: the provider does not answer as it should.

    """
    aim = _taken(ledger, returned, now)
    if aim is None or not returned.code or aim.adds_to not in ("", signed_in) or not _is_from(visit, returned):
        return None
    claims = _claims(visit, returned, now)
    if claims is None:
        return None
    with ledger.writing() as connection:
        person = _person(connection, visit.provider.issuer, claims, aim.adds_to, now)
    return None if person is None else Answered(person, aim.back_to, added=bool(aim.adds_to))


def _is_from(visit: Visit, returned: Returned) -> bool:
    """Whether an answer is the provider's by its own word, where it gives that (RFC 9207, 2.4)."""
    return returned.issuer == visit.provider.issuer or not (returned.issuer or visit.endpoints.names_itself)


def _taken(ledger: Ledger, returned: Returned, now: datetime) -> Aim | None:
    """Take the sign-in that is under way in a browser, once; return what it is for."""
    with ledger.writing() as connection:
        mine = (tables.sign_in.c.id == digest_of(returned.token), tables.sign_in.c.kind == "oidc")
        row = connection.execute(select(tables.sign_in).where(*mine)).mappings().first()
        connection.execute(delete(tables.sign_in).where(*mine))
    if row is None or instant_from_text(row["made_at"]) + GOOD_FOR <= now:
        return None
    aim = Aim(str(row["back_to"]), str(row["answer"]))
    return aim if same(returned.state, tag_of(returned.token, "state")) else None


def _claims(visit: Visit, returned: Returned, now: datetime) -> Mapping[str, Any] | None:
    """What the provider says of who came back; None when it is not said for this sign-in."""
    provider = visit.provider
    form = {
        "grant_type": "authorization_code",
        "code": returned.code,
        "redirect_uri": visit.redirect,
        "code_verifier": tag_of(returned.token, "verifier"),
    }
    basic = base64.b64encode(f"{quote_plus(provider.client)}:{quote_plus(provider.secret)}".encode()).decode()
    said = _object(visit.wire.post(visit.endpoints.token, form, f"Basic {basic}"))
    try:
        keys = _keys(_object(visit.wire.get(visit.endpoints.keys)))
        token = jwt.decode(str(said.get("id_token", "")), keys, algorithms=ALGORITHMS)
        JWTClaimsRegistry(
            now=int(now.timestamp()),
            leeway=LEEWAY_S,
            iss={"essential": True, "value": provider.issuer},
            aud={"essential": True, "value": provider.client},
            exp={"essential": True},
            iat={"essential": True},
            sub={"essential": True},
            nonce={"essential": True, "value": tag_of(returned.token, "nonce")},
        ).validate(token.claims)
    except (JoseError, ValueError, KeyError, TypeError):
        return None
    claims = token.claims
    several = isinstance(claims["aud"], list) and len(claims["aud"]) > 1
    if (several or "azp" in claims) and claims.get("azp") != provider.client:
        return None
    sub = claims["sub"]
    return claims if isinstance(sub, str) and 0 < len(sub) <= SUBJECT_CHARS_MAX else None


def _keys(said: Mapping[str, Any]) -> KeySet:
    """The keys of a provider, asked for at each sign-in, so that a new one is known at once.

    One that cannot be read is of a kind we do not take, and locks nobody out who signs with another (RFC 7517, 5).
    """
    listed = said.get("keys")
    read: list[Key] = []
    for one in listed[:KEYS_MAX] if isinstance(listed, list) else ():
        with suppress(JoseError, ValueError, KeyError, TypeError, AttributeError):
            read += KeySet.import_key_set({"keys": [one]}).keys
    return KeySet(read)


def _person(
    connection: Connection, issuer: str, claims: Mapping[str, Any], adds_to: str, now: datetime
) -> Person | None:
    table = tables.identity
    known = connection.scalar(select(table.c.person).filter_by(issuer=issuer, subject=claims["sub"]))
    if known is not None:
        person = read_person(connection, known)
        return person if person is not None and person.is_open and adds_to in ("", known) else None
    person = read_person(connection, adds_to) if adds_to else _by_email(connection, claims, now)
    if person is None or not person.is_open:
        return None
    values = {"issuer": issuer, "subject": claims["sub"], "person": person.id}
    connection.execute(insert(table).values(**values, made_at=instant_to_text(now)))
    note(connection, Happened("identity added", person.id), now)
    return person


def _by_email(connection: Connection, claims: Mapping[str, Any], now: datetime) -> Person | None:
    if claims.get("email_verified") is not True:
        return None
    try:
        return person_by_email(connection, read_email(str(claims.get("email", ""))), now)
    except ValueError:
        return None


def _object(body: bytes) -> dict[str, Any]:
    try:
        read = json.loads(body)
    except (ValueError, RecursionError) as error:
        raise ProviderFailed("the provider's answer is no JSON") from error
    if not isinstance(read, dict):
        raise ProviderFailed("the provider's answer is no JSON object")
    return read
