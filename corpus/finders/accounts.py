"""Accounts and cards: IBANs of all countries, Danish accounts and payment cards (FI), credit cards.

An IBAN is known by its country's length and its checksum (ISO 13616, modulus 97), a credit card by its beginning and
its checksum (ISO/IEC 7812, Luhn), a Danish account, which has neither, by the words before it.
"""

import re

from corpus.finders.cues import DASH, SPACE
from corpus.finders.findings import Finding, Kind
from corpus.finders.spots import Spot
from corpus.finders.words import Says, words_of

_COUNTRIES = {
    15: "NO",
    16: "BE",
    18: "DK FI FK FO GL NL SD",
    19: "MK SI",
    20: "AT BA EE KZ LT LU MN XK",
    21: "CH HR LI LV",
    22: "BG BH CR DE GB GE IE ME RS VA",
    23: "AE GI IL IQ OM SO TL",
    24: "AD CZ ES MD PK RO SA SE SK TN VG",
    25: "LY PT ST",
    26: "IS TR",
    27: "BI DJ FR GR IT MC MR SM",
    28: "AL AZ BY CY DO GT HN HU LB NI PL SV",
    29: "BR EG PS QA UA",
    30: "JO KW MU YE",
    31: "MT SC",
    32: "LC",
    33: "RU",
}
_LENGTHS = {country: length for length, countries in _COUNTRIES.items() for country in countries.split()}
"""Characters of an IBAN by country, from the IBAN registry."""

_LETTERED = words_of(
    """AD AL AZ BG BH BI BR BY CH CY DO FK FR GB GE GI GR GT IE IQ IT JO KW KZ LB LC LI LU LV MC MD MK MR MT MU NI NL OM
    PK PS QA RO RU SA SC SM SV TR UA VG YE"""
)
"""Countries whose accounts may have letters; all others have digits alone."""

_BREAK = rf"(?:{SPACE}|\r?\n|[.]|{DASH}){{0,2}}"
_IBAN_HEAD = re.compile(rf"([A-Za-z]{{2}}){_BREAK}[0-9]{_BREAK}[0-9]")
_IBAN_NEXT = re.compile(rf"{_BREAK}([0-9A-Za-z])")
_ACCOUNT = re.compile(
    rf"(?P<reg>[0-9]{{4}})(?:{SPACE}{{1,3}}|{SPACE}?(?:{DASH}"
    rf"|[/.]){SPACE}?)(?P<number>[0-9](?:{SPACE}?[0-9]){{5,9}})(?![0-9])"
    rf"|[0-9](?:(?:{SPACE}|{DASH}|[.])?[0-9]){{5,13}}(?![0-9])"
)
_DATE = re.compile(r"(?:0?[1-9]|[12][0-9]|3[01])([-.])(?:0?[1-9]|1[0-2])\1(?:1[5-9]|20)[0-9]{2}")
_REG_BEFORE = re.compile(
    r"\breg(?:istrerings)?\.?[ -]?(?:n(?:umme)?r)?\W{0,4}([0-9]{4})\W{1,4}(?:(?:og"
    r"|til)\W)?(?:bank)?konto\w*\W{0,3}(?:n(?:umme)?r\W{0,3})?$",
    re.IGNORECASE,
)
_REG_ROW = re.compile(
    rf"(?P<reg>[0-9]{{4}}){SPACE}?[,;/]?\s{{0,2}}(?:og |til )?(?:bank)?konto(?:n(?:umme)?r|nummer)?[.:]{{0,2}}\s{{0,2}}"
    rf"(?:n(?:umme)?r[.:]{{0,2}}\s{{0,2}})?[0-9](?:(?:{SPACE}|{DASH})?[0-9]){{4,9}}(?![0-9])",
    re.IGNORECASE,
)
_GIRO = re.compile(r"\+(?:01|04|15|71|73|75)\s?<\s{0,3}(?:[0-9]{1,16}\s{0,3})?\+?\s?[0-9]{7,8}\s?<?")
_CARD = re.compile(rf"[2-6][0-9]{{3}}(?:(?:{SPACE}|{DASH})?[0-9]){{10,15}}(?![0-9])")
_CARD_GROUPED = re.compile(
    rf"[0-9]{{4}}({SPACE}|{DASH})(?:[0-9]{{4}}\1[0-9]{{4}}\1[0-9]{{4}}|[0-9]{{6}}\1[0-9]{{5}})(?:\1[0-9]{{3}})?"
)
_DIGIT = re.compile("[^0-9]")


