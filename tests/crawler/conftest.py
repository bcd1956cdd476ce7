"""Fixtures: a little web on loopback and the crawler set on it."""

import socketserver
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.crawler.little_web import Crawler, LittleWeb


@pytest.fixture
def web() -> Iterator[LittleWeb]:
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


@pytest.fixture
def crawler(web: LittleWeb, tmp_path: Path) -> Crawler:
    """The crawler, set on the little web."""
    return Crawler(web, tmp_path / "crawl")
