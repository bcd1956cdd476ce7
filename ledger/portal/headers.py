"""What every answer says to the browser: nothing but our own files, no frames, no guessing, no referrer for others.

No script and no style stands in a page itself, so the policy needs no exception; a text that was crawled can then do
nothing even where escaping it were forgotten.
"""

from collections.abc import Mapping

from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

_POLICY = (
    "default-src 'none'",
    "script-src 'self'",
    "style-src 'self'",
    "img-src 'self'",
    "connect-src 'self'",
    "form-action 'self'",
    "base-uri 'none'",
    "object-src 'none'",
    "frame-ancestors 'none'",
)

_ALWAYS = {
    "Content-Security-Policy": "; ".join(_POLICY),
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
    "Referrer-Policy": "same-origin",  # with "no-referrer" browsers hide from us, too, that a form is ours
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
}

HSTS_S = 365 * 24 * 3600
"""How long a browser keeps to https: a year, as ASVS 5.0 asks (3.4.1)."""


def security_headers(*, secure: bool) -> Mapping[str, str]:
    """Return the headers of every answer; those about https only where the portal is reached by it."""
    return _ALWAYS | ({"Strict-Transport-Security": f"max-age={HSTS_S}; includeSubDomains"} if secure else {})


def _kept(scope: Scope) -> str:
    """How long an answer may be kept: one of our files under the address of its content for good, all else not."""
    is_named = scope["type"] == "http" and scope["path"].startswith("/static/") and scope["query_string"][:2] == b"v="
    return "public, max-age=31536000, immutable" if is_named else "no-store"


class SecurityHeaders:
    """Puts the headers on every answer; one that sets its own `Cache-Control` keeps it, others are not stored."""

    def __init__(self, app: ASGIApp, *, secure: bool) -> None:
        self._app = app
        self._headers = security_headers(secure=secure)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer, with the headers."""

        async def sending(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in self._headers.items():
                    headers.setdefault(name, value)  # a stranger's file has a policy that is stricter still
                headers.setdefault("Cache-Control", _kept(scope))
            await send(message)

        await self._app(scope, receive, sending)
