"""Settling a URL: from what came of asking to its outcome in the frontier.

The order within one answer matters: links and the capture first, the outcome last, so that a commit never holds an
outcome without what belongs to it.
"""

from email.utils import parsedate_to_datetime

from corpus.captures import NOT_MODIFIED, Capture
from crawler.again import GONE, carried, kept, not_modified, revisited
from crawler.archive import Series
from crawler.browser.loading import RenderError
from crawler.faults import Fault
from crawler.history import Past, past_of, rerank
from crawler.judging import is_text, judged, outcome_of, with_evidence
from crawler.links import feeds_of, texts_of
from crawler.lister import Lister, text_of_detail
from crawler.listings import is_json
from crawler.notfound import says_not_found
from crawler.observe import payment
from crawler.origins import Origins
from crawler.reading import Reader, Reading
from crawler.sitemaps import parse_sitemap
from crawler.traps import Novelty, families_of, letters_digest, shingles_of, words_of
from crawler.turns import Found, Kind, Outcome, Turn
from crawler.urls import canonical, host_of, origin_of
from crawler.work import Work
from ledger.signals import RightsSignal

HOPS_MAX = 10
"""Redirects followed from one link."""

REDIRECTS = frozenset({301, 302, 303, 307, 308})

STATUS_RETRIES_MAX = {429: 3, 503: 3, 500: 2, 502: 2, 504: 2}
"""How often a page is asked for again after a status that may pass."""

FAULT_RETRIES_MAX = 2
"""How often a page is asked for again after a connection that broke."""

FEEDS_DEPTH_MAX = 1
"""Links from a seed up to which a page's feeds are read: behind, they are the comments on one page."""

BACKOFF_S = 2.0
"""The first pause of a host in trouble; each further one is twice as long."""

RETRY_AFTER_S_MAX = 3600.0
"""A host that wants to be left alone for longer than this is not asked again for this page."""


