"""Agreements with rights holders: who lets us use what, from when to when, on what conditions and at what price.

An agreement is in force or not by the day that is asked about, never by a switch. Its embargo is counted for each text
from the day it was published, in calendar months.
"""

import calendar
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

from ledger.licences import permits

NOTICE_DAYS = 30
"""Days before its last day in which an agreement is told to end: time to make a new one before the texts leave."""

DOMAIN = "domain:"
"""How a payee begins whom nobody knows yet: dues of a domain, until somebody claims it."""


class AgreementForm(StrEnum):
    """What an agreement rests on."""

    STATUTE = "statute"
    OPEN_LICENCE = "open_licence"
    WRITTEN = "written"
    VERBAL = "verbal"


class PartyKind(StrEnum):
    """Who agreed: the holder, a collective such as DPCMO, Tekst & Node or Koda, or a body at the level of the EU."""

    HOLDER = "holder"
    COLLECTIVE = "collective"
    EU = "eu"


class Use(StrEnum):
    """What an agreement may permit: `release` is of the text itself; `internal` is use in house and nothing else."""

    TRAIN = "train"
    EVALUATE = "evaluate"
    RELEASE = "release"
    INTERNAL = "internal"


class RateUnit(StrEnum):
    """What one price is paid for. `year` and `crawl` are counted by the calendar and by crawls, not by a release."""

    MILLION_WORDS = "million_words"
    DOCUMENT = "document"
    RELEASE = "release"
    YEAR = "year"
    CRAWL = "crawl"
    POOL = "pool"


COUNTED_BY_RELEASE = frozenset({RateUnit.MILLION_WORDS, RateUnit.DOCUMENT, RateUnit.RELEASE})
"""Units of which a release alone says how many there are."""


@dataclass(frozen=True, slots=True)
class Rate:
    """A price: `amount_micro` millionths of a `currency` (ISO 4217) for each unit. 0 means free, and says so.

    `minimum_micro` and `cap_micro` are the least and the most that is owed at a time; None where none was agreed. For
    a `pool` the amount is the whole pool's, and `share_ppm` millionths of it are the payee's.
    """

    per: RateUnit
    amount_micro: int
    currency: str
    minimum_micro: int | None = None
    cap_micro: int | None = None
    share_ppm: int | None = None


@dataclass(frozen=True, slots=True)
class Agreement:
    """One agreement about one source.

    `id` is letters, digits, `.` and `-`, as it becomes part of an SPDX reference. `uses` are words such as `train`.
    It holds from `start` to `end`, both days included; `end` None is open. `rate` None means that no price was
    agreed, which is not the same as free. A text may be used `embargo_months` after it was published. The model must
    come under one of `model_licences` (patterns of SPDX identifiers); none means that nothing was said of it.
    `represents` says for whom a collective agreed. `attachments` are digests (`sha256:…`) of what was signed.
    """

    id: str
    source: str
    party: str
    payee: str
    form: AgreementForm
    uses: tuple[str, ...]
    start: date
    end: date | None
    rate: Rate | None
    note: str = ""
    party_kind: PartyKind = PartyKind.HOLDER
    represents: str = ""
    embargo_months: int = 0
    model_licences: tuple[str, ...] = ()
    attachments: tuple[str, ...] = ()

    @property
    def licence(self) -> str:
        """The SPDX reference that texts used under this agreement carry."""
        return f"LicenseRef-Agreement-{self.id}"


class Limit(StrEnum):
    """Why an agreement that is in force does not permit the use of a text yet, mildest first."""

    UNDATED = "agreement-undated"
    MODEL_LICENCE = "agreement-model-licence"
    EMBARGO = "agreement-embargo"


def in_force(agreement: Agreement, as_of: date) -> bool:
    """Whether an agreement holds on a day."""
    return agreement.start <= as_of and (agreement.end is None or as_of <= agreement.end)


def limit_of(agreement: Agreement, published: date | None, model_licence: str, as_of: date) -> Limit | None:
    """What keeps an agreement in force from covering a text, published on a day or nobody knows when; None: nothing.

    `model_licence` is the licence models will come under; while it is empty no condition on it is met.
    """
    if agreement.embargo_months and published is not None and as_of < months_after(published, agreement.embargo_months):
        return Limit.EMBARGO
    if agreement.model_licences and not (model_licence and permits(model_licence, agreement.model_licences)):
        return Limit.MODEL_LICENCE
    return Limit.UNDATED if agreement.embargo_months and published is None else None


def months_after(day: date, months: int) -> date:
    """The same day so many calendar months on, or the last of a shorter month; never beyond the last day there is."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    if year > date.max.year:
        return date.max
    return date(year, month + 1, min(day.day, calendar.monthrange(year, month + 1)[1]))


def ending(agreements: Iterable[Agreement], as_of: date) -> tuple[Agreement, ...]:
    """Agreements in force of which the last day is at most `NOTICE_DAYS` away; soonest first."""
    last = as_of + timedelta(days=NOTICE_DAYS)
    found = [each for each in agreements if each.end is not None and in_force(each, as_of) and each.end <= last]
    return tuple(sorted(found, key=lambda each: (each.end or as_of, each.id)))
