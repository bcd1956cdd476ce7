"""Chromium as our child: what it is started with, and how it ends.

It has no network: every request of its pages is stopped and answered by us (`loading`), and what could slip past finds
no name that resolves, a proxy that does not exist, and, where the kernel allows it, no network at all (`launch`).
"""

import asyncio
import os
import sys
import tempfile
from asyncio.subprocess import PIPE, Process
from contextlib import suppress
from typing import IO, Self

from crawler.browser.pipe import MESSAGE_BYTES_MAX, BrowserGoneError, CallError, Pipe

START_S_MAX = 60.0
"""Seconds Chromium may take to start on a busy machine; on an idle one it takes half of one."""

ANSWER_S_MAX = 30.0
"""Seconds the browser itself, which no page can keep busy, may take for an answer."""

END_S_MAX = 5.0
"""Seconds the keeper may take to clear up; then it is killed, and the browser with it."""

_FEATURES_OFF = (
    *("HttpsUpgrades", "HttpsFirstBalancedModeAutoEnable", "OptimizationHints", "MediaRouter", "Translate"),
    *("DialMediaRouteProvider", "InterestFeedContentSuggestions", "Prerender2", "SpeculationRulesPrefetchFuture"),
    *("WebTransport", "DirectSockets"),
)

_FLAGS = (
    "--headless",
    "--remote-debugging-pipe",
    "--host-resolver-rules=MAP * ~NOTFOUND",
    "--proxy-server=http://nowhere.invalid:9",
    "--proxy-bypass-list=<-loopback>",
    "--force-webrtc-ip-handling-policy=disable_non_proxied_udp",
    f"--disable-features={','.join(_FEATURES_OFF)}",
    "--disable-background-networking",
    "--disable-breakpad",
    "--disable-client-side-phishing-detection",
    "--disable-component-extensions-with-background-pages",
    "--disable-component-update",
    "--disable-default-apps",
    "--disable-dev-shm-usage",
    "--disable-domain-reliability",
    "--disable-extensions",
    "--disable-gpu",
    "--disable-3d-apis",
    "--disable-notifications",
    "--disable-plugins",
    "--disable-print-preview",
    "--disable-remote-fonts",
    "--disable-sync",
    "--metrics-recording-only",
    "--mute-audio",
    "--no-default-browser-check",
    "--no-first-run",
    "--no-pings",
    "--password-store=basic",
    "--renderer-process-limit=1",
    "--blink-settings=imagesEnabled=false",
    "--accept-lang=da-DK,da,en",
)


class BrowserError(RuntimeError):
    """Chromium cannot be used; the message says what to do next."""


def check_chromium(path: str) -> None:
    """Raise `BrowserError` when there is no Chromium at `path`."""
    if not os.access(path, os.X_OK):
        raise BrowserError(
            f"The source's pages need a browser, and there is none at {path}. Install Debian's with `apt-get install "
            "chromium`, or name another Chromium in the setting crawler.chromium."
        )


class Chromium:
    """One running browser."""

    def __init__(self, process: Process, pipe: Pipe) -> None:
        self._process, self.pipe = process, pipe
        self.pages = 0

    @classmethod
    async def start(cls, path: str, user_agent: str) -> Self:
        """Start one; raises `BrowserError` when it does not come up."""
        check_chromium(path)
        keeper = [sys.executable, "-m", "crawler.browser.launch", str(os.getpid())]
        command = [*keeper, path, *_FLAGS, f"--user-agent={user_agent}"]
        with tempfile.TemporaryFile() as log:
            process = await asyncio.create_subprocess_exec(
                *command, stdin=PIPE, stdout=PIPE, stderr=log, limit=MESSAGE_BYTES_MAX
            )
            assert process.stdin is not None
            assert process.stdout is not None
            browser = cls(process, Pipe(process.stdout, process.stdin))
            try:
                async with asyncio.timeout(START_S_MAX):
                    await browser.pipe.call("Fetch.enable", patterns=[{"urlPattern": "*"}])
                    await browser.pipe.call("Browser.setDownloadBehavior", behavior="deny")
            except (BrowserGoneError, CallError, TimeoutError) as error:
                await browser.kill()
                raise BrowserError(f"{path} does not start: {_end_of(log) or error}") from error
            return browser

    async def processor_s(self) -> float:
        """Seconds of processor time the page has taken, which has a process of its own; raises as `Pipe.call` does."""
        try:
            async with asyncio.timeout(ANSWER_S_MAX):
                processes = (await self.pipe.call("SystemInfo.getProcessInfo"))["processInfo"]
        except TimeoutError as error:
            raise BrowserGoneError("the browser does not answer") from error
        return max((float(each["cpuTime"]) for each in processes if each["type"] == "renderer"), default=0.0)

    async def kill(self) -> None:
        """End the browser at once, with all its processes and its profile."""
        await self.pipe.close()
        for end in (self._process.terminate, self._process.kill):
            with suppress(ProcessLookupError):
                end()
            with suppress(TimeoutError):
                await asyncio.wait_for(self._process.wait(), END_S_MAX)
                return


def _end_of(log: IO[bytes]) -> str:
    """The last lines of what the browser wrote, as one."""
    log.seek(0)
    lines = log.read(2**16).decode("utf-8", "replace").split("\n")
    return " ".join(filter(None, lines))[-500:]
