"""The routes of those who sign in: a new subject of theirs is a module in `routes/`, and a line here."""

from fastapi import APIRouter

from ledger.portal.routes import (
    api_holders,
    api_requests,
    api_trade,
    claiming,
    house,
    house_holds,
    house_people,
    house_rights,
    my_page,
    offering,
    requesting,
    security,
    sign_in,
)

OWN: tuple[APIRouter, ...] = (
    *(sign_in.router, security.router, requesting.router, claiming.router),
    *(offering.router, my_page.router, house.router, house_holds.router, house_rights.router),
    house_people.router,
)
"""What people see who sign in."""

OWN_API: tuple[APIRouter, ...] = (api_holders.router, api_requests.router, api_trade.router)
"""What programs ask with a personal token, under `/api/v1`."""
