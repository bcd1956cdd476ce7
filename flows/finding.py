"""Finding: which texts a withdrawal is about, and their copies elsewhere, in all documents that are at rest.

What is asked for is found by the case's targets (an address, a name, a number), or because it was released under an
agreement that is over. Its copies are those in its clusters, as the newest run found them, and all whose signatures are
near. Both are put into a file of exclusions; from the moment the ledger names that file they are out.

Each round reads every documents file: a crawl that was under way when something was withdrawn is read when it has
ended. Signatures are compared only when something new is asked for.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
import numpy.typing as npt

from corpus.exclusions import (
    Excluded,
    cluster_mates,
    ids_of,
    included_but_for,
    key_of,
    put_exclusions,
    read_exclusions,
    texts_of,
    used_by_agreement,
)
from corpus.releases import read_staged
from dedup.index import opened
from flows.errors import FlowError
from flows.records import newest_record
from flows.withheld import build_index
from flows.workspace import Workspace
from ledger.agreements import Agreement, in_force
from ledger.case_book import cases
from ledger.cases import HOLDING, Case, Step
from ledger.register import Register, Reservation, Weight
from ledger.releases import releases
from ledger.sources import sources
from ledger.targets import TextFacts
from ledger.terms import agreements
from ledger.withdrawals import Exclusions

AGREEMENT_ENDED = "agreement_ended"


@dataclass(frozen=True)
class Wanted:
    """A withdrawal that is to be acted on: its name, its class of reason, and what it is about.

    `reservations` are a case's targets; `ids` the documents that were released under an agreement.
    """

    by: str
    reason: str
    reservations: tuple[Reservation, ...] = ()
    ids: frozenset[str] = frozenset()


@dataclass
class Found:
    """Texts of one withdrawal, by id: digest, signature, and whether it was asked for or is a copy."""

    texts: dict[str, tuple[str, npt.NDArray[np.uint32], bool]] = field(default_factory=dict)

    def add(self, row: Mapping[str, str], signature: npt.NDArray[np.uint32], *, asked_for: bool) -> None:
        """Take a text in, unless it is known."""
        self.texts.setdefault(row["id"], (row["text_digest"], signature.copy(), asked_for))

    @property
    def excluded(self) -> Excluded:
        """The same, to be put into a file."""
        ids = tuple(sorted(self.texts))
        told = [self.texts[name] for name in ids]
        digests, asked_for = tuple(each[0] for each in told), tuple(each[2] for each in told)
        return Excluded(ids, digests, np.array([each[1] for each in told], dtype=np.uint32), asked_for)


def wanted_withdrawals(space: Workspace, names: Sequence[str], as_of: date) -> tuple[Wanted, ...]:
    """What is to be acted on: the cases and agreements that are named, or else all that are verified, or over.

    A case is named by its id, an agreement as `agreement:<id>`. An agreement that is over is acted on by itself when
    its last day is `withdrawal.grace_days` behind, as a new one may be under way.

    Raises FlowError for a name of none, a case that is not verified, or an agreement in force.
    """
    asked = {name if ":" in name else f"case:{name}" for name in names}
    found = {}
    for case in cases(space.ledger):
        by = f"case:{case.id}"
        if by in asked and not _is_to_act_on(case):
            of = " and of some uses" if case.is_partial else ""
            raise FlowError(
                f"case {case.id} is {case.state}{of}, and keeps nothing out: verify it first, or see `case show`."
            )
        if by in asked or (not asked and _is_to_act_on(case)):
            found[by] = Wanted(by, case.kind.value, _targets(by, case))
    for agreement in _agreements(space):
        by = f"agreement:{agreement.id}"
        if by in asked and in_force(agreement, as_of):
            raise FlowError(f"the agreement {agreement.id} is in force: its texts stay until it has ended.")
        if by in asked or (not asked and _is_over(agreement, as_of, space.settings.withdrawal.grace_days)):
            found[by] = Wanted(by, AGREEMENT_ENDED, ids=_released_under(space, agreement))
    if missing := sorted(asked - found.keys()):
        raise FlowError(f"{missing[0]} is no case and no agreement here: see `fodaftryk ledger case list --all`.")
    return tuple(each for _, each in sorted(found.items()))


def find(space: Workspace, wanted: Sequence[Wanted], standing: Exclusions) -> dict[str, Found]:
    """Find the texts of some withdrawals that no file of theirs has yet, with their copies; by withdrawal."""
    known = {each.by: _known(space, standing, each.by) for each in wanted}
    found: defaultdict[str, Found] = defaultdict(Found)
    asked = _Asked(wanted)
    for rows, signatures in _texts(space, document_keys(space), asked.columns):
        for row, signature in zip(rows, signatures, strict=True):
            for by in asked.about(row):
                if row["id"] not in known[by]:
                    found[by].add(row, signature, asked_for=True)
    if found:
        _add_copies(space, found)
    return dict(found)


def put(space: Workspace, found: Found) -> str:
    """Store what was found as a file of exclusions; returns its digest."""
    with space.scratch() as scratch:
        return put_exclusions(space.storage, scratch, found.excluded, space.settings.dedup.signing_text)


def document_keys(space: Workspace) -> list[str]:
    """Every documents file in storage."""
    return [key for key in space.storage.keys("documents/") if key.endswith(".parquet")]


class _Asked:
    """Which withdrawals a text is asked for by."""

    def __init__(self, wanted: Sequence[Wanted]) -> None:
        self._register = Register(tuple(held for each in wanted for held in each.reservations))
        self._ids: defaultdict[str, list[str]] = defaultdict(list)
        for each in wanted:
            for name in each.ids:
                self._ids[name].append(each.by)

    @property
    def columns(self) -> list[str]:
        """The columns that have to be looked at."""
        text = ["text"] if self._register.asks_for_text else []
        return ["id", "text_digest", "url", "title", "author", *text]

    def about(self, row: Mapping[str, str]) -> set[str]:
        """The withdrawals a row is asked for by."""
        facts = TextFacts(row["url"], row["title"], row["author"])
        held = self._register.touching(facts, row.get("text", ""))
        return {each.by for each in held}.union(self._ids.get(row["id"], ()))


def _add_copies(space: Workspace, found: Mapping[str, Found]) -> None:
    """Add to what was found its copies: its clusters' other texts, and all that are near by their signatures."""
    record, agreed = newest_record(space), agreed_ids(space)
    whose: defaultdict[str, set[str]] = defaultdict(set)
    every = Found()
    for by, texts in found.items():
        every.texts.update(texts.texts)
        for name, (digest, _, _) in texts.texts.items():
            whose[name].add(by)
            whose[digest].add(by)
        for name in cluster_mates(space.storage.local(record.clusters), texts.texts.keys()) if record else ():
            whose[name].add(by)
    for row, signature, near in _matched(space, every.excluded):
        if row["id"] not in agreed:
            for by in whose.get(row["id"], _NOBODY) | whose.get(row["text_digest"], _NOBODY) | whose.get(near, _NOBODY):
                found[by].add(row, signature, asked_for=False)


