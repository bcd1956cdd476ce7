"""Pages that need a browser, in Debian's Chromium on the little web: what is made of them."""

import shutil
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow.parquet as pq
import pytest
from warcio.archiveiterator import ArchiveIterator

from corpus.documents import SIGNATURE_SIZE
from corpus.refine import Origin, RefineSettings, read_pages, refine
from corpus.workers import WorkerLimits
from crawler.starting import Crawls
from tests.crawler.little_web import (
    NO_CHROMIUM,
    SHOW,
    Answer,
    Crawled,
    Crawler,
    LittleWeb,
    article,
    data,
    little_web,
    reply,
    script,
    shell,
    story,
)

pytestmark = NO_CHROMIUM

TOLD = (
    "Byrådet vedtog i går, at der skal bygges flere almene boliger ved åen inden for de næste fem år. Borgmesteren "
    "glæder sig over aftalen, som hun kalder den vigtigste i hele perioden, og takker alle for deres arbejde."
)
MORE = data(f"<p>{story('mere')}</p>")
SITE: dict[str, Answer] = {
    "http://a.dk/": shell(Set_Cookie="kage=1", ETag="v1"),
    "http://a.dk/app.js": script(
        "const path = location.pathname == '/' ? '/tekst' : '/mere.txt';"
        "const told = await (await fetch(path)).text(); document.cookie = 'kage=2';"
        "const day = () => `${new Date().getDate()}. kl. ${new Date().getHours()}`;"
        "const seen = () => [navigator.onLine, navigator.language, document.cookie, day()];"
        "const main = document.querySelector('main');"
        "const show = () => main.innerHTML = `<article>${told}<p>${seen().join(' ')}</p></article>`;"
        "setTimeout(show, 3000);"
    ),
    "http://a.dk/tekst": data(f"<p>{TOLD}</p><a href=/mere>Mere</a>"),
    "http://a.dk/mere": shell(),
    "http://a.dk/mere.txt": MORE,
}
PATHS = ("", "app.js", "tekst", "mere", "mere.txt")
BROWSER: dict[str, Any] = {"rendering": {}}


def records(crawled: Crawled, series: str) -> list[tuple[str, str, dict[str, str]]]:
    """Kind, URL and headers of each record of a series of WARC files."""
    found = []
    for warc in crawled.report[series]:
        with (crawled.folder / warc["file"]).open("rb") as file:
            for record in ArchiveIterator(file):
                headers = dict(record.rec_headers.headers)
                found.append((record.rec_type, headers["WARC-Target-URI"], headers))
    return found


@dataclass(frozen=True)
class Sight:
    """A crawl of two pages that scripts fill in, and what the web was asked for."""

    crawled: Crawled
    asked: list[tuple[str, dict[str, str]]]


@pytest.fixture(scope="module")
def sight(tmp_path_factory: pytest.TempPathFactory, crawls: Crawls) -> Sight:
    """The crawl that most tests look at; the data of one page is in trouble at first."""
    with little_web() as web:
        answers = iter([reply("Vent", 503), MORE])
        web.pages = {**SITE, "http://a.dk/mere.txt": lambda connection: connection.sendall(next(answers))}
        crawled = Crawler(web, tmp_path_factory.mktemp("sight") / "crawl", crawls).run(**BROWSER)
        assert crawled.code == 0, crawled.log
        return Sight(crawled, [(url, headers) for _, url, headers in web.asked])


def test_text_and_links_that_scripts_make_are_read(sight: Sight) -> None:
    """Pages whose text and links come by a script and its data are read as a visitor of that time sees them."""
    assert sight.crawled.outcomes() == {"http://a.dk/": "captured", "http://a.dk/mere": "captured"}
    captured = sight.crawled.texts()
    assert TOLD in captured["http://a.dk/"]
    assert f"<p>{story('mere')}</p><p>true da-DK kage=2 1. kl. 13</p>" in captured["http://a.dk/mere"]


def test_trouble_that_may_pass_puts_the_page_off(sight: Sight) -> None:
    """A page whose data is answered with 503 is asked for again, and is captured when it is whole."""
    asked = [url.removeprefix("http://a.dk/mere") for url, _ in sight.asked if url.startswith("http://a.dk/mere")]
    assert asked == ["", ".txt", "", ".txt"]


def test_the_web_sees_one_crawler_and_no_visitor(sight: Sight) -> None:
    """A script is asked for once and not for every page, by our name, without cookies and without a referrer."""
    assert [url for url, _ in sight.asked].count("http://a.dk/app.js") == 1
    assert {headers["user-agent"].split("/")[0] for _, headers in sight.asked} == {"Fodaftryk"}
    assert not any("cookie" in headers or "referer" in headers for _, headers in sight.asked)


