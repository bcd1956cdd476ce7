"""The journal: what happened to whom, in order, never changed.

An entry's leaf is the canonical JSON (RFC 8785) of all it says, its number included; its digest is the SHA-256 of those
bytes. The number is given inside the writer's transaction, counts from 0 and has no gaps: it is the entry's index in
the hash tree over the leaves (`tree`). The database itself refuses to change an entry, to delete one and to skip a
number.

Rule for bodies: no personal data and no page text, since nothing can be taken out again. Names, notes and bank
references are represented by a commitment, the SHA-256 of a random nonce and the values; both lie in the row the entry
is about, and erasing them there leaves the journal whole.
"""

import hashlib
import re
import secrets
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TypeAlias

import rfc8785
from sqlalchemy import Connection, Row, insert, select

from ledger import tables
from ledger.errors import RecordRefused
from ledger.instants import instant_from_text, instant_to_text
from ledger.leaves import leaf
from ledger.records import Entry
from ledger.store import Ledger
from ledger.tree import grow, size_of

LEAF_BYTES_MAX = 65_535
"""Longest leaf: published transparency logs count an entry's bytes in 16 bits (c2sp.org/tlog-tiles, entry bundles)."""

CATALOGUE = "catalogue"
"""The actor of everything that comes out of the catalogue's files."""

PROGRAM = "fodaftryk"
"""The actor of what the program records of its own work: crawls and releases."""

NONCE_BYTES = 32
"""Enough that nobody can guess a commitment's values by trying."""

_ACTOR = re.compile(r"[a-z0-9][a-z0-9:_.-]{0,63}")

Json: TypeAlias = "str | int | bool | Sequence[Json] | Mapping[str, Json] | None"


@dataclass(frozen=True, slots=True)
class Event:
    """What is to be entered: `kind` says what happened, `subject` to whom."""

    kind: str
    subject: str
    body: Mapping[str, Json]


@dataclass(frozen=True, slots=True)
class Stamp:
    """Who records, and when.

    Raises:
        RecordRefused: the actor is no plain account or role name.
        ValueError: the instant has no time zone.

    """

    actor: str
    now: datetime

    def __post_init__(self) -> None:
        if not _ACTOR.fullmatch(self.actor):
            raise RecordRefused(
                f"{self.actor!r} cannot stand in the journal: name a role or an account in small letters, such as "
                "accounts:7, and never a person or a mail address, for nothing can be taken out of the journal again"
            )
        instant_to_text(self.now)


def append(connection: Connection, stamp: Stamp, event: Event) -> int:
    """Enter an event, inside a writing transaction, and return its number.

    Raises:
        RecordRefused: the leaf is longer than `LEAF_BYTES_MAX`.

    """
    return append_all(connection, stamp, (event,))


def append_all(connection: Connection, stamp: Stamp, events: Iterable[Event]) -> int:
    """Enter events in their order, inside a writing transaction, and return the number of the first.

    Raises:
        RecordRefused: a leaf is longer than `LEAF_BYTES_MAX`.

    """
    first = size_of(connection)
    at = instant_to_text(stamp.now)
    rows = [_row(seq, at, stamp.actor, event) for seq, event in enumerate(events, first)]
    if rows:
        connection.execute(insert(tables.entry), rows)
        grow(connection, first, first + len(rows))
    return first


def entries(ledger: Ledger, subject: str | None = None) -> tuple[Entry, ...]:
    """Return the journal in order: all of it, or what is about `source:<name>` or `release:<version>`."""
    query = select(tables.entry).order_by(tables.entry.c.seq)
    if subject is not None:
        query = query.where(tables.entry.c.subject == subject)
    with ledger.reading() as connection:
        return tuple(_entry(row) for row in connection.execute(query))


def canonical(value: Mapping[str, Json] | Sequence[Json]) -> bytes:
    """Write a value as canonical JSON (RFC 8785).

    Raises:
        RecordRefused: a text in it is no Unicode, or a number is beyond what canonical JSON keeps exact.

    """
    try:
        return rfc8785.dumps(value)
    except rfc8785.CanonicalizationError as error:
        raise RecordRefused(f"this cannot be kept ({error}): write texts as UTF-8, and smaller numbers") from error


def digest(data: bytes) -> str:
    """`sha256:` and the hex SHA-256 of some bytes."""
    return "sha256:" + hashlib.sha256(data).hexdigest()


def new_nonce() -> str:
    """Return a fresh nonce for a commitment, in hex."""
    return secrets.token_hex(NONCE_BYTES)


def commitment(nonce: str, values: Mapping[str, Json]) -> str:
    """Commit to values that must be erasable: `sha256:…` of the nonce's bytes and the values' canonical JSON."""
    return digest(bytes.fromhex(nonce) + canonical(values))


def _row(seq: int, at: str, actor: str, event: Event) -> dict[str, str | int]:
    body = canonical(event.body).decode()
    line = (seq, at, event.kind, event.subject, actor, body)
    written = leaf(line)
    if len(written) > LEAF_BYTES_MAX:
        raise RecordRefused(f"{event.subject}: the journal takes {LEAF_BYTES_MAX} bytes an entry, not {len(written)}")
    return dict(zip(tables.entry.c.keys(), (*line, digest(written)), strict=True))


def _entry(row: Row[tuple[object, ...]]) -> Entry:
    values = row._asdict()
    return Entry(**{**values, "recorded_at": instant_from_text(values["recorded_at"])})
