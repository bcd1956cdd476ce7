"""The demo web serves what `expected.toml` says, and every page in it is fit for what it is there to show."""

import re
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from difflib import SequenceMatcher
from html import unescape
from http.client import HTTPConnection, HTTPMessage
from typing import Any
from urllib.parse import quote, unquote, urljoin, urlsplit

import pytest

from deploy.demo.serve import HERE, serve

PAGES: list[dict[str, Any]] = tomllib.loads((HERE / "expected.toml").read_text(encoding="utf-8"))["pages"]
URLS = [page["url"] for page in PAGES]
ARTICLES = [page["url"] for page in PAGES if page.get("article")]
HOSTS = sorted({str(urlsplit(url).hostname) for url in URLS})
STATUS = {"redirected": 301, "http_404": 404, "payment_required": 402}
FATES = {"released", "marked", "not_danish", "duplicate", "reserved", "held", "refused", "failed", "redirected"}


@dataclass(frozen=True)
class Got:
    """What came back for one request."""

    status: int
    headers: HTTPMessage
    body: bytes

    @property
    def text(self) -> str:
        """The body, read by the charset of the header."""
        return self.body.decode(self.headers.get_content_charset("utf-8"))


@dataclass(frozen=True)
class Web:
    """A running demo web, asked by raw request lines, which no client library would send."""

    proxy: str

    def ask(self, target: str, method: str = "GET", host: str = "") -> Got:
        """Ask the proxy for a target as it is written."""
        connection = HTTPConnection(self.proxy.removeprefix("http://"), timeout=10)
        try:
            connection.request(method, target, headers={"Host": host or str(urlsplit(target).netloc)})
            response = connection.getresponse()
            return Got(response.status, response.headers, response.read())
        finally:
            connection.close()


@pytest.fixture(scope="module")
def web() -> Iterator[Web]:
    """One demo web for all tests."""
    with serve() as proxy:
        yield Web(proxy)


def article(html: str) -> str:
    """Text of a page's article, byline included."""
    found = re.search(r"<article>(.*)</article>", html, re.DOTALL)
    assert found is not None
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", found[1])).split())


def test_the_demo_has_its_hosts_and_pages() -> None:
    """The demo is small but not tiny: six hosts and more, about forty pages, each named once."""
    assert len(HOSTS) >= 6
    assert 40 <= len(URLS) <= 60
    assert len(set(URLS)) == len(URLS)
    assert len(ARTICLES) >= 30
    assert {page["fate"] for page in PAGES} == FATES


@pytest.mark.parametrize("page", PAGES, ids=URLS)
def test_every_expected_page_is_served(web: Web, page: dict[str, Any]) -> None:
    """Every URL answers through the proxy with the status its fate needs, and HEAD with the same headers as GET."""
    got, head = web.ask(page["url"]), web.ask(page["url"], "HEAD")
    expected = STATUS.get(page.get("reason", page.get("crawl", "")), 200)
    assert got.status == expected
    assert (head.status, head.body) == (got.status, b"")
    assert {name: value for name, value in head.headers.items() if name != "Date"} == {
        name: value for name, value in got.headers.items() if name != "Date"
    }
    assert len(got.body) == int(got.headers["Content-Length"])


@pytest.mark.parametrize("url", ARTICLES)
def test_articles_are_long_enough_and_end_as_sentences_do(web: Web, url: str) -> None:
    """Every article has 150 to 400 words in several paragraphs, each of which ends in punctuation."""
    html = web.ask(url).text
    assert 150 <= len(article(html).split()) <= 400
    paragraphs = re.findall(r"<p>(.*?)</p>", html[html.index("<article>") : html.index("</article>")], re.DOTALL)
    assert len(paragraphs) >= 3
    assert all(paragraph.endswith((".", "?", "!")) for paragraph in paragraphs)


def test_marked_pages_have_no_running_text(web: Web) -> None:
    """Pages that are there to be marked hold no paragraph of more than fifteen words."""
    for url in (page["url"] for page in PAGES if page["fate"] == "marked"):
        paragraphs = re.findall(r"<p>(.*?)</p>", web.ask(url).text, re.DOTALL)
        assert all(len(re.sub(r"<[^>]+>", "", paragraph).split()) <= 15 for paragraph in paragraphs), url


