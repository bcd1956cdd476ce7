"""One look at every number of a text: a scan for digits, and at each run of them the finders it might concern.

Most numbers are years, amounts and dates: short, and left after a glance at what stands beside them. Only where eight
digits or more stand together is it asked what the words around say. What is taken first: what has a checksum or a
sign of its own, then CPR numbers, then telephones.
"""

import re
from collections.abc import Callable, Iterator

from corpus.finders.accounts import find_account, find_card, find_giro, find_iban
from corpus.finders.addresses import find_address
from corpus.finders.cprs import find_cpr
from corpus.finders.cues import DASH, SPACE
from corpus.finders.findings import CLOSE, OPEN, Finding, Kind
from corpus.finders.misread import as_meant
from corpus.finders.networks import find_ipv4, find_ipv6
from corpus.finders.phones import find_abroad, find_phone
from corpus.finders.spots import Past, Spot
from corpus.finders.tables import Tables
from corpus.finders.words import Says

_JOINT = rf"(?:{SPACE}|\r?\n){{0,2}}(?:[./]|{DASH}{{1,2}})?(?:{SPACE}|\r?\n){{0,2}}"
_GAP = re.compile(_JOINT)
_RUN = re.compile(rf"[0-9]++(?:{_JOINT}[0-9]++)*+")
_GROUP = re.compile(r"[0-9]+")
_LISTED = re.compile(r"[0-9]{6}-[0-9]{4}(?![\w-])")
_COUNTED = re.compile(rf"(?:^|[^0-9]{SPACE}|\n)[0-9]{{1,3}}{SPACE}$")
"""A CPR number in its usual shape behind the number of its row, "12 010190-1234", is none of that number's."""

_BOUNDARY = re.compile(rf"\n|  |[.]{SPACE}|{SPACE}[/.]|{SPACE}{DASH}{SPACE}")
"""What between two groups of digits says that they are two numbers."""

_RUN_CHARS_MIN = 7
"""Four octets of one digit, "1.1.1.1"; the next shortest are eight digits."""

_ENOUGH = re.compile(rf"[0-9](?:{_JOINT}[0-9]){{6}}|[0-9]{{1,3}}(?:[.][0-9]{{1,3}}){{3}}|00")
"""Seven digits, which a CPR number with letters has and all else that is asked for; or four with dots."""

_GAP_CHARS_MAX = 8
_CODES, _SIGNS = ("00", "45"), ("+", "(", "+ ", "( ")
_LINES_MAX = 2
"""A number is broken by the end of one line, not of two."""

_REACH = 250
"""How far back a placeholder is looked for; what stands there is farther than any word that is asked."""

_SAYS = {Kind.CPR: Says.CPR, Kind.PHONE: Says.PHONE, Kind.EMAIL: Says.CONTACT, Kind.IP: Says.NETWORK}
"""What says what comes next in a chain, as in "tlf. 33 12 34 56 eller 20123456"."""

_KINDS = frozenset(Kind)
_FINDERS: tuple[Callable[[Spot], Finding | None], ...] = (find_ipv4, find_card, find_account, find_cpr, find_phone)
_ABROAD_TOO = (find_ipv4, find_abroad, *_FINDERS[1:])


def find_numbers(text: str) -> Iterator[Finding]:
    """All personal data in a text that has digits in it, in order and without overlaps."""
    text = as_meant(text)
    tables, past, has_placeholders = Tables(text), Past(), CLOSE in text
    for run in _RUN.finditer(text):
        start, end = run.span()
        if has_placeholders:
            past = _placeholder(text, start, past)
        finding = _beside(Spot(text, start, past, tables)) if start >= past.end else None
        if finding:
            yield finding
            past = _past(finding)
        if end - start < _RUN_CHARS_MIN or end <= past.end:
            continue
        for group in _GROUP.finditer(text, start, end):
            at = group.start()
            finding = _at(text, at, past, tables) if at >= past.end else None
            if finding:
                yield finding
                past = _past(finding)


def _past(finding: Finding) -> Past:
    return Past(finding.end, _SAYS.get(finding.kind, Says.NOTHING))


def _placeholder(text: str, start: int, past: Past) -> Past:
    """The placeholder before `start`, where one stands behind what was found last: it was found before."""
    end = text.rfind(CLOSE, max(past.end, start - _REACH), start) + 1
    if not end:
        return past
    kind = text[text.rfind(OPEN, max(past.end, end - _REACH), end) + 1 : end - 1]
    return Past(end, _SAYS.get(Kind(kind), Says.NOTHING) if kind in _KINDS else Says.NOTHING)


def _at(text: str, at: int, past: Past, tables: Tables) -> Finding | None:
    """What begins at a group of digits: what the first finder that knows it says."""
    enough = _ENOUGH.match(text, at)
    if enough is None or enough.group().count("\n") >= _LINES_MAX or _is_joined(text, at, past.end):
        return None
    spot = Spot(text, at, past, tables)
    is_signed = text.startswith(_CODES, at) or text.endswith(_SIGNS, past.end, at)
    for finder in _ABROAD_TOO if is_signed else _FINDERS:
        finding = finder(spot)
        if finding:
            return finding
    return None


def _is_joined(text: str, at: int, floor: int) -> bool:
    """Whether a group of digits goes on from the one before, so that no number begins with it."""
    start = at
    while start > floor and at - start < _GAP_CHARS_MAX and not "0" <= text[start - 1] <= "9":
        start -= 1
    is_gap = start > floor and _GAP.fullmatch(text, start, at) is not None
    if not is_gap or _BOUNDARY.search(text, start, at) is not None:
        return False
    return not (_LISTED.match(text, at) and _COUNTED.search(text[max(floor, at - _GAP_CHARS_MAX) : at]))


def _beside(spot: Spot) -> Finding | None:
    """What the first digits of a run are a part of by the characters beside them: short runs are asked nothing else."""
    text, at, floor = spot.text, spot.at, spot.past.end
    before = text[at - 1] if at > floor else "\n"
    if before in " \u00a0":
        return find_address(text, at, spot.past) or (
            find_iban(text, at, floor) if text[at - 2 : at - 1].isupper() else None
        )
    if before.isalpha():
        return find_iban(text, at, floor) or find_ipv6(text, at, floor)
    if before in "+(":
        return find_giro(text, at, floor) or find_abroad(spot)
    return find_ipv6(text, at, floor) if before == ":" or ":" in text[at : at + 5] else None
