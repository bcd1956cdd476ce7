"""Looking up by program: works, passages and sources. Authors are told for one work at a time, as on the pages."""

from datetime import date, datetime
from typing import Annotated

from fastapi import APIRouter, Body, Depends, Query
from pydantic import BaseModel, ConfigDict
from starlette.requests import Request

from ledger.figures import Collected, collected, usage_lines
from ledger.portal.asking import QUERY_CHARS_MAX, Ask, targets_of_question
from ledger.portal.explaining import why
from ledger.portal.languages import language_of
from ledger.portal.limits import limited
from ledger.portal.paying import payment_of
from ledger.portal.portal import portal_of
from ledger.portal.routes.lookup import LOOK_UP, After
from ledger.portal.routes.passage import PASSAGE_CHARS_MAX, PASSAGE_CHARS_MIN, PASSAGES, works_with
from ledger.portal.routes.sources import SourceName
from ledger.portal.routes.works import WorkId
from ledger.records import Source
from ledger.sources import licences, source, sources
from ledger.targets import is_within
from ledger.works_found import Found, Leaf, Listing, find, find_in_source, find_work

router = APIRouter()


class Told(BaseModel):
    """What is made of a frozen value of the ledger's."""

    model_config = ConfigDict(from_attributes=True)


class WorkRow(Told):
    """A work in a list. `why` tells the rule in a sentence, in the language the cookie `language` names."""

    id: str
    source: str
    url: str
    title: str
    fetched_at: datetime
    words: int
    fate: str
    reason: str
    basis: str
    licence: str
    rule: str
    why: str
    releases: list[str]
    page: str


class WorkList(BaseModel):
    """A leaf of works. Ask again with `after` for the next; it is empty on the last. `counts` are documents by fate.

    `meant` is what the question was read as, as `isbn:9780306406157`; empty where it was none of its kind.
    """

    works: list[WorkRow]
    after: str
    counts: dict[str, int] | None
    meant: list[str]


class Statement(Told):
    """A statement of rights as it was read: `mechanism` is the standard it was made in, `verdict` what it means."""

    mechanism: str
    verdict: str
    label: str
    value: str
    place: str
    raw: str
    digest: str
    observed_at: str


class LicenceSaid(Told):
    """Who says what licence something has, where and when; `confirmed` when a person has checked it."""

    licence: str
    asserted_by: str
    place: str
    on: date | None
    confirmed: bool
    kind: str
    scope: str


class WorkShown(BaseModel):
    """A work with the statements it was decided on, what is said of its licence, its copies, and how payment stands."""

    work: WorkRow
    author: str
    digest: str
    signals: list[Statement]
    observed: date | None
    licences: list[LicenceSaid]
    copies: list[WorkRow]
    payment: str | None


class SourceRow(BaseModel):
    """A source, and what was collected of it: documents by fate, and words in use."""

    name: str
    title: str
    homepage: str
    status: str
    holder: str
    kind: str
    documents: dict[str, int]
    words: int
    page: str


class UsageRow(Told):
    """What a release took of the source on one right."""

    release: str
    as_of: date
    basis: str
    tier: str
    licence: str
    documents: int
    words: int
    bytes: int


class SourceShown(BaseModel):
    """A source with what is said of its licence, what releases took, and how payment stands."""

    source: SourceRow
    licences: list[LicenceSaid]
    releases: list[UsageRow]
    payment: str | None


class PassageFound(BaseModel):
    """A work that a passage stands in; `share` of the passage's word groups that were compared are in it."""

    work: WorkRow
    share: float


@router.get("/works", tags=["look up"], summary="Find works", dependencies=[Depends(limited(LOOK_UP))])
def find_works(
    request: Request,
    q: Annotated[str, Query(min_length=1, max_length=QUERY_CHARS_MAX)],
    kind: Ask = Ask.ANY,
    after: After = "",
) -> WorkList:
    """Find works by domain, address, title, author or number. Of several that are meant, the first that is found."""
    portal = portal_of(request)
    targets = targets_of_question(q, kind, portal.canonical)
    listings = (find(portal.ledger, target, Leaf(after)) for target in targets)
    found = next((listing for listing in listings if listing.works), Listing((), ""))
    return _list(request, found, [f"{target.kind}:{target.value}" for target in targets])


