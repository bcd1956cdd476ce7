"""What the portal is made with, and how a page gets at it.

The portal reads no settings, no environment and no clock, and knows no other room: whatever it needs of them is a value
or a function in `Portal`, which `flows.portal` puts together.
"""

import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

from starlette.requests import HTTPConnection

from ledger.policy import Policy
from ledger.portal.wiring import NO_WIRING, Wiring
from ledger.store import Ledger

LOGGER = logging.getLogger("ledger.portal")

SECRET_BYTES_MIN = 32
"""Shortest secret that is used as a key of HMAC-SHA256: as long as its output (RFC 2104, section 3)."""


@dataclass(frozen=True, slots=True)
class Site:
    """Who runs this portal, and where it stands.

    `url` is its public address without a path (`https://fodaftryk.example.dk`): links in mail and feeds begin with it,
    and requests for another host are refused. `operator` is who answers for it; `contact` is an e-mail address.
    """

    url: str
    operator: str = ""
    contact: str = ""

    @property
    def secure(self) -> bool:
        """Whether it is reached by https, so that cookies can be kept to that."""
        return self.url.startswith("https://")


@dataclass(frozen=True, slots=True)
class Mail:
    """One message in plain text to one person."""

    to: str
    subject: str
    text: str


class MailFailed(Exception):  # noqa: N818 - what happened, as all of ours are named
    """A mail was not taken by the server, or could not be written."""


@dataclass(frozen=True, slots=True)
class Match:
    """A work that a passage stands in: the share of the passage's word groups that are in it, of those compared."""

    work: str
    share: float


@dataclass(frozen=True, slots=True)
class Attested:
    """The key that checkpoints are checked with, and the newest one as it was signed; empty before the first."""

    vkey: str = ""
    note: str = ""


@dataclass(frozen=True, slots=True)
class Worth:
    """What a source adds: words in use, those that no other source has, and those that wait for a right."""

    source: str
    title: str
    words: int
    only_words: int
    waiting_words: int


@dataclass(frozen=True, slots=True)
class Portal:
    """Everything the portal needs, handed in once.

    `now` tells the time, aware and in UTC. `secret` is `SECRET_BYTES_MIN` bytes or more that nobody else knows; what
    is signed with it is worth nothing after it was changed. `send` hands a mail over, and raises OSError when that
    fails; `post` calls it.
    `canonical` gives an address its one spelling, or nothing where it has none. `find_passage` finds the works a text
    stands in, the likeliest first, and keeps nothing of it. `attested` gives the newest checkpoint, `worth` what each
    source adds, and `policy` is the one releases are decided by. `wiring` has the functions of other rooms that
    signed-in people's pages need.
    """

    ledger: Ledger
    site: Site
    now: Callable[[], datetime]
    secret: bytes
    send: Callable[[Mail], None]
    canonical: Callable[[str], str]
    find_passage: Callable[[str], Sequence[Match]]
    attested: Callable[[], Attested]
    worth: Callable[[], Sequence[Worth]]
    policy: Policy
    wiring: Wiring = NO_WIRING

    def __post_init__(self) -> None:
        """Refuse a secret that could be guessed."""
        if len(self.secret) < SECRET_BYTES_MIN:
            raise ValueError(f"the portal's secret has {len(self.secret)} bytes: give {SECRET_BYTES_MIN} or more")


def post(portal: Portal, mail: Mail) -> None:
    """Send a mail. Raises `MailFailed`, which is logged and told to the visitor, when it was not taken."""
    try:
        portal.send(mail)
    except OSError as error:
        LOGGER.exception("a mail was not taken")
        raise MailFailed from error


def portal_of(request: HTTPConnection) -> Portal:
    """Return what the app that answers this request was made with."""
    portal = request.app.state.portal
    assert isinstance(portal, Portal)
    return portal
