"""CPR numbers: six digits of a birthday and four more, with or without a hyphen between.

The checksum cannot be asked for: numbers given out since October 2007 need not pass it. So a number is taken for its
shape where that is the usual one with a hyphen and the day exists, and for a word that names it in any other shape;
ten digits in a row without such a word are taken when they pass the checksum, or stand behind a person's name.
Replacement numbers have 60 added to the day; those of the health service have two letters among the last four, and
regions' own, which a word must name, one.
"""

import re
from calendar import monthrange

from corpus.finders.cues import DASH, SPACE
from corpus.finders.findings import Finding, Kind
from corpus.finders.spots import Spot
from corpus.finders.words import Says

_WEIGHTS = (4, 3, 2, 7, 6, 5, 4, 3, 2, 1)
_PART = rf"(?:{SPACE}|[./]|{DASH})?"
_SHAPE = re.compile(
    rf"(?P<day>[0-9]{{2}})(?P<first>{_PART})(?P<month>[01][0-9])(?P<second>{_PART})(?P<year>(?:19|20)?[0-9]{{2}})"
    rf"(?P<gap>(?:{SPACE}|\r?\n){{0,2}}(?:{DASH}{{1,2}}|[./])?(?:{SPACE}|\r?\n){{0,2}})"
    r"(?P<serial>[0-9][0-9A-Z]{2}[0-9])(?![0-9])"
)
_SPREAD = re.compile(
    rf"[0-9](?:(?:{SPACE}|\n|[.]){{0,2}}[0-9]){{5}}(?:{SPACE}|\n){{0,2}}{DASH}?(?:{SPACE}|\n){{0,2}}"
    rf"[0-9](?:(?:{SPACE}|\n|[.]){{0,2}}[0-9]){{3}}(?![0-9])"
)
_HEALTH_SERIAL = re.compile("[0-9][A-Z]{2}[0-9]")
_NO_CPR = (Says.OTHER, Says.ACCOUNT, Says.CARD, Says.UNIT)
_DASHED = re.compile(DASH)
_PRODUCTION_UNIT = re.compile(r"\bp-?\s?n(?:umme)?r\W*$", re.IGNORECASE)
_JOINED = re.compile(rf"(?:{SPACE}|[./]|{DASH})[0-9](?![0-9]?[).])")


def find_cpr(spot: Spot) -> Finding | None:
    """The CPR number that begins at a spot, if one does."""
    match = _SHAPE.match(spot.text, spot.at)
    if match and _has_date(match["day"], match["month"], match["year"]) and _is_cpr(spot, match):
        return Finding(spot.at, match.end(), Kind.CPR)
    if spot.cue.says is Says.CPR and spot.cue.adjacent and spot.stands_free:
        spread = _SPREAD.match(spot.text, spot.at)
        digits = re.sub("[^0-9]", "", spread.group()) if spread else ""
        if spread and _has_date(digits[:2], digits[2:4], digits[4:6]):
            return Finding(spot.at, spread.end(), Kind.CPR)
    return None


def _is_cpr(spot: Spot, match: re.Match[str]) -> bool:
    """Whether what has the shape and the day of a CPR number is one, by what stands around it."""
    hyphen = _DASHED.search(match["gap"]) is not None
    whole = not match["first"] and not match["second"] and len(match["year"]) == 2
    if not spot.ends_free(match.end()) or not (spot.stands_free or (whole and spot.follows_word)):
        return False
    cue, behind = spot.cue, spot.behind(match.end()).says
    if Says.CPR in (cue.says, behind):
        return True
    if not match["serial"].isdigit() and not _HEALTH_SERIAL.fullmatch(match["serial"]):
        return False
    if behind in (Says.UNIT, Says.OTHER):
        return False
    if cue.says in _NO_CPR and cue.adjacent:
        return hyphen and whole and _PRODUCTION_UNIT.search(spot.before) is not None
    return (whole or _is_spaced_date(match)) if hyphen else _is_likely(spot, match)


def _is_spaced_date(match: re.Match[str]) -> bool:
    """Whether a birthday in three parts has the same separator twice, and four digits that are no year behind it."""
    if len(match["year"]) != 2 or match["first"] != match["second"] or _DASHED.search(match["first"]):
        return False
    return not ("1800" <= match["serial"] <= "2100")


def _is_likely(spot: Spot, match: re.Match[str]) -> bool:
    """Whether digits without hyphen and without a word that names them are a CPR number all the same."""
    if match["first"] or match["second"] or len(match["year"]) != 2 or _JOINED.match(spot.text, match.end()):
        return False
    if not match["serial"].isdigit():
        return not match["gap"] and match["serial"][0] in "01567"
    digits = match["day"] + match["month"] + match["year"] + match["serial"]
    if "\n" in match["gap"]:
        return False
    return bool(re.fullmatch(SPACE, match["gap"])) or passes_mod11(digits) or spot.follows_name


def _has_date(day: str, month: str, year: str) -> bool:
    """Whether six digits are a day that exists in some century; 29 February counts in leap years."""
    day_number = int(day) - 60 if int(day) > 60 else int(day)
    if not 1 <= int(month) <= 12:
        return False
    return 1 <= day_number <= monthrange(2000 if int(year) % 4 == 0 else 2001, int(month))[1]


def passes_mod11(digits: str) -> bool:
    """The checksum all CPR numbers had until October 2007: weights 4 3 2 7 6 5 4 3 2 1, sum divisible by 11."""
    return sum(weight * int(digit) for weight, digit in zip(_WEIGHTS, digits, strict=True)) % 11 == 0
