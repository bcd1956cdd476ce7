"""The house's pages of rights and money: conflicts side by side, offers, shared text, agreements, payments."""

from datetime import date

from fastapi import APIRouter
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from ledger.agreements import ending, in_force
from ledger.bank import unmatched
from ledger.errors import RecordRefused
from ledger.invoices import invoices, make_invoice, owed_payees
from ledger.portal.access import allow
from ledger.portal.forms import Form, Posted
from ledger.portal.holdings import holdings_of
from ledger.portal.kept_files import forget_unneeded
from ledger.portal.offers import Acceptance, OfferState, accept_offer, end_offer, find_offer
from ledger.portal.pages import page
from ledger.portal.people import find_holder
from ledger.portal.portal import Portal, portal_of
from ledger.portal.roles import Action, may
from ledger.portal.routes.house import InHouse, stamp_of
from ledger.portal.shares import ShareState, find_share, give_up, hand_over
from ledger.portal.wiring import Held
from ledger.settlements import Ruling, record_settlement
from ledger.sources import sources
from ledger.standing import accounts
from ledger.terms import agreements

router = APIRouter(prefix="/hus")


@router.get("/konflikter")
def conflicts(request: Request, session: InHouse) -> Response:
    """Show the conflicts of licences, those that are not settled first."""
    del session
    portal = portal_of(request)
    found = portal.wiring.conflicts(portal.now().date())
    order = sorted(found, key=lambda held: (held.conflict.settlement is not None, -held.texts, held.conflict.id))
    return page(request, "house/conflicts.html", conflicts=order)


@router.get("/konflikt/{conflict}")
def conflict_page(request: Request, conflict: str, session: InHouse) -> Response:
    """Show who says what of a text, side by side."""
    held = _conflict(portal_of(request), conflict)
    return page(request, "house/conflict.html", held=held, acts=may(session.who, Action.SETTLE))


@router.post("/konflikt/{conflict}/afgoer")
def settle(request: Request, conflict: str, form: Posted, session: InHouse) -> Response:
    """Settle a conflict: one of its licences, or none of them, and why."""
    allow(request, session.who, Action.SETTLE)
    portal = portal_of(request)
    found = _conflict(portal, conflict).conflict
    licence = form.text("licence")
    if licence not in ("none", *found.licences):
        raise RecordRefused("Settle on one of the licences, or on none of them.")
    ruling = Ruling("" if licence == "none" else licence, form.text("note", 2000))
    record_settlement(portal.ledger, found, ruling, stamp_of(portal, session))
    return RedirectResponse(f"/hus/konflikt/{conflict}", 303)


@router.get("/tilbud/{offer}")
def offer_page(request: Request, offer: str, session: InHouse) -> Response:
    """Show an offer, and what was agreed with the holder before."""
    portal = portal_of(request)
    found = find_offer(portal.ledger, offer)
    holder = find_holder(portal.ledger, found.holder)
    values = {
        "offer": found,
        "holder": holder,
        "holdings": holdings_of(portal.ledger, holder, portal.wiring.sources_of),
        "sources": sources(portal.ledger),
        "today": portal.now().date(),
        "acts": may(session.who, Action.AGREE) and found.state is OfferState.MADE,
    }
    return page(request, "house/offer.html", **values)


@router.post("/tilbud/{offer}/svar")
def answer_offer(request: Request, offer: str, form: Posted, session: InHouse) -> Response:
    """Accept or decline an offer."""
    allow(request, session.who, Action.AGREE)
    portal = portal_of(request)
    found, stamp = find_offer(portal.ledger, offer), stamp_of(portal, session)
    if form.text("answer") != "accept":
        end_offer(portal.ledger, offer, (OfferState.DECLINED, form.text("reason", 2000)), stamp)
    elif found.terms.rate is None:
        end_offer(portal.ledger, offer, (OfferState.ACCEPTED, form.text("reason", 2000)), stamp)
    else:
        how = Acceptance(form.text("source"), form.text("agreement"), _day(form, "start"), _last(form))
        accept_offer(portal.ledger, offer, find_holder(portal.ledger, found.holder), how, stamp)
    return RedirectResponse(f"/hus/tilbud/{offer}", 303)


