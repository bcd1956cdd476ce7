"""Looking up: the front page with its question, what is found, and the same as a file."""

from dataclasses import dataclass
from functools import partial
from typing import Annotated, Literal

from fastapi import APIRouter, Depends, Query
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from ledger.portal.asking import QUERY_CHARS_MAX, Ask, targets_of_question
from ledger.portal.exporting import as_file
from ledger.portal.limits import Limit, limited
from ledger.portal.pages import page
from ledger.portal.portal import Portal, portal_of
from ledger.targets import Target, TargetKind
from ledger.works_found import HostCount, Leaf, Listing, find, hosts

router = APIRouter()

LOOK_UP = Limit("look-up", per_minute=40, burst=40)
"""A person reads no page faster; somebody who wants all of a domain takes the file."""

EXPORT = Limit("export", per_minute=1, burst=5)
"""A file is up to 100,000 works."""

Question = Annotated[str, Query(max_length=QUERY_CHARS_MAX)]
After = Annotated[str, Query(pattern=r"^([0-9a-f]{64})?$")]


@dataclass(frozen=True, slots=True)
class Answer:
    """What was found of one target; `hosts` are those of a domain."""

    target: Target
    listing: Listing
    hosts: tuple[HostCount, ...] = ()

    @property
    def ask(self) -> Ask:
        """As what to ask for it alone."""
        return _ASKS[self.target.kind]


_ASKS = {
    TargetKind.DOMAIN: Ask.DOMAIN,
    TargetKind.PATH: Ask.DOMAIN,
    TargetKind.DOCUMENT: Ask.URL,
    TargetKind.TITLE: Ask.TITLE,
    TargetKind.AUTHOR: Ask.AUTHOR,
    TargetKind.ISBN: Ask.ISBN,
    TargetKind.ISSN: Ask.ISBN,
}


@router.get("/")
def home(request: Request) -> Response:
    """Say what this is, and ask what to look for."""
    return page(request, "home.html", ask=Ask.ANY, question="", asks=tuple(Ask))


@router.get("/opslag", dependencies=[Depends(limited(LOOK_UP))])
def look_up(request: Request, q: Question = "", art: Ask = Ask.ANY, efter: After = "") -> Response:
    """Show what is found."""
    if not q.strip():
        return RedirectResponse("/", 303)
    portal = portal_of(request)
    targets = targets_of_question(q, art, portal.canonical)
    answers = [_answer(portal, target, Leaf(efter)) for target in targets]
    found = [answer for answer in answers if answer.listing.works]
    near = _nearby(portal, targets) if not found else None
    return page(
        request, "found.html", ask=art, question=q, asks=tuple(Ask), answers=found, read=bool(targets), near=near
    )  # fmt: skip


@router.get("/opslag/{form}", dependencies=[Depends(limited(EXPORT))])
def export(request: Request, form: Literal["csv", "json"], q: Question, art: Ask) -> Response:
    """Answer a question with a file."""
    portal = portal_of(request)
    targets = targets_of_question(q, art, portal.canonical)
    if art is Ask.ANY or not targets:
        raise HTTPException(422)
    return as_file(partial(find, portal.ledger, targets[0]), form, f"fodaftryk-{art}", portal.site.url)


def _answer(portal: Portal, target: Target, leaf: Leaf) -> Answer:
    found = hosts(portal.ledger, target.value) if target.kind is TargetKind.DOMAIN and not leaf.after else ()
    return Answer(target, find(portal.ledger, target, leaf), found)


def _nearby(portal: Portal, targets: tuple[Target, ...]) -> Target | None:
    """The domain of an address or a folder that was not found, if anything of it was collected."""
    for target in targets:
        if target.kind in (TargetKind.DOCUMENT, TargetKind.PATH):
            host = target.value.removeprefix("https://").removeprefix("http://").partition("/")[0]
            try:
                domain = Target.of(TargetKind.DOMAIN, host)
            except ValueError:
                continue
            if find(portal.ledger, domain, Leaf(rows=1)).works:
                return domain
    return None
