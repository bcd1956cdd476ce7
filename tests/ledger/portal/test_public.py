"""What everybody may see: figures, releases, how to say no, proofs, the feed and the files machines ask for."""

from datetime import UTC, date, datetime
from xml.etree import ElementTree as ET

import pytest
from starlette.testclient import TestClient

from ledger.news import news
from ledger.portal.plots import bars
from ledger.portal.portal import Portal
from ledger.portal.refusals import REFUSALS
from ledger.records import CrawlRecord, ReleaseRecord, Source, SourceStatus, Usage
from ledger.releases import record_release
from ledger.sources import record_crawl, sync_source

NOW = datetime(2026, 11, 24, 12, tzinfo=UTC)
ATOM = "{http://www.w3.org/2005/Atom}"


@pytest.fixture
def released(portal: Portal) -> None:
    """Two releases of a source, the second by another policy, and a crawl that found something new."""
    source = Source("blad", "Bladet <&>", "https://blad.dk/", SourceStatus.CONFIRMED, "Blad A/S", "", "news")
    sync_source(portal.ledger, source, (), (), NOW)
    for version, policy, words in (("0.1.0", "sha256:p", 1000), ("0.2.0", "sha256:q", 2500)):
        usage = Usage("blad", "tdm", "tdm", "LicenseRef-TDM-NoReservation", 3, words, 9, (f"sha256:{version}",))
        record_release(portal.ledger, ReleaseRecord(version, version, policy, date(2026, 11, 24), (usage,)), NOW)
    for crawl, signals in (("1", 0), ("2", 4)):
        record_crawl(portal.ledger, CrawlRecord("blad", crawl, f"sha256:{crawl}", {"signals": signals}), NOW)


@pytest.mark.usefixtures("released")
def test_releases_and_figures_are_what_the_ledger_has(client: TestClient) -> None:
    """The list, each release's page and the plots show what was recorded."""
    assert client.get("/udgivelser").text.index("0.2.0") < client.get("/udgivelser").text.index("0.1.0")
    assert "2.500" in client.get("/udgivelser/0.2.0").text
    assert client.get("/udgivelser/9.9.9").status_code == 404
    text = client.get("/tal").text
    assert 'role="img" aria-label="Ord i hver udgivelse"' in text
    assert "2.500" in text


def test_bars_fit_and_keep_their_order() -> None:
    """The longest bar has all the room, an empty one none, and nothing at all is drawn without harm."""
    laid = bars([("a", 10), ("b", 0), ("c", 5)])
    assert [bar.name for bar in laid.bars] == ["a", "b", "c"]
    assert [bar.width for bar in laid.bars] == [340, 0, 170]
    assert bars([]).bars == ()


def test_every_way_to_say_no_can_be_copied(client: TestClient) -> None:
    """The page has each example word for word, and says which are looked at by a person."""
    from markupsafe import escape

    text = client.get("/sig-nej").text
    for refusal in REFUSALS:
        assert str(escape(refusal.text.strip())) in text, refusal
    assert "et menneske ser på det" in text


def test_key_and_checkpoint_are_shown_and_given(client: TestClient) -> None:
    """The page and the files say the same."""
    for path in ("/bevis/noegle", "/bevis/checkpoint"):
        assert client.get(path).text.strip() in client.get("/bevis").text


def test_what_each_source_adds_is_shown_and_told(client: TestClient) -> None:
    """The words that no other source has are drawn and listed; a source that is not in the ledger has no link."""
    text = client.get("/vaerdikort").text
    assert 'aria-label="Ord, som ingen anden kilde har"' in text
    assert "Bogen" in text
    assert "/kilder/bog" not in text
    assert client.get("/api/v1/worth").json()[0]["only_words"] == 80


def test_the_complaint_point_names_who_answers(client: TestClient) -> None:
    """Operator and address stand on the contact page."""
    text = client.get("/kontakt").text
    assert "Tekstbanken" in text
    assert "mailto:hjaelp@portal.test" in text


@pytest.mark.usefixtures("released")
def test_the_feed_tells_what_changed(client: TestClient, portal: Portal) -> None:
    """Terms, releases, another policy and new signals are entries with links, newest first; the same each time."""
    kinds = [each.kind for each in news(portal.ledger)]
    assert kinds == ["signals", "release", "policy", "release", "source"]
    answer = client.get("/feed/da.atom")
    feed = ET.fromstring(answer.text)
    titles = [entry.findtext(f"{ATOM}title") for entry in feed.findall(f"{ATOM}entry")]
    assert titles[0] == "blad: 4 sider siger noget nyt om rettigheder, 0 er trukket tilbage"
    assert "Release 0.2.0 is decided by another policy" in client.get("/feed/en.atom").text
    ids = [entry.findtext(f"{ATOM}id") for entry in feed.findall(f"{ATOM}entry")]
    assert len(set(ids)) == 5
    assert client.get("/feed/da.atom").text == answer.text
    assert client.get("/feed/de.atom").status_code == 422


def test_machines_find_their_files(client: TestClient) -> None:
    """security.txt says whom to tell and until when; robots.txt keeps look-ups out and lets the public pages in."""
    text = client.get("/.well-known/security.txt").text
    assert "Contact: mailto:hjaelp@portal.test" in text
    assert "Expires: 2027-05-25T00:00:00Z" in text
    assert "Disallow: /opslag" in client.get("/robots.txt").text


@pytest.mark.usefixtures("released")
def test_programs_are_told_the_same(client: TestClient) -> None:
    """Figures, releases, ways to say no, checkpoint and news as JSON."""
    assert client.get("/api/v1/figures").json() == {"documents": {}, "words": 0, "sources": 0}
    assert [row["version"] for row in client.get("/api/v1/releases").json()] == ["0.1.0", "0.2.0"]
    assert client.get("/api/v1/releases/0.2.0").json()[0]["words"] == 2500
    assert client.get("/api/v1/releases/9.9.9").json()["status"] == 404
    weights = {row["mechanism"]: row["weight"] for row in client.get("/api/v1/refusals").json()}
    assert weights["tdmrep"] == "excludes"
    assert weights["natural_language"] == "holds"
    assert client.get("/api/v1/checkpoint").json()["vkey"] == "portal.test+key"
    assert client.get("/api/v1/news").json()[0]["kind"] == "signals"


def test_the_api_page_names_every_question(client: TestClient) -> None:
    """What programs can ask is listed from the app itself."""
    text = client.get("/api").text
    for path in client.get("/api/v1/openapi.json").json()["paths"]:
        assert path in text
