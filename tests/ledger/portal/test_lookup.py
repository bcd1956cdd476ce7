"""Looking up: what is found, told and given as a file, without signing in."""

import csv
import io
import json
import logging
import re
from dataclasses import replace
from datetime import UTC, date, datetime
from hashlib import sha256
from typing import Any
from urllib.parse import unquote

import pytest
from starlette.testclient import TestClient

from ledger import decide
from ledger.agreements import Agreement, AgreementForm, Rate, RateUnit
from ledger.bases import Basis
from ledger.dues import publish_release
from ledger.journal import PROGRAM, Stamp
from ledger.licences import AssertionKind, LicenceAssertion
from ledger.portal import explaining
from ledger.portal.app import create_app
from ledger.portal.asking import Ask, targets_of_question
from ledger.portal.limits import Buckets, Limit
from ledger.portal.portal import Portal
from ledger.portal.routes import lookup
from ledger.records import DueStatus, ReleaseRecord, Source, SourceStatus, Usage
from ledger.releases import record_release
from ledger.signals import Mechanism, RightsSignal, Verdict, signals_to_json
from ledger.sources import sync_source
from ledger.targets import identifiers_in
from ledger.works import Work, fill
from tests.ledger.portal.conftest import URL

NOW = datetime(2026, 11, 24, 12, tzinfo=UTC)
SAID = RightsSignal(
    Mechanism.TDMREP, Verdict.PERMITTED, "tdm-reservation", "0", "https://blad.dk/a#meta",
    '<meta name="tdm-reservation" content="0">', "sha256:d", "2026-11-24T12:00:00Z",
)  # fmt: skip
TEXT = "Den lille havfrue boede hos sin fader havkongen dybt nede på havets bund og drømte hver nat om landjorden " * 4


def made(url: str, **more: Any) -> Work:
    """A released work of the source Bladet."""
    plain = Work(
        id=sha256(url.encode()).hexdigest(), source="blad", url=url, title="Den lille havfrue", author="Ane Hansen",
        numbers=identifiers_in("ISBN 0-306-40615-2"), fetched_at=NOW, digest="sha256:t", words=1234, fate="released",
        reason="", outcome="include", basis="agreement", licence="LicenseRef-Agreement-blad-1", rule="agreement",
        signals=signals_to_json([SAID]), observed=date(2026, 11, 24), cluster="c",
    )  # fmt: skip
    return replace(plain, **more)


ONE = made("https://www.blad.dk/eventyr/1")
HELD = made(
    "https://kopi.dk/1", fate="held", reason="copy-of-reserved", rule="open-licence", basis="open_licence", author="Bo"
)


@pytest.fixture(autouse=True)
def _collected(portal: Portal) -> None:
    """A source with an agreement, a work in a release, and a copy that is held."""
    source = Source("blad", "Bladet", "https://www.blad.dk/", SourceStatus.AGREED, "Blad A/S", "Blad A/S", "news")
    said = LicenceAssertion("CC-BY-4.0", "Blad A/S", "https://blad.dk/vilkaar", date(2026, 3, 1), confirmed=True)
    agreed = Agreement(
        "blad-1", "blad", "Blad A/S", "Blad A/S", AgreementForm.WRITTEN, ("train",), date(2026, 1, 1), None,
        Rate(RateUnit.MILLION_WORDS, 12_500_000, "DKK"),
    )  # fmt: skip
    sync_source(portal.ledger, source, (said,), (agreed,), NOW)
    usage = Usage("blad", "agreement", "agreed", "LicenseRef-Agreement-blad-1", 1, 1234, 9, ("sha256:shard",))
    record_release(portal.ledger, ReleaseRecord("1.0.0", "sha256:m", "sha256:p", date(2026, 11, 24), (usage,)), NOW)
    publish_release(portal.ledger, "1.0.0", Stamp(PROGRAM, NOW))
    fill(portal.ledger, "blad", sorted((ONE, HELD), key=lambda work: work.id), ["1.0.0"])


@pytest.mark.parametrize(
    "question",
    [
        "blad.dk",
        "www.blad.dk/eventyr",
        "https://www.blad.dk/eventyr/1",
        "http://www.blad.dk/eventyr/1",
        "den lille HAVFRUE",
        "Ane Hansen",
        "ISBN 0306406152",
    ],
)
def test_whatever_is_asked_for_is_found(client: TestClient, question: str) -> None:
    """Domain, folder, address, title, author and ISBN lead to the work, without saying which it is."""
    assert f'href="/vaerker/{ONE.id}"' in client.get("/opslag", params={"q": question}).text


@pytest.mark.parametrize("question", ["Hansen", "Ane", "findes.dk", "https://findes.dk/", "Havfrue"])
def test_what_is_near_is_not_found(client: TestClient, question: str) -> None:
    """Parts of names and titles find nothing, and the page says what that may mean."""
    answer = client.get("/opslag", params={"q": question})
    assert "Vi fandt ikke noget" in answer.text
    assert "/vaerker/" not in answer.text


