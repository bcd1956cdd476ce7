"""The house's pages of people: roles, holders and their names in agreements; and the trail of all that was done."""

from typing import Annotated

from fastapi import APIRouter, Query
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from ledger.portal.access import allow
from ledger.portal.events import trail
from ledger.portal.forms import Form, Posted
from ledger.portal.journal_pages import journal_page
from ledger.portal.mandates import end_mandate, mandates
from ledger.portal.pages import page
from ledger.portal.people import HolderKind, Part, close_person, give, holders, name_party, people, take
from ledger.portal.portal import portal_of
from ledger.portal.roles import Action, Grant, Role, may
from ledger.portal.routes.house import InHouse, stamp_of

router = APIRouter(prefix="/hus")

COLLECTIVE = HolderKind.COLLECTIVE


PAGE = 50
"""People and holders on a page: with their forms, some hundred kilobytes."""

Sought = Annotated[str, Query(max_length=200)]
Id = Annotated[str, Query(pattern=r"^([ph][0-9a-f]{16})?$")]


@router.get("/folk")
def people_page(
    request: Request, session: InHouse, soeg: Sought = "", efter: Id = "", efter_holder: Id = ""
) -> Response:
    """Show people with their roles, holders and their mandates: page by page, or those with something in their name."""
    portal, sought = portal_of(request), soeg.strip()
    listed = people(portal.ledger, Part(sought, efter, PAGE + 1))
    found = holders(portal.ledger, part=Part(sought, efter_holder, PAGE + 1))
    shown, held = listed[:PAGE], found[:PAGE]
    acts_for = {holder.id: mandates(portal.ledger, holder.id) for holder in held if holder.kind is COLLECTIVE}
    told = {grant.holder for _, grants in shown for grant in grants}.union(*acts_for.values())
    values = {
        "people": shown,
        "next_person": shown[-1][0].id if len(listed) > PAGE else "",
        "holders": held,
        "next_holder": held[-1].id if len(found) > PAGE else "",
        "sought": sought,
        "is_part": bool(efter or efter_holder),
        "names": {holder.id: holder.name for holder in holders(portal.ledger, frozenset(told))},
        "mandates": acts_for,
        "roles": tuple(Role),
        "acts": may(session.who, Action.ADMIT),
    }
    return page(request, "house/people.html", **values)


@router.post("/folk/rolle")
def give_role(request: Request, form: Posted, session: InHouse) -> Response:
    """Give or take a role."""
    allow(request, session.who, Action.ADMIT)
    portal, grant = portal_of(request), _grant(form)
    if form.text("do") == "take":
        if not take(portal.ledger, form.text("person"), grant, stamp_of(portal, session)):
            raise HTTPException(404)
    else:
        give(portal.ledger, form.text("person"), grant, stamp_of(portal, session))
    return RedirectResponse("/hus/folk", 303)


@router.post("/folk/luk")
def close(request: Request, form: Posted, session: InHouse) -> Response:
    """Close an account."""
    allow(request, session.who, Action.ADMIT)
    portal = portal_of(request)
    close_person(portal.ledger, form.text("person"), stamp_of(portal, session))
    return RedirectResponse("/hus/folk", 303)


@router.post("/holdere/navn")
def party(request: Request, form: Posted, session: InHouse) -> Response:
    """Tie a holder to the name it has in agreements."""
    allow(request, session.who, Action.ADMIT)
    portal = portal_of(request)
    name_party(portal.ledger, form.text("holder"), form.text("party"), stamp_of(portal, session))
    return RedirectResponse("/hus/folk", 303)


@router.post("/holdere/fuldmagt/slut")
def end(request: Request, form: Posted, session: InHouse) -> Response:
    """End a mandate."""
    allow(request, session.who, Action.ADMIT)
    portal = portal_of(request)
    whose = (form.text("collective"), form.text("holder"))
    if not end_mandate(portal.ledger, whose, stamp_of(portal, session)):
        raise HTTPException(404)
    return RedirectResponse("/hus/folk", 303)


@router.get("/spor")
def trail_page(request: Request, session: InHouse, foer: int = 0, nummer: int = -1) -> Response:
    """Show the portal's trail and the journal, newest first."""
    allow(request, session.who, Action.AUDIT)
    portal = portal_of(request)
    before = foer if 0 <= foer < 2**53 else 0
    values = {
        "trail": trail(portal.ledger, before=before),
        "entries": journal_page(portal.ledger, nummer if -1 <= nummer < 2**53 else -1),
    }
    return page(request, "house/trail.html", **values)


def _grant(form: Form) -> Grant:
    named = form.text("role")
    if named not in {str(role) for role in Role}:
        raise HTTPException(422)
    return Grant(Role(named), form.text("holder"))
