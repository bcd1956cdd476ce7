"""Personal tokens for programs: shown once, kept as a digest, with scopes and a last day.

A token is `fod_` and 43 random signs, so that scanners of published code can find one that slipped out.
"""

import json
import secrets
from collections.abc import Collection
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from sqlalchemy import delete, func, insert, select, update

from ledger import portal_tables as tables
from ledger.errors import RecordRefused
from ledger.instants import instant_from_text, instant_to_text
from ledger.portal.events import Happened, note, plain
from ledger.portal.people import who_is
from ledger.portal.roles import NOBODY, Scope, Who
from ledger.portal.sealing import digest_of, new_token
from ledger.store import Ledger

PREFIX = "fod_"

DAYS_MAX = 365
"""Longest life of a token."""

TOKENS_MAX = 20

NAME_CHARS_MAX = 60

USED_EVERY = timedelta(minutes=5)
"""How often it is written down that a token is used."""


@dataclass(frozen=True, slots=True)
class Token:
    """A token as its owner sees it later: without itself. `used_at` is None where it never was."""

    id: str
    name: str
    scopes: tuple[Scope, ...]
    made_at: datetime
    ends_at: datetime
    used_at: datetime | None


def make_token(ledger: Ledger, person: str, asked: tuple[str, Collection[Scope], int], now: datetime) -> str:
    """Make a token and return it, to be shown once; `asked` is its name, its scopes and its days.

    Raises:
        RecordRefused: it has no name, no scope or too many days, or the person has too many tokens.

    """
    name, scopes, days = asked
    named = plain(name).strip()
    if not 0 < len(named) <= NAME_CHARS_MAX or not scopes or not 0 < days <= DAYS_MAX:
        raise RecordRefused("A token has a name of at most 60 characters, something it may do, and 1 to 365 days.")
    token = PREFIX + new_token()
    with ledger.writing() as connection:
        table = tables.token
        connection.execute(delete(table).where(table.c.person == person, table.c.ends_at <= instant_to_text(now)))
        if (connection.scalar(select(func.count()).select_from(table).filter_by(person=person)) or 0) >= TOKENS_MAX:
            raise RecordRefused("One person has at most 20 tokens. End one first.")
        connection.execute(
            insert(table).values(
                id=f"t{secrets.token_hex(8)}",
                digest=digest_of(token),
                person=person,
                name=named,
                scopes=json.dumps(sorted(scopes)),
                made_at=instant_to_text(now),
                ends_at=instant_to_text(now + timedelta(days=days)),
                used_at="",
            )
        )
        note(connection, Happened("token made", person, what=", ".join(sorted(scopes))), now)
    return token


def bearer(ledger: Ledger, token: str, now: datetime) -> Who:
    """Return who uses a token; nobody when there is none that holds."""
    if not token.startswith(PREFIX):
        return NOBODY
    with ledger.reading() as connection:
        row = connection.execute(select(tables.token).filter_by(digest=digest_of(token))).mappings().one_or_none()
        if row is None or instant_from_text(row["ends_at"]) <= now:
            return NOBODY
        who = who_is(connection, row["person"])
    if not who.person:
        return NOBODY
    if not row["used_at"] or instant_from_text(row["used_at"]) + USED_EVERY <= now:
        with ledger.writing() as connection:
            connection.execute(update(tables.token).filter_by(id=row["id"]).values(used_at=instant_to_text(now)))
    return replace(who, scopes=frozenset(Scope(scope) for scope in json.loads(row["scopes"])))


def end_token(ledger: Ledger, person: str, name: str, now: datetime) -> bool:
    """End one of a person's tokens by its id; tell whether there was one."""
    with ledger.writing() as connection:
        table = tables.token
        gone = connection.execute(delete(table).where(table.c.id == name, table.c.person == person)).rowcount
        if gone:
            note(connection, Happened("token ended", person), now)
    return bool(gone)


def tokens_of(ledger: Ledger, person: str, now: datetime) -> tuple[Token, ...]:
    """Return a person's tokens that hold, oldest first."""
    with ledger.reading() as connection:
        query = select(tables.token).filter_by(person=person).order_by(tables.token.c.made_at)
        rows = connection.execute(query).mappings().all()
    found = (
        Token(
            row["id"],
            row["name"],
            tuple(Scope(scope) for scope in json.loads(row["scopes"])),
            instant_from_text(row["made_at"]),
            instant_from_text(row["ends_at"]),
            instant_from_text(row["used_at"]) if row["used_at"] else None,
        )
        for row in rows
    )
    return tuple(token for token in found if token.ends_at > now)
