"""What each source of the catalogue is worth, gathered from the newest release, the newest run and the ledger."""

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from corpus.cards.facts import Facts
from corpus.cards.funnel import funnel_of
from corpus.cards.overlap import Overlap
from corpus.cards.statistics import MEASURED
from corpus.cards.value import Cost, Value
from corpus.fates import WITHDRAWN, Fate
from corpus.releases import Manifest, read_staged
from flows.cards import facts_of, publisher_of, source_facts
from flows.catalogue import CatalogueSource
from flows.paths import finished_crawls
from flows.records import newest_record
from flows.rights import state_of
from flows.source_tables import Access
from flows.sources import read_sources
from flows.workspace import Workspace
from ledger.agreements import in_force
from ledger.conflicts import conflicts
from ledger.money import format_amount
from ledger.records import SourceStatus
from ledger.releases import releases
from ledger.settlements import settlements
from ledger.standing import accounts
from ledger.terms import agreements

REASONS_TOLD = 2
"""Reasons of held and excluded documents that are told of a source, most frequent first."""

Fates = Mapping[tuple[str, str], int]


@dataclass(frozen=True, slots=True)
class Owed:
    """What is owed for a source by currency, and how it stands, in the ledger's word."""

    costs: tuple[Cost, ...] = ()
    payment: str = ""


def values_of(space: Workspace, as_of: date) -> list[Value]:
    """What every source of the catalogue is worth on a day, by name; candidates that nobody crawled yet too."""
    sources = read_sources(space.settings.catalogue)
    facts, owed = _facts(space, sources, as_of), _owed(space, as_of)
    return [
        _value(facts, source, owed.get(source.name, Owed()), missing_of(space, source, facts, as_of))
        for source in sources
    ]


def missing_of(space: Workspace, source: CatalogueSource, facts: Facts, as_of: date) -> tuple[str, ...]:
    """What is in the way of using a source, or more of it; nothing where all of it is used."""
    fates = facts.fates.get(source.name, {})
    funnel, held = funnel_of(fates), (*_withdrawn(facts, source.name), *_held(fates))
    if facts.words(source.name):
        return held
    if funnel.read and funnel.filtered == funnel.read:
        return (f"texts that are Danish and good enough: all {funnel.read:,} were filtered",)
    return (*_intake_missing(space, source), *_rights_missing(space, source, as_of), *held)


def _facts(space: Workspace, sources: Sequence[CatalogueSource], as_of: date) -> Facts:
    """What is known of the newest release, by the selection of the newest run; of none, where nothing was released."""
    record, recorded = newest_record(space), releases(space.ledger)
    nothing = Manifest("", as_of, {}, (), {}, {})
    manifest = read_staged(recorded[-1].manifest_digest, space.storage) if recorded else nothing
    if record is None:
        return Facts(manifest, publisher_of(space), source_facts(sources))
    return facts_of(space, manifest, record.selection)


def _value(facts: Facts, source: CatalogueSource, owed: Owed, missing: tuple[str, ...]) -> Value:
    counted, overlap = facts.statistics(source.name), facts.overlaps.get(source.name, Overlap())
    fates = facts.fates.get(source.name, {})
    funnel = funnel_of(fates)
    marked = {reason: count for (fate, reason), count in fates.items() if fate == Fate.MARKED and reason != WITHDRAWN}
    faults = Counter(marked)
    shards, words = list(facts.shards(source.name)), facts.words(source.name)
    return Value(
        source=source.name,
        title=source.title,
        kind=source.kind.value,
        status=source.status.value,
        licences=tuple(sorted({shard.licence for shard in shards} or {said.licence for said in source.licences()})),
        documents=sum(shard.rows for shard in shards),
        words=words,
        only_words=min(overlap.only_words, words),  # what was withdrawn since the run is in its selection, and not here
        shared_words=min(overlap.shared_words, words),
        copies=overlap.own_copies + overlap.other_copies,
        waiting_words=overlap.waiting_words,
        danish=counted.danish_chars / counted.chars if counted.chars else None,
        passing=1 - funnel.filtered / funnel.read if funnel.read else None,
        fault=min(faults, key=lambda reason: (-faults[reason], reason), default=""),
        measures=tuple((name, mean) for name in MEASURED if (mean := counted.mean(name)) is not None),
        costs=owed.costs,
        payment=owed.payment,
        missing=missing,
    )


