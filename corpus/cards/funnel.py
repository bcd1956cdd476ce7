"""The funnel: what became of every document that was read, beside what FineWeb2 published of its Danish part.

FineWeb2 (dan_Latn, 2025) removes copies first and filters then; here it is filters, rights, copies. So each step is
told by the share it takes of what comes to it, and is not to be compared without that in mind.
"""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass

from corpus.cards.plain import markdown, table
from corpus.fates import WITHDRAWN, Fate

FINEWEB2_READ = 550_600_000
FINEWEB2_DEDUPLICATED = 148_270_000
FINEWEB2_FILTERED = 45_390_000
"""FineWeb2's Danish documents: before deduplication (at least), after it, and after the filters."""

FINEWEB2_WORDS = 28_060_000_000

_OTHERWISE = (Fate.MARKED, Fate.FAILED, Fate.DUPLICATE, Fate.RELEASED)
"""Fates that are not for want of a right."""

_REASONS_MAX = 40
"""Reasons listed; there are some thirty of quality and as many rules of rights."""


@dataclass(frozen=True, slots=True)
class Funnel:
    """Documents read, and how many left at each step; all of them add up."""

    read: int
    filtered: int
    without_right: int
    copies: int
    released: int


def funnel_of(fates: Mapping[tuple[str, str], int]) -> Funnel:
    """The funnel of documents by (fate, reason). What was withdrawn and purged counts as without a right."""
    sums: Counter[str] = Counter()
    for (fate, reason), count in fates.items():
        sums[Fate.EXCLUDED if reason == WITHDRAWN else fate] += count
    return Funnel(
        read=sums.total(),
        filtered=sums[Fate.MARKED] + sums[Fate.FAILED],
        without_right=sums.total() - sum(sums[fate] for fate in _OTHERWISE),
        copies=sums[Fate.DUPLICATE],
        released=sums[Fate.RELEASED],
    )


def funnel_table(funnel: Funnel) -> list[str]:
    """The funnel as a table of Markdown, with FineWeb2's Danish figures in the last columns."""
    left = funnel.read
    rows = [["documents read", f"{left:,}", "", f"{FINEWEB2_READ:,}", ""]]
    removed = FINEWEB2_DEDUPLICATED - FINEWEB2_FILTERED
    theirs = {
        "filters": (removed, FINEWEB2_DEDUPLICATED),
        "copies": (FINEWEB2_READ - FINEWEB2_DEDUPLICATED, FINEWEB2_READ),
    }
    steps = (("filters", funnel.filtered), ("no right to use", funnel.without_right), ("copies", funnel.copies))
    for name, gone in steps:
        beside = theirs.get(name)
        shown = [f"{beside[0]:,}", share(*beside)] if beside else ["not applied", ""]
        rows.append([f"removed: {name}", f"{gone:,}", share(gone, left), *shown])
        left -= gone
    rows.append(
        ["left", f"{funnel.released:,}", share(funnel.released, funnel.read), f"{FINEWEB2_FILTERED:,}",
         share(FINEWEB2_FILTERED, FINEWEB2_READ)]
    )  # fmt: skip
    return table(["step", "here", "of what came to it", "FineWeb2, Danish", "of what came to it"], rows, 4)


def withdrawn_since(funnel: Funnel, rows: int) -> list[str]:
    """A line about what was withdrawn after the selection, where a release has fewer rows than were chosen for it."""
    gone = funnel.released - rows
    return [f"Of what is left {gone:,} were withdrawn since, and are not in this release.", ""] if gone > 0 else []


def reasons_table(fates: Mapping[tuple[str, str], int]) -> list[str]:
    """Why documents were left out, most frequent first, as a table of Markdown."""
    counted = [(fate, reason, count) for (fate, reason), count in fates.items() if fate != Fate.RELEASED]
    counted.sort(key=lambda row: (-row[2], row[:2]))
    rows = [[markdown(fate), markdown(reason), f"{count:,}"] for fate, reason, count in counted[:_REASONS_MAX]]
    return table(["fate", "reason", "documents"], rows, 1)


def share(part: int, whole: int) -> str:
    """A share in per cent, as `8.2 %`; empty of nothing."""
    return f"{100 * part / whole:.1f} %" if whole else ""
