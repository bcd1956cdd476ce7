"""How far withdrawals have come, as the journal and the notes in storage say: for the command line and the portal.

Nothing is loaded here that refines, releases or signs: who looks has no use for it.
"""

from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from datetime import date
from typing import Any

from flows.errors import FlowError
from flows.removals import waiting_removal
from flows.workspace import Workspace
from ledger.receipts import receipts
from ledger.releases import releases
from ledger.withdrawals import Reach, Taken, steps, withdrawals


@dataclass(frozen=True, slots=True)
class Reached:
    """How far a withdrawal has come. Days are None for what was not done, or had not to be.

    `documents` were asked for or are copies of such; `purged` texts were at rest here; `tombstones` of them had been in
    releases, from `first` to `last`; `patch` is the first release without them; the last old shard goes on `removal`;
    `pulls` of these releases are on record, and `receipts` say that `rows` are gone from copies elsewhere. `lifted`
    tells that it is over.
    """

    by: str
    documents: int
    excluded: date
    purged: int
    purged_on: date | None
    patch: str
    tombstones: int
    first: str
    last: str
    removal: date | None
    removed: date | None
    pulls: int
    receipts: int
    rows: int
    lifted: bool


def status(space: Workspace, names: Sequence[str] = ()) -> tuple[Reached, ...]:
    """How far withdrawals have come: those named, or all; oldest first. Raises FlowError for a name of none."""
    known = withdrawals(space.ledger)
    asked = [name if ":" in name else f"case:{name}" for name in names]
    if missing := [name for name in asked if name not in known]:
        raise FlowError(
            f"nothing was excluded by {missing[0]} yet: `fodaftryk honour` acts on what is verified and due."
        )
    waiting = waiting_removal(space)
    found = [_reached(by, steps(space.ledger, by), waiting.get(by)) for by in asked or known]
    return tuple(replace(each, pulls=_pulls(space, each.first, each.last)) for each in found)


def row_of(reached: Reached) -> dict[str, Any]:
    """How far a withdrawal has come, as JSON values."""
    return {name: str(value) if isinstance(value, date) else value for name, value in asdict(reached).items()}


def _reached(by: str, taken: Sequence[Taken], waiting: date | None) -> Reached:
    rounds = [step for step in taken if step.reach is Reach.EXCLUDED]
    batches = [step.told for step in taken if step.reach is Reach.TOMBSTONES]
    sent = [step.told for step in taken if step.reach is Reach.RECEIPT]
    rows = {(told["copy"], told["entry"]): told["rows"] for told in sent}
    purges = [step for step in taken if step.reach is Reach.PURGED]
    patches = [step.told["release"] for step in taken if step.reach is Reach.PATCHED]
    removals = [step.at.date() for step in taken if step.reach is Reach.REMOVED]
    last = max((step.seq for step in rounds), default=-1)
    lifted = any(step.reach is Reach.LIFTED and step.seq > last for step in taken)
    return Reached(
        by=by,
        documents=sum(step.told["documents"] for step in rounds),
        excluded=rounds[0].at.date(),
        purged=purges[-1].told["documents"] if purges else 0,
        purged_on=purges[-1].at.date() if purges else None,
        patch=patches[-1] if patches else "",
        tombstones=sum(told["documents"] for told in batches),
        first=batches[0]["first"] if batches else "",
        last=batches[-1]["last"] if batches else "",
        removal=None if lifted else waiting,
        removed=removals[-1] if removals and waiting is None else None,
        pulls=0,
        receipts=len({told["copy"] for told in sent}),
        rows=sum(rows.values()),
        lifted=lifted,
    )


def _pulls(space: Workspace, first: str, last: str) -> int:
    """How many pulls are on record of the releases from one to another."""
    versions = [record.version for record in releases(space.ledger)]
    if not first:
        return 0
    held = versions[versions.index(first) : versions.index(last) + 1]
    return sum(receipt.release in held for receipt, _ in receipts(space.ledger))
