"""The second factor: a one-time password from an app (RFC 6238), a passkey, or a recovery code when both are lost.

Passkeys are in `passkeys`. A password from an app counts once, in its half minute or the one before or after; five
wrong ones close the way for a quarter of an hour. A person's first factor comes with ten recovery codes, shown once.
"""

import base64
import hmac
import secrets
import struct
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from urllib.parse import quote

from sqlalchemy import Connection, delete, func, insert, select, update

from ledger import portal_tables as tables
from ledger.errors import RecordRefused
from ledger.instants import instant_to_text
from ledger.journal import Stamp
from ledger.portal.allowances import Allowance, give_back, spend
from ledger.portal.events import Happened, note, plain
from ledger.portal.sealing import digest_of, same, seal, unseal
from ledger.store import Ledger

STEP_S = 30
DIGITS = 6
"""What every app takes without being told (RFC 6238, 5.2; RFC 4226, 5.3)."""

SECRET_BYTES = 20
"""Bytes of a key: the length of its HMAC's output (RFC 4226, section 4, R6)."""

DRIFT_STEPS = 1
"""Steps by which a clock may be wrong, either way (RFC 6238, 5.2)."""

WRONG = Allowance("wrong second factors", 5, timedelta(minutes=15))

CODES = 10
CODE_BYTES = 15
"""Recovery codes of 120 bits each, so that a plain digest keeps them (ASVS 5.0, 6.5.2 asks for 112)."""

FACTORS_MAX = 10
NAME_CHARS_MAX = 60


class FactorKind(StrEnum):
    """What a second factor is."""

    TOTP = "totp"
    PASSKEY = "passkey"


@dataclass(frozen=True, slots=True)
class Factor:
    """A second factor a person has, by an id that is no secret."""

    id: str
    kind: FactorKind
    name: str
    made_at: str


@dataclass(frozen=True, slots=True)
class NewTotp:
    """A key to put into an app: as text for typing, and as the address that apps read."""

    id: str
    secret: str
    address: str


def totp(key: bytes, step: int) -> str:
    """Return the password of a key in a step (RFC 4226, 5.3; RFC 6238, 4.2)."""
    mac = hmac.new(key, struct.pack(">Q", step), "sha1").digest()
    start = mac[-1] & 0xF
    number = int.from_bytes(mac[start : start + 4], "big") & 0x7FFFFFFF
    return f"{number % 10**DIGITS:0{DIGITS}}"


def add_totp(ledger: Ledger, secret: bytes, person: str, label: str, now: datetime) -> NewTotp:
    """Make a key for a person's app; it counts once a password of it was given (`confirm_totp`).

    `secret` is the portal's, and `label` what the app shows: the person's address.

    Raises:
        RecordRefused: the person has too many factors.

    """
    key = base64.b32encode(secrets.token_bytes(SECRET_BYTES)).decode()
    made = f"f{secrets.token_hex(8)}"
    with ledger.writing() as connection:
        table = tables.factor
        connection.execute(delete(table).where(table.c.person == person, table.c.confirmed_at == ""))
        check_room(connection, person)
        connection.execute(
            insert(table).values(
                id=made,
                person=person,
                kind=FactorKind.TOTP.value,
                name="",
                secret=seal(secret, key, made),
                counter=0,
                made_at=instant_to_text(now),
                confirmed_at="",
            )
        )
    address = f"otpauth://totp/Fodaftryk:{quote(label)}?secret={key}&issuer=Fodaftryk"
    return NewTotp(made, key, address)


def confirm_totp(ledger: Ledger, secret: bytes, person: str, given: tuple[str, str], now: datetime) -> bool:
    """Take a new key into use when a password of it is right; `given` is what it is called, and the password."""
    name, code = given
    with ledger.writing() as connection:
        table = tables.factor
        query = select(table).filter_by(person=person, kind=FactorKind.TOTP.value, confirmed_at="")
        row = connection.execute(query).mappings().first()
        if row is None or not spend(connection, WRONG, person, now):
            return False
        step = _matching(unseal(secret, row["secret"], row["id"]), code, now)
        if step is None:
            return False
        give_back(connection, WRONG, person)
        named = plain(name)[:NAME_CHARS_MAX].strip() or "App"
        values = {"name": named, "counter": step, "confirmed_at": instant_to_text(now)}
        connection.execute(update(table).filter_by(id=row["id"]).values(**values))
        note(connection, Happened("second factor added", person, what=FactorKind.TOTP.value), now)
    return True


