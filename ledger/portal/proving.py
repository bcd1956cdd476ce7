"""Proving a domain: a TXT record or a file that only its keeper can put there, looked for now and again.

How a name's TXT records and a host's file are got at is handed in, as the ledger knows no network. Both come from
strangers: what is read of them is bounded here, and by whoever fetches it. A proof is looked for again every day, and
is lost when it has been gone for a week.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import select, update

from ledger import portal_tables as tables
from ledger.instants import instant_to_text
from ledger.portal.claims import Claim, ClaimKind, ClaimState, Way, find_claim
from ledger.portal.events import Happened, note
from ledger.portal.sealing import same
from ledger.store import Ledger

FILE_PATH = "/.well-known/fodaftryk.txt"

FILE_BYTES_MAX = 4096
"""What is read of the file: some lines."""

RECORDS_MAX = 100
"""TXT records looked at under one name; a zone with more was made to be slow."""

RECHECKED_EVERY = timedelta(days=1)

WAITED_FOR = timedelta(days=30)
"""How long a new claim is looked for by itself; then whoever made it asks, as strangers can make very many."""

LOST_AFTER = timedelta(days=7)
"""How long a proof may be gone: a zone can be broken over a holiday, and to whom it was sold is not told much."""


@dataclass(frozen=True, slots=True)
class Prover:
    """How a claim is looked for: `texts` gives a name's TXT records, `file` a host's file at a path, or None.

    Neither raises for what is not there or does not answer. `file` follows no redirect to another host.
    """

    texts: Callable[[str], Sequence[str]]
    file: Callable[[str, str], bytes | None]


def check_claim(ledger: Ledger, name: str, prover: Prover, now: datetime) -> Claim:
    """Look for the proof of a domain's claim, write down what came of it, and return the claim.

    The network is asked outside of any transaction, so that a slow host keeps no writer waiting.

    Raises:
        UnknownRecord: there is no such claim.

    """
    claim = find_claim(ledger, name)
    if claim.kind is not ClaimKind.DOMAIN or claim.state not in (
        ClaimState.WAITING,
        ClaimState.PROVED,
        ClaimState.LOST,
    ):
        return claim
    way = prove(claim, prover)
    with ledger.writing() as connection:
        values = _after(claim, way, now)
        changed = update(tables.claim).filter_by(id=claim.id, state=claim.state.value).values(**values)
        if connection.execute(changed).rowcount and values["state"] != claim.state.value:
            note(connection, Happened(f"claim {values['state']}", holder=claim.holder, what=claim.id), now)
    return find_claim(ledger, name)


def prove(claim: Claim, prover: Prover) -> Way | None:
    """Return by what a domain shows a claim now; None when it does not."""
    for text in list(prover.texts(claim.record))[:RECORDS_MAX]:
        if same(text.strip(), claim.line):
            return Way.DNS
    body = prover.file(claim.value, FILE_PATH)
    if body is None or len(body) > FILE_BYTES_MAX:
        return None
    lines = body.decode("ascii", "replace").splitlines()
    return Way.FILE if any(same(line.strip(), claim.line) for line in lines) else None


def recheck(ledger: Ledger, prover: Prover, now: datetime) -> Mapping[ClaimState, int]:
    """Look again for the proof of every domain that waits or is proved and was not looked at for a day.

    Returns how many are in which state now.
    """
    table = tables.claim.c
    before = instant_to_text(now - RECHECKED_EVERY)
    query = select(table.id).where(
        table.kind == ClaimKind.DOMAIN.value,
        (table.state == ClaimState.PROVED.value)
        | ((table.state == ClaimState.WAITING.value) & (table.made_at > instant_to_text(now - WAITED_FOR))),
        table.checked_at <= before,
    )
    with ledger.reading() as connection:
        names = connection.scalars(query.order_by(table.id)).all()
    counts: dict[ClaimState, int] = {}
    for name in names:
        state = check_claim(ledger, name, prover, now).state
        counts[state] = counts.get(state, 0) + 1
    return counts


def _after(claim: Claim, way: Way | None, now: datetime) -> dict[str, str]:
    """What a claim is after a look; one that is gone is lost when it has been gone for long enough."""
    at = instant_to_text(now)
    if way is not None:
        return {"state": ClaimState.PROVED.value, "way": way.value, "checked_at": at, "failing_at": ""}
    if claim.state is not ClaimState.PROVED:
        return {"state": claim.state.value, "checked_at": at}
    since = claim.failing_at or now
    state = ClaimState.LOST if since + LOST_AFTER <= now else ClaimState.PROVED
    return {"state": state.value, "checked_at": at, "failing_at": instant_to_text(since)}
