"""Personal data in Danish text, replaced by what it was: ⟨E-MAIL⟩, ⟨CPR⟩, ⟨TELEFON⟩.

Danish is full of numbers that look like these and are not: company numbers, book numbers, dates, sections of law,
order numbers. So a number is replaced for its shape and a date within (CPR), for its grouping (telephone), or for a
word close before it that says what it is, and never when a word before it says that it is something else.
Names are not looked for.
"""

import re
from calendar import monthrange
from collections.abc import Callable
from dataclasses import dataclass

CUE_CHARS = 24
"""How far before a number the word that names it may stand, on the same line."""

_EMAIL = re.compile(
    r"(?<![\w.+-])[\w.+-]{1,64}(?:@|\s?[\[({](?:at|snabel-?a)[\])}]\s?)(?:[\w-]{1,63}\.){1,6}[a-zæøå]{2,24}(?![\w-])",
    re.IGNORECASE,
)
_CPR = re.compile(
    r"(?<![\w/.,-])(?P<day>\d\d)(?P<month>0[1-9]|1[0-2])(?P<year>\d\d)(?P<gap> ?[-–] ?| |)"
    r"(?P<serial>\d{4}|\d[A-Z]{2}\d)"
    r"(?![\w/-]|[.,]\d)"
)
_CPR_CUE = re.compile(r"\b(?:cpr|c\.p\.r|person(?:nummer|nr)|p-?nr|fødselsnummer|cprnr)", re.IGNORECASE)
_PHONE = re.compile(
    r"(?<![\w.,/-])(?<!\d[ .-])(?P<country>(?:\(?(?:\+|00) ?45\)?)[ .-]?)?"
    r"(?P<number>\d\d([ .-])\d\d\3\d\d\3\d\d|\d{4}[ .-]\d{4}|\d{8}|\d{2} \d{3} \d{3})(?![\w/-]|[.,]\d)"
)
_FOREIGN = re.compile(
    r"(?<![\w.,/-])(?<!\d[ .-])(?:\+|00)(?!45)[1-9]\d{0,2}(?:[ .-]?\(?\d{1,5}\)?){2,6}(?![\w/-]|[.,]\d)"
)
_PHONE_CUE = re.compile(
    r"\b(?:tlf|tel(?:efon)?(?:nr|nummer|nummeret)?|mobil(?:nr|nummer|telefon)?|mob|fax|ringe?|kald|sms|phone"
    r"|vagttelefon)\b",
    re.IGNORECASE,
)
_OTHER_CUE = re.compile(
    r"(?:\b(?:cvr|se|ean|gln|isbn|issn|doi|ordre|faktura|konto|reg|iban|sag|journal|j\.?|vare|model|serie|id|kunde"
    r"|medlem|bestilling|løbe|licens|version|p)(?:s?[ -]?(?:nr|nummer|numre|no))?"
    r"|\b(?:kr|dkk|kroner|år|lov|lbk|bek|matr|bbr)|§)"
    r"[.:]{0,2}[ (#]{0,3}(?:DK[ -]?)?$",
    re.IGNORECASE,
)
_MOD11 = (4, 3, 2, 7, 6, 5, 4, 3, 2, 1)


@dataclass(frozen=True, slots=True)
class Counts:
    """How many of each kind were replaced."""

    emails: int
    cprs: int
    phones: int


@dataclass(frozen=True, slots=True)
class Redacted:
    """A text without the personal data that was found, and the counts."""

    text: str
    counts: Counts


def redact(text: str) -> Redacted:
    """Replace e-mail addresses, CPR numbers and telephone numbers; running it on its own result changes nothing."""
    text, emails = _EMAIL.subn("⟨E-MAIL⟩", text)
    text, cprs = _replace(text, _CPR, _is_cpr, "⟨CPR⟩")
    text, foreign = _replace(text, _FOREIGN, _is_foreign, "⟨TELEFON⟩")
    text, phones = _replace(text, _PHONE, _is_phone, "⟨TELEFON⟩")
    return Redacted(text, Counts(emails, cprs, foreign + phones))


def _replace(
    text: str, pattern: re.Pattern[str], wanted: Callable[[re.Match[str]], bool], placeholder: str
) -> tuple[str, int]:
    count = 0

    def put(match: re.Match[str]) -> str:
        nonlocal count
        if not wanted(match):
            return match.group()
        count += 1
        return placeholder

    return pattern.sub(put, text), count


def _before(match: re.Match[str]) -> str:
    """What stands before a match on its line, at most CUE_CHARS of it."""
    start = match.start()
    return match.string[max(0, start - CUE_CHARS) : start].rpartition("\n")[2]


def _is_cpr(match: re.Match[str]) -> bool:
    """Whether a match is a CPR number: a date, and the usual hyphen, a word that says so, or the old checksum.

    Numbers issued since 2007 need not pass the checksum, so it can only speak for a number. Replacement numbers have
    60 added to the day, and those of the health service letters in the serial.
    """
    before = _before(match)
    cue = bool(_CPR_CUE.search(before))
    if not _has_date(match) or (_OTHER_CUE.search(before) and not cue):
        return False
    if cue or "-" in match["gap"] or "–" in match["gap"]:
        return True
    return not match["gap"] and match["serial"].isdigit() and passes_mod11(match.group())


def _has_date(match: re.Match[str]) -> bool:
    """Whether the first six digits are a day that exists in some century; 29 February counts in leap years."""
    day, month, year = int(match["day"]), int(match["month"]), int(match["year"])
    day = day - 60 if day > 60 else day
    return 1 <= day <= monthrange(2000 + year if year % 4 == 0 else 2001, month)[1]


def passes_mod11(digits: str) -> bool:
    """The checksum all CPR numbers had until October 2007: weights 4 3 2 7 6 5 4 3 2 1, sum divisible by 11."""
    return sum(weight * int(digit) for weight, digit in zip(_MOD11, digits, strict=True)) % 11 == 0


def _is_phone(match: re.Match[str]) -> bool:
    """Whether a match is a Danish telephone number: +45, a grouping of 2-2-2-2, or a word that says so."""
    before, number = _before(match), match["number"]
    if match["country"]:
        return True
    if number[0] in "01" or _OTHER_CUE.search(before):
        return False
    if _PHONE_CUE.search(before):
        return True
    groups = re.split(r"[ .-]", number)
    return [len(group) for group in groups] in ([2, 2, 2, 2], [4, 4]) and not _looks_dated(groups)


def _is_foreign(match: re.Match[str]) -> bool:
    """Whether a number with a country's code is a telephone number: two noughts alone may begin any number."""
    before = _before(match)
    return bool(_PHONE_CUE.search(before)) or (match.group()[0] == "+" and not _OTHER_CUE.search(before))


def _looks_dated(groups: list[str]) -> bool:
    """Whether four and four digits are rather two years, as in 1914-1918."""
    return len(groups) == 2 and all(1000 <= int(group) <= 2100 for group in groups)
