"""What is held back and waits for a person: of each source, by rule and by the statements it was decided on.

Texts that are held by one rule on the same statements are one hold: a site says the same on a thousand pages.
Counted from the works, as they are filled in after each run.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy import func, select

from ledger import tables
from ledger.policy import Policy
from ledger.reading_book import readings
from ledger.readings import is_readable, statement_of
from ledger.signals import signals_from_json
from ledger.store import Ledger

HOLDS_MAX = 200
"""Holds of one source that are shown, the largest first."""


EVIDENCE_MAX = 5000
"""Most sets of statements of one source that are weighed, those of most texts first: some seconds at five a set."""


@dataclass(frozen=True, slots=True)
class Weight:
    """How many texts are held where a statement is made, their words, and how many wait for this statement alone."""

    documents: int = 0
    words: int = 0
    alone: int = 0


@dataclass(frozen=True, slots=True)
class HeldSource:
    """How many texts of a source are held, and their words."""

    source: str
    documents: int
    words: int


@dataclass(frozen=True, slots=True)
class Hold:
    """Texts that are held alike: by which rule, how many, and one of them by its id."""

    rule: str
    documents: int
    words: int
    example: str


def held_sources(ledger: Ledger) -> tuple[HeldSource, ...]:
    """Return the sources that have texts held, the most first; counted site by site, so it is cheap."""
    site = tables.work_site.c
    query = select(site.source, func.sum(site.documents), func.sum(site.words)).where(site.fate == "held")
    with ledger.reading() as connection:
        rows = connection.execute(query.group_by(site.source)).all()
    found = (HeldSource(source, int(documents), int(words)) for source, documents, words in rows)
    return tuple(sorted(found, key=lambda one: (-one.documents, one.source)))


def holds_of(ledger: Ledger, source: str) -> tuple[Hold, ...]:
    """Return the holds of a source, the largest first; it reads the source's works once."""
    table = tables.work.c
    query = select(table.reason, table.rule, func.count(), func.sum(table.words), func.min(table.id))
    query = query.where(table.source == source, table.fate == "held")
    query = query.group_by(table.reason, table.rule, table.evidence)
    with ledger.reading() as connection:
        rows = connection.execute(query.order_by(func.count().desc(), func.min(table.id)).limit(HOLDS_MAX)).all()
    return tuple(
        Hold(reason or rule, int(documents), int(words), example) for reason, rule, documents, words, example in rows
    )


def weights_of(ledger: Ledger, source: str, policy: Policy) -> Mapping[str, Weight]:
    """Return what hangs on reading each statement of a source that a policy holds by, by `readings.statement_of`."""
    table, held = tables.work.c, tables.work_evidence.c
    counted = select(table.evidence, func.count().label("documents"), func.sum(table.words).label("words"))
    counted = counted.where(table.source == source, table.fate == "held").group_by(table.evidence)
    alike = counted.order_by(func.count().desc(), table.evidence).limit(EVIDENCE_MAX).subquery()
    query = select(held.signals, alike.c.documents, alike.c.words).where(held.digest == alike.c.evidence)
    with ledger.reading() as connection:
        rows = connection.execute(query).all()
    read = {reading.statement for reading in readings(ledger, source)}
    found: dict[str, Weight] = {}
    for signals, documents, words in rows:
        said = {statement_of(one) for one in signals_from_json(signals) if is_readable(one, policy)}
        for statement in said:
            known, alone = found.get(statement, Weight()), not (said - read - {statement})
            found[statement] = Weight(
                known.documents + documents, known.words + int(words), known.alone + documents * alone
            )
    return found
