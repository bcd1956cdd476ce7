"""A person's own account: name, second factors, recovery codes, sessions, tokens for programs.

Once there is a second factor, it is shown before another is added or one is removed, and before a token is made.
"""

from fastapi import APIRouter
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from ledger.portal.access import FACTOR_PATH, Signed, keep_session, session_token
from ledger.portal.events import trail
from ledger.portal.factors import (
    add_totp,
    confirm_totp,
    drop_factor,
    factors_of,
    new_recovery,
    recovery_left,
)
from ledger.portal.forms import Form, Posted
from ledger.portal.identities import drop_identities, identities_of
from ledger.portal.languages import N_, language_of, translate
from ledger.portal.pages import page
from ledger.portal.passkeys import Shown, add_passkey, ask_new, relying_at
from ledger.portal.people import find_person, rename
from ledger.portal.portal import Portal, portal_of
from ledger.portal.roles import Scope
from ledger.portal.sessions import Session, end_others, end_session, sessions_of, strengthen
from ledger.portal.tokens import end_token, make_token, tokens_of

router = APIRouter(prefix="/min-side/sikkerhed")

HERE = "/min-side/sikkerhed"


@router.get("")
def security(request: Request, session: Signed) -> Response:
    """Show what the account is kept with."""
    return _page(request, session)


@router.post("/navn")
def name(request: Request, form: Posted, session: Signed) -> Response:
    """Change what one is called."""
    rename(portal_of(request).ledger, session.who.person, form.text("name"))
    return RedirectResponse(HERE, 303)


@router.post("/app")
def new_app(request: Request, form: Posted, session: Signed) -> Response:
    """Show a key for an app, and ask for a password of it."""
    del form
    portal = strong(request, session)
    person = find_person(portal.ledger, session.who.person)
    made = add_totp(portal.ledger, portal.secret, person.id, person.email, portal.now())
    return page(request, "own/new_app.html", made=made, error="")


@router.post("/app/bekraeft")
def confirm_app(request: Request, form: Posted, session: Signed) -> Response:
    """Take an app into use."""
    portal = strong(request, session)
    given = (form.text("name"), form.text("code", 20))
    if not confirm_totp(portal.ledger, portal.secret, session.who.person, given, portal.now()):
        told = N_("The code did not fit. Begin again: remove the entry from your app, and add the new key.")
        return _page(request, session, error=translate(language_of(request), told))
    return _added(request, session, "totp")


@router.post("/noegle")
def new_key(request: Request, form: Posted, session: Signed) -> Response:
    """Ask the browser for a new passkey."""
    del form
    portal = strong(request, session)
    person = find_person(portal.ledger, session.who.person)
    options = ask_new(portal.ledger, relying_at(portal.site.url), session.id, person)
    return page(request, "own/new_key.html", options=options)


@router.post("/noegle/bekraeft")
def confirm_key(request: Request, form: Posted, session: Signed) -> Response:
    """Take a passkey into use."""
    portal = strong(request, session)
    shown = Shown(session.id, form.text("passkey", 20_000))
    whose = (session.who.person, form.text("name"))
    if not add_passkey(portal.ledger, relying_at(portal.site.url), shown, whose, portal.now()):
        told = N_("The browser made no passkey that could be checked. Try again.")
        return _page(request, session, error=translate(language_of(request), told))
    return _added(request, session, "passkey")


@router.post("/koder")
def codes(request: Request, form: Posted, session: Signed) -> Response:
    """Make the recovery codes anew, and show them once."""
    del form
    portal = strong(request, session)
    if not session.who.second:
        raise HTTPException(403)
    made = new_recovery(portal.ledger, session.who.person, portal.now())
    return page(request, "own/codes.html", codes=made)


