"""A second crawl: it asks only for what may have changed, says what did, and what may no longer be used goes."""

import shutil
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from warcio.archiveiterator import ArchiveIterator

from corpus.captures import read_captures
from crawler.history import RANKS, UNCHANGED_RANK, Past, rank_by, rank_of
from tests.crawler.little_web import Crawled, Crawler, LittleWeb, article, reply, story

FIRST, SECOND = "2026-11-01T12:00:00+00:00", "2026-12-01T12:00:00+00:00"
ETAG, MODIFIED = '"v1"', "Sat, 31 Oct 2026 10:00:00 GMT"
TEXTS = {name: story(name) for name in ("forside", "fast", "ny tekst", "ens", "væk", "forbudt", "nede")}


def page(name: str, *links: str, **headers: str) -> bytes:
    """A page with validators; more headers may be given."""
    anchors = "".join(f'<a href="{link}">{link}</a>' for link in links)
    return reply(f"<p>{TEXTS[name]}</p>{anchors}", ETag=ETAG, Last_Modified=MODIFIED, **headers)


@pytest.fixture
def site(web: LittleWeb) -> LittleWeb:
    """A site of seven pages."""
    names = ("fast", "ens", "vaek", "forbudt", "nede", "ny")
    web.pages = {"http://a.dk/": article(TEXTS["forside"], *names)}
    web.pages |= {f"http://a.dk/{name}": page(name) for name in ("fast", "ens", "forbudt", "nede")}
    web.pages |= {"http://a.dk/vaek": page("væk"), "http://a.dk/ny": page("fast", "endnu")}
    return web


def again(crawler: Crawler, *, days: int = 30, **wishes: object) -> Crawled:
    """Crawl once more into a folder of its own, beginning from the page list of the crawl before."""
    second = replace(crawler, folder=crawler.folder.with_name(crawler.folder.name + "-2"))
    second.folder.mkdir()
    shutil.copyfile(crawler.folder / "pages.jsonl.gz", second.folder / "previous.jsonl.gz")
    now = datetime.fromisoformat(FIRST) + timedelta(days=days)
    return second.run(crawl="c2", now=now.isoformat(), **wishes)


def changes(crawled: Crawled) -> dict[str, str]:
    """What became of each page, by its path."""
    return {url.removeprefix("http://a.dk"): row["change"] for url, row in crawled.pages.items()}


def test_a_second_crawl_says_what_changed(site: LittleWeb, crawler: Crawler) -> None:
    """Not modified, the same bytes, changed, gone, closed by robots.txt, in trouble: each is its own word."""
    first = crawler.run(now=FIRST)
    assert set(changes(first).values()) == {"new", ""}
    site.asked.clear()
    site.pages |= {
        "http://a.dk/fast": reply("", 304, ETag=ETAG),
        "http://a.dk/vaek": reply("", 410),
        "http://a.dk/robots.txt": reply("User-agent: *\nDisallow: /forbudt\n", Content_Type="text/plain"),
        "http://a.dk/nede": reply("", 500),
        "http://a.dk/ny": page("ny tekst"),
    }
    second = again(crawler)
    assert second.code == 0
    assert changes(second) == {
        "/": "unchanged",
        "/ens": "unchanged",
        "/fast": "unchanged",
        "/vaek": "gone",
        "/forbudt": "withdrawn",
        "/nede": "carried",
        "/ny": "changed",
    }
    counted = {"new": 0, "changed": 1, "unchanged": 3, "carried": 1, "gone": 1, "withdrawn": 1, "signals": 0}
    assert second.report["changes"] == counted
    assert (second.report["captured"], second.report["unchanged"], second.report["carried"]) == (1, 3, {"http_500": 1})
    assert second.report["crawls"] == ["c1", "c2"]
    asked = {url: headers for _, url, headers in site.asked}
    assert asked["http://a.dk/fast"]["if-none-match"] == ETAG
    assert asked["http://a.dk/fast"]["if-modified-since"] == MODIFIED
    assert "if-none-match" not in asked["http://a.dk/"]


def test_what_did_not_change_is_a_revisit(site: LittleWeb, crawler: Crawler) -> None:
    """The WARC holds the changed body and, for the rest, records that say where the body lies (WARC/1.1, 6.7)."""
    crawler.run(now=FIRST)
    site.pages |= {"http://a.dk/fast": reply("", 304), "http://a.dk/ny": page("ny tekst")}
    second = again(crawler)
    warc = second.folder / "00000.warc.gz"
    assert [capture.url for capture in read_captures(warc)] == ["http://a.dk/ny"]
    with warc.open("rb") as file:
        records = [record.rec_headers for record in ArchiveIterator(file) if record.rec_type == "revisit"]
    profiles = {record.get_header("WARC-Target-URI"): record.get_header("WARC-Profile") for record in records}
    assert profiles["http://a.dk/fast"].endswith("/server-not-modified")
    assert profiles["http://a.dk/ens"].endswith("/identical-payload-digest")
    assert {record.get_header("WARC-Refers-To-Date") for record in records} == {"2026-11-01T12:00:00Z"}
    row = second.pages["http://a.dk/fast"]
    assert (row["crawl"], row["captured_at"], row["fetched_at"]) == (
        "c1", "2026-11-01T12:00:00Z", "2026-12-01T12:00:00Z",
    )  # fmt: skip
    assert (row["checks"], row["changes"], second.pages["http://a.dk/ny"]["changes"]) == (1, 0, 1)