def check_second(ledger: Ledger, secret: bytes, person: str, code: str, now: datetime) -> str:
    """Return by what kind of factor a code is right (`totp`, `recovery`), or an empty text; a right one is used up."""
    with ledger.writing() as connection:
        if not spend(connection, WRONG, person, now):
            note(connection, Happened("second factor refused", person, what="tried too often"), now)
            return ""
        kind = "totp" if _use_totp(connection, secret, (person, code), now) else ""
        kind = kind or ("recovery" if _use_recovery(connection, person, code) else "")
        if kind:
            give_back(connection, WRONG, person)
        else:
            note(connection, Happened("second factor refused", person), now)
    return kind


def new_recovery(ledger: Ledger, person: str, now: datetime) -> tuple[str, ...]:
    """Make a person's recovery codes anew and return them, to be shown once; those from before are worth nothing."""
    codes = tuple(base64.b32encode(secrets.token_bytes(CODE_BYTES)).decode().lower() for _ in range(CODES))
    with ledger.writing() as connection:
        connection.execute(delete(tables.recovery).where(tables.recovery.c.person == person))
        rows = [{"id": digest_of(code), "person": person, "made_at": instant_to_text(now)} for code in codes]
        connection.execute(insert(tables.recovery), rows)
        note(connection, Happened("recovery codes made", person), now)
    return tuple("-".join(code[place : place + 4] for place in range(0, len(code), 4)) for code in codes)


def recovery_left(ledger: Ledger, person: str) -> int:
    """How many recovery codes a person has left."""
    with ledger.reading() as connection:
        return connection.scalar(select(func.count()).select_from(tables.recovery).filter_by(person=person)) or 0


def factors_of(ledger: Ledger, person: str) -> tuple[Factor, ...]:
    """Return the factors that count for a person, oldest first."""
    table = tables.factor
    query = select(table).filter_by(person=person).where(table.c.confirmed_at != "").order_by(table.c.made_at)
    with ledger.reading() as connection:
        rows = connection.execute(query).mappings().all()
    return tuple(Factor(row["id"], FactorKind(row["kind"]), row["name"], row["made_at"]) for row in rows)


def drop_factor(ledger: Ledger, person: str, name: str, now: datetime) -> bool:
    """Take one of a person's factors out of use; tell whether there was one.

    Raises:
        RecordRefused: it is the last one. Another has to be added first, or the account would be open to its mail.

    """
    table = tables.factor
    with ledger.writing() as connection:
        mine = select(table.c.id).filter_by(person=person).where(table.c.confirmed_at != "")
        held = connection.scalars(mine).all()
        if name not in held:
            return False
        if len(held) == 1:
            raise RecordRefused("This is the last second factor. Add another one first, then remove this one.")
        connection.execute(delete(table).where(table.c.id == name, table.c.person == person))
        note(connection, Happened("second factor removed", person), now)
    return True


def forget_factors(ledger: Ledger, person: str, stamp: Stamp) -> int:
    """Take all of a person's factors and recovery codes out of use, and end their sessions; return how many factors.

    For somebody who has lost them all: whoever does this has seen who they are. Their tokens end too.
    """
    with ledger.writing() as connection:
        gone = connection.execute(delete(tables.factor).where(tables.factor.c.person == person)).rowcount
        for table in (tables.recovery, tables.session, tables.token):
            connection.execute(delete(table).where(table.c.person == person))
        note(connection, Happened("second factors forgotten", person, what=f"by {stamp.actor}"), stamp.now)
    return gone


def check_room(connection: Connection, person: str) -> None:
    """Refuse one more factor for somebody who has very many."""
    held = connection.scalar(select(func.count()).select_from(tables.factor).filter_by(person=person)) or 0
    if held >= FACTORS_MAX:
        raise RecordRefused("One person has at most ten second factors. Remove one first.")


def _use_totp(connection: Connection, secret: bytes, given: tuple[str, str], now: datetime) -> bool:
    person, code = given
    table = tables.factor
    query = select(table).filter_by(person=person, kind=FactorKind.TOTP.value).where(table.c.confirmed_at != "")
    for row in connection.execute(query).mappings().all():
        step = _matching(unseal(secret, row["secret"], row["id"]), code, now)
        if step is not None and step > row["counter"]:
            connection.execute(update(table).filter_by(id=row["id"]).values(counter=step))
            return True
    return False


def _use_recovery(connection: Connection, person: str, code: str) -> bool:
    plain_code = code.replace("-", "").replace(" ", "").lower()
    table = tables.recovery
    mine = (table.c.id == digest_of(plain_code), table.c.person == person)
    return bool(connection.execute(delete(table).where(*mine)).rowcount)


def _matching(key: str | None, code: str, now: datetime) -> int | None:
    """The step in which a key has a password, or None."""
    given = "".join(code.split())
    if key is None or len(given) != DIGITS:
        return None
    today = int(now.timestamp()) // STEP_S
    steps = range(today - DRIFT_STEPS, today + DRIFT_STEPS + 1)
    return next((step for step in steps if same(totp(base64.b32decode(key), step), given)), None)
