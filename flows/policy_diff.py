"""What another policy would change: every document's evidence judged twice, and nothing fetched or written.

The evidence is what the newest run stored beside its decisions. Each distinct kind of it is decided once under each
policy, and a document costs looking up its kind, so a million take seconds. Copies that the newest run found are left
out of documents, words and money, as they are out of a release.

Memory: about 100 bytes for each document of one source, and the distinct kinds of evidence.
"""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property, lru_cache
from typing import Any

from corpus.evidence import Evidence, copies_of_source, evidence_batches
from corpus.selection import Ruling
from flows.catalogue import CatalogueSource
from flows.narrowing import Kind, Narrowing
from flows.records import RunRecord
from flows.rights import register_of, terms_of
from flows.select import OUT_OF_SCOPE, TOO_OLD, oldest_evidence
from flows.workspace import Workspace
from ledger.decide import Decision, decide, may_age
from ledger.money import format_amount
from ledger.obligations import accrue
from ledger.policy import Policy
from ledger.records import ReleaseRecord, Usage
from ledger.signals import Essence, RightsSignal, essence_of, signals_of
from ledger.terms import agreements

ESSENCES_MAX = 50_000
"""Pages' statements of which the essence is remembered: about 50 MB; the pages of a site say much the same."""

Key = tuple[Essence, bool, tuple[bool, bool], Kind]
"""A kind of evidence: what was said, whether the page is in scope, whether it is too old for either policy, terms."""

RightKey = tuple[str, str, str, str]
"""Source, basis, tier and licence: what usage is counted by."""


@dataclass(frozen=True, slots=True)
class Question:
    """Two policies, and the day they are asked about."""

    old: Policy
    new: Policy
    as_of: date


@dataclass(frozen=True, slots=True)
class Move:
    """A document that would be ruled on otherwise."""

    source: str
    id: str
    url: str
    words: int
    before: Ruling
    after: Ruling


@dataclass(slots=True)
class Difference:
    """What was counted: documents, kinds of evidence, and what each policy would use, as documents and words."""

    documents: int = 0
    kinds: int = 0
    before: dict[RightKey, list[int]] = field(default_factory=dict)
    after: dict[RightKey, list[int]] = field(default_factory=dict)
    moved: dict[tuple[str, str, str], list[int]] = field(default_factory=dict)


@dataclass
class _Bench:
    """Both policies at one source: each kind of evidence is asked about once."""

    question: Question
    narrowing: Narrowing
    asked: dict[Key, tuple[Ruling, Ruling]] = field(default_factory=dict)

    def rulings(self, evidence: Evidence, kind: Kind) -> tuple[Ruling, Ruling]:
        """How the old and the new policy rule on a document's evidence."""
        old, new = (evidence.observed < oldest for oldest in self._oldest)
        key = (_essence(evidence.signals), evidence.in_scope, (old, new), kind)
        found = self.asked.get(key)
        if found is None:
            found = self.asked[key] = self._ask(key)
        return found

    @cached_property
    def _oldest(self) -> tuple[date, date]:
        asked = self.question
        return oldest_evidence(asked.old, asked.as_of), oldest_evidence(asked.new, asked.as_of)

    def _ask(self, key: Key) -> tuple[Ruling, Ruling]:
        essence, in_scope, aged, kind = key
        if not in_scope:
            return OUT_OF_SCOPE, OUT_OF_SCOPE
        signals, terms, asked = signals_of(essence), self.narrowing.terms_at(kind), self.question
        return (
            _ruling(signals, decide(signals, terms, asked.old, asked.as_of), is_old=aged[0]),
            _ruling(signals, decide(signals, terms, asked.new, asked.as_of), is_old=aged[1]),
        )


_essence = lru_cache(maxsize=ESSENCES_MAX)(essence_of)


def _ruling(signals: tuple[RightsSignal, ...], decision: Decision, *, is_old: bool) -> Ruling:
    if is_old and may_age(decision, signals):
        return TOO_OLD
    return Ruling(decision.outcome, decision.basis, decision.tier, decision.licence, decision.rule)


def moves(
    space: Workspace, record: RunRecord, sources: Sequence[CatalogueSource], question: Question, counted: Difference
) -> Iterator[Move]:
    """Every document that would move, by source; `counted` is filled on the way."""
    register = register_of(space)
    for source in sources:
        keys = sorted((key, decided) for key, decided in record.documents.items() if key.split("/")[1] == source.name)
        if not keys:
            continue
        narrowing = Narrowing(terms_of(space, source), register, question.as_of)
        bench = _Bench(question, narrowing)
        copies = copies_of_source(space.storage.local(record.selection), source.name)
        for documents, decisions in keys:
            files = space.storage.local(documents), space.storage.local(decisions)
            for row, evidence in evidence_batches(*files, narrowing.columns):
                old, new = bench.rulings(evidence, narrowing.kind_of(row))
                counted.documents += 1
                if row["id"] in copies:
                    continue
                _count(counted, source.name, row["words"], (old, new))
                if _moved(old, new):
                    yield Move(source.name, row["id"], row["url"], row["words"], old, new)
        counted.kinds += len(bench.asked)


def move_rows(counted: Difference) -> list[dict[str, Any]]:
    """What moves, by source and by how it was and would be ruled on."""
    return [
        {"source": source, "before": before, "after": after, "documents": documents, "words": words}
        for (source, before, after), (documents, words) in sorted(counted.moved.items())
    ]


def money_rows(space: Workspace, counted: Difference, as_of: date) -> list[dict[str, Any]]:
    """What a release of today would owe under each policy, where that differs; amounts as exact decimal strings."""
    before, after = (_owed(space, usage, as_of) for usage in (counted.before, counted.after))
    rows = []
    for key in sorted(before.keys() | after.keys()):
        source, payee, currency = key
        old, new = before[key], after[key]
        if old != new:
            amounts = zip(("before", "after", "difference"), map(format_amount, (old, new, new - old)), strict=True)
            rows.append({"source": source, "payee": payee, "currency": currency, **dict(amounts)})
    return rows


def _owed(space: Workspace, used: dict[RightKey, list[int]], as_of: date) -> Counter[tuple[str, str, str]]:
    """Micro-units by source, payee and currency."""
    usages = tuple(Usage(*key, documents, words, 0, ()) for key, (documents, words) in sorted(used.items()))
    held = {name: agreements(space.ledger, name) for name in sorted({usage.source for usage in usages})}
    owed: Counter[tuple[str, str, str]] = Counter()
    for due in accrue(ReleaseRecord("", "", "", as_of, usages), held):
        if due.amount_micro is not None and due.rate is not None:
            owed[due.source, due.payee, due.rate.currency] += due.amount_micro
    return owed


def _count(counted: Difference, source: str, words: int, rulings: tuple[Ruling, Ruling]) -> None:
    """Count a document that is no copy."""
    for ruling, used in zip(rulings, (counted.before, counted.after), strict=True):
        if ruling.outcome == "include":
            _add(used.setdefault((source, ruling.basis, ruling.tier, ruling.licence), [0, 0]), words)
    old, new = rulings
    if _moved(old, new):
        _add(counted.moved.setdefault((source, _word(old), _word(new)), [0, 0]), words)


def _moved(old: Ruling, new: Ruling) -> bool:
    return old is not new and (old.outcome, old.rule, old.licence) != (new.outcome, new.rule, new.licence)


def _add(count: list[int], words: int) -> None:
    count[0] += 1
    count[1] += words


def _word(ruling: Ruling) -> str:
    return f"{ruling.outcome} by {ruling.rule}" + (f" ({ruling.licence})" if ruling.licence else "")
