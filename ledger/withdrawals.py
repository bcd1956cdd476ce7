"""Withdrawals as the journal holds them: which texts are kept out, and how far each withdrawal has reached.

All of it stands in entries, as with deliveries, and in no table. The entries about `exclusions` say which files of
signatures keep texts out; those about `withdrawal:<name>` which steps were taken. A withdrawal's name is that of what
it rests on: `case:<id>` or `agreement:<id>`. An entry names files by their digest and counts what is in them: no text,
no address, no person.

A release is recorded only under the exclusions that stand then (`check_current`): what was selected before something
was withdrawn is not released after it.
"""

import json
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from functools import cached_property
from typing import Any

from sqlalchemy import Connection, select

from ledger import tables
from ledger.cases import HOLDING
from ledger.errors import Overtaken, RecordRefused, UnknownRecord
from ledger.instants import instant_from_text
from ledger.journal import Event, Json, Stamp, append, canonical, digest
from ledger.store import Ledger

_EXCLUSIONS = "exclusions"


class Reach(StrEnum):
    """What was done of a withdrawal, in the order it is done."""

    EXCLUDED = "exclude"
    PURGED = "purged"
    PATCHED = "patched"
    TOMBSTONES = "tombstones"
    REMOVED = "removed"
    RECEIPT = "receipt"
    LIFTED = "lift"


class LiftReason(StrEnum):
    """Why a withdrawal is over: it was a mistake, or the text may be used after all."""

    ERROR = "error"
    LICENCE = "licence"


@dataclass(frozen=True, slots=True)
class ExcludedTexts:
    """One file of exclusions (its hex SHA-256), how many texts are in it, and the number of its entry."""

    by: str
    file: str
    documents: int
    seq: int


@dataclass(frozen=True)
class Exclusions:
    """What is kept out: the files that stand, oldest first, and the cases that were acted on."""

    standing: tuple[ExcludedTexts, ...] = ()
    acted: tuple[str, ...] = ()

    @property
    def files(self) -> tuple[str, ...]:
        """The digests of the files, each once, sorted."""
        return tuple(sorted({each.file for each in self.standing}))

    @cached_property
    def digest(self) -> str:
        """Names all of it: what was selected under another digest is not released."""
        return digest(canonical([self.files, self.acted]))


@dataclass(frozen=True, slots=True)
class Taken:
    """A step that was taken: when, the number of its entry, and what the entry says of it."""

    reach: Reach
    at: datetime
    seq: int
    told: Mapping[str, Any]


def exclusions(ledger: Ledger) -> Exclusions:
    """Return what is kept out now."""
    with ledger.reading() as connection:
        return exclusions_in(connection)


def exclusions_in(connection: Connection) -> Exclusions:
    """Return what `exclusions` does, inside a transaction."""
    standing: dict[str, list[ExcludedTexts]] = {}
    for seq, kind, _, body in _entries(connection, _EXCLUSIONS):
        if kind == Reach.LIFTED:
            standing.pop(body["by"], None)
        else:
            standing.setdefault(body["by"], []).append(ExcludedTexts(body["by"], body["file"], body["documents"], seq))
    case, step = tables.rights_case.c, tables.case_step.c
    query = select(case.id).join(tables.case_step, step.case == case.id)
    query = query.where(case.kind.in_([str(kind) for kind in HOLDING]), step.step == "acted").order_by(case.id)
    found = sorted((each for some in standing.values() for each in some), key=lambda each: each.seq)
    return Exclusions(tuple(found), tuple(connection.scalars(query)))


def check_current(connection: Connection, known: str) -> None:
    """Make sure, inside the transaction that records a release, that nothing was withdrawn since it was selected.

    Raises:
        Overtaken: something was.

    """
    if exclusions_in(connection).digest != known:
        raise Overtaken(
            "texts were withdrawn, or a withdrawal was lifted, since this release was selected. Nothing was released; "
            "run again, and what stands now is selected."
        )


def exclude(ledger: Ledger, by: str, file: str, documents: int, stamp: Stamp) -> bool:
    """Keep the texts of a file of exclusions out from now on; tell whether that was new."""
    with ledger.writing() as connection:
        held = exclusions_in(connection).standing
        if any((each.by, each.file) == (by, file) for each in held):
            return False
        body: dict[str, Json] = {"by": by, "file": file, "documents": documents}
        append(connection, stamp, Event(Reach.EXCLUDED, _EXCLUSIONS, body))
        return True


