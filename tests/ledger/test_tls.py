"""TLS to PostgreSQL: what the ledger's address asks for, and a certificate that is not trusted is refused."""

import socket
import ssl
import threading
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest
from sqlalchemy import make_url

from ledger.errors import LedgerUnavailable
from ledger.sources import sources
from ledger.store import open_ledger
from ledger.tls import tls_asked
from tests.certificates import self_signed

ASKS = b"\x00\x00\x00\x08\x04\xd2\x16\x2f"
"""What a client of PostgreSQL sends before all else when it wants TLS."""


@pytest.fixture
def front(postgresql_url: str, tmp_path: Path) -> Iterator[tuple[str, Path]]:
    """An address on loopback that speaks TLS for a real PostgreSQL, and the certificate that vouches for it."""
    certificate, inner = self_signed(tmp_path / "front.pem"), str(make_url(postgresql_url).query["unix_sock"])
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(certificate)
    with socket.create_server(("127.0.0.1", 0)) as server:
        threading.Thread(target=_serve, args=(server, context, inner), daemon=True).start()
        yield f"postgresql://postgres@127.0.0.1:{server.getsockname()[1]}/postgres", certificate
        server.shutdown(socket.SHUT_RDWR)


def _serve(server: socket.socket, context: ssl.SSLContext, inner: str) -> None:
    with suppress(OSError):
        while True:
            threading.Thread(target=_speak, args=(server.accept()[0], context, inner), daemon=True).start()


def _speak(plain: socket.socket, context: ssl.SSLContext, inner: str) -> None:
    """Take one client: refuse it unless it asks for TLS, and pass on all that it says."""
    with suppress(OSError), plain:
        if plain.recv(len(ASKS)) != ASKS:
            return
        plain.sendall(b"S")
        with context.wrap_socket(plain, server_side=True) as client, socket.socket(socket.AF_UNIX) as behind:
            behind.connect(inner)
            back = threading.Thread(target=_pass_on, args=(behind, client), daemon=True)
            back.start()
            _pass_on(client, behind)
            behind.shutdown(socket.SHUT_RDWR)
            back.join()


def _pass_on(source: socket.socket, target: socket.socket) -> None:
    with suppress(OSError):
        while data := source.recv(1 << 16):
            target.sendall(data)


def test_a_certificate_is_verified_when_the_address_asks_for_it(front: tuple[str, Path]) -> None:
    """Trusted by its own authority it is used; by the system's it is refused; unverified it is used as ever."""
    address, certificate = front
    for asked in ("", "?sslmode=require", f"?sslmode=verify-full&sslrootcert={certificate}"):
        ledger = open_ledger(address + asked)
        assert sources(ledger) == ()
        ledger.close()
    with pytest.raises(LedgerUnavailable, match="certificate"):
        open_ledger(f"{address}?sslmode=verify-full")
    with pytest.raises(LedgerUnavailable):
        open_ledger(f"{address}?sslmode=disable")


@pytest.mark.parametrize(
    ("asked", "told"),
    [
        ("sslmode=prefer", "disable, require or verify-full"),
        ("sslrootcert=/x.pem", "verify-full"),
        ("sslmode=verify-full&sslrootcert=/nowhere.pem", "name a PEM file"),
    ],
)
def test_what_an_address_cannot_ask_is_told(asked: str, told: str) -> None:
    """An unknown mode, an authority that nothing looks at, and one that is not there."""
    with pytest.raises(LedgerUnavailable, match=told):
        tls_asked(make_url(f"postgresql://user@host/name?{asked}"))
