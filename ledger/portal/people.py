"""People with an account, and the holders they act for.

There is no registering: who has shown once that a mail address is theirs has an account, which may do nothing for
anybody until a claim is proved or the house grants it. A holder is whom records belong to, a person or an organisation;
`party` is the name it has in agreements and statements, given by the house alone and empty until then.
"""

import re
import secrets
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum

from sqlalchemy import Column, ColumnElement, Connection, delete, insert, or_, select, tuple_, update

from ledger import portal_tables as tables
from ledger.errors import RecordRefused, UnknownRecord
from ledger.instants import instant_to_text
from ledger.journal import Stamp
from ledger.portal.events import Happened, note
from ledger.portal.roles import HOUSE, Grant, Role, Who
from ledger.store import Ledger

EMAIL_CHARS_MAX = 254
"""Longest address that can be written to (RFC 5321, 4.5.3.1.3, less the angle brackets)."""

NAME_CHARS_MAX = 200
"""Longest name of a person or a holder."""

HOLDERS_MAX = 20
"""Most holders of one person; a collective has one, and mandates."""

_EMAIL = re.compile(
    r"[a-z0-9.!#$%&'*+/=?^_`{|}~-]{1,64}@([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z]([a-z0-9-]{0,61}[a-z0-9])?"
)


@dataclass(frozen=True, slots=True)
class Part:
    """A part of a list: what stands in an address or a name, behind the one with an id, at most so many; 0 is all."""

    sought: str = ""
    after: str = ""
    most: int = 0

    def is_in(self, *columns: Column[str]) -> ColumnElement[bool]:
        """Whether what is sought stands in one of some columns; a sign of it is no wildcard."""
        return or_(*(column.icontains(self.sought, autoescape=True) for column in columns))


WHOLE = Part()


