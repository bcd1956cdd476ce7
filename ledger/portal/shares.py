"""Text that holders share: an upload, kept until it is handed to the pipeline as a delivery under an agreement.

What is kept counts for nothing yet. It becomes a delivery of a source when that source is known and an agreement about
it stands, and the pipeline judges it then as it judges every text. How it is kept and delivered is handed in.
"""

import secrets
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from pathlib import Path

from sqlalchemy import RowMapping, func, insert, or_, select, update

from ledger import portal_tables as tables
from ledger.errors import RecordRefused, UnknownRecord
from ledger.instants import instant_from_text, instant_to_text
from ledger.journal import Stamp
from ledger.portal.allowances import Allowance, spend
from ledger.portal.events import Happened, note
from ledger.portal.uploads import Upload
from ledger.store import Ledger

WAITING_MAX = 100
"""Most uploads of one holder, and of one person for all their holders, that wait to be delivered."""

POINTERS = Allowance("pointers by person", 10, timedelta(days=1))
"""Places of one person in a day: each is a mail to the house."""

REASON_CHARS_MAX = 2000


class ShareState(StrEnum):
    """How far an upload has come."""

    KEPT = "kept"
    DELIVERED = "delivered"
    REFUSED = "refused"
    WITHDRAWN = "withdrawn"


@dataclass(frozen=True, slots=True)
class Share:
    """An upload of a holder, for a source (empty: not known yet) under an agreement (empty: none yet)."""

    id: str
    holder: str
    person: str
    source: str
    agreement: str
    name: str
    digest: str
    bytes: int
    files: int
    state: ShareState
    reason: str
    made_at: datetime


@dataclass(frozen=True, slots=True)
class Hands:
    """How uploads are held: `keep` puts a file away by its hex SHA-256; `deliver` makes a share a delivery.

    `deliver` gets the share and a note, and raises the errors of the ledger and of whoever delivers; `drop` forgets a
    file that nothing needs any more; `read` gives a file's bytes, or None where there is none.
    """

    keep: Callable[[str, Path], None]
    deliver: Callable[[Share, Stamp], None]
    drop: Callable[[str], None]
    read: Callable[[str], bytes | None]


def add_share(ledger: Ledger, upload: Upload, whose: tuple[str, str], source: str, now: datetime) -> Share:
    """Write down an upload that was kept; `whose` is the holder and the person. The same once more is the one there is.

    Raises:
        RecordRefused: too many wait.

    """
    holder, person = whose
    table = tables.share
    with ledger.writing() as connection:
        waiting = select(table).filter_by(state=ShareState.KEPT.value)
        same = waiting.filter_by(holder=holder, digest=upload.sha256, source=source)
        held = connection.execute(same).mappings().first()
        if held is not None:
            return _share(held)
        theirs = waiting.where(or_(table.c.holder == holder, table.c.person == person))
        if (connection.scalar(select(func.count()).select_from(theirs.subquery())) or 0) >= WAITING_MAX:
            raise RecordRefused("A hundred uploads wait already. Let us take those first.")
        made = f"u{secrets.token_hex(8)}"
        connection.execute(
            insert(table).values(
                id=made,
                holder=holder,
                person=person,
                source=source,
                agreement="",
                name=upload.name,
                digest=upload.sha256,
                bytes=upload.bytes,
                files=upload.files,
                state=ShareState.KEPT.value,
                reason="",
                made_at=instant_to_text(now),
            )
        )
        note(connection, Happened("text shared", person, holder, made), now)
    return find_share(ledger, made)


def note_pointer(ledger: Ledger, whose: tuple[str, str], now: datetime) -> None:
    """Write down that somebody has told where a larger collection lies; `whose` is the holder and the person.

    Raises:
        RecordRefused: they have told very often today.

    """
    holder, person = whose
    with ledger.writing() as connection:
        if not spend(connection, POINTERS, person, now):
            raise RecordRefused("You have told us of ten places today. Write to us, or go on tomorrow.")
        note(connection, Happened("delivery told of", person, holder), now)


def hand_over(ledger: Ledger, name: str, where: tuple[str, str], hands: Hands, stamp: Stamp) -> Share:
    """Make a kept upload a delivery; `where` is the source and the agreement.

    Raises:
        RecordRefused: it is not kept any more, or no agreement is named.
        UnknownRecord: there is no such upload, source or agreement.

    """
    source, agreement = where
    share = find_share(ledger, name)
    if share.state is not ShareState.KEPT:
        raise RecordRefused("This upload was delivered, refused or taken back already.")
    if not agreement:
        raise RecordRefused("Name the agreement under which it is delivered. Without one it may not be used.")
    values = {"source": source, "agreement": agreement}
    with ledger.writing() as connection:
        connection.execute(update(tables.share).filter_by(id=name).values(**values))
    hands.deliver(find_share(ledger, name), stamp)
    return _become(ledger, share, (ShareState.DELIVERED, ""), stamp)


def give_up(ledger: Ledger, name: str, ruling: tuple[ShareState, str], stamp: Stamp) -> Share:
    """Refuse a kept upload, or let its holder withdraw it. Its file is then for `kept_files` to forget.

    Raises:
        RecordRefused: it is not kept any more, or no reason is given.
        UnknownRecord: there is no such upload.

    """
    state, reason = ruling
    share = find_share(ledger, name)
    if share.state is not ShareState.KEPT or state not in (ShareState.REFUSED, ShareState.WITHDRAWN):
        raise RecordRefused("This upload was delivered, refused or taken back already.")
    if not 0 < len(reason.strip()) <= REASON_CHARS_MAX:
        raise RecordRefused("Say why, in at most 2000 characters.")
    return _become(ledger, share, (state, reason.strip()), stamp)


def find_share(ledger: Ledger, name: str) -> Share:
    """Return an upload by id. Raises `UnknownRecord` when there is none."""
    with ledger.reading() as connection:
        row = connection.execute(select(tables.share).filter_by(id=name)).mappings().one_or_none()
    if row is None:
        raise UnknownRecord("there is no such upload in the portal")
    return _share(row)


def shares_of(ledger: Ledger, holders: frozenset[str] | None, **about: str) -> tuple[Share, ...]:
    """Return the uploads of some holders, or everybody's, newest first; those `about` a state."""
    query = select(tables.share).filter_by(**about).order_by(tables.share.c.made_at.desc(), tables.share.c.id)
    if holders is not None:
        query = query.where(tables.share.c.holder.in_(holders))
    with ledger.reading() as connection:
        return tuple(_share(row) for row in connection.execute(query).mappings())


def _become(ledger: Ledger, share: Share, ruling: tuple[ShareState, str], stamp: Stamp) -> Share:
    state, reason = ruling
    with ledger.writing() as connection:
        changed = update(tables.share).filter_by(id=share.id).values(state=state.value, reason=reason)
        connection.execute(changed)
        note(
            connection, Happened(f"share {state}", holder=share.holder, what=f"{share.id} by {stamp.actor}"), stamp.now
        )
    return find_share(ledger, share.id)


def _share(row: RowMapping) -> Share:
    names = ("id", "holder", "person", "source", "agreement", "name", "digest", "bytes", "files", "reason")
    return Share(
        **{name: row[name] for name in names},
        state=ShareState(row["state"]),
        made_at=instant_from_text(row["made_at"]),
    )
