"""A web of files on loopback, reached as an operator's proxy: ranges, marks, robots.txt, and answers that break off."""

import hashlib
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import unquote, urlsplit

FREE = b"User-agent: *\nDisallow: /lukket/\n"


@dataclass
class FileWeb:
    """What the web holds (bytes by path), what it was asked for, and after how many bytes each next answer breaks."""

    proxy: str = ""
    files: dict[str, bytes] = field(default_factory=lambda: {"/robots.txt": FREE})
    moved: dict[str, str] = field(default_factory=dict)
    statuses: dict[str, int] = field(default_factory=dict)
    asked: list[tuple[str, str, str]] = field(default_factory=list)
    agents: set[str] = field(default_factory=set)
    breaks: list[int] = field(default_factory=list)


class Handler(BaseHTTPRequestHandler):
    """One request a connection, as by a forward proxy."""

    protocol_version = "HTTP/1.1"
    web: FileWeb

    def do_GET(self) -> None:
        """Answer with the body."""
        self._answer()

    def do_HEAD(self) -> None:
        """Answer without it."""
        self._answer()

    def _answer(self) -> None:
        path = unquote(urlsplit(self.path).path)
        self.web.asked.append((self.command, path, self.headers.get("Range", "")))
        self.web.agents.add(self.headers.get("User-Agent", ""))
        body = self.web.files.get(path)
        if path in self.web.moved:
            self._send(302, {"Location": self.web.moved[path]}, b"")
        elif path in self.web.statuses or body is None:
            self._send(self.web.statuses.get(path, 404), {}, b"")
        else:
            self._send_file(body)

    def _send_file(self, body: bytes) -> None:
        mark = f'"{hashlib.sha256(body).hexdigest()[:16]}"'
        if self.headers.get("If-None-Match") == mark:
            self._send(304, {"ETag": mark}, b"")
            return
        wanted, start = self.headers.get("Range", ""), 0
        if wanted and self.headers.get("If-Range") == mark:
            start = int(wanted.removeprefix("bytes=").removesuffix("-"))
        told = {"ETag": mark, "Content-Length": str(len(body) - start)}
        if start:
            told["Content-Range"] = f"bytes {start}-{len(body) - 1}/{len(body)}"
        if self.path.endswith(".png"):
            told["Content-Type"] = "image/png"
        self._send(206 if start else 200, told, body[start:])

    def _send(self, status: int, headers: dict[str, str], body: bytes) -> None:
        self.send_response(status)
        for name, value in {"Content-Length": "0", **headers, "Connection": "close"}.items():
            self.send_header(name, value)
        self.end_headers()
        if self.command == "GET" and body:
            most = self.web.breaks.pop(0) if self.web.breaks and not self.path.endswith("robots.txt") else len(body)
            self.wfile.write(body[:most])

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the base class names it so
        """Say nothing."""


@contextmanager
def serve_files() -> Iterator[FileWeb]:
    """Serve a web of files until the block is left."""
    web = FileWeb()
    handler = type("Bound", (Handler,), {"web": web})
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        web.proxy = f"http://127.0.0.1:{server.server_address[1]}"
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
        thread.start()
        yield web
        server.shutdown()
        thread.join()
