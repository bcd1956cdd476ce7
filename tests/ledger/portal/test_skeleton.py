"""What holds for every page, whatever its subject."""

import json
import logging
import re
from pathlib import Path

import pytest
from babel.messages.extract import extract_from_dir
from babel.messages.pofile import read_po
from fastapi.routing import APIRoute
from starlette.testclient import TestClient

from ledger.portal import forms, problems
from ledger.portal.app import API_ROUTERS, PAGES, create_app
from ledger.portal.forms import read_form
from ledger.portal.guards import BODY_BYTES_MAX, SAFE
from ledger.portal.languages import LOCALE
from ledger.portal.limits import Buckets, Limit
from ledger.portal.pages import environment, href
from ledger.portal.portal import Portal
from ledger.portal.posted_files import with_file
from ledger.portal.request_log import LOGGER
from ledger.portal.routes.language import local_path

ROUTES = [route for router in PAGES for route in router.routes if isinstance(route, APIRoute)]
PLAIN = sorted(route.path for route in ROUTES if "GET" in route.methods and "{" not in route.path)
TEMPLATES = sorted(Path(LOCALE.parent, "templates").rglob("*.html"))


@pytest.mark.parametrize("path", PLAIN)
@pytest.mark.parametrize("language", ["da", "en"])
def test_every_page_stands_in_both_languages(client: TestClient, path: str, language: str) -> None:
    """Each page without a parameter answers, says its language, and has no script and no style in it."""
    client.cookies.set("language", language)
    answer = client.get(path)
    assert answer.status_code < 400, answer.text
    if answer.headers.get("content-type", "").startswith("text/html"):
        assert f'<html lang="{language}">' in answer.text
        assert not re.search(r"<script(?![^>]*\bsrc=)|<style|\sstyle=|\son[a-z]+=", answer.text)
        assert len(re.findall("<h1", answer.text)) == 1


def test_every_answer_carries_the_headers_that_protect(client: TestClient) -> None:
    """Pages, errors, files and the API forbid foreign scripts, frames and guessing."""
    for path in ("/", "/nowhere", "/static/portal.css", "/api/v1/", "/api/v1/nowhere"):
        headers = client.get(path).headers
        assert "default-src 'none'" in headers["Content-Security-Policy"], path
        assert "unsafe" not in headers["Content-Security-Policy"]
        assert headers["X-Content-Type-Options"] == "nosniff"
        assert headers["Strict-Transport-Security"].startswith("max-age=31536000")


def test_head_is_get_without_the_body(client: TestClient) -> None:
    """Whoever looks whether a link holds is told, with the headers of the page; what only takes forms says so."""
    for path in ("/", "/nowhere", "/api/v1/", "/static/portal.css"):
        asked, shown = client.head(path), client.get(path)
        assert (asked.status_code, asked.content) == (shown.status_code, b"")
        assert asked.headers["content-length"] == shown.headers["content-length"]
        assert asked.headers["content-security-policy"]
    assert client.head("/log-ud").status_code == 405


def test_our_files_are_kept_and_pages_are_not(client: TestClient) -> None:
    """The stylesheet has an address of its own for each content and may be kept; a page may not, nor the bare file."""
    address = re.search(r'href="(/static/portal\.css\?v=[0-9a-f]+)"', client.get("/").text)
    assert address
    assert "immutable" in client.get(address[1]).headers["Cache-Control"]
    for path in ("/", "/static/portal.css"):
        assert client.get(path).headers["Cache-Control"] == "no-store"


@pytest.mark.parametrize("template", TEMPLATES, ids=lambda path: path.name)
def test_no_template_escapes_from_escaping(template: Path) -> None:
    """No template marks anything as safe, or has a script, a style or an address of another site in it."""
    text = template.read_text(encoding="utf-8")
    assert not re.search(r"\|\s*safe|autoescape|<style|\sstyle=|\son[a-z]+=|(src|action)=\"https?:", text)
    assert environment("da").get_template(str(template.relative_to(LOCALE.parent / "templates")))


