"""The house's pages of what is held back: each hold with its evidence side by side, and what a person reads in it."""

from fastapi import APIRouter
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from ledger.errors import RecordRefused
from ledger.holds import Weight, held_sources, holds_of, weights_of
from ledger.portal.access import allow
from ledger.portal.explaining import SETTLED_AT
from ledger.portal.forms import Posted
from ledger.portal.pages import page
from ledger.portal.portal import portal_of
from ledger.portal.roles import Action, may
from ledger.portal.routes.house import InHouse, stamp_of
from ledger.portal.routes.sources import SourceName
from ledger.portal.routes.works import WorkId
from ledger.reading_book import readings, record_reading
from ledger.readings import MEANINGS, is_readable, statement_of
from ledger.signals import Verdict
from ledger.sources import licences
from ledger.sources import source as find_source
from ledger.targets import is_within
from ledger.terms import agreements
from ledger.works_found import find_work

router = APIRouter(prefix="/hus/tilbageholdt")


@router.get("")
def sources_page(request: Request, session: InHouse) -> Response:
    """Show which sources have texts that are held."""
    del session
    return page(request, "house/holds.html", held=held_sources(portal_of(request).ledger))


@router.get("/{source}")
def source_page(request: Request, source: SourceName, session: InHouse) -> Response:
    """Show what is held of a source, and why."""
    del session
    ledger = portal_of(request).ledger
    return page(request, "house/holds_of.html", source=find_source(ledger, source), holds=holds_of(ledger, source))


@router.get("/tekst/{work}")
def hold_page(request: Request, work: WorkId, session: InHouse) -> Response:
    """Show all that is said of a text that is held, side by side."""
    portal = portal_of(request)
    detail = find_work(portal.ledger, work)
    found = detail.found
    said = {reading.statement: reading for reading in readings(portal.ledger, found.source)}
    weights = weights_of(portal.ledger, found.source, portal.policy)
    rule = found.reason or found.rule
    values = {
        "work": found,
        "detail": detail,
        "signals": [
            (signal, name, said.get(name), is_readable(signal, portal.policy), weights.get(name, Weight()))
            for signal in detail.signals
            for name in [statement_of(signal)]
        ],
        "licences": [each for each in licences(portal.ledger, found.source) if is_within(found.url, each.scope)],
        "agreements": agreements(portal.ledger, found.source),
        "settled_at": SETTLED_AT.get(rule.partition(":")[0]),
        "acts": may(session.who, Action.SETTLE),
        "meanings": MEANINGS,
    }
    return page(request, "house/hold.html", **values)


@router.post("/tekst/{work}/laes")
def read(request: Request, work: WorkId, form: Posted, session: InHouse) -> Response:
    """Write down what a statement means, for all texts of the source that it was said of."""
    allow(request, session.who, Action.SETTLE)
    portal = portal_of(request)
    detail = find_work(portal.ledger, work)
    signal = next((one for one in detail.signals if statement_of(one) == form.text("statement")), None)
    if signal is None:
        raise HTTPException(404)
    named = form.text("meaning")
    if named not in {str(one) for one in MEANINGS} or not is_readable(signal, portal.policy):
        raise RecordRefused("Say whether it is a no, and why, in at most 2000 characters.")
    ruling = (Verdict(named), form.text("note", 2000))
    record_reading(portal.ledger, detail.found.source, signal, ruling, stamp_of(portal, session))
    return RedirectResponse(f"/hus/tilbageholdt/tekst/{work}", 303)
