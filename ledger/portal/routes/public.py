"""What everybody may know: the crawler, how to say no, figures, releases, proofs, whom to write to."""

from collections import Counter
from typing import Annotated

from fastapi import APIRouter, Path
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response

from ledger.cases import CLOCKS
from ledger.errors import UnknownRecord
from ledger.figures import UsageLine, collected, usage_lines
from ledger.portal.pages import page
from ledger.portal.plots import bars
from ledger.portal.portal import portal_of
from ledger.portal.refusals import PLACES, REFUSALS
from ledger.portal.refusals import TOLD as ABOUT
from ledger.sources import sources

router = APIRouter()

SOURCES_DRAWN = 15
"""Sources in a plot; the table of all is a page of its own."""

RELEASES_DRAWN = 12

Version = Annotated[str, Path(pattern=r"^[\w.+-]{1,50}$")]


@router.get("/robotten")
def crawler(request: Request) -> Response:
    """Say what the crawler is and does."""
    return page(request, "public/crawler.html")


@router.get("/sig-nej")
def refuse(request: Request) -> Response:
    """Say how to refuse it, with an example of each way, as the policy in force weighs it."""
    policy = portal_of(request).policy
    weighed = [refusal for refusal in REFUSALS if refusal.mechanism in (*policy.counted, *policy.held)]
    return page(
        request, "public/refuse.html", refusals=weighed, places=PLACES, about=ABOUT, held=policy.held,
        policy=policy.version,
    )  # fmt: skip


@router.get("/tal")
def figures(request: Request) -> Response:
    """Show what was collected, in numbers and plots."""
    ledger = portal_of(request).ledger
    counts, lines = collected(ledger), usage_lines(ledger)
    fates: Counter[str] = Counter()
    for count in counts.values():
        fates.update(count.documents)
    largest = sorted(((name, count.words) for name, count in counts.items() if count.words), key=lambda one: -one[1])
    titles = {source.name: source.title or source.name for source in sources(ledger)}
    return page(
        request, "public/figures.html", fates=fates, words=sum(count.words for count in counts.values()),
        sources=len(counts), by_source=bars([(titles[name], words) for name, words in largest[:SOURCES_DRAWN]]),
        by_release=bars(_words_by_release(lines)[-RELEASES_DRAWN:]), by_right=_newest_by_right(lines),
    )  # fmt: skip


@router.get("/vaerdikort")
def worth(request: Request) -> Response:
    """Show what each source adds that no other has."""
    portal = portal_of(request)
    found = portal.worth()
    drawn = bars([(one.title, one.only_words) for one in found[:SOURCES_DRAWN] if one.only_words])
    known = {source.name for source in sources(portal.ledger)}
    return page(request, "public/worth.html", worth=found, plot=drawn, known=known)


@router.get("/udgivelser")
def all_releases(request: Request) -> Response:
    """List the releases, the newest first."""
    totals: dict[str, list[UsageLine]] = {}
    for line in usage_lines(portal_of(request).ledger):
        totals.setdefault(line.release, []).append(line)
    return page(request, "public/releases.html", releases=list(reversed(totals.items())))


@router.get("/udgivelser/{version}")
def one_release(request: Request, version: Version) -> Response:
    """Show what a release took of each source, and on what right."""
    lines = [line for line in usage_lines(portal_of(request).ledger) if line.release == version]
    if not lines:
        raise UnknownRecord(f"no release {version} is in the ledger")
    return page(request, "public/release.html", version=version, lines=lines)


@router.get("/bevis")
def proof(request: Request) -> Response:
    """Show the newest checkpoint and the key, and how to check a proof oneself."""
    return page(request, "public/proof.html", attested=portal_of(request).attested())


@router.get("/bevis/noegle")
def key(request: Request) -> Response:
    """Give the public key that checkpoints are signed with."""
    return _text(portal_of(request).attested().vkey)


@router.get("/bevis/checkpoint")
def checkpoint(request: Request) -> Response:
    """Give the newest checkpoint as it was signed."""
    return _text(portal_of(request).attested().note)


@router.get("/kontakt")
def contact(request: Request) -> Response:
    """Say whom to write to, and how a complaint is answered."""
    return page(request, "public/contact.html", clocks=CLOCKS)


@router.get("/api")
def api(request: Request) -> Response:
    """Show what programs can ask."""
    routes = [
        (method.upper(), path, told["summary"], told.get("description", ""))
        for path, methods in request.app.openapi()["paths"].items()
        for method, told in methods.items()
    ]
    return page(request, "public/api.html", routes=routes)


def _text(text: str) -> Response:
    if not text:
        raise UnknownRecord("nothing was signed yet")
    return PlainTextResponse(text)


def _words_by_release(lines: tuple[UsageLine, ...]) -> list[tuple[str, int]]:
    """The words of each release, the oldest first."""
    words: dict[str, int] = {}
    for line in lines:
        words[line.release] = words.get(line.release, 0) + line.words
    return list(words.items())


def _newest_by_right(lines: tuple[UsageLine, ...]) -> list[tuple[str, int]]:
    """The words of the newest release by the right they are used on, the most first."""
    words: Counter[str] = Counter()
    for line in lines:
        if line.release == lines[-1].release:
            words[line.basis] += line.words
    return words.most_common()