def test_every_text_has_its_danish() -> None:
    """What the templates and the code say in English, `messages.po` says in Danish, and nothing besides."""
    methods = [("**.py", "python"), ("templates/**.html", "jinja2")]
    found = {
        message
        for _, _, message, _, _ in extract_from_dir(
            LOCALE.parent,
            methods,
            options_map={"templates/**.html": {"trimmed": "true"}},
            keywords={"_": None, "N_": None, "RecordRefused": None, "gettext": None, "ngettext": (1, 2)},
        )
    }
    with Path(LOCALE, "da", "messages.po").open("rb") as file:
        catalogue = read_po(file, locale="da")
    danish = {message.id: message.string for message in catalogue if message.id}
    assert set(danish) == found, "run `make messages`"
    assert [text for text, told in danish.items() if not (all(told) if isinstance(told, tuple) else told)] == []
    assert [message.id for message in catalogue if message.id and message.fuzzy] == []  # it would be left out


def test_a_translation_keeps_its_blanks() -> None:
    """Each Danish text has the same named values as the English one."""
    with Path(LOCALE, "da", "messages.po").open("rb") as file:
        for message in read_po(file, locale="da"):
            english, danish = (one if isinstance(one, tuple) else (one,) for one in (message.id, message.string))
            blanks = {frozenset(re.findall(r"%\(\w+\)s", text)) - {"%(num)s"} for text in (*english, *danish)}
            assert len(blanks) == 1, message.id


def test_the_choice_of_language_stays_here(client: TestClient) -> None:
    """The language is kept, and one comes back to where one was; never to another site."""
    answer = client.get("/sprog/en", params={"til": "/?q=a"})
    assert (answer.status_code, answer.headers["location"]) == (303, "/?q=a")
    assert answer.headers["set-cookie"].startswith("__Host-language=en;")
    assert "Skip to the content" in client.get("/").text
    for elsewhere in ("https://evil.test/", "//evil.test", "/\\evil.test", "/\t/evil.test", "javascript:alert(1)", ""):
        assert local_path(elsewhere) == "/"


@pytest.mark.parametrize("route", [route for route in ROUTES if route.methods - SAFE], ids=lambda route: route.path)
def test_what_changes_something_takes_a_form_with_a_token(route: APIRoute) -> None:
    """No page takes a form past `read_form` or, with a file, `with_file`."""
    assert {read_form, with_file} & {dependency.call for dependency in route.dependant.dependencies}, route.path


def test_a_form_is_taken_with_its_own_token_alone(portal: Portal) -> None:
    """A missing token, another visitor's, and a form from another site are refused; the page's own is taken."""
    app = create_app(portal)

    @app.post("/taken")
    def taken(form: forms.Posted) -> dict[str, str]:
        return dict(form.fields)

    @app.get("/form")
    def form(request: forms.Request) -> forms.Response:
        return problems.page(request, "problem.html", 200, status=200, told=forms.FormToken(request).field())

    own, other = TestClient(app, portal.site.url), TestClient(app, portal.site.url)
    for visitor in (own, other):
        nonce = "n" * 43 if visitor is own else "m" * 43
        visitor.cookies.set(forms.cookie_name(portal), nonce)
    token = re.search(r'name=&#34;|name="csrf" value="([0-9a-f]{64})"', own.get("/form").text)
    assert token
    fields = {"csrf": token[1], "name": " Aæ "}
    assert own.post("/taken", data=fields).json() == {"name": "Aæ"}
    assert own.post("/taken", data={"name": "A"}).status_code == 403
    assert other.post("/taken", data=fields).status_code == 403
    assert own.post("/taken", data=fields, headers={"Origin": "https://evil.test"}).status_code == 403
    assert own.post("/taken", data=fields, headers={"Sec-Fetch-Site": "cross-site"}).status_code == 403
    assert own.post("/taken", json=fields).status_code == 415
    assert (
        own.post("/taken", content=b"a=%ff", headers={"Content-Type": "application/x-www-form-urlencoded"}).status_code
        == 400
    )
    many = "&".join(f"f{number}=1" for number in range(200))
    assert (
        own.post("/taken", content=many, headers={"Content-Type": "application/x-www-form-urlencoded"}).status_code
        == 400
    )


