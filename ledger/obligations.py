"""What a release owes, and what payments have settled of it: whole numbers in, whole numbers out.

An obligation is counted for each release, source and agreement in force on the release's day. A price per document or
per release gives whole micro-units; a price per million words need not, so the amount is rounded half-even to the
micro-unit, once for each obligation, and what rounding took or added is kept beside it in millionths of a micro-unit:

    amount_micro * 1,000,000 + remainder == words * price          always, and so for any sum of obligations

What is paid for by the year, by the crawl or out of a pool is no release's debt: `not_due` here, without an amount.
Nothing is owed for an open licence, an official document or text and data mining: `not_due`, without an amount. An
agreement without a price is `none_agreed`, without an amount as well. Only an agreement that says free has the amount
zero, and is `waived`.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

from ledger.agreements import COUNTED_BY_RELEASE, Agreement, Rate, RateUnit, in_force
from ledger.bases import Basis
from ledger.errors import RecordRefused
from ledger.journal import canonical, digest
from ledger.money import AMOUNT_MICRO_MAX, MICRO
from ledger.records import DueStatus, Obligation, ReleaseRecord, Usage
from ledger.terms import payee_of

RULE = "accrual-1"
"""Names the way of counting in an obligation's id: another way, another name."""

AGREEMENT_REF = "LicenseRef-Agreement-"
"""How a licence begins that names one agreement (`Agreement.licence`)."""

AccountKey = tuple[str, str, str]
"""Source, payee and currency: within these, a payment settles the oldest obligations first."""


def accrue(record: ReleaseRecord, agreements: Mapping[str, Sequence[Agreement]]) -> tuple[Obligation, ...]:
    """Count what a release owes, given each source's agreements; sorted by source, basis and agreement.

    Raises:
        RecordRefused: text is used by agreement and no such agreement is in force, or an amount is beyond counting.

    """
    terms = {agreement.id: agreement for several in agreements.values() for agreement in several}
    used: defaultdict[tuple[str, str, str], list[Usage]] = defaultdict(list)
    for usage in record.usages:
        for agreement in _binding(record, usage, agreements.get(usage.source, ())):
            used[usage.source, usage.basis, agreement].append(usage)
    return tuple(
        _obligation(record, usages, terms.get(agreement)) for (_, _, agreement), usages in sorted(used.items())
    )


def round_half_even(millionths: int) -> tuple[int, int]:
    """Divide by a million, rounding half-even; return the quotient and the signed remainder, exactly."""
    quotient, remainder = divmod(millionths, MICRO)
    if 2 * remainder > MICRO or (2 * remainder == MICRO and quotient % 2 == 1):
        return quotient + 1, remainder - MICRO
    return quotient, remainder


def amount_of(rate: Rate, quantity: int) -> tuple[int, int]:
    """Return the amount in micro-units for a quantity in the rate's unit, and the remainder in millionths of one."""
    return round_half_even(rate.amount_micro * quantity * (1 if rate.per is RateUnit.MILLION_WORDS else MICRO))


def account_key(obligation: Obligation) -> AccountKey:
    """Return the account an obligation is settled in; the currency is empty where there is no amount."""
    currency = "" if obligation.amount_micro is None or obligation.rate is None else obligation.rate.currency
    return obligation.source, obligation.payee, currency


def settle(
    obligations: Iterable[Obligation], paid_micro: Mapping[AccountKey, int]
) -> tuple[tuple[Obligation, ...], dict[AccountKey, int]]:
    """Apply all that was paid to the obligations, given oldest first; return them settled, and the credit left over."""
    left = dict(paid_micro)
    settled = []
    for obligation in obligations:
        key = account_key(obligation)
        applied = min(obligation.amount_micro or 0, left.get(key, 0))
        if applied:
            left[key] -= applied
        status = paid_status(obligation.status, obligation.amount_micro, applied)
        settled.append(replace(obligation, paid_micro=applied, status=status))
    return tuple(settled), {key: credit for key, credit in left.items() if credit}


def paid_status(status: DueStatus, owed_micro: int | None, paid_micro: int) -> DueStatus:
    """Return where a payment stands; an amount that rounded to nothing stays `accrued`, as nobody paid it."""
    if status is not DueStatus.ACCRUED or owed_micro is None or not paid_micro:
        return status
    return DueStatus.PAID if paid_micro >= owed_micro else DueStatus.PART_PAID


def _binding(record: ReleaseRecord, usage: Usage, agreements: Sequence[Agreement]) -> tuple[str, ...]:
    """Return the ids of the agreements a usage is counted under; one empty id where it rests on none."""
    if usage.basis != Basis.AGREEMENT:
        return ("",)
    standing = [agreement for agreement in agreements if in_force(agreement, record.as_of)]
    named = [agreement.id for agreement in standing if agreement.licence == usage.licence]
    names_one = usage.licence.startswith(AGREEMENT_REF)
    ids = named if names_one else [agreement.id for agreement in standing]
    if not ids:
        raise RecordRefused(
            f"release {record.version} uses {usage.source} by agreement ({usage.licence or 'none named'}), but no such "
            f"agreement is in force on {record.as_of}: record the agreement, or decide anew and seal without the source"
        )
    return tuple(ids)


def _obligation(record: ReleaseRecord, usages: Sequence[Usage], agreement: Agreement | None) -> Obligation:
    usage = usages[0]
    rate = None if agreement is None or not _by_release(agreement) else agreement.rate
    quantity = _quantity(usages, rate)
    amount_micro, remainder = (None, 0) if rate is None else amount_of(rate, quantity)
    if amount_micro is not None and amount_micro > AMOUNT_MICRO_MAX:
        raise RecordRefused(
            f"release {record.version} would owe {usage.source} an amount beyond all counting: see its price"
        )
    identity = {
        "rule": RULE,
        "release": record.version,
        "source": usage.source,
        "basis": usage.basis,
        "agreement": "" if agreement is None else agreement.id,
    }
    return Obligation(
        id=digest(canonical(identity)),
        release=record.version,
        source=usage.source,
        basis=usage.basis,
        agreement=identity["agreement"],
        payee="" if agreement is None else payee_of(agreement),
        rate=rate,
        quantity=quantity,
        amount_micro=amount_micro,
        remainder=remainder,
        status=_due_status(agreement),
    )


def _quantity(usages: Sequence[Usage], rate: Rate | None) -> int:
    if rate is not None and rate.per is RateUnit.RELEASE:
        return 1
    if rate is not None and rate.per is RateUnit.DOCUMENT:
        return sum(usage.documents for usage in usages)
    return sum(usage.words for usage in usages)


def _by_release(agreement: Agreement) -> bool:
    return agreement.rate is None or agreement.rate.per in COUNTED_BY_RELEASE


def _due_status(agreement: Agreement | None) -> DueStatus:
    if agreement is None or not _by_release(agreement):
        return DueStatus.NOT_DUE
    if agreement.rate is None:
        return DueStatus.NONE_AGREED
    return DueStatus.ACCRUED if agreement.rate.amount_micro else DueStatus.WAIVED
