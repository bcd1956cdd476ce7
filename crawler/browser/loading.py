"""Loading one page: from the bytes the crawl fetched to the HTML its scripts made of them.

Every request the browser would make is stopped before it leaves, and answered here: the page itself with what the
crawl fetched, scripts, stylesheets and data by `resources`, everything else not at all. The page lives in a context
of its own, which is thrown away: nothing is remembered from one page to the next.

Its clock is ours. It begins at the time the page was fetched, stands still while the page waits for an answer, and
jumps over the pauses its timers wait for; after `PAGE_S` of its own seconds the page is taken as it is. So how long
the network took does not show in the result, and a page that polls for ever ends as soon as any other.
"""

import asyncio
import base64
from asyncio import Future, Task
from collections.abc import Coroutine
from typing import Any
from urllib.parse import urlsplit

from corpus.captures import Capture
from crawler.browser.pipe import CallError, Pipe
from crawler.browser.resources import PageResources
from crawler.inflate import PAGE_BYTES_MAX
from ledger.signals import RightsSignal

PAGE_S = 10
"""Seconds of its own clock that a page is given after the last answer it waits for began to be waited for."""

STARVED_TASKS_MAX = 10_000
"""Tasks a page may run before its clock moves on all the same."""

_DATA = "xhr"
"""Chromium's word for what a script asks for, by whatever means; its `fetch` are guesses of what will be needed."""

_GIVEN = frozenset({"script", "stylesheet", _DATA})
"""What a page is given. No images, media, fonts, frames, workers or sockets."""

_STREAM = "text/event-stream"
"""What is asked for by one who listens to news that never end."""

_HEADERS_SHOWN = frozenset(
    {"content-type", "content-security-policy", "content-language", "location", "etag", "last-modified", "date"}
)
"""Headers of an answer that the browser sees, and `access-control-…` and `x-…`; above all no cookies."""

_ONLINE = "Object.defineProperty(Navigator.prototype, 'onLine', {get: () => true})"
"""The browser knows it has no network; pages that wait until there is one would wait for ever."""


NAVIGATIONS_MAX = 20
"""Places a page's scripts may lead to that are taken for links."""


class RenderError(Exception):
    """A page could not be rendered; `reason` is the report's word for why, `heard` what was said in it all the same."""

    def __init__(self, reason: str, heard: tuple[RightsSignal, ...] = ()) -> None:
        super().__init__(reason)
        self.reason, self.heard = reason, heard


