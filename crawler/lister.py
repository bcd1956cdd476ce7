"""Settling what an API answers: the pages of its listings with their rows, and documents of JSON about one row.

A row that is a text becomes a capture of its own, under its address or a name of ours; what the listing's site and
headers say holds for it, as does what its own address's site says. The listing as it came is the evidence, and is kept
in the crawl's WARC unless one of its texts is reserved, or lies outside the source. A row that is an address goes the
way of every page.

Rule for editing: all that waits for the network comes before the first row is written. Nothing is committed between a
listing's first row and its outcome, so that a crash takes back the page as a whole.
"""

import asyncio
from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import partial

from corpus.captures import Capture
from crawler.again import kept
from crawler.api import ListingFormat
from crawler.archive import Series
from crawler.history import past_of, rerank
from crawler.intake.item_captures import capture_of, licences_of, url_of
from crawler.intake.items import Item, Unread, name_of
from crawler.judging import judged, outcome_of
from crawler.listings import Listing, ListingError, Row, read_detail, read_listing
from crawler.observe.evidence import Seen, instant
from crawler.observe.html import parse_html
from crawler.observe.page import linked_rsl_urls, page_signals
from crawler.observe.site import site_signals
from crawler.origins import Origins
from crawler.turns import Found, Kind, Outcome, Turn
from crawler.urls import canonical, host_of, origin_of
from crawler.work import Work
from ledger.decide import decide
from ledger.signals import RightsSignal

LISTING_PAGES_MAX = 20_000
"""Pages of listings asked for in one crawl: with a hundred rows each, two million."""


@dataclass(frozen=True, slots=True)
class _Text:
    """A row that is a text, judged and not yet written."""

    capture: Capture
    outcome: Outcome


