"""Personal data in Danish text, replaced by what it was: ⟨E-MAIL⟩, ⟨CPR⟩, ⟨TELEFON⟩, ⟨IBAN⟩ and so on.

Danish is full of numbers that look like these and are not: company numbers, book numbers, dates, sections of law,
order numbers. So a number is taken for its shape and what it contains (a date, a checksum, a country's code), or for a
word beside it that says what it is, and left when a word says that it is something else.

Names are not looked for: people in public roles are named in most texts worth having. A finder of names, or of
anything else, is a function from a text to findings in order and without overlaps, and a line in `FINDERS`. Each is
given the text with what the finders before it found already replaced, and must leave placeholders alone.
"""

import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

from corpus.finders.emails import find_emails
from corpus.finders.findings import CLOSE, OPEN, Counts, Finding, Kind
from corpus.finders.numbers import find_numbers

Finder = Callable[[str], Iterable[Finding]]

FINDERS: tuple[Finder, ...] = (find_emails, find_numbers)
"""What looks for personal data, in order of precedence."""

ROUNDS_MAX = 8
"""How often a text is looked through: what was replaced may set free what stood against it. Once is usual, and more
than three times needs text that was made for it."""

_REACH = 64
"""What stands farther from a placeholder was not hidden by what stood there: the longest is a mailbox's name."""

_NUMBER_AT_END = re.compile(r"[0-9](?:[^0-9A-Za-z]{0,4}[0-9]){6}\W{0,4}$")


@dataclass(frozen=True, slots=True)
class Redacted:
    """A text without the personal data that was found, the counts, and where in the original each thing stood."""

    text: str
    counts: Counts
    findings: tuple[Finding, ...]


_NOTHING = Redacted("", Counts(), ())
_FIELDS = dict(zip(Kind, ("emails", "cprs", "phones", "ibans", "accounts", "cards", "addresses", "ips"), strict=True))


def redact(text: str) -> Redacted:
    """Replace personal data by its kind; everything else stays as it was, and doing it again changes nothing."""
    if not text:
        return _NOTHING
    findings: list[Finding] = []
    shown = text
    for _ in range(ROUNDS_MAX):
        before = shown
        for finder in FINDERS:
            found = list(finder(shown))
            if found:
                findings = sorted([*findings, *_in_original(found, findings)], key=lambda finding: finding.start)
                shown = _replaced(text, findings)
        if shown == before or not _has_freed(shown):
            break
    counted = Counter(_FIELDS[finding.kind] for finding in findings)
    return Redacted(shown, Counts(**counted), tuple(findings))


def _has_freed(text: str) -> bool:
    """Whether a number or a sign stood against something that is replaced now, and may be seen for what it is."""
    start = text.find(OPEN)
    while start >= 0:
        end = text.find(CLOSE, start) + 1
        before, after = text[max(0, start - _REACH) : start], text[end : end + _REACH]
        if any("0" <= char <= "9" for char in before[-5:]) and _NUMBER_AT_END.search(before):
            return True
        if "@" in (before.split() or [""])[-1] or "@" in (after.split() or [""])[0]:
            return True
        start = text.find(OPEN, start + 1)
    return False


def _in_original(found: list[Finding], before: list[Finding]) -> Iterator[Finding]:
    """Findings in a text in which `before` was replaced, with their offsets in the text it was replaced in."""
    shrunk, waiting = 0, list(reversed(before))
    for finding in found:
        while waiting and waiting[-1].start - shrunk < finding.start:
            done = waiting.pop()
            shrunk += done.end - done.start - len(done.kind.placeholder)
        yield Finding(finding.start + shrunk, finding.end + shrunk, finding.kind)


def _replaced(text: str, findings: list[Finding]) -> str:
    parts, at = [], 0
    for finding in findings:
        parts += [text[at : finding.start], finding.kind.placeholder]
        at = finding.end
    return "".join([*parts, text[at:]])
