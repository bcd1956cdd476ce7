"""Signing in and out: a code by mail, a provider, a second factor.

Every answer about a code is the same, whoever asks for whatever address.
"""

from contextlib import suppress
from typing import Annotated
from urllib.parse import quote

from fastapi import APIRouter, Depends, Query
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from ledger.portal.access import (
    FACTOR_PATH,
    SIGN_IN_PATH,
    SIGN_IN_S,
    Signed,
    cookie,
    forget_session,
    keep_session,
    maybe_signed,
    session_token,
)
from ledger.portal.codes import CODE_DIGITS, Answered, answer_code, ask_code, local_path
from ledger.portal.factors import FactorKind, check_second, factors_of
from ledger.portal.forms import Posted
from ledger.portal.languages import N_, language_of, translate
from ledger.portal.limits import Limit, limited, visitor_of
from ledger.portal.oidc import Aim, ProviderFailed, Returned, Visit, begin, discover, finish
from ledger.portal.pages import page
from ledger.portal.passkeys import Shown, ask_shown, check_passkey, relying_at
from ledger.portal.people import read_email
from ledger.portal.portal import Mail, Portal, portal_of, post
from ledger.portal.routes.security import HERE as SECURITY
from ledger.portal.routes.security import strong
from ledger.portal.sessions import Entrance, Session, end_session, start_session, strengthen

router = APIRouter()

SIGN_INS = Limit("sign in", per_minute=20, burst=20)
"""Of one visitor: people mistype, and a household or an office has one address."""

OIDC_BACK = "/log-ind/tilbage"

_SUBJECT = N_("Your code for Fodaftryk")
_TEXT = N_(
    "Your code is %(code)s\n\nIt is good for ten minutes, once, in the browser you asked from. If you did not ask for "
    "it, you need do nothing: nobody gets in without it. We never ask for it by telephone or mail.\n\n%(url)s\n"
)

Onward = Annotated[str, Query(max_length=300)]
"""Where to go on to afterwards."""


@router.get(SIGN_IN_PATH)
def ask(request: Request, videre: Onward = "") -> Response:
    """Ask for the address."""
    providers = portal_of(request).wiring.providers
    return page(request, "own/sign_in.html", onward=videre, providers=providers, error="", email="")


@router.post(SIGN_IN_PATH, dependencies=[Depends(limited(SIGN_INS))])
def send_code(request: Request, form: Posted) -> Response:
    """Send a code, and ask for it."""
    portal = portal_of(request)
    given = form.text("email", 300)
    try:
        email = read_email(given)
    except ValueError:
        error = translate(language_of(request), N_("Write a mail address, as navn@example.dk."))
        values = {"onward": form.text("videre"), "providers": portal.wiring.providers, "error": error, "email": given}
        return page(request, "own/sign_in.html", 422, **values)
    network = visitor_of(request).hex()
    asked = ask_code(portal.ledger, email, network, form.text("videre"), portal.now())
    if asked.code is not None:
        post(portal, _letter(request, portal, email, asked.code))
    response = RedirectResponse("/log-ind/kode", 303)
    _keep_sign_in(portal, response, asked.token)
    return response


@router.get("/log-ind/kode")
def ask_for_code(request: Request) -> Response:
    """Ask for the code."""
    return page(request, "own/code.html", error="", digits=CODE_DIGITS)


@router.post("/log-ind/kode", dependencies=[Depends(limited(SIGN_INS))])
def take_code(request: Request, form: Posted) -> Response:
    """Let somebody in whose code is right."""
    portal = portal_of(request)
    token = request.cookies.get(cookie(portal, "sign-in"), "")
    answered = answer_code(portal.ledger, token, form.text("code", 50), portal.now())
    if answered is None:
        told = N_("The code is wrong, used or older than ten minutes, or was asked for in another browser.")
        error = translate(language_of(request), told)
        return page(request, "own/code.html", 422, error=error, digits=CODE_DIGITS)
    return _let_in(request, answered, "code")


@router.get("/log-ind/udbyder/{number}", dependencies=[Depends(limited(SIGN_INS))])
def to_provider(request: Request, number: int, videre: Onward = "") -> Response:
    """Send the browser to a provider, for a click on our page: another site's link signs nobody in (ASVS 7.6.2)."""
    if request.headers.get("sec-fetch-site", "none") not in ("same-origin", "none"):
        return RedirectResponse(f"{SIGN_IN_PATH}?videre={quote(videre, safe='')}", 303)
    return _gone(portal_of(request), number, Aim(videre))


@router.get("/min-side/sikkerhed/udbyder/{number}", dependencies=[Depends(limited(SIGN_INS))])
def add_provider(request: Request, number: int, session: Signed) -> Response:
    """Send the browser to a provider whose identity is to be added to the account, for a click on our page alone."""
    portal = strong(request, session)
    if request.headers.get("sec-fetch-site") != "same-origin":
        return RedirectResponse(SECURITY, 303)
    return _gone(portal, number, Aim(SECURITY, session.who.person))


def _gone(portal: Portal, number: int, aim: Aim) -> Response:
    token, address = begin(portal.ledger, _visit(portal, number), aim, portal.now())
    response = RedirectResponse(address, 303)
    _keep_sign_in(portal, response, f"{number}.{token}")
    return response