def _owed(space: Workspace, as_of: date) -> dict[str, Owed]:
    """What is owed for each source, over all releases and years, whoever is paid; the ledger's accounts in short."""
    sums: defaultdict[str, Counter[str]] = defaultdict(Counter)
    stands: dict[str, str] = {}
    for account in accounts(space.ledger, as_of):
        if account.owed_micro is not None:
            sums[account.source][account.currency] += account.owed_micro
            stands[account.source] = account.status.value
        else:
            stands.setdefault(account.source, account.status.value)
    return {
        source: Owed(
            tuple(Cost(Decimal(format_amount(micro)), currency) for currency, micro in sorted(sums[source].items())),
            status,
        )
        for source, status in stands.items()
    }


def _intake_missing(space: Workspace, source: CatalogueSource) -> list[str]:
    """What is missing for its texts to come here at all."""
    if source.crawl.access in (Access.DUMP, Access.DELIVERY) and source.intake is None:
        return ["an [intake] table that says in which files its texts come"]
    if finished_crawls(space.storage, source.name):
        return []
    if source.crawl.access is Access.DELIVERY:
        return ["a delivery"]
    return [] if source.status is SourceStatus.RESERVED else ["a crawl: it was never taken in"]


def _rights_missing(space: Workspace, source: CatalogueSource, as_of: date) -> list[str]:
    """What is missing for its texts to be used, as far as the catalogue and the ledger know."""
    agreed = agreements(space.ledger, source.name) or source.agreements()
    if any(in_force(agreement, as_of) for agreement in agreed):
        return []
    told = [f"the agreement {agreement.id} to be in force: {state_of(agreement, as_of)}" for agreement in agreed]
    if source.status is SourceStatus.RESERVED:
        told.append("an agreement: its holder has reserved the texts")
    found = conflicts(source.name, source.licences(), settlements(space.ledger, source.name), as_of)
    open_ones = [" or ".join(each.licences) for each in found if each.settlement is None]
    told += [f"a ruling on licences that contradict each other: {names}" for names in open_ones]
    said = source.licences()
    if said and not any(each.confirmed for each in said):
        names = ", ".join(sorted({each.licence for each in said}))
        told.append(f"a person who reads its licence at its place, and confirms it: {names}")
    if not said and source.status is not SourceStatus.RESERVED:
        told += _ground_missing(space, source)
    return told + (["who holds the rights"] if source.rights.holder == "unknown" else [])


def _ground_missing(space: Workspace, source: CatalogueSource) -> list[str]:
    """Whether a source without a licence or an agreement lacks one: a site may be mined, until its crawl shows not."""
    if source.crawl.access in (Access.DUMP, Access.DELIVERY):
        return ["a licence or an agreement"]
    if finished_crawls(space.storage, source.name):
        return ["a licence or an agreement: text and data mining alone does not carry it"]
    return []


def _withdrawn(facts: Facts, source: str) -> tuple[str, ...]:
    """How many texts that the newest run released are in no release any more."""
    gone = funnel_of(facts.fates.get(source, {})).released - sum(shard.rows for shard in facts.shards(source))
    return (f"texts withdrawn since the newest run: {gone:,}",) if facts.manifest.version and gone > 0 else ()


def _held(fates: Fates) -> tuple[str, ...]:
    """Why documents of it may not be used, most frequent first."""
    reasons: Counter[tuple[str, str]] = Counter()
    for (fate, reason), count in fates.items():
        if reason == WITHDRAWN or fate in {Fate.HELD, Fate.EXCLUDED}:
            reasons[Fate.EXCLUDED if reason == WITHDRAWN else fate, reason] += count
    ordered = sorted(reasons, key=lambda key: (-reasons[key], key))
    return tuple(f"texts {fate}: {reasons[fate, reason]:,} ({reason})" for fate, reason in ordered[:REASONS_TOLD])
