"""The portal in a real browser: what people do with it, and whether everybody can.

axe-core looks at every page, once in Danish and light on a telephone and once in English and dark on a desk.
"""

import re
import shutil
import socket
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

import pytest
from fastapi import APIRouter
from fastapi.routing import APIRoute
from playwright.sync_api import Browser, expect
from starlette.routing import compile_path

from ledger.case_book import take_step
from ledger.cases import CaseStep, Step
from ledger.portal.app import PAGES, PUBLIC
from ledger.portal.roles import Role
from ledger.portal.routes import (
    claiming,
    house,
    house_holds,
    house_people,
    house_rights,
    my_page,
    offering,
    requesting,
    security,
)
from ledger.settlements import settlements
from ledger.store import open_ledger
from tests.crawler.little_web import NO_CHROMIUM
from tests.ledger.portal.browsing import (
    CONFLICT,
    HELD,
    LOOKS,
    WORK,
    Person,
    Town,
    chromium,
    grave_faults,
    let_in,
    look_at,
    make_town,
    served,
    somebody,
)
from tests.ledger.portal.conftest import Shelf
from tests.ledger.portal.tenants import JURA, verify
from tests.ledger.portal.test_lookup import TEXT

pytestmark = NO_CHROMIUM

NO_PAGES = (
    *("/robots.txt", "/.well-known/security.txt", "/feed/{language}.atom", "/bevis/noegle", "/bevis/checkpoint"),
    *("/opslag/{form}", "/kilder/{name}/{form}", "/min-side/{holder}/opgoerelse.{kind}"),
    *("/min-side/{holder}/bevis.zip", "/hus/krav/{claim}/fuldmagt.pdf", "/sprog/{language}"),
    *("/log-ind/udbyder/{number}", "/log-ind/tilbage", "/min-side/sikkerhed/udbyder/{number}"),
)
"""Routes that give a file or lead elsewhere: all others are pages, and each is looked at."""

PUBLIC_IDS = {"work": WORK.id, "name": "kildenord", "version": "v1"}

FOUND = ("/opslag?q=nord.example", "/opslag?q=findes.example", "/nowhere", "/log-ind", "/log-ind/kode")
"""Answers to a question, an error, and the way in."""

AFTER_FORMS = {"own/new_app.html", "own/new_key.html", "own/codes.html", "own/token.html"}
"""Pages that stand at no address of their own, and are looked at by doing what leads to them."""


def routes_of(routers: Iterable[APIRouter]) -> list[str]:
    """The paths of the routes of some routers that show a page."""
    every = (route for router in routers for route in router.routes if isinstance(route, APIRoute))
    return [route.path for route in every if "GET" in route.methods and route.path not in NO_PAGES]


def pages_of(routers: Iterable[APIRouter], ids: Mapping[str, str]) -> list[str]:
    """The paths of all pages of some routers, with ids in their gaps."""
    filled = {re.sub(r"\{(\w+)\}", lambda gap: ids[gap[1]], path) for path in routes_of(routers)}
    return sorted(filled - {"/opslag", "/log-ind/faktor"})  # without a question, or a session, they lead elsewhere


def public_pages() -> list[str]:
    """What everybody sees."""
    return [*pages_of(PUBLIC, PUBLIC_IDS), *FOUND]


def own_pages(town: Town) -> list[str]:
    """What somebody sees who is signed in and has a record of each kind."""
    own = (security, requesting, claiming, offering, my_page)
    return [*pages_of([room.router for room in own], town.tenant.ids), "/log-ind/faktor"]


def house_pages(town: Town) -> list[str]:
    """What staff sees, with something waiting on each."""
    ids = {**town.tenant.ids, "conflict": CONFLICT.id, "case": town.tenant.ids["own"], "work": HELD.id}
    return pages_of([room.router for room in (house, house_holds, house_rights, house_people)], ids)


def shown_by(code: str) -> set[str]:
    """The templates that some code names."""
    return set(re.findall(r'"((?:own|house|public)/\w+\.html)"', code))


def enter_house(person: Person, email: str) -> None:
    """Sign in as staff, with a second factor."""
    person.sign_in(email)
    let_in(person.town, email, Role.STAFF)
    person.add_app()


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


