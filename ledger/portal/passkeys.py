"""Passkeys as a second factor (Web Authentication, level 3), checked by py_webauthn.

What a passkey is to sign lies in the session it is shown in, and is taken from there once. What the browser answers is
a stranger's word until it is verified: it is bounded, and whatever is wrong with it is the same refusal.
"""

import json
import secrets
from dataclasses import dataclass
from datetime import datetime
from urllib.parse import urlsplit

from sqlalchemy import Connection, insert, select, update
from webauthn import (
    base64url_to_bytes,
    generate_authentication_options,
    generate_registration_options,
    options_to_json,
    verify_authentication_response,
    verify_registration_response,
)
from webauthn.helpers import bytes_to_base64url
from webauthn.helpers.exceptions import WebAuthnException
from webauthn.helpers.structs import (
    AuthenticatorSelectionCriteria,
    PublicKeyCredentialDescriptor,
    ResidentKeyRequirement,
    UserVerificationRequirement,
)

from ledger import portal_tables as tables
from ledger.instants import instant_to_text
from ledger.portal.allowances import give_back, spend
from ledger.portal.events import Happened, note, plain
from ledger.portal.factors import NAME_CHARS_MAX, WRONG, FactorKind, check_room
from ledger.portal.people import Person
from ledger.portal.sessions import set_challenge, take_challenge
from ledger.store import Ledger

ANSWER_CHARS_MAX = 20_000
"""Longest answer of a browser: an attestation with certificates has some thousand."""

CHALLENGE_BYTES = 32

_WRONG = (WebAuthnException, ValueError, KeyError, TypeError)
"""What is raised for an answer that is malformed or not signed as it should be."""


@dataclass(frozen=True, slots=True)
class Relying:
    """Who a passkey is for: the host it is bound to, and the origin its answers come from."""

    host: str
    origin: str


@dataclass(frozen=True, slots=True)
class Shown:
    """What a browser answered in a session."""

    session: str
    answer: str


def relying_at(url: str) -> Relying:
    """Return whom passkeys of a site at an address are for."""
    parts = urlsplit(url)
    return Relying(parts.hostname or "", f"{parts.scheme}://{parts.netloc}")


def ask_new(ledger: Ledger, relying: Relying, session: str, person: Person) -> str:
    """Return what the browser needs to make a passkey, as JSON."""
    with ledger.reading() as connection:
        held = _held(connection, person.id)
    challenge = _challenge(ledger, session)
    options = generate_registration_options(
        rp_id=relying.host,
        rp_name="Fodaftryk",
        user_id=person.id.encode(),
        user_name=person.email,
        challenge=challenge,
        exclude_credentials=[PublicKeyCredentialDescriptor(id=base64url_to_bytes(one)) for one in held],
        authenticator_selection=AuthenticatorSelectionCriteria(
            resident_key=ResidentKeyRequirement.DISCOURAGED,
            user_verification=UserVerificationRequirement.PREFERRED,
        ),
    )
    return options_to_json(options)


def add_passkey(ledger: Ledger, relying: Relying, shown: Shown, whose: tuple[str, str], now: datetime) -> bool:
    """Take a new passkey into use; `whose` is the person and what they call it. Tells whether it was right."""
    person, name = whose
    challenge = take_challenge(ledger, shown.session)
    if not challenge or len(shown.answer) > ANSWER_CHARS_MAX:
        return False
    try:
        made = verify_registration_response(
            credential=shown.answer,
            expected_challenge=base64url_to_bytes(challenge),
            expected_rp_id=relying.host,
            expected_origin=relying.origin,
        )
    except _WRONG:
        return False
    kept = {"id": bytes_to_base64url(made.credential_id), "key": bytes_to_base64url(made.credential_public_key)}
    with ledger.writing() as connection:
        check_room(connection, person)
        at = instant_to_text(now)
        connection.execute(
            insert(tables.factor).values(
                id=f"f{secrets.token_hex(8)}",
                person=person,
                kind=FactorKind.PASSKEY.value,
                name=plain(name)[:NAME_CHARS_MAX].strip() or "Passkey",
                secret=json.dumps(kept),
                counter=made.sign_count,
                made_at=at,
                confirmed_at=at,
            )
        )
        note(connection, Happened("second factor added", person, what=FactorKind.PASSKEY.value), now)
    return True


def ask_shown(ledger: Ledger, relying: Relying, session: str, person: str) -> str:
    """Return what the browser needs to show one of a person's passkeys, as JSON."""
    with ledger.reading() as connection:
        held = _held(connection, person)
    options = generate_authentication_options(
        rp_id=relying.host,
        challenge=_challenge(ledger, session),
        allow_credentials=[PublicKeyCredentialDescriptor(id=base64url_to_bytes(one)) for one in held],
        user_verification=UserVerificationRequirement.PREFERRED,
    )
    return options_to_json(options)


def check_passkey(ledger: Ledger, relying: Relying, shown: Shown, person: str, now: datetime) -> bool:
    """Tell whether a browser has shown one of a person's passkeys; five wrong ones close the way for a while."""
    challenge = take_challenge(ledger, shown.session)
    with ledger.writing() as connection:
        if not challenge or len(shown.answer) > ANSWER_CHARS_MAX or not spend(connection, WRONG, person, now):
            return False
        rows = connection.execute(
            select(tables.factor).filter_by(person=person, kind=FactorKind.PASSKEY.value)
        ).mappings()
        held = {
            json.loads(row["secret"])["id"]: (row["id"], json.loads(row["secret"])["key"], row["counter"])
            for row in rows
        }
        try:
            name, key, counter = held[str(json.loads(shown.answer)["id"])]
            done = verify_authentication_response(
                credential=shown.answer,
                expected_challenge=base64url_to_bytes(challenge),
                expected_rp_id=relying.host,
                expected_origin=relying.origin,
                credential_public_key=base64url_to_bytes(key),
                credential_current_sign_count=counter,
            )
        except _WRONG:
            note(connection, Happened("second factor refused", person, what=FactorKind.PASSKEY.value), now)
            return False
        connection.execute(update(tables.factor).filter_by(id=name).values(counter=done.new_sign_count))
        give_back(connection, WRONG, person)
    return True


def _challenge(ledger: Ledger, session: str) -> bytes:
    challenge = secrets.token_bytes(CHALLENGE_BYTES)
    set_challenge(ledger, session, bytes_to_base64url(challenge))
    return challenge


def _held(connection: Connection, person: str) -> list[str]:
    """The ids of a person's passkeys, as browsers know them."""
    query = select(tables.factor.c.secret).filter_by(person=person, kind=FactorKind.PASSKEY.value)
    return [json.loads(secret)["id"] for secret in connection.scalars(query)]
