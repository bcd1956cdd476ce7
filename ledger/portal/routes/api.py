"""The API's own page: that it answers."""

from fastapi import APIRouter
from pydantic import BaseModel
from starlette.requests import Request

from ledger.portal.portal import portal_of

router = APIRouter(tags=["service"])


class Service(BaseModel):
    """Who answers, and where."""

    name: str
    url: str
    operator: str
    contact: str


@router.get("/", summary="Who runs this service")
def service(request: Request) -> Service:
    """Return who runs the portal, and how to reach them."""
    site = portal_of(request).site
    return Service(name="Fodaftryk", url=site.url, operator=site.operator, contact=site.contact)
