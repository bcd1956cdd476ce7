"""Finding works: by domain, folder, address, title, author, number, source or id, a page at a time.

Every question is answered from an index and reads a page's rows and no more, however many there are; how many there
are is kept for each site. An author is found by the whole name alone, and no question lists names, so that nobody can
read out who is in the ledger.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, Select, func, or_, select, tuple_

from ledger import tables
from ledger.errors import UnknownRecord
from ledger.instants import instant_from_text
from ledger.signals import RightsSignal, signals_from_json
from ledger.sites import address_of, host_at, site_of
from ledger.store import Ledger
from ledger.targets import Target, TargetKind

PAGE = 50
"""Works on a page."""

HOSTS_MAX = 100
"""Hosts of a domain that are told."""

COPIES_MAX = 100
"""Copies of a work that are told."""


@dataclass(frozen=True, slots=True)
class Leaf:
    """Which part of an answer is asked for: what stands behind the work `after`, and so many works of it."""

    after: str = ""
    rows: int = PAGE


FIRST = Leaf()


@dataclass(frozen=True, slots=True)
class Found:
    """A work in a list."""

    id: str
    source: str
    url: str
    title: str
    author: str
    fetched_at: datetime
    words: int
    fate: str
    reason: str
    basis: str
    licence: str
    rule: str
    releases: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Listing:
    """A page of works; `after` is the id to ask for the next page with, empty on the last.

    `counts` are documents by fate of all that the question names, or None where they are not kept.
    """

    works: tuple[Found, ...]
    after: str
    counts: dict[str, int] | None = None


@dataclass(frozen=True, slots=True)
class WorkDetail:
    """One work with the statements it was decided on, read on the day `observed`, and its copies."""

    found: Found
    digest: str
    signals: tuple[RightsSignal, ...]
    observed: date | None
    copies: tuple[Found, ...]


@dataclass(frozen=True, slots=True)
class HostCount:
    """Documents and words of a host, by fate."""

    host: str
    documents: dict[str, int]
    words: int


def find(ledger: Ledger, target: Target, leaf: Leaf = FIRST) -> Listing:
    """Find the works a target names."""
    table = tables.work.c
    with ledger.reading() as connection:
        if target.kind is TargetKind.DOMAIN:
            inside = _below(table.site, site_of(target.value))
            return _in_order(connection, inside, leaf, _counts(connection, target.value))
        if target.kind is TargetKind.PATH:
            host, _, path = target.value.partition("/")
            sites = table.site.in_([site_of(host), site_of(f"www.{host}")])
            inside = or_(table.path == f"/{path}", _below(table.path, f"/{path}/"))
            return _in_order(connection, sites & inside, leaf, None)
        if target.kind is TargetKind.DOCUMENT:
            query = (
                select(tables.work).where(table.address == address_of(target.value)).order_by(table.fetched_at.desc())
            )
            return Listing(_found(connection, query.limit(PAGE)), "")
        return _by_name(connection, target, leaf)


def find_in_source(ledger: Ledger, source: str, leaf: Leaf = FIRST) -> Listing:
    """Find the works of a source, with their counts by fate."""
    table, site = tables.work.c, tables.work_site.c
    with ledger.reading() as connection:
        counted = select(site.fate, func.sum(site.documents)).where(site.source == source).group_by(site.fate)
        counts = {fate: int(documents) for fate, documents in connection.execute(counted)}
        query = select(tables.work).where(table.source == source, table.id > leaf.after).order_by(table.id)
        return _listing(_found(connection, query.limit(leaf.rows + 1)), leaf, counts)


def find_all(ledger: Ledger, ids: Sequence[str]) -> tuple[Found, ...]:
    """Return the works of some ids that are known, in the ids' order."""
    with ledger.reading() as connection:
        found = {work.id: work for work in _found(connection, select(tables.work).where(tables.work.c.id.in_(ids)))}
    return tuple(found[each] for each in ids if each in found)


def find_work(ledger: Ledger, work: str) -> WorkDetail:
    """Return one work in full.

    Raises:
        UnknownRecord: there is none of that id.

    """
    table, held = tables.work.c, tables.work_evidence
    with ledger.reading() as connection:
        found = _found(connection, select(tables.work).where(table.id == work))
        if not found:
            raise UnknownRecord(f"no work {work} is in the ledger: it was never collected")
        row = connection.execute(select(table.digest, table.evidence, table.cluster).where(table.id == work)).one()
        said = connection.execute(select(held).where(held.c.digest == row.evidence)).one_or_none()
        alike = select(tables.work).where(table.cluster == row.cluster, table.cluster != "", table.id != work)
        copies = _found(connection, alike.order_by(table.id).limit(COPIES_MAX))
    signals = signals_from_json(said.signals) if said else ()
    return WorkDetail(found[0], row.digest, signals, said.observed if said else None, copies)