@router.post("/faktor/{factor}/fjern")
def remove(request: Request, factor: str, form: Posted, session: Signed) -> Response:
    """Take a second factor out of use."""
    del form
    portal = strong(request, session)
    if not drop_factor(portal.ledger, session.who.person, factor, portal.now()):
        raise HTTPException(404)
    return RedirectResponse(HERE, 303)


@router.post("/udbyder/{number}/fjern")
def remove_provider(request: Request, number: int, form: Posted, session: Signed) -> Response:
    """Let a provider sign nobody in to the account any more."""
    del form
    portal = strong(request, session)
    known = portal.wiring.providers
    if not 0 <= number < len(known):
        raise HTTPException(404)
    if not drop_identities(portal.ledger, session.who.person, known[number].issuer, portal.now()):
        raise HTTPException(404)
    return RedirectResponse(HERE, 303)


@router.post("/session/{name}/slut")
def end(request: Request, name: str, form: Posted, session: Signed) -> Response:
    """End one of one's sessions."""
    del form
    portal = portal_of(request)
    if not end_session(portal.ledger, session.who.person, name, portal.now()):
        raise HTTPException(404)
    return RedirectResponse(HERE, 303)


@router.post("/sessioner/slut")
def end_all(request: Request, form: Posted, session: Signed) -> Response:
    """End all one's sessions but this."""
    del form
    portal = portal_of(request)
    end_others(portal.ledger, session.who.person, session.id, portal.now())
    return RedirectResponse(HERE, 303)


@router.post("/adgang")
def new_token(request: Request, form: Posted, session: Signed) -> Response:
    """Make a token for a program, and show it once."""
    portal = strong(request, session)
    if not session.who.second:
        raise HTTPException(303, headers={"Location": FACTOR_PATH})
    asked = (form.text("name"), [scope for scope in Scope if form.text(f"scope_{scope}")], _days(form))
    token = make_token(portal.ledger, session.who.person, asked, portal.now())
    return page(request, "own/token.html", token=token)


@router.post("/adgang/{name}/slut")
def end_one(request: Request, name: str, form: Posted, session: Signed) -> Response:
    """End a token."""
    del form
    portal = portal_of(request)
    if not end_token(portal.ledger, session.who.person, name, portal.now()):
        raise HTTPException(404)
    return RedirectResponse(HERE, 303)


def strong(request: Request, session: Session) -> Portal:
    """Ask for a second factor, where the person has one already."""
    portal = portal_of(request)
    if not session.who.second and factors_of(portal.ledger, session.who.person):
        raise HTTPException(303, headers={"Location": f"{FACTOR_PATH}?videre=%2Fmin-side%2Fsikkerhed"})
    return portal


def _added(request: Request, session: Session, kind: str) -> Response:
    """Go on with a factor that was just shown; the first comes with recovery codes."""
    portal, person = portal_of(request), session.who.person
    fresh = strengthen(portal.ledger, session_token(request), kind, portal.now())
    if recovery_left(portal.ledger, person):
        response: Response = RedirectResponse(HERE, 303)
    else:
        response = page(request, "own/codes.html", codes=new_recovery(portal.ledger, person, portal.now()))
    keep_session(request, response, fresh)
    return response


def _page(request: Request, session: Session, error: str = "") -> Response:
    portal, person = portal_of(request), session.who.person
    values = {
        "person": find_person(portal.ledger, person),
        "factors": factors_of(portal.ledger, person),
        "providers": portal.wiring.providers,
        "identities": identities_of(portal.ledger, person),
        "codes_left": recovery_left(portal.ledger, person),
        "sessions": sessions_of(portal.ledger, person, portal.now()),
        "session": session,
        "tokens": tokens_of(portal.ledger, person, portal.now()),
        "scopes": tuple(Scope),
        "trail": trail(portal.ledger, person)[:20],
        "error": error,
    }
    return page(request, "own/security.html", 422 if error else 200, **values)


def _days(form: Form) -> int:
    text = form.text("days", 10)
    return int(text) if text.isdecimal() else 0
