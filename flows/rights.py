"""The rights of sources, from catalogue and ledger, for deciding and for showing; and what waits for a person."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from threading import Lock
from typing import Any

from flows.catalogue import CatalogueSource
from flows.workspace import Workspace
from ledger.agreements import Agreement, ending, in_force
from ledger.case_book import cases
from ledger.cases import is_overdue
from ledger.conflicts import Conflict, conflicts, standing
from ledger.decide import Terms
from ledger.licences import LicenceAssertion
from ledger.reading_book import readings
from ledger.records import SourceStatus
from ledger.register import Register
from ledger.reserved import read_register, register_version
from ledger.settlements import settlements
from ledger.sources import licences
from ledger.terms import agreements

_READ: dict[tuple[str, tuple[int | None, int | None]], Register] = {}
_READING = Lock()
"""The register that was read last, and the turn to read it: sources are decided side by side."""


def register_of(space: Workspace) -> Register:
    """Everything that lists and cases reserve today; read once for all sources of a run, as a list may be long."""
    wanted = (space.settings.ledger_url, register_version(space.ledger))
    with _READING:
        if wanted not in _READ:
            register = read_register(space.ledger)
            _READ.clear()
            _READ[wanted] = register
        return _READ[wanted]


def terms_of(space: Workspace, source: CatalogueSource) -> Terms:
    """What the ledger knows beforehand of a source's rights, but for the register; its status is the catalogue's."""
    return ledger_terms(space, source.name, source.status)


def ledger_terms(space: Workspace, name: str, status: SourceStatus) -> Terms:
    """What the ledger knows of a source by its name; nothing, where it has none of that name."""
    return Terms(
        status=status,
        licences=licences(space.ledger, name),
        agreements=agreements(space.ledger, name),
        settlements=settlements(space.ledger, name),
        readings=readings(space.ledger, name),
    )


def crawl_terms(space: Workspace, source: CatalogueSource) -> Terms:
    """What a crawl is told: the source's terms, and what is reserved on its hosts by place."""
    return replace(terms_of(space, source), reservations=register_of(space).on_hosts(source.crawl.hosts))


def assertion_row(said: LicenceAssertion) -> dict[str, Any]:
    """Who says what licence, for showing."""
    return {
        "licence": said.licence,
        "asserted_by": said.asserted_by,
        "kind": said.kind.value,
        "on": said.on.isoformat() if said.on else "",
        "scope": said.scope or "the whole source",
        "place": said.place,
        "digest": said.digest,
        "confirmed": "yes" if said.confirmed else "no",
        "note": said.note.strip(),
    }


def state_of(agreement: Agreement, as_of: date) -> str:
    """How an agreement stands on a day, in words."""
    if as_of < agreement.start:
        return f"from {agreement.start}"
    if not in_force(agreement, as_of):
        return f"ended {agreement.end}"
    return f"in force until {agreement.end}" if agreement.end else "in force"


def notices(space: Workspace, sources: Sequence[CatalogueSource], as_of: date) -> list[str]:
    """What a person should know before the next release: agreements that end, cases that wait, open conflicts."""
    told = []
    for source in sources:
        soon = ending(agreements(space.ledger, source.name), as_of)
        told += [f"{source.name}: {_ends(agreement)}" for agreement in soon]
    late = [case.id for case in cases(space.ledger) if is_overdue(case, as_of)]
    if late:
        told.append(f"overdue cases: {', '.join(late)}; `fodaftryk ledger case list` shows what each waits for")
    in_conflict = [source.name for source in sources if _open_conflicts(space, source, as_of)]
    if in_conflict:
        told.append(
            f"licences in conflict, and their texts held: {', '.join(in_conflict)}; `fodaftryk ledger conflicts`"
        )
    return told


def _ends(agreement: Agreement) -> str:
    return (
        f"the agreement {agreement.id} ends on {agreement.end}; from the day after, its texts are in no new release "
        "unless a new agreement is recorded"
    )


def rights_told(name: str, terms: Terms, as_of: date) -> dict[str, Any]:
    """The rights of one text of a source as JSON values: who says what, what is agreed, reserved and settled."""
    said = standing(terms.licences, as_of)
    return {
        "assertions": [assertion_row(each) for each in said],
        "conflicts": [_conflict_row(each) for each in conflicts(name, said, terms.settlements, as_of)],
        "agreements": [
            {"id": each.id, "party": each.party, "state": state_of(each, as_of), "embargo_months": each.embargo_months}
            for each in terms.agreements
        ],
        "reservations": [
            {"by": each.place, "names": each.target.value, "since": each.since.isoformat()}
            for each in terms.reservations
        ],
    }


def _conflict_row(conflict: Conflict) -> dict[str, Any]:
    settled = conflict.settlement
    return {
        "id": conflict.id,
        "licences": list(conflict.licences),
        "settled": None if settled is None else settled.licence or "none of them",
        "note": "" if settled is None else settled.note,
    }


def _open_conflicts(space: Workspace, source: CatalogueSource, as_of: date) -> list[Conflict]:
    settled = settlements(space.ledger, source.name)
    return [each for each in conflicts(source.name, source.licences(), settled, as_of) if each.settlement is None]
