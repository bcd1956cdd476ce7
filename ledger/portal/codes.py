"""Signing in by a code that is sent by mail: asked for, answered once, in ten minutes, in the browser that asked.

The browser is given a random token in a cookie; the row is named by its digest, and the code lies there as an HMAC
under the token itself. So another browser cannot answer, and whoever reads the database can neither. Whoever asks is
shown the same, whether there is an account, whether a code was sent, and whether the limits stopped it.
"""

import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Connection, delete, insert, select, update

from ledger import portal_tables as tables
from ledger.instants import instant_from_text, instant_to_text
from ledger.portal.allowances import Allowance, spend
from ledger.portal.events import Happened, note
from ledger.portal.people import Person, person_by_email
from ledger.portal.sealing import digest_of, new_token, same, tag_of
from ledger.store import Ledger

CODE_DIGITS = 8
"""Digits of a code: 26 bits. With five tries a code and five codes an hour, a guess comes true once in centuries."""

GOOD_FOR = timedelta(minutes=10)
"""How long a code can be answered: the most that ASVS 5.0 allows (6.5.5)."""

TRIES_MAX = 5
"""Answers to one code."""

BY_ADDRESS = Allowance("codes by address", 5, timedelta(hours=1))
BY_NETWORK = Allowance("codes by network", 30, timedelta(hours=1))

BACK_TO_CHARS_MAX = 300
"""Longest path to go on to."""


@dataclass(frozen=True, slots=True)
class Asked:
    """A code that was asked for: the token for the browser's cookie, and the code to send; None when none is sent."""

    token: str
    code: str | None


@dataclass(frozen=True, slots=True)
class Answered:
    """Who answered, and the path they were on their way to; `added` when an identity was added, and nobody let in."""

    person: Person
    back_to: str
    added: bool = False


def ask_code(ledger: Ledger, email: str, network: str, back_to: str, now: datetime) -> Asked:
    """Make a code for an address, as `people.read_email` writes it; `network` says where the question comes from."""
    token, code = new_token(), f"{secrets.randbelow(10**CODE_DIGITS):0{CODE_DIGITS}}"
    with ledger.writing() as connection:
        _sweep(connection, now)
        # the network first, so that whoever has used theirs up takes nothing from an address any more
        if not (spend(connection, BY_NETWORK, network, now) and spend(connection, BY_ADDRESS, email, now)):
            note(connection, Happened("code not sent", what="asked for too often"), now)
            return Asked(token, None)
        connection.execute(
            insert(tables.sign_in).values(
                id=digest_of(token),
                kind="code",
                email=email,
                answer=tag_of(token, f"code:{code}"),
                back_to=local_path(back_to),
                made_at=instant_to_text(now),
                tries=0,
            )
        )
    return Asked(token, code)


def answer_code(ledger: Ledger, token: str, code: str, now: datetime) -> Answered | None:
    """Return who has answered the code of a browser; None for a wrong, late, used or foreign one."""
    given = "".join(sign for sign in code if sign.isascii() and sign.isdigit())
    with ledger.writing() as connection:
        _sweep(connection, now)
        mine = tables.sign_in.c.id == digest_of(token)
        row = connection.execute(select(tables.sign_in).where(mine, tables.sign_in.c.kind == "code")).mappings().first()
        if row is None or instant_from_text(row["made_at"]) + GOOD_FOR <= now or row["tries"] >= TRIES_MAX:
            return None
        if not same(row["answer"], tag_of(token, f"code:{given}")):
            connection.execute(update(tables.sign_in).where(mine).values(tries=row["tries"] + 1))
            note(connection, Happened("code wrong"), now)
            return None
        connection.execute(delete(tables.sign_in).where(mine))
        person = person_by_email(connection, row["email"], now)
        return None if person is None else Answered(person, row["back_to"])


def local_path(text: str) -> str:
    """Return a path on this site to go on to, or `/min-side` for anything else: no other host is ever led to."""
    plain = text.isascii() and text.isprintable() and "\\" not in text and " " not in text
    if plain and text.startswith("/") and not text.startswith("//") and len(text) <= BACK_TO_CHARS_MAX:
        return text
    return "/min-side"


def _sweep(connection: Connection, now: datetime) -> None:
    connection.execute(delete(tables.sign_in).where(tables.sign_in.c.made_at <= instant_to_text(now - GOOD_FOR)))
