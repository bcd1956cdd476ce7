"""Reading a page: what is said about it, what is decided, and where it leads.

A page of a source that is rendered is read twice: as it came, and as its scripts made it. What is said in either
counts, and what its data says in headers of its own; a script can add a reservation, and never take one away. A page
that is left out as it came is not rendered at all: its holder has said no, and is asked for nothing more.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from lxml.html import HtmlElement

from corpus.captures import Capture
from crawler.archive import Series
from crawler.browser.loading import RenderError
from crawler.browser.renderer import Rendered, Renderer
from crawler.browser.resources import Resource
from crawler.elsewhere import Elsewhere
from crawler.links import encoding_of, links_of
from crawler.observe.html import is_html, parse_html
from crawler.observe.page import linked_rsl_urls, page_signals
from crawler.observe.site import site_signals
from crawler.observe.tdm_policy import policy_statement, policy_urls
from crawler.origins import Origins
from crawler.urls import canonical, origin_of
from crawler.work import Work
from ledger.bases import Outcome
from ledger.decide import Decision, decide
from ledger.signals import Mechanism, RightsSignal, Verdict

_TAKES_AWAY = frozenset({Verdict.RESERVED, Verdict.MALFORMED})


@dataclass(frozen=True)
class Reading:
    """A page that was read: its `capture` is what its text is in, `tree` that parsed, when it is HTML."""

    capture: Capture
    tree: HtmlElement | None
    links: tuple[str, ...]
    signals: tuple[RightsSignal, ...]
    decision: Decision
    rendered: Rendered | None = None


class Reader:
    """Reads the pages of one crawl."""

    def __init__(self, work: Work, origins: Origins, renderer: Renderer | None) -> None:
        self._work, self._origins, self._renderer = work, origins, renderer
        self.elsewhere = Elsewhere(work, origins)

    async def read(self, capture: Capture, said: tuple[RightsSignal, ...] = ()) -> Reading:
        """Read an answer that is a text, with what else is `said` of it.

        Raises `RenderError` when a page cannot be rendered, `NoTurnError` when the crawl ends before all is known.
        """
        site = (*await self._said_by_site(capture.url), *said)
        page = await self._read(capture, site)
        if self._renderer is None or not is_html(capture) or page.decision.outcome is Outcome.EXCLUDE:
            return page
        try:
            rendered = await self._renderer.render(capture)
        except RenderError as error:
            raise RenderError(error.reason, page.signals) from error
        later = await self._read(rendered.capture, ())
        data = [said for each in rendered.resources if each.is_data for said in await self._said_by_data(each)]
        signals = (*page.signals, *_added(page.signals, (*later.signals, *data)))
        wanted = (canonical(url) for url in rendered.navigations)
        links = tuple(dict.fromkeys((*later.links, *page.links, *filter(None, wanted))))
        return Reading(
            rendered.capture, later.tree, links, signals, self._decide(rendered.capture.url, signals), rendered
        )

    def keep(self, page: Reading) -> None:
        """Put a page that is captured into the WARC, with what a rendered one was made of."""
        archives, rendered = self._work.archives, page.rendered
        if rendered is None:
            archives[Series.PAGES].write(page.capture)
            return
        for resource in rendered.resources:
            if not resource.kept:
                archives[Series.MADE_OF].write(resource.capture)
                resource.kept = True
        archives[Series.MADE_OF].write(rendered.original)
        archives[Series.PAGES].write_rendered(rendered.capture, rendered.original)

    async def close(self) -> None:
        """End the browser, if there is one."""
        if self._renderer is not None:
            await self._renderer.close()

    async def _read(self, capture: Capture, said: tuple[RightsSignal, ...]) -> Reading:
        tree = parse_html(capture)
        linked = await self._origins.named_files(linked_rsl_urls(capture, tree))
        elsewhere = await self.elsewhere.said_of(capture.url, tree)
        signals = (*said, *page_signals(capture, tree, linked), *elsewhere)
        policies = await self._origins.named_files(policy_urls(signals))
        signals = (*signals, *map(policy_statement, policies))
        links = () if tree is None else links_of(tree, capture.url, encoding_of(capture))
        return Reading(capture, tree, links, signals, self._decide(capture.url, signals))

    async def _said_by_site(self, url: str) -> tuple[RightsSignal, ...]:
        return site_signals(await self._origins.site_files(origin_of(url)), url)

    async def _said_by_data(self, resource: Resource) -> Iterable[RightsSignal]:
        """What is said against the use of data a script may have put in the text; a permission is not for the page."""
        capture = resource.capture
        found = (*await self._said_by_site(capture.url), *page_signals(capture, None))
        return [said for said in found if said.verdict in _TAKES_AWAY]

    def _decide(self, url: str, signals: tuple[RightsSignal, ...]) -> Decision:
        return decide(signals, self._work.job.terms.at(url), self._work.policy, self._work.now().date())


def _added(first: tuple[RightsSignal, ...], later: Iterable[RightsSignal]) -> list[RightsSignal]:
    """Statements of a rendered page that were not made before.

    A TDMRep meta supersedes the header and the site's file, so one that permits counts only in the page as it came.
    """
    told = {_words(said) for said in first}
    added = {_words(said): said for said in later if _words(said) not in told}
    return [
        said
        for said in added.values()
        if said.mechanism is not Mechanism.TDMREP or said.verdict is not Verdict.PERMITTED
    ]


def _words(said: RightsSignal) -> tuple[str, ...]:
    return said.mechanism, said.verdict, said.label, said.value, said.place
