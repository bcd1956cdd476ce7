"""Lists of what holders and collectives reserve: imported whole, in effect from a day, replaced or withdrawn whole.

The journal gets how many targets of each kind a list has and a commitment to the list itself, since authors are
persons. Rows are written a few thousand at a time; a target takes about 100 bytes in the database.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import Connection, RowMapping, delete, insert, select, update

from ledger import tables
from ledger.errors import RecordRefused, UnknownRecord
from ledger.journal import Event, Json, Stamp, append, commitment, new_nonce
from ledger.register import Reservation, Weight
from ledger.store import Ledger
from ledger.targets import Target, TargetKind

TARGETS_MAX = 1_000_000
"""Most targets of one list: more than the works of any Danish collective, and about 300 MB while one decides."""

_BATCH = 5_000
"""Rows written at a time: enough that the round trips do not count."""


@dataclass(frozen=True, slots=True)
class Repertoire:
    """A list: its id, whose it is, where it was said, and the first day it holds."""

    id: str
    by: str
    place: str
    since: date


def record_repertoire(ledger: Ledger, repertoire: Repertoire, targets: Iterable[Target], stamp: Stamp) -> bool:
    """Put a list in the place of the one of its id, if there is one; tell whether anything changed.

    Raises:
        RecordRefused: it has no targets or too many, or its id is no plain name.

    """
    wanted = sorted(set(targets))
    _check(repertoire, wanted)
    with ledger.writing() as connection:
        held = _held(connection, repertoire.id)
        if held == (repertoire, False) and _targets(connection, repertoire.id) == wanted:
            return False
        _enter(connection, stamp, repertoire, wanted, withdrawn=False)
        connection.execute(delete(tables.repertoire_item).filter_by(repertoire=repertoire.id))
        for some in _rows(repertoire.id, wanted):
            connection.execute(insert(tables.repertoire_item), some)
    return True


def withdraw_repertoire(ledger: Ledger, name: str, stamp: Stamp) -> bool:
    """Take a list out of effect, as its holder asked; tell whether it was in effect.

    Raises:
        UnknownRecord: there is none of that id.

    """
    with ledger.writing() as connection:
        held = _held(connection, name)
        if held is None:
            raise UnknownRecord(f"no list {name} is in the ledger: `fodaftryk ledger reservations` shows their ids")
        repertoire, withdrawn = held
        if not withdrawn:
            _enter(connection, stamp, repertoire, _targets(connection, name), withdrawn=True)
        return not withdrawn


def repertoires(ledger: Ledger) -> list[tuple[Repertoire, Counter[str]]]:
    """Return the lists in effect with how many targets of each kind they have, by id."""
    with ledger.reading() as connection:
        rows = connection.execute(select(tables.repertoire).filter_by(withdrawn=False).order_by("id")).mappings()
        lists = [_repertoire(row) for row in rows]
        return [(each, Counter(target.kind.value for target in _targets(connection, each.id))) for each in lists]


def listed_reservations(ledger: Ledger) -> tuple[Reservation, ...]:
    """Return every target of every list in effect."""
    item, listed = tables.repertoire_item, tables.repertoire
    query = (
        select(item.c.repertoire, item.c.kind, item.c.value, listed.c.since)
        .join(listed, listed.c.id == item.c.repertoire)
        .where(listed.c.withdrawn.is_(False))
        .order_by(item.c.repertoire, item.c.kind, item.c.value)
    )
    with ledger.reading() as connection:
        return tuple(
            Reservation(name, Weight.LISTED, Target(TargetKind(kind), value), since)
            for name, kind, value, since in connection.execute(query)
        )


def _rows(name: str, targets: Sequence[Target]) -> Iterator[list[dict[str, Any]]]:
    """Rows of a list's targets, some at a time."""
    for start in range(0, len(targets), _BATCH):
        some = targets[start : start + _BATCH]
        yield [{"repertoire": name, "kind": target.kind.value, "value": target.value} for target in some]


def _check(repertoire: Repertoire, targets: Sequence[Target]) -> None:
    if not 0 < len(targets) <= TARGETS_MAX:
        raise RecordRefused(
            f"a list has 1 to {TARGETS_MAX} targets, not {len(targets)}: withdraw one that has none left"
        )
    if not repertoire.id.replace("-", "").replace(".", "").isalnum() or not repertoire.id.isascii():
        raise RecordRefused(f"{repertoire.id!r}: a list's id is letters, digits, points and hyphens, such as koda-2026")


def _enter(
    connection: Connection, stamp: Stamp, repertoire: Repertoire, targets: Sequence[Target], *, withdrawn: bool
) -> None:
    """Write the list's own row, and enter it."""
    nonce = new_nonce()
    hidden: dict[str, Json] = {
        "by": repertoire.by,
        "place": repertoire.place,
        "targets": [f"{target.kind}:{target.value}" for target in targets],
    }
    body: dict[str, Json] = {
        "repertoire": repertoire.id,
        "since": repertoire.since.isoformat(),
        "withdrawn": withdrawn,
        "targets": dict(sorted(Counter(target.kind.value for target in targets).items())),
        "commitment": commitment(nonce, hidden),
    }
    seq = append(connection, stamp, Event("repertoire", f"repertoire:{repertoire.id}", body))
    values = {
        "by": repertoire.by,
        "place": repertoire.place,
        "since": repertoire.since,
        "withdrawn": withdrawn,
        "nonce": nonce,
        "entry_seq": seq,
    }
    table = tables.repertoire
    if connection.execute(update(table).filter_by(id=repertoire.id).values(**values)).rowcount == 0:
        connection.execute(insert(table).values(id=repertoire.id, **values))


def _held(connection: Connection, name: str) -> tuple[Repertoire, bool] | None:
    row = connection.execute(select(tables.repertoire).filter_by(id=name)).mappings().one_or_none()
    return None if row is None else (_repertoire(row), row["withdrawn"])


def _repertoire(row: RowMapping) -> Repertoire:
    return Repertoire(row["id"], row["by"], row["place"], row["since"])


def _targets(connection: Connection, name: str) -> list[Target]:
    item = tables.repertoire_item
    rows = connection.execute(select(item.c.kind, item.c.value).filter_by(repertoire=name))
    return sorted(Target(TargetKind(kind), value) for kind, value in rows)
