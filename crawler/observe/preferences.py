"""What Content-Usage and Content-Signal lines in robots.txt share: a line may begin with the path it is about."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from crawler.observe.patterns import Pattern, path_forms
from crawler.observe.robots import Line
from ledger.signals import Verdict


@dataclass(frozen=True, slots=True)
class Preference:
    """One statement in a line or header about training: its verdict, its own label and value."""

    verdict: Verdict
    label: str
    value: str


def applicable(
    lines: Iterable[Line], url: str, read: Callable[[str], tuple[Preference, ...]]
) -> list[tuple[Line, Preference]]:
    """The preferences that hold for a page, each with the line it stands in.

    The longest path that says something about training wins; equal paths all apply, and are left to be combined most
    restrictively. A longer path that is silent on training does not lift what a shorter one reserved.
    """
    paths = path_forms(url)
    found: list[tuple[int, Line, Preference]] = []
    for line in lines:
        path, said = _split(line.value)
        pattern = Pattern.of(path) if path else None
        if pattern is None or pattern.matches(paths):
            octets = pattern.octets if pattern else 0
            found.extend((octets, line, preference) for preference in read(said))
    speaking = [octets for octets, _, preference in found if preference.verdict is not Verdict.UNKNOWN]
    longest = max(speaking, default=0)
    return [
        (line, preference)
        for octets, line, preference in found
        if preference.verdict is Verdict.UNKNOWN or octets == longest
    ]


def _split(value: str) -> tuple[str, str]:
    if not value.startswith("/"):
        return "", value
    path, *rest = value.split(None, 1)
    return path, rest[0] if rest else ""