@router.get(OIDC_BACK, dependencies=[Depends(limited(SIGN_INS))])
def from_provider(
    request: Request,
    code: Annotated[str, Query(max_length=4000)] = "",
    state: Annotated[str, Query(max_length=200)] = "",
    iss: Annotated[str, Query(max_length=500)] = "",
) -> Response:
    """Let somebody in whom a provider has sent back; what it says of an error is a stranger's, and not shown."""
    portal = portal_of(request)
    number, _, token = request.cookies.get(cookie(portal, "sign-in"), "").partition(".")
    if not token:
        return RedirectResponse(SIGN_IN_PATH, 303)
    session = maybe_signed(request)
    answered = None
    if number.isdecimal() and len(number) < 4:
        signed_in = session.who.person if session else ""
        visit = _visit(portal, int(number))
        with suppress(ProviderFailed):  # it did not take the code, or broke off: nobody came back
            answered = finish(portal.ledger, visit, Returned(token, state, code, iss), signed_in, portal.now())
    if answered is None:
        error = translate(
            language_of(request), N_("The provider did not let us know who you are. Try again, or by mail.")
        )
        values = {"onward": "", "providers": portal.wiring.providers, "error": error, "email": ""}
        return _without_sign_in(portal, page(request, "own/sign_in.html", 422, **values))
    if answered.added:
        return _without_sign_in(portal, RedirectResponse(answered.back_to, 303))
    return _let_in(request, answered, "oidc")


@router.post("/log-ud")
def sign_out(request: Request, form: Posted) -> Response:
    """End the session, and take from the browser what is left of one that has ended by itself."""
    del form
    portal, session = portal_of(request), maybe_signed(request)
    if session is not None:
        end_session(portal.ledger, session.who.person, session.id, portal.now())
    response = RedirectResponse("/", 303)
    forget_session(request, response)
    return response


@router.get(FACTOR_PATH)
def ask_for_factor(request: Request, session: Signed, videre: Onward = "") -> Response:
    """Ask for a second factor; somebody without one is led to add it."""
    return _factor_page(request, session, videre, "")


@router.post(FACTOR_PATH, dependencies=[Depends(limited(SIGN_INS))])
def take_factor(request: Request, form: Posted, session: Signed) -> Response:
    """Take a password from an app, a recovery code or a passkey's answer."""
    portal, person = portal_of(request), session.who.person
    answer = form.text("passkey", 20_000)
    if answer:
        right = check_passkey(
            portal.ledger, relying_at(portal.site.url), Shown(session.id, answer), person, portal.now()
        )
        kind = FactorKind.PASSKEY.value if right else ""
    else:
        kind = check_second(portal.ledger, portal.secret, person, form.text("code", 50), portal.now())
    onward = form.text("videre")
    if not kind:
        told = N_("That was not right, or was used before. After five wrong ones, wait a quarter of an hour.")
        return _factor_page(request, session, onward, translate(language_of(request), told))
    response = RedirectResponse(local_path(onward), 303)
    keep_session(request, response, strengthen(portal.ledger, session_token(request), kind, portal.now()))
    return response


def _factor_page(request: Request, session: Session, onward: str, error: str) -> Response:
    portal, person = portal_of(request), session.who.person
    kinds = {factor.kind for factor in factors_of(portal.ledger, person)}
    if not kinds:
        return RedirectResponse("/min-side/sikkerhed", 303)
    options = ""
    if FactorKind.PASSKEY in kinds:
        options = ask_shown(portal.ledger, relying_at(portal.site.url), session.id, person)
    values = {"onward": onward, "error": error, "options": options, "by_app": FactorKind.TOTP in kinds}
    return page(request, "own/factor.html", 422 if error else 200, **values)


def _let_in(request: Request, answered: Answered, how: str) -> Response:
    portal = portal_of(request)
    entrance = Entrance(how, request.headers.get("user-agent", ""))
    token = start_session(portal.ledger, answered.person.id, entrance, session_token(request), portal.now())
    response = RedirectResponse(answered.back_to, 303)
    keep_session(request, response, token)
    return _without_sign_in(portal, response)


def _letter(request: Request, portal: Portal, email: str, code: str) -> Mail:
    language = language_of(request)
    text = translate(language, _TEXT) % {"code": f"{code[:4]} {code[4:]}", "url": portal.site.url}
    return Mail(email, translate(language, _SUBJECT), text)


def _keep_sign_in(portal: Portal, response: Response, token: str) -> None:
    name = cookie(portal, "sign-in")
    response.set_cookie(name, token, SIGN_IN_S, secure=portal.site.secure, httponly=True, samesite="lax")


def _without_sign_in(portal: Portal, response: Response) -> Response:
    """The answer, after which no sign-in is under way in the browser any more."""
    response.delete_cookie(cookie(portal, "sign-in"), secure=portal.site.secure, httponly=True, samesite="lax")
    return response


def _visit(portal: Portal, number: int) -> Visit:
    providers = portal.wiring.providers
    if not 0 <= number < len(providers):
        raise HTTPException(404)
    try:
        endpoints = discover(providers[number], portal.wiring.wire)
    except ProviderFailed as error:
        raise HTTPException(503) from error
    return Visit(providers[number], endpoints, portal.wiring.wire, portal.site.url + OIDC_BACK)