def test_what_is_too_large_or_for_another_host_is_refused(client: TestClient) -> None:
    """A body over the limit ends with 413, whatever its length says; a foreign Host with 400."""
    assert client.post("/", content=b"a" * (BODY_BYTES_MAX + 1)).status_code == 413
    assert client.get("/", headers={"Host": "evil.test"}).status_code == 400
    assert client.get("/", headers={"Content-Length": "-1"}).status_code == 413


def test_a_crash_tells_nothing_of_the_inside(portal: Portal) -> None:
    """What broke is not told, on a page or by the API; the headers that protect are there."""
    app = create_app(portal)

    @app.get("/crash")
    @app.get("/api/v1/crash")
    def crash() -> None:
        raise RuntimeError("the secret inside")

    visitor = TestClient(app, portal.site.url, raise_server_exceptions=False)
    for path in ("/crash", "/api/v1/crash"):
        answer = visitor.get(path)
        assert answer.status_code == 500
        assert "secret inside" not in answer.text
        assert "default-src 'none'" in answer.headers["Content-Security-Policy"]
    assert answer.headers["content-type"] == "application/problem+json"


def test_the_log_has_the_route_and_no_more(client: TestClient, caplog: pytest.LogCaptureFixture) -> None:
    """A request's line is JSON of one line, without what was asked for, however it was written."""
    with caplog.at_level(logging.INFO, LOGGER.name):
        client.get("/sprog/en?til=/hemmelig%0d%0ainjected")
        client.get("/nowhere%0d%0ainjected")
    lines = [record.getMessage() for record in caplog.records if record.name == LOGGER.name]
    assert [json.loads(line)["route"] for line in lines] == ["/sprog/{language}", ""]
    assert not any("\n" in line or "injected" in line or "hemmelig" in line for line in lines)


def test_a_bucket_lets_a_burst_through_and_fills_again() -> None:
    """So many at once, then one for each that time gives back; visitors do not share."""
    now = 0.0
    buckets, limit = Buckets(lambda: now), Limit("ask", per_minute=60, burst=2)
    assert [buckets.take(limit, b"a") for _ in range(3)] == [0, 0, 1.0]
    assert buckets.take(limit, b"b") == 0
    now = 1.0
    assert [buckets.take(limit, b"a") for _ in range(2)] == [0, 1.0]


@pytest.mark.parametrize(
    "address", ["javascript:alert(1)", "data:text/html,x", "//a.dk/", "http:", "https://[", "ftp://a.dk/"]
)
def test_an_address_that_could_run_is_no_link(address: str) -> None:
    """Only http and https addresses become links."""
    assert href(address) == ""
    assert href("https://a.dk/x") == "https://a.dk/x"


def test_what_a_path_takes_is_told_whole(client: TestClient) -> None:
    """A method that no route has is answered with all that the path's routes have."""
    answer = client.put("/api/v1/cases")
    assert (answer.status_code, answer.headers["Allow"]) == (405, "GET, POST")
    assert client.put("/passage").headers.get("Allow", "GET, POST") == "GET, POST"


def test_the_api_describes_itself(client: TestClient) -> None:
    """The OpenAPI document names every route of the API, and no page."""
    paths = client.get("/api/v1/openapi.json").json()["paths"]
    assert set(paths) == {
        f"/api/v1{route.path}" for router in API_ROUTERS for route in router.routes if isinstance(route, APIRoute)
    }


def test_what_takes_time_is_limited() -> None:
    """A route that takes a file, makes one of a holder's records or looks at a domain asks first how often."""
    made = re.compile(r"/opgoerelse\.|/bevis\.zip$|/statement\.|/proof$")
    taken = re.compile(r"/tjek$|/check$|^/del-tekst$|/shares$|/repertoires?$")
    every = [route for router in (*PAGES, *API_ROUTERS) for route in router.routes if isinstance(route, APIRoute)]
    slow = [route for route in every if (made if "GET" in route.methods else taken).search(route.path)]
    assert len(slow) == 11
    for route in slow:
        first = route.dependant.dependencies[0].call
        assert getattr(first, "__qualname__", "").startswith("limited."), route.path
