"""The front page."""

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from ledger.portal.pages import page

router = APIRouter()


@router.get("/")
def home(request: Request) -> Response:
    """Say what this is, and where to begin."""
    return page(request, "home.html")
