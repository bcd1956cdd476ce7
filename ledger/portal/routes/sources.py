"""The sources, each under an address that stays: whose it is, on what terms, what was collected, how payment stands."""

from functools import partial
from typing import Annotated, Literal

from fastapi import APIRouter, Depends, Path
from starlette.requests import Request
from starlette.responses import Response

from ledger.figures import collected, usage_lines
from ledger.portal.exporting import as_file
from ledger.portal.limits import limited
from ledger.portal.pages import page
from ledger.portal.paying import payment_of
from ledger.portal.portal import portal_of
from ledger.portal.routes.lookup import EXPORT, LOOK_UP, After
from ledger.sources import licences, source, sources
from ledger.works_found import Leaf, find_in_source

router = APIRouter()

SourceName = Annotated[str, Path(pattern=r"^[\w.-]{1,200}$")]


@router.get("/kilder")
def all_sources(request: Request) -> Response:
    """List the sources with how much was collected of each."""
    ledger = portal_of(request).ledger
    return page(request, "sources.html", sources=sources(ledger), counts=collected(ledger))


@router.get("/kilder/{name}", dependencies=[Depends(limited(LOOK_UP))])
def show(request: Request, name: SourceName, efter: After = "") -> Response:
    """Show a source and its works."""
    ledger = portal_of(request).ledger
    shown = source(ledger, name)
    return page(
        request, "source.html", source=shown, licences=licences(ledger, name), payment=payment_of(request, name),
        listing=find_in_source(ledger, name, Leaf(efter)), usages=usage_lines(ledger, name),
    )  # fmt: skip


@router.get("/kilder/{name}/{form}", dependencies=[Depends(limited(EXPORT))])
def export(request: Request, name: SourceName, form: Literal["csv", "json"]) -> Response:
    """Answer with a file of a source's works."""
    portal = portal_of(request)
    known = source(portal.ledger, name).name
    return as_file(partial(find_in_source, portal.ledger, known), form, f"fodaftryk-{known}", portal.site.url)
