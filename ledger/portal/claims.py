"""Claims: a domain, shown by what only its keeper can put there, or a repertoire, shown by a mandate a person reads.

Each is a case of the ledger too (a claim of payment), with its clock. To show control of a domain opens the holder's
view of what was taken from it. It moves no money: the case takes proof of the right besides, and that is a person's
to judge. How control is looked for is in `proving`.
"""

import re
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from sqlalchemy import Connection, RowMapping, delete, func, insert, select, update

from ledger import portal_tables as tables
from ledger.case_book import find_case, open_case, take_step
from ledger.cases import Case, CaseKind, CaseStep, Step
from ledger.errors import RecordRefused, UnknownRecord
from ledger.instants import instant_from_text, instant_to_text
from ledger.journal import Stamp
from ledger.portal.allowances import Allowance, spend
from ledger.portal.events import Happened, note
from ledger.portal.people import Holder, Person
from ledger.store import Ledger
from ledger.targets import Target, TargetKind

LABEL = "_fodaftryk"
"""The name under a domain at which its TXT record is looked for."""

WORD = "fodaftryk-claim="
"""What stands before the secret of a claim, in a record and in the file."""

CLAIMS_MAX = 50
"""Most claims of one holder that wait: a proof of each is looked for every day."""

BY_PERSON = Allowance("claims by person", 20, timedelta(days=1))
"""Claims of one person in a day: each opens a case, which stays in the journal."""

NOTE_CHARS_MAX = 2000

_DIGEST = re.compile(r"sha256:[0-9a-f]{64}")


class ClaimKind(StrEnum):
    """What is claimed."""

    DOMAIN = "domain"
    REPERTOIRE = "repertoire"


class ClaimState(StrEnum):
    """How far it is shown; `lost` was shown once."""

    WAITING = "waiting"
    PROVED = "proved"
    LOST = "lost"
    REJECTED = "rejected"
    WITHDRAWN = "withdrawn"


class Way(StrEnum):
    """By what it was shown: a TXT record, a file, a person who read the mandate."""

    DNS = "dns"
    FILE = "file"
    PERSON = "person"


@dataclass(frozen=True, slots=True)
class Claim:
    """A claim of a holder. `secret` is what the domain is to show; `document` is the mandate's digest."""

    id: str
    holder: str
    person: str
    kind: ClaimKind
    value: str
    secret: str
    document: str
    note: str
    state: ClaimState
    way: str
    reason: str
    case: str
    made_at: datetime
    checked_at: datetime | None
    failing_at: datetime | None

    @property
    def line(self) -> str:
        """What the TXT record or the file has to say."""
        return f"{WORD}{self.secret}"

    @property
    def record(self) -> str:
        """The name whose TXT record is looked at."""
        return f"{LABEL}.{self.value}"


@dataclass(frozen=True, slots=True)
class Claimed:
    """What somebody claims for a holder; a repertoire has a name, what it is about, and the digest of its mandate."""

    kind: ClaimKind
    value: str
    targets: tuple[Target, ...] = ()
    document: str = ""
    note: str = ""


def start_claim(ledger: Ledger, claimed: Claimed, holder: Holder, person: Person, now: datetime) -> Claim:
    """Write down a claim and open its case; the same claim once more is the one that waits or is proved.

    Raises:
        ValueError: it is no domain.
        RecordRefused: a repertoire has no name, no mandate or is about nothing; too many claims wait.

    """
    value, targets = _about(claimed)
    with ledger.reading() as connection:
        rows = connection.execute(select(tables.claim).filter_by(holder=holder.id)).mappings().all()
    held = [_claim(row) for row in rows]
    for one in held:
        if (one.kind, one.value) == (claimed.kind, value) and one.state in (ClaimState.WAITING, ClaimState.PROVED):
            return one
    if sum(one.state is ClaimState.WAITING for one in held) >= CLAIMS_MAX:
        raise RecordRefused("Fifty claims wait already. Prove some first, or take them back.")
    with ledger.writing() as connection:
        allowed = spend(connection, BY_PERSON, person.id, now)
    if not allowed:
        raise RecordRefused("You have made 20 claims today. Write to us, or go on tomorrow.")
    made = f"k{secrets.token_hex(8)}"
    stamp = Stamp(f"person:{person.id}", now)
    step = CaseStep(Step.RECEIVED, now.date(), stamp.actor, claimed.note[:NOTE_CHARS_MAX], evidence=(f"claim:{made}",))
    case = open_case(ledger, Case("", CaseKind.CLAIM, targets, holder.name, person.email, (step,)), stamp)
    at = instant_to_text(now)
    with ledger.writing() as connection:
        for row in connection.execute(select(tables.claim).filter_by(holder=holder.id, case=case.id)).mappings():
            if _claim(row).state in (ClaimState.WAITING, ClaimState.PROVED):
                return _claim(row)  # sent twice at once: the other was quicker, and its case is this
        connection.execute(
            insert(tables.claim).values(
                id=made,
                holder=holder.id,
                person=person.id,
                kind=claimed.kind.value,
                value=value,
                secret=secrets.token_hex(16),
                document=claimed.document,
                note=claimed.note[:NOTE_CHARS_MAX],
                state=ClaimState.WAITING.value,
                way="",
                reason="",
                case=case.id,
                made_at=at,
                checked_at="",
                failing_at="",
            )
        )
        tie_case(connection, case.id, (person.id, holder.id), (), now)
        note(connection, Happened("claim made", person.id, holder.id, made), now)
    return find_claim(ledger, made)


