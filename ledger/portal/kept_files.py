"""Files of strangers that are kept: who still needs one, and a mandate read by the house.

A file is kept by its digest, so two records may need the same one: it is forgotten with the last of them.
"""

import hashlib

from sqlalchemy import func, select

from ledger import portal_tables as tables
from ledger.errors import RecordRefused
from ledger.journal import Stamp
from ledger.portal.claims import Claim, ClaimState
from ledger.portal.events import Happened, note
from ledger.portal.shares import Hands, ShareState
from ledger.store import Ledger

STANDING = (ClaimState.WAITING, ClaimState.PROVED)
"""Claims that rest on their mandate."""


def forget_unneeded(ledger: Ledger, digest: str, hands: Hands) -> None:
    """Forget a file by its hex SHA-256, unless an upload waits with it or a claim rests on it."""
    share, claim = tables.share, tables.claim
    with ledger.reading() as connection:
        waiting = select(func.count()).select_from(share).filter_by(digest=digest, state=ShareState.KEPT.value)
        resting = select(func.count()).select_from(claim).filter_by(document=f"sha256:{digest}")
        resting = resting.where(claim.c.state.in_([str(state) for state in STANDING]))
        needed = (connection.scalar(waiting) or 0) + (connection.scalar(resting) or 0)
    if not needed:
        hands.drop(digest)


def forget_mandate(ledger: Ledger, claim: Claim, hands: Hands) -> None:
    """Forget the mandate of a claim that was rejected or taken back; a domain has none."""
    if claim.document and claim.state not in STANDING:
        forget_unneeded(ledger, claim.document.removeprefix("sha256:"), hands)


def read_mandate(ledger: Ledger, claim: Claim, hands: Hands, stamp: Stamp) -> bytes:
    """Return a claim's mandate as it was uploaded, and write into the trail who read it (`person:<id>`).

    Raises:
        RecordRefused: the claim has none, or it is not kept any more, or is another file than was uploaded.

    """
    digest = claim.document.removeprefix("sha256:")
    body = hands.read(digest) if digest else None
    if body is None or hashlib.sha256(body).hexdigest() != digest:
        raise RecordRefused("This claim has no mandate that is kept.")
    with ledger.writing() as connection:
        note(
            connection, Happened("mandate read", stamp.actor.removeprefix("person:"), claim.holder, claim.id), stamp.now
        )
    return body
