"""The API of claims and cases, with a personal token.

`roles` decides as for a session, within the token's scopes. A field that is not known is refused, so nothing is set
that is not meant to be.
"""

from datetime import date, datetime
from typing import Annotated, Self

from fastapi import APIRouter, Depends
from pydantic import BaseModel, ConfigDict, Field, model_validator
from starlette.exceptions import HTTPException
from starlette.requests import Request

from ledger.agreements import Use
from ledger.cases import Case, CaseKind, dues
from ledger.journal import Stamp
from ledger.portal.access import Caller, allow
from ledger.portal.claims import Claim, Claimed, ClaimKind, ClaimState, claims_of, rule_on, start_claim
from ledger.portal.kept_files import forget_mandate
from ledger.portal.limits import UPLOADS, limited
from ledger.portal.own import may_ask_alone, own_case, own_claim
from ledger.portal.people import find_holder, find_person
from ledger.portal.portal import Portal, portal_of
from ledger.portal.posted_files import Uploaded, read_file
from ledger.portal.proving import check_claim
from ledger.portal.requests import KINDS, Asked, ask, read_targets, requests_of, withdraw
from ledger.portal.roles import Action, Who
from ledger.portal.routes.claiming import CHECKS, take_repertoire

router = APIRouter(tags=["own"])

WITHDRAWN = "withdrawn by the API"

READ_MANDATE = Depends(read_file)


class Known(BaseModel):
    """What is sent: known fields alone."""

    model_config = ConfigDict(extra="forbid")

    @model_validator(mode="after")
    def _no_nul(self) -> Self:
        for _, value in self:
            if "\0" in "".join(value if isinstance(value, list) else [value if isinstance(value, str) else ""]):
                raise ValueError("no text has a NUL in it")
        return self


class ClaimIn(Known):
    """A claim of a domain for a holder."""

    holder: str = Field(max_length=40)
    domain: str = Field(max_length=253)
    note: str = Field("", max_length=2000)


class ClaimOut(BaseModel):
    """A claim: what to put where (`record` and `line`), and how far it is shown."""

    id: str
    holder: str
    kind: ClaimKind
    value: str
    record: str
    line: str
    state: ClaimState
    way: str
    case: str
    made_at: datetime
    checked_at: datetime | None
    failing_at: datetime | None


class CaseIn(Known):
    """What is asked: `about` has one thing each, as on the page; `holder` empty is oneself; no `uses` are all."""

    kind: CaseKind
    about: list[str] = Field(min_length=1, max_length=500)
    holder: str = Field("", max_length=40)
    uses: list[Use] = Field(default_factory=list, max_length=len(Use))
    reason: str = Field("", max_length=3500)


class StepOut(BaseModel):
    """A step that was taken in a case."""

    step: str
    on: date
    reason: str


class DueOut(BaseModel):
    """A step that is to be taken, and its last day."""

    step: str
    by: date


class CaseOut(BaseModel):
    """A case, its steps, and what is to be done by when; no `uses` are all."""

    id: str
    kind: CaseKind
    about: list[str]
    uses: list[Use]
    state: str
    received_on: date
    steps: list[StepOut]
    dues: list[DueOut]


@router.get("/claims", summary="My claims")
def claims(request: Request, who: Caller) -> list[ClaimOut]:
    """Return the claims of the holders one acts for."""
    mine = readable(who)
    return [_claim(one) for one in claims_of(portal_of(request).ledger, mine)]


@router.post("/claims", status_code=201, summary="Claim a domain")
def new_claim(request: Request, claim: ClaimIn, who: Caller) -> ClaimOut:
    """Begin a claim of a domain."""
    allow(request, who, Action.CLAIM, claim.holder)
    portal = portal_of(request)
    person, holder = find_person(portal.ledger, who.person), find_holder(portal.ledger, claim.holder)
    claimed = Claimed(ClaimKind.DOMAIN, claim.domain, note=claim.note)
    try:
        return _claim(start_claim(portal.ledger, claimed, holder, person, portal.now()))
    except ValueError as error:
        raise HTTPException(422, "that is no domain: write it as example.dk") from error


