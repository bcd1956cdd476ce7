"""How often something may be tried: by an address, from a network, in a window of time; kept in the ledger.

Unlike the limits on look-ups, which a process keeps in its memory, these hold over processes and restarts, since they
stand before codes that could be guessed. Whom they are about is kept as a digest.
"""

import hashlib
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Connection, delete, insert, select, update

from ledger import portal_tables as tables
from ledger.instants import instant_from_text, instant_to_text

KEPT = timedelta(days=2)
"""How long a window is kept: longer than the longest."""


@dataclass(frozen=True, slots=True)
class Allowance:
    """So many times in a window."""

    name: str
    times: int
    window: timedelta


def spend(connection: Connection, allowance: Allowance, whose: str, now: datetime) -> bool:
    """Take one of what somebody is allowed, inside a writing transaction; tell whether there was one."""
    table, key = tables.allowance, _key(allowance, whose)
    row = connection.execute(select(table).where(table.c.id == key)).mappings().one_or_none()
    if row is None or instant_from_text(row["since"]) + allowance.window <= now:
        connection.execute(delete(table).where((table.c.id == key) | (table.c.since < instant_to_text(now - KEPT))))
        connection.execute(insert(table).values(id=key, since=instant_to_text(now), spent=1))
        return True
    if row["spent"] >= allowance.times:
        return False
    connection.execute(update(table).where(table.c.id == key).values(spent=row["spent"] + 1))
    return True


def give_back(connection: Connection, allowance: Allowance, whose: str) -> None:
    """Forget what was spent, inside a writing transaction: what was tried has succeeded."""
    connection.execute(delete(tables.allowance).where(tables.allowance.c.id == _key(allowance, whose)))


def _key(allowance: Allowance, whose: str) -> str:
    return hashlib.sha256(f"{allowance.name}\n{whose}".encode()).hexdigest()
