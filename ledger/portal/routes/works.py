"""A work's own page, under an address that stays."""

from typing import Annotated

from fastapi import APIRouter, Depends, Path
from starlette.requests import Request
from starlette.responses import Response

from ledger.portal.limits import limited
from ledger.portal.pages import page
from ledger.portal.paying import payment_of
from ledger.portal.portal import portal_of
from ledger.portal.routes.lookup import LOOK_UP
from ledger.sources import licences, source
from ledger.targets import is_within
from ledger.works_found import find_work

router = APIRouter()

WorkId = Annotated[str, Path(pattern=r"^[0-9a-f]{64}$")]


@router.get("/vaerker/{work}", dependencies=[Depends(limited(LOOK_UP))])
def show(request: Request, work: WorkId) -> Response:
    """Show what is known of a work, and why it is used or not."""
    ledger = portal_of(request).ledger
    detail = find_work(ledger, work)
    found = detail.found
    said = [each for each in licences(ledger, found.source) if is_within(found.url, each.scope)]
    return page(
        request, "work.html", work=found, detail=detail, source=source(ledger, found.source), licences=said,
        payment=payment_of(request, found.source),
    )  # fmt: skip
