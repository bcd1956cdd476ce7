"""How the portal reaches the world: TXT records, a host's file, an OpenID Connect provider. Bounded, and never inside.

A domain that is claimed is a stranger's word. Its name is resolved here, every address must be of the public internet,
and the connection is made to the very address that was looked at, so that a name which resolves differently the second
time gains nothing. Only https is spoken; a redirect is followed on the same host alone.
"""

import http.client
import socket
import ssl
import urllib.parse
import urllib.request
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from http.client import HTTPMessage
from typing import IO

import dns.exception
import dns.resolver

from ledger.portal.oidc import ProviderFailed, is_safe

WAIT_S = 5
"""How long a host may take to connect, and between two parts of its answer."""

FILE_BYTES_MAX = 8192
"""What is read of a host's file, headers not counted: more than a claim's file may have."""

REDIRECTS_MAX = 3

PROVIDER_BYTES_MAX = 1024 * 1024
"""Largest answer of a provider: some keys."""

PROVIDER_WAIT_S = 10

AGENT = "Fodaftryk (domain check)"


def txt_records(name: str) -> Sequence[str]:
    """Return the TXT records of a name; none when there are none, or nobody answers."""
    try:
        answer = dns.resolver.resolve(name, "TXT", lifetime=WAIT_S, search=False)
    except (dns.exception.DNSException, OSError):
        return ()
    return tuple(b"".join(record.strings).decode("utf-8", "replace") for record in answer)


@dataclass(frozen=True, slots=True)
class Reach:
    """How hosts are reached: which addresses may be, on which port, and whose certificates are believed.

    The port and the certificates are others' in tests alone.
    """

    may_reach: Callable[[str], bool]
    port: int = 443
    tls: ssl.SSLContext | None = None


def host_file(reach: Reach, host: str, path: str) -> bytes | None:
    """Return what a host has at a path, by https; None for anything but a plain answer with at most some kilobytes."""
    try:
        return _followed(reach, host, path)
    except (OSError, http.client.HTTPException, ValueError):  # no such name, no answer, or none that can be read
        return None


def _followed(reach: Reach, host: str, path: str) -> bytes | None:
    for _ in range(REDIRECTS_MAX + 1):
        status, where, body = _get(reach, host, path)
        if status == http.HTTPStatus.OK:
            return body
        if status not in (301, 302, 303, 307, 308):
            return None
        parts = urllib.parse.urlsplit(urllib.parse.urljoin(f"https://{host}{path}", where))
        if parts.scheme != "https" or parts.hostname != host or parts.port not in (None, 443):
            return None
        path = urllib.parse.quote(parts.path or "/", safe="/%") + (f"?{parts.query}" if parts.query else "")
    return None


def _get(reach: Reach, host: str, path: str) -> tuple[int, str, bytes | None]:
    """The status, the redirect and the body of one answer; the body is None when it is too long or cut short."""
    found = socket.getaddrinfo(host, reach.port, type=socket.SOCK_STREAM)
    addresses = [entry[4][0] for entry in found]
    if not addresses or not all(reach.may_reach(str(address)) for address in addresses):
        raise OSError(f"{host} resolves to an address of the inside")
    context = reach.tls or ssl.create_default_context()
    with (
        socket.create_connection((str(addresses[0]), reach.port), timeout=WAIT_S) as plain,
        context.wrap_socket(plain, server_hostname=host) as secured,
    ):
        head = f"GET {path} HTTP/1.1\r\nHost: {host}\r\nUser-Agent: {AGENT}\r\nConnection: close\r\n\r\n"
        secured.sendall(head.encode("ascii"))
        response = http.client.HTTPResponse(secured, method="GET")
        response.begin()
        body = response.read(FILE_BYTES_MAX + 1)
        whole = len(body) <= FILE_BYTES_MAX and not response.length
        return response.status, response.getheader("Location", ""), body if whole else None


class _NoRedirect(urllib.request.HTTPRedirectHandler):
    """A provider's endpoints answer themselves: a redirect would carry our secret elsewhere."""

    def redirect_request(  # noqa: PLR0913, PLR0917 - urllib's signature
        self, req: urllib.request.Request, fp: IO[bytes], code: int, msg: str, headers: HTTPMessage, newurl: str
    ) -> None:
        """Follow none."""
        del req, fp, code, msg, headers, newurl


def provider_get(address: str) -> bytes:
    """Get an address of the provider. Raises ProviderFailed when there is no good answer."""
    return _ask(urllib.request.Request(address, headers={"Accept": "application/json"}))  # noqa: S310 - checked in _ask


def provider_post(address: str, form: Mapping[str, str], authorization: str) -> bytes:
    """Post a form to the provider. Raises ProviderFailed when there is no good answer."""
    headers = {"Accept": "application/json", "Authorization": authorization}
    body = urllib.parse.urlencode(form).encode()
    return _ask(urllib.request.Request(address, body, headers))  # noqa: S310 - as above


def _ask(request: urllib.request.Request) -> bytes:
    if not is_safe(request.full_url):
        raise ProviderFailed("the provider is not reached by https: see to the setting of its issuer")
    opener = urllib.request.build_opener(_NoRedirect, urllib.request.ProxyHandler())
    try:
        with opener.open(request, timeout=PROVIDER_WAIT_S) as answer:
            body: bytes = answer.read(PROVIDER_BYTES_MAX + 1)
    except (OSError, http.client.HTTPException, ValueError) as error:
        raise ProviderFailed("the provider does not answer as it should: try again later") from error
    if len(body) > PROVIDER_BYTES_MAX:
        raise ProviderFailed("the provider's answer is too long")
    return body
