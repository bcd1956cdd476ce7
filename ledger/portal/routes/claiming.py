"""Claims: of a domain, proved by a TXT record or a file; of a repertoire, with a mandate that a person reads."""

from collections.abc import Sequence
from typing import Annotated

from fastapi import APIRouter, Depends
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from ledger.journal import Stamp
from ledger.portal.access import Signed, allow
from ledger.portal.claims import Claim, Claimed, ClaimKind, ClaimState, claims_of, rule_on, start_claim
from ledger.portal.forms import Posted
from ledger.portal.kept_files import forget_mandate, forget_unneeded
from ledger.portal.languages import N_, language_of, translate
from ledger.portal.limits import UPLOADS, Limit, limited
from ledger.portal.own import own_claim
from ledger.portal.pages import page
from ledger.portal.people import find_holder, find_person, holders
from ledger.portal.portal import Portal, portal_of
from ledger.portal.posted_files import Uploaded, with_file
from ledger.portal.proving import FILE_PATH, check_claim
from ledger.portal.requests import read_targets
from ledger.portal.roles import Action, Verdict, verdict
from ledger.portal.sessions import Session
from ledger.portal.uploads import look_at_mandate

router = APIRouter(prefix="/krav")

CHECKS = Limit("claim checks", per_minute=10, burst=10)
"""Looks at a domain that one visitor asks for: each asks the name system and a host."""

READ_MANDATE = Depends(with_file)


@router.get("")
def claims(request: Request, session: Signed) -> Response:
    """Show one's claims, and the forms for new ones."""
    return _page(request, session, "")


@router.post("/domaene")
def claim_domain(request: Request, form: Posted, session: Signed) -> Response:
    """Begin a claim of a domain."""
    holder = form.text("holder")
    allow(request, session.who, Action.CLAIM, holder)
    portal = portal_of(request)
    claimed = Claimed(ClaimKind.DOMAIN, form.text("domain"), note=form.text("note", 2000))
    try:
        person = find_person(portal.ledger, session.who.person)
        made = start_claim(portal.ledger, claimed, find_holder(portal.ledger, holder), person, portal.now())
    except ValueError:
        return _page(
            request, session, translate(language_of(request), N_("That is no domain: write it as example.dk."))
        )
    return RedirectResponse(f"/krav/{made.id}", 303)


@router.post("/repertoire", dependencies=[Depends(limited(UPLOADS))])
def claim_repertoire(request: Request, session: Signed, sent: Annotated[Uploaded, READ_MANDATE]) -> Response:
    """Begin a claim of a repertoire, with its mandate."""
    holder = sent.form.text("holder")
    allow(request, session.who, Action.CLAIM, holder)
    made, bad = take_repertoire(portal_of(request), sent, (holder, session.who.person))
    if made is None:
        told = translate(language_of(request), N_("These lines could not be read:"))
        return _page(request, session, f"{told} {'; '.join(bad[:5])}")
    return RedirectResponse(f"/krav/{made.id}", 303)


def take_repertoire(portal: Portal, sent: Uploaded, whose: tuple[str, str]) -> tuple[Claim | None, Sequence[str]]:
    """Look at a mandate, keep it and begin its claim; else the lines that could not be read. Raises `RecordRefused`."""
    form, hands = sent.form, portal.wiring.hands
    targets, bad = read_targets(form.text("targets", 20_000), portal.canonical)
    if bad:
        return None, bad
    mandate = look_at_mandate(sent.path, sent.name)
    hands.keep(mandate.sha256, sent.path)
    claimed = Claimed(
        ClaimKind.REPERTOIRE, form.text("name"), targets, f"sha256:{mandate.sha256}", form.text("note", 2000)
    )
    holder, person = find_holder(portal.ledger, whose[0]), find_person(portal.ledger, whose[1])
    try:
        return start_claim(portal.ledger, claimed, holder, person, portal.now()), ()
    finally:  # what nothing rests on is not kept: it was refused, or claimed before with another mandate
        forget_unneeded(portal.ledger, mandate.sha256, hands)


@router.get("/{claim}")
def one(request: Request, claim: str, session: Signed) -> Response:
    """Show a claim, and how it is proved."""
    found = own_claim(request, session.who, claim, Action.LOOK)
    return page(request, "own/claim.html", claim=found, file_path=FILE_PATH)


@router.post("/{claim}/tjek", dependencies=[Depends(limited(CHECKS))])
def check(request: Request, claim: str, form: Posted, session: Signed) -> Response:
    """Look for the proof of a claim now."""
    del form
    found = own_claim(request, session.who, claim, Action.CLAIM)
    portal = portal_of(request)
    check_claim(portal.ledger, found.id, portal.wiring.prover, portal.now())
    return RedirectResponse(f"/krav/{found.id}", 303)


@router.post("/{claim}/fortryd")
def withdraw(request: Request, claim: str, form: Posted, session: Signed) -> Response:
    """Take a claim back."""
    found = own_claim(request, session.who, claim, Action.CLAIM)
    portal = portal_of(request)
    reason = form.text("reason", 2000) or "withdrawn in the portal"
    stamp = Stamp(f"person:{session.who.person}", portal.now())
    forget_mandate(
        portal.ledger, rule_on(portal.ledger, found.id, (ClaimState.WITHDRAWN, reason), stamp), portal.wiring.hands
    )
    return RedirectResponse(f"/krav/{found.id}", 303)


def _page(request: Request, session: Session, error: str) -> Response:
    portal, who = portal_of(request), session.who
    mine = holders(portal.ledger, who.holders)
    can = [holder for holder in mine if verdict(who, Action.CLAIM, holder.id) is not Verdict.NO]
    values = {
        "holders": can,
        "names": {holder.id: holder.name for holder in mine},
        "claims": claims_of(portal.ledger, who.holders),
        "strong": who.second,
        "error": error,
    }
    return page(request, "own/claims.html", 422 if error else 200, **values)
