"""Which providers sign a person in: shown to them, and taken out of use. How one is added is in `oidc`."""

from collections.abc import Mapping
from datetime import datetime

from sqlalchemy import delete, select

from ledger import portal_tables as tables
from ledger.instants import instant_from_text
from ledger.portal.events import Happened, note
from ledger.store import Ledger


def identities_of(ledger: Ledger, person: str) -> Mapping[str, datetime]:
    """Return the issuers that sign a person in, and since when."""
    table = tables.identity.c
    query = select(table.issuer, table.made_at).where(table.person == person).order_by(table.made_at.desc())
    with ledger.reading() as connection:
        return {row.issuer: instant_from_text(row.made_at) for row in connection.execute(query)}


def drop_identities(ledger: Ledger, person: str, issuer: str, now: datetime) -> bool:
    """Take a person's identities at a provider out of use; tell whether there was one."""
    with ledger.writing() as connection:
        gone = connection.execute(delete(tables.identity).filter_by(person=person, issuer=issuer)).rowcount
        if gone:
            note(connection, Happened("identity removed", person), now)
    return bool(gone)
