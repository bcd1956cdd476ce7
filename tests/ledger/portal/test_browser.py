"""The portal in a real browser: what people do with it, and whether everybody can.

axe-core looks at every page, once in Danish and light and once in English and dark.
"""

import shutil
import socket
from collections.abc import Iterator
from pathlib import Path

import pytest
from fastapi.routing import APIRoute
from playwright.sync_api import Browser

from ledger.portal.app import PUBLIC
from ledger.store import open_ledger
from tests.crawler.little_web import NO_CHROMIUM
from tests.ledger.portal.browsing import (
    WORK,
    Person,
    Town,
    chromium,
    grave_faults,
    make_town,
    served,
    somebody,
)
from tests.ledger.portal.conftest import Shelf

pytestmark = NO_CHROMIUM

PLAIN = sorted(
    route.path
    for router in PUBLIC
    for route in router.routes
    if isinstance(route, APIRoute) and "GET" in route.methods and "{" not in route.path
)
FILES = {"/robots.txt", "/.well-known/security.txt", "/bevis/noegle", "/bevis/checkpoint"}
"""What has no page to look at."""

FOUND = ("/opslag?q=nord.example", "/opslag?q=findes.example", f"/vaerker/{WORK.id}", "/kilder/kildenord", "/nowhere")


@pytest.fixture(scope="module")
def town(empty_ledger: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Town]:
    """A portal that is served on loopback, with a few works and a record of each kind."""
    folder = tmp_path_factory.mktemp("town")
    shutil.copyfile(empty_ledger, folder / "ledger.sqlite")
    ledger = open_ledger(f"sqlite:///{folder / 'ledger.sqlite'}")
    with socket.create_server(("127.0.0.1", 0)) as listening:
        made = make_town(ledger, Shelf(folder), f"http://127.0.0.1:{listening.getsockname()[1]}")
        with served(made, listening):
            yield made
    ledger.close()


@pytest.fixture(scope="module")
def browser(town: Town) -> Iterator[Browser]:
    """The one browser, open no longer than the portal is."""
    assert town
    with chromium() as opened:
        yield opened


@pytest.fixture
def person(browser: Browser, town: Town) -> Iterator[Person]:
    """Somebody who has not been here before, and whose browser runs no scripts."""
    with somebody(browser, town) as visitor:
        yield visitor


def test_a_text_is_looked_up(person: Person) -> None:
    """A domain leads to its works, and a work tells in words why it is in."""
    person.see("/")
    person.fill(Hvad_vil_du_slå_op="nord.example")
    person.press("Slå op")
    person.page.get_by_role("link", name=WORK.title).first.click()
    assert person.page.url.endswith(f"/vaerker/{WORK.id}")
    assert person.page.get_by_role("heading", level=1).inner_text() == WORK.title


def faults_of(watcher: Person, paths: tuple[str, ...]) -> dict[str, list[str]]:
    """What axe-core finds on pages, by language and path."""
    found = {}
    for language, scheme in (("da", "light"), ("en", "dark")):
        watcher.see(f"/sprog/{language}")
        for path in paths:
            watcher.page.goto(path)
            assert watcher.page.locator("html").get_attribute("lang") == language, path
            if faults := grave_faults(watcher.page, scheme):
                found[f"{language} {path}"] = faults
    return found


def test_axe_finds_nothing_grave_on_public_pages(browser: Browser, town: Town) -> None:
    """Every page that is open to all, and those of a question, a work, a source and an error."""
    paths = (*(path for path in PLAIN if path not in FILES), *FOUND)
    with somebody(browser, town, scripts=True) as watcher:
        assert faults_of(watcher, paths) == {}


def test_axe_sees_what_shuts_people_out(browser: Browser, town: Town) -> None:
    """Pale text and a field without a label are found, each in the scheme it is in: silence is no failure to look."""
    pale = "@media (prefers-color-scheme: dark) { p { color: #222; background: #000 } }"
    with somebody(browser, town, scripts=True) as watcher:
        watcher.page.set_content(f"<html lang=da><title>x</title><style>{pale}</style><main><p>Bleg</p><input></main>")
        rules = {
            scheme: {fault.split()[0] for fault in grave_faults(watcher.page, scheme)} for scheme in ("light", "dark")
        }
    assert rules == {"light": {"label"}, "dark": {"label", "color-contrast"}}
