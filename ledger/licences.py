"""Licences: what is claimed for a source, and one name for each licence.

Names are SPDX expressions. SPDX does not list every national version of Creative Commons; those are written in its
manner (`CC-BY-SA-2.5-DK`). References of our own begin with `LicenseRef-`:

    LicenseRef-DK-OHL-9             public acts outside copyright (ophavsretsloven § 9)
    LicenseRef-Agreement-<id>       an agreement with the rights holder
    LicenseRef-TDM-NoReservation    text and data mining where no reservation was found
    LicenseRef-Contribution         its holder handed it over and said that it may be used
    LicenseRef-RightsStatements-<c> a statement of rightsstatements.org; none of them grants training
    LicenseRef-Unknown              a licence of which only the existence is known
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from fnmatch import fnmatchcase
from functools import lru_cache
from typing import Any

from license_expression import ExpressionError, ExpressionParseError, get_spdx_licensing

from ledger.licence_names import licence_of_text
from ledger.licence_urls import licence_of_url

TDM_LICENCE = "LicenseRef-TDM-NoReservation"

_CHARS_MAX = 400
"""Longest text or address taken for a licence's name; a longer one is prose."""

_OWN = re.compile(
    r"LicenseRef-(DK-OHL-9|TDM-NoReservation|Contribution|Unknown|Agreement-[A-Za-z0-9.-]+|RightsStatements-[A-Za-z-]+)"
    r"|CC-BY(-NC)?(-SA|-ND)?-[1-4]\.[0-9]-[A-Z]{2,8}"
)
_EXPRESSION = re.compile(r"[A-Za-z0-9.+() -]+")


_SPELLINGS = (("PDM-1.0", "CC-PDM-1.0"),)
"""Names of one licence that SPDX does not know to be one, and the name it has here."""


class AssertionKind(StrEnum):
    """How a licence was said, from what a machine reads to what nobody wrote down."""

    MACHINE_READABLE = "machine_readable"
    PROSE = "prose"
    HUMAN_STATEMENT = "human_statement"
    CONTRACT = "contract"
    VERBAL = "verbal"


@dataclass(frozen=True, slots=True)
class LicenceAssertion:
    """A licence someone says a source is under, or the part of it that `scope` names.

    `licence` is an SPDX expression, `place` where it is said (an address, a capture, a letter), `on` the day it was
    seen, `kind` how it was said. `confirmed` is set by a person who has checked it; an unconfirmed one is never a
    basis. `scope` is empty for the whole source, a pattern of paths (`/blog/*`), or the address of one document;
    `digest` is `sha256:…` of the letter or the captured page, where there is one.
    """

    licence: str
    asserted_by: str
    place: str
    on: date | None
    confirmed: bool
    note: str = ""
    kind: AssertionKind = AssertionKind.PROSE
    scope: str = ""
    digest: str = ""


@lru_cache(maxsize=4096)
def normalise_licence(text_or_url: str) -> str:
    """The SPDX expression a text or an address stands for; empty when it names none that is known.

    Takes SPDX expressions, the licences' own addresses (Creative Commons, GNU, opensource.org, spdx.org and others),
    rightsstatements.org, and the forms people write ("CC BY 4.0", "GNU GPL version 2 eller nyere").
    """
    text = " ".join(text_or_url.split())
    if not text or len(text) > _CHARS_MAX:
        return ""
    found = licence_of_url(text) if re.match(r"(https?:)?//|www\.", text, re.IGNORECASE) else licence_of_text(text)
    return _expression(found or text)


@lru_cache(maxsize=4096)
def one_name(licence: str) -> str:
    """The one spelling of a licence, so that two names of it do not differ: `GPL-3.0` and `GPL-3.0-only`, or `A AND B`.

    What is no licence that is known stays as it is.
    """
    for spelling, name in _SPELLINGS:
        licence = re.sub(rf"(?<![\w-]){re.escape(spelling)}(?![\w.-])", name, licence)
    parsed = _parsed(licence)
    return licence if parsed is None else str(parsed.simplify().render())


def permits(expression: str, patterns: Iterable[str]) -> bool:
    """Whether an expression is within a list of licence patterns: every side of an AND, any side of an OR."""
    parsed = _parsed(expression)
    return parsed is not None and _within(parsed, tuple(patterns))


def all_of(licences: Iterable[str]) -> str:
    """The expression that asks for all these licences at once, in a fixed order."""
    names = sorted(set(licences))
    return names[0] if len(names) == 1 else " AND ".join(f"({name})" if " " in name else name for name in names)


def _within(node: Any, patterns: tuple[str, ...]) -> bool:  # noqa: ANN401  license-expression has no types
    operator = getattr(node, "operator", "").strip().upper()
    if operator in {"AND", "OR"}:
        sides = (_within(side, patterns) for side in node.args)
        return all(sides) if operator == "AND" else any(sides)
    key = getattr(node, "license_symbol", node).key
    return any(fnmatchcase(key, pattern) for pattern in patterns)


def _expression(text: str) -> str:
    parsed = _parsed(text)
    return "" if parsed is None else str(parsed.render())


@lru_cache(maxsize=4096)
def _parsed(text: str) -> Any:  # noqa: ANN401  as above
    if not _EXPRESSION.fullmatch(text):
        return None
    licensing = _licensing()
    try:
        parsed = licensing.parse(text)
    except (ExpressionError, ExpressionParseError):
        return None
    known = parsed is not None and all(_OWN.fullmatch(key) for key in licensing.unknown_license_keys(parsed))
    return parsed if known else None


@lru_cache(maxsize=1)
def _licensing() -> Any:  # noqa: ANN401  as above
    return get_spdx_licensing()
