"""What stands before every route: how large a request may be, and where a form may come from.

A form that changes something is protected twice: here by where the browser says that it comes from, and in `forms` by a
token. The API takes no cookies, so a foreign page can do nothing with it in a visitor's name.
"""

import http
from collections.abc import Mapping
from urllib.parse import urlsplit

from starlette.datastructures import Headers
from starlette.exceptions import HTTPException
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from ledger.portal.uploads import MANDATE_BYTES_MAX, UPLOAD_BYTES_MAX

API = "/api/"
"""How the paths of the API begin."""

BODY_BYTES_MAX = 256 * 1024
"""Most bytes of a request: a passage of 20,000 characters, percent-encoded as a form sends it, takes half of it."""

ROOMY: Mapping[str, int] = {
    "/krav/repertoire": MANDATE_BYTES_MAX + BODY_BYTES_MAX,
    "/api/v1/repertoires": MANDATE_BYTES_MAX + BODY_BYTES_MAX,
    "/del-tekst": UPLOAD_BYTES_MAX + BODY_BYTES_MAX,
    "/api/v1/shares": UPLOAD_BYTES_MAX + BODY_BYTES_MAX,
}
"""Paths that are sent files, and the most bytes of each."""

SAFE = frozenset({"GET", "HEAD", "OPTIONS"})
"""Methods that change nothing."""


class BodyLimit:
    """Refuses requests that are too large, by what they say and by what they send."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer, unless the body is too large."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        length = Headers(scope=scope).get("content-length", "0")
        most = ROOMY.get(scope["path"], BODY_BYTES_MAX) if scope["method"] == "POST" else BODY_BYTES_MAX
        if not length.isdecimal() or int(length) > most:
            await _refusal(scope, 413, "What was sent is too long.")(scope, receive, send)
            return
        read = 0

        async def receiving() -> Message:
            nonlocal read
            message = await receive()
            read += len(message.get("body", b""))
            if read > most:
                raise HTTPException(413)
            return message

        await self._app(scope, receiving, send)


def _refusal(scope: Scope, status: int, told: str) -> Response:
    if not scope["path"].startswith(API):
        return PlainTextResponse(f"{told}\n", status)
    body = {"type": "about:blank", "title": http.HTTPStatus(status).phrase, "status": status, "detail": told}
    return JSONResponse(body, status, media_type="application/problem+json")


class HeadAsGet:
    """Answers HEAD as GET without the body (RFC 9110, 9.3.2): whoever follows links to see if they hold asks so."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer."""
        if scope["type"] != "http" or scope["method"] != "HEAD":
            await self._app(scope, receive, send)
            return

        async def sending(message: Message) -> None:
            await send({**message, "body": b""} if message["type"] == "http.response.body" else message)

        inner = {**scope, "method": "GET"}
        await self._app(inner, receive, sending)
        scope["route"] = inner.get("route")  # which the log tells


class NoNul:
    """Refuses addresses with a NUL in them: no name of ours has one, and PostgreSQL takes none, which would be a crash.

    Forms and the API's models refuse it in what is sent (`forms.read_form`, `api_requests.Known`).
    """

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer, unless the address has a NUL."""
        if scope["type"] == "http" and ("\0" in scope["path"] or b"%00" in scope["query_string"]):
            await _refusal(scope, 400, "The address cannot be read.")(scope, receive, send)
            return
        await self._app(scope, receive, send)


class SameOrigin:
    """Refuses requests that change something and come from another site's page, by the browser's own word."""

    def __init__(self, app: ASGIApp, *, url: str) -> None:
        self._app = app
        self._origin = "{0.scheme}://{0.netloc}".format(urlsplit(url))

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer, unless the request comes from elsewhere."""
        if scope["type"] == "http" and scope["method"] not in SAFE and not scope["path"].startswith(API):
            headers = Headers(scope=scope)
            fetched_by, origin = headers.get("sec-fetch-site", "same-origin"), headers.get("origin", self._origin)
            if fetched_by not in ("same-origin", "none") or origin != self._origin:
                await PlainTextResponse("Forbidden: this form was sent from another site.\n", 403)(scope, receive, send)
                return
        await self._app(scope, receive, send)
