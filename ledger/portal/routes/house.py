"""The house's own pages: the queue with its clocks, and cases. Staff decides; an auditor sees the same and no form."""

from typing import Annotated

from fastapi import APIRouter, Depends
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from ledger.case_book import find_case, open_cases, take_step
from ledger.cases import CLOCKS, NEEDED, Case, CaseStep, Proof, Step, dues, is_overdue
from ledger.journal import Stamp
from ledger.portal.access import Signed, allow
from ledger.portal.claims import ClaimKind, ClaimState, claims_of, find_claim, rule_on
from ledger.portal.forms import Posted
from ledger.portal.kept_files import forget_mandate, read_mandate
from ledger.portal.languages import N_, language_of, translate
from ledger.portal.mandates import give_mandate, mandates
from ledger.portal.offers import OfferState, offers_of
from ledger.portal.pages import page
from ledger.portal.people import find_holder, holders
from ledger.portal.portal import Mail, MailFailed, Portal, portal_of, post
from ledger.portal.requests import whose_case
from ledger.portal.roles import Action, may
from ledger.portal.sessions import Session
from ledger.portal.shares import ShareState, shares_of

router = APIRouter(prefix="/hus")

CASES_MAX = 300
"""Cases in the queue, those that have waited longest: more than a person settles in a week."""

STEPS = (Step.VERIFIED, Step.ACTED, Step.REJECTED, Step.EXTENDED, Step.ANSWERED)
"""What the house does in a case; who asked takes it back."""

_ANSWER = N_("Your case %(case)s with Fodaftryk")


def in_house(request: Request, session: Signed) -> Session:
    """Let those in who work for the house."""
    allow(request, session.who, Action.LOOK)
    return session


InHouse = Annotated[Session, Depends(in_house)]
"""The session of somebody who may see all."""


@router.get("")
def queue(request: Request, session: InHouse) -> Response:
    """Show what waits for a person, and what is late."""
    portal = portal_of(request)
    today = portal.now().date()
    waiting, count = open_cases(portal.ledger, CASES_MAX)
    claims = claims_of(portal.ledger, None, kind=ClaimKind.REPERTOIRE, state=ClaimState.WAITING)
    offers = offers_of(portal.ledger, None, state=OfferState.MADE)
    shares = shares_of(portal.ledger, None, state=ShareState.KEPT)
    whose = frozenset(one.holder for several in (claims, offers, shares) for one in several)
    values = {
        "cases": sorted(waiting, key=lambda case: (dues(case)[0].on, case.id)),
        "count": count,
        "late": {case.id for case in waiting if is_overdue(case, today)},
        "next": {case.id: dues(case)[0] for case in waiting},
        "claims": claims,
        "offers": offers,
        "shares": shares,
        "conflicts": [one for one in portal.wiring.conflicts(today) if one.conflict.settlement is None],
        "names": {holder.id: holder.name for holder in holders(portal.ledger, whose)},
        "acts": may(session.who, Action.DECIDE),
    }
    return page(request, "house/queue.html", **values)


@router.get("/sag/{case}")
def case_page(request: Request, case: str, session: InHouse, usendt: bool = False) -> Response:  # noqa: FBT001, FBT002 - a query
    """Show a case with all that is known, and what can be done."""
    portal = portal_of(request)
    found = find_case(portal.ledger, case)
    person, holder = whose_case(portal.ledger, case)
    values = {
        "case": found,
        "dues": dues(found),
        "clock": CLOCKS[found.kind].source,
        "needed": NEEDED[found.kind],
        "today": portal.now().date(),
        "reached": portal.wiring.reached(found),
        "unsent": usendt,
        "person": person,
        "holder": find_holder(portal.ledger, holder) if holder else None,
        "claims": [one for one in claims_of(portal.ledger, frozenset({holder})) if one.case == case] if holder else (),
        "steps": STEPS,
        "proofs": tuple(Proof),
        "acts": may(session.who, Action.DECIDE) and found.is_open,
    }
    return page(request, "house/case.html", **values)