_NOBODY: frozenset[str] = frozenset()


def _matched(space: Workspace, excluded: Excluded) -> Iterator[tuple[dict[str, str], npt.NDArray[np.uint32], str]]:
    """Every text at rest, with its signature and the excluded text it is a copy of (an id, or empty)."""
    space.work.mkdir(parents=True, exist_ok=True)
    with TemporaryDirectory(dir=space.work) as folder:
        build_index(excluded, Path(folder), space.settings.dedup)
        with opened(Path(folder), space.settings.dedup) as index:
            for rows, signatures in _texts(space, document_keys(space), ["id", "text_digest"]):
                copies = index.match([row["id"] for row in rows], signatures)
                near = {copy.id: copy.excluded_by for copy in copies}
                for row, signature in zip(rows, signatures, strict=True):
                    yield row, signature, near.get(row["id"], "")


def _texts(
    space: Workspace, keys: Iterable[str], columns: Sequence[str]
) -> Iterator[tuple[list[dict[str, str]], npt.NDArray[np.uint32]]]:
    for key in keys:
        yield from texts_of(space.storage.local(key), columns)


def agreed_ids(space: Workspace) -> frozenset[str]:
    """The documents that the newest run let in by agreement: copies that whoever gave them still lets us use."""
    record = newest_record(space)
    return used_by_agreement(space.storage.local(record.selection)) if record else frozenset()


def _known(space: Workspace, standing: Exclusions, by: str) -> frozenset[str]:
    """The ids that a withdrawal's files have already."""
    files = [space.storage.local(key_of(each.file)) for each in standing.standing if each.by == by]
    return frozenset(read_exclusions(files).ids)


def _is_to_act_on(case: Case) -> bool:
    """Whether a case keeps texts out of all use, and it was shown who asks; what is left to some use is not purged."""
    if case.kind not in HOLDING or case.is_partial or case.day_of(Step.REJECTED) or case.day_of(Step.WITHDRAWN):
        return False
    return case.day_of(Step.VERIFIED) is not None


def _targets(by: str, case: Case) -> tuple[Reservation, ...]:
    return tuple(Reservation(by, Weight.ACTED_CASE, target, case.received_on) for target in case.targets)


def _agreements(space: Workspace) -> list[Agreement]:
    return [agreement for source in sources(space.ledger) for agreement in agreements(space.ledger, source.name)]


def _is_over(agreement: Agreement, as_of: date, grace_days: int) -> bool:
    return agreement.end is not None and agreement.end + timedelta(days=grace_days) < as_of


def _released_under(space: Workspace, agreement: Agreement) -> frozenset[str]:
    """The documents that were released under an agreement, and that the newest run does not let in otherwise."""
    paths = {
        shard.path
        for record in releases(space.ledger)
        for shard in read_staged(record.manifest_digest, space.storage).shards
        if (shard.source, shard.licence) == (agreement.source, agreement.licence)
    }
    ids = frozenset[str]().union(*(ids_of(space.storage.local(path)) for path in paths if space.storage.exists(path)))
    record = newest_record(space)
    otherwise = included_but_for(space.storage.local(record.selection), agreement.licence) if record else frozenset()
    return ids - otherwise
