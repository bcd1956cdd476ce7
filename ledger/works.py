"""Works: what the portal knows of every document, brought up to date behind each run, and forgotten on withdrawal.

The rows of a source come in by their ids, ascending, some thousand at a time; each such window is compared with what
stands and is one transaction, so readers wait for nothing and a run that was killed goes on where it was. What comes no
more is `gone`: it is not used from now on, but whose it is may still ask where it was.
A work's stays say in which releases it is: from `first` to `last`, or from `first` on. A release of which the works
were never filled in, as its run was killed and the next one sealed another, is in no stay.

Memory: WINDOW works.
"""

import hashlib
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from itertools import islice, pairwise
from typing import Any

from sqlalchemy import Connection, delete, func, insert, select, update

from ledger import tables
from ledger.bulk import put_in
from ledger.instants import instant_to_text
from ledger.sites import address_of, site_of
from ledger.store import Ledger
from ledger.targets import VALUE_CHARS_MAX, Target, TargetKind, TextFacts, place_of, targets_of

WINDOW = 2000
"""Works that are compared and written together: a tenth of a second, which a person who asks does not notice."""

PATH_CHARS_MAX = 300
"""Characters of a path that order a site's works; a database's index takes no key of more than 2,700 bytes."""

URL_CHARS_MAX = 4000
"""Longest address that is kept; what is longer is cut, and found by the whole all the same."""

GONE = "gone"
"""The fate of what is collected no more, or stands at its place no more."""

RELEASED = "released"

WITHDRAWN = "withdrawn"
"""The reason of what was withdrawn."""

_BYLINE = re.compile(r"^\s*(af|by|tekst|skrevet af)\b[\s:]+", re.IGNORECASE)
"""What stands before a name on a page, and is no part of it."""

NAMED = (TargetKind.TITLE, TargetKind.AUTHOR)
"""By what of itself a work is found, besides its numbers and its place."""


@dataclass(frozen=True, slots=True)
class Work:
    """One document as it is looked up.

    `id`, `digest` (of its text), `words`, `fate`, `reason`, `cluster` and the parts of its decision are a selection's;
    `signals` are the statements it was decided on, as JSON, and `observed` the day they were read.
    """

    id: str
    source: str
    url: str
    title: str
    author: str
    numbers: tuple[Target, ...]
    fetched_at: datetime
    digest: str
    words: int
    fate: str
    reason: str
    outcome: str
    basis: str
    licence: str
    rule: str
    signals: str
    observed: date | None
    cluster: str


@dataclass(frozen=True, slots=True)
class Change:
    """What a fill did to a source's works."""

    new: int = 0
    changed: int = 0
    gone: int = 0


def fill(ledger: Ledger, source: str, works: Iterable[Work], releases: Sequence[str]) -> Change:
    """Make the ledger hold just these works of a source, ascending by id; once more changes nothing.

    `releases` are the versions of all releases, oldest first; works that are released are in the last one.

    Raises:
        ValueError: the ids do not ascend.

    """
    window, after = _Window(source, releases), ""
    given = iter(works)
    while batch := list(islice(given, WINDOW)):
        ids = [after, *(work.id for work in batch)]
        if any(first >= second for first, second in pairwise(ids)):
            raise ValueError(f"the works of {source} do not ascend by id")
        with ledger.writing() as connection:
            window.put(connection, batch, after, ids[-1])
        after = ids[-1]
    with ledger.writing() as connection:
        while _left(connection, source, after):
            window.put(connection, [], after, "")
        _count(connection, source)
    return Change(window.new, window.changed, window.gone)


def forget_works(ledger: Ledger, ids: Iterable[str]) -> int:
    """Forget what is in withdrawn works; return how many there were. That they were held, and in what, is still told.

    Title, author and numbers go at once, and the work is in no release after the newest; the next fill keeps it so.
    """
    forgotten, given = 0, iter(ids)
    with ledger.writing() as connection:
        newest = connection.scalar(
            select(tables.release.c.version).order_by(tables.release.c.entry_seq.desc()).limit(1)
        )
        sources: set[str] = set()
        while batch := list(islice(given, WINDOW)):
            mine = tables.work.c.id.in_(batch)
            sources |= set(connection.scalars(select(tables.work.c.source).where(mine).distinct()))
            values = {"title": "", "author": "", "fate": "excluded", "reason": WITHDRAWN, "state": WITHDRAWN}
            forgotten += connection.execute(update(tables.work).where(mine).values(**values)).rowcount
            connection.execute(delete(tables.work_name).where(tables.work_name.c.work.in_(batch)))
            stay = tables.work_stay
            ended = update(stay).where(stay.c.work.in_(batch), stay.c.last.is_(None))
            connection.execute(ended.values(last=newest))
        for source in sorted(sources):
            _count(connection, source)
    return forgotten


