"""Telephone numbers: eight digits in Danish groupings, or a country's code and more.

A country's code speaks for itself, and so do groups of two or of four that are no years, dates or amounts. Eight
digits in a row are as likely a company's number: they are taken for a word that names them, before or behind, in the
head of their column, or where they stand behind a person's name and are no company number by its checksum.
"""

import re

from corpus.finders.cues import DASH, SPACE
from corpus.finders.findings import Finding, Kind
from corpus.finders.offices import is_offices_own
from corpus.finders.spots import Spot
from corpus.finders.words import Says

_JOINT = rf"(?:{SPACE}|\r?\n){{0,2}}(?:{DASH}|[./])?(?:{SPACE}|\n)?"
_EIGHT = re.compile(rf"[1-9](?:{_JOINT}[0-9]){{7}}(?![0-9])")
_GROUPED = re.compile(
    rf"(?P<pairs>[2-9][0-9](?P<mark>{SPACE}|[./]|{DASH})[0-9]{{2}}(?P=mark)[0-9]{{2}}(?P=mark)[0-9]{{2}})(?![0-9])"
    rf"|(?P<fours>[2-9][0-9]{{3}}(?:{SPACE}|{DASH})[0-9]{{4}})(?![0-9])"
    rf"|(?P<odd>[2-9][0-9]{{2}}(?P<odder>{SPACE}|{DASH})[0-9]{{2}}(?P=odder)[0-9]{{3}})(?![0-9])"
)
_USUAL = re.compile(
    rf"[0-9]{{8}}|[0-9]{{2}}({SPACE}|[./]|{DASH})(?:[0-9]{{2}}\1[0-9]{{2}}\1[0-9]{{2}}|[0-9]{{3}}\1[0-9]{{3}})"
    rf"|[0-9]{{4}}(?:{SPACE}|{DASH}|[.])[0-9]{{4}}|[0-9]{{3}}({SPACE}|{DASH})(?:[0-9]{{2}}\2[0-9]{{3}}|[0-9]{{3}}\2[0-9]{{2}})"
    rf"|[0-9]{{2}}{SPACE}(?:[0-9]{{2}}{SPACE}[0-9]{{4}}|[0-9]{{6}})|[0-9]{{2}}(?: {DASH} [0-9]{{2}}){{3}}"
)
"""Groupings of eight digits that Danes write, the same separator throughout."""

_ROW = re.compile(r"[2-9][0-9]{7}(?![0-9])")
_CODES = (
    r"(?:1|7|20|27|3[0123469]|4[013456789]|5[1-8]|6[0-6]|8[1246]|9[0-58]|21[1-8]|2[2-6][0-9]|29[01789]|35[0-9]"
    r"|37[0-9]|38[0-9]"
    r"|42[013]|50[0-9]|59[0-9]|6[789][0-9]|85[0236]|88[06]|96[0-8]|97[0-7]|99[2-68])"
)
"""Country codes as ITU-T E.164 gives them out."""

_GAP = rf"(?:{SPACE}{{1,2}}|[./]|{DASH})?"
_ABROAD = re.compile(
    rf"[(]?(?P<plus>\+{SPACE}?|00{SPACE}?)(?P<code>{_CODES})[)]?\n?{_GAP}"
    rf"(?P<rest>(?:\(0\){_GAP})?\(?[0-9]\)?(?:{_GAP}\(?[0-9]\)?){{4,11}})(?![0-9])"
)
_DANISH = re.compile(
    rf"[(]?(?P<plus>\+{SPACE}?|00{SPACE}?|(?<=\()|)45[)]?(?:{SPACE}|\n|[.]|{DASH}){{0,2}}(?:\(0\){SPACE}?)?"
    rf"\(?[1-9]\)?(?:{_JOINT}\)?[0-9]){{7}}(?![0-9])"
)
_LENGTHS = {"298": 6, "299": 6, "47": 8, "354": 7}
"""Digits behind the code where numbers have one length: Faroes, Greenland, Norway, Iceland."""