@router.get("/works/{work}", tags=["look up"], summary="One work", dependencies=[Depends(limited(LOOK_UP))])
def show_work(request: Request, work: WorkId) -> WorkShown:
    """Return what is known of a work."""
    ledger = portal_of(request).ledger
    detail = find_work(ledger, work)
    found = detail.found
    said = [each for each in licences(ledger, found.source) if is_within(found.url, each.scope)]
    return WorkShown(
        work=_row(request, found),
        author=found.author,
        digest=detail.digest,
        signals=[Statement.model_validate(each) for each in detail.signals],
        observed=detail.observed,
        licences=[LicenceSaid.model_validate(each) for each in said],
        copies=[_row(request, each) for each in detail.copies],
        payment=payment_of(request, found.source),
    )


@router.post("/passages", tags=["look up"], summary="Find a passage", dependencies=[Depends(limited(PASSAGES))])
def find_passage(
    request: Request,
    text: Annotated[str, Body(embed=True, min_length=PASSAGE_CHARS_MIN, max_length=PASSAGE_CHARS_MAX)],
) -> list[PassageFound]:
    """Find the works a passage stands in. It is compared and forgotten."""
    found = works_with(portal_of(request), text)
    return [PassageFound(work=_row(request, work), share=match.share) for work, match in found]


@router.get("/sources", tags=["sources"], summary="All sources")
def all_sources(request: Request) -> list[SourceRow]:
    """Return every source with how much was collected of it."""
    ledger = portal_of(request).ledger
    counts = collected(ledger)
    return [_source(request, each, counts.get(each.name)) for each in sources(ledger)]


@router.get("/sources/{name}", tags=["sources"], summary="One source", dependencies=[Depends(limited(LOOK_UP))])
def show_source(request: Request, name: SourceName) -> SourceShown:
    """Return what is known of a source."""
    ledger = portal_of(request).ledger
    return SourceShown(
        source=_source(request, source(ledger, name), collected(ledger).get(name)),
        licences=[LicenceSaid.model_validate(each) for each in licences(ledger, name)],
        releases=[UsageRow.model_validate(each) for each in usage_lines(ledger, name)],
        payment=payment_of(request, name),
    )


@router.get("/sources/{name}/works", tags=["sources"], summary="Its works", dependencies=[Depends(limited(LOOK_UP))])
def list_works(request: Request, name: SourceName, after: After = "") -> WorkList:
    """Return a leaf of a source's works."""
    ledger = portal_of(request).ledger
    known = source(ledger, name).name
    return _list(request, find_in_source(ledger, known, Leaf(after)), [f"source:{known}"])


def _list(request: Request, listing: Listing, meant: list[str]) -> WorkList:
    works = [_row(request, work) for work in listing.works]
    return WorkList(works=works, after=listing.after, counts=listing.counts, meant=meant)


def _row(request: Request, work: Found) -> WorkRow:
    told = why(language_of(request), work.fate, work.reason, work.rule)
    same = ("id", "source", "url", "title", "fetched_at", "words", "fate", "reason", "basis", "licence", "rule")
    page = f"{portal_of(request).site.url}/vaerker/{work.id}"
    return WorkRow(**{name: getattr(work, name) for name in same}, why=told, releases=list(work.releases), page=page)


def _source(request: Request, shown: Source, counts: Collected | None) -> SourceRow:
    return SourceRow(
        name=shown.name, title=shown.title, homepage=shown.homepage, status=shown.status, holder=shown.holder,
        kind=shown.kind, documents=counts.documents if counts else {}, words=counts.words if counts else 0,
        page=f"{portal_of(request).site.url}/kilder/{shown.name}",
    )  # fmt: skip