def test_an_opt_out_is_sent_and_stands_on_ones_page(person: Person) -> None:
    """A mail address at the domain is all the proof, and the case can be found again."""
    person.sign_in("web@kommune.example")
    person.see("/fravalg")
    person.fill(Hvad_det_drejer_sig_om="kommune.example")
    person.press("Fravælg")
    expect(person.page.locator("main .tag").first).to_have_text("bekræftet")
    expect(person.page.get_by_text("holdes ude af næste udgivelse")).to_be_visible()
    person.see("/min-side")
    expect(person.page.get_by_role("row").filter(has_text="kommune.example")).to_contain_text("bekræftet")


def test_a_removal_is_asked_for_and_followed(person: Person, town: Town) -> None:
    """It is received; when the house has verified and acted on it, the case says how far that has reached."""
    person.sign_in("anna@post.example")
    person.see("/fjern")
    person.fill(Hvad_det_drejer_sig_om="titel: Min bog", Hvilke_passager="Kapitel 3")
    person.press("Bed om fjernelse")
    expect(person.page.locator("main .tag").first).to_have_text("modtaget")
    case = person.page.url.rpartition("/")[2]
    verify(town.portal.ledger, case)
    take_step(town.portal.ledger, case, CaseStep(Step.ACTED, JURA.now.date(), "jura", "taget ud"), JURA)
    person.page.reload()
    reached = person.page.get_by_role("listitem").filter(has_text="Det, vi gemmer")
    expect(reached.locator(".tag")).to_have_text("udført")


def test_a_domain_is_claimed(person: Person, town: Town) -> None:
    """With an app as second factor, and the line that the page says to put in the name system."""
    person.sign_in("jens@avis.example")
    person.see("/min-side")
    person.fill(Rettighedshaverens_navn="Avisen")
    person.press("Tilføj")
    person.add_app()
    person.see("/krav")
    person.fill(Domæne="avis.example")
    person.press("Gør krav på domænet")
    asked = re.fullmatch(r'(\S+)\. IN TXT "(.+)"', person.page.locator("pre").first.inner_text().strip())
    assert asked
    person.press("Se efter nu")
    expect(person.page.locator("main .tag").first).not_to_have_text("bevist")
    town.outside.records[asked[1]] = [asked[2]]
    person.press("Se efter nu")
    expect(person.page.locator("main .tag").first).to_have_text("bevist")


def test_a_statement_is_read_and_taken_home(person: Person, town: Town) -> None:
    """Whoever has proved a domain, and whose right was seen, reads what is owed, and has it as a file."""
    person.sign_in(town.tenant.person.email)
    person.see("/min-side")
    person.page.get_by_role("link", name="hemmelig-nord").click()
    lines = person.page.get_by_role("table", name="Linje for linje")
    expect(lines.get_by_role("row").nth(1)).to_contain_text("200,00 DKK")
    with person.page.expect_download() as coming:
        person.page.get_by_role("link", name="Som CSV").click()
    assert coming.value.suggested_filename == "opgoerelse.csv"
    assert coming.value.path().read_text() == "lines,1"


def test_staff_settles_a_conflict(person: Person, town: Town) -> None:
    """From the queue to both assertions side by side, to a ruling with a note."""
    enter_house(person, "jura@hus.example")
    person.see("/hus")
    person.page.get_by_role("row").filter(has_text="CC0-1.0").get_by_role("link").click()
    said = [heading.bounding_box() for heading in person.page.get_by_role("heading", level=2).all()]
    assert len({box["y"] for box in said if box}) == 1
    person.page.get_by_label("CC0-1.0").check()
    person.fill(Hvad_der_er_læst="Vilkårene på siden, i dag")
    person.press("Afgør")
    expect(person.page.locator("main .note")).to_contain_text("CC0-1.0. Vilkårene på siden, i dag")
    settled = settlements(town.portal.ledger, "kildenord")[0]
    assert (settled.licence, settled.note) == ("CC0-1.0", "Vilkårene på siden, i dag")


def test_everybody_can_use_the_public_pages(browser: Browser, town: Town) -> None:
    """Those open to all, and a question's, a work's, a source's and an error's."""
    with somebody(browser, town, scripts=True) as watcher:
        assert look_at(watcher, public_pages()) == {}


