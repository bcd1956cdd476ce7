"""Agreements with rights holders: who lets us use what, from when to when, and at what price."""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum


class AgreementForm(StrEnum):
    """What an agreement rests on."""

    STATUTE = "statute"
    OPEN_LICENCE = "open_licence"
    WRITTEN = "written"
    VERBAL = "verbal"


class RateUnit(StrEnum):
    """What one price is paid for."""

    MILLION_WORDS = "million_words"
    DOCUMENT = "document"
    RELEASE = "release"


@dataclass(frozen=True, slots=True)
class Rate:
    """A price: `amount_micro` millionths of a `currency` (ISO 4217) for each unit. 0 means free, and says so."""

    per: RateUnit
    amount_micro: int
    currency: str


@dataclass(frozen=True, slots=True)
class Agreement:
    """One agreement about one source.

    `id` is letters, digits, `.` and `-`, as it becomes part of an SPDX reference. `uses` are words such as `train`.
    It holds from `start` to `end`, both days included; `end` None is open. `rate` None means that no price was
    agreed, which is not the same as free.
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

    @property
    def licence(self) -> str:
        """The SPDX reference that texts used under this agreement carry."""
        return f"LicenseRef-Agreement-{self.id}"


def in_force(agreement: Agreement, as_of: date) -> bool:
    """Whether an agreement holds on a day."""
    return agreement.start <= as_of and (agreement.end is None or as_of <= agreement.end)