_AMOUNT = re.compile(r"[0-9]{1,3}(?:([ .\u00a0])[0-9]{3})(?:\1[0-9]{3})*")
_DECIMAL = re.compile(r"[0-9]{1,3}[.][0-9]+")
_DATE = re.compile(
    r"(?:1[5-9]|20)[0-9]{2}([-./])[01][0-9]\1[0-3][0-9]|(?:0[1-9]|[12][0-9]|3[01])([-./])[01][0-9]\2(?:1[5-9]|20)[0-9]{2}"
)
_JOINED = re.compile(rf"(?:{SPACE}|[./]|{DASH})[0-9](?![0-9]?[).])")
_OTHERS = re.compile("[^0-9]")
_MAIL_BEHIND = re.compile(rf"[\s,;|/·-]{{1,4}}{re.escape(Kind.EMAIL.placeholder)}")
_LOCAL_ABROAD = re.compile(rf"0[0-9](?:(?:{SPACE}|[./]|{DASH})?[0-9]){{6,9}}(?![0-9])")
_CVR_WEIGHTS = (2, 7, 6, 5, 4, 3, 2, 1)
_SHORT = re.compile(r"(?:11[2-8]|116(?:000|111|117)|181[23])(?![0-9])")
"""Emergency calls, police and medical help are everybody's, and no beginning of a longer number."""


def find_phone(spot: Spot) -> Finding | None:
    """The Danish number that begins at a spot, without a country's code, if one does."""
    if not spot.stands_free or _SHORT.match(spot.text, spot.at):
        return None
    end = _named(spot) or _grouped(spot) or _in_a_row(spot) or _local_abroad(spot)
    if end is None or is_offices_own(spot.text, spot.at, spot.past.end):
        return None
    return Finding(spot.at, end, Kind.PHONE)


def _named(spot: Spot) -> int | None:
    """The end of eight digits in any grouping behind a word for telephone; lines may break within."""
    match = _EIGHT.match(spot.text, spot.at)
    if match is None or match.group().count("\n") > 1 or _DATE.fullmatch(match.group()):
        return None
    if spot.cue.says not in (Says.PHONE, Says.CONTACT):
        return None
    end = match.end()
    if spot.cue.adjacent:
        return end
    is_usual = _USUAL.fullmatch(match.group()) and not _looks_dated(match.group()) and not _JOINED.match(spot.text, end)
    return end if is_usual and spot.ends_free(end) and spot.behind(end).says is not Says.UNIT else None


def _grouped(spot: Spot) -> int | None:
    """The end of digits in a grouping that telephone numbers have and others seldom do."""
    match = _GROUPED.match(spot.text, spot.at)
    if match is None or not spot.ends_free(match.end()) or _JOINED.match(spot.text, match.end()):
        return None
    says, behind = spot.cue.says, spot.behind(match.end())
    if behind.says in (Says.UNIT, Says.OTHER):
        return None
    if says in (Says.OTHER, Says.ACCOUNT, Says.CARD, Says.UNIT, Says.NETWORK):
        is_free = match["odd"] is None and not spot.cue.adjacent and not _looks_dated(match.group())
        return match.end() if is_free and not is_cvr(_OTHERS.sub("", match.group())) else None
    return None if _looks_dated(match.group()) else match.end()


def _in_a_row(spot: Spot) -> int | None:
    """The end of eight digits in a row that something beside a word before them says to be a telephone number."""
    match = _ROW.match(spot.text, spot.at)
    if match is None or not spot.ends_free(match.end()) or _JOINED.match(spot.text, match.end()):
        return None
    says, behind = spot.cue.says, spot.behind(match.end()).says
    if behind is Says.PHONE and not (says is Says.OTHER and spot.cue.adjacent):
        return match.end()
    beside_person = spot.follows_name or _MAIL_BEHIND.match(spot.text, match.end()) is not None
    is_somebodys = (says is Says.NOTHING and beside_person) or (says is Says.CPR and spot.is_chained)
    return match.end() if is_somebodys and behind is Says.NOTHING and not is_cvr(match.group()) else None