class Loading:
    """One page in the browser; `failed` is done, with an exception, when nothing more will come of it."""

    def __init__(self, pipe: Pipe, page: Capture, resources: PageResources) -> None:
        self._pipe, self._page, self._resources = pipe, page, resources
        loop = asyncio.get_running_loop()
        self.failed: Future[None] = loop.create_future()
        self._over: Future[None] = loop.create_future()
        self._answering: set[Task[object]] = set()
        self._target = self._session = ""
        self._is_given = False
        self.navigations: dict[str, None] = {}
        pipe.heard = self._heard

    async def html(self) -> bytes:
        """Load the page and give it its time; returns its HTML in UTF-8.

        Raises `RenderError`, `CallError` or `BrowserGoneError`; whatever goes wrong outside comes up in `failed`.
        """
        call = self._pipe.call
        context = (await call("Target.createBrowserContext"))["browserContextId"]
        created = await call("Target.createTarget", url="about:blank", browserContextId=context)
        self._target = created["targetId"]
        attached = await call("Target.attachToTarget", targetId=self._target, flatten=True)
        self._session = session = attached["sessionId"]
        for domain in ("Page", "Inspector"):
            await call(f"{domain}.enable", session)
        await call("Page.addScriptToEvaluateOnNewDocument", session, source=_ONLINE)
        began = self._page.fetched_at.timestamp()
        await call("Emulation.setVirtualTimePolicy", session, policy="pause", initialVirtualTime=began)
        arrived = await call("Page.navigate", session, url=self._page.url)
        if arrived.get("errorText"):
            raise RenderError("render_failed")
        await call(
            "Emulation.setVirtualTimePolicy",
            session,
            policy="pauseIfNetworkFetchesPending",
            budget=PAGE_S * 1000,
            maxVirtualTimeTaskStarvationCount=STARVED_TASKS_MAX,
        )
        await self._over
        document = await call("DOM.getDocument", session, depth=0)
        written = await call("DOM.getOuterHTML", session, nodeId=document["root"]["nodeId"])
        html = str(written["outerHTML"]).encode("utf-8", "replace")
        if len(html) > PAGE_BYTES_MAX:
            raise RenderError("too_large")
        await call("Target.disposeBrowserContext", browserContextId=context)
        return html

    @property
    def is_waiting(self) -> bool:
        """Whether the page waits for an answer from the network."""
        return self._resources.under_way > 0

    async def close(self) -> None:
        """Answer no more, and wait for what is being fetched: a request that was made is counted."""
        self._resources.closed = True
        self._pipe.heard = None
        await asyncio.gather(*self._answering, return_exceptions=True)
        for ended in (self.failed, self._over):
            if not ended.cancel() and not ended.cancelled():
                ended.exception()  # it has been seen

    def _heard(self, method: str, told: dict[str, Any], session: str) -> None:
        if method == "Fetch.requestPaused":
            self._begin(self._answer(told))
        elif method == "Page.javascriptDialogOpening":
            self._begin(self._pipe.call("Page.handleJavaScriptDialog", session, accept=False))
        elif session != self._session:
            return
        elif method == "Emulation.virtualTimeBudgetExpired" and not self._over.done():
            self._over.set_result(None)
        elif method == "Inspector.targetCrashed":
            self._fail(RenderError("render_failed"))

    def _begin(self, answer: Coroutine[Any, Any, object]) -> None:
        answering = asyncio.ensure_future(answer)
        self._answering.add(answering)
        answering.add_done_callback(self._answered)

    def _answered(self, answering: "Task[object]") -> None:
        """A request was dealt with; one that was gone by then, as its page moves on, is no fault."""
        self._answering.discard(answering)
        error = None if answering.cancelled() else answering.exception()
        if error is not None and not isinstance(error, CallError):
            self._fail(error)

    def _fail(self, error: BaseException) -> None:
        if not self.failed.done():
            self.failed.set_exception(error)

    async def _answer(self, told: dict[str, Any]) -> None:
        """Answer one request that was stopped."""
        request, kind = told["request"], str(told["resourceType"]).lower()
        url, method = request["url"], request["method"]
        if kind == "document":
            await self._answer_navigation(told, url, method)
        elif urlsplit(url).scheme in ("data", "blob"):
            await self._pipe.call("Fetch.continueRequest", requestId=told["requestId"])
        elif kind not in _GIVEN or method not in ("GET", "OPTIONS") or _STREAM in request["headers"].values():
            await self._refuse(told)
        elif method == "OPTIONS":
            await self._answer_preflight(told, url)
        else:
            found = await self._resources.get(url, request["headers"], is_data=kind == _DATA)
            await (self._give(told, found) if found else self._refuse(told))

    async def _answer_navigation(self, told: dict[str, Any], url: str, method: str) -> None:
        """Give the page, once. Where it then wants to lead its visitor is a link, and not followed."""
        is_main = told.get("frameId") == self._target
        if is_main and not self._is_given and method == "GET":
            self._is_given = True
            await self._give(told, self._page)
            return
        if is_main and method == "GET" and len(self.navigations) < NAVIGATIONS_MAX:
            self.navigations[url] = None
        await self._refuse(told, "Aborted")  # the page stays as it is

    async def _answer_preflight(self, told: dict[str, Any], url: str) -> None:
        """Let a script ask another host for data: whether it may read the answer is for that host's answer to say."""
        asked = {name.lower(): value for name, value in told["request"]["headers"].items()}
        if asked.get("access-control-request-method") != "GET" or not self._resources.admits(url):
            await self._refuse(told)
            return
        allowed = {
            "Access-Control-Allow-Origin": asked.get("origin", ""),
            "Access-Control-Allow-Headers": asked.get("access-control-request-headers", ""),
        }
        await self._fulfil(told, 204, allowed, b"")

    async def _give(self, told: dict[str, Any], capture: Capture) -> None:
        shown = {
            name: value
            for name, value in capture.headers
            if name.lower() in _HEADERS_SHOWN or name.lower().startswith(("access-control-", "x-"))
        }
        if capture is self._page and not capture.header("Content-Type"):
            shown["Content-Type"] = "text/html"
        try:
            await self._fulfil(told, capture.status, shown, capture.payload)
        except CallError:  # a header or status that Chromium will not have
            await self._refuse(told)

    async def _fulfil(self, told: dict[str, Any], status: int, headers: dict[str, str], body: bytes) -> None:
        await self._pipe.call(
            "Fetch.fulfillRequest",
            requestId=told["requestId"],
            responseCode=status,
            responseHeaders=[{"name": name, "value": value} for name, value in headers.items()],
            body=base64.b64encode(body).decode("ascii"),
        )

    async def _refuse(self, told: dict[str, Any], reason: str = "BlockedByClient") -> None:
        await self._pipe.call("Fetch.failRequest", requestId=told["requestId"], errorReason=reason)
