"""Everything that lists and cases reserve, and a word that tells whether it changed."""

from sqlalchemy import func, select

from ledger import tables
from ledger.case_book import cases
from ledger.cases import reservations_of
from ledger.register import Register
from ledger.repertoire import listed_reservations
from ledger.store import Ledger


def register_version(ledger: Ledger) -> tuple[int | None, int | None]:
    """The journal's newest entries about a list and about a case: equal as long as the register is."""
    with ledger.reading() as connection:
        listed = connection.scalar(select(func.max(tables.repertoire.c.entry_seq)))
        return listed, connection.scalar(select(func.max(tables.case_step.c.entry_seq)))


def read_register(ledger: Ledger) -> Register:
    """Read all of it."""
    return Register((*listed_reservations(ledger), *reservations_of(cases(ledger))))
