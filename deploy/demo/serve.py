"""The demo web: a handful of made-up Danish sites, reached through a plain-HTTP forward proxy on loopback.

The pages are static files under `sites/<host>/`; `sites.json` says which hosts exist and, path by path, what differs
from an ordinary answer: a status, extra headers, a charset other than UTF-8. The path `*` stands for every path of
its host. A crawler reaches the hosts by its proxy setting, so nothing is resolved and nothing leaves the machine:

    with serve() as proxy_url:
        ...                     # fetch http://bibliotek.demo.test/ through proxy_url

or, from a terminal, `python deploy/demo/serve.py --port 8099`. A request that names no known host is answered 502,
and any method but GET and HEAD, CONNECT among them, 501. `ETag` comes from the bytes and `Last-Modified` is a constant,
so two checkouts answer alike.
"""

import argparse
import hashlib
import json
import sys
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import unquote, urlsplit

HERE = Path(__file__).resolve().parent

LAST_MODIFIED = "Mon, 02 Nov 2026 08:00:00 GMT"
"""Date of every page: one constant, because a checkout gives files the time of the checkout."""

IDLE_S_MAX = 10.0
"""Seconds a connection may be silent: a client on loopback that says nothing for this long has gone away."""

CONTENT_TYPES = {".html": "text/html", ".json": "application/json", ".txt": "text/plain", ".xml": "application/xml"}


@dataclass(frozen=True, slots=True)
class Rule:
    """What one path answers; `charset` is only declared, the file holds the bytes as they are sent."""

    status: HTTPStatus = HTTPStatus.OK
    headers: Mapping[str, str] = field(default_factory=dict)
    charset: str = "utf-8"


@dataclass(frozen=True, slots=True)
class Answer:
    """A finished answer: status, headers in order of sending, body."""

    status: HTTPStatus
    headers: Mapping[str, str]
    body: bytes


def load_sites(path: Path = HERE / "sites.json") -> dict[str, dict[str, Rule]]:
    """Read the rules: host to path to rule. A host with nothing unusual has no paths, but must be listed."""
    return {
        host: {
            place: Rule(HTTPStatus(rule.get("status", 200)), rule.get("headers", {}), rule.get("charset", "utf-8"))
            for place, rule in places.items()
        }
        for host, places in json.loads(path.read_text(encoding="utf-8")).items()
    }


def page_file(host: str, path: str) -> Path | None:
    """Find the file behind an URL's path, `/` at the end meaning `index.html`; `None` if there is none.

    `path` is percent-encoded, as in the request. Nothing outside the host's own folder is ever found.
    """
    root = (HERE / "sites" / host).resolve()
    name = unquote(path).lstrip("/")
    if "\0" in name:
        return None
    file = (root / (name + "index.html" if name == "" or name.endswith("/") else name)).resolve()
    return file if file.is_relative_to(root) and file.is_file() else None


def answer(sites: Mapping[str, Mapping[str, Rule]], host: str, path: str) -> Answer:
    """Answer for one path of a host; the rule of the path itself goes before the rule of the whole host.

    A path that has neither a file nor a rule is 404; a status without a file has its own name as the body.
    """
    places = sites.get(host)
    if places is None:
        message = f"{host or 'no host'} is not a site of the demo web; sites.json lists them\n"
        return Answer(HTTPStatus.BAD_GATEWAY, {"Content-Type": "text/plain; charset=utf-8"}, message.encode())
    everywhere, file = places.get("*", Rule()), page_file(host, path)
    rule = places.get(path, Rule(everywhere.status if file else HTTPStatus.NOT_FOUND, {}, everywhere.charset))
    if file is None:
        body, suffix = f"<!doctype html><title>{rule.status}</title>{rule.status.phrase}\n".encode(), ".html"
    else:
        body, suffix = file.read_bytes(), file.suffix
    return Answer(
        rule.status,
        {
            "Content-Type": f"{CONTENT_TYPES[suffix]}; charset={rule.charset}",
            "ETag": f'"{hashlib.sha256(body).hexdigest()[:16]}"',
            "Last-Modified": LAST_MODIFIED,
            **everywhere.headers,
            **rule.headers,
        },
        body,
    )


class Handler(BaseHTTPRequestHandler):
    """One connection, one request: it is closed after each, so that no client waits on an idle one."""

    protocol_version = "HTTP/1.1"
    server_version = "DemoWeb"
    sys_version = ""
    timeout = IDLE_S_MAX
    server: "DemoServer"

    def do_GET(self) -> None:
        """Answer with headers and body."""
        self._answer(with_body=True)

    def do_HEAD(self) -> None:
        """Answer with the headers that GET would have."""
        self._answer(with_body=False)

    def _answer(self, *, with_body: bool) -> None:
        target = urlsplit(self.path if "://" in self.path.split("?")[0] else f"//{self.headers['Host']}{self.path}")
        host, path = (target.hostname or "").lower(), target.path or "/"
        self.server.seen.append(f"{self.command} http://{host}{path}")
        found = answer(self.server.sites, host, path)
        self.send_response(found.status)
        for name, value in found.headers.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(found.body)))
        self.send_header("Connection", "close")
        self.end_headers()
        if with_body:
            self.wfile.write(found.body)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the base class names it so
        """Say nothing: `seen` keeps what was asked for."""


class DemoServer(ThreadingHTTPServer):
    """The proxy, on 127.0.0.1 and nowhere else; `seen` gets `GET http://host/path` for every request."""

    def __init__(self, port: int, seen: list[str]) -> None:
        """Bind to `port`, 0 meaning any that is free; `OSError` when it is taken."""
        self.sites, self.seen = load_sites(), seen
        super().__init__(("127.0.0.1", port), Handler)

    @property
    def url(self) -> str:
        """The proxy's own address, `http://127.0.0.1:<port>`."""
        return f"http://127.0.0.1:{self.server_address[1]}"


@contextmanager
def serve(port: int = 0, seen: list[str] | None = None) -> Iterator[str]:
    """Serve the demo web from a thread and give the proxy's URL; it stops when the block is left.

    `port` 0 takes any free one. A list given as `seen` is filled with `GET http://host/path` as requests arrive, so
    a test can also show what was never asked for.
    """
    with DemoServer(port, [] if seen is None else seen) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
        thread.start()
        try:
            yield server.url
        finally:
            server.shutdown()
            thread.join()


def main() -> None:
    """Serve until interrupted."""
    parser = argparse.ArgumentParser(description="Serve the demo web as a forward proxy on 127.0.0.1.")
    parser.add_argument("--port", type=int, default=0, help="port to listen on (0: any free one)")
    port = parser.parse_args().port
    with DemoServer(port, []) as server:
        print(server.url, *(f"  http://{host}/" for host in server.sites), sep="\n", flush=True)
        try:
            server.serve_forever()
        except KeyboardInterrupt:
            sys.exit(0)


if __name__ == "__main__":
    main()