def test_files_and_expectations_are_the_same_pages() -> None:
    """No HTML file is without an expected fate, and no expected page without a file, but the two that need none."""
    sites = HERE / "sites"
    files = {f"http://{quote(file.relative_to(sites).as_posix())}" for file in sites.rglob("*.html")}
    named = {url + "index.html" if url.endswith("/") else url for url in URLS}
    without_file = {"findes-ikke.html", "gammel-adresse"}
    assert files <= named
    assert {url.rsplit("/", 1)[1] for url in named - files} == without_file


def test_every_link_leads_to_an_expected_page(web: Web) -> None:
    """A crawler meets no URL without an expected fate, and meets all but a seed and what only the sitemap names."""
    met: set[str] = set()
    for url in URLS:
        links = re.findall(r'<a [^>]*href="([^"]+)"', web.ask(url).text)
        targets = {urljoin(url, quote(unescape(link), safe=":/?#@%")).split("#")[0] for link in links}
        met |= {target for target in targets if urlsplit(target).hostname in HOSTS}
    sitemap = set(re.findall("<loc>(.*?)</loc>", web.ask("http://bibliotek.demo.test/sitemap.xml").text))
    assert met <= set(URLS)
    assert set(URLS) - met <= sitemap | {"http://lukket.demo.test/"}
    assert "http://bibliotek.demo.test/lokalhistorie/gamle-ord.html" in sitemap - met


def test_the_copy_is_nearly_the_original(web: Web) -> None:
    """The copied article differs from the original, and in less than a tenth of its words."""
    (copy,) = (page for page in PAGES if page["fate"] == "duplicate")
    ours, theirs = (article(web.ask(url).text).split() for url in (copy["copy_of"], copy["url"]))
    assert 0.9 < SequenceMatcher(None, ours, theirs, autojunk=False).ratio() < 1


def test_no_other_article_resembles_another(web: Web) -> None:
    """Apart from the copy, no two articles share a run of eight words, so that nothing else can be a duplicate."""
    originals = [page["url"] for page in PAGES if page.get("article") and page["fate"] != "duplicate"]
    seen: dict[tuple[str, ...], str] = {}
    for url in originals:
        words = re.findall(r"\w+", article(web.ask(url).text).lower())
        for start in range(len(words) - 7):
            assert seen.setdefault(tuple(words[start : start + 8]), url) == url


def test_texts_to_redact_and_to_keep_are_on_their_pages(web: Web) -> None:
    """What must go and what must stay is really there before refinement."""
    for page in PAGES:
        text = article(web.ask(page["url"]).text) if page.get("article") else ""
        assert all(string in text for string in [*page.get("gone", []), *page.get("kept", [])])


def test_one_page_is_latin1_by_its_header_alone(web: Web) -> None:
    """The page in ISO-8859-1 does not say so in its HTML, and its bytes are no UTF-8."""
    got = web.ask("http://kommune.demo.test/borger/cykelsti.html")
    assert got.headers["Content-Type"] == "text/html; charset=iso-8859-1"
    assert b"charset" not in got.body
    with pytest.raises(UnicodeDecodeError):
        got.body.decode("utf-8")


def test_rights_signals_are_where_the_demo_says(web: Web) -> None:
    """Each host makes its statement in the place it is there to show."""
    paper = web.ask("http://avis.demo.test/lokalt/broen.html")
    assert paper.headers["tdm-reservation"] == "1"
    assert '<meta name="tdm-reservation" content="1">' in paper.text
    assert web.ask("http://avis.demo.test/arkiv/1994.html").headers["crawler-price"] == "DKK 0.50"
    assert web.ask("http://kommune.demo.test/plan/klimatilpasning.html").headers["Content-Usage"] == "ai=n train-ai=n"
    assert "Disallow: /intern/" in web.ask("http://kommune.demo.test/robots.txt").text
    assert web.ask("http://lukket.demo.test/robots.txt").status == 503
    assert web.ask("http://blog.demo.test/robots.txt").status == 404
    reserved = web.ask("http://forlag.demo.test/.well-known/tdmrep.json")
    assert reserved.headers.get_content_type() == "application/json"
    for url in (page["url"] for page in PAGES if page.get("licence") == "CC-BY-4.0"):
        assert re.search(
            r'<(a|link) rel="license" href="https://creativecommons.org/licenses/by/4.0/', web.ask(url).text
        )
    for url in (page["url"] for page in PAGES if page.get("licence") == "CC0-1.0"):
        assert '"license": "https://creativecommons.org/publicdomain/zero/1.0/"' in web.ask(url).text


