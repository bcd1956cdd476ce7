"""Conflicts of licences: those among what the catalogue says of a source, and those its pages have with it.

The catalogue's are found without a run, as its files are the truth about a source; the pages' are those that the newest
run held for it. How each was settled is the ledger's.
"""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from corpus.lookup import fates_of
from flows.catalogue import CatalogueSource
from flows.errors import FlowError
from flows.paths import crawled_pages
from flows.records import RunRecord, newest_record
from flows.rights import assertion_row
from flows.workspace import Workspace
from ledger.conflicts import Conflict, conflicts, names_of, settlement_of, standing, touching
from ledger.licences import LicenceAssertion, one_name
from ledger.settlements import settlements
from ledger.signals import Mechanism

COUNTED_MAX = 10_000
"""Counts that are remembered: a few hundred bytes each."""

_COUNTED: dict[tuple[str, str, str], Counter[tuple[str, ...]]] = {}
"""What was counted of a selection, a crawl and what is said of licences: files that never change, read at each look."""

RULE = "licence-conflict"
"""The decision's rule for what a conflict holds."""

ON_PAGES = "what its pages state"
"""The scope of a conflict that pages have among themselves or with their source."""


@dataclass(frozen=True, slots=True)
class Found:
    """A conflict, and how many texts the newest run held for it."""

    conflict: Conflict
    held: int

    @property
    def row(self) -> dict[str, Any]:
        """The conflict as one row."""
        settled = self.conflict.settlement
        return {
            "id": self.conflict.id,
            "source": self.conflict.source,
            "scope": self.conflict.scope or "the whole source",
            "licences": " | ".join(self.conflict.licences),
            "texts_held": self.held,
            "settled": "" if settled is None else f"{settled.licence or 'none of them'}, {settled.on}",
            "note": "" if settled is None else settled.note,
        }

    @property
    def told(self) -> dict[str, Any]:
        """The conflict with who asserts what, as JSON values."""
        return {**self.row, "assertions": [assertion_row(said) for said in self.conflict.assertions]}


def found_conflicts(space: Workspace, sources: Sequence[CatalogueSource], as_of: date) -> list[Found]:
    """Every conflict of some sources on a day, by source, settled or not."""
    record = newest_record(space)
    return [found for source in sources for found in _of_source(space, source, record, as_of)]


def find_conflict(space: Workspace, sources: Sequence[CatalogueSource], name: str, as_of: date) -> Conflict:
    """The conflict of an id. Raises FlowError when there is none."""
    found = [each.conflict for each in found_conflicts(space, sources, as_of) if each.conflict.id == name]
    if not found:
        raise FlowError(f"no conflict is called {name}: `fodaftryk ledger conflicts --all` shows their ids.")
    return found[0]


def _of_source(space: Workspace, source: CatalogueSource, record: RunRecord | None, as_of: date) -> Iterator[Found]:
    settled = settlements(space.ledger, source.name)
    stated = conflicts(source.name, source.licences(), settled, as_of)
    held = _held(space, source, record, as_of)
    for conflict in stated:
        yield Found(conflict, held.pop(conflict.licences, 0))
    for names, count in sorted(held.items()):
        said = tuple(each for each in standing(source.licences(), as_of) if one_name(each.licence) in names)
        yield Found(Conflict(source.name, ON_PAGES, names, said, settlement_of(names, settled, as_of)), count)


def _held(space: Workspace, source: CatalogueSource, record: RunRecord | None, as_of: date) -> Counter[tuple[str, ...]]:
    """How many texts the newest run held for a conflict of which licences; what was stated is read again."""
    if record is None or source.name not in record.crawls:
        return Counter()
    made, crawl = standing(source.licences(), as_of), record.crawls[source.name]
    key = (record.selection, crawl, repr(made))
    if key not in _COUNTED:
        if len(_COUNTED) >= COUNTED_MAX:
            _COUNTED.clear()
        _COUNTED[key] = _count(space, source.name, record.selection, crawl, made)
    return Counter(_COUNTED[key])


def _count(
    space: Workspace, source: str, selection: str, crawl: str, made: Sequence[LicenceAssertion]
) -> Counter[tuple[str, ...]]:
    urls = {row["url"] for row in fates_of(space.storage.local(selection), source) if row["rule"] == RULE}
    counts = Counter[tuple[str, ...]]()
    for page in crawled_pages(space.storage.local(f"{crawl}/pages.jsonl.gz")) if urls else ():
        if page["url"] in urls:
            names = names_of(touching(made, page["url"]))
            counts[names if len(names) > 1 else tuple(sorted({*names, *_own(page)}))] += 1
    return counts


def _own(page: dict[str, Any]) -> set[str]:
    said = (signal for signal in page["signals"] if signal["mechanism"] == Mechanism.LICENCE)
    return {one_name(signal["value"]) for signal in said if signal["verdict"] == "permitted" and signal["value"]}
