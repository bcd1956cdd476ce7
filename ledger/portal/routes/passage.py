"""A pasted passage: the works it stands in. It is compared and forgotten; it is in no log, table or address."""

from fastapi import APIRouter, Depends
from starlette.requests import Request
from starlette.responses import Response

from ledger.portal.forms import Posted
from ledger.portal.limits import Limit, limited
from ledger.portal.pages import page
from ledger.portal.portal import Match, Portal, portal_of
from ledger.works_found import Found, find_all

router = APIRouter()

PASSAGE_CHARS_MAX = 20_000
"""Longest passage: ten pages, which tell a text from all others as well as a hundred would."""

PASSAGE_CHARS_MIN = 150
"""Shortest passage: about 25 words. What is shorter is in too many texts, or in none that we could tell."""

PASSAGES = Limit("passage", per_minute=10, burst=10)


@router.get("/passage")
def ask(request: Request) -> Response:
    """Ask for a passage."""
    return page(request, "passage.html", text="", found=None, error="", limits=(PASSAGE_CHARS_MIN, PASSAGE_CHARS_MAX))


@router.post("/passage", dependencies=[Depends(limited(PASSAGES))])
def find_passage(request: Request, form: Posted) -> Response:
    """Show the works a passage stands in."""
    text = form.text("text", PASSAGE_CHARS_MAX)
    if len(text) < PASSAGE_CHARS_MIN:
        limits = (PASSAGE_CHARS_MIN, PASSAGE_CHARS_MAX)
        return page(request, "passage.html", 422, text=text, found=None, error="short", limits=limits)
    found = works_with(portal_of(request), text)
    return page(
        request, "passage.html", text=text, found=found, error="", limits=(PASSAGE_CHARS_MIN, PASSAGE_CHARS_MAX)
    )


def works_with(portal: Portal, text: str) -> tuple[tuple[Found, Match], ...]:
    """Return the works a passage stands in, with how much of it; those the ledger does not know are left out."""
    matches = {match.work: match for match in portal.find_passage(text)}
    return tuple((work, matches[work.id]) for work in find_all(portal.ledger, list(matches)))
