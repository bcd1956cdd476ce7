"""What is said of pages elsewhere: terms speak for their whole site, feeds for the pages they name."""

import shutil
from dataclasses import replace
from pathlib import Path

import pytest

from corpus.captures import read_captures
from ledger.policy import DEFAULT_POLICY
from tests.crawler.little_web import Crawled, Crawler, LittleWeb, article, reply, story

TERMS = "http://a.dk/vilkaar"
NO = "<h1>Vilkår</h1><p>Vores indhold må ikke bruges til tekst- og datamining.</p>"
FREE = "<h1>Vilkår</h1><p>Vores indhold må gerne bruges af alle.</p>"


@pytest.fixture
def site(web: LittleWeb) -> LittleWeb:
    """A site whose terms only its articles link to, and its front page does not."""
    web.pages = {
        "http://a.dk/": article(story("forside"), "/nyt/1", "/nyt/2"),
        "http://a.dk/nyt/1": article(story("et"), "/vilkaar"),
        "http://a.dk/nyt/2": article(story("to"), "/nyt/3"),
        "http://a.dk/nyt/3": article(story("tre"), "/vilkaar"),
        TERMS: reply(NO),
    }
    return web


def rules(crawled: Crawled) -> dict[str, str]:
    """The rule each page was decided by, by its path."""
    return {url.removeprefix("http://a.dk"): row["decision"]["rule"] for url, row in crawled.pages.items()}


def policy(folder: Path, **weights: str) -> str:
    """A policy file with other weights."""
    text = DEFAULT_POLICY.read_text("utf-8")
    for name, weight in weights.items():
        kept = [line for line in text.splitlines() if not line.startswith(f"{name} =")]
        text = "\n".join(f"{line}\n{name} = {weight}" if line == "[reservations]" else line for line in kept)
    path = folder / "policy.toml"
    path.write_text(text, "utf-8")
    return str(path)


def test_terms_speak_for_the_whole_site(site: LittleWeb, crawler: Crawler) -> None:
    """Every page of the site is held, those read before the terms and those that do not link to them too."""
    crawled = crawler.run()
    held = "signal-held:natural_language"
    assert rules(crawled) == dict.fromkeys(("/", "/nyt/1", "/nyt/2", "/nyt/3", "/vilkaar"), held)
    for url, row in crawled.pages.items():
        said = [signal for signal in row["signals"] if signal["mechanism"] == "natural_language"]
        assert [(signal["place"], signal["label"]) for signal in said] == [(f"{TERMS}#terms", "tdm")], url
        assert row["outcome"] == "captured"
    assert site.urls.count(TERMS) == 2  # once as evidence, once as a page of the crawl
    (evidence,) = crawled.report["evidence_warcs"]
    assert TERMS in [each.url for each in read_captures(crawled.folder / evidence["file"])]


def test_terms_outside_the_scope_are_read(site: LittleWeb, crawler: Crawler) -> None:
    """Path patterns are for pages: they keep nobody's terms from being heard."""
    crawled = crawler.run(seeds=["http://a.dk/nyt/1"], include=["/nyt/"])
    assert rules(crawled) == {"/nyt/1": "signal-held:natural_language"}
    assert site.urls.count(TERMS) == 1


@pytest.mark.usefixtures("site")
def test_terms_weigh_what_the_policy_says(crawler: Crawler, tmp_path: Path) -> None:
    """As a reservation of any kind they keep the text out; as evidence only they change nothing."""
    strict = crawler.run(policy=policy(tmp_path, natural_language="true"))
    assert strict.outcomes()["http://a.dk/nyt/1"] == "reserved"
    assert set(rules(strict).values()) == {"signal-reserved:natural_language"}
    second = replace(crawler, folder=crawler.folder.with_name("again"))
    literal = second.run(policy=policy(tmp_path, natural_language="false"))
    assert set(rules(literal).values()) == {"tdm-no-reservation"}


@pytest.mark.parametrize(
    ("answer", "rule"),
    [
        (reply("", 503), "signal-malformed:natural_language"),
        (reply("", 404), "tdm-no-reservation"),
        (reply(FREE), "tdm-no-reservation"),
        (reply("", 301, Location="/regler"), "signal-held:natural_language"),
    ],
)
def test_terms_that_cannot_be_had_hold(site: LittleWeb, crawler: Crawler, answer: bytes, rule: str) -> None:
    """A server in trouble is no permission; terms that are not there, or say nothing of mining, are none either."""
    site.pages |= {TERMS: answer, "http://a.dk/regler": reply(NO)}
    assert rules(crawler.run(seeds=["http://a.dk/nyt/1"], include=["/nyt/1"])) == {"/nyt/1": rule}


