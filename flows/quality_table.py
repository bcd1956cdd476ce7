"""The `[quality]` table of a source's file: against which profile its texts are held. Without it, its kind decides."""

from enum import StrEnum
from typing import Annotated

from pydantic import AfterValidator, Field

from corpus.profiles import DEFAULT, profile_names
from flows.table import Table


class Kind(StrEnum):
    """What sort of text a source holds."""

    LAW = "law"
    DEBATES = "debates"
    GOVERNMENT = "government"
    NEWS = "news"
    ENCYCLOPAEDIA = "encyclopaedia"
    LITERATURE = "literature"
    FORUM = "forum"
    SCIENCE = "science"
    HEALTH = "health"
    BUSINESS = "business"
    CULTURE = "culture"
    OTHER = "other"


def _profile(text: str) -> str:
    if text not in profile_names():
        raise ValueError(f"there is no quality profile {text!r}")
    return text


class Quality(Table):
    """How good text is told from bad."""

    profile: Annotated[
        Annotated[str, AfterValidator(_profile)],
        Field(description=f"One of {', '.join(profile_names())}; leave [quality] out for the one of its kind."),
    ]


def profile_of(kind: Kind, quality: Quality | None) -> str:
    """The profile that a source names, or else the one called as its kind, or else the default."""
    if quality is not None:
        return quality.profile
    return kind.value if kind.value in profile_names() else DEFAULT