def test_an_address_that_is_not_there_leads_to_its_domain(client: TestClient) -> None:
    """Who asks for one page of a site that was collected is told of the site."""
    answer = client.get("/opslag", params={"q": "https://www.blad.dk/andet"})
    assert '/opslag?art=domain&amp;q=blad.dk"' in answer.text


def test_a_work_tells_what_where_when_why_and_what_is_owed(client: TestClient) -> None:
    """Its page has the time, the rule in a sentence, the statement word for word, licence, release, payment, copy."""
    text = client.get(f"/vaerker/{ONE.id}").text
    for told in (
        "24. november 2026 12:00 UTC", "Den bruges efter aftale med den, der har retten.", "1.234 ord", "1.0.0",
        "&lt;meta name=&#34;tdm-reservation&#34; content=&#34;0&#34;&gt;", "CC-BY-4.0", "Talt op og skyldes", HELD.url,
        "https://portal.test/vaerker/", "siger ja",
    ):  # fmt: skip
        assert told in text, told
    held = client.get(f"/vaerker/{HELD.id}").text
    assert "Den samme tekst står et andet sted med et forbehold" in held
    assert client.get(f"/vaerker/{'0' * 64}").status_code == 404
    assert client.get("/vaerker/x").status_code == 422


def test_a_source_has_its_page_and_the_list_of_all(client: TestClient) -> None:
    """Whose it is, what is said of its licence, what releases took, and its works."""
    assert 'href="/kilder/blad"' in client.get("/kilder").text
    text = client.get("/kilder/blad").text
    for told in ("Blad A/S", "CC-BY-4.0", "1.0.0", ONE.url, "aftalt med rettighedshaveren", "Talt op og skyldes"):
        assert told in text, told
    assert client.get("/kilder/ukendt").status_code == 404


def test_a_passage_finds_its_work_and_is_kept_nowhere(
    client: TestClient, passages: Any, caplog: pytest.LogCaptureFixture
) -> None:
    """Sentences find the work they stand in; neither the log nor the ledger has them afterwards."""
    passages.add(ONE.id, TEXT)
    passages.add("0" * 64, TEXT)  # a work that was erased
    token = re.search('name="csrf" value="([^"]+)"', client.get("/passage").text)
    assert token
    form = {"csrf": token[1], "text": TEXT[:250]}
    with caplog.at_level(logging.DEBUG):
        answer = client.post("/passage", data=form)
    assert f'href="/vaerker/{ONE.id}"' in answer.text
    assert "100 % af passagen" in answer.text
    assert "havkongen" not in caplog.text
    assert "Det er for kort" in client.post("/passage", data=form | {"text": "kort"}).text
    assert client.post("/passage", data=form | {"text": "a" * 20_001}).status_code == 413
    found = client.post("/api/v1/passages", json={"text": TEXT[:250]}).json()
    assert [(each["work"]["id"], each["share"]) for each in found] == [(ONE.id, 1.0)]
    assert client.post("/api/v1/passages", json={"text": "kort"}).status_code == 422


def test_files_are_safe_for_spreadsheets_and_name_no_authors(client: TestClient, portal: Portal) -> None:
    """CSV and JSON have every work of the answer; a title that is a formula is text, and no author is in them."""
    evil = made("https://www.blad.dk/x", title='=HYPERLINK("https://evil.test";"x")\r\n;y')
    fill(portal.ledger, "blad", sorted((ONE, HELD, evil), key=lambda work: work.id), ["1.0.0"])
    answer = client.get("/opslag/csv", params={"q": "blad.dk", "art": "domain"})
    rows = list(csv.DictReader(io.StringIO(answer.text.removeprefix("\ufeff"), newline=""), delimiter=";"))
    assert {row["url"] for row in rows} == {ONE.url, evil.url}
    assert all(not row["title"].startswith("=") for row in rows)
    assert 'filename="fodaftryk-domain.csv"' in answer.headers["Content-Disposition"]
    lines = client.get("/kilder/blad/json").text.splitlines()
    assert {json.loads(line)["releases"][0] for line in lines if json.loads(line)["releases"]} == {"1.0.0"}
    assert len(lines) == 3
    assert "Ane" not in answer.text + "".join(lines)
    assert client.get("/opslag/csv", params={"q": "blad.dk", "art": "any"}).status_code == 422


