"""Opting out, removal, objection, correction: each one page; and the case that comes of it, followed to its end."""

from collections import defaultdict

from fastapi import APIRouter
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from ledger.agreements import Use
from ledger.cases import CLOCKS, CaseKind, dues
from ledger.portal.access import Signed, allow
from ledger.portal.forms import Form, Posted
from ledger.portal.languages import N_, language_of, translate
from ledger.portal.own import own_case
from ledger.portal.pages import page
from ledger.portal.people import find_person, holders
from ledger.portal.portal import portal_of
from ledger.portal.requests import Asked, ask, read_targets, withdraw
from ledger.portal.roles import Action
from ledger.portal.sessions import Session

router = APIRouter()

USES = (Use.TRAIN, Use.EVALUATE, Use.RELEASE)
"""What can be opted out of one by one."""

LIST_CHARS_MAX = 50_000
"""Longest list of works in a form."""

REMOVALS = (CaseKind.TAKEDOWN, CaseKind.OBJECTION, CaseKind.CORRECTION)


@router.get("/fravalg")
def opt_out_page(request: Request, session: Signed, om: str = "") -> Response:
    """Show how to opt out; `om` is what it is about, from the page one came from."""
    return _page(request, session, "own/opt_out.html", Form({"targets": om[:2000]}))


@router.post("/fravalg")
def opt_out(request: Request, form: Posted, session: Signed) -> Response:
    """Opt out of all or some uses."""
    chosen = tuple(use for use in USES if form.text(f"use_{use}"))
    uses = chosen if form.text("uses") == "some" else ()
    if form.text("uses") == "some" and not uses:
        told = translate(language_of(request), N_("Choose at least one use, or all."))
        return _page(request, session, "own/opt_out.html", form, told)
    return _ask(request, session, form, (CaseKind.OPT_OUT, uses, "own/opt_out.html"))


@router.get("/fjern")
def removal_page(request: Request, session: Signed, om: str = "") -> Response:
    """Show how to ask for removal."""
    return _page(request, session, "own/removal.html", Form({"targets": om[:2000]}))


@router.post("/fjern")
def removal(request: Request, form: Posted, session: Signed) -> Response:
    """Ask for works or passages to be removed, object, or ask for a correction."""
    kind = form.text("kind") or CaseKind.TAKEDOWN.value
    if kind not in {each.value for each in REMOVALS}:
        raise HTTPException(422)
    return _ask(request, session, form, (CaseKind(kind), (), "own/removal.html"))


@router.get("/min-side/sag/{case}")
def case_page(request: Request, case: str, session: Signed) -> Response:
    """Show a case: its steps, what is to be done by when, and how far a removal has reached."""
    found = own_case(request, session.who, case, Action.LOOK)
    portal = portal_of(request)
    values = {
        "case": found,
        "dues": dues(found),
        "clock": CLOCKS[found.kind].source,
        "reached": portal.wiring.reached(found),
        "policy_use": portal.policy.use,
        "today": portal.now().date(),
    }
    return page(request, "own/case.html", **values)


@router.post("/min-side/sag/{case}/fortryd")
def take_back(request: Request, case: str, form: Posted, session: Signed) -> Response:
    """Take a case back."""
    own_case(request, session.who, case, Action.ASK)
    portal = portal_of(request)
    person = find_person(portal.ledger, session.who.person)
    withdraw(portal.ledger, case, form.text("reason", 2000), person, portal.now())
    return RedirectResponse(f"/min-side/sag/{case}", 303)


def _ask(request: Request, session: Session, form: Form, how: tuple[CaseKind, tuple[Use, ...], str]) -> Response:
    kind, uses, template = how
    holder = form.text("holder")
    if holder:
        allow(request, session.who, Action.ASK, holder)
    portal, language = portal_of(request), language_of(request)
    targets, bad = read_targets(form.text("targets", LIST_CHARS_MAX), portal.canonical)
    if bad or not targets:
        told = N_("These lines could not be read:") if bad else N_("Write what it is about, one thing on each line.")
        error = f"{translate(language, told)} {'; '.join(bad[:5])}".strip()
        return _page(request, session, template, form, error)
    asked = Asked(kind, targets, holder, uses, form.text("reason", 10_000))
    made = ask(portal.ledger, asked, find_person(portal.ledger, session.who.person), portal.now())
    return RedirectResponse(f"/min-side/sag/{made.id}", 303)


def _page(request: Request, session: Session, template: str, form: Form, error: str = "") -> Response:
    portal = portal_of(request)
    values = {
        "form": defaultdict(str, form.fields),
        "holders": holders(portal.ledger, session.who.holders),
        "person": find_person(portal.ledger, session.who.person),
        "uses": USES,
        "kinds": REMOVALS,
        "error": error,
    }
    return page(request, template, 422 if error else 200, **values)
