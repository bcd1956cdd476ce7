"""A portal on an empty ledger, and somebody who visits it."""

import shutil
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from starlette.testclient import TestClient

from dedup.parameters import Parameters
from dedup.passages import Passages, write_passages
from ledger.policy import load_policy
from ledger.portal.app import create_app
from ledger.portal.portal import Attested, Mail, Match, Portal, Site, Worth
from ledger.store import Ledger, open_ledger

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
    """The mail that was sent, oldest first; a server that is broken takes none."""

    sent: list[Mail] = field(default_factory=list)
    broken: bool = False

    def __call__(self, mail: Mail) -> None:
        """Take a mail."""
        if self.broken:
            raise ConnectionRefusedError
        self.sent.append(mail)


@dataclass
class Shelf:
    """Texts that passages are found in, as the real ones are."""

    folder: Path
    files: list[Path] = field(default_factory=list)

    def add(self, work: str, text: str) -> None:
        """Put a work's text in."""
        self.files.append(self.folder / f"{len(self.files)}.passages")
        write_passages([([work], [text])], Parameters(), self.files[-1])

    def __call__(self, text: str) -> list[Match]:
        """Find a passage."""
        return [Match(found.id, found.share) for found in Passages(self.files, Parameters()).find(text)]


@pytest.fixture
def passages(tmp_path: Path) -> Shelf:
    """What passages are found in."""
    return Shelf(tmp_path)


@pytest.fixture
def clock() -> Clock:
    """The portal's clock."""
    return Clock()


@pytest.fixture
def letters() -> Letters:
    """What the portal sent."""
    return Letters()


@pytest.fixture(scope="session")
def empty_ledger(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The file of an empty ledger, made once: its tables take a second."""
    file = tmp_path_factory.mktemp("empty") / "ledger.sqlite"
    open_ledger(f"sqlite:///{file}").close()
    return file


@pytest.fixture
def ledger(empty_ledger: Path, tmp_path: Path) -> Iterator[Ledger]:
    """An empty ledger on SQLite alone: what PostgreSQL does otherwise is the ledger's own tests' to show."""
    shutil.copyfile(empty_ledger, tmp_path / "ledger.sqlite")
    opened = open_ledger(f"sqlite:///{tmp_path / 'ledger.sqlite'}")
    yield opened
    opened.close()


def portal_on(ledger: Ledger, clock: Clock, letters: Letters, passages: Shelf) -> Portal:
    """A portal on a ledger."""
    site = Site(URL, operator="Tekstbanken", contact="hjaelp@portal.test")
    return Portal(
        ledger=ledger,
        site=site,
        now=clock,
        secret=b"s" * 32,
        send=letters,
        canonical=str,
        find_passage=passages,
        attested=lambda: Attested("portal.test+key", "portal.test\n7\nroot\n"),
        worth=lambda: (Worth("blad", "Bladet", 100, 80, 7), Worth("bog", "Bogen", 0, 0, 9)),
        policy=load_policy(None),
    )


@pytest.fixture
def portal(ledger: Ledger, clock: Clock, letters: Letters, passages: Shelf) -> Portal:
    """A portal on an empty ledger."""
    return portal_on(ledger, clock, letters, passages)


@pytest.fixture
def client(portal: Portal) -> Iterator[TestClient]:
    """A visitor with a browser that keeps cookies and follows no redirects."""
    with TestClient(create_app(portal), URL, follow_redirects=False, raise_server_exceptions=False) as visitor:
        yield visitor