@router.post("/sag/{case}/trin")
def step(request: Request, case: str, form: Posted, session: InHouse) -> Response:
    """Take a step in a case; an answer is sent to who asked."""
    allow(request, session.who, Action.DECIDE)
    portal = portal_of(request)
    named = form.text("step")
    if named not in {str(one) for one in STEPS}:
        raise HTTPException(422)
    proof = tuple(one for one in Proof if form.text(f"proof_{one}"))
    stamp = stamp_of(portal, session)
    evidence = tuple(filter(None, [form.text("evidence")]))
    taken = CaseStep(Step(named), stamp.now.date(), stamp.actor, form.text("reason", 4000), proof, evidence)
    done = take_step(portal.ledger, case, taken, stamp)
    sent = done.state is not Step.ANSWERED or _tell(request, portal, done, taken.reason)
    return RedirectResponse(f"/hus/sag/{case}{'' if sent else '?usendt=1'}", 303)


@router.get("/krav/{claim}")
def claim_page(request: Request, claim: str, session: InHouse) -> Response:
    """Show a claim with its mandate, beside what else is claimed of the same."""
    portal = portal_of(request)
    found = find_claim(portal.ledger, claim)
    every = holders(portal.ledger)
    values = {
        "claim": found,
        "holder": find_holder(portal.ledger, found.holder),
        "beside": [one for one in claims_of(portal.ledger, None, value=found.value) if one.id != found.id],
        "holders": every,
        "mandates": mandates(portal.ledger, found.holder),
        "names": {holder.id: holder.name for holder in every},
        "acts": may(session.who, Action.DECIDE),
    }
    return page(request, "house/claim.html", **values)


@router.post("/krav/{claim}/afgoer")
def rule(request: Request, claim: str, form: Posted, session: InHouse) -> Response:
    """Rule on a claim."""
    allow(request, session.who, Action.DECIDE)
    portal = portal_of(request)
    state = ClaimState.PROVED if form.text("ruling") == "prove" else ClaimState.REJECTED
    ruled = rule_on(portal.ledger, claim, (state, form.text("reason", 2000)), stamp_of(portal, session))
    forget_mandate(portal.ledger, ruled, portal.wiring.hands)
    return RedirectResponse(f"/hus/krav/{claim}", 303)


@router.get("/krav/{claim}/fuldmagt.pdf")
def mandate_file(request: Request, claim: str, session: InHouse) -> Response:
    """Give a claim's mandate to staff, to be kept and not shown: it is a stranger's file. Who read it is noted."""
    allow(request, session.who, Action.DECIDE)
    portal = portal_of(request)
    found = find_claim(portal.ledger, claim)
    body = read_mandate(portal.ledger, found, portal.wiring.hands, stamp_of(portal, session))
    headers = {
        "Content-Disposition": f'attachment; filename="fuldmagt-{found.id}.pdf"',
        "Content-Security-Policy": "sandbox; default-src 'none'",
    }
    return Response(body, media_type="application/pdf", headers=headers)


@router.post("/krav/{claim}/fuldmagt")
def mandate(request: Request, claim: str, form: Posted, session: InHouse) -> Response:
    """Write down that the claim's holder acts for another, as its mandate says."""
    allow(request, session.who, Action.ADMIT)
    portal = portal_of(request)
    found = find_claim(portal.ledger, claim)
    give_mandate(portal.ledger, (found.holder, form.text("holder")), claim, stamp_of(portal, session))
    return RedirectResponse(f"/hus/krav/{claim}", 303)


def stamp_of(portal: Portal, session: Session) -> Stamp:
    """Who decides, and when."""
    return Stamp(f"person:{session.who.person}", portal.now())


def _tell(request: Request, portal: Portal, case: Case, answer: str) -> bool:
    """Send the answer to who asked, where a mail address was given; tell whether it was taken."""
    if "@" not in case.contact:
        return True
    language = language_of(request)
    subject = translate(language, _ANSWER) % {"case": case.id}
    try:
        post(portal, Mail(case.contact, subject, f"{answer}\n\n{portal.site.url}/min-side/sag/{case.id}\n"))
    except MailFailed:
        return False
    return True