def test_policies_named_by_tdmrep_are_served(web: Web) -> None:
    """Both policies that the reservations name are there, as JSON, with somebody to ask."""
    for host in ("avis", "forlag"):
        got = web.ask(f"http://{host}.demo.test/tdm-politik.json")
        assert got.status == 200
        assert '"vcard:hasEmail": "mailto:' in got.text


def test_strangers_and_other_methods_are_refused(web: Web) -> None:
    """An unknown host is 502; CONNECT and POST are 501."""
    assert web.ask("http://example.org/").status == 502
    assert web.ask("/", host="127.0.0.1").status == 502
    assert web.ask("bibliotek.demo.test:443", "CONNECT", host="bibliotek.demo.test:443").status == 501
    assert web.ask("http://bibliotek.demo.test/", "POST").status == 501


def test_the_host_header_works_too(web: Web) -> None:
    """A request by path and Host header gets the page that an absolute one gets, whatever the case and the port."""
    absolute = web.ask("http://bibliotek.demo.test/guides/laeseklub.html")
    assert web.ask("/guides/laeseklub.html", host="Bibliotek.Demo.test:8099").body == absolute.body
    assert web.ask("http://bibliotek.demo.test:80/guides/laeseklub.html?fra=forsiden").body == absolute.body


@pytest.mark.parametrize(
    "path", ["/../avis.demo.test/index.html", "/%2e%2e/avis.demo.test/index.html", "//etc/passwd", "/%00"]
)
def test_nothing_outside_a_host_is_served(web: Web, path: str) -> None:
    """A path that leaves the host's folder is not found."""
    assert web.ask(f"http://bibliotek.demo.test{path}").status == 404


def test_answers_are_the_same_every_time(web: Web) -> None:
    """Two servers give the same validators, which differ from page to page."""
    names = ("ETag", "Last-Modified")
    first = {url: [web.ask(url).headers[name] for name in names] for url in ARTICLES}
    with serve() as other:
        again = {url: [Web(other).ask(url).headers[name] for name in names] for url in ARTICLES}
    assert first == again
    assert len({tag for tag, _ in first.values()}) == len(ARTICLES)


def test_requests_are_kept_in_order() -> None:
    """The list given to `serve` tells what was asked for, and nothing else."""
    seen: list[str] = []
    with serve(seen=seen) as proxy:
        Web(proxy).ask("http://avis.demo.test/robots.txt")
        Web(proxy).ask("http://avis.demo.test/", "HEAD")
    assert seen == ["GET http://avis.demo.test/robots.txt", "HEAD http://avis.demo.test/"]


def test_every_host_is_a_source(web: Web) -> None:
    """Each host is in one source's scope, by its seeds, and the web answers them all."""
    files = {file.stem: tomllib.loads(file.read_text(encoding="utf-8")) for file in (HERE / "catalogue").glob("*.toml")}
    seeds = [seed for source in files.values() for seed in source["crawl"]["seeds"]]
    assert sorted({seed.split("/")[2] for seed in seeds}) == HOSTS
    for name, source in files.items():
        assert source["name"] == name
        assert all(web.ask(seed).status == 200 and seed in URLS for seed in source["crawl"]["seeds"])


def test_it_runs_from_a_terminal() -> None:
    """`python deploy/demo/serve.py` prints the proxy's address first, and serves there."""
    command = [sys.executable, str(HERE / "serve.py"), "--port", "0"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as child:
        assert child.stdout is not None
        try:
            proxy = child.stdout.readline().strip()
            assert Web(proxy).ask("http://nyheter.demo.test/").status == 200
        finally:
            child.terminate()


def test_danish_addresses_are_served_percent_encoded(web: Web) -> None:
    """An address with a Danish letter answers when it is encoded as a crawler does it."""
    (url,) = (url for url in URLS if "%" in url)
    assert unquote(url).endswith("færgen.html")
    assert web.ask(url).status == 200
