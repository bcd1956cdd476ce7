"""What Content-Usage and Content-Signal share: where they stand, and that a line may begin with the path it is about.

Each is a line of robots.txt and a header of a response. What one value says is the standard's own matter: its module
gives a function that reads it.
"""

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from corpus.captures import Capture
from crawler.observe.evidence import EvidenceFile, Seen, statement
from crawler.observe.patterns import Pattern, path_forms
from crawler.observe.robots import PRODUCT_TOKEN, Line, Robots
from ledger.signals import Mechanism, RightsSignal, Verdict


@dataclass(frozen=True, slots=True)
class Preference:
    """One statement in a line or header about training: its verdict, its own label and value."""

    verdict: Verdict
    label: str
    value: str


@dataclass(frozen=True, slots=True)
class Standard:
    """One of the two: `field` is its name in lower case, in robots.txt and as a header; the rest reads one value.

    `read` is for values in robots.txt, `read_header` for those of a header.
    """

    mechanism: Mechanism
    field: str
    read: Callable[[str], tuple[Preference, ...]]
    read_header: Callable[[str], tuple[Preference, ...]]

    def in_robots(self, robots: Robots, file: EvidenceFile, url: str) -> tuple[RightsSignal, ...]:
        """What robots.txt says of a page; lines before the first group count too, as they can only be meant so."""
        loose = (line for line in robots.loose if line.field == self.field)
        lines = (*loose, *robots.lines(PRODUCT_TOKEN, self.field))
        return tuple(
            self._signal(preference, line.raw, file.seen.at(f"line={line.number}"))
            for line, preference in _applicable(lines, url, self.read)
        )

    def in_headers(self, capture: Capture) -> tuple[RightsSignal, ...]:
        """What a response's headers say; several are one value, in order."""
        raw = ", ".join(value for name, value in capture.headers if name.lower() == self.field)
        seen = Seen.on(capture).at("header")
        return tuple(self._signal(preference, raw, seen) for preference in self.read_header(raw))

    def _signal(self, preference: Preference, raw: str, seen: Seen) -> RightsSignal:
        return statement(self.mechanism, preference.verdict, (preference.label, preference.value), raw, seen)


def mention_of(labels: Iterable[str]) -> re.Pattern[str]:
    """Finds one of the labels, in any case, as a word of its own: in a text that says something nobody can read."""
    return re.compile(rf"(?<![\w-])(?:{'|'.join(map(re.escape, sorted(labels)))})(?![\w-])", re.IGNORECASE)


def _applicable(
    lines: Iterable[Line], url: str, read: Callable[[str], tuple[Preference, ...]]
) -> list[tuple[Line, Preference]]:
    """The preferences that hold for a page, each with the line it stands in.

    The longest path that reserves or permits wins; equal paths all apply, and are left to be combined most
    restrictively. A longer path that is silent on training, or cannot be read, does not lift what a shorter one
    reserved; the one that cannot be read stands beside it.
    """
    paths = path_forms(url)
    found: list[tuple[int, Line, Preference]] = []
    for line in lines:
        path, said = _split(line.value)
        pattern = Pattern.of(path) if path else None
        if pattern is None or pattern.matches(paths):
            octets = pattern.octets if pattern else 0
            found.extend((octets, line, preference) for preference in read(said))
    clear = {Verdict.RESERVED, Verdict.PERMITTED}
    longest = max((octets for octets, _, preference in found if preference.verdict in clear), default=0)
    return [
        (line, preference)
        for octets, line, preference in found
        if preference.verdict is Verdict.UNKNOWN or octets >= longest
    ]


def _split(value: str) -> tuple[str, str]:
    if not value.startswith("/"):
        return "", value
    path, *rest = value.split(None, 1)
    return path, rest[0] if rest else ""
