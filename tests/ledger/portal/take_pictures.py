"""Take the pictures in `docs/pictures` anew: `python -m tests.ledger.portal.take_pictures FOLDER`.

What they show is invented, and the same each time but for what is random: look at each before it is kept.
"""

import shutil
import socket
import sys
import tempfile
from pathlib import Path

from PIL import Image
from playwright.sync_api import Page

from ledger.portal.roles import Role
from ledger.store import open_ledger
from tests.ledger.portal.browsing import CONFLICT, HELD, WORK, Person, chromium, let_in, make_town, served, somebody
from tests.ledger.portal.conftest import Shelf

DESK = {"width": 1000, "height": 760}
COLOURS = 64
"""Colours that are kept: a picture is a third as large, and nobody sees it."""

TELEPHONE = {"width": 390, "height": 800}


def take(page: Page, folder: Path, name: str, size: dict[str, int] = DESK, scheme: str = "light") -> None:
    """Take a picture of what a page shows at first, or of a little more where it is longer."""
    page.set_viewport_size(size)  # type: ignore[arg-type]
    page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]
    height = min(page.evaluate("document.documentElement.scrollHeight"), size["height"] * 3 // 2)
    page.set_viewport_size({"width": size["width"], "height": height})
    file = folder / f"{name}.png"
    page.screenshot(path=file)
    with Image.open(file) as shot:
        shot.convert("RGB").quantize(COLOURS, dither=Image.Dither.NONE).save(file, optimize=True)


def public(person: Person, folder: Path) -> None:
    """What everybody sees."""
    take(person.see("/"), folder, "portal-front")
    take(person.see("/opslag?q=nord.example"), folder, "portal-found")
    take(person.see(f"/vaerker/{WORK.id}"), folder, "portal-work")
    take(person.see(f"/vaerker/{WORK.id}"), folder, "portal-work-dark", scheme="dark")
    take(person.see("/sig-nej"), folder, "portal-refuse")
    take(person.see("/sig-nej"), folder, "portal-telephone", TELEPHONE)


def own(person: Person, folder: Path) -> None:
    """What a rights holder does."""
    ids = person.town.tenant.ids
    person.sign_in(person.town.tenant.person.email)
    take(person.see(f"/krav/{ids['claim']}"), folder, "portal-claim")
    take(person.see("/fravalg"), folder, "portal-opt-out")
    take(person.see("/fravalg"), folder, "portal-opt-out-telephone", TELEPHONE, "dark")
    take(person.see(f"/min-side/sag/{ids['own']}"), folder, "portal-removal")
    take(person.see("/min-side"), folder, "portal-my-page")
    take(person.see(f"/min-side/{ids['holder']}"), folder, "portal-statement")


def of_the_house(person: Person, folder: Path) -> None:
    """What staff settles."""
    email = "jura@hus.example"
    person.sign_in(email)
    let_in(person.town, email, Role.STAFF)
    person.add_app()
    take(person.see("/hus"), folder, "portal-queue")
    take(person.see(f"/hus/konflikt/{CONFLICT.id}"), folder, "portal-conflict")
    take(person.see(f"/hus/tilbageholdt/tekst/{HELD.id}"), folder, "portal-hold")


def main(out: Path) -> None:
    """Take them all."""
    folder = Path(tempfile.mkdtemp(prefix="fodaftryk-"))
    ledger = open_ledger(f"sqlite:///{folder / 'ledger.sqlite'}")
    with socket.create_server(("127.0.0.1", 0)) as listening:
        town = make_town(ledger, Shelf(folder), f"http://127.0.0.1:{listening.getsockname()[1]}")
        with served(town, listening), chromium() as browser:
            for show in (public, own, of_the_house):
                with somebody(browser, town) as person:
                    show(person, out)
    ledger.close()
    shutil.rmtree(folder)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
