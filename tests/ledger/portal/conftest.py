"""A portal on an empty ledger, and somebody who visits it."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from starlette.testclient import TestClient

from ledger.portal.app import create_app
from ledger.portal.portal import Mail, Portal, Site
from ledger.store import open_ledger

URL = "https://portal.test"


@dataclass
class Clock:
    """A clock that a test sets."""

    at: datetime = datetime(2026, 11, 26, 12, tzinfo=UTC)

    def __call__(self) -> datetime:
        """Tell the time."""
        return self.at

    def forward(self, seconds: float) -> None:
        """Let time pass."""
        self.at += timedelta(seconds=seconds)


@dataclass
class Letters:
    """The mail that was sent, oldest first."""

    sent: list[Mail] = field(default_factory=list)

    def __call__(self, mail: Mail) -> None:
        """Take a mail."""
        self.sent.append(mail)


@pytest.fixture
def clock() -> Clock:
    """The portal's clock."""
    return Clock()


@pytest.fixture
def letters() -> Letters:
    """What the portal sent."""
    return Letters()


@pytest.fixture
def portal(tmp_path: Path, clock: Clock, letters: Letters) -> Iterator[Portal]:
    """A portal on an empty ledger."""
    ledger = open_ledger(f"sqlite:///{tmp_path / 'ledger.sqlite'}")
    site = Site(URL, operator="Tekstbanken", contact="hjaelp@portal.test")
    yield Portal(ledger=ledger, site=site, now=clock, secret=b"s" * 32, send=letters)
    ledger.close()


@pytest.fixture
def client(portal: Portal) -> Iterator[TestClient]:
    """A visitor with a browser that keeps cookies and follows no redirects."""
    with TestClient(create_app(portal), URL, follow_redirects=False, raise_server_exceptions=False) as visitor:
        yield visitor
