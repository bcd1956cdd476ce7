"""The policy a release is decided by: a versioned TOML file, and nothing that is not in it."""

import hashlib
import json
import tomllib
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Self

from ledger.bases import Basis
from ledger.errors import RecordRefused
from ledger.licences import normalise_licence
from ledger.signals import Mechanism

DEFAULT_POLICY = Path(__file__).parent / "policies" / "default.toml"

DAYS_MAX = 36_500
"""Oldest evidence a policy may decide by, in days: a hundred years, more than there has been a web."""

_NEVER_COUNTED = (Mechanism.LICENCE, Mechanism.DELIVERED)
"""Mechanisms that reserve nothing by themselves."""

_HOLD = "hold"

_UNSAID = {Mechanism.PAYWALL: _HOLD, Mechanism.REPERTOIRE: True, Mechanism.REPERTOIRE_WORK: _HOLD}
"""What weighs so when a policy file leaves it out, as an older one does: the register of reservations fails closed."""


@dataclass(frozen=True, slots=True)
class Policy:
    """What counts and what may be used.

    `use` is the use decided about; `bases` are the rights a text may be used on, tried in this order, an agreement
    always first; `model_licence` is the licence models will come under, empty while nobody has said;
    `counted` are the mechanisms whose reservations exclude and whose malformed statements hold; those of `held` hold
    either way. `open`, `official` and `contribution` are patterns of SPDX identifiers (`*` any run, `[0-9]` one digit).
    `evidence_days_max` is how old a crawl may be for its evidence to decide anything: older, and its pages are held
    until they are fetched again.
    """

    version: str
    use: str
    bases: tuple[Basis, ...]
    model_licence: str
    evidence_days_max: int
    counted: tuple[Mechanism, ...]
    held: tuple[Mechanism, ...]
    open: tuple[str, ...]
    official: tuple[str, ...]
    contribution: tuple[str, ...]

    def to_json(self) -> str:
        """Canonical JSON: keys sorted, no spaces."""
        return json.dumps(asdict(self), ensure_ascii=False, sort_keys=True, separators=(",", ":"))

    @classmethod
    def from_toml(cls, text: str) -> Self:
        """Read a policy file's text; raises `RecordRefused` when something is missing, unknown or of another type."""
        try:
            table = tomllib.loads(text)
        except (tomllib.TOMLDecodeError, RecursionError) as error:
            raise RecordRefused(f"The policy is not TOML: {error}. Correct it at that line.") from error
        weights = _weights(_taken(table, "reservations", dict))
        licences = _taken(table, "licences", dict)
        policy = cls(
            version=_taken(table, "version", str),
            use=_taken(table, "use", str),
            bases=_bases(_taken(table, "bases", list)),
            model_licence=_licence(table.pop("model_licence", "")),
            evidence_days_max=_days(table, "evidence_days_max"),
            counted=tuple(sorted(mechanism for mechanism, weight in weights.items() if weight is True)),
            held=tuple(sorted(mechanism for mechanism, weight in weights.items() if weight == _HOLD)),
            open=_patterns(licences, "open"),
            official=_patterns(licences, "official"),
            contribution=_patterns(licences, "contribution"),
        )
        unknown = sorted((*table, *licences))
        if unknown:
            raise RecordRefused(f"The policy has keys nobody reads: {', '.join(unknown)}. Remove or correct them.")
        return policy

    @property
    def digest(self) -> str:
        """`sha256:…` of the canonical JSON: equal for equal rules, whatever the file's comments."""
        return "sha256:" + hashlib.sha256(self.to_json().encode()).hexdigest()


def load_policy(path: Path | None = None) -> Policy:
    """Read a policy file, or the one that comes with the ledger.

    Raises `RecordRefused` when it cannot be understood, and `OSError` when it cannot be read.
    """
    return Policy.from_toml((path or DEFAULT_POLICY).read_text("utf-8"))


def _taken(table: dict[str, Any], key: str, kind: type) -> Any:  # noqa: ANN401  TOML values, checked here
    value = table.pop(key, None)
    if not isinstance(value, kind):
        raise RecordRefused(f"The policy's {key!r} must be there, as {kind.__name__}.")
    return value


def _days(table: dict[str, Any], key: str) -> int:
    days: int = _taken(table, key, int)
    if not 0 < days <= DAYS_MAX:
        raise RecordRefused(f"The policy's {key!r} must be from 1 to {DAYS_MAX} days.")
    return days


def _patterns(table: dict[str, Any], key: str) -> tuple[str, ...]:
    values = _taken(table, key, list)
    if not all(isinstance(value, str) for value in values):
        raise RecordRefused(f"The policy's licences.{key} must be a list of SPDX patterns.")
    return tuple(values)


def _bases(names: list[Any]) -> tuple[Basis, ...]:
    known = [basis.value for basis in Basis if basis is not Basis.NONE]
    if any(name not in known for name in names) or len(set(names)) < len(names):
        raise RecordRefused(
            f"The policy's bases must be some of {', '.join(known)}, each once, in the order they count."
        )
    if Basis.AGREEMENT in names[1:]:
        raise RecordRefused("The policy's bases must begin with agreement, which is what its holder decided.")
    return tuple(Basis(name) for name in names)


def _licence(text: object) -> str:
    spelled = normalise_licence(text) if isinstance(text, str) else ""
    if text and not spelled:
        raise RecordRefused("The policy's model_licence must be an SPDX expression, or be left out.")
    return spelled


def _weights(table: dict[str, Any]) -> dict[Mechanism, bool | str]:
    """What each mechanism weighs: true excludes, "hold" holds, false is evidence only."""
    for name, weight in table.items():
        if not isinstance(weight, bool) and weight != _HOLD:
            raise RecordRefused(f"The policy's reservations.{name} must be true, false or {_HOLD!r}.")
    weights = {_mechanism(name): weight for name, weight in table.items()}
    weights = {**_UNSAID, **weights}
    if weights[Mechanism.PAYWALL] is False:
        raise RecordRefused(
            f"The policy's reservations.paywall must be true or {_HOLD!r}: only an agreement opens one."
        )
    return weights


def _mechanism(name: str) -> Mechanism:
    try:
        return Mechanism(name)
    except ValueError:
        known = ", ".join(mechanism for mechanism in Mechanism if mechanism not in _NEVER_COUNTED)
        raise RecordRefused(f"The policy counts {name!r}, which no observer states. Known are: {known}.") from None
