"""Honour: act on withdrawals, from the first crawl that held a text to the copies that others pulled.

    found → excluded → purged → patched → tombstones → removed
                                             └► receipts of those who took it out of their copies

Exclusion is the step that counts: it is one entry in the journal, and from then on no release is recorded that was
selected without it. All that follows makes true of what is at rest what is true of what is to come. Each step can be
done again and changes nothing then, and the journal says how far each withdrawal has come, so a run that is killed
anywhere is gone on with by the next. A text that turns up later, out of a crawl that was under way, is found then.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from corpus.exclusions import key_of, read_exclusions
from flows.finding import AGREEMENT_ENDED, Wanted, find, put, wanted_withdrawals
from flows.patching import Rewritten, patch, rewrite_shards, tell_beside
from flows.progress import emit
from flows.purging import Purged, purge, purge_without_text
from flows.quoting import note_quoting, quoting
from flows.removals import note_held, remove_due, schedule_removal
from flows.tombstones import add_tombstones
from flows.workspace import Workspace
from ledger.case_book import find_case, take_step
from ledger.cases import CaseStep, Step
from ledger.errors import Overtaken
from ledger.journal import PROGRAM, Stamp
from ledger.releases import releases
from ledger.withdrawals import (
    Exclusions,
    Reach,
    exclude,
    exclusions,
    take,
)

TRIES_MAX = 5
"""Times a patch is tried while others withdraw texts at the same time: each try has what they withdrew."""


@dataclass(frozen=True, slots=True)
class Honoured:
    """What a round did: texts newly kept out, by withdrawal; what was purged; the patch; tombstones and old shards."""

    excluded: Mapping[str, int]
    purged: Purged
    patch: str = ""
    tombstones: int = 0
    removed: int = 0


def honour(space: Workspace, names: Sequence[str], now: datetime) -> Honoured:
    """Act on the named cases and ended agreements, or on all that are due, and go on with all that were begun.

    Raises FlowError where another run of it is at work, on whatever machine, or a release is being made: then what was
    found is kept out already, and the rest is done when this is run again.
    """
    with space.alone_anywhere_in("honour"):
        wanted = wanted_withdrawals(space, names, now.date())
        found = keep_out(space, wanted, now)
        if not wanted and not exclusions(space.ledger).files:
            return Honoured(found, Purged())
        with space.alone_anywhere_in("release"):
            bare = purge_without_text(space, wanted)
            if not exclusions(space.ledger).files:
                return Honoured(found, bare)
            for _ in range(TRIES_MAX):
                try:
                    done = take_out(space, found, now)
                    return replace(done, purged=done.purged + bare)
                except Overtaken as error:
                    overtaken = error
            raise overtaken


def keep_out(space: Workspace, wanted: Sequence[Wanted], now: datetime) -> dict[str, int]:
    """Find what is asked for with its copies, and keep it out from now on; returns how many texts are new of each."""
    found = find(space, wanted, exclusions(space.ledger))
    note_quoting(space, quoting(space, found))
    stamp = Stamp(PROGRAM, now)
    for by, texts in sorted(found.items()):
        exclude(space.ledger, by, put(space, texts), len(texts.texts), stamp)
        emit("excluded", by, documents=len(texts.texts))
    for each in wanted:
        _act(space, each.by, len(found[each.by].texts) if each.by in found else 0, stamp)
    return {by: len(texts.texts) for by, texts in found.items()}


def take_out(space: Workspace, found: Mapping[str, int], now: datetime) -> Honoured:
    """Take everything that is kept out, out of what is at rest and of the newest release, and tell of it."""
    standing, stamp = exclusions(space.ledger), Stamp(PROGRAM, now)
    purged = purge(space, standing)
    names = sorted({each.by for each in standing.standing})
    for by in names:
        mine = [each for each in standing.standing if each.by == by]
        files, documents = sorted(each.file for each in mine), sum(each.documents for each in mine)
        take(space.ledger, by, Reach.PURGED, {"files": files, "documents": documents}, stamp)
    rewritten = rewrite_shards(space, standing)
    version = patch(space, standing, rewritten, now)
    tell_beside(space, rewritten)
    shards = {by: _shards_of(space, standing, by, rewritten) for by in names}
    note_held(space, shards)
    schedule_removal(space, rewritten.instead, now.date())
    told = add_tombstones(space, standing, rewritten, {by: _reason(space, by) for by in names}, now)
    removed = remove_due(space, now)
    for by in names:
        _tell_released(space, by, shards[by], rewritten, stamp)
    return Honoured(dict(found), purged, version, told, len(removed))


def _shards_of(space: Workspace, standing: Exclusions, by: str, rewritten: Rewritten) -> frozenset[str]:
    """The old shards that held texts of a withdrawal."""
    files = [space.storage.local(key_of(each.file)) for each in standing.standing if each.by == by]
    ids = set(read_exclusions(files).ids)
    return frozenset(path for path, rows in rewritten.rows.items() if any(name in ids for name, _ in rows))


def _tell_released(space: Workspace, by: str, shards: frozenset[str], rewritten: Rewritten, stamp: Stamp) -> None:
    """Record the first release that holds nothing of a withdrawal, and that all of its old shards are gone."""
    if not shards:
        return
    clean = ""
    for record in releases(space.ledger):
        held = rewritten.versions.get(record.version, frozenset()) & shards
        clean = "" if held else clean or record.version
    if clean:
        take(space.ledger, by, Reach.PATCHED, {"release": clean}, stamp)
    if not any(space.storage.exists(path) for path in shards):
        take(space.ledger, by, Reach.REMOVED, {"shards": len(shards)}, stamp)


def _reason(space: Workspace, by: str) -> str:
    """The class of a withdrawal's reason."""
    kind, _, name = by.partition(":")
    return find_case(space.ledger, name).kind.value if kind == "case" else AGREEMENT_ENDED


def _act(space: Workspace, by: str, documents: int, stamp: Stamp) -> None:
    """Record that a case was acted on."""
    kind, _, name = by.partition(":")
    if kind == "case" and find_case(space.ledger, name).state is Step.VERIFIED:
        reason = f"{documents} texts found here, with copies; kept out from now on"
        take_step(space.ledger, name, CaseStep(Step.ACTED, stamp.now.date(), stamp.actor, reason), stamp)
