"""What is said of a page neither on it nor in its site's evidence files: on the terms pages of its site, and in feeds.

A page that links to terms is decided with them: they are asked for as evidence, under robots.txt, whether or not the
crawl's scope holds them. Terms speak for the whole site, also for pages that do not link to them, and a feed may be
read after a page it names; so at the end of a crawl what was heard is brought to every page that stands
(`put_together`). That happens after the pages were read, so a page whose own links lead to no terms may be in a
capture before a policy that excludes by terms leaves it out; it never reaches a release.

Terms that a page links to and that could not be had hold the page. Terms that robots.txt closes say nothing to us.
"""

from collections.abc import Iterable, Iterator, Mapping
from datetime import date, datetime
from urllib.parse import urldefrag

from lxml.html import HtmlElement

from corpus.captures import Capture
from crawler.files import STANDING
from crawler.frontier import Frontier
from crawler.judging import with_evidence
from crawler.observe import natural_language, rsl
from crawler.observe.evidence import EvidenceFile, instant
from crawler.observe.terms_pages import site_of, terms_links
from crawler.origins import Origins
from crawler.turns import Outcome
from crawler.urls import canonical
from crawler.work import Work
from ledger.decide import Terms, decide
from ledger.policy import Policy
from ledger.signals import Mechanism, RightsSignal, signals_from_json, signals_to_json

TERMS_OF_SITE_MAX = 6
"""Terms pages asked for on one site: terms, copyright, privacy, and their other languages."""

TERMS_FILES_MAX = 100
"""Terms pages asked for in one crawl; in memory at most 1 MiB each (`EVIDENCE_BYTES_MAX`)."""

_ROWS = 1000
"""Pages looked at between two changes of the table."""

_STANDING = f"outcome IN ({', '.join(repr(word) for word in sorted(STANDING))})"


class Elsewhere:
    """What is said elsewhere of the pages of one crawl, as they are read."""

    def __init__(self, work: Work, origins: Origins) -> None:
        self._work, self._frontier, self._origins = work, work.frontier, origins
        self._said: dict[str, tuple[EvidenceFile, tuple[RightsSignal, ...]]] = {}

    async def said_of(self, url: str, tree: HtmlElement | None) -> tuple[RightsSignal, ...]:
        """What the terms a page links to, and the feeds read so far, say of it."""
        found = list(_in_feeds(self._frontier, url))
        for target in terms_links(tree, url) if tree is not None else ():
            spelled = canonical(target)
            if spelled and spelled != url and self._admits(spelled):
                found += await self._terms(spelled)
        return tuple(dict.fromkeys(found))

    def hear_feed(self, capture: Capture) -> bool:
        """Keep what a feed says of the pages it names; tell whether it says anything."""
        said = rsl.feed_statements(capture)
        for target, signals in said.items():
            if url := self._work.spelled(canonical(target, base=capture.url)):
                fact = _fact(url)
                known = _in_feeds(self._frontier, url)
                self._frontier.forget(fact)
                self._frontier.fact(fact, signals_to_json(dict.fromkeys((*known, *signals))))
        return bool(said)

    def _admits(self, url: str) -> bool:
        return self._frontier.admit(f"terms of {site_of(url)}", url, TERMS_OF_SITE_MAX) and self._frontier.admit(
            "terms", url, TERMS_FILES_MAX
        )

    async def _terms(self, url: str) -> tuple[RightsSignal, ...]:
        file = await self._origins.terms_file(url)
        if file is None:
            return ()
        held = self._said.get(url)
        if held is None or held[0] is not file:
            held = self._said[url] = file, natural_language.terms_statements(file)
        return held[1]


