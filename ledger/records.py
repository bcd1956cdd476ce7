"""What the ledger is told, and what it answers: plain values, no database in sight."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum
from typing import Any

from ledger.agreements import Rate


class SourceStatus(StrEnum):
    """How far we are with a source."""

    CANDIDATE = "candidate"
    CONFIRMED = "confirmed"
    AGREED = "agreed"
    RESERVED = "reserved"


class DueStatus(StrEnum):
    """Where the payment for one source in one release stands.

    `none_agreed`: an agreement without a price; `not_due`: an open licence, an official document or text and data
    mining, for which nobody is owed; `waived`: an agreement that says free, or who is owed gave it up; `accrued`: owed,
    and on no invoice yet; `invoiced`; `overdue`: not paid by the invoice's day; `disputed`: waits until it is settled
    what is owed; `paid`; `reversed`: the release or the text was withdrawn. Of these an obligation is entered with the
    first three or `accrued`; the others follow from the books.
    """

    NONE_AGREED = "none_agreed"
    NOT_DUE = "not_due"
    WAIVED = "waived"
    ACCRUED = "accrued"
    INVOICED = "invoiced"
    OVERDUE = "overdue"
    DISPUTED = "disputed"
    PAID = "paid"
    REVERSED = "reversed"


@dataclass(frozen=True, slots=True)
class Source:
    """A place text comes from, whose it is, and who is paid for it.

    `name` is the catalogue's slug. `holder` and `payee` are names of organisations or persons; `payee` may be empty.
    """

    name: str
    title: str
    homepage: str
    status: SourceStatus
    holder: str
    payee: str
    kind: str


@dataclass(frozen=True, slots=True)
class CrawlRecord:
    """A finished crawl: the digest of its report, and the report's counts by name."""

    source: str
    crawl: str
    report_digest: str
    counts: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class Delivery:
    """Files a rights holder handed over: `digest` is the hex SHA-256 of their list, `agreement` an id, or empty."""

    source: str
    digest: str
    files: int
    bytes: int
    agreement: str


@dataclass(frozen=True, slots=True)
class Usage:
    """What one release holds of one source on one basis: counts of documents, words and bytes, and the shards' digests.

    `basis` and `tier` are a decision's words; `licence` is an SPDX expression. A licence `LicenseRef-Agreement-<id>`
    names the one agreement the text is used under; without it, every agreement in force counts.
    """

    source: str
    basis: str
    tier: str
    licence: str
    documents: int
    words: int
    bytes: int
    shards: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ReleaseRecord:
    """A sealed release: `as_of` is the day its decisions were made for.

    `sweeps` is how many sweeps of the storage there had been when its shards were last seen there, `after` the release
    that was the newest when it was made (empty: none); neither is kept. `beside` is the hex SHA-256 of the checksums
    of what lies beside its manifest; it stands in the journal's entry alone (empty: nobody vouches for that).
    """

    version: str
    manifest_digest: str
    policy_digest: str
    as_of: date
    usages: tuple[Usage, ...]
    sweeps: int | None = field(default=None, compare=False)
    after: str | None = field(default=None, compare=False)
    beside: str = field(default="", compare=False)


@dataclass(frozen=True, slots=True)
class Receipt:
    """That somebody pulled a release, or a part of it: an office's or a team's name, and what was chosen.

    `id` is made by who pulls. `choice` is canonical JSON of what was chosen by; `tiers` are those that are in it.
    Counted are the shards that were pulled, of which a filter may have left rows out.
    """

    id: str
    release: str
    pulled_by: str
    choice: str
    tiers: tuple[str, ...]
    documents: int
    words: int
    bytes: int


@dataclass(frozen=True, slots=True)
class Obligation:
    """What is owed to one source under one agreement for one occasion (or is not, and why).

    `id` is the digest of what makes it this obligation, so it can never be booked twice. `occasion` is the version of
    the `release`, or `year:<first day>` or `crawl:<id>`, and then `release` is empty. `agreement` is empty where
    the basis is none. `quantity` is counted in the rate's unit, in words for `million_words`. `amount_micro` is None
    where nothing is owed or no price was agreed; `remainder` is what rounding left, in millionths of a micro-unit.
    `invoice` is the number of the one it is on.
    """

    id: str
    release: str
    source: str
    basis: str
    agreement: str
    payee: str
    rate: Rate | None
    quantity: int
    amount_micro: int | None
    remainder: int
    status: DueStatus
    occasion: str = ""
    paid_micro: int = 0
    invoice: int | None = None


@dataclass(frozen=True, slots=True)
class Invoice:
    """What is to be paid to a payee by a day, in whole minor units (øre, cent): what was owed, rounded once.

    `carried` is what rounding left for the next one, in millionths of a micro-unit; below zero where it took from it.
    `paid_micro` was paid of it, in money or by what was reversed; `open_micro` is still to be paid, disputed or not.
    """

    number: int
    payee: str
    currency: str
    amount_micro: int
    carried: int
    vat: str
    issued_on: date
    due_on: date
    paid_micro: int
    open_micro: int
    status: DueStatus

    @property
    def reference(self) -> str:
        """What stands on the payment, so that it is known again on the bank's statement."""
        return f"FT-{self.number:06}"


@dataclass(frozen=True, slots=True)
class Payment:
    """Money that was paid to a payee; `reference` is the payee's or the bank's, unique for the payee.

    `source` says what it was for, where it was for one source alone; else it is empty.
    """

    source: str
    payee: str
    amount_micro: int
    currency: str
    reference: str
    paid_on: date


@dataclass(frozen=True, slots=True)
class SourceAccount:
    """How a source stands with one payee in one currency.

    `currency` is empty and `owed_micro` None where no amount exists (`none_agreed`, `not_due`). `owed_micro` is all
    that ever accrued and was neither waived nor reversed, paid or not. `credit_micro` is what a payee was paid beyond
    what is on invoices; it stands in a row without a source, as it is for any of the payee's.
    """

    source: str
    payee: str
    currency: str
    owed_micro: int | None
    paid_micro: int
    credit_micro: int
    status: DueStatus


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of the journal: `seq` counts from 0 without gaps, `digest` is `sha256:…` of the canonical leaf.

    `subject` is `source:<name>` or `release:<version>`; `body` is canonical JSON (RFC 8785).
    """

    seq: int
    recorded_at: datetime
    kind: str
    subject: str
    actor: str
    body: str
    digest: str


@dataclass(frozen=True, slots=True)
class Finding:
    """Something that does not fit: where, and what is the matter with it."""

    where: str
    what: str


@dataclass(frozen=True, slots=True)
class Opening:
    """What an entry commits to: the entry's number, the nonce in hex, and the values."""

    entry: int
    nonce: str
    values: Mapping[str, Any]
