"""The portal put together: its settings, the ledger, and what it needs of the other rooms, as values and functions."""

import json
import logging
import os
import secrets
from collections.abc import Callable
from functools import partial
from pathlib import Path
from urllib.parse import urlsplit

from crawler.urls import canonical
from flows.attesting import newest_attested
from flows.errors import SettingsError
from flows.mail import by_smtp, smtp_server, to_folder
from flows.passages import PassageFinder
from flows.portal_wiring import wiring_of
from flows.settings import Settings, moment
from flows.workspace import Workspace
from flows.worth import WorthMap
from ledger.portal.portal import SECRET_BYTES_MIN, Attested, Mail, Portal, Site


def portal_of_space(space: Workspace, url: str) -> Portal:
    """Make the portal of a workspace; `url` is where it is reached, unless the settings say another place.

    Raises SettingsError when a setting cannot be used, or the secret's file not be read or made.
    """
    settings = space.settings.portal
    return Portal(
        ledger=space.ledger,
        site=Site(_checked(settings.url or url), settings.operator, settings.contact),
        now=moment,
        secret=_secret(space.settings),
        send=_mail(space.settings),
        canonical=canonical,
        find_passage=PassageFinder(space),
        attested=partial(attested, space),
        worth=WorthMap(space),
        policy=space.policy,
        wiring=wiring_of(space),
    )


def attested(space: Workspace) -> Attested:
    """Return the key and the newest checkpoint in storage; empty before anything was signed."""
    return Attested(*newest_attested(space))


def _checked(url: str) -> str:
    """The address the portal is reached at. Raises SettingsError unless it is scheme and host alone."""
    try:
        parts = urlsplit(url)
        plain = parts.scheme in ("http", "https") and parts.hostname and not parts.path.strip("/")
    except ValueError:
        plain = False
    if not plain or "?" in url or "#" in url or "@" in url:
        raise SettingsError(f"portal.url: {url!r} should be scheme and host alone, as https://fodaftryk.example.dk.")
    return url.rstrip("/")


def _secret(settings: Settings) -> bytes:
    """The secret that forms and sessions are signed with, made with mode 600 where there is none."""
    file = settings.portal_secret
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        try:
            handle = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        except FileExistsError:
            pass
        else:
            with os.fdopen(handle, "w") as made:
                made.write(secrets.token_hex(SECRET_BYTES_MIN) + "\n")
        secret = bytes.fromhex(file.read_text(encoding="ascii").strip())
    except OSError as error:
        raise SettingsError(f"portal.secret: {file} cannot be used ({error.strerror}): see to its place.") from error
    except ValueError as error:
        raise SettingsError(
            f"portal.secret: {file} does not hold hexadecimal digits: remove it, and one is made."
        ) from error
    if len(secret) < SECRET_BYTES_MIN:
        raise SettingsError(
            f"portal.secret: {file} is shorter than {SECRET_BYTES_MIN} bytes: remove it, and one is made."
        )
    return secret


def _mail(settings: Settings) -> Callable[[Mail], None]:
    sender = settings.portal.sender or settings.portal.contact or "fodaftryk@localhost"
    if settings.portal.smtp:
        return by_smtp(smtp_server(settings.portal.smtp), sender)
    return to_folder(mail_folder(settings.data), sender)


def mail_folder(data: Path) -> Path:
    """Where mail is written when no server takes it."""
    return data / "mail"


class JsonLines(logging.Formatter):
    """Log records as JSON, one a line whatever is in them; a record that is JSON already stands under `request`."""

    def format(self, record: logging.LogRecord) -> str:
        """Write one record."""
        told: dict[str, object] = {"at": self.formatTime(record), "level": record.levelname, "from": record.name}
        text = record.getMessage()
        if record.name == "ledger.portal.requests":
            told["request"] = json.loads(text)
        else:
            told["message"] = text
        if record.exc_info:
            told["error"] = self.formatException(record.exc_info)
        return json.dumps(told, ensure_ascii=False)


def log_as_json() -> None:
    """Let the portal and the server write JSON lines on stderr."""
    handler = logging.StreamHandler()
    handler.setFormatter(JsonLines())
    for name in ("ledger.portal", "uvicorn"):
        logger = logging.getLogger(name)
        logger.handlers, logger.propagate = [handler], False
        logger.setLevel(logging.INFO)
