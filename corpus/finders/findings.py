"""What a finder finds: a place in a text, and what stands there."""

from dataclasses import dataclass
from enum import StrEnum

OPEN, CLOSE = "⟨", "⟩"
"""What placeholders stand in: brackets that Danish text does not use."""


class Kind(StrEnum):
    """Kinds of personal data; the value is the word that is put in its place."""

    EMAIL = "E-MAIL"
    CPR = "CPR"
    PHONE = "TELEFON"
    IBAN = "IBAN"
    ACCOUNT = "KONTO"
    CARD = "KORT"
    ADDRESS = "ADRESSE"
    IP = "IP"

    @property
    def placeholder(self) -> str:
        """What stands in the text instead."""
        return f"{OPEN}{self}{CLOSE}"


@dataclass(frozen=True, slots=True)
class Finding:
    """Personal data of one kind at `text[start:end]`; offsets in characters."""

    start: int
    end: int
    kind: Kind


@dataclass(frozen=True, slots=True)
class Counts:
    """How many of each kind were replaced."""

    emails: int = 0
    cprs: int = 0
    phones: int = 0
    ibans: int = 0
    accounts: int = 0
    cards: int = 0
    addresses: int = 0
    ips: int = 0
