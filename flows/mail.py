"""Mail for the portal: handed to a server by SMTP, or written to a folder where there is none, to be read there.

A server that is not on this machine is spoken to encrypted or not at all.
"""

import os
import smtplib
import ssl
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from email.message import EmailMessage
from email.utils import make_msgid
from pathlib import Path
from urllib.parse import unquote, urlsplit

from flows.errors import SettingsError
from ledger.portal.portal import Mail

SMTP_S_MAX = 20.0
"""Longest a server may take: a person waits for the page meanwhile."""

_PORTS = {"smtp": 587, "smtps": 465}
_LOOPBACK = ("localhost", "127.0.0.1", "::1")


@dataclass(frozen=True, slots=True)
class SmtpServer:
    """A server by its parts; `encrypted` from the first byte, else by STARTTLS, which a foreign server has to offer."""

    host: str
    port: int
    user: str
    password: str
    encrypted: bool


def smtp_server(url: str) -> SmtpServer:
    """Read `smtp://user:password@host:port`, or `smtps://…`. Raises SettingsError for anything else."""
    try:
        parts = urlsplit(url)
        host, port = parts.hostname or "", parts.port or _PORTS[parts.scheme]
    except (KeyError, ValueError) as error:
        raise SettingsError("portal.smtp: write it as smtp://user:password@host:587 or smtps://…:465.") from error
    if not host:
        raise SettingsError("portal.smtp names no host: write it as smtp://user:password@host:587.")
    name, password = unquote(parts.username or ""), unquote(parts.password or "")
    return SmtpServer(host, port, name, password, parts.scheme == "smtps")


def by_smtp(server: SmtpServer, sender: str) -> Callable[[Mail], None]:
    """Return what sends a mail by a server; it raises OSError when the server does not take it."""

    def send(mail: Mail) -> None:
        context = ssl.create_default_context()
        if server.encrypted:
            connection: smtplib.SMTP = smtplib.SMTP_SSL(server.host, server.port, timeout=SMTP_S_MAX, context=context)
        else:
            connection = smtplib.SMTP(server.host, server.port, timeout=SMTP_S_MAX)
        with connection:
            if not server.encrypted and server.host not in _LOOPBACK:
                connection.starttls(context=context)
            if server.user:
                connection.login(server.user, server.password)
            connection.send_message(_message(mail, sender))

    return send


def to_folder(folder: Path, sender: str) -> Callable[[Mail], None]:
    """Return what writes a mail into a folder as a file that mail programs open, the newest last by name."""

    def send(mail: Mail) -> None:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        body = bytes(_message(mail, sender))
        with tempfile.NamedTemporaryFile(dir=folder, prefix=".", delete=False) as file:
            file.write(body)
        number = len(list(folder.glob("*.eml")))
        while True:
            try:
                os.link(file.name, folder / f"{number:06}.eml")
            except FileExistsError:
                number += 1
            else:
                break
        Path(file.name).unlink()

    return send


def _message(mail: Mail, sender: str) -> EmailMessage:
    """The mail as it is sent; a line break in an address or a subject is refused by EmailMessage itself."""
    message = EmailMessage()
    message["From"], message["To"], message["Subject"] = sender, mail.to, mail.subject
    message["Message-ID"] = make_msgid(domain=sender.rpartition("@")[2] or "localhost")
    message["Auto-Submitted"] = "auto-generated"
    message.set_content(mail.text)
    return message
