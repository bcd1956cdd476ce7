"""The portal's trail: who signed in, asked, was let in or decided; for audits, and for the person it is about.

It names people and holders by id, and says what was done in few fixed words. What strangers wrote never stands in it
but as an id, so that no line can be forged. Decisions about rights and money are in the journal besides, for ever.
"""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, func, insert, select

from ledger import portal_tables as tables
from ledger.instants import instant_from_text, instant_to_text
from ledger.store import Ledger

PAGE = 200
"""Lines shown at once."""

WHAT_CHARS_MAX = 200
"""Longest remark."""


@dataclass(frozen=True, slots=True)
class Happened:
    """Something that was done: what kind of thing, by whom (empty: by nobody who is known), for which holder."""

    kind: str
    person: str = ""
    holder: str = ""
    what: str = ""


@dataclass(frozen=True, slots=True)
class Noted:
    """A line of the trail."""

    number: int
    at: datetime
    happened: Happened


def note(connection: Connection, happened: Happened, now: datetime) -> None:
    """Write a line, inside a writing transaction."""
    last = connection.scalar(select(func.max(tables.event.c.number))) or 0
    connection.execute(
        insert(tables.event).values(
            number=last + 1,
            at=instant_to_text(now),
            kind=happened.kind,
            person=happened.person,
            holder=happened.holder,
            what=plain(happened.what),
        )
    )


def trail(ledger: Ledger, person: str = "", before: int = 0) -> tuple[Noted, ...]:
    """Return the newest lines first: all, or a person's; those before a number where one is given."""
    query = select(tables.event).order_by(tables.event.c.number.desc()).limit(PAGE)
    if person:
        query = query.where(tables.event.c.person == person)
    if before:
        query = query.where(tables.event.c.number < before)
    with ledger.reading() as connection:
        rows = connection.execute(query).mappings().all()
    return tuple(
        Noted(
            row["number"],
            instant_from_text(row["at"]),
            Happened(row["kind"], row["person"], row["holder"], row["what"]),
        )
        for row in rows
    )


def plain(text: str) -> str:
    """Return a text in one line of signs that can be seen, and not too long."""
    return "".join(sign if sign.isprintable() else " " for sign in text)[:WHAT_CHARS_MAX]
