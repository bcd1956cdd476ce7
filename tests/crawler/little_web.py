"""A little web that misbehaves on request, behind a proxy on loopback, and crawls of it in processes of their own."""

import gzip
import json
import os
import random
import signal
import socket
import socketserver
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from threading import Timer
from typing import Any

import pytest

from corpus.captures import read_captures
from crawler.rendering import CHROMIUM
from crawler.starting import Crawl, Crawls

RUN_S_MAX = 90
"""Longest a crawl in these tests may take: ten times what it does on a busy machine."""

NO_CHROMIUM = pytest.mark.skipif(
    not os.access(CHROMIUM, os.X_OK) and not os.environ.get("CI"),
    reason=f"no {CHROMIUM}: sudo apt-get install chromium",
)
"""Only a person's own machine may be without a browser; elsewhere its tests fail without one."""

Answer = bytes | Callable[[socket.socket], None]


def reply(body: str | bytes = "", status: int = 200, **headers: str) -> bytes:
    """An HTTP answer; header names are written with underscores."""
    data = body.encode() if isinstance(body, str) else body
    named = {"Content-Type": "text/html; charset=utf-8", "Content-Length": str(len(data))}
    named |= {name.replace("_", "-"): value for name, value in headers.items()}
    head = "".join(f"{name}: {value}\r\n" for name, value in named.items())
    return f"HTTP/1.1 {status} X\r\n{head}Connection: close\r\n\r\n".encode() + data


def story(seed: object, words: int = 60) -> str:
    """A text that is its own: words of letters that no other seed gives."""
    letters = random.Random(str(seed))
    return " ".join("".join(letters.choices("abdefghiklmnoprstuvæøå", k=7)) for _ in range(words))


def article(text: str, *links: str, head: str = "") -> bytes:
    """A page with a text of its own and links."""
    anchors = "".join(f'<a href="{link}">{text}</a> ' for link in links)
    body = f"<!doctype html><html lang=da><head><title>{text}</title>{head}</head><body><p>{text}</p>{anchors}</body>"
    return reply(body)


def shell(script: str = "/app.js", head: str = "", **headers: str) -> bytes:
    """A page that is empty until its script has run."""
    return reply(
        f'<!doctype html><html lang=da><head><title>Skal</title>{head}<script src="{script}"></script></head>'
        "<body><main></main></body></html>",
        **headers,
    )


def script(code: str) -> bytes:
    """A script, run when the page is there."""
    return reply(f"addEventListener('DOMContentLoaded', async () => {{{code}}})", Content_Type="text/javascript")


def endless() -> bytes:
    """A script that never ends."""
    return reply("for (;;) {}", Content_Type="text/javascript")


def data(text: str, **headers: str) -> bytes:
    """An answer for a script."""
    return reply(text, **{"Content_Type": "text/plain; charset=utf-8", **headers})


SHOW = "document.querySelector('main').innerHTML += await (await fetch('/tekst')).text();"
"""What a script does to put a text into its page."""


@dataclass
class LittleWeb:
    """Answers by URL, or by a function for what is not listed; notes each request."""

    pages: dict[str, Answer] = field(default_factory=dict)
    otherwise: Callable[[str], Answer] = lambda _: reply("Ikke her", 404)
    asked: list[tuple[float, str, dict[str, str]]] = field(default_factory=list)
    port: int = 0
    closing: threading.Event = field(default_factory=threading.Event)

    @property
    def urls(self) -> list[str]:
        """The URLs that were asked for, in order."""
        return [url for _, url, _ in self.asked]

    def handle(self, connection: socket.socket) -> None:
        """Answer one request of the proxy kind."""
        head = b""
        while b"\r\n\r\n" not in head:
            received = connection.recv(65536)
            if not received:
                return
            head += received
        first, *lines = head.decode("latin-1").split("\r\n")
        headers = {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in lines if line)}
        url = first.split(" ")[1]
        self.asked.append((time.monotonic(), url, headers))
        answer = self.pages[url] if url in self.pages else self.otherwise(url)
        if callable(answer):
            answer(connection)
        else:
            connection.sendall(answer)