class Lister:
    """Settles the listings of one crawl."""

    def __init__(self, work: Work, origins: Origins) -> None:
        self._work, self._origins = work, origins

    async def settle(self, turn: Turn, capture: Capture) -> Outcome:
        """Take a page of a listing; raises `NoTurnError`, before anything is written, when the crawl ends first."""
        api, hosts = self._work.job.api, self._work.job.scope.hosts
        assert api is not None, "only the crawl of an API has listings"
        try:
            listing = read_listing(capture, api)
        except ListingError as error:
            return outcome_of(capture, "failed", error.reason)
        if any(host_of(url) not in hosts for url in listing.next):
            return outcome_of(capture, "failed", "next_out_of_scope")
        linked = await self._origins.named_files(linked_rsl_urls(capture, None))
        said = (*await self._site_says(capture.url), *page_signals(capture, None, linked))
        texts = await self._texts(listing, capture, said)
        self._go_on(turn, listing, capture)
        if self._may_be_kept(listing, texts, capture.url, said):
            self._work.archives[Series.EVIDENCE].write(capture)
        for number, row in enumerate(listing.rows, 1):
            self._take(turn, row, number, texts.get(number))
        self._work.frontier.counters["rows"] += len(listing.rows)
        return outcome_of(capture, "captured")

    async def _texts(self, listing: Listing, capture: Capture, said: tuple[RightsSignal, ...]) -> dict[int, _Text]:
        """The rows that are texts and have an address in scope, by their number; bounded by the page's own bytes."""
        texts: dict[int, _Text] = {}
        for number, item in _items(listing):
            if self._work.job.scope.holds(url_of(item, self._work.job.source)):
                texts[number] = await self._judged(item, capture, said)
                await asyncio.sleep(0)  # a long page must not keep a wish to stop waiting
                await self._work.pace.rest(0)
        return texts

    async def _judged(self, item: Item, listing: Capture, said: tuple[RightsSignal, ...]) -> _Text:
        url, now = url_of(item, self._work.job.source), self._work.now()
        capture = capture_of(item, url, listing.fetched_at)
        tree = parse_html(capture)
        linked = await self._origins.named_files(linked_rsl_urls(capture, tree))
        seen = Seen(f"{url}#row", listing.payload_digest, instant(listing.fetched_at))
        of_row = (*page_signals(capture, tree, linked), *licences_of(item, seen))
        signals = tuple(dict.fromkeys((*said, *(await self._site_says(url) if host_of(url) else ()), *of_row)))
        decision = decide(signals, self._work.job.terms.at(url), self._work.policy, now.date())
        return _Text(capture, judged(capture, signals, decision).but(asked=False))

    def _may_be_kept(self, listing: Listing, texts: dict[int, _Text], url: str, said: tuple[RightsSignal, ...]) -> bool:
        """Whether nothing in a listing is reserved, or is a text of another's that nobody asked about."""
        terms = self._work.job.terms.at(url)
        reserved = decide(said, terms, self._work.policy, self._work.now().date()).outcome == "exclude"
        asked_about = all(number in texts for number, _ in _items(listing))
        return asked_about and not reserved and not any(text.outcome.reason == "reserved" for text in texts.values())

    async def _site_says(self, url: str) -> tuple[RightsSignal, ...]:
        return site_signals(await self._origins.site_files(origin_of(url)), url)

    def _go_on(self, turn: Turn, listing: Listing, capture: Capture) -> None:
        """Note the pages to go on with; where a listing ends otherwise than by its last page, that is counted."""
        frontier, found = self._work.frontier, turn.found
        is_index = self._work.job.api is not None and self._work.job.api.format is ListingFormat.SITEMAP
        is_new = frontier.is_new_text(found.host, capture.payload_digest)
        for url in map(self._work.spelled, listing.next):
            if frontier.outcome_at(url) is not None and is_index:
                continue
            ended = ""
            if frontier.outcome_at(url) is not None or not is_new:
                ended = "loop"
            elif frontier.kinds[Kind.LISTING] >= LISTING_PAGES_MAX:
                ended = "too_many_pages"
            elif not frontier.add(Found(url, host_of(url), found.depth, found.url, Kind.LISTING)):
                ended = "no_room"
            if ended:
                frontier.counters[f"ended {ended}"] += 1

    def _take(self, turn: Turn, row: Row, number: int, text: _Text | None) -> None:
        found = turn.found
        if row.address:
            url = self._work.spelled(row.address)
            self._note(Found(url, host_of(url), found.depth + 1, found.url), row.modified)
        elif text is not None:
            self._place(Found(text.capture.url, host_of(text.capture.url), found.depth, found.url, Kind.ROW), text)
        else:
            self._leave(turn, row.read, number)

    def _note(self, page: Found, modified: str) -> None:
        """Note a row's address as a page; one that was read before goes first or last, as the row says it changed."""
        if self._work.frontier.outcome_at(page.url) is None:
            self._work.note(page)
        else:
            self._work.frontier.counters["rows_again"] += 1
            rerank(self._work.frontier, {page.url: modified})

    def _place(self, row: Found, text: _Text) -> None:
        """Write a text; one that is listed twice stands as it came first, and a reservation counts whenever it came."""
        frontier, outcome = self._work.frontier, text.outcome
        held = frontier.outcome_at(row.url)
        if held is None:
            past = past_of(frontier, row.url)
            write = partial(self._work.archives[Series.PAGES].write, text.capture)
            frontier.place(row, kept(self._work, outcome, text.capture, past, write))
            return
        frontier.counters["rows_again"] += 1
        if outcome.outcome == "refused" and held in ("captured", "unchanged"):
            frontier.leave(row.url, outcome)

    def _leave(self, turn: Turn, read: Item | Unread, number: int) -> None:
        """Give a row that gave no text its place in the report, under its own name where that is free."""
        source, frontier = self._work.job.source, self._work.frontier
        place = name_of(source, turn.found.url, str(number))
        if isinstance(read, Item):
            outcome = Outcome("failed", "bad_url", asked=False)
            if url_of(read, source):
                frontier.counters["out_of_scope"] += 1
                return
        else:
            outcome = Outcome(read.outcome, read.reason, asked=False)
            name = canonical(read.what) or (name_of(source, read.what) if read.what else place)
            place = name if frontier.outcome_at(name) is None else place
        row = Found(place, host_of(place), turn.found.depth, turn.found.url, Kind.ROW)
        if not self._work.is_in_scope(row):
            frontier.counters["out_of_scope"] += 1
        else:
            frontier.place(row, outcome)


def _items(listing: Listing) -> Iterator[tuple[int, Item]]:
    """The rows that are texts, with their numbers from 1."""
    for number, row in enumerate(listing.rows, 1):
        if isinstance(row.read, Item) and not row.address:
            yield number, row.read


def text_of_detail(work: Work, capture: Capture) -> tuple[Capture, tuple[RightsSignal, ...]] | Outcome:
    """The text in a document of JSON as a capture of its address, with the licence stated; or why there is none."""
    api = work.job.api
    assert api is not None, "only the crawl of an API reads JSON"
    try:
        read = read_detail(capture, api.fields)
    except ListingError as error:
        return outcome_of(capture, "failed", error.reason)
    if isinstance(read, Unread):
        return outcome_of(capture, read.outcome, read.reason)
    headers = [(name, value) for name, value in capture.headers if name.lower() != "content-type"]
    item = replace(read, headers=(*headers, ("Content-Type", read.content_type)), fetched_at=capture.fetched_at)
    return capture_of(item, capture.url, capture.fetched_at), licences_of(item, Seen.on(capture).at("row"))
