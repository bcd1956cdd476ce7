"""The words of a decision: what comes of a text, on what right, and in which part of a release."""

from enum import StrEnum


class Outcome(StrEnum):
    """Whether a text is in: `hold` waits for a person."""

    INCLUDE = "include"
    EXCLUDE = "exclude"
    HOLD = "hold"


class Basis(StrEnum):
    """The right a text is used on. `contribution`: its holder handed it over and said that it may be used."""

    AGREEMENT = "agreement"
    OPEN_LICENCE = "open_licence"
    OFFICIAL_DOCUMENT = "official_document"
    TDM = "tdm"
    CONTRIBUTION = "contribution"
    NONE = "none"


class Tier(StrEnum):
    """The part of a release a text may be in."""

    OPEN = "open"
    AGREED = "agreed"
    TDM = "tdm"
    NONE = "none"
