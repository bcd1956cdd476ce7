"""What machines come for: an Atom feed of what changes, and the files that sites are asked for."""

from datetime import datetime, timedelta
from typing import Annotated, Literal
from xml.sax.saxutils import escape

from fastapi import APIRouter, Path
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response

from ledger.news import News, news
from ledger.portal.languages import N_, translate, written_number
from ledger.portal.portal import portal_of

router = APIRouter()

SECURITY_DAYS = 180
"""How long security.txt is good for; RFC 9116 asks for less than a year."""

TITLES = {
    "source": N_("%(subject)s: the source's terms were recorded"),
    "settlement": N_("%(subject)s: a conflict of licences was settled"),
    "release": N_("Release %(subject)s: %(documents)s texts, %(words)s words from %(sources)s sources"),
    "policy": N_("Release %(subject)s is decided by another policy"),
    "signals": N_("%(subject)s: %(signals)s pages say something new about rights, %(withdrawn)s were withdrawn"),
}
"""A sentence for each kind of news."""

_FEED = N_("Fodaftryk: changes of signals, terms and policies")


@router.get("/feed/{language}.atom")
def feed(request: Request, language: Annotated[Literal["da", "en"], Path()]) -> Response:
    """Give the newest changes as an Atom feed (RFC 4287)."""
    portal = portal_of(request)
    url, told = portal.site.url, news(portal.ledger)
    updated = told[0].at if told else portal.now()
    lines = [
        '<?xml version="1.0" encoding="utf-8"?>',
        f'<feed xmlns="http://www.w3.org/2005/Atom" xml:lang="{language}">',
        f"<title>{escape(translate(language, _FEED))}</title>",
        f"<id>{escape(url)}/feed/{language}.atom</id>",
        f"<author><name>{escape(portal.site.operator or 'Fodaftryk')}</name></author>",
        f'<link rel="self" href="{escape(url)}/feed/{language}.atom"/>',
        f"<updated>{_instant(updated)}</updated>",
        *(_entry(each, url, language) for each in told),
        "</feed>\n",
    ]
    return Response("\n".join(lines), media_type="application/atom+xml")


@router.get("/robots.txt")
def robots(request: Request) -> Response:
    """Ask crawlers to leave looking up to people, and to read the rest."""
    rules = "User-agent: *\nDisallow: /opslag\nDisallow: /vaerker/\nDisallow: /kilder/*/\nDisallow: /api/\n"
    return PlainTextResponse(f"{rules}Disallow: /passage\n# {portal_of(request).site.url}/robotten\n")


@router.get("/.well-known/security.txt")
def security(request: Request) -> Response:
    """Say whom to tell of a hole (RFC 9116)."""
    portal = portal_of(request)
    contact = f"mailto:{portal.site.contact}" if portal.site.contact else f"{portal.site.url}/kontakt"
    expires = portal.now().replace(hour=0, minute=0, second=0, microsecond=0) + timedelta(days=SECURITY_DAYS)
    lines = (
        f"Contact: {contact}", f"Expires: {_instant(expires)}", "Preferred-Languages: da, en",
        f"Canonical: {portal.site.url}/.well-known/security.txt",
    )  # fmt: skip
    return PlainTextResponse("\n".join(lines) + "\n")


def _entry(each: News, url: str, language: str) -> str:
    values = {key: written_number(language, value) if isinstance(value, int) else value
              for key, value in each.values.items()}  # fmt: skip
    title = translate(language, TITLES[each.kind]) % {"subject": each.subject, **values}
    place = f"{url}/udgivelser/{each.subject}" if each.kind in ("release", "policy") else f"{url}/kilder/{each.subject}"
    return (
        f"<entry><id>{escape(url)}/journal/{each.seq}/{each.kind}</id><title>{escape(title)}</title>"
        f'<link href="{escape(place)}"/><updated>{_instant(each.at)}</updated><content>{escape(title)}</content>'
        "</entry>"
    )


def _instant(moment: datetime) -> str:
    return moment.isoformat(timespec="seconds").replace("+00:00", "Z")
