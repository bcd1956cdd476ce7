"""Figures for people: what was collected of each source, and what each release took, without reading any work."""

from dataclasses import dataclass
from datetime import date

from sqlalchemy import func, select

from ledger import tables
from ledger.store import Ledger
from ledger.works import RELEASED


@dataclass(frozen=True, slots=True)
class Collected:
    """What was collected of a source: documents by fate, and the words of those that are released."""

    documents: dict[str, int]
    words: int


@dataclass(frozen=True, slots=True)
class UsageLine:
    """What a release took of a source on one right."""

    release: str
    as_of: date
    source: str
    basis: str
    tier: str
    licence: str
    documents: int
    words: int
    bytes: int


def collected(ledger: Ledger) -> dict[str, Collected]:
    """Return what was collected of each source that anything was collected of."""
    site = tables.work_site.c
    query = select(site.source, site.fate, func.sum(site.documents), func.sum(site.words))
    made: dict[str, Collected] = {}
    with ledger.reading() as connection:
        for source, fate, documents, words in connection.execute(query.group_by(site.source, site.fate)):
            before = made.get(source, Collected({}, 0))
            released = int(words) if fate == RELEASED else 0
            made[source] = Collected(before.documents | {fate: int(documents)}, before.words + released)
    return made


def usage_lines(ledger: Ledger, source: str = "") -> tuple[UsageLine, ...]:
    """Return what the releases took, or took of one source, the oldest release first."""
    usage, release = tables.usage.c, tables.release.c
    wanted = (usage.source, usage.basis, usage.tier, usage.licence, usage.documents, usage.words, usage.bytes)
    query = select(usage.release, release.as_of, *wanted).where(usage.release == release.version)
    if source:
        query = query.where(usage.source == source)
    query = query.order_by(release.entry_seq, usage.source, usage.basis, usage.tier, usage.licence)
    with ledger.reading() as connection:
        return tuple(UsageLine(**row) for row in connection.execute(query).mappings())