@router.get("/tekst/{share}")
def share_page(request: Request, share: str, session: InHouse) -> Response:
    """Show an upload, and the agreements it can be delivered under."""
    portal = portal_of(request)
    found = find_share(portal.ledger, share)
    known = {source.name: agreements(portal.ledger, source.name) for source in sources(portal.ledger)}
    values = {
        "share": found,
        "holder": find_holder(portal.ledger, found.holder),
        "agreements": [(name, one) for name, several in known.items() for one in several],
        "acts": may(session.who, Action.DECIDE) and found.state is ShareState.KEPT,
    }
    return page(request, "house/share.html", **values)


@router.post("/tekst/{share}/svar")
def answer_share(request: Request, share: str, form: Posted, session: InHouse) -> Response:
    """Make an upload a delivery under an agreement, or refuse it."""
    allow(request, session.who, Action.DECIDE)
    portal = portal_of(request)
    hands, stamp = portal.wiring.hands, stamp_of(portal, session)
    if form.text("answer") == "deliver":
        source, _, agreement = form.text("agreement").partition(" ")
        answered = hand_over(portal.ledger, share, (source, agreement), hands, stamp)
    else:
        answered = give_up(portal.ledger, share, (ShareState.REFUSED, form.text("reason", 2000)), stamp)
    forget_unneeded(portal.ledger, answered.digest, hands)  # a delivery has a copy of its own
    return RedirectResponse(f"/hus/tekst/{share}", 303)


@router.get("/aftaler")
def agreements_page(request: Request, session: InHouse) -> Response:
    """Show every agreement, and those that end soon."""
    del session
    portal = portal_of(request)
    today = portal.now().date()
    found = [one for source in sources(portal.ledger) for one in agreements(portal.ledger, source.name)]
    values = {
        "agreements": found,
        "ending": {one.id for one in ending(found, today)},
        "in_force": {one.id for one in found if in_force(one, today)},
    }
    return page(request, "house/agreements.html", **values)


@router.get("/betalinger")
def payments_page(request: Request, session: InHouse) -> Response:
    """Show accounts, invoices and lines of the bank that fit nothing."""
    portal = portal_of(request)
    today = portal.now().date()
    values = {
        "accounts": accounts(portal.ledger, today),
        "invoices": invoices(portal.ledger, today),
        "unmatched": unmatched(portal.ledger),
        "owed": owed_payees(portal.ledger),
        "acts": may(session.who, Action.PAY),
    }
    return page(request, "house/payments.html", **values)


@router.post("/betalinger/faktura")
def invoice(request: Request, form: Posted, session: InHouse) -> Response:
    """Make an invoice of what is owed to a payee."""
    allow(request, session.who, Action.PAY)
    portal = portal_of(request)
    payee, currency = form.text("payee"), form.text("currency", 3)
    if (payee, currency) not in owed_payees(portal.ledger):
        raise HTTPException(404)
    stamp = stamp_of(portal, session)
    make_invoice(portal.ledger, payee, currency, stamp.now.date(), stamp)
    return RedirectResponse("/hus/betalinger", 303)


def _conflict(portal: Portal, name: str) -> Held:
    for held in portal.wiring.conflicts(portal.now().date()):
        if held.conflict.id == name:
            return held
    raise HTTPException(404)


def _day(form: Form, name: str) -> date:
    try:
        return date.fromisoformat(form.text(name, 10))
    except ValueError as error:
        raise RecordRefused("Write a day as 2027-01-31.") from error


def _last(form: Form) -> date | None:
    return _day(form, "end") if form.text("end", 10) else None