def lift(ledger: Ledger, by: str, reason: LiftReason, stamp: Stamp) -> bool:
    """Let what a withdrawal kept out in again, as far as nothing else keeps it out; tell whether that was new.

    Raises:
        UnknownRecord: there never was such a withdrawal.
        RecordRefused: it rests on a case that is acted on, and was not taken back.

    """
    with ledger.writing() as connection:
        if not _check_liftable(connection, by):
            return False
        append(connection, stamp, Event(Reach.LIFTED, _EXCLUSIONS, {"by": by, "reason": str(reason)}))
        return True


def check_liftable(ledger: Ledger, by: str) -> None:
    """Raise what `lift` does when it would be refused."""
    with ledger.reading() as connection:
        _check_liftable(connection, by)


def take(ledger: Ledger, by: str, reach: Reach, told: Mapping[str, Json], stamp: Stamp) -> int:
    """Enter that a step was taken, and return its entry's number; the same step told alike is entered once."""
    with ledger.writing() as connection:
        body = {"by": by, **told}
        for seq, kind, _, held in _entries(connection, _subject(by)):
            if kind == reach and held == json.loads(canonical(body)):
                return seq
        return append(connection, stamp, Event(reach, _subject(by), body))


def steps(ledger: Ledger, by: str) -> tuple[Taken, ...]:
    """Return what was done of a withdrawal, oldest first."""
    with ledger.reading() as connection:
        about = [row for row in _entries(connection, _EXCLUSIONS) if row[3]["by"] == by]
        rows = sorted([*about, *_entries(connection, _subject(by))], key=lambda row: row[0])
    return tuple(Taken(Reach(kind), at, seq, body) for seq, kind, at, body in rows)


def withdrawals(ledger: Ledger) -> tuple[str, ...]:
    """Return the names of all withdrawals that were ever acted on, in the order they were."""
    with ledger.reading() as connection:
        return tuple(dict.fromkeys(body["by"] for _, _, _, body in _entries(connection, _EXCLUSIONS)))


@contextmanager
def withdrawing_waits(ledger: Ledger, version: str, known: str = "") -> Iterator[bool]:
    """Let nothing be withdrawn within the block; tell whether a recorded release may be shown in it.

    It may, when nothing was excluded since it was recorded, or `known` is the digest of what stands: then it was
    selected anew under that, and came out the same.
    """
    with ledger.writing() as connection:
        sealed = connection.scalar(select(tables.release.c.entry_seq).filter_by(version=version))
        entered = [seq for seq, kind, _, _ in _entries(connection, _EXCLUSIONS) if kind == Reach.EXCLUDED]
        is_clean = max(entered, default=-1) < (sealed or 0)
        yield is_clean or (bool(known) and exclusions_in(connection).digest == known)


def subjects(names: Sequence[str]) -> list[str]:
    """Return what the entries of some withdrawals are about, so that they can be proved; what lifted them too."""
    return [_EXCLUSIONS, *(_subject(name) for name in names)]


def _subject(by: str) -> str:
    return f"withdrawal:{by}"


def _entries(connection: Connection, subject: str) -> list[tuple[int, str, datetime, dict[str, Any]]]:
    """Number, kind, time and body of the entries about a subject, in order."""
    table = tables.entry.c
    query = select(table.seq, table.kind, table.recorded_at, table.body).where(table.subject == subject)
    rows = connection.execute(query.order_by(table.seq)).all()
    return [(seq, kind, instant_from_text(at), json.loads(body)) for seq, kind, at, body in rows]


def _check_liftable(connection: Connection, by: str) -> bool:
    """Whether a withdrawal keeps anything out, and nobody stands by it. Raises UnknownRecord and RecordRefused."""
    if not any(body["by"] == by for _, _, _, body in _entries(connection, _EXCLUSIONS)):
        raise UnknownRecord(f"nothing was excluded by {by}: `fodaftryk honour status` shows every withdrawal")
    if not any(each.by == by for each in exclusions_in(connection).standing):
        return False
    _check_not_asked(connection, by)
    return True


def _check_not_asked(connection: Connection, by: str) -> None:
    """A case that was acted on keeps its texts out until who asked takes it back."""
    kind, _, name = by.partition(":")
    if kind != "case":
        return
    steps_taken = set(connection.scalars(select(tables.case_step.c.step).filter_by(case=name)))
    if "acted" in steps_taken and "withdrawn" not in steps_taken:
        raise RecordRefused(
            f"case {name} was acted on and stands: record first that who asked takes it back, or that it was a "
            f"mistake, with `fodaftryk ledger case withdraw {name} --reason …`"
        )