def hosts(ledger: Ledger, domain: str) -> tuple[HostCount, ...]:
    """Return the first hosts of a domain with what was collected of each, by name."""
    site = tables.work_site.c
    query = select(site.site, site.fate, func.sum(site.documents), func.sum(site.words))
    query = (
        query.where(_below(site.site, site_of(domain))).group_by(site.site, site.fate).order_by(site.site, site.fate)
    )
    made: dict[str, HostCount] = {}
    with ledger.reading() as connection:
        for key, fate, documents, words in connection.execute(query):
            if key not in made and len(made) == HOSTS_MAX:
                break
            before = made.get(key, HostCount(host_at(key), {}, 0))
            made[key] = HostCount(before.host, before.documents | {fate: int(documents)}, before.words + int(words))
    return tuple(made.values())


def _below(column: ColumnElement[str], start: str) -> ColumnElement[bool]:
    """What begins with a text that ends in a dot or a slash, as a range: the last character's next bounds it."""
    return (column >= start) & (column < start[:-1] + chr(ord(start[-1]) + 1))


def _counts(connection: Connection, domain: str) -> dict[str, int]:
    site = tables.work_site.c
    query = select(site.fate, func.sum(site.documents)).where(_below(site.site, site_of(domain))).group_by(site.fate)
    return {fate: int(documents) for fate, documents in connection.execute(query)}


def _in_order(connection: Connection, which: ColumnElement[bool], leaf: Leaf, counts: dict[str, int] | None) -> Listing:
    """A page of works by host and path."""
    table = tables.work.c
    query = select(tables.work).where(which)
    if leaf.after:
        last = connection.execute(select(table.site, table.path).where(table.id == leaf.after)).one_or_none()
        if last is None:
            return Listing((), "", counts)
        query = query.where(tuple_(table.site, table.path, table.id) > tuple_(last.site, last.path, leaf.after))
    query = query.order_by(table.site, table.path, table.id).limit(leaf.rows + 1)
    return _listing(_found(connection, query), leaf, counts)


def _by_name(connection: Connection, target: Target, leaf: Leaf) -> Listing:
    table, name = tables.work.c, tables.work_name.c
    mine = select(name.work).where(name.kind == str(target.kind), name.value == target.value, name.work > leaf.after)
    some = mine.order_by(name.work).limit(leaf.rows + 1).subquery()
    query = select(tables.work).join(some, some.c.work == table.id).order_by(table.id)
    return _listing(_found(connection, query), leaf, None)


def _listing(found: tuple[Found, ...], leaf: Leaf, counts: dict[str, int] | None) -> Listing:
    more = len(found) > leaf.rows
    return Listing(found[: leaf.rows], found[leaf.rows - 1].id if more else "", counts)


def _found(connection: Connection, query: Select[Any]) -> tuple[Found, ...]:
    rows = connection.execute(query).mappings().all()
    stays = _stays(connection, [row["id"] for row in rows])
    same = ("id", "source", "url", "title", "author", "words", "fate", "reason", "basis", "licence", "rule")
    return tuple(
        Found(
            **{name: row[name] for name in same},
            fetched_at=instant_from_text(row["fetched_at"]),
            releases=stays.get(row["id"], ()),
        )
        for row in rows
    )


def _stays(connection: Connection, ids: Sequence[str]) -> dict[str, tuple[str, ...]]:
    """The releases each work is in, oldest first."""
    if not ids:
        return {}
    release, stay = tables.release.c, tables.work_stay
    versions = list(connection.scalars(select(release.version).order_by(release.entry_seq)))
    place = {version: number for number, version in enumerate(versions)}
    found: dict[str, list[str]] = {}
    for row in connection.execute(select(stay).where(stay.c.work.in_(ids))):
        if row.first in place:
            last = len(versions) - 1 if row.last is None else place.get(row.last, -1)
            found.setdefault(row.work, []).extend(versions[place[row.first] : last + 1])
    return {each: tuple(sorted(versions_, key=place.__getitem__)) for each, versions_ in found.items()}
