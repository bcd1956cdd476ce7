"""Sessions: kept on the server, known to the browser by a random token, of which only the digest lies here.

A session ends when it was not used for half an hour, twelve hours after it began, when it is ended, and when its
account is closed. Signing in and showing a second factor each make a new token, so that one that was planted or seen
before is worth nothing.
"""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from sqlalchemy import Connection, RowMapping, delete, insert, select, update

from ledger import portal_tables as tables
from ledger.instants import instant_from_text, instant_to_text
from ledger.portal.events import Happened, note, plain
from ledger.portal.people import who_is
from ledger.portal.roles import Who
from ledger.portal.sealing import digest_of, new_token
from ledger.store import Ledger

IDLE_MAX = timedelta(minutes=30)
"""Longest pause: where money is looked at, people leave a screen alone."""

AGE_MAX = timedelta(hours=12)
"""Longest session: a working day."""

SECOND_MAX = timedelta(hours=1)
"""How long a second factor counts; then it is asked for again before a claim or money."""

SEEN_EVERY = timedelta(minutes=1)
"""How often it is written down that a session is used: a write for each page would make pages wait for writers."""

SESSIONS_MAX = 10
"""Most sessions of one person; the one used longest ago ends first."""

BROWSER_CHARS_MAX = 120


@dataclass(frozen=True, slots=True)
class Entrance:
    """How somebody signed in (`code`, `oidc`), and what their browser calls itself."""

    how: str
    browser: str = ""


@dataclass(frozen=True, slots=True)
class Session:
    """A session that holds: its id (no secret), who it is, and when it began and was used."""

    id: str
    who: Who
    how: str
    browser: str
    made_at: datetime
    seen_at: datetime
    challenge: str = ""


def start_session(ledger: Ledger, person: str, entrance: Entrance, old: str, now: datetime) -> str:
    """Begin a session and return its token; what the browser was signed in to before (`old`, or empty) ends."""
    token = new_token()
    with ledger.writing() as connection:
        _sweep(connection, now)
        connection.execute(delete(tables.session).where(tables.session.c.id == digest_of(old)))
        mine = select(tables.session.c.id).filter_by(person=person).order_by(tables.session.c.seen_at.desc())
        for gone in connection.scalars(mine.offset(SESSIONS_MAX - 1)).all():
            connection.execute(delete(tables.session).where(tables.session.c.id == gone))
        at = instant_to_text(now)
        connection.execute(
            insert(tables.session).values(
                id=digest_of(token),
                person=person,
                how=entrance.how,
                browser=plain(entrance.browser)[:BROWSER_CHARS_MAX],
                made_at=at,
                seen_at=at,
                second_at="",
                challenge="",
            )
        )
        note(connection, Happened("signed in", person, what=entrance.how), now)
    return token


def session_of(ledger: Ledger, token: str, now: datetime) -> Session | None:
    """Return the session of a browser's token; None when there is none that holds."""
    if not token:
        return None
    with ledger.reading() as connection:
        row = connection.execute(select(tables.session).filter_by(id=digest_of(token))).mappings().one_or_none()
        if row is None or not _holds(row, now):
            return None
        session = _session(connection, row, now)
    if not session.who.person:
        return None
    if session.seen_at + SEEN_EVERY <= now:
        with ledger.writing() as connection:
            connection.execute(update(tables.session).filter_by(id=session.id).values(seen_at=instant_to_text(now)))
    return session


def strengthen(ledger: Ledger, token: str, kind: str, now: datetime) -> str:
    """Write down that a second factor was shown in a session, and return its new token."""
    fresh = new_token()
    values = {"id": digest_of(fresh), "second_at": instant_to_text(now), "challenge": ""}
    with ledger.writing() as connection:
        person = connection.scalar(select(tables.session.c.person).filter_by(id=digest_of(token)))
        connection.execute(update(tables.session).filter_by(id=digest_of(token)).values(**values))
        note(connection, Happened("second factor shown", person or "", what=kind), now)
    return fresh


def set_challenge(ledger: Ledger, session: str, challenge: str) -> None:
    """Keep what a passkey is to sign next in a session, in place of what it was to sign before."""
    with ledger.writing() as connection:
        connection.execute(update(tables.session).filter_by(id=session).values(challenge=challenge))


def take_challenge(ledger: Ledger, session: str) -> str:
    """Return what a passkey was to sign, once; empty when there is nothing."""
    with ledger.writing() as connection:
        found = connection.scalar(select(tables.session.c.challenge).filter_by(id=session))
        connection.execute(update(tables.session).filter_by(id=session).values(challenge=""))
    return found or ""


def end_session(ledger: Ledger, person: str, session: str, now: datetime) -> bool:
    """End one of a person's sessions by its id; tell whether there was one."""
    with ledger.writing() as connection:
        table = tables.session
        gone = connection.execute(delete(table).where(table.c.id == session, table.c.person == person)).rowcount
        if gone:
            note(connection, Happened("signed out", person), now)
    return bool(gone)


def end_others(ledger: Ledger, person: str, kept: str, now: datetime) -> int:
    """End all of a person's sessions but one, by id; return how many."""
    with ledger.writing() as connection:
        table = tables.session
        gone = connection.execute(delete(table).where(table.c.id != kept, table.c.person == person)).rowcount
        if gone:
            note(connection, Happened("signed out elsewhere", person, what=str(gone)), now)
    return gone


def sessions_of(ledger: Ledger, person: str, now: datetime) -> tuple[Session, ...]:
    """Return a person's sessions that hold, the one used last first."""
    with ledger.reading() as connection:
        query = select(tables.session).filter_by(person=person).order_by(tables.session.c.seen_at.desc())
        rows = connection.execute(query).mappings().all()
        return tuple(_session(connection, row, now) for row in rows if _holds(row, now))


def _holds(row: RowMapping, now: datetime) -> bool:
    made, seen = instant_from_text(row["made_at"]), instant_from_text(row["seen_at"])
    return made + AGE_MAX > now and seen + IDLE_MAX > now


def _session(connection: Connection, row: RowMapping, now: datetime) -> Session:
    second = bool(row["second_at"]) and instant_from_text(row["second_at"]) + SECOND_MAX > now
    who = replace(who_is(connection, row["person"]), second=second)
    made, seen = instant_from_text(row["made_at"]), instant_from_text(row["seen_at"])
    return Session(row["id"], who, row["how"], row["browser"], made, seen, row["challenge"])


def _sweep(connection: Connection, now: datetime) -> None:
    table = tables.session.c
    old = (table.made_at <= instant_to_text(now - AGE_MAX)) | (table.seen_at <= instant_to_text(now - IDLE_MAX))
    connection.execute(delete(tables.session).where(old))
