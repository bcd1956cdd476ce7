"""How a route knows who asks, and asks what they may do: the one door to `roles`.

A page takes `Signed`, a route of the API takes `Caller`; then `allow` is asked with the action and the holder whose
records they are. What may not be done to another's record is told as if there were none: 404, on every method.
"""

import json
import logging
from typing import Annotated
from urllib.parse import quote

from fastapi import Depends
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from ledger.portal.events import plain
from ledger.portal.forms import new_form_cookie, session_cookie
from ledger.portal.guards import SAFE
from ledger.portal.portal import Portal, portal_of
from ledger.portal.roles import NOBODY, Action, Verdict, Who, verdict
from ledger.portal.sessions import Session, session_of
from ledger.portal.tokens import bearer

SIGN_IN_PATH, FACTOR_PATH = "/log-ind", "/log-ind/faktor"

LOGGER = logging.getLogger("ledger.portal.access")

SIGN_IN_S = 600
"""How long the cookie of a sign-in that is under way is kept: as long as its code is good."""


def cookie(portal: Portal, name: str) -> str:
    """Return a cookie's name: over https one that no neighbouring host can set."""
    return f"__Host-{name}" if portal.site.secure else name


def session_token(request: Request) -> str:
    """Return the token of the browser's session, empty where it has none."""
    return request.cookies.get(session_cookie(portal_of(request)), "")


def keep_session(request: Request, response: Response, token: str) -> None:
    """Give the browser a session, and new tokens for its forms."""
    portal = portal_of(request)
    response.set_cookie(session_cookie(portal), token, secure=portal.site.secure, httponly=True, samesite="lax")
    new_form_cookie(request, response)


def forget_session(request: Request, response: Response) -> None:
    """Take the session from the browser, and all that it keeps of this site."""
    portal = portal_of(request)
    response.delete_cookie(session_cookie(portal), secure=portal.site.secure, httponly=True, samesite="lax")
    response.headers["Clear-Site-Data"] = '"cache", "storage"'
    new_form_cookie(request, response)


def maybe_signed(request: Request) -> Session | None:
    """Return the session of the browser, or None."""
    portal = portal_of(request)
    return session_of(portal.ledger, session_token(request), portal.now())


def signed(request: Request) -> Session:
    """Return the session of the browser; without one it is sent to sign in, and comes back here."""
    session = maybe_signed(request)
    if session is None:
        raise HTTPException(303, headers={"Location": f"{SIGN_IN_PATH}{_onward(request)}"})
    return session


def caller(request: Request) -> Who:
    """Return who uses a personal token; without one that holds, 401. The API takes no cookies."""
    kind, _, token = request.headers.get("authorization", "").partition(" ")
    portal = portal_of(request)
    who = bearer(portal.ledger, token.strip(), portal.now()) if kind.lower() == "bearer" else NOBODY
    if not who.person:
        raise HTTPException(401, headers={"WWW-Authenticate": 'Bearer realm="Fodaftryk"'})
    return who


Signed = Annotated[Session, Depends(signed)]
"""The session of a page."""

Caller = Annotated[Who, Depends(caller)]
"""Who asks the API."""


def allow(request: Request, who: Who, action: Action, holder: str = "") -> None:
    """Let a route go on when somebody may do something with a holder's records, or with the house's.

    Else a page is sent to show a second factor and comes back, and anything else is 403 where the holder is one's own,
    and 404 where it is not.
    """
    ruled = verdict(who, action, holder)
    if ruled is Verdict.YES:
        return
    if ruled is Verdict.SECOND_FACTOR:
        raise HTTPException(303, headers={"Location": f"{FACTOR_PATH}{_onward(request)}"})
    refused(who, action, holder)
    raise HTTPException(403 if holder and holder in who.holders else 404)


def refused(who: Who, action: Action, holder: str) -> None:
    """Log that somebody tried what they may not do; ids alone, escaped, as the one of the holder is a stranger's."""
    LOGGER.warning(json.dumps({"refused": action, "person": who.person, "holder": plain(holder)}))


def _onward(request: Request) -> str:
    """Where to come back to, as a query; nowhere after what changes something, as it is not to be sent twice."""
    if request.method not in SAFE:
        return ""
    path = request.url.path + (f"?{request.url.query}" if request.url.query else "")
    return f"?videre={quote(path, safe='')}"