def rule_on(ledger: Ledger, name: str, ruling: tuple[ClaimState, str], stamp: Stamp) -> Claim:
    """Write down a person's ruling on a claim and why: proved (a repertoire alone), rejected or withdrawn.

    Raises:
        UnknownRecord: there is no such claim.
        RecordRefused: no reason is given, or a domain is to be proved by a word.

    """
    state, reason = ruling
    claim = find_claim(ledger, name)
    if not 0 < len(reason.strip()) <= NOTE_CHARS_MAX:
        raise RecordRefused("Say why, in at most 2000 characters.")
    if state is ClaimState.PROVED and claim.kind is ClaimKind.DOMAIN:
        raise RecordRefused("A domain is proved by its TXT record or its file, and by nobody's word.")
    if state not in (ClaimState.PROVED, ClaimState.REJECTED, ClaimState.WITHDRAWN) or claim.state is state:
        raise RecordRefused("This claim has been ruled on or taken back already.")
    way = Way.PERSON.value if state is ClaimState.PROVED else claim.way
    values = {"state": state.value, "reason": reason.strip(), "way": way, "checked_at": instant_to_text(stamp.now)}
    with ledger.writing() as connection:
        connection.execute(update(tables.claim).filter_by(id=name).values(**values))
        note(connection, Happened(f"claim {state}", holder=claim.holder, what=f"{name} by {stamp.actor}"), stamp.now)
        if state is not ClaimState.PROVED:
            _end_mandates(connection, name, stamp)
    if state is not ClaimState.PROVED and claim.case:
        _close_case(ledger, claim.case, state, (reason.strip(), stamp))
    return find_claim(ledger, name)


def find_claim(ledger: Ledger, name: str) -> Claim:
    """Return a claim by id. Raises `UnknownRecord` when there is none."""
    with ledger.reading() as connection:
        row = connection.execute(select(tables.claim).filter_by(id=name)).mappings().one_or_none()
    if row is None:
        raise UnknownRecord("there is no such claim in the portal")
    return _claim(row)


def claims_of(ledger: Ledger, holders: frozenset[str] | None, **about: str) -> tuple[Claim, ...]:
    """Return the claims of some holders, or everybody's, newest first; those `about` a kind, a state or a value."""
    query = select(tables.claim).filter_by(**about).order_by(tables.claim.c.made_at.desc(), tables.claim.c.id)
    if holders is not None:
        query = query.where(tables.claim.c.holder.in_(holders))
    with ledger.reading() as connection:
        return tuple(_claim(row) for row in connection.execute(query).mappings())


def tie_case(connection: Connection, case: str, whose: tuple[str, str], uses: Sequence[str], now: datetime) -> None:
    """Write down which person asked in a case, and for which holder (empty: for nobody but themselves)."""
    if connection.scalar(select(func.count()).select_from(tables.request).filter_by(case=case)):
        return
    person, holder = whose
    values = {"case": case, "person": person, "holder": holder, "uses": " ".join(uses)}
    connection.execute(insert(tables.request).values(**values, made_at=instant_to_text(now)))


def _end_mandates(connection: Connection, claim: str, stamp: Stamp) -> None:
    """End what rests on a claim that stands no more: nobody acts for others by it from now on."""
    table = tables.mandate
    for row in connection.execute(select(table).filter_by(claim=claim)).all():
        told = f"of {row.collective} by {stamp.actor}, as {claim} stands no more"
        note(connection, Happened("mandate ended", holder=row.holder, what=told), stamp.now)
    connection.execute(delete(table).where(table.c.claim == claim))


def _close_case(ledger: Ledger, name: str, state: ClaimState, why: tuple[str, Stamp]) -> None:
    """Take the step in a claim's case that its ruling means, unless the case is over."""
    reason, stamp = why
    step = Step.REJECTED if state is ClaimState.REJECTED else Step.WITHDRAWN
    if find_case(ledger, name).state in (Step.RECEIVED, Step.VERIFIED):
        take_step(ledger, name, CaseStep(step, stamp.now.date(), stamp.actor, reason), stamp)


def _about(claimed: Claimed) -> tuple[str, tuple[Target, ...]]:
    if claimed.kind is ClaimKind.DOMAIN:
        target = Target.of(TargetKind.DOMAIN, claimed.value)
        return target.value, (target,)
    value = " ".join(claimed.value.split())
    if not 0 < len(value) <= 200 or not claimed.targets:
        raise RecordRefused("A repertoire has a name, and authors, titles, ISBNs or addresses that it is about.")
    if not _DIGEST.fullmatch(claimed.document):
        raise RecordRefused("A repertoire is claimed with the mandate that says so. Upload it as PDF.")
    return value, claimed.targets


def _claim(row: RowMapping) -> Claim:
    names = ("id", "holder", "person", "value", "secret", "document", "note", "way", "reason")
    return Claim(
        **{name: row[name] for name in names},
        checked_at=instant_from_text(row["checked_at"]) if row["checked_at"] else None,
        failing_at=instant_from_text(row["failing_at"]) if row["failing_at"] else None,
        kind=ClaimKind(row["kind"]),
        state=ClaimState(row["state"]),
        case=row["case"] or "",
        made_at=instant_from_text(row["made_at"]),
    )