@contextmanager
def little_web() -> Iterator[LittleWeb]:
    """A little web on a free port of loopback."""
    little = LittleWeb()

    class Handler(socketserver.BaseRequestHandler):
        def handle(self) -> None:
            try:
                little.handle(self.request)
            except OSError:  # the crawler left: often that is what is tested
                return

    class Server(socketserver.ThreadingTCPServer):
        daemon_threads = True
        block_on_close = False
        request_queue_size = 64

    with Server(("127.0.0.1", 0), Handler) as server:
        little.port = server.server_address[1]
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
        thread.start()
        yield little
        little.closing.set()
        server.shutdown()
        thread.join()


@dataclass
class Crawled:
    """What a crawl left behind."""

    code: int
    folder: Path
    events: list[dict[str, Any]]
    log: str

    @property
    def report(self) -> dict[str, Any]:
        """report.json."""
        return json.loads((self.folder / "report.json").read_text())

    @property
    def pages(self) -> dict[str, dict[str, Any]]:
        """pages.jsonl.gz by URL."""
        with gzip.open(self.folder / "pages.jsonl.gz", "rt") as file:
            return {row["url"]: row for row in map(json.loads, file)}

    def outcomes(self) -> dict[str, str]:
        """Each page's reason, or its outcome when there is none."""
        return {url: page["reason"] or page["outcome"] for url, page in self.pages.items()}

    def texts(self) -> dict[str, str]:
        """The captured pages, by URL."""
        files = [self.folder / warc["file"] for warc in self.report["warcs"]]
        return {each.url: each.payload.decode() for file in files for each in read_captures(file)}


@dataclass
class Started:
    """A crawl under way, with its log in a file."""

    crawl: Crawl
    log: Path

    def send_signal(self, number: int) -> None:
        """Send it a signal."""
        self.crawl.send_signal(number)

    @property
    def pid(self) -> int:
        """Its process."""
        return self.crawl.pid

    @property
    def returncode(self) -> int | None:
        """How it ended."""
        return self.crawl.returncode

    def communicate(self) -> tuple[str, str]:
        """Wait for its end, for no longer than a crawl may take; what it told, and its log."""
        killing = Timer(RUN_S_MAX, self.send_signal, [signal.SIGKILL])
        killing.start()
        with self.crawl as crawl:
            told = crawl.told.read()
            killing.cancel()
            killing.join()
        return told, self.log.read_text()


@dataclass
class Crawler:
    """Runs crawls of the little web, as flows do."""

    web: LittleWeb
    folder: Path
    crawls: Crawls

    def job(self, **wishes: Any) -> Path:
        """Write a job file: one host, small limits, hardly any delay; `limits` are merged."""
        limits = {"pages_max": 500, "depth_max": 20, "bytes_max": 10**9, "seconds_max": 60, "response_s_max": 3}
        row = {
            "source": "prøve",
            "crawl": "c1",
            "folder": str(self.folder),
            "hosts": ["a.dk"],
            "seeds": ["http://a.dk/"],
            "delay_s_min": 0.001,
            "proxy": f"http://127.0.0.1:{self.web.port}",
            "user_agent_url": "https://fodaftryk.example/om",
            "status": "confirmed",
            "now": "2026-11-01T12:00:00+00:00",
            **wishes,
            "limits": {**limits, **wishes.get("limits", {})},
        }
        path = self.folder.with_suffix(".json")
        path.write_text(json.dumps(row))
        return path

    def start(self, **wishes: Any) -> Started:
        """Start a crawl."""
        log = self.folder.with_suffix(".log")
        with log.open("wb") as file:
            return Started(self.crawls.start(self.job(**wishes), file.fileno()), log)

    def finish(self, started: Started) -> Crawled:
        """Wait for a crawl that was started."""
        out, log = started.communicate()
        code = started.returncode
        assert code is not None
        assert code != -signal.SIGKILL, f"the crawl did not end:\n{log}"
        return Crawled(code, self.folder, [json.loads(line) for line in out.splitlines()], log)

    def run(self, **wishes: Any) -> Crawled:
        """Crawl to the end."""
        return self.finish(self.start(**wishes))
