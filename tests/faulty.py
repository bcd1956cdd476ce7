"""A proxy that fails: it stands before a real store and does to requests and replies what networks and stores do.

One request a connection. What becomes of each is drawn by a seed, so that a run can be done again.
"""

import random
import socket
import ssl
import struct
import threading
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

FAULTS = ("500", "503", "reset_before", "reset_after", "truncated", "lost")
"""Refused in two ways; broken off before the store sees it, or after it did; half a reply; done, and told as failed."""

_STATUS = {"500": "500 Internal Server Error", "503": "503 Slow Down", "lost": "500 Internal Server Error"}
_CODES = {"500": "InternalError", "503": "SlowDown", "lost": "InternalError"}


@dataclass
class Faults:
    """How often requests fail (0 to 1), and in which ways; counts what was done. May be changed while it stands."""

    share: float
    kinds: tuple[str, ...] = FAULTS
    seed: int = 1
    done: Counter[str] = field(default_factory=Counter)

    def __post_init__(self) -> None:
        self._random, self._lock = random.Random(self.seed), threading.Lock()

    def draw(self) -> str:
        """What becomes of a request: a fault, or nothing."""
        with self._lock:
            fault = self._random.choice(self.kinds) if self._random.random() < self.share else ""
            self.done[fault or "passed"] += 1
            return fault


@contextmanager
def faulty(upstream: str, faults: Faults, certificate: Path | None = None) -> Iterator[str]:
    """Stand before a server; gives the URL to reach it by. With a `certificate` (PEM, its key in it) it speaks TLS."""
    target = (str(urlsplit(upstream).hostname), int(urlsplit(upstream).port or 80))
    tls = None
    if certificate is not None:
        tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        tls.load_cert_chain(certificate)
    with socket.create_server(("127.0.0.1", 0), backlog=256) as listening:

        def accept() -> None:
            with suppress(OSError):
                while True:
                    accepted = listening.accept()[0]
                    threading.Thread(target=_serve, args=(accepted, target, faults, tls), daemon=True).start()

        threading.Thread(target=accept, daemon=True).start()
        yield f"{'https' if tls else 'http'}://127.0.0.1:{listening.getsockname()[1]}"
        listening.shutdown(socket.SHUT_RDWR)


def _serve(accepted: socket.socket, target: tuple[str, int], faults: Faults, tls: ssl.SSLContext | None) -> None:
    """One connection, with one request."""
    with suppress(OSError), accepted:
        client = tls.wrap_socket(accepted, server_side=True) if tls else accepted
        with client:
            request = _request(client)
            if not request:
                return
            fault = faults.draw()
            if fault == "reset_before":
                _reset(client)
                return
            if fault in {"500", "503"}:
                client.sendall(_refusal(fault, request))
                return
            reply = _asked(target, request)
            if fault == "reset_after":
                _reset(client)
            elif fault == "lost":
                client.sendall(_refusal(fault, request))
            elif fault == "truncated":
                client.sendall(reply[: len(reply) // 2])
            else:
                client.sendall(reply)


def _request(client: socket.socket) -> bytes:
    """A whole request, with its connection to be closed behind it."""
    data = b""
    while b"\r\n\r\n" not in data:
        piece = client.recv(65536)
        if not piece:
            return b""
        data += piece
    head, _, body = data.partition(b"\r\n\r\n")
    lines = [line for line in head.split(b"\r\n") if not line.lower().startswith((b"connection:", b"expect:"))]
    length = next((int(line.split(b":")[1]) for line in lines if line.lower().startswith(b"content-length:")), 0)
    if b"100-continue" in head.lower() and len(body) < length:
        client.sendall(b"HTTP/1.1 100 Continue\r\n\r\n")
    while len(body) < length:
        piece = client.recv(65536)
        if not piece:
            return b""
        body += piece
    return b"\r\n".join([*lines, b"Connection: close", b"", b""]) + body


def _asked(target: tuple[str, int], request: bytes) -> bytes:
    """The store's whole reply."""
    with socket.create_connection(target, timeout=60) as server:
        server.sendall(request)
        pieces = []
        while piece := server.recv(65536):
            pieces.append(piece)
    head, _, body = b"".join(pieces).partition(b"\r\n\r\n")
    lines = [line for line in head.split(b"\r\n") if not line.lower().startswith(b"connection:")]
    return b"\r\n".join([*lines, b"Connection: close", b"", b""]) + body


def _refusal(fault: str, request: bytes) -> bytes:
    body = f"<Error><Code>{_CODES[fault]}</Code><Message>made by a test</Message></Error>".encode()
    told = f"HTTP/1.1 {_STATUS[fault]}\r\nContent-Type: application/xml\r\nConnection: close\r\n"
    told += f"Content-Length: {len(body)}\r\n\r\n"
    return told.encode() + (b"" if request.startswith(b"HEAD ") else body)


def _reset(client: socket.socket) -> None:
    """Close so that the other side is told of a reset."""
    client.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
