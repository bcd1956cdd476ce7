"""Forms: read within limits, and taken only with the token that our own page put into them.

The token is an HMAC over a random cookie, so nothing is kept on the server and no form works in another browser. A
page that takes a form has a parameter `form: Posted`; a test looks that none leaves it out. Whoever signs somebody in
or out calls `new_form_cookie`, so that tokens from before are worth nothing.
"""

import hmac
import secrets
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Annotated
from urllib.parse import parse_qsl

from fastapi import Depends
from markupsafe import Markup
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from ledger.portal.portal import Portal, portal_of

FIELD = "csrf"
"""The name of the token's field."""

FIELDS_MAX = 100
"""Most fields of a form; the longest of ours has a dozen."""

_NONCE_CHARS = 43


@dataclass(frozen=True, slots=True)
class Form:
    """What somebody sent: fields by name, without outer spaces; of several with one name the last."""

    fields: Mapping[str, str]

    def text(self, name: str, chars_max: int = 500) -> str:
        """Return a field, empty where it was left out. A field that is too long ends the request with 413."""
        value = self.fields.get(name, "")
        if len(value) > chars_max:
            raise HTTPException(413)
        return value


class FormToken:
    """The token of one visitor's forms while a page is made; `used` when a form was put into it."""

    def __init__(self, request: Request) -> None:
        portal = portal_of(request)
        kept = request.cookies.get(cookie_name(portal), "")
        self.new = len(kept) != _NONCE_CHARS
        self.nonce = secrets.token_urlsafe(32) if self.new else kept
        self.used = False
        self._token = _token(portal, self.nonce)

    def field(self) -> Markup:
        """Return the hidden field for a form."""
        self.used = True
        return Markup('<input type="hidden" name="{}" value="{}">').format(FIELD, self._token)


async def read_form(request: Request) -> Form:
    """Read a form and check its token. Ends the request with 415, 413, 400 or 403 when it cannot be taken."""
    if request.headers.get("content-type", "").partition(";")[0].strip().lower() != "application/x-www-form-urlencoded":
        raise HTTPException(415)
    body = await request.body()
    try:
        pairs = parse_qsl(body.decode("ascii"), keep_blank_values=True, errors="strict", max_num_fields=FIELDS_MAX)
    except ValueError as error:  # not ASCII, not UTF-8 behind the percent signs, or too many fields
        raise HTTPException(400) from error
    form = read_fields(pairs)
    check_token(request, form)
    return Form({name: value for name, value in form.fields.items() if name != FIELD})


def read_fields(pairs: Iterable[tuple[str, str]]) -> Form:
    """Make a form of names and values. Ends the request with 400 where one cannot be kept: a NUL, half a character."""
    fields = {name: value.strip() for name, value in pairs}
    for name, value in fields.items():
        if "\0" in name + value or not _is_whole(value):
            raise HTTPException(400)
    return Form(fields)


def _is_whole(text: str) -> bool:
    """Whether a text can be written as UTF-8: a form that says another encoding can have halves of characters."""
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True


def check_token(request: Request, form: Form) -> None:
    """End the request with 403 unless a form has the token that our own page put into it for this visitor."""
    portal = portal_of(request)
    nonce = request.cookies.get(cookie_name(portal), "")
    given = form.fields.get(FIELD, "")
    if len(nonce) != _NONCE_CHARS or not hmac.compare_digest(given.encode(), _token(portal, nonce).encode()):
        raise HTTPException(403, "csrf")


Posted = Annotated[Form, Depends(read_form)]
"""The form of a request, read and checked."""


def new_form_cookie(request: Request, response: Response) -> None:
    """Give the visitor a new cookie, so that every form made before is refused."""
    keep_form_cookie(request, response, secrets.token_urlsafe(32))


def keep_form_cookie(request: Request, response: Response, nonce: str) -> None:
    """Put the cookie that tokens are made of into an answer."""
    portal = portal_of(request)
    response.set_cookie(cookie_name(portal), nonce, secure=portal.site.secure, httponly=True, samesite="lax")


def cookie_name(portal: Portal) -> str:
    """Return the cookie's name: over https one that no neighbouring host can set."""
    return "__Host-form" if portal.site.secure else "form"


def session_cookie(portal: Portal) -> str:
    """Return the name of the cookie of those who have signed in."""
    return "__Host-session" if portal.site.secure else "session"


def _token(portal: Portal, nonce: str) -> str:
    return hmac.new(portal.secret, f"form:{nonce}".encode(), "sha256").hexdigest()
