"""A holder's records by id, for those who may: everybody else is told that there are none, on pages and in the API."""

from starlette.exceptions import HTTPException
from starlette.requests import Request

from ledger.case_book import find_case
from ledger.cases import Case
from ledger.portal.access import allow, refused
from ledger.portal.claims import Claim, find_claim
from ledger.portal.holdings import Holding, holdings_of
from ledger.portal.offers import Offer, find_offer
from ledger.portal.people import Holder, find_holder
from ledger.portal.portal import portal_of
from ledger.portal.requests import whose_case
from ledger.portal.roles import SCOPES, Action, Who
from ledger.portal.shares import Share, find_share


def own_holder(request: Request, who: Who, name: str, action: Action) -> tuple[Holder, tuple[Holding, ...]]:
    """Return a holder with its sources."""
    allow(request, who, action, name)
    portal = portal_of(request)
    found = find_holder(portal.ledger, name)
    return found, holdings_of(portal.ledger, found, portal.wiring.sources_of)


def own_claim(request: Request, who: Who, name: str, action: Action) -> Claim:
    """Return a claim."""
    found = find_claim(portal_of(request).ledger, name)
    _theirs(request, who, found.holder, action)
    return found


def own_offer(request: Request, who: Who, name: str, action: Action) -> Offer:
    """Return an offer."""
    found = find_offer(portal_of(request).ledger, name)
    _theirs(request, who, found.holder, action)
    return found


def own_share(request: Request, who: Who, name: str, action: Action) -> Share:
    """Return an upload."""
    found = find_share(portal_of(request).ledger, name)
    _theirs(request, who, found.holder, action)
    return found


def own_case(request: Request, who: Who, name: str, action: Action) -> Case:
    """Return a case: a holder's, or one that a person asked for themselves."""
    portal = portal_of(request)
    person, holder = whose_case(portal.ledger, name)
    if holder:
        _theirs(request, who, holder, action)
    elif not person or person != who.person:
        refused(who, action, holder)
        raise HTTPException(404)
    elif not may_ask_alone(who, action):
        raise HTTPException(403)
    return find_case(portal.ledger, name)


def may_ask_alone(who: Who, action: Action) -> bool:
    """Whether somebody may do something for themselves, without a holder: a session may, a token by its scopes."""
    return who.scopes is None or any(action in SCOPES[scope] for scope in who.scopes)


def _theirs(request: Request, who: Who, holder: str, action: Action) -> None:
    if holder not in who.holders:
        refused(who, action, holder)
        raise HTTPException(404)
    allow(request, who, action, holder)