def test_everybody_can_use_ones_own_pages(browser: Browser, town: Town) -> None:
    """Those of somebody who is signed in and has a record of each kind."""
    with somebody(browser, town, scripts=True) as watcher:
        watcher.sign_in(town.tenant.person.email)
        watcher.show_factor(town.tenant.visitor.key)
        assert look_at(watcher, own_pages(town)) == {}


def test_everybody_can_use_the_houses_pages(browser: Browser, town: Town) -> None:
    """Those of staff, with something waiting on each."""
    with somebody(browser, town, scripts=True) as watcher:
        enter_house(watcher, "rune@hus.example")
        assert look_at(watcher, house_pages(town)) == {}


def test_no_page_is_forgotten(town: Town) -> None:
    """Each route that shows a page is among those looked at; and so is each template that only a form leads to."""
    looked = [path.partition("?")[0] for path in (*public_pages(), *own_pages(town), *house_pages(town))]
    assert [path for path in routes_of(PAGES) if not any(compile_path(path)[0].match(one) for one in looked)] == []
    code = {path: path.read_text(encoding="utf-8") for path in Path(security.__file__).parent.glob("*.py")}
    functions = [part for text in code.values() for part in re.split(r"\n(?=@|def )", text)]
    posted = {name for part in functions if "@router.post" in part for name in shown_by(part)}
    shown = {name for part in functions if "@router.get" in part or part.startswith("def _") for name in shown_by(part)}
    assert posted - shown <= AFTER_FORMS


def test_everybody_can_use_what_a_form_leads_to(browser: Browser, town: Town) -> None:
    """Errors, codes to write and to keep, and what was found: pages that have no address of their own."""
    faults = []
    with somebody(browser, town, scripts=True) as watcher:

        def look(heading: str) -> None:
            expect(watcher.page.get_by_role("heading", level=1)).to_have_text(heading)
            for _, scheme, size in LOOKS:
                watcher.page.emulate_media(color_scheme=scheme)
                watcher.page.set_viewport_size(size)
                faults.extend(grave_faults(watcher.page))

        watcher.see("/passage")
        watcher.fill(Passagen=TEXT)
        watcher.press("Find")
        look("Find en passage")
        watcher.see("/log-ind")
        watcher.fill(Din_mailadresse="else@form.example")
        watcher.press("Send mig en kode")
        watcher.fill(Koden="0000 0000")
        watcher.press("Log ind")
        look("Skriv den kode, vi har sendt dig")
        watcher.sign_in("else@form.example")
        watcher.see("/fravalg")
        watcher.fill(Hvad_det_drejer_sig_om="hvad")
        watcher.press("Fravælg")
        look("Fravælg")
        watcher.see("/min-side/sikkerhed")
        watcher.press("Tilføj en app til koder")
        look("Tilføj en app til koder")
        watcher.add_app()
        look("Gem disse nødkoder")
        watcher.see("/min-side/sikkerhed")
        watcher.press("Tilføj en adgangsnøgle")
        look("Tilføj en adgangsnøgle")
        watcher.see("/min-side/sikkerhed")
        watcher.fill(Hvad_nøglen_skal_bruges_til="Vores program")
        watcher.press("Lav en programnøgle")
        look("Din programnøgle")
    assert faults == []


def test_axe_sees_what_shuts_people_out(browser: Browser, town: Town) -> None:
    """A field without a label is found, and in dark what is pale and wide there: silence is no failure to look."""
    pale = "@media (prefers-color-scheme: dark) { p { color: #222; background: #000; width: 200vw } }"
    with somebody(browser, town, scripts=True) as watcher:
        watcher.page.set_content(f"<html lang=da><title>x</title><style>{pale}</style><main><p>Bleg</p><input></main>")
        rules = {}
        for scheme in ("light", "dark"):
            watcher.page.emulate_media(color_scheme=scheme)
            rules[scheme] = {fault.split()[0] for fault in grave_faults(watcher.page)}
    assert rules == {"light": {"label"}, "dark": {"label", "color-contrast", "sideways:"}}
