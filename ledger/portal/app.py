"""The portal as one ASGI app: pages in Danish and English, and the same as JSON under `/api/v1`.

A new subject is a module in `routes/` with a `router`, and a line in `ROUTERS`.
"""

from urllib.parse import urlsplit

from fastapi import APIRouter, FastAPI
from fastapi.routing import APIRoute
from starlette.middleware.trustedhost import TrustedHostMiddleware
from starlette.routing import compile_path
from starlette.staticfiles import StaticFiles

from ledger.portal import problems
from ledger.portal.guards import BodyLimit, HeadAsGet, NoNul, SameOrigin
from ledger.portal.headers import SecurityHeaders
from ledger.portal.limits import Buckets
from ledger.portal.pages import STATIC
from ledger.portal.paying import Payments
from ledger.portal.portal import Portal
from ledger.portal.request_log import RequestLog
from ledger.portal.routes import (
    api,
    api_public,
    api_works,
    feeds,
    language,
    lookup,
    passage,
    public,
    sources,
    works,
)
from ledger.portal.signed_in import OWN, OWN_API

PUBLIC: tuple[APIRouter, ...] = (
    lookup.router,
    passage.router,
    works.router,
    sources.router,
    public.router,
    feeds.router,
    language.router,
)
"""What everybody sees."""

PAGES: tuple[APIRouter, ...] = (*PUBLIC, *OWN)
"""What people see."""

API_ROUTERS: tuple[APIRouter, ...] = (api.router, api_works.router, api_public.router, *OWN_API)
"""What programs ask, under `/api/v1`."""


def create_app(portal: Portal) -> FastAPI:
    """Make the app. It opens nothing: the ledger in `portal` is open, and is closed by whoever opened it."""
    app = FastAPI(
        title="Fodaftryk",
        version="1",
        summary="What was collected of Danish text, on what right, and who is owed for it.",
        openapi_url="/api/v1/openapi.json",
        docs_url=None,  # would load scripts from elsewhere
        redoc_url=None,
    )
    app.state.portal = portal
    app.state.buckets = Buckets()
    app.state.payments = Payments()
    app.state.methods = [
        (compile_path(prefix + route.path)[0], route.methods)
        for prefix, routers in (("", PAGES), ("/api/v1", API_ROUTERS))
        for router in routers
        for route in router.routes
        if isinstance(route, APIRoute)
    ]
    problems.install(app)
    for router in PAGES:
        app.include_router(router, include_in_schema=False)
    for router in API_ROUTERS:
        app.include_router(router, prefix="/api/v1", responses=problems.PROBLEMS)
    app.mount("/static", StaticFiles(directory=STATIC), name="static")
    # the last that is added is the first that a request meets
    app.add_middleware(HeadAsGet)
    app.add_middleware(BodyLimit)
    app.add_middleware(NoNul)
    app.add_middleware(SameOrigin, url=portal.site.url)
    app.add_middleware(
        TrustedHostMiddleware, allowed_hosts=[urlsplit(portal.site.url).hostname or ""], www_redirect=False
    )
    app.add_middleware(SecurityHeaders, secure=portal.site.secure)
    app.add_middleware(RequestLog)
    return app