@pytest.mark.parametrize(
    "reserving",
    [
        {"http://a.dk/fast": reply("", 304, tdm_reservation="1")},
        {"http://a.dk/.well-known/tdmrep.json": reply('[{"location": "/fast", "tdm-reservation": 1}]')},
        {"http://a.dk/robots.txt": reply("User-agent: *\nContent-Signal: ai-train=no\n", Content_Type="text/plain")},
    ],
)
def test_a_new_reservation_takes_a_page_that_was_not_modified(
    site: LittleWeb, crawler: Crawler, reserving: dict[str, bytes]
) -> None:
    """A reservation in a 304's headers or in the site's files is seen though the page's bytes are as before."""
    crawler.run(now=FIRST)
    site.pages |= {"http://a.dk/fast": reply("", 304)} | reserving
    row = again(crawler).pages["http://a.dk/fast"]
    assert (row["outcome"], row["reason"], row["change"], row["crawl"]) == ("refused", "reserved", "withdrawn", "")
    assert row["signals_changed"]


def test_a_page_that_cannot_be_had_stands_only_while_its_site_allows_it(site: LittleWeb, crawler: Crawler) -> None:
    """A page in trouble is decided by the site's files of today, and goes when they reserve it."""
    crawler.run(now=FIRST)
    site.pages["http://a.dk/nede"] = reply("", 503)
    site.pages["http://a.dk/.well-known/tdmrep.json"] = reply('[{"location": "/nede", "tdm-reservation": 1}]')
    pages = again(crawler).pages
    assert pages["http://a.dk/nede"]["change"] == "withdrawn"
    assert pages["http://a.dk/fast"]["change"] == "unchanged"


def test_a_page_is_read_in_full_within_the_quarter(site: LittleWeb, crawler: Crawler) -> None:
    """After ninety days no validators are sent, so that headers a 304 leaves out are seen."""
    crawler.run(now=FIRST)
    site.asked.clear()
    again(crawler, days=90)
    assert not any("if-none-match" in headers for _, _, headers in site.asked)


def test_what_the_budget_leaves_stands_and_goes_first_when_it_changes(site: LittleWeb, crawler: Crawler) -> None:
    """With room for three pages the one whose sitemap says it changed is among them, and the rest stand as they are."""
    crawler.run(now=FIRST)
    entry = "<url><loc>http://a.dk/{}</loc><lastmod>2026-11-{}T00:00:00Z</lastmod></url>"
    named = entry.format("ny", "20") + entry.format("ens", "01")
    site.pages["http://a.dk/robots.txt"] = reply("Sitemap: http://a.dk/kort.xml\n", Content_Type="text/plain")
    site.pages["http://a.dk/kort.xml"] = reply(f"<urlset>{named}</urlset>", Content_Type="text/xml")
    site.pages["http://a.dk/ny"] = page("ny tekst")
    second = again(crawler, limits={"pages_max": 3})
    assert second.code == 0
    assert changes(second)["/ny"] == "changed"
    assert second.report["carried"] == {"out_of_budget": 4}
    assert second.pages["http://a.dk/vaek"]["fetched_at"] == "2026-11-01T12:00:00Z"
    written = {name: (second.folder / name).read_bytes() for name in ("report.json", "pages.jsonl.gz")}
    assert replace(crawler, folder=second.folder).run(crawl="c2", now=SECOND, limits={"pages_max": 3}).code == 0
    assert written == {name: (second.folder / name).read_bytes() for name in written}


def past(*, checks: int, changed: int, days: int = 10) -> Past:
    """A page read `checks` times in twenty days, and last `days` ago."""
    read = datetime(2026, 11, 24, tzinfo=UTC) - timedelta(days=days)
    first = (read - timedelta(days=20)).isoformat()
    return Past("", "[]", "", read.isoformat(), "", "", "c", "", read.isoformat(), first, checks, changed)


@given(st.integers(1, 50), st.integers(0, 50), st.integers(1, 300))
def test_what_changes_more_is_asked_for_first(checks: int, changed: int, days: int) -> None:
    """The rank falls as changes grow and as time passes, and stays within its bounds."""
    now = datetime(2026, 11, 24, tzinfo=UTC)
    changed = min(changed, checks)
    rank = rank_of(past(checks=checks, changed=changed, days=days), now)
    assert 1 <= rank <= RANKS
    assert rank_of(past(checks=checks, changed=max(changed - 1, 0), days=days), now) >= rank
    assert rank_of(past(checks=checks, changed=changed, days=days + 30), now) <= rank


@pytest.mark.parametrize(
    ("lastmod", "rank"),
    [
        ("2026-11-13", UNCHANGED_RANK),
        ("2026-11-14", 0),
        ("2026-11-14T00:00:00Z", UNCHANGED_RANK),
        ("2026-11-14T00:00:01+00:00", 0),
        ("2026-11-13T10:00:00", UNCHANGED_RANK),
        ("i går", None),
        ("2026-11", None),
    ],
)
def test_a_sitemaps_word_counts_when_it_can_be_read(lastmod: str, rank: int | None) -> None:
    """A time up to the last reading says unchanged, a later one changed, and a day counts to its end."""
    assert rank_by(past(checks=1, changed=0), lastmod) == rank
