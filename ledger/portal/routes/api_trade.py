"""The API of offers and shared text, with a personal token, as `api_requests` is of claims and cases."""

from typing import Annotated

from fastapi import APIRouter, Depends
from pydantic import BaseModel, Field
from starlette.exceptions import HTTPException
from starlette.requests import Request

from ledger.agreements import Rate, RateUnit, Use
from ledger.money import format_amount, parse_amount
from ledger.portal.access import Caller, allow
from ledger.portal.kept_files import forget_unneeded
from ledger.portal.limits import UPLOADS, limited
from ledger.portal.offers import Offer, OfferState, Terms, end_offer, make_offer, offers_of
from ledger.portal.own import own_offer, own_share
from ledger.portal.portal import portal_of
from ledger.portal.posted_files import Uploaded, read_file
from ledger.portal.roles import Action
from ledger.portal.routes.api_requests import WITHDRAWN, Known, readable, stamp_of
from ledger.portal.routes.offering import take_upload, tell_of
from ledger.portal.shares import Share, ShareState, give_up, shares_of

router = APIRouter(tags=["own"])

READ_FILE = Depends(read_file)


class PriceIn(Known):
    """A price: a decimal text, a currency, and what it is for."""

    amount: str = Field(max_length=30)
    currency: str = Field(max_length=3)
    per: RateUnit


class OfferIn(Known):
    """An offer of a licence or a price."""

    holder: str = Field(max_length=40)
    about: str = Field(max_length=2000)
    licence: str = Field("", max_length=500)
    price: PriceIn | None = None
    uses: list[Use] = Field(default_factory=list, max_length=len(Use))
    note: str = Field("", max_length=2000)


class OfferOut(BaseModel):
    """An offer, and what became of it."""

    id: str
    holder: str
    about: str
    licence: str
    amount: str | None
    currency: str
    per: str
    uses: list[Use]
    state: OfferState
    reason: str
    agreement: str


class DeliveryIn(Known):
    """Where a holder's texts lie, and under which agreement, if there is one. No passwords belong here."""

    holder: str = Field(max_length=40)
    place: str = Field(max_length=1000)
    agreement: str = Field("", max_length=500)
    note: str = Field("", max_length=2000)


class ShareOut(BaseModel):
    """An upload, and what became of it."""

    id: str
    holder: str
    name: str
    sha256: str
    bytes: int
    source: str
    state: ShareState
    reason: str


@router.get("/offers", summary="My offers")
def offers(request: Request, who: Caller) -> list[OfferOut]:
    """Return the offers of the holders one acts for."""
    return [_offer(one) for one in offers_of(portal_of(request).ledger, readable(who))]


@router.post("/offers", status_code=201, summary="Offer a licence or a price")
def new_offer(request: Request, offer: OfferIn, who: Caller) -> OfferOut:
    """Make an offer."""
    allow(request, who, Action.OFFER, offer.holder)
    portal, price = portal_of(request), offer.price
    try:
        rate = None if price is None else Rate(price.per, parse_amount(price.amount), price.currency)
    except ValueError as error:
        raise HTTPException(422, "write the amount as 1250 or 1250.50") from error
    terms = Terms(offer.about, offer.licence, rate, tuple(dict.fromkeys(offer.uses)), offer.note)
    return _offer(make_offer(portal.ledger, terms, (offer.holder, who.person), portal.now()))


@router.get("/offers/{offer}", summary="An offer")
def one_offer(request: Request, offer: str, who: Caller) -> OfferOut:
    """Return an offer."""
    return _offer(own_offer(request, who, offer, Action.LOOK))


@router.delete("/offers/{offer}", summary="Take an offer back")
def take_back_offer(request: Request, offer: str, who: Caller) -> OfferOut:
    """Take an offer back."""
    own_offer(request, who, offer, Action.OFFER)
    portal = portal_of(request)
    return _offer(end_offer(portal.ledger, offer, (OfferState.WITHDRAWN, WITHDRAWN), stamp_of(portal, who)))


@router.get("/shares", summary="Text I have shared")
def shares(request: Request, who: Caller) -> list[ShareOut]:
    """Return the uploads of the holders one acts for."""
    return [_share(one) for one in shares_of(portal_of(request).ledger, readable(who))]


@router.post("/shares", status_code=201, summary="Share text", dependencies=[Depends(limited(UPLOADS))])
def new_share(request: Request, who: Caller, sent: Annotated[Uploaded, READ_FILE]) -> ShareOut:
    """Keep an upload: a form with `file`, `holder` and, where it is known, `source`."""
    holder = sent.form.text("holder")
    allow(request, who, Action.SHARE, holder)
    return _share(take_upload(portal_of(request), sent, (holder, who.person)))


@router.post("/deliveries", status_code=202, summary="Tell where a larger collection lies")
def tell(request: Request, delivery: DeliveryIn, who: Caller) -> None:
    """Write to the house where texts lie that may be fetched as a delivery."""
    allow(request, who, Action.SHARE, delivery.holder)
    told = (delivery.place, delivery.agreement, delivery.note)
    tell_of(portal_of(request), (delivery.holder, who.person), told)


@router.get("/shares/{share}", summary="An upload")
def one_share(request: Request, share: str, who: Caller) -> ShareOut:
    """Return an upload."""
    return _share(own_share(request, who, share, Action.LOOK))


@router.delete("/shares/{share}", summary="Take an upload back")
def take_back_share(request: Request, share: str, who: Caller) -> ShareOut:
    """Take an upload back before it is delivered."""
    own_share(request, who, share, Action.SHARE)
    portal = portal_of(request)
    ruling = (ShareState.WITHDRAWN, WITHDRAWN)
    given_up = give_up(portal.ledger, share, ruling, stamp_of(portal, who))
    forget_unneeded(portal.ledger, given_up.digest, portal.wiring.hands)
    return _share(given_up)


def _offer(offer: Offer) -> OfferOut:
    rate = offer.terms.rate
    return OfferOut(
        id=offer.id,
        holder=offer.holder,
        about=offer.terms.about,
        licence=offer.terms.licence,
        amount=None if rate is None else format_amount(rate.amount_micro),
        currency="" if rate is None else rate.currency,
        per="" if rate is None else rate.per.value,
        uses=list(offer.terms.uses),
        state=offer.state,
        reason=offer.reason,
        agreement=offer.agreement,
    )


def _share(share: Share) -> ShareOut:
    names = ("id", "holder", "name", "bytes", "source", "state", "reason")
    return ShareOut(**{name: getattr(share, name) for name in names}, sha256=share.digest)
