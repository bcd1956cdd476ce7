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
from corpus.finders.findings import Finding, Kind
from corpus.finders.networks import find_ipv4, find_ipv6
from corpus.finders.phones import find_abroad, find_phone
from corpus.finders.spots import Past, Spot
from corpus.finders.tables import Tables
from corpus.finders.words import Says

_RUN = re.compile(rf"[0-9]++(?:(?:{SPACE}|\r?\n){{0,2}}(?:[./]|{DASH}{{1,2}})?(?:{SPACE}|\r?\n){{0,2}}[0-9]++)*+")
_GROUP = re.compile(r"[0-9]+")
_BOUNDARY = re.compile(rf"\n|\t|  |[.]{SPACE}|{SPACE}[/.]|{SPACE}{DASH}{SPACE}")
"""What between two groups of digits says that they are two numbers."""

_RUN_CHARS_MIN = 7
"""Four octets of one digit, "1.1.1.1"; the next shortest are eight digits."""

_SAYS = {
    Kind.CPR: Says.CPR,
    Kind.PHONE: Says.PHONE,
    Kind.ACCOUNT: Says.ACCOUNT,
    Kind.CARD: Says.CARD,
    Kind.IP: Says.NETWORK,
}

_FINDERS: tuple[Callable[[Spot], Finding | None], ...] = (
    find_ipv4, find_abroad, find_card, find_account, find_cpr, find_phone,
)  # fmt: skip


def find_numbers(text: str) -> Iterator[Finding]:
    """All personal data in a text that has digits in it, in order and without overlaps."""
    tables, past = Tables(text), Past()
    for run in _RUN.finditer(text):
        start, end = run.span()
        finding = _beside(Spot(text, start, past, tables)) if start >= past.end else None
        if finding:
            yield finding
            past = _past(finding)
        if end - max(start, past.end) < _RUN_CHARS_MIN:
            continue
        for group in _GROUP.finditer(text, max(start, past.end), end):
            if group.start() < past.end or _is_joined(text, group.start(), max(start, past.end)):
                continue
            finding = _at(Spot(text, group.start(), past, tables))
            if finding:
                yield finding
                past = _past(finding)


def _past(finding: Finding) -> Past:
    return Past(finding.end, _SAYS.get(finding.kind, Says.NOTHING))


def _is_joined(text: str, at: int, floor: int) -> bool:
    """Whether a group of digits goes on from the one before, so that no number begins with it."""
    start = at
    while start > floor and not "0" <= text[start - 1] <= "9":
        start -= 1
    return start > floor and _BOUNDARY.search(text, start, at) is None


def _beside(spot: Spot) -> Finding | None:
    """What the first digits of a run are a part of by the characters beside them: short runs are asked nothing else."""
    text, at, floor = spot.text, spot.at, spot.past.end
    before = text[at - 1] if at > floor else "\n"
    if before in " \u00a0":
        return find_address(text, at, floor) or (
            find_iban(text, at, floor) if text[at - 2 : at - 1].isupper() else None
        )
    if before.isalpha():
        return find_iban(text, at, floor) or find_ipv6(text, at, floor)
    if before in "+(":
        return find_giro(text, at, floor) or find_abroad(spot)
    return find_ipv6(text, at, floor) if before == ":" or ":" in text[at : at + 5] else None


def _at(spot: Spot) -> Finding | None:
    """What begins at a group of digits: the first finder that knows it."""
    return next((finding for finder in _FINDERS if (finding := finder(spot))), None)