class _Window:
    """Writes a source's works some at a time, and counts what it did."""

    def __init__(self, source: str, releases: Sequence[str]) -> None:
        self._source, self._releases = source, list(releases)
        self.new = self.changed = self.gone = 0

    def put(self, connection: Connection, batch: Sequence[Work], after: str, last: str) -> None:
        """Make what stands between two ids be what was given; without a `last` all that is left is gone."""
        states = _standing(connection, self._source, after, last)
        rows = [_row(work) for work in batch]
        changed = [row for row in rows if states.get(row["id"]) != row["state"]]
        given = {row["id"] for row in rows}
        gone = [each for each, state in states.items() if each not in given and state != GONE]
        _write(connection, batch, changed, states)
        for some in _some(gone):
            connection.execute(update(tables.work).where(tables.work.c.id.in_(some)).values(fate=GONE, state=GONE))
        released = {work.id for work in batch if work.fate == RELEASED}
        self._stay(connection, released, [*given, *gone])
        old = sum(row["id"] in states for row in changed)
        self.new, self.changed, self.gone = self.new + len(changed) - old, self.changed + old, self.gone + len(gone)

    def _stay(self, connection: Connection, released: set[str], ids: Sequence[str]) -> None:
        """Begin the stays of what came into the newest release, and end those of what left it."""
        stay = tables.work_stay
        open_: set[str] = set()
        for some in _some(ids):
            open_ |= set(connection.scalars(select(stay.c.work).where(stay.c.work.in_(some), stay.c.last.is_(None))))
        if not self._releases:
            return
        begun = [{"work": each, "first": self._releases[-1], "last": None} for each in sorted(released - open_)]
        same = stay.c.first == self._releases[-1]  # ended at no release in between: it is as it was
        for some in _some(sorted(released - open_)):
            connection.execute(delete(stay).where(stay.c.work.in_(some), same))
        put_in(connection, stay, begun)
        before = self._releases[-2] if len(self._releases) > 1 else self._releases[-1]
        for some in _some(sorted(open_ - released)):
            ended = update(stay).where(stay.c.work.in_(some), stay.c.last.is_(None))
            connection.execute(ended.values(last=before))


def _write(
    connection: Connection, batch: Sequence[Work], changed: Sequence[dict[str, Any]], states: dict[str, str]
) -> None:
    """Put in works that are new or have changed, with their names and evidence."""
    if not changed:
        return
    old = [row["id"] for row in changed if row["id"] in states]
    if old:
        connection.execute(delete(tables.work).where(tables.work.c.id.in_(old)))
        connection.execute(delete(tables.work_name).where(tables.work_name.c.work.in_(old)))
    put_in(connection, tables.work, changed)
    ids = {row["id"] for row in changed}
    mine = [work for work in batch if work.id in ids]
    names = [
        {"kind": str(target.kind), "value": target.value, "work": work.id} for work in mine for target in _targets(work)
    ]
    put_in(connection, tables.work_name, names)
    said = {_evidence(work): {"signals": work.signals, "observed": work.observed} for work in mine if work.signals}
    held = tables.work_evidence
    known: set[str] = set()
    for some in _some(list(said)):
        known |= set(connection.scalars(select(held.c.digest).where(held.c.digest.in_(some))))
    put_in(connection, held, [{"digest": digest, **values} for digest, values in said.items() if digest not in known])


def _row(work: Work) -> dict[str, Any]:
    host, path = place_of(work.url)
    same = (
        "id",
        "source",
        "title",
        "author",
        "digest",
        "words",
        "fate",
        "reason",
        "outcome",
        "basis",
        "licence",
        "rule",
    )
    return {name: getattr(work, name) for name in same} | {
        "site": site_of(host),
        "path": _plain(path or "/", PATH_CHARS_MAX) if host else "",
        "url": _plain(work.url, URL_CHARS_MAX),
        "address": address_of(work.url),
        "title": _plain(work.title, VALUE_CHARS_MAX),
        "author": _plain(work.author, VALUE_CHARS_MAX),
        "fetched_at": instant_to_text(work.fetched_at),
        "evidence": _evidence(work) if work.signals else "",
        "cluster": work.cluster,
        "state": hashlib.blake2b(repr(work).encode("utf-8", "surrogatepass"), digest_size=16).hexdigest(),
    }


def _plain(text: str, chars_max: int) -> str:
    """A text from the web as a database takes it: no longer than that, and without NUL, which PostgreSQL refuses."""
    return text[:chars_max].replace("\0", "")


def _targets(work: Work) -> Iterator[Target]:
    """By what a work is found, each once."""
    facts = TextFacts(work.url, work.title, _BYLINE.sub("", work.author), identifiers=work.numbers)
    yield from dict.fromkeys(targets_of(facts, NAMED))


def _evidence(work: Work) -> str:
    return hashlib.sha256(f"{work.observed}\n{work.signals}".encode("utf-8", "surrogatepass")).hexdigest()


def _standing(connection: Connection, source: str, after: str, last: str) -> dict[str, str]:
    """The states of a source's works between two ids, or of WINDOW works behind the first."""
    table = tables.work.c
    query = select(table.id, table.state).where(table.source == source, table.id > after)
    query = query.where(table.id <= last) if last else query.where(table.state != GONE).order_by(table.id).limit(WINDOW)
    return {row.id: row.state for row in connection.execute(query)}


def _left(connection: Connection, source: str, after: str) -> bool:
    """Whether works of a source stand behind an id that are not gone yet."""
    table = tables.work.c
    query = select(table.id).where(table.source == source, table.id > after, table.state != GONE).limit(1)
    return connection.scalar(query) is not None


def _count(connection: Connection, source: str) -> None:
    """Count a source's works anew."""
    table, counts = tables.work.c, tables.work_site
    connection.execute(delete(counts).where(counts.c.source == source))
    sums = select(table.site, table.source, table.fate, func.count(), func.sum(table.words))
    sums = sums.where(table.source == source).group_by(table.site, table.source, table.fate)
    connection.execute(insert(counts).from_select(["site", "source", "fate", "documents", "words"], sums))


def _some(ids: Sequence[str]) -> Iterator[Sequence[str]]:
    for start in range(0, len(ids), WINDOW):
        yield ids[start : start + WINDOW]
