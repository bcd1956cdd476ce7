"""TLS: a certificate that does not vouch for the host is no way in."""

import ssl
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from socket import socket

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from crawler.starting import Crawls
from tests.crawler.little_web import Crawler, LittleWeb, article, reply


def _certificate(folder: Path, name: str) -> Path:
    """A key and a certificate that signs itself, in one file."""
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    now = datetime.now(UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(name)]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    path = folder / f"{name}.pem"
    private = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    path.write_bytes(private + certificate.public_bytes(serialization.Encoding.PEM))
    return path


@pytest.mark.parametrize(
    ("name", "trusted", "word"),
    [("a.dk", True, "captured"), ("a.dk", False, "robots_unreachable"), ("b.dk", True, "robots_unreachable")],
)
def test_certificates_are_verified(web: LittleWeb, crawler: Crawler, name: str, word: str, *, trusted: bool) -> None:
    """Through the proxy's tunnel, a page is fetched only from a server whose certificate is trusted and names it."""
    pem = _certificate(crawler.folder.parent, name)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(pem)
    inside: list[str] = []

    def tunnel(connection: socket) -> None:
        connection.sendall(b"HTTP/1.1 200 Connected\r\n\r\n")
        with context.wrap_socket(connection, server_side=True) as secure:
            path = secure.recv(65536).split(b" ")[1].decode()
            inside.append(path)
            secure.sendall(article("bag lås") if path == "/" else reply("", 404))

    web.pages = {"a.dk:443": tunnel}
    with pytest.MonkeyPatch.context() as patch, Crawls() as crawls:
        if trusted:
            patch.setenv("SSL_CERT_FILE", str(pem))
        crawled = replace(crawler, crawls=crawls).run(seeds=["https://a.dk/"])
    assert crawled.outcomes() == {"https://a.dk/": word}
    assert ("/robots.txt" in inside) is (word == "captured")