def find_iban(text: str, at: int, floor: int) -> Finding | None:
    """The IBAN whose first digit stands at `at`."""
    start = at - 2
    while start > floor and at - start < 4 and not text[start : start + 2].isalpha():
        start -= 1
    head = _IBAN_HEAD.match(text, start) if start >= floor else None
    length = _LENGTHS.get(head[1].upper(), 0) if head else 0
    if head is None or not length or not _may_begin(text, start, floor):
        return None
    taken, end = [head[1].upper(), *(char for char in head.group()[2:] if char.isdigit())], head.end()
    while sum(map(len, taken)) < length:
        more = _IBAN_NEXT.match(text, end)
        if more is None:
            return None
        taken.append(more[1].upper())
        end = more.end()
    digits_only = "".join(taken[1:]).isdigit()
    if not digits_only and (taken[0] not in _LETTERED or text[start:end] != text[start:end].upper()):
        return None
    if text[end : end + 1].isdigit() or not passes_mod97("".join(taken)):
        return None
    return Finding(start, end, Kind.IBAN)


def _may_begin(text: str, start: int, floor: int) -> bool:
    before = text[max(floor, start - 12) : start].lower()
    return not before or not before[-1].isalnum() or before.endswith(("iban", "konto", "nr", "nummer", "bic", "swift"))


def passes_mod97(iban: str) -> bool:
    """The checksum of ISO 13616: the first four behind the rest, letters as 10 to 35, remainder 1 modulo 97."""
    return iban.isascii() and int("".join(str(int(char, 36)) for char in iban[4:] + iban[:4])) % 97 == 1


def find_giro(text: str, at: int, floor: int) -> Finding | None:
    """The payment card (FI, giro) whose two digits of kind stand at `at` behind a plus: +71<15 digits+8 digits<."""
    match = _GIRO.match(text, at - 1) if at > floor else None
    return Finding(match.start(), match.end(), Kind.ACCOUNT) if match else None


_ACCOUNT_WORD = re.compile(
    "[kK][oO][nN][tT]|[rR][eE][gG]|[bB][aA][nN][kK]|[iI][bB][aA][nN]|[gG][iI][rR][oO]|betal|erfør|[fF][iI]"
)
"""A part of each word that says account: most numbers have none of them before, and are asked no more."""


def find_account(spot: Spot) -> Finding | None:
    """The Danish account that begins at a spot, behind words that say so; a number of its branch goes with it."""
    may_be = _ACCOUNT_WORD.search(spot.before) is not None or spot.in_table
    if not may_be or spot.cue.says is not Says.ACCOUNT or not spot.stands_free:
        return None
    row = _REG_ROW.match(spot.text, spot.at)
    if row:
        return Finding(spot.at, row.end(), Kind.ACCOUNT)
    match = _ACCOUNT.match(spot.text, spot.at)
    if (
        match is None
        or _DATE.fullmatch(match.group())
        or not spot.ends_free(match.end())
        or spot.behind(match.end()).says is Says.UNIT
    ):
        return None
    if not spot.cue.adjacent and not match["reg"]:
        return None
    branch = _REG_BEFORE.search(spot.before)
    back = len(spot.before) - branch.start(1) if branch else 0
    whole = branch and spot.text[spot.at - back : spot.at] == spot.before[-back:]
    return Finding(spot.at - back if whole else spot.at, match.end(), Kind.ACCOUNT)


def find_card(spot: Spot) -> Finding | None:
    """The credit card's number that begins at a spot: grouped as on cards, or behind a word that says so."""
    match = _CARD.match(spot.text, spot.at)
    if match is None or not spot.stands_free or not spot.ends_free(match.end()):
        return None
    digits = _DIGIT.sub("", match.group())
    said = spot.cue.says is Says.CARD
    if spot.cue.says in (Says.OTHER, Says.ACCOUNT) or (len(digits) not in {15, 16} and not said):
        return None
    if not said and not _CARD_GROUPED.fullmatch(match.group()):
        return None
    return Finding(spot.at, match.end(), Kind.CARD) if passes_luhn(digits) else None


def passes_luhn(digits: str) -> bool:
    """The checksum of ISO/IEC 7812: every second digit from the right doubled, digits summed, divisible by 10."""
    doubled = (int(digit) * 2 if place % 2 else int(digit) for place, digit in enumerate(reversed(digits)))
    return sum(value - 9 if value > 9 else value for value in doubled) % 10 == 0