class Settler:
    """Decides what becomes of each URL of one crawl."""

    def __init__(self, work: Work, origins: Origins, reader: Reader) -> None:
        self._work, self._origins, self._reader = work, origins, reader
        self._lister = Lister(work, origins)
        self._novelty = Novelty()

    def faulted(self, turn: Turn, fault: Fault) -> None:
        """Settle a URL that was not answered: ask again when that may help, else record why."""
        if fault.again and turn.attempts < FAULT_RETRIES_MAX:
            self._again(turn, turn.found.host, BACKOFF_S * 2**turn.attempts)
            return
        failed = fault.outcome == "failed"
        past = self._past(turn) if failed else None
        outcome = Outcome(fault.outcome, fault.reason)
        if past is not None:
            outcome = carried(self._work, turn.found.url, past, fault.reason)
        self._work.frontier.finish(turn, outcome.but(asked=failed))

    async def answered(self, turn: Turn, capture: Capture) -> None:
        """Settle a URL that was answered; raises `NoTurnError` when the crawl ends before all is known about it."""
        if self._put_off(turn, capture):
            return
        outcome = await self._outcome(turn, capture)
        if outcome is not None:
            self._work.frontier.finish(turn, outcome)

    async def _outcome(self, turn: Turn, capture: Capture) -> Outcome | None:
        status = capture.status
        if status in REDIRECTS and capture.header("Location"):
            return self._redirected(turn, capture)
        if turn.found.kind is Kind.SITEMAP:
            return self._sitemap(turn, capture)
        if turn.found.kind is Kind.LISTING and status == 200:
            return await self._lister.settle(turn, capture)
        return await self._page(turn, capture)

    async def _page(self, turn: Turn, capture: Capture) -> Outcome | None:
        """The outcome of a page; None when it is to be asked for again."""
        status, past = capture.status, self._past(turn)
        if status == NOT_MODIFIED and past is not None:
            files = await self._origins.site_files(origin_of(turn.found.url))
            return revisited(self._work, not_modified(self._work, capture, past, files), capture, past)
        if status != 200:
            return _unpaid(capture) or self._failed(capture, past)
        if self._work.job.api is not None and is_json(capture.header("Content-Type")):
            return await self._detail(turn, capture, past)
        if not is_text(capture):
            return outcome_of(capture, "refused", "not_text")
        return await self._read(turn, capture, past)

    async def _detail(self, turn: Turn, document: Capture, past: Past | None) -> Outcome | None:
        """A document of JSON about one row: its text is captured, and with it the document as evidence."""
        found = text_of_detail(self._work, document)
        if isinstance(found, Outcome):
            return found
        capture, said = found
        outcome = await self._read(turn, capture, past, said)
        if outcome is not None and outcome.outcome == "captured":
            self._work.archives[Series.EVIDENCE].write(document)
        return outcome

    async def _read(
        self, turn: Turn, capture: Capture, past: Past | None, said: tuple[RightsSignal, ...] = ()
    ) -> Outcome | None:
        try:
            page = await self._reader.read(capture, said)
        except RenderError as error:
            if past is None:
                return outcome_of(capture, "failed", error.reason)
            return carried(self._work, turn.found.url, past, error.reason, heard=error.heard).but(asked=True)
        trouble = page.rendered.trouble if page.rendered else None
        if trouble is not None and self._put_off(turn, trouble):
            return None
        return self._settled(turn, page, past)

    def _settled(self, turn: Turn, page: Reading, past: Past | None) -> Outcome:
        """Note where a page that was read leads, and keep it unless it is left out."""
        url, capture = turn.found.url, page.capture
        if page.tree is not None:
            words = words_of(texts_of(page.tree))
            self._weigh(url, words)
            if says_not_found(page.tree, len(words)):
                return outcome_of(capture, "refused", "soft_404")
        if self._work.job.api is None:
            self._follow(turn, page)
        outcome = judged(capture, page.signals, page.decision)
        return kept(self._work, outcome, capture, past, lambda: self._reader.keep(page))

    def _follow(self, turn: Turn, page: Reading) -> None:
        """Note what a page links to: pages, and near the front of a site also the feeds it names."""
        url = turn.found.url
        if page.tree is not None and turn.found.depth <= FEEDS_DEPTH_MAX:
            self._work.note_feeds(feeds_of(page.tree, url), url)
        self._work.note_pages(page.links, url, turn.found.depth + 1)

    def _past(self, turn: Turn) -> Past | None:
        return past_of(self._work.frontier, turn.found.url) if turn.found.kind is Kind.PAGE else None

    def _failed(self, capture: Capture, past: Past | None) -> Outcome:
        reason = f"http_{capture.status}"
        if past is None or capture.status in GONE:
            return outcome_of(capture, "failed", reason)
        return carried(self._work, capture.url, past, reason).but(asked=True)

    def _weigh(self, url: str, words: list[str]) -> None:
        """Count a page as fruitful or barren for its families."""
        is_new, shingles = self._work.frontier.is_new_text(host_of(url), letters_digest(words)), shingles_of(words)
        for family, _ in families_of(url):
            fruitful = self._novelty.is_new(family, shingles) and is_new
            self._work.frontier.barren(family, -1 if fruitful else 1)

    def _redirected(self, turn: Turn, capture: Capture) -> Outcome:
        """A redirect's target goes the way of every URL: through the frontier and the gate."""
        found = turn.found
        target = self._work.spelled(canonical(_quoted(capture.header("Location")), base=found.url))
        if target == found.url or found.hops >= HOPS_MAX:
            return outcome_of(capture, "failed", "redirect_loop")
        hop = Found(target, host_of(target), found.depth, found.url, found.kind, found.hops + 1)
        if not target or not self._work.is_in_scope(hop):
            return outcome_of(capture, "refused", "redirect_out_of_scope")
        self._work.note(hop)
        return outcome_of(capture, "redirected", target=target)

    def _sitemap(self, turn: Turn, capture: Capture) -> Outcome:
        if capture.status != 200:
            return outcome_of(capture, "failed", f"http_{capture.status}")
        url = turn.found.url
        if self._reader.elsewhere.hear_feed(capture):
            self._work.archives[Series.EVIDENCE].write(capture)
        sitemap = parse_sitemap(capture.payload, url)
        self._work.note_sitemaps(sitemap.sitemaps, url)
        self._work.note_pages(sitemap.pages, url, turn.found.depth + 1)
        rerank(self._work.frontier, {self._work.spelled(page): said for page, said in sitemap.pages.items()})
        return outcome_of(capture, "captured")

    def _put_off(self, turn: Turn, answer: Capture) -> bool:
        """Ask for a page again when an answer, its own or to its scripts, tells of trouble that may pass in time."""
        pause_s = max(self._retry_after(answer), BACKOFF_S * 2**turn.attempts)
        if turn.attempts >= STATUS_RETRIES_MAX.get(answer.status, 0) or pause_s > RETRY_AFTER_S_MAX:
            return False
        self._again(turn, host_of(answer.url), pause_s)
        return True

    def _again(self, turn: Turn, host: str, pause_s: float) -> None:
        self._work.pace.pause(host, pause_s)
        self._work.frontier.put_back(turn, attempts=1)

    def _retry_after(self, capture: Capture) -> float:
        """Seconds a `Retry-After` asks for, as a number or as a date; 0 without one."""
        value = capture.header("Retry-After").strip()
        if value.isdigit():
            return float(value[:9])
        try:
            moment = parsedate_to_datetime(value)
        except (TypeError, ValueError):
            return 0.0
        return max(0.0, (moment - self._work.clock()).total_seconds()) if moment.tzinfo else 0.0


def _unpaid(capture: Capture) -> Outcome | None:
    """The outcome of an answer that asks for a price or a licence first: what it asks is kept, the page is not."""
    asked = payment.statements(capture)
    return with_evidence(outcome_of(capture, "refused", "payment_required"), asked) if asked else None


def _quoted(location: str) -> str:
    """A Location as it was meant: its bytes are UTF-8 on most servers that send more than ASCII."""
    try:
        return location.encode("latin-1").decode("utf-8")
    except UnicodeError:
        return location
