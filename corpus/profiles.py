"""Profiles: what limits a text is held against, by the kind of source it comes from.

A profile is a file `corpus/profiles/<name>.toml`; `[limits]` gives a measure (a field of `corpus.measures`) its `min`
and `max`, with `words_min` and `words_max` where only texts of so many words are held against it. `extends` takes
another profile's limits first; an empty table lifts a limit. `[furniture]` says on how many of a host's documents a
line is furniture (`corpus.furniture`), and stands for the whole table of what is extended. Each limit has its reason
beside it, as a comment.
"""

import hashlib
import json
import math
import tomllib
from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields
from functools import lru_cache
from pathlib import Path
from typing import Any

from corpus.errors import CorpusError
from corpus.measures import Measures

PROFILES = Path(__file__).parent / "profiles"
DEFAULT = "default"

_MEASURES = frozenset(field.name for field in fields(Measures))
_BOUNDS = frozenset({"min", "max", "words_min", "words_max"})


class ProfileError(CorpusError):
    """There is no such profile, or its file is wrong; the message says what to do."""


@dataclass(frozen=True, slots=True)
class Limit:
    """Least and most that a measure may be, both allowed; and to texts of how many words it applies."""

    measure: str
    min: float | None = None
    max: float | None = None
    words_min: float = 0
    words_max: float = math.inf


@dataclass(frozen=True, slots=True)
class FurnitureLimits:
    """On how many different documents of a host a line must be to be furniture: at least both, by number and share."""

    documents_min: int
    share_min: float

    def documents(self, of_host: int) -> int:
        """Documents that a line must be on, of a host with so many."""
        return max(self.documents_min, math.ceil(self.share_min * of_host))


@dataclass(frozen=True, slots=True)
class Profile:
    """A profile's name, what it is for, its limits in the order of the measures, and what lines are furniture."""

    name: str
    title: str
    limits: tuple[Limit, ...]
    furniture: FurnitureLimits | None = None

    @property
    def digest(self) -> str:
        """SHA-256 of the limits, in hex: two profiles with one digest mark the same documents."""
        return hashlib.sha256(json.dumps([asdict(limit) for limit in self.limits]).encode()).hexdigest()


def profile_names() -> tuple[str, ...]:
    """The profiles there are, in alphabetical order."""
    return tuple(sorted(file.stem for file in PROFILES.glob("*.toml")))


@lru_cache
def load_profile(name: str) -> Profile:
    """Read a profile by its name.

    Raises ProfileError when there is none of that name, or when its file is wrong.
    """
    if name not in profile_names():
        raise ProfileError(f"There is no quality profile {name!r}: choose one of {', '.join(profile_names())}.")
    table = _read(PROFILES / f"{name}.toml", frozenset())
    limits = tuple(table["limits"][field.name] for field in fields(Measures) if field.name in table["limits"])
    furniture = FurnitureLimits(**table["furniture"]) if table["furniture"] else None
    return Profile(name, table["title"], limits, furniture)


def _read(file: Path, behind: frozenset[Path]) -> dict[str, Any]:
    """The title and the limits of a file, with those of what it extends; `behind` are the files that extend it."""
    if file in behind or not file.is_file():
        raise ProfileError(f"{file.name} cannot be extended: there is no such profile, or it extends itself.")
    try:
        table = tomllib.loads(file.read_text(encoding="utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise ProfileError(f"{file} is no TOML ({error}): compare it with default.toml.") from error
    if unknown := table.keys() - {"title", "extends", "limits", "furniture"}:
        raise ProfileError(
            f"{file} has {', '.join(sorted(unknown))}: a profile has title, extends, [limits] and [furniture]."
        )
    parent = file.parent / f"{table['extends']}.toml" if "extends" in table else None
    before = _read(parent, behind | {file}) if parent else {"limits": {}, "furniture": {}}
    own = {measure: _limit(file, measure, bounds) for measure, bounds in table.get("limits", {}).items()}
    return {
        "title": table.get("title", ""),
        "limits": {measure: limit for measure, limit in (before["limits"] | own).items() if limit},
        "furniture": _furniture(file, table["furniture"]) if "furniture" in table else before["furniture"],
    }


def _furniture(file: Path, table: object) -> Mapping[str, float]:
    names = {field.name for field in fields(FurnitureLimits)}
    if not isinstance(table, Mapping) or (table and table.keys() != names):
        raise ProfileError(f"{file}: [furniture] has {' and '.join(sorted(names))}, or nothing for none.")
    for value in table.values():
        _number(file, "furniture", value)
    return table


def _number(file: Path, name: str, value: object) -> None:
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise ProfileError(f"{file}: {value!r} is no limit for {name}: write a number.")


def _limit(file: Path, measure: str, bounds: object) -> Limit | None:
    if measure not in _MEASURES:
        raise ProfileError(f"{file} limits {measure}, which is not measured: see corpus/measures.py for what is.")
    if not isinstance(bounds, Mapping) or bounds.keys() - _BOUNDS:
        raise ProfileError(f"{file}: {measure} is a table of {', '.join(sorted(_BOUNDS))}, such as {{ max = 0.5 }}.")
    for value in bounds.values():
        _number(file, measure, value)
    return Limit(measure, **bounds) if bounds else None
