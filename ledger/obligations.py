"""What is owed for what was used: whole numbers in, whole numbers out.

An obligation is counted for each release, source and agreement in force on the release's day; and, where the price is
by the year, by the crawl or out of a pool, for each year of the agreement that began and each crawl that ended. The
exact amount is kept: what is in whole micro-units, and what that took or added in millionths of one:

    amount_micro * 1,000,000 + remainder == quantity * price       always, unless a least or a most was agreed

Rounding to what can be paid happens once, on the invoice. Nothing is owed for an open licence, an official document or
text and data mining: `not_due`, without an amount. An agreement without a price is `none_agreed`, without an amount as
well. Only an agreement that says free has the amount zero, and is `waived`.
"""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from datetime import date

from ledger.agreements import COUNTED_BY_RELEASE, Agreement, Rate, RateUnit, in_force, months_after
from ledger.bases import Basis
from ledger.errors import RecordRefused
from ledger.journal import canonical, digest
from ledger.money import AMOUNT_MICRO_MAX, MICRO
from ledger.records import DueStatus, Obligation, ReleaseRecord, Usage
from ledger.terms import payee_of

RULE = "accrual-2"
"""Names the way of counting in an obligation's id: another way, another name."""

AGREEMENT_REF = "LicenseRef-Agreement-"
"""How a licence begins that names one agreement (`Agreement.licence`)."""


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
    """Return the amount in micro-units for a quantity in the rate's unit, and the remainder in millionths of one.

    What is more than nothing is at least one micro-unit, with a remainder below zero, so that it is in the books.
    """
    if rate.per is RateUnit.POOL:
        exact = rate.amount_micro * quantity * (rate.share_ppm or 0)
    else:
        exact = rate.amount_micro * quantity * (1 if rate.per is RateUnit.MILLION_WORDS else MICRO)
    if rate.minimum_micro is not None:
        exact = max(exact, rate.minimum_micro * MICRO)
    if rate.cap_micro is not None:
        exact = min(exact, rate.cap_micro * MICRO)
    amount_micro, remainder = round_half_even(exact)
    return (1, exact - MICRO) if exact and not amount_micro else (amount_micro, remainder)


def accrue_standing(
    agreement: Agreement, crawls: Sequence[tuple[str, date]], since: date, as_of: date
) -> tuple[Obligation, ...]:
    """Count what an agreement owes beside releases by a day; `crawls` are the source's, with the day each ended on.

    Years that ended before `since`, when the ledger came to know of it, are not counted.
    """
    rate = agreement.rate
    if rate is None or rate.per in COUNTED_BY_RELEASE or not (rate.amount_micro or rate.minimum_micro):
        return ()
    if rate.per is RateUnit.CRAWL:
        occasions = [f"crawl:{crawl}" for crawl, day in crawls if day >= since and in_force(agreement, day)]
    else:
        occasions = [f"year:{begin}" for begin, end in _years(agreement, as_of) if end > since]
    return tuple(_standing(agreement, rate, occasion) for occasion in occasions)


def _years(agreement: Agreement, as_of: date) -> Iterator[tuple[date, date]]:
    """The years of an agreement that have begun: the first day of each, and that of the next."""
    begin, number = agreement.start, 1
    while in_force(agreement, begin) and begin <= as_of and begin < date.max:
        end = months_after(agreement.start, 12 * number)
        yield begin, end
        begin, number = end, number + 1


def _standing(agreement: Agreement, rate: Rate, occasion: str) -> Obligation:
    amount_micro, remainder = amount_of(rate, 1)
    named = {"rule": RULE, "source": agreement.source, "agreement": agreement.id, "occasion": occasion}
    return Obligation(
        id=digest(canonical(named)),
        release="",
        source=agreement.source,
        basis=str(Basis.AGREEMENT),
        agreement=agreement.id,
        payee=payee_of(agreement),
        rate=rate,
        quantity=1,
        amount_micro=amount_micro,
        remainder=remainder,
        status=DueStatus.ACCRUED,
        occasion=occasion,
    )


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
    quantity = quantity_of(usages, rate)
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
        occasion=record.version,
    )


def quantity_of(usages: Sequence[Usage], rate: Rate | None) -> int:
    """Return how much was used, in the rate's unit; words where there is none."""
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
    rate = agreement.rate
    return DueStatus.ACCRUED if rate.amount_micro or rate.minimum_micro else DueStatus.WAIVED