class HolderKind(StrEnum):
    """Whether somebody has rights of their own, or those of many."""

    HOLDER = "holder"
    COLLECTIVE = "collective"


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody with an account."""

    id: str
    email: str
    name: str
    language: str
    is_open: bool


@dataclass(frozen=True, slots=True)
class Holder:
    """Whom records belong to; `party` is the name in agreements, empty until the house has tied it."""

    id: str
    name: str
    kind: HolderKind
    party: str


def read_email(text: str) -> str:
    """Return an address in the one spelling that is kept: small letters, the domain as ASCII.

    Raises:
        ValueError: it is none that a plain mail program would take.

    """
    local, _, domain = text.strip().lower().rpartition("@")
    try:
        domain = domain if domain.isascii() else domain.encode("idna").decode("ascii")
    except UnicodeError as error:
        raise ValueError("that is no mail address: write it as navn@example.dk") from error
    email = f"{local}@{domain}"
    if len(email) > EMAIL_CHARS_MAX or not _EMAIL.fullmatch(email) or ".." in email:
        raise ValueError("that is no mail address: write it as navn@example.dk")
    return email


def person_by_email(connection: Connection, email: str, now: datetime) -> Person | None:
    """Return the person of an address that was shown to be theirs, new where there is none; None when it is closed."""
    row = connection.execute(select(tables.person).filter_by(email=email)).mappings().one_or_none()
    if row is not None:
        return None if row["closed_at"] else _person(dict(row))
    made = {"id": f"p{secrets.token_hex(8)}", "email": email, "name": "", "language": "da", "closed_at": ""}
    connection.execute(insert(tables.person).values(**made, made_at=instant_to_text(now)))
    note(connection, Happened("account made", made["id"]), now)
    return _person(made)


def find_person(ledger: Ledger, name: str) -> Person:
    """Return a person by id. Raises `UnknownRecord` when there is none."""
    with ledger.reading() as connection:
        person = read_person(connection, name)
    if person is None:
        raise UnknownRecord("there is no such person in the portal")
    return person


def read_person(connection: Connection, name: str) -> Person | None:
    """Return a person by id, inside a transaction; None when there is none."""
    row = connection.execute(select(tables.person).filter_by(id=name)).mappings().one_or_none()
    return None if row is None else _person(dict(row))


def people(ledger: Ledger, part: Part = WHOLE) -> tuple[tuple[Person, tuple[Grant, ...]], ...]:
    """Return everybody, or a part of them, with their grants, by address."""
    grants: dict[str, list[Grant]] = {}
    table = tables.person.c
    query = select(tables.person).order_by(table.email)
    if part.sought:
        query = query.where(part.is_in(table.email, table.name))
    if part.after:
        query = query.where(table.email > select(table.email).filter_by(id=part.after).scalar_subquery())
    query = query.limit(part.most or None)
    ids = select(query.with_only_columns(table.id).subquery())
    with ledger.reading() as connection:
        rows = connection.execute(query).mappings().all()
        for row in connection.execute(select(tables.grant).where(tables.grant.c.person.in_(ids))).mappings():
            grants.setdefault(row["person"], []).append(Grant(Role(row["role"]), row["holder"]))
    order = {role: number for number, role in enumerate(Role)}
    return tuple(
        (_person(dict(row)), tuple(sorted(grants.get(row["id"], []), key=lambda one: (order[one.role], one.holder))))
        for row in rows
    )


def rename(ledger: Ledger, person: str, name: str) -> None:
    """Write how a person wants to be called. Raises `RecordRefused` when the name is too long."""
    named = _named(name, empty=True)
    with ledger.writing() as connection:
        connection.execute(update(tables.person).filter_by(id=person).values(name=named))


def close_person(ledger: Ledger, person: str, stamp: Stamp) -> None:
    """Close an account: nobody signs in to it any more, and what it was signed in to ends at once.

    Raises:
        UnknownRecord: there is no such person.

    """
    with ledger.writing() as connection:
        done = connection.execute(
            update(tables.person).filter_by(id=person, closed_at="").values(closed_at=instant_to_text(stamp.now))
        )
        if done.rowcount == 0 and not connection.scalar(select(tables.person.c.id).filter_by(id=person)):
            raise UnknownRecord("there is no such person in the portal")
        for table in (tables.session, tables.token, tables.grant):
            connection.execute(delete(table).where(table.c.person == person))
        note(connection, Happened("account closed", person, what=f"by {stamp.actor}"), stamp.now)


def make_holder(ledger: Ledger, person: str, name: str, kind: HolderKind, now: datetime) -> Holder:
    """Set up a holder that a person acts for, without records before a claim; sent once more, it is the one there is.

    Raises:
        RecordRefused: the name is empty or too long, or the person has set up too many.

    """
    made = Holder(f"h{secrets.token_hex(8)}", _named(name), kind, "")
    with ledger.writing() as connection:
        held = connection.scalars(select(tables.grant.c.holder).filter_by(person=person).distinct()).all()
        same = select(tables.holder).filter_by(name=made.name, kind=kind.value).where(tables.holder.c.id.in_(held))
        if (row := connection.execute(same).mappings().first()) is not None:
            return Holder(row["id"], row["name"], kind, row["party"])
        if len(held) >= HOLDERS_MAX:
            raise RecordRefused("One person acts for at most twenty rights holders here. Write to us about more.")
        connection.execute(
            insert(tables.holder).values(
                id=made.id, name=made.name, kind=made.kind.value, party="", made_at=instant_to_text(now)
            )
        )
        role = Role.COLLECTIVE if kind is HolderKind.COLLECTIVE else Role.HOLDER
        _grant(connection, person, Grant(role, made.id), Stamp(f"person:{person}", now))
    return made


def give(ledger: Ledger, person: str, grant: Grant, stamp: Stamp) -> None:
    """Grant a person a role; again, and nothing changes. Who may do that is asked before.

    Raises:
        UnknownRecord: there is no such person or holder.
        RecordRefused: a role of the house is for no holder, any other is for one of its kind.

    """
    with ledger.writing() as connection:
        if not connection.scalar(select(tables.person.c.id).filter_by(id=person, closed_at="")):
            raise UnknownRecord("there is no such person in the portal, or the account is closed")
        if (grant.role in HOUSE) == bool(grant.holder):
            raise RecordRefused("Staff and auditors work for the house, all others for a rights holder. Say for whom.")
        if grant.holder:
            kind = connection.scalar(select(tables.holder.c.kind).filter_by(id=grant.holder))
            if kind is None:
                raise UnknownRecord("there is no such holder in the portal")
            if kind != grant.role.value:
                raise RecordRefused("A role for an organisation is for one, and a role for a rights holder for one.")
        _grant(connection, person, grant, stamp)


def take(ledger: Ledger, person: str, grant: Grant, stamp: Stamp) -> bool:
    """Take a role from a person; tell whether they had it. It ends with the next request."""
    table = tables.grant
    with ledger.writing() as connection:
        mine = (table.c.person == person, table.c.role == grant.role.value, table.c.holder == grant.holder)
        gone = connection.execute(delete(table).where(*mine)).rowcount
        if gone:
            note(connection, Happened("role taken", person, grant.holder, f"{grant.role} by {stamp.actor}"), stamp.now)
    return bool(gone)


def name_party(ledger: Ledger, holder: str, party: str, stamp: Stamp) -> None:
    """Tie a holder to the name it has in agreements and statements, or untie it with an empty one.

    Raises:
        UnknownRecord: there is no such holder.

    """
    with ledger.writing() as connection:
        named = _named(party, empty=True)
        if not connection.execute(update(tables.holder).filter_by(id=holder).values(party=named)).rowcount:
            raise UnknownRecord("there is no such holder in the portal")
        note(connection, Happened("party named", holder=holder, what=f"by {stamp.actor}"), stamp.now)


def holders(ledger: Ledger, names: frozenset[str] | None = None, part: Part = WHOLE) -> tuple[Holder, ...]:
    """Return some holders, all of them, or a part, by name."""
    table = tables.holder.c
    query = select(tables.holder).order_by(table.name, table.id).limit(part.most or None)
    if names is not None:
        query = query.where(table.id.in_(names))
    if part.sought:
        query = query.where(part.is_in(table.name, table.party))
    if part.after:
        query = query.where(
            tuple_(table.name, table.id) > select(table.name, table.id).filter_by(id=part.after).scalar_subquery()
        )
    with ledger.reading() as connection:
        rows = connection.execute(query).mappings().all()
    return tuple(Holder(row["id"], row["name"], HolderKind(row["kind"]), row["party"]) for row in rows)


def find_holder(ledger: Ledger, name: str) -> Holder:
    """Return a holder by id. Raises `UnknownRecord` when there is none."""
    found = holders(ledger, frozenset({name}))
    if not found:
        raise UnknownRecord("there is no such holder in the portal")
    return found[0]


def who_is(connection: Connection, person: str) -> Who:
    """Return what a person may do, without a second factor; a closed account is nobody."""
    if not connection.scalar(select(tables.person.c.id).filter_by(id=person, closed_at="")):
        return Who("")
    rows = connection.execute(select(tables.grant).filter_by(person=person)).mappings()
    grants = frozenset(Grant(Role(row["role"]), row["holder"]) for row in rows)
    mine = {grant.holder for grant in grants if grant.role is Role.COLLECTIVE}
    mandates: dict[str, frozenset[str]] = {}
    query = select(tables.mandate.c.collective, tables.mandate.c.holder)
    for row in connection.execute(query.where(tables.mandate.c.collective.in_(mine))):
        mandates[row.collective] = mandates.get(row.collective, frozenset()) | {row.holder}
    return replace(Who(person), grants=grants, mandates=mandates)


def _grant(connection: Connection, person: str, grant: Grant, stamp: Stamp) -> None:
    values = {"person": person, "role": grant.role.value, "holder": grant.holder}
    if connection.scalar(select(tables.grant.c.person).filter_by(**values)):
        return
    connection.execute(insert(tables.grant).values(**values, by=stamp.actor, made_at=instant_to_text(stamp.now)))
    note(connection, Happened("role given", person, grant.holder, f"{grant.role} by {stamp.actor}"), stamp.now)


def _named(text: str, *, empty: bool = False) -> str:
    named = " ".join(text.split())
    if not (empty or named) or len(named) > NAME_CHARS_MAX or not all(sign.isprintable() for sign in named):
        raise RecordRefused("A name has 1 to 200 characters.")
    return named


def _person(row: dict[str, str]) -> Person:
    return Person(row["id"], row["email"], row["name"], row["language"], not row["closed_at"])
