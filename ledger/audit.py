"""The whole journal, read again from its first entry: does everything that stands fit together?

Nothing that is kept beside the entries is believed. Each entry is hashed anew, a tree is built of them alone, and
compared with the kept one and with every checkpoint that was ever published; rows that were journalled are compared
with what their entries say. Whoever owns the database can drop the triggers and rewrite all of it so that it fits
together again; that is what checkpoints in other hands are for, and they are handed in here.

Memory is one hash a level of the tree, and some thousands of entries at a time.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import cast

from sqlalchemy import Connection, func, select

from ledger import tables
from ledger.audit_money import check_money
from ledger.checkpoints import Checkpoint
from ledger.journal import digest
from ledger.leaves import Line, leaf
from ledger.merkle import Frontier, leaf_hash
from ledger.records import Finding
from ledger.rows import check_rows
from ledger.store import Ledger
from ledger.tree import LINE, LINES_AT_ONCE

FINDINGS_MAX = 100
"""As many as are told; one changed entry can make many, and a person needs the first ones."""


@dataclass(frozen=True, slots=True)
class Audit:
    """What was read and found. `entries` is as far as numbers had no gap; `covered` is how many a checkpoint shows."""

    entries: int
    root: bytes
    covered: int
    findings: tuple[Finding, ...]


@dataclass(slots=True)
class _Reading:
    """What is told while the journal is read."""

    known: Mapping[str, Checkpoint]
    frontier: Frontier = field(default_factory=Frontier)
    findings: list[Finding] = field(default_factory=list)
    subtrees: int = 0
    covered: int = 0

    def tell(self, where: str, what: str) -> None:
        if len(self.findings) < FINDINGS_MAX:
            self.findings.append(Finding(where, what))


def audit(ledger: Ledger, known: Mapping[str, Checkpoint]) -> Audit:
    """Read the whole journal and tell everything that does not fit.

    `known` are the checkpoints that were published, whose signatures were checked, by the place each was found at.

    Raises:
        LedgerUnavailable: the database does not answer.

    """
    with ledger.reading() as connection:
        return audit_in(connection, known)


def audit_in(connection: Connection, known: Mapping[str, Checkpoint]) -> Audit:
    """Do what `audit` does, inside a transaction."""
    reading = _Reading(known)
    _read(connection, reading)
    kept = connection.scalar(select(func.count()).select_from(tables.subtree)) or 0
    if kept > reading.subtrees:
        reading.tell("the kept tree", f"has {kept} hashes, and the entries lead to {reading.subtrees}")
    _check_ends(reading)
    for check in (check_rows, check_money):
        for finding in check(connection):
            reading.tell(finding.where, finding.what)
    return Audit(reading.frontier.size, reading.frontier.root, reading.covered, tuple(reading.findings))


def _read(connection: Connection, reading: _Reading) -> None:
    """Read the entries up to the first gap, growing a tree of them; tell what is wrong with each, or with the tree."""
    places: dict[int, list[str]] = {}
    for place, checkpoint in reading.known.items():
        places.setdefault(checkpoint.size, []).append(place)
    _compare(reading, places.get(0, ()))
    for line, stated in _entries(connection):
        seq = line[0]
        if seq != reading.frontier.size:
            reading.tell(
                f"entry {reading.frontier.size}", f"is missing: the next that is there is {seq}; no more is read"
            )
            return
        try:
            written = leaf(line)
        except (TypeError, ValueError):  # SQLite holds any kind of value in any column
            written = b""
        if digest(written) != stated:
            reading.tell(f"entry {seq}", "was changed: it does not have the digest it was entered with")
        for level, number, value in reading.frontier.add(leaf_hash(written)):
            _compare_kept(connection, reading, (level, number), value)
        _compare(reading, places.get(seq + 1, ()))


def _entries(connection: Connection) -> Iterator[tuple[Line, str]]:
    """Every entry with the digest it was entered with, from the lowest number on."""
    seq = tables.entry.c.seq
    query = select(*LINE, tables.entry.c.digest).order_by(seq).limit(LINES_AT_ONCE)
    rows = connection.execute(query).all()
    while rows:
        for row in rows:
            *line, stated = row
            yield cast("Line", tuple(line)), stated
        rows = connection.execute(query.where(seq > rows[-1].seq)).all()


def _compare_kept(connection: Connection, reading: _Reading, place: tuple[int, int], value: bytes) -> None:
    level, number = place
    kept = connection.scalar(select(tables.subtree.c.hash).filter_by(level=level, number=number))
    reading.subtrees += kept is not None
    if kept != value.hex():
        what = "is missing" if kept is None else "is not what its entries lead to: they, or it, were changed"
        reading.tell(f"the kept tree, level {level}, hash {number}", what)


def _compare(reading: _Reading, places: "list[str] | tuple[()]") -> None:
    """Compare the tree so far with the checkpoints of its size."""
    for place in places:
        if reading.known[place].root == reading.frontier.root:
            reading.covered = reading.frontier.size
        else:
            what = f"has another root for the first {reading.frontier.size} entries: the journal was rewritten since"
            reading.tell(place, what)


def _check_ends(reading: _Reading) -> None:
    """Tell the checkpoints of more entries than there are."""
    size = reading.frontier.size
    for place, checkpoint in reading.known.items():
        if checkpoint.size > size:
            what = f"has {checkpoint.size} entries, and the journal {size}: {checkpoint.size - size} are gone"
            reading.tell(place, what)
