"""One line of JSON for each request: what was asked for and what came of it.

It holds the route and not the address: addresses have what people look for, and what they look for may be themselves.
JSON escapes line breaks, so no request can write a line of its own.
"""

import json
import logging
import time

from starlette.types import ASGIApp, Message, Receive, Scope, Send

LOGGER = logging.getLogger("ledger.portal.requests")

METHOD_CHARS_MAX = 10
"""A method is a word such as DELETE; whatever is longer was made up."""


class RequestLog:
    """Logs each request when it has been answered."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer, and log it."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        began, status = time.monotonic(), 500

        async def sending(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
            await send(message)

        try:
            await self._app(scope, receive, sending)
        finally:
            ms = round((time.monotonic() - began) * 1000)
            LOGGER.info(request_line(scope, status, ms))


def request_line(scope: Scope, status: int, ms: int) -> str:
    """Return the line of one request; `route` is empty where no route answered."""
    route = getattr(scope.get("route"), "path", "")
    method = scope["method"][:METHOD_CHARS_MAX]
    return json.dumps({"method": method, "route": route, "status": status, "ms": ms})