def _local_abroad(spot: Spot) -> int | None:
    """The end of a number as it is dialled within another country, behind a word for telephone."""
    match = _LOCAL_ABROAD.match(spot.text, spot.at)
    is_named = match and spot.cue.says is Says.PHONE and spot.cue.adjacent and spot.ends_free(match.end())
    return match.end() if match and is_named else None


def find_abroad(spot: Spot) -> Finding | None:
    """The number with a country's code that begins at a spot: at its plus, its bracket, or its two noughts."""
    text, start = spot.text, spot.at
    while start > spot.past.end and text[start - 1] in "+( " and spot.at - start < 3:
        start -= 1
    starts = [place for place in range(start, spot.at + 1) if text[place] != " "]
    match = _first(_DANISH, text, starts)
    if match and (match["plus"] or match.group()[0] == "(" or spot.cue.says in (Says.PHONE, Says.CONTACT)):
        return _outside(spot, match, match.start())
    match = _first(_ABROAD, text, starts)
    if match is None or _is_reckoned(spot, match):
        return None
    length = _LENGTHS.get(match["code"], 0)
    if length and sum(map(str.isdigit, match["rest"])) != length:
        return None
    return _outside(spot, match, match.start())


def _first(pattern: re.Pattern[str], text: str, starts: list[int]) -> re.Match[str] | None:
    for start in starts:
        match = pattern.match(text, start)
        if match:
            return match
    return None


def _outside(spot: Spot, match: re.Match[str], start: int) -> Finding | None:
    glued = spot.glued.rstrip("+( ")
    if glued and (glued[-1].isdigit() or (glued[-1] in "=/%" and "://" in glued)):
        return None
    if is_offices_own(spot.text, match.start(), spot.past.end):
        return None
    end, opened, closed = match.end(), match.group().count("("), match.group().count(")")
    if opened > closed and spot.text[end : end + 1] == ")":
        end += 1
    elif closed > opened and match.group()[-1] == ")":
        end -= 1
    return Finding(start, end, Kind.PHONE)


def _is_reckoned(spot: Spot, match: re.Match[str]) -> bool:
    """Whether what looks like a number abroad is rather an amount, a coordinate, or digits that begin with noughts."""
    if spot.behind(match.end()).says is Says.UNIT:
        return True
    if spot.cue.adjacent and spot.cue.says is not Says.NOTHING:
        return spot.cue.says in (Says.OTHER, Says.ACCOUNT, Says.UNIT)
    if "+" not in match["plus"]:
        if spot.cue.says is Says.PHONE:
            return False
        return match["rest"].isdigit() or match.group()[:4].isdigit()
    whole = match.group().lstrip("+(0 ")
    is_sum = _DECIMAL.fullmatch(whole) or _AMOUNT.fullmatch(whole)
    return is_sum is not None or not spot.ends_free(match.end())


def _looks_dated(fours: str) -> bool:
    """Whether four and four digits are rather two years, or a year and a running number with a hyphen."""
    if len(fours) != 9 or not (fours[:4] + fours[5:]).isdigit():
        return False
    first, second = int(fours[:4]), int(fours[-4:])
    if 1000 <= first <= 2100 and (1000 <= second <= 2100 or not fours[4].isspace()):
        return True
    return first % 100 == 0 and second % 100 == 0


def is_cvr(digits: str) -> bool:
    """Whether eight digits pass the checksum of company numbers: weights 2 7 6 5 4 3 2 1, sum divisible by 11."""
    return sum(weight * int(digit) for weight, digit in zip(_CVR_WEIGHTS, digits, strict=True)) % 11 == 0