def put_together(frontier: Frontier, terms: Terms, policy: Policy, as_of: date) -> None:
    """Bring to every page that stands what is said of it elsewhere, and decide again where that changes something.

    Done again, it changes nothing. Memory: the statements of terms, a few for each site.
    """
    read_at = _read_at(frontier)
    sites = _said_of_sites(frontier, read_at)
    has_feeds = frontier.db.execute("SELECT 1 FROM facts WHERE name LIKE 'feed of %' LIMIT 1").fetchone() is not None
    for url, text in _pages(frontier, _STANDING) if sites or has_feeds else ():
        site, in_feeds = site_of(url), _in_feeds(frontier, url) if has_feeds else ()
        if site not in sites and not in_feeds:
            continue
        held = signals_from_json(text)
        kept = [signal for signal in held if not _is_superseded(url, signal, read_at)]
        words = {_words(signal) for signal in kept}
        of_site = (signal for signal in sites.get(site, ()) if _words(signal) not in words)
        signals = tuple(dict.fromkeys((*kept, *of_site, *in_feeds)))
        if set(signals) != set(held):
            decision = decide(signals, terms.at(url), policy, as_of)
            outcome = with_evidence(Outcome("captured"), signals, decision)
            change = "UPDATE urls SET signals = ?, decision = ? WHERE url = ?"
            frontier.db.execute(change, (outcome.signals, outcome.decision, url))


def _read_at(frontier: Frontier) -> dict[str, str]:
    """When this crawl had an answer for each of its evidence files, as statements have it."""
    answered = "SELECT url, fetched_at FROM evidence WHERE status < 500 AND status <> 429"
    return {url: instant(datetime.fromisoformat(moment)) for url, moment in frontier.db.execute(answered)}


def _said_of_sites(frontier: Frontier, read_at: Mapping[str, str]) -> dict[str, tuple[RightsSignal, ...]]:
    """What the terms of each site say for all of it, and an entry for each site where something was said of terms."""
    sites: dict[str, dict[RightsSignal, None]] = {}
    for url, text in _pages(frontier, "signals LIKE '%\"natural_language\"%'"):
        for signal in signals_from_json(text):
            if signal.mechanism is Mechanism.NATURAL_LANGUAGE:
                heard = sites.setdefault(site_of(url), {})
                place, fragment = urldefrag(signal.place)
                if fragment == natural_language.TERMS and site_of(place) == site_of(url):
                    heard |= {} if _is_superseded(url, signal, read_at) else {signal: None}
    return {site: _newest(heard) for site, heard in sites.items()}


def _newest(signals: Iterable[RightsSignal]) -> tuple[RightsSignal, ...]:
    """Of statements that say the same in the same place, as page and as evidence, the one read last."""
    return tuple({_words(each): each for each in sorted(signals, key=lambda each: each.observed_at)}.values())


def _words(signal: RightsSignal) -> tuple[str, str, str]:
    return signal.label, signal.value, signal.place


def _is_superseded(url: str, signal: RightsSignal, read_at: Mapping[str, str]) -> bool:
    """Whether a statement in terms that are not the page itself comes from an earlier reading than this crawl's."""
    place = urldefrag(signal.place).url
    is_terms = signal.mechanism is Mechanism.NATURAL_LANGUAGE and place != url
    return is_terms and read_at.get(place, "") > signal.observed_at


def _pages(frontier: Frontier, which: str) -> Iterator[tuple[str, str]]:
    """The URL and signals of pages and rows for which an SQL condition holds; the table may be changed meanwhile."""
    told = f"kind IN ('page', 'row') AND {which}"
    query = f"SELECT url, signals FROM urls WHERE url > ? AND {told} ORDER BY url LIMIT {_ROWS}"  # noqa: S608 - ours
    after = ""
    while rows := frontier.db.execute(query, (after,)).fetchall():
        yield from rows
        after = rows[-1][0]


def _fact(url: str) -> str:
    return f"feed of {url}"


def _in_feeds(frontier: Frontier, url: str) -> tuple[RightsSignal, ...]:
    return signals_from_json(frontier.recall(_fact(url)) or "[]")
