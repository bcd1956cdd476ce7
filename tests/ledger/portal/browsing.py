"""The portal on loopback, and people who use it with Debian's Chromium.

Those who do something have a browser that runs no script, as every page must work without. Only the looks that axe-core
takes need one that does, for axe's own sake.
"""

import base64
import re
import socket
import threading
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import date

import uvicorn
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, sync_playwright

from crawler.rendering import CHROMIUM
from ledger.cases import Case, Step
from ledger.conflicts import Conflict
from ledger.journal import Stamp
from ledger.licences import LicenceAssertion
from ledger.portal.app import create_app
from ledger.portal.factors import STEP_S, totp
from ledger.portal.people import give, people
from ledger.portal.portal import Portal
from ledger.portal.roles import Grant, Role
from ledger.portal.wiring import Held, Reached
from ledger.settlements import settlements
from ledger.signals import Mechanism, RightsSignal, Verdict, signals_to_json
from ledger.store import Ledger
from ledger.works import fill
from tests.ledger.portal.conftest import Clock, Letters, Shelf, portal_on
from tests.ledger.portal.crossing import Tenant, make_tenant
from tests.ledger.portal.tenants import NOW, Outside, add_source, release
from tests.ledger.portal.test_lookup import TEXT, made
from tests.ledger.portal.visiting import visitor_of

WAIT_MS = 15_000
"""Longest a page may take: a hundred times what it does, as the machine may be busy."""

GRAVE = ("serious", "critical")
"""What axe-core calls the faults that shut people out."""

LOOKS = (("da", "light", {"width": 320, "height": 640}), ("en", "dark", {"width": 1280, "height": 720}))
"""How every page is looked at; 320 is the narrowest width at which none may scroll sideways (WCAG 2.2, 1.4.10)."""

SAID = tuple(
    LicenceAssertion(licence, by, f"https://{by}.example/vilkaar", date(2026, 1, 1), confirmed=False)
    for licence, by in (("CC-BY-4.0", "forlaget"), ("CC0-1.0", "siden"))
)
CONFLICT = Conflict("kildenord", "", ("CC-BY-4.0", "CC0-1.0"), SAID, None)
WORK = made("https://nord.example/eventyr/1", source="kildenord", basis="agreement")
FOOT = RightsSignal(
    Mechanism.NATURAL_LANGUAGE, Verdict.RESERVED, "da", "", "https://nord.example/#fod",
    "Indholdet må ikke bruges til tekst- og datamining.", "sha256:1", "2026-11-24T10:00:00+00:00",
)  # fmt: skip
HELD = made(
    "https://nord.example/eventyr/2", source="kildenord", fate="held", reason="signal-held:natural_language",
    title="Klods-Hans", basis="none", licence="", rule="signal-held:natural_language", cluster="",
    signals=signals_to_json([FOOT]),
)  # fmt: skip


@dataclass(frozen=True)
class Town:
    """A portal that is served, the mail it sent, what lies outside of it, and one who has a record of each kind."""

    portal: Portal
    letters: Letters
    clock: Clock
    outside: Outside
    tenant: Tenant


