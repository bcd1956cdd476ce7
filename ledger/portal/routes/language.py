"""The choice of language: kept in a cookie, so that every address is the same in all languages."""

from typing import Annotated, Literal

from fastapi import APIRouter, Path, Query
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from ledger.portal.access import cookie
from ledger.portal.languages import COOKIE
from ledger.portal.portal import portal_of

router = APIRouter()

REMEMBERED_S = 365 * 24 * 3600
"""How long a choice is kept."""


@router.get("/sprog/{language}")
def choose(
    request: Request,
    language: Annotated[Literal["da", "en"], Path()],
    til: Annotated[str, Query(max_length=2000)] = "/",
) -> Response:
    """Choose a language, and go back to the page one came from; never to another site."""
    response = RedirectResponse(local_path(til), 303)
    portal = portal_of(request)
    response.set_cookie(
        cookie(portal, COOKIE), language, REMEMBERED_S, secure=portal.site.secure, httponly=True, samesite="lax"
    )
    return response


def local_path(given: str) -> str:
    """Return a path of our own; the front page for anything a browser could read as another place."""
    plain = given.isprintable() and "\\" not in given
    return given if plain and given.startswith("/") and not given.startswith("//") else "/"
