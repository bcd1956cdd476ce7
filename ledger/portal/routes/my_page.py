"""A holder's own pages: works, claims, cases, offers, statements, proofs; and the first page after signing in."""

from typing import Annotated, Literal

from fastapi import APIRouter, Depends, Query
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from ledger.portal.access import Signed
from ledger.portal.claims import claims_of
from ledger.portal.forms import Posted
from ledger.portal.holdings import Holding, statement_for
from ledger.portal.limits import OWN_FILES, limited
from ledger.portal.offers import offers_of
from ledger.portal.own import own_holder
from ledger.portal.pages import page
from ledger.portal.people import Holder, HolderKind, find_person, holders, make_holder
from ledger.portal.portal import Portal, portal_of
from ledger.portal.requests import requests_of
from ledger.portal.roles import Action
from ledger.portal.shares import shares_of
from ledger.statements import Statement

router = APIRouter(prefix="/min-side")

Named = Annotated[str, Query(max_length=200)]


def asked_for(kilde: Named = "", udgave: Named = "") -> tuple[str, str]:
    """Return of which source and release a statement is wanted; empty for all."""
    return kilde, udgave


Asked = Annotated[tuple[str, str], Depends(asked_for)]


@router.get("")
def my_page(request: Request, session: Signed) -> Response:
    """Show the holders one acts for, and everything one has asked for."""
    portal, who = portal_of(request), session.who
    mine = holders(portal.ledger, who.holders)
    values = {
        "person": find_person(portal.ledger, who.person),
        "holders": mine,
        "names": {holder.id: holder.name for holder in mine},
        "house": who.of_the_house,
        "claims": claims_of(portal.ledger, who.holders),
        "cases": requests_of(portal.ledger, who.person, who.holders),
        "offers": offers_of(portal.ledger, who.holders),
        "shares": shares_of(portal.ledger, who.holders),
        "kinds": tuple(HolderKind),
    }
    return page(request, "own/my_page.html", **values)


@router.post("/ny")
def new_holder(request: Request, form: Posted, session: Signed) -> Response:
    """Set up a holder that one acts for; it has no records before a claim of it is proved."""
    portal = portal_of(request)
    kind = HolderKind.COLLECTIVE if form.text("kind") == HolderKind.COLLECTIVE else HolderKind.HOLDER
    made = make_holder(portal.ledger, session.who.person, form.text("name"), kind, portal.now())
    return RedirectResponse(f"/min-side/{made.id}", 303)


@router.get("/{holder}")
def holder_page(request: Request, holder: str, session: Signed, asked: Asked) -> Response:
    """Show what is a holder's, and what is owed for it."""
    found, held = own_holder(request, session.who, holder, Action.LOOK)
    portal = portal_of(request)
    source = asked[0] or first_of(found, held)
    shown = statement_for(portal.ledger, found, held, (source, asked[1]), portal.now().date())
    values = {
        "holder": found,
        "holdings": held,
        "statement": shown,
        "releases": sorted({line.due.release for line in shown.lines if line.due.release}) if shown else (),
        "source": source,
        "release": asked[1],
        "claims": claims_of(portal.ledger, frozenset({holder})),
        "cases": [one for one in requests_of(portal.ledger, "", [holder]) if one.holder == holder],
    }
    return page(request, "own/holder.html", **values)


@router.get("/{holder}/opgoerelse.{kind}", dependencies=[Depends(limited(OWN_FILES))])
def statement_file(
    request: Request,
    holder: str,
    kind: Literal["csv", "pdf"],
    session: Signed,
    asked: Asked,
) -> Response:
    """Give a holder's statement as a file."""
    found, held = own_holder(request, session.who, holder, Action.LOOK)
    portal = portal_of(request)
    shown = statement_for(
        portal.ledger, found, held, (asked[0] or first_of(found, held), asked[1]), portal.now().date()
    )
    if shown is None:
        raise HTTPException(404)
    return file_of(portal, shown, kind)


@router.get("/{holder}/bevis.zip", dependencies=[Depends(limited(OWN_FILES))])
def proof_file(request: Request, holder: str, session: Signed) -> Response:
    """Give all that the journal has about a holder's sources, with the proof of each entry."""
    held = own_holder(request, session.who, holder, Action.PROVE)[1]
    return proof_of(portal_of(request), held)


def file_of(portal: Portal, shown: Statement, kind: str) -> Response:
    """Return a statement as a file to keep, and not to show."""
    body = portal.wiring.csv(shown) if kind == "csv" else portal.wiring.pdf(shown)
    media = "text/csv; charset=utf-8" if kind == "csv" else "application/pdf"
    return Response(
        body, media_type=media, headers={"Content-Disposition": f'attachment; filename="opgoerelse.{kind}"'}
    )


def proof_of(portal: Portal, held: tuple[Holding, ...]) -> Response:
    """Return the proofs of sources whose right was seen; 404 where there is none."""
    names = [one.source.name for one in held if one.money]
    if not names:
        raise HTTPException(404)
    headers = {"Content-Disposition": 'attachment; filename="bevis.zip"'}
    return Response(portal.wiring.proof(names), media_type="application/zip", headers=headers)


def first_of(holder: Holder, held: tuple[Holding, ...]) -> str:
    """The source whose statement is shown when none is asked for; a party has one over all."""
    return "" if holder.party else next((one.source.name for one in held if one.money), "")
