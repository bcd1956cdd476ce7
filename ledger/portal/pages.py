"""How a page is made: a template in the visitor's language, with what every page has.

A template gets `_` and the other gettext functions, `path`, `here` (the path with its query), `language`, `languages`,
`menu`, `site`, `csrf_field()` for its forms, `static(…)`, and the filters `day`, `time`, `number`, `href`, `why` and
those of `TOLD`. All is escaped, and an unknown name is an error.
"""

import hashlib
from collections.abc import Mapping
from functools import cache, partial
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from starlette.requests import Request
from starlette.responses import HTMLResponse
from starlette.routing import Match

from ledger.portal.asking import ASKED
from ledger.portal.explaining import (
    BASES,
    CLOCK_SOURCES,
    DUES,
    FATE_COLOURS,
    FATES,
    MECHANISMS,
    SAID,
    STATUSES,
    VERDICTS,
    rule_told,
    why,
)
from ledger.portal.forms import FormToken, keep_form_cookie, session_cookie
from ledger.portal.guards import SAFE
from ledger.portal.languages import (
    LANGUAGES,
    N_,
    language_of,
    translate,
    translations,
    written_day,
    written_instant,
    written_number,
    written_time,
)
from ledger.portal.portal import portal_of
from ledger.portal.words import COLOURS, amount, event_word, use_word, word

HERE = Path(__file__).parent
STATIC = HERE / "static"

MENU = (
    ("/", N_("Look up")),
    ("/passage", N_("Find a passage")),
    ("/kilder", N_("Sources")),
    ("/udgivelser", N_("Releases")),
    ("/tal", N_("Figures")),
    ("/sig-nej", N_("Say no")),
    ("/min-side", N_("My page")),
)
"""The main menu: where each entry leads, and what it is called."""

MORE = (
    ("/robotten", N_("The crawler")),
    ("/vaerdikort", N_("What each source adds")),
    ("/bevis", N_("Check it yourself")),
    ("/kontakt", N_("Contact and complaints")),
    ("/api", N_("For programs")),
)
"""The menu at the foot."""

TOLD: dict[str, Mapping[Any, str]] = {
    "asked": ASKED,
    "basis": BASES,
    "clock": CLOCK_SOURCES,
    "colour": FATE_COLOURS,
    "due": DUES,
    "fate": FATES,
    "mechanism": MECHANISMS,
    "said": SAID,
    "status": STATUSES,
    "verdict": VERDICTS,
}
"""Filters that tell a word of the ledger's, by name."""


def page(request: Request, template: str, status: int = 200, /, **values: Any) -> HTMLResponse:  # noqa: ANN401 - what the template names
    """Make a page of a template and its values."""
    language, token = language_of(request), FormToken(request)
    common = {
        "csrf_field": token.field,
        "language": language,
        "languages": LANGUAGES,
        "here": _here(request),
        "menu": MENU,
        "more": MORE,
        "path": request.url.path,
        "signed_in": session_cookie(portal_of(request)) in request.cookies,
        "site": portal_of(request).site,
    }
    text = environment(language).get_template(template).render(common | values)
    response = HTMLResponse(text, status, {"Content-Language": language, "Vary": "Cookie"})
    if token.used and token.new:
        keep_form_cookie(request, response, token.nonce)
    return response


def _here(request: Request) -> str:
    """Where the choice of language leads back to: here, or from the answer to a form the nearest page above."""
    path = request.url.path
    if request.method in SAFE:
        return path + (f"?{request.url.query}" if request.url.query else "")
    while path and not _is_page(request, path):
        path = path.rpartition("/")[0]
    return path or "/"


def _is_page(request: Request, path: str) -> bool:
    asked = {**request.scope, "method": "GET", "path": path}
    return any(route.matches(asked)[0] is Match.FULL for route in request.app.routes)


@cache
def environment(language: str) -> Environment:
    """Return the templates of a language."""
    made = Environment(
        autoescape=True,
        loader=FileSystemLoader(HERE / "templates"),
        undefined=StrictUndefined,
        extensions=["jinja2.ext.i18n"],
        trim_blocks=True,
        lstrip_blocks=True,
    )
    made.install_gettext_translations(translations(language), newstyle=True)  # type: ignore[attr-defined]
    made.filters |= {
        "day": lambda value: written_day(language, value),
        "time": lambda value: written_time(language, value),
        "number": lambda value: written_number(language, value),
        "href": href,
        "instant": lambda value: written_instant(language, value),
    }
    made.filters |= {
        "amount": partial(amount, language),
        "event": partial(event_word, language),
        "use_word": partial(use_word, language),
        "word": partial(word, language),
        "word_colour": lambda said: COLOURS.get(said, ""),
    }
    made.filters["rule"] = partial(rule_told, language)
    made.globals |= {"static": static_url}
    for name, told in TOLD.items():
        made.filters[name] = partial(_told, language, told)
    made.filters["why"] = lambda work: why(language, work.fate, work.reason, work.rule)
    return made


def _told(language: str, texts: Mapping[Any, str], word: str) -> str:
    """A word of the ledger's in a visitor's language; one that has no text is shown as it is."""
    return translate(language, texts[word]) if word in texts else str(word)


def href(address: str) -> str:
    """Return a crawled address if it may be linked to, as http and https may, and else nothing: it could run."""
    try:
        parts = urlsplit(address)
    except ValueError:
        return ""
    return address if parts.scheme in ("http", "https") and parts.netloc else ""


@cache
def static_url(name: str) -> str:
    """Return the address of one of our files, which changes with what is in it, so that browsers may keep it."""
    digest = hashlib.sha256((STATIC / name).read_bytes()).hexdigest()
    return f"/static/{name}?v={digest[:12]}"