@router.post("/repertoires", status_code=201, summary="Claim a repertoire", dependencies=[Depends(limited(UPLOADS))])
def new_repertoire(request: Request, who: Caller, sent: Annotated[Uploaded, READ_MANDATE]) -> ClaimOut:
    """Begin a claim of a repertoire: a form with `file`, `holder`, `name`, `targets` (one a line) and `note`."""
    holder = sent.form.text("holder")
    allow(request, who, Action.CLAIM, holder)
    made, bad = take_repertoire(portal_of(request), sent, (holder, who.person))
    if made is None:
        raise HTTPException(422, f"these lines could not be read: {'; '.join(bad[:5])}")
    return _claim(made)


@router.get("/claims/{claim}", summary="A claim")
def one_claim(request: Request, claim: str, who: Caller) -> ClaimOut:
    """Return a claim."""
    return _claim(own_claim(request, who, claim, Action.LOOK))


@router.post("/claims/{claim}/check", summary="Look for a claim's proof now", dependencies=[Depends(limited(CHECKS))])
def check(request: Request, claim: str, who: Caller) -> ClaimOut:
    """Look for the proof, and return the claim."""
    found = own_claim(request, who, claim, Action.CLAIM)
    portal = portal_of(request)
    return _claim(check_claim(portal.ledger, found.id, portal.wiring.prover, portal.now()))


@router.delete("/claims/{claim}", summary="Take a claim back")
def end_claim(request: Request, claim: str, who: Caller) -> ClaimOut:
    """Take a claim back."""
    found = own_claim(request, who, claim, Action.CLAIM)
    portal = portal_of(request)
    ended = rule_on(portal.ledger, found.id, (ClaimState.WITHDRAWN, WITHDRAWN), stamp_of(portal, who))
    forget_mandate(portal.ledger, ended, portal.wiring.hands)
    return _claim(ended)


@router.get("/cases", summary="My cases")
def cases(request: Request, who: Caller) -> list[CaseOut]:
    """Return one's own cases and those of the holders one acts for."""
    mine = readable(who)
    return [_case(one.case) for one in requests_of(portal_of(request).ledger, who.person, mine)]


@router.post("/cases", status_code=201, summary="Opt out, ask for removal, object, correct")
def new_case(request: Request, case: CaseIn, who: Caller) -> CaseOut:
    """Open a case."""
    if case.holder:
        allow(request, who, Action.ASK, case.holder)
    elif not may_ask_alone(who, Action.ASK):
        raise HTTPException(403)
    portal = portal_of(request)
    targets, bad = read_targets("\n".join(line.replace("\n", " ")[:600] for line in case.about), portal.canonical)
    if bad or not targets or case.kind not in KINDS:
        raise HTTPException(422, "name domains, addresses, titles, authors or numbers, one each; and no claim")
    asked = Asked(case.kind, targets, case.holder, tuple(dict.fromkeys(case.uses)), case.reason)
    return _case(ask(portal.ledger, asked, find_person(portal.ledger, who.person), portal.now()))


@router.get("/cases/{case}", summary="A case")
def one_case(request: Request, case: str, who: Caller) -> CaseOut:
    """Return a case."""
    return _case(own_case(request, who, case, Action.LOOK))


@router.delete("/cases/{case}", summary="Take a case back")
def end_case(request: Request, case: str, who: Caller) -> CaseOut:
    """Take a case back."""
    own_case(request, who, case, Action.ASK)
    portal = portal_of(request)
    return _case(withdraw(portal.ledger, case, WITHDRAWN, find_person(portal.ledger, who.person), portal.now()))


def readable(who: Who) -> frozenset[str]:
    """The holders whose records a token may list. Ends the request with 403 where it may read nothing."""
    if not may_ask_alone(who, Action.LOOK):
        raise HTTPException(403)
    return who.holders


def stamp_of(portal: Portal, who: Who) -> Stamp:
    """Who records, and when."""
    return Stamp(f"person:{who.person}", portal.now())


def _claim(claim: Claim) -> ClaimOut:
    names = ("id", "holder", "kind", "value", "record", "line", "state", "way", "case", "made_at", "checked_at")
    return ClaimOut(**{name: getattr(claim, name) for name in names}, failing_at=claim.failing_at)


def _case(case: Case) -> CaseOut:
    return CaseOut(
        id=case.id,
        kind=case.kind,
        about=[f"{target.kind}:{target.value}" for target in case.targets],
        uses=list(case.uses),
        state=case.state.value,
        received_on=case.received_on,
        steps=[StepOut(step=step.step.value, on=step.on, reason=step.reason) for step in case.steps],
        dues=[DueOut(step=due.step.value, by=due.on) for due in dues(case)],
    )
