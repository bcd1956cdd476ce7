"""The renderer: one browser for a crawl, one page at a time, so that a page that breaks it costs only itself."""

import asyncio
import time
from dataclasses import dataclass
from typing import Any

from corpus.captures import Capture
from crawler.browser.chromium import BrowserError, Chromium
from crawler.browser.loading import Loading, RenderError
from crawler.browser.pipe import BrowserGoneError, CallError
from crawler.browser.resources import PageResources, Resource, Resources
from crawler.pace import NoTurnError
from crawler.rendering import Rendering
from crawler.work import Work

PAGES_PER_BROWSER_MAX = 200
"""Pages before the browser is replaced, because browsers leak."""

TICK_S = 0.1
"""Seconds until a page that takes too long, or a wish to stop, is seen."""

NETWORK_S_MAX = 600.0
"""Seconds a page may wait for answers: a first page's forty scripts at one in ten seconds, as some sites ask for."""

WALL_FACTOR = 4
"""Seconds allowed for each second of processor time: the machine is shared."""

RENDERED_TYPE = "text/html; charset=utf-8"


@dataclass(frozen=True)
class Rendered:
    """A page as its scripts made it: `capture` holds the HTML they left, under the time and URL of the `original`.

    `resources` are the answers it was given, `navigations` the URLs its scripts wanted to go to. `trouble` is an answer
    that may be another one later: then something is missing, and the page should be asked for again.
    """

    capture: Capture
    original: Capture
    resources: tuple[Resource, ...]
    navigations: tuple[str, ...]
    trouble: Capture | None


class Renderer:
    """Renders the pages of one crawl."""

    def __init__(self, rendering: Rendering, work: Work, resources: Resources) -> None:
        self._rendering, self._work, self._resources = rendering, work, resources
        self._browser: Chromium | None = None
        self._turn = asyncio.Lock()

    async def render(self, page: Capture) -> Rendered:
        """Render a page.

        Raises `RenderError` when the page cannot be, and `NoTurnError` when the crawl ends first, which it also does
        when the browser does not start: `Work.fail` then has the message.
        """
        async with self._turn:
            given = PageResources(self._resources)
            browser = await self._browser_at_hand()
            loading = Loading(browser.pipe, page, given)
            html = asyncio.ensure_future(loading.html())
            try:
                await self._watch(html, loading, browser)
                headers = (("Content-Type", RENDERED_TYPE),)
                capture = Capture(page.url, page.fetched_at, page.status, headers, html.result())
            except (BrowserGoneError, CallError) as error:
                await self.close()
                raise RenderError("render_failed") from error
            except (RenderError, NoTurnError):
                await self.close()
                raise
            finally:
                html.cancel()
                await asyncio.gather(html, return_exceptions=True)
                await loading.close()
            return Rendered(capture, page, tuple(given.used.values()), tuple(loading.navigations), given.trouble)

    async def close(self) -> None:
        """End the browser; the next page has a new one."""
        browser, self._browser = self._browser, None
        if browser is not None:
            await browser.kill()

    async def _browser_at_hand(self) -> Chromium:
        if self._work.pace.is_over:
            raise NoTurnError("the crawl ends before this page is rendered")
        if self._browser is not None and self._browser.pages >= PAGES_PER_BROWSER_MAX:
            await self.close()
        if self._browser is None:
            try:
                self._browser = await Chromium.start(self._rendering.chromium, self._work.job.user_agent)
            except BrowserError as error:
                self._work.fail(str(error))
                raise NoTurnError("there is no browser") from error
        self._browser.pages += 1
        return self._browser

    async def _watch(self, html: "asyncio.Future[bytes]", loading: Loading, browser: Chromium) -> None:
        """Wait for the HTML, but no longer than the page may take; waiting for the network has a limit of its own.

        The limit that decides is processor time, so that a busy machine does not lose other pages than an idle one.
        """
        seconds_max, spent_s, network_s, at = self._rendering.seconds_max, 0.0, 0.0, time.monotonic()
        while not html.done():
            waiting: set[asyncio.Future[Any]] = {html, loading.failed}
            await asyncio.wait(waiting, timeout=TICK_S, return_when=asyncio.FIRST_COMPLETED)
            passed_s, at = time.monotonic() - at, time.monotonic()
            if loading.is_waiting:
                network_s += passed_s
            else:
                spent_s += passed_s
            if loading.failed.done():
                loading.failed.result()
            if self._work.pace.is_over:
                raise NoTurnError("the crawl ends before this page is rendered")
            is_slow = spent_s > WALL_FACTOR * seconds_max or network_s > NETWORK_S_MAX
            if is_slow or await browser.processor_s() > seconds_max:
                raise RenderError("render_timeout")