def test_the_api_says_what_the_pages_say(client: TestClient) -> None:
    """Works, one work, sources and one source as JSON."""
    listed = client.get("/api/v1/works", params={"q": "blad.dk"}).json()
    assert [work["id"] for work in listed["works"]] == [ONE.id]
    assert (listed["counts"], listed["meant"]) == ({"released": 1}, ["domain:blad.dk"])
    assert client.get("/api/v1/works", params={"q": "0", "kind": "isbn"}).json()["meant"] == []
    assert listed["works"][0]["why"].startswith("Den bruges efter aftale")
    shown = client.get(f"/api/v1/works/{ONE.id}").json()
    assert (shown["author"], shown["payment"], shown["signals"][0]["raw"]) == ("Ane Hansen", "accrued", SAID.raw)
    assert [copy["url"] for copy in shown["copies"]] == [HELD.url]
    assert client.get("/api/v1/sources").json()[0]["documents"] == {"released": 1, "held": 1}
    assert client.get("/api/v1/sources/blad").json()["releases"][0]["release"] == "1.0.0"
    assert len(client.get("/api/v1/sources/blad/works").json()["works"]) == 2
    assert client.get("/api/v1/works", params={"q": "x" * 501}).status_code == 422
    assert client.get("/api/v1/sources/ukendt").json()["status"] == 404


def test_what_was_crawled_can_do_nothing(client: TestClient, portal: Portal) -> None:
    """Titles with markup are text, and addresses that could run are no links, on every page that shows them."""
    evil = made(
        "javascript:alert(1)",
        title="<script>alert(1)</script>",
        author='"><img src=x>',
        signals=signals_to_json([replace(SAID, raw="<b>x</b>", place="javascript:alert(2)")]),
    )
    fill(portal.ledger, "blad", [evil], ["1.0.0"])
    for path in (f"/vaerker/{evil.id}", "/kilder/blad", "/opslag?q=script+alert+1+script&art=title"):
        text = client.get(path).text
        assert "&lt;script&gt;alert(1)" in text, path
        assert not re.search(r"<script>alert|<img src=x|<b>x|href=\"javascript", text), path


@pytest.mark.parametrize(
    "path",
    [
        "/opslag?q=blad.dk/a%2500b", "/opslag?q=%00", "/opslag?q=blad.dk&efter=%00", "/kilder/%00", "/kilder/a%00",
        "/kilder/blad?efter='", "/vaerker/%00", "/udgivelser/%00", "/api/v1/works?q=blad.dk/%2500&kind=domain",
        "/api/v1/sources/%00", "/api/v1/releases/%F0%9F%92%A9", "/opslag?q=" + "x" * 600, "/opslag?q=http://[",
        "/opslag?q=%FF",
    ],
)  # fmt: skip
def test_what_no_database_takes_is_answered(client: TestClient, path: str) -> None:
    """NUL, other ids, broken addresses and long questions are told as such; nothing crashes on them."""
    assert client.get(path).status_code in {200, 303, 400, 404, 422}
    question = path.partition("q=")[2].partition("&")[0]
    assert not any("\0" in target.value for target in targets_of_question(unquote(question), Ask.ANY, str))


def test_who_asks_too_often_waits(client: TestClient) -> None:
    """Looking up has a limit, and the answer says how long to wait; the page is in the visitor's language."""
    assert Limit("look-up", 40, 40) == lookup.LOOK_UP
    client.app.state.buckets = Buckets(lambda: 0.0)  # type: ignore[attr-defined] # all within one moment
    answers = [client.get("/opslag?q=Ane+Hansen") for _ in range(41)]
    assert [answer.status_code for answer in answers[-2:]] == [200, 429]
    assert int(answers[-1].headers["Retry-After"]) >= 1
    assert "Vent lidt" in answers[-1].text
    assert client.get("/kilder").status_code == 200


def test_a_visitor_is_an_address_or_what_one_connection_has(portal: Portal) -> None:
    """IPv4 is told apart also where a socket of both kinds writes it as IPv6; of IPv6 the first 64 bits count."""
    app = create_app(portal)
    app.state.buckets = Buckets(lambda: 0.0)
    visitors = ("192.0.2.1", "::ffff:192.0.2.1", "::ffff:192.0.2.2", "2001:db8::1", "2001:db8::2", "2001:db8:0:1::1")
    answers = []
    for host in visitors:
        visitor = TestClient(app, URL, client=(host, 1))
        answers.append([visitor.get("/opslag?q=nord.example").status_code for _ in range(40)])
    assert [set(codes) for codes in answers] == [{200}, {429}, {200}, {200}, {429}, {200}]


def test_every_word_of_the_ledger_has_its_sentence() -> None:
    """Each rule that decides, each right, mechanism, verdict and status is told in a sentence."""
    rules = set(re.findall(r"^    ([a-z-]+)(?::<mechanism>)? {2,}\S", decide.__doc__ or "", re.MULTILINE))
    assert len(rules) == 17
    assert rules <= set(explaining.RULES)
    for words, texts in (
        (Basis, explaining.BASES), (Mechanism, explaining.MECHANISMS), (Verdict, explaining.VERDICTS),
        (DueStatus, explaining.DUES), (SourceStatus, explaining.STATUSES), (AssertionKind, explaining.SAID),
    ):  # fmt: skip
        assert set(words) == set(texts)
    assert explaining.rule_told("da", "signal-reserved:tdmrep").endswith("(TDMRep)")
    assert "new-rule" in explaining.rule_told("da", "new-rule")
