"""The API of a holder's own records, with a personal token: who one is, sources, statements, proofs."""

from datetime import date

from fastapi import APIRouter, Depends
from pydantic import BaseModel, Field
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from ledger.money import format_amount
from ledger.portal.access import Caller
from ledger.portal.holdings import statement_for
from ledger.portal.limits import OWN_FILES, limited
from ledger.portal.own import may_ask_alone, own_holder
from ledger.portal.people import HolderKind, holders, make_holder
from ledger.portal.portal import portal_of
from ledger.portal.roles import Action, Scope, Who
from ledger.portal.routes.api_requests import Known
from ledger.portal.routes.my_page import Asked, file_of, first_of, proof_of
from ledger.statements import Line, Statement

router = APIRouter(tags=["own"])


class HolderOut(BaseModel):
    """A holder one acts for; `party` is its name in agreements, empty until the house has tied it."""

    id: str
    name: str
    kind: HolderKind
    party: str


class HolderIn(Known):
    """Whose rights it is about: one's own, or those of many."""

    name: str = Field(max_length=200)
    kind: HolderKind = HolderKind.HOLDER


class Me(BaseModel):
    """Who uses the token, for what, and for whom."""

    person: str
    scopes: list[Scope]
    holders: list[HolderOut]


class SourceOut(BaseModel):
    """A source of a holder, on which proved domain, and whether what is owed for it may be shown."""

    source: str
    title: str
    domain: str
    money: bool


class LineOut(BaseModel):
    """A due: when it was counted, its entry in the journal, what for, and how its payment stands."""

    counted_on: date
    entry: int
    source: str
    occasion: str
    documents: int
    words: int
    amount: str | None
    currency: str
    status: str
    paid: str
    invoice: int | None
    shards: list[str]


class TotalOut(BaseModel):
    """What lines of a currency come to."""

    currency: str
    owed: str
    paid: str
    left: str


class StatementOut(BaseModel):
    """A statement as of a day; amounts are decimal texts."""

    as_of: date
    lines: list[LineOut]
    totals: list[TotalOut]


@router.get("/me", summary="Who I am, and for whom I act")
def me(request: Request, who: Caller) -> Me:
    """Return the token's owner, its scopes, and the holders it acts for."""
    found = holders(portal_of(request).ledger, who.holders)
    mine = [HolderOut(id=one.id, name=one.name, kind=one.kind, party=one.party) for one in found]
    return Me(person=who.person, scopes=sorted(who.scopes or ()), holders=mine)


@router.post("/holders", status_code=201, summary="Set up a holder I act for")
def new_holder(request: Request, holder: HolderIn, who: Caller) -> HolderOut:
    """Set up a holder. It has no records before a claim of it is proved."""
    if not may_ask_alone(who, Action.CLAIM):
        raise HTTPException(403)
    portal = portal_of(request)
    made = make_holder(portal.ledger, who.person, holder.name, holder.kind, portal.now())
    return HolderOut(id=made.id, name=made.name, kind=made.kind, party=made.party)


@router.get("/holders/{holder}/sources", summary="Sources on domains a holder has proved")
def own_sources(request: Request, holder: str, who: Caller) -> list[SourceOut]:
    """Return a holder's sources."""
    held = own_holder(request, who, holder, Action.LOOK)[1]
    return [
        SourceOut(source=one.source.name, title=one.source.title, domain=one.domain, money=one.money) for one in held
    ]


@router.get("/holders/{holder}/statement", summary="What is owed and was paid")
def own_statement(request: Request, holder: str, who: Caller, asked: Asked) -> StatementOut:
    """Return a holder's statement."""
    found = _statement(request, holder, who, asked)
    totals = [
        TotalOut(
            currency=total.currency,
            owed=format_amount(total.left_micro + total.paid_micro),
            paid=format_amount(total.paid_micro),
            left=format_amount(total.left_micro),
        )
        for total in found.totals
    ]
    return StatementOut(as_of=found.as_of, lines=[_line(line) for line in found.lines], totals=totals)


@router.get(
    "/holders/{holder}/statement.csv",
    summary="The statement as CSV",
    response_class=Response,
    responses={200: {"content": {"text/csv": {}}}},
    dependencies=[Depends(limited(OWN_FILES))],
)
def statement_csv(request: Request, holder: str, who: Caller, asked: Asked) -> Response:
    """Return a holder's statement as CSV."""
    return file_of(portal_of(request), _statement(request, holder, who, asked), "csv")


@router.get(
    "/holders/{holder}/statement.pdf",
    summary="The statement as PDF",
    response_class=Response,
    responses={200: {"content": {"application/pdf": {}}}},
    dependencies=[Depends(limited(OWN_FILES))],
)
def statement_pdf(request: Request, holder: str, who: Caller, asked: Asked) -> Response:
    """Return a holder's statement as PDF."""
    return file_of(portal_of(request), _statement(request, holder, who, asked), "pdf")


@router.get(
    "/holders/{holder}/proof",
    summary="All the journal has about a holder's sources, with proofs",
    response_class=Response,
    responses={200: {"content": {"application/zip": {}}}},
    dependencies=[Depends(limited(OWN_FILES))],
)
def proof(request: Request, holder: str, who: Caller) -> Response:
    """Return the proofs as ZIP."""
    return proof_of(portal_of(request), own_holder(request, who, holder, Action.PROVE)[1])


def _statement(request: Request, holder: str, who: Who, asked: tuple[str, str]) -> Statement:
    found, held = own_holder(request, who, holder, Action.LOOK)
    portal = portal_of(request)
    source = asked[0] or first_of(found, held)
    shown = statement_for(portal.ledger, found, held, (source, asked[1]), portal.now().date())
    if shown is None:
        raise HTTPException(404)
    return shown


def _line(line: Line) -> LineOut:
    due = line.due
    return LineOut(
        counted_on=line.on,
        entry=line.entry,
        source=due.source,
        occasion=due.occasion,
        documents=line.documents,
        words=line.words,
        amount=None if due.amount_micro is None else format_amount(due.amount_micro),
        currency=due.rate.currency if due.rate else "",
        status=due.status.value,
        paid=format_amount(due.paid_micro),
        invoice=due.invoice,
        shards=list(line.shards),
    )
