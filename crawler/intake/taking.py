"""Taking what a reader gives: its name, its rights, its outcome, its capture; the counterpart of `crawler.settling`.

Everything that is read gets one row of the page list. A URL has one capture: what comes a second time is refused as
`duplicate` under the name of its place in its file, but a reservation it carries counts for the first as well.
"""

from dataclasses import dataclass
from datetime import datetime

from corpus.captures import Capture
from crawler.archive import Archive
from crawler.delivered import DeliveredFile
from crawler.frontier import Frontier
from crawler.intake.item_captures import capture_of, licences_of, url_of
from crawler.intake.items import Aside, Item, Read, Unread, name_of
from crawler.intake.sites import Sites, delivered_statement
from crawler.job import Job
from crawler.judging import is_text, judged, outcome_of
from crawler.observe.evidence import Seen
from crawler.observe.html import parse_html
from crawler.observe.page import linked_rsl_urls, page_signals
from crawler.observe.site import site_signals
from crawler.origins import Access
from crawler.turns import Found, Outcome, Turn
from crawler.urls import canonical, host_of, origin_of
from ledger.decide import decide
from ledger.policy import Policy
from ledger.signals import RightsSignal


@dataclass(frozen=True)
class Taker:
    """Takes the items of one intake; `now` is the time that is recorded for what was not fetched from the web.

    `sites` holds what delivered WARC files say of sites; None for other files.
    """

    job: Job
    policy: Policy
    frontier: Frontier
    archive: Archive
    now: datetime
    sites: Sites | None

    def take(self, read: Read, file: DeliveredFile, number: int) -> None:
        """Take what stands at a place of a file, counted from 1; it is done when its outcome is."""
        counters = self.frontier.counters
        counters["taken"] = number
        place = name_of(self.job.source, file.name, str(number))
        if isinstance(read, Aside):
            counters["aside"] += 1
            return
        if isinstance(read, Unread):
            self._leave(read, place, file)
            return
        url = url_of(read, self.job.source)
        if not url:
            self._finish(place, file, Outcome("failed", "bad_url"))
        elif not self.job.scope.holds(url):
            counters["out_of_scope"] += 1
        else:
            self._take(capture_of(read, url, self.now), read, (place, file))

    def _take(self, capture: Capture, item: Item, at: tuple[str, DeliveredFile]) -> None:
        place, file = at
        outcome = self._judged(capture, item, file)
        if item.is_revisit and outcome.reason != "reserved":
            self.frontier.counters["aside"] += 1
            return
        held = self._held(capture.url)
        if held == "failed":  # the same address again, and this time with a text: it gets the address
            self.frontier.db.execute("UPDATE urls SET url = ? WHERE url = ?", (place, capture.url))
        elif held:
            if held == "captured" and outcome.outcome == "refused":  # both rows in one commit, which `finish` may make
                self.frontier.leave(capture.url, outcome)
            self._finish(place, file, outcome_of(capture, "refused", "duplicate", capture.url))
            return
        if outcome.outcome == "captured":
            self.archive.write(capture)
        self._finish(capture.url, file, outcome)

    def _judged(self, capture: Capture, item: Item, file: DeliveredFile) -> Outcome:
        if not is_text(capture):
            return outcome_of(capture, "refused", "not_text")
        url, site = capture.url, None
        if self.sites is not None:
            site = self.sites.site(origin_of(url))
            access = site.rules.access_to(url)
            if access is not Access.ALLOWED:
                return Outcome("refused", access.value)
        tree = parse_html(capture)
        linked = self.sites.named_files(linked_rsl_urls(capture, tree)) if self.sites else ()
        signals = (
            *(site_signals(site.files, url) if site else ()),
            *page_signals(capture, tree, linked),
            *licences_of(item, Seen.on(capture).at("file")),
            site.delivered if site else self._of_file(file),
        )
        return judged(capture, signals, decide(signals, self.job.terms.at(url), self.policy, self.now.date()))

    def _of_file(self, file: DeliveredFile) -> RightsSignal:
        """What is known of reservations for a text out of a file of texts: nothing."""
        place = f"{name_of(self.job.source, file.name)}#file"
        return delivered_statement(place, ("missing", f"sha256:{file.sha256}"), self.now)

    def _leave(self, unread: Unread, place: str, file: DeliveredFile) -> None:
        """Give what could not be read its row, under its address or id where that is free."""
        name = ""
        if unread.what:
            is_address = unread.what.startswith(("http://", "https://"))
            name = canonical(unread.what) if is_address else name_of(self.job.source, unread.what)
        if name and not self.job.scope.holds(name):
            self.frontier.counters["out_of_scope"] += 1
            return
        free = name and not self._held(name)
        self._finish(name if free else place, file, Outcome(unread.outcome, unread.reason))

    def _held(self, url: str) -> str:
        """The outcome a URL has already; empty when it has none."""
        row = self.frontier.db.execute("SELECT outcome FROM urls WHERE url = ?", (url,)).fetchone()
        return str(row[0]) if row else ""

    def _finish(self, url: str, file: DeliveredFile, outcome: Outcome) -> None:
        turn = _turn(url, file)
        self.frontier.add(turn.found)
        self.frontier.finish(turn, outcome)


def _turn(url: str, file: DeliveredFile) -> Turn:
    return Turn(Found(url, host_of(url), 0, file.name), 0)
