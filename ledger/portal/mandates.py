"""Mandates: for which holders a collective acts. The house writes one down when it has read what says so."""

from sqlalchemy import delete, insert, select

from ledger import portal_tables as tables
from ledger.errors import RecordRefused, UnknownRecord
from ledger.instants import instant_to_text
from ledger.journal import Stamp
from ledger.portal.claims import ClaimState
from ledger.portal.events import Happened, note
from ledger.portal.people import HolderKind
from ledger.store import Ledger


def give_mandate(ledger: Ledger, whose: tuple[str, str], claim: str, stamp: Stamp) -> None:
    """Write down that a collective acts for a holder, by the claim whose document was read; again changes nothing.

    Raises:
        UnknownRecord: there is no such holder or claim.
        RecordRefused: the first is no collective, or the two are one, or the claim is another's or not proved.

    """
    collective, holder = whose
    with ledger.writing() as connection:
        query = select(tables.holder.c.id, tables.holder.c.kind).where(tables.holder.c.id.in_(whose))
        kinds = {row.id: row.kind for row in connection.execute(query)}
        rests = connection.execute(
            select(tables.claim.c.holder, tables.claim.c.state).filter_by(id=claim)
        ).one_or_none()
        if len(kinds) < 2 or rests is None:
            raise UnknownRecord("there is no such holder or claim in the portal")
        if kinds[collective] != HolderKind.COLLECTIVE or tuple(rests) != (collective, ClaimState.PROVED):
            raise RecordRefused("A mandate is an organisation's, by a claim of its own that is proved.")
        values = {"collective": collective, "holder": holder}
        if connection.scalar(select(tables.mandate.c.claim).filter_by(**values)) is None:
            connection.execute(insert(tables.mandate).values(**values, claim=claim, made_at=instant_to_text(stamp.now)))
            note(
                connection,
                Happened("mandate given", holder=holder, what=f"to {collective} by {stamp.actor}"),
                stamp.now,
            )


def end_mandate(ledger: Ledger, whose: tuple[str, str], stamp: Stamp) -> bool:
    """End a mandate; tell whether there was one. The collective sees nothing of the holder's from then on."""
    collective, holder = whose
    table = tables.mandate
    with ledger.writing() as connection:
        mine = (table.c.collective == collective, table.c.holder == holder)
        gone = connection.execute(delete(table).where(*mine)).rowcount
        if gone:
            note(
                connection,
                Happened("mandate ended", holder=holder, what=f"of {collective} by {stamp.actor}"),
                stamp.now,
            )
    return bool(gone)


def mandates(ledger: Ledger, collective: str) -> tuple[str, ...]:
    """Return the holders a collective acts for."""
    query = select(tables.mandate.c.holder).filter_by(collective=collective).order_by(tables.mandate.c.holder)
    with ledger.reading() as connection:
        return tuple(connection.scalars(query))