def test_terms_that_robots_closes_are_not_asked_for(site: LittleWeb, crawler: Crawler) -> None:
    """robots.txt stands above our wish to know."""
    site.pages["http://a.dk/robots.txt"] = reply("User-agent: *\nDisallow: /vilkaar\n", Content_Type="text/plain")
    assert set(rules(crawler.run(include=["/nyt/"], seeds=["http://a.dk/nyt/1"])).values()) == {"tdm-no-reservation"}
    assert TERMS not in site.urls


def test_many_links_to_terms_cost_few_requests(web: LittleWeb, crawler: Crawler) -> None:
    """A page with a hundred links that look like terms is asked for a handful of them."""
    links = [f"/v/{number}/vilkaar" for number in range(100)]
    web.pages = {f"http://a.dk/p{page}": article(story(page), *links[page * 20 :]) for page in range(5)}
    web.pages |= {f"http://a.dk{link}": reply(FREE) for link in links}
    seeds = [f"http://a.dk/p{page}" for page in range(5)]
    crawler.run(seeds=seeds, include=["/p"])
    assert len([url for url in web.urls if url.endswith("vilkaar")]) == 6


def test_a_second_crawl_hears_that_terms_were_lifted(site: LittleWeb, crawler: Crawler) -> None:
    """A page that was not modified loses what terms said that say it no more, and gets what they say now."""
    modified = {"http://a.dk/nyt/1": reply(f"<p>{story('et')}</p><a href=/vilkaar>Vilkår</a>", ETag='"1"')}
    site.pages |= modified
    crawler.run(now="2026-11-01T12:00:00+00:00")
    site.pages |= {TERMS: reply(FREE), "http://a.dk/nyt/1": reply("", 304, ETag='"1"')}
    second = replace(crawler, folder=crawler.folder.with_name("again"))
    second.folder.mkdir()
    shutil.copyfile(crawler.folder / "pages.jsonl.gz", second.folder / "previous.jsonl.gz")
    crawled = second.run(crawl="c2", now="2026-12-01T12:00:00+00:00")
    assert crawled.pages["http://a.dk/nyt/1"]["outcome"] == "unchanged"
    assert set(rules(crawled).values()) == {"tdm-no-reservation"}


NS = 'xmlns:rsl="https://rslstandard.org/rsl"'
RSL = "<rsl:content><rsl:license><rsl:prohibits>ai-train</rsl:prohibits></rsl:license></rsl:content>"


def test_a_feed_speaks_for_the_pages_it_names(web: LittleWeb, crawler: Crawler) -> None:
    """Whether they are read before it or after; its bytes are kept as evidence."""
    item = f"<item><link>http://a.dk/1</link>{RSL}</item><item><link>http://a.dk/2</link></item>"
    feed = reply(f"<rss {NS}><channel>{item}</channel></rss>", Content_Type="application/rss+xml")
    web.pages = {"http://a.dk/rss": feed} | {f"http://a.dk/{name}": article(story(name)) for name in (1, 2)}
    crawled = crawler.run(seeds=["http://a.dk/1", "http://a.dk/2"], sitemaps=["http://a.dk/rss"])
    decided = {url: row["decision"]["outcome"] for url, row in crawled.pages.items()}
    assert decided == {"http://a.dk/1": "exclude", "http://a.dk/2": "include"}
    (evidence,) = crawled.report["evidence_warcs"]
    assert "http://a.dk/rss" in [each.url for each in read_captures(crawled.folder / evidence["file"])]


def test_a_barred_page_is_not_kept(web: LittleWeb, crawler: Crawler) -> None:
    """A paywall is a state of its own in the report, and the text behind it is in no capture."""
    said = '<script type="application/ld+json">{"@type": "NewsArticle", "isAccessibleForFree": false}</script>'
    web.pages = {"http://a.dk/": article(story("plus"), head=said)}
    crawled = crawler.run()
    assert crawled.outcomes() == {"http://a.dk/": "paywall"}
    assert crawled.report["refused"] == {"paywall": 1}
    assert crawled.report["warcs"] == [] or crawled.report["warcs"][0]["records"] == 0
