"""What is said when something goes wrong: a page in the visitor's language, or RFC 9457 JSON from the API.

Nothing of the inside is told: no message of an exception, no SQL, no path.
"""

import http
from typing import Any

from fastapi import FastAPI
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from ledger.errors import LedgerError, LedgerUnavailable, RecordConflict, RecordRefused, UnknownRecord
from ledger.portal.guards import API
from ledger.portal.headers import security_headers
from ledger.portal.languages import N_, language_of, translate
from ledger.portal.pages import page
from ledger.portal.portal import MailFailed, portal_of

_TOLD = {
    400: N_("We could not read what was sent. Go back and try again."),
    401: N_("Sign in to see this."),
    403: N_("You may not do this."),
    404: N_("There is no page at this address."),
    405: N_("This page cannot be used in that way."),
    413: N_("What was sent is too long. Shorten it and try again."),
    415: N_("What was sent is of a kind we do not take."),
    422: N_("Something in the question is not as it should be. Correct it and try again."),
    429: N_("You have asked very often in a short time. Wait a little and try again."),
    500: N_("Something went wrong here. We have noted it; try again later."),
    503: N_("The ledger cannot be reached just now. Try again in a few minutes."),
}
"""What a visitor is told, by status."""

_EXPIRED = N_("The form was too old, or cookies are switched off. Go back, reload the page and send it again.")


_UNPOSTED = N_("We could not send a mail just now. Try again in a few minutes.")

_PROBLEM = {
    "type": "object",
    "required": ["type", "title", "status", "detail"],
    "properties": {
        "type": {"type": "string"},
        "title": {"type": "string"},
        "status": {"type": "integer"},
        "detail": {"type": "string"},
    },
}

PROBLEMS: dict[int | str, dict[str, Any]] = {
    status: {
        "description": http.HTTPStatus(status).phrase,
        "content": {"application/problem+json": {"schema": _PROBLEM}},
    }
    for status in (400, 401, 403, 404, 405, 413, 415, 422, 429, 503)
}
"""How the API describes what may go wrong."""


def explain(request: Request, status: int, reason: str = "", headers: dict[str, str] | None = None) -> Response:
    """Answer a request that came to nothing."""
    told = _EXPIRED if reason == "csrf" else _TOLD.get(status, _TOLD[400 if status < 500 else 500])
    if status in (422, 503) and reason:
        told = reason
    if request.url.path.startswith(API):
        title = http.HTTPStatus(status).phrase
        body = {"type": "about:blank", "title": title, "status": status, "detail": reason or told}
        return JSONResponse(body, status, headers, media_type="application/problem+json")
    text = translate(language_of(request), told)
    response = page(request, "problem.html", status, status=status, told=text)
    response.headers.update(headers or {})
    return response


def install(app: FastAPI) -> None:
    """Let the app explain whatever goes wrong."""

    @app.exception_handler(HTTPException)
    async def _refused(request: Request, error: HTTPException) -> Response:
        own = error.detail != http.HTTPStatus(error.status_code).phrase
        headers = dict(error.headers or {})
        if error.status_code == 405:
            headers["Allow"] = ", ".join(_methods_at(app, request.url.path))
        return explain(request, error.status_code, error.detail if own else "", headers)

    @app.exception_handler(RequestValidationError)
    async def _invalid(request: Request, error: RequestValidationError) -> Response:
        named = sorted({".".join(map(str, problem["loc"])) + ": " + problem["msg"] for problem in error.errors()})
        return explain(request, 422, "; ".join(named) if request.url.path.startswith(API) else "")

    @app.exception_handler(UnknownRecord)
    async def _unknown(request: Request, _error: UnknownRecord) -> Response:
        return explain(request, 404)

    @app.exception_handler(LedgerError)
    async def _declined(request: Request, error: LedgerError) -> Response:
        if isinstance(error, RecordRefused | RecordConflict):
            return explain(request, 422, str(error))
        return await _crashed(request, error)

    @app.exception_handler(LedgerUnavailable)
    async def _unavailable(request: Request, _error: LedgerUnavailable) -> Response:
        return explain(request, 503, headers={"Retry-After": "60"})

    @app.exception_handler(MailFailed)
    async def _unposted(request: Request, _error: MailFailed) -> Response:
        return explain(request, 503, _UNPOSTED, {"Retry-After": "300"})

    @app.exception_handler(Exception)
    async def _crashed(request: Request, _error: Exception) -> Response:
        response = explain(request, 500)
        response.headers.update(security_headers(secure=portal_of(request).site.secure))  # outside all middleware
        return response


def _methods_at(app: FastAPI, path: str) -> list[str]:
    """The methods that some route takes at a path; a router by itself names those of its first alone."""
    found = {method for pattern, methods in app.state.methods if pattern.match(path) for method in methods}
    return sorted(found)