def test_the_warc_keeps_what_came_and_what_became_of_it(sight: Sight) -> None:
    """A page's record is a conversion that refers to the answer as it came, kept with its script in another file."""
    pages, made_of = (records(sight.crawled, name) for name in ("warcs", "made_of_warcs"))
    assert [(kind, url) for kind, url, _ in pages] == [
        ("conversion", "http://a.dk/"),
        ("conversion", "http://a.dk/mere"),
    ]
    assert {kind for kind, _, _ in made_of} == {"response"}
    assert sorted(url for _, url, _ in made_of) == sorted(f"http://a.dk/{path}" for path in PATHS)
    original = next(headers for _, url, headers in made_of if url == "http://a.dk/")
    headers = pages[0][2]
    assert headers["WARC-Refers-To"] == original["WARC-Record-ID"]
    assert headers["WARC-Payload-Digest"] == sight.crawled.pages["http://a.dk/"]["payload_digest"]
    assert sight.crawled.report["resources"] == 4


def unsigned(texts: list[str]) -> npt.NDArray[np.uint32]:
    """No signatures, which are not looked at here."""
    return np.zeros((len(texts), SIGNATURE_SIZE), dtype=np.uint32)


def test_what_is_rendered_is_refined(sight: Sight, tmp_path: Path) -> None:
    """Refinement reads the pages as they were rendered, and nothing else the crawl has kept."""
    folder = sight.crawled.folder
    origin = Origin("prøve", "c1", read_pages(folder / "pages.jsonl.gz"))
    settings = RefineSettings(limits=WorkerLimits(workers=1))
    [warc] = sight.crawled.report["warcs"]
    report = refine(
        folder / warc["file"],
        origin,
        tmp_path / "d.parquet",
        settings,
        unsigned,
    )
    documents = pq.read_table(tmp_path / "d.parquet").to_pylist()
    assert (report.pages, report.aside) == (2, 0)
    assert TOLD in documents[0]["text"].replace("\n", " ")


def test_reservations_count_wherever_they_are_said(crawler: Crawler, web: LittleWeb) -> None:
    """A reservation made by a script, or for its data, counts; one made in the page is not lifted by a script."""
    lifting = "document.querySelectorAll('meta[name]').forEach(meta => meta.remove());"
    permit = "document.head.insertAdjacentHTML('beforeend', '<meta name=tdm-reservation content=0>');"
    noai = "document.head.insertAdjacentHTML('beforeend', '<meta name=robots content=noai>');"
    web.pages = {
        "http://a.dk/": article(story("forside"), "/tilføjet", "/fjernet", "/data", "/hævet", "/fri"),
        "http://a.dk/tilf%C3%B8jet": shell("/noai.js"),
        "http://a.dk/noai.js": script(SHOW + noai),
        "http://a.dk/fjernet": shell("/fjern.js", head="<meta name=robots content=noai>"),
        "http://a.dk/fjern.js": script(lifting),
        "http://a.dk/data": shell("/data.js"),
        "http://a.dk/data.js": script(SHOW.replace("/tekst", "/forbeholdt")),
        "http://a.dk/forbeholdt": data(story("forbeholdt"), X_Robots_Tag="noai"),
        "http://a.dk/h%C3%A6vet": shell("/hæv.js", tdm_reservation="1"),
        "http://a.dk/h%C3%A6v.js": script(SHOW + permit),
        "http://a.dk/fri": shell("/fri.js"),
        "http://a.dk/fri.js": script(SHOW + permit),
        "http://a.dk/tekst": data(story("tekst")),
    }
    crawled = crawler.run(**BROWSER)
    outcomes = crawled.outcomes()
    assert {url for url, outcome in outcomes.items() if outcome == "captured"} == {"http://a.dk/", "http://a.dk/fri"}
    assert set(outcomes.values()) == {"captured", "reserved"}
    assert "http://a.dk/fjern.js" not in web.urls, "a page that is reserved as it came is not rendered"
    kept = {url for _, url, _ in records(crawled, "made_of_warcs")}
    assert kept == {"http://a.dk/", "http://a.dk/fri", "http://a.dk/fri.js", "http://a.dk/tekst"}


def test_a_page_that_is_rendered_alike_is_unchanged(sight: Sight, crawls: Crawls) -> None:
    """A second crawl asks for pages whole, as their scripts' data may be new, and knows those that became the same."""
    first = sight.crawled.folder
    folder = first.with_name("again")
    folder.mkdir()
    shutil.copyfile(first / "pages.jsonl.gz", folder / "previous.jsonl.gz")
    with little_web() as web:
        web.pages = {**SITE, "http://a.dk/mere.txt": data(f"<p>{story('nyt')}</p>")}
        crawled = Crawler(web, folder, crawls).run(crawl="c2", **BROWSER)
        assert not any("if-none-match" in headers for _, _, headers in web.asked)
    changes = {url: page["change"] for url, page in crawled.pages.items()}
    assert changes == {"http://a.dk/": "unchanged", "http://a.dk/mere": "changed"}
    assert [kind for kind, _, _ in records(crawled, "warcs")] == ["revisit", "conversion"]