@dataclass
class Person:
    """Somebody with a browser of their own, and an app for codes once they have one."""

    page: Page
    town: Town
    key: bytes = b""

    def see(self, path: str) -> Page:
        """Go to a page."""
        answer = self.page.goto(path)
        assert answer is not None
        assert answer.status == 200, f"{path}: {answer.status}"
        return self.page

    def fill(self, **texts: str) -> None:
        """Write into fields, each found by its label, with `_` for a space."""
        for label, text in texts.items():
            self.page.get_by_label(label.replace("_", " "), exact=False).first.fill(text)

    def press(self, name: str) -> None:
        """Press a button and wait for the page it leads to."""
        with self.page.expect_navigation():
            self.page.locator("main").get_by_role("button", name=name, exact=True).first.click()

    def sign_in(self, email: str) -> None:
        """Ask for a code, read the mail, and write the code."""
        self.see("/log-ind")
        self.fill(Din_mailadresse=email)
        self.press("Send mig en kode")
        letter = self.town.letters.sent[-1]
        code = re.search(r"\d{4} \d{4}", letter.text)
        assert letter.to == email, self.page.locator("main").inner_text()
        assert code
        self.fill(Koden=code[0])
        self.press("Log ind")

    def show_factor(self, key: bytes) -> None:
        """Show a second factor that was added before, with a code that was not used yet."""
        self.key = key
        self.town.clock.forward(STEP_S)
        self.see("/log-ind/faktor")
        self.fill(Kode_fra_din_app=self.password())
        self.press("Fortsæt")

    def add_app(self) -> None:
        """Add an app for codes: from then on this session has shown a second factor."""
        self.see("/min-side/sikkerhed")
        self.press("Tilføj en app til koder")
        self.key = base64.b32decode(self.page.locator("pre").inner_text().replace(" ", "").strip())
        self.fill(Koden=self.password())
        self.press("Tag den i brug")

    def password(self) -> str:
        """What the app shows now."""
        return totp(self.key, int(self.town.clock().timestamp()) // STEP_S)


def reached(case: Case) -> tuple[Reached, ...]:
    """How far a removal has come: the text is collected no more at once, and purged when it was acted on."""
    return Reached("crawl", done=True, on=NOW.date(), texts=3), Reached("corpus", done=case.state is Step.ACTED)


def make_town(ledger: Ledger, shelf: Shelf, url: str) -> Town:
    """A portal for an address, on an empty ledger that is filled with a few works and a record of each kind."""
    clock, letters, outside = Clock(), Letters(), Outside()

    def conflicts(_as_of: date) -> tuple[Held, ...]:
        return (Held(replace(CONFLICT, settlement=next(iter(settlements(ledger, CONFLICT.source)), None)), 12),)

    wiring = replace(outside.wiring, conflicts=conflicts, reached=reached)
    portal = replace(portal_on(ledger, clock, letters, shelf), wiring=wiring)
    tenant = make_tenant(portal, outside, visitor_of(portal, clock, letters), "nord")
    add_source(ledger, outside, "blad", "blad.example")
    release(ledger, "kildenord", "blad")
    fill(ledger, "kildenord", sorted((WORK, HELD), key=lambda work: work.id), ["v1"])
    shelf.add(WORK.id, TEXT)
    return Town(replace(portal, site=replace(portal.site, url=url)), letters, clock, outside, tenant)


def let_in(town: Town, email: str, role: Role) -> None:
    """Give somebody who has signed in once a role of the house."""
    person = next(one for one, _ in people(town.portal.ledger) if one.email == email)
    give(town.portal.ledger, person.id, Grant(role, ""), Stamp("operator", town.clock()))


@contextmanager
def served(town: Town, listening: socket.socket) -> Iterator[None]:
    """Serve a portal on a socket that listens, until the block ends."""
    server = uvicorn.Server(uvicorn.Config(create_app(town.portal), log_config=None, ws="none", lifespan="off"))
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listening]})
    thread.start()
    try:
        yield
    finally:
        server.should_exit = True
        thread.join()


@contextmanager
def chromium() -> Iterator[Browser]:
    """Debian's Chromium, without a window."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM)
        yield browser
        browser.close()


@contextmanager
def somebody(browser: Browser, town: Town, *, scripts: bool = False) -> Iterator[Person]:
    """Somebody with no cookies yet; their browser runs scripts only when that is said."""
    context = browser.new_context(base_url=town.portal.site.url, java_script_enabled=scripts, locale="da-DK")
    context.set_default_timeout(WAIT_MS)
    yield Person(context.new_page(), town)
    context.close()


def look_at(watcher: Person, paths: Iterable[str]) -> dict[str, list[str]]:
    """What is wrong with pages, by language and path: Danish and light on a telephone, English and dark on a desk.

    Danish has the longer words. A page that leads elsewhere is an error, as nobody would have looked at it.
    """
    found, page = {}, watcher.page
    for language, scheme, size in LOOKS:
        watcher.see(f"/sprog/{language}")
        page.emulate_media(color_scheme=scheme)
        page.set_viewport_size(size)
        for path in paths:
            page.goto(path)
            assert page.url == watcher.town.portal.site.url + path, path
            assert page.locator("html").get_attribute("lang") == language, path
            if faults := grave_faults(page):
                found[f"{language} {path}"] = faults
    return found


def grave_faults(page: Page) -> list[str]:
    """What shuts somebody out of a page: what axe-core finds, by rule and place, and whether it scrolls sideways."""
    found = Axe().run(page, options={"resultTypes": ["violations"]}).response["violations"]
    faults = [
        f"{fault['id']} at {node['target']}: {node['failureSummary']}"
        for fault in found
        if fault["impact"] in GRAVE
        for node in fault["nodes"]
    ]
    shown, whole = page.evaluate("[document.documentElement.clientWidth, document.documentElement.scrollWidth]")
    return faults + [f"sideways: {whole} pixels wide on {shown}"] * (whole > shown)
