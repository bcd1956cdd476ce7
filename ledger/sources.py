"""Sources as the ledger holds them, on what licence they are said to be, and what was crawled of them.

The catalogue's files are the truth about a source; `sync_source` brings the ledger up to them, and what changed on the
way stays in the journal.
"""

from collections.abc import Sequence
from dataclasses import asdict
from datetime import datetime

from sqlalchemy import Connection, RowMapping, delete, insert, select, update

from ledger import tables
from ledger.agreements import Agreement
from ledger.errors import RecordConflict, UnknownRecord
from ledger.journal import CATALOGUE, PROGRAM, Event, Json, Stamp, append, canonical, commitment, new_nonce
from ledger.licences import AssertionKind, LicenceAssertion
from ledger.records import CrawlRecord, Source, SourceStatus
from ledger.store import Ledger
from ledger.terms import sync_agreements


def sync_source(
    ledger: Ledger,
    source: Source,
    licences: Sequence[LicenceAssertion],
    agreements: Sequence[Agreement],
    now: datetime,
) -> bool:
    """Make the ledger hold what the catalogue says of a source; tell whether anything changed.

    Raises:
        RecordConflict: the catalogue changes the terms of an agreement, which only a new id may carry.
        RecordRefused: an agreement is another source's, stated twice, or at a price that cannot be kept.

    """
    stamp = Stamp(CATALOGUE, now)
    with ledger.writing() as connection:
        row = connection.execute(select(tables.source).filter_by(name=source.name)).mappings().one_or_none()
        held = None if row is None else (_source(row), _licences(connection, source.name))
        changed = held != (source, tuple(licences))
        if changed:
            _write(connection, stamp, source, licences)
        return sync_agreements(connection, stamp, source.name, agreements) or changed


def sources(ledger: Ledger) -> tuple[Source, ...]:
    """Return every source, by name."""
    with ledger.reading() as connection:
        rows = connection.execute(select(tables.source).order_by(tables.source.c.name)).mappings()
        return tuple(_source(row) for row in rows)


def source(ledger: Ledger, name: str) -> Source:
    """Return one source.

    Raises:
        UnknownRecord: there is none of that name.

    """
    with ledger.reading() as connection:
        row = connection.execute(select(tables.source).filter_by(name=name)).mappings().one_or_none()
    if row is None:
        raise UnknownRecord(f"no source {name} is in the ledger: see the catalogue for the names")
    return _source(row)


def licences(ledger: Ledger, name: str) -> tuple[LicenceAssertion, ...]:
    """Return who says what licence a source has, in the catalogue's order."""
    with ledger.reading() as connection:
        return _licences(connection, name)


def record_crawl(ledger: Ledger, crawl: CrawlRecord, now: datetime) -> bool:
    """Record a finished crawl; tell whether it was new. The same once more changes nothing.

    Raises:
        UnknownRecord: its source is not in the ledger.
        RecordConflict: another report stands under its id.

    """
    stamp = Stamp(PROGRAM, now)
    counts = canonical(crawl.counts).decode()
    values = {"crawl": crawl.crawl, "source": crawl.source, "report_digest": crawl.report_digest, "counts": counts}
    with ledger.writing() as connection:
        check_known(connection, {crawl.source})
        row = connection.execute(select(tables.crawl).filter_by(crawl=crawl.crawl)).mappings().one_or_none()
        if row is None:
            body: dict[str, Json] = {"crawl": crawl.crawl, "report_digest": crawl.report_digest, "counts": crawl.counts}
            seq = append(connection, stamp, Event("crawl", f"source:{crawl.source}", body))
            connection.execute(insert(tables.crawl).values(**values, entry_seq=seq))
        elif any(row[name] != value for name, value in values.items()):
            raise RecordConflict(
                f"crawl {crawl.crawl} is in the ledger with another report: an id is used once, start a new crawl"
            )
        return row is None


def check_known(connection: Connection, names: set[str]) -> None:
    """Make sure that sources are in the ledger, inside a transaction.

    Raises:
        UnknownRecord: one is not.

    """
    known = set(connection.scalars(select(tables.source.c.name)))
    if unknown := names - known:
        raise UnknownRecord(
            f"not in the ledger: {', '.join(sorted(unknown))}; put it into the catalogue, and the next run takes it in"
        )


def _write(connection: Connection, stamp: Stamp, source: Source, licences: Sequence[LicenceAssertion]) -> None:
    """Write a source and its licences, and enter both."""
    nonce = new_nonce()
    hidden: dict[str, Json] = {
        "title": source.title,
        "holder": source.holder,
        "payee": source.payee,
        "licences": [
            {"asserted_by": said.asserted_by, "place": said.place, "note": said.note, "scope": said.scope}
            for said in licences
        ],
    }
    body: dict[str, Json] = {
        "homepage": source.homepage,
        "status": str(source.status),
        "kind": source.kind,
        "licences": [
            {
                "licence": said.licence,
                "on": None if said.on is None else said.on.isoformat(),
                "confirmed": said.confirmed,
                "kind": str(said.kind),
                "digest": said.digest,
            }
            for said in licences
        ],
        "commitment": commitment(nonce, hidden),
    }
    seq = append(connection, stamp, Event("source", f"source:{source.name}", body))
    values = {**asdict(source), "status": str(source.status), "nonce": nonce, "entry_seq": seq}
    table = tables.source
    if connection.execute(update(table).filter_by(name=source.name).values(**values)).rowcount == 0:
        connection.execute(insert(table).values(**values))
    connection.execute(delete(tables.licence).filter_by(source=source.name))
    if licences:
        rows = [
            {"source": source.name, "position": place, **asdict(said), "kind": str(said.kind)}
            for place, said in enumerate(licences)
        ]
        connection.execute(insert(tables.licence), rows)


def _source(row: RowMapping) -> Source:
    values = {name: row[name] for name in ("name", "title", "homepage", "holder", "payee", "kind")}
    return Source(**values, status=SourceStatus(row["status"]))


def _licences(connection: Connection, name: str) -> tuple[LicenceAssertion, ...]:
    rows = connection.execute(select(tables.licence).filter_by(source=name).order_by(tables.licence.c.position))
    wanted = ("licence", "asserted_by", "place", "on", "confirmed", "note", "scope", "digest")
    return tuple(
        LicenceAssertion(**{field: row[field] for field in wanted}, kind=AssertionKind(row["kind"]))
        for row in rows.mappings()
    )
