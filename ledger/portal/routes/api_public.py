"""The public pages by program: figures, releases, ways to say no, the newest checkpoint, news."""

from collections import Counter
from datetime import date, datetime

from fastapi import APIRouter
from pydantic import BaseModel
from starlette.requests import Request

from ledger.errors import UnknownRecord
from ledger.figures import collected, usage_lines
from ledger.news import news
from ledger.portal.portal import portal_of
from ledger.portal.refusals import REFUSALS
from ledger.portal.routes.api_works import Told
from ledger.portal.routes.public import Version

router = APIRouter(tags=["public"])


class Figures(BaseModel):
    """What was collected: documents by fate, words in use, and sources."""

    documents: dict[str, int]
    words: int
    sources: int


class ReleaseRow(BaseModel):
    """A release and its sums."""

    version: str
    as_of: date
    sources: int
    documents: int
    words: int


class TakenRow(Told):
    """What a release took of a source on one right."""

    source: str
    basis: str
    tier: str
    licence: str
    documents: int
    words: int
    bytes: int


class RefusalRow(Told):
    """A way to say no: the standard, where it stands, the file's path where it is one, and the text to copy.

    `weight` is `excludes`, or `holds` where a person looks first.
    """

    mechanism: str
    place: str
    path: str
    text: str
    weight: str


class WorthRow(Told):
    """What a source adds: words in use, those that no other source has, and those that wait for a right."""

    source: str
    title: str
    words: int
    only_words: int
    waiting_words: int


class AttestedShown(Told):
    """The public key as one line, and the newest checkpoint as it was signed; empty before the first."""

    vkey: str
    note: str


class NewsRow(Told):
    """Something that changed, by the number of its entry in the journal."""

    seq: int
    at: datetime
    kind: str
    subject: str
    values: dict[str, int | str]


@router.get("/figures", summary="What was collected")
def figures(request: Request) -> Figures:
    """Return what was collected, counted just now."""
    counts = collected(portal_of(request).ledger)
    fates: Counter[str] = Counter()
    for count in counts.values():
        fates.update(count.documents)
    return Figures(documents=fates, words=sum(count.words for count in counts.values()), sources=len(counts))


@router.get("/releases", summary="All releases")
def all_releases(request: Request) -> list[ReleaseRow]:
    """Return the releases, the oldest first."""
    lines = usage_lines(portal_of(request).ledger)
    rows = []
    for version in dict.fromkeys(line.release for line in lines):
        mine = [line for line in lines if line.release == version]
        sums = {name: sum(getattr(line, name) for line in mine) for name in ("documents", "words")}
        rows.append(ReleaseRow(version=version, as_of=mine[0].as_of, sources=len({one.source for one in mine}), **sums))
    return rows


@router.get("/releases/{version}", summary="What a release took")
def one_release(request: Request, version: Version) -> list[TakenRow]:
    """Return what a release took of each source, on which right."""
    mine = [line for line in usage_lines(portal_of(request).ledger) if line.release == version]
    if not mine:
        raise UnknownRecord(f"no release {version} is in the ledger")
    return [TakenRow.model_validate(line) for line in mine]


@router.get("/worth", summary="What each source adds")
def worth(request: Request) -> list[WorthRow]:
    """Return the words of each source, those that no other has, and those that wait; the largest first."""
    return [WorthRow.model_validate(one) for one in portal_of(request).worth()]


@router.get("/refusals", summary="Ways to say no")
def refusals(request: Request) -> list[RefusalRow]:
    """Return an example of each way to say no that the policy in force counts."""
    policy = portal_of(request).policy
    return [
        RefusalRow(
            mechanism=each.mechanism, place=each.place, path=each.path, text=each.text,
            weight="excludes" if each.mechanism in policy.counted else "holds",
        )
        for each in REFUSALS
        if each.mechanism in (*policy.counted, *policy.held)
    ]  # fmt: skip


@router.get("/checkpoint", summary="Key and newest checkpoint")
def checkpoint(request: Request) -> AttestedShown:
    """Return the key and the newest checkpoint of the journal."""
    return AttestedShown.model_validate(portal_of(request).attested())


@router.get("/news", summary="What changed")
def changes(request: Request) -> list[NewsRow]:
    """Return the newest changes of terms, policies, releases and signals, the newest first."""
    return [NewsRow.model_validate(each) for each in news(portal_of(request).ledger)]
