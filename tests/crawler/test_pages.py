"""From a site to outcomes: links, sitemaps, redirects, reservations, prices, traps, and sums that add up."""

import gzip
from collections.abc import Callable
from itertools import count
from pathlib import Path

import pytest

from corpus.captures import read_captures
from tests.crawler.little_web import Answer, Crawler, LittleWeb, article, reply, story

XML = "<?xml version='1.0'?>"
NAMESPACE = "xmlns='http://www.sitemaps.org/schemas/sitemap/0.9'"


def _bodies(folder: Path) -> dict[str, bytes]:
    return {capture.url: capture.payload for warc in folder.glob("*.warc.gz") for capture in read_captures(warc)}


def test_links_of_every_kind_are_followed(web: LittleWeb, crawler: Crawler) -> None:
    """Anchors, canonical and other languages, a refresh and a base address lead on; scripts and pictures do not."""
    head = (
        '<base href="/mappe/"><link rel="canonical" href="kanon"><link rel="alternate" hreflang="nb" href="norsk">'
        '<link rel="stylesheet" href="stil.css"><meta http-equiv="refresh" content="5; URL=videre">'
    )
    web.pages["http://a.dk/"] = article(
        "forside", "anker", "//a.dk/skema", "mailto:a@a.dk", "javascript:x()", "#her", head=head
    )
    names = ("mappe/kanon", "mappe/norsk", "mappe/videre", "mappe/anker", "skema", "mappe/")
    web.pages |= {f"http://a.dk/{name}": article(name) for name in names}
    assert set(crawler.run().outcomes()) == {"http://a.dk/", *(f"http://a.dk/{name}" for name in names)}


def test_urls_out_of_scope_are_counted_and_not_asked_for(web: LittleWeb, crawler: Crawler) -> None:
    """Other hosts, excluded paths and addresses of the inside are left alone."""
    links = (
        "http://b.dk/",
        "/ud/1",
        "/ind/1",
        "http://127.0.0.1/",
        "http://localhost/",
        "http://10.1/",
        "file:///etc/passwd",
    )
    web.pages = {"http://a.dk/ind/0": article("forside", *links), "http://a.dk/ind/1": article("inde")}
    crawled = crawler.run(seeds=["http://a.dk/ind/0"], include=["/ind/", "/ud/"], exclude=["/ud/*$"])
    assert set(crawled.outcomes()) == {"http://a.dk/ind/0", "http://a.dk/ind/1"}
    assert crawled.report["out_of_scope"] == 2
    assert {url.split("/")[2] for url in web.urls} == {"a.dk"}


def test_sitemaps_name_pages(web: LittleWeb, crawler: Crawler) -> None:
    """An index from robots.txt leads to a gzipped sitemap; entities are not expanded, other hosts are left out."""
    urlset = (
        f"{XML}<urlset {NAMESPACE}><url><loc>http://a.dk/kort/1</loc></url><url><loc>http://b.dk/2</loc></url></urlset>"
    )
    evil = f"{XML}<!DOCTYPE u [<!ENTITY e 'http://a.dk/ondt'>]><urlset {NAMESPACE}><url><loc>&e;</loc></url></urlset>"
    index = "".join(f"<sitemap><loc>http://a.dk/{name}</loc></sitemap>" for name in ("kort.xml.gz", "ond.xml"))
    web.pages = {
        "http://a.dk/robots.txt": reply(
            "Sitemap: http://a.dk/indeks.xml\nSitemap: /liste.txt\n", Content_Type="text/plain"
        ),
        "http://a.dk/": article("forside"),
        "http://a.dk/indeks.xml": reply(
            f"{XML}<sitemapindex {NAMESPACE}>{index}</sitemapindex>", Content_Type="text/xml"
        ),
        "http://a.dk/kort.xml.gz": reply(gzip.compress(urlset.encode()), Content_Type="application/gzip"),
        "http://a.dk/ond.xml": reply(evil, Content_Type="text/xml"),
        "http://a.dk/liste.txt": reply("http://a.dk/kort/2\n", Content_Type="text/plain"),
        "http://a.dk/kort/1": article("et"),
        "http://a.dk/kort/2": article("to"),
    }
    crawled = crawler.run()
    assert set(crawled.outcomes()) == {"http://a.dk/", "http://a.dk/kort/1", "http://a.dk/kort/2"}
    assert crawled.pages["http://a.dk/kort/1"]["found_on"] == "http://a.dk/kort.xml.gz"
    assert crawled.report["sitemaps"] == 4


def test_redirects_go_through_the_gate(web: LittleWeb, crawler: Crawler) -> None:
    """A target is a URL like any other: robots.txt is asked, scope is kept, loops and long chains end."""
    targets = {
        "fin": "/maal",
        "forbudt": "/lukket",
        "ude": "http://b.dk/",
        "inde": "http://127.0.0.1/",
        "ring1": "/ring2",
        "ring2": "/ring1",
        "selv": "/selv",
        "k0": "/k1",
    }
    web.pages = {f"http://a.dk/{name}": reply("", 302, Location=target) for name, target in targets.items()}
    web.pages |= {f"http://a.dk/k{hop}": reply("", 301, Location=f"k{hop + 1}") for hop in range(1, 20)}
    web.pages["http://a.dk/robots.txt"] = reply("User-agent: *\nDisallow: /lukket\n", Content_Type="text/plain")
    web.pages["http://a.dk/maal"] = article("maal")
    web.pages["http://a.dk/"] = article("forside", *(f"/{name}" for name in targets))
    crawled = crawler.run()
    words = {url.removeprefix("http://a.dk/"): word for url, word in crawled.outcomes().items()}
    expected = {"": "captured", "maal": "captured", "fin": "redirected", "forbudt": "redirected", "k0": "redirected"}
    expected |= {"lukket": "robots_disallowed", "ude": "redirect_out_of_scope", "inde": "redirect_out_of_scope"}
    expected |= dict.fromkeys(("ring1", "ring2", "selv", "k10"), "redirect_loop")
    assert {name: words[name] for name in expected} == expected
    assert "k11" not in words
    assert crawled.pages["http://a.dk/fin"]["final_url"] == "http://a.dk/maal"
    assert "http://a.dk/lukket" not in web.urls


def test_a_reserved_page_leaves_its_digest_and_not_its_text(web: LittleWeb, crawler: Crawler) -> None:
    """The body of a reserved page is in no WARC file; its digest, the signals and the decision are in the report."""
    web.pages = {
        "http://a.dk/": article("forside", "/mit", "/frit"),
        "http://a.dk/mit": article("forbeholdt tekst", "/videre", head='<meta name="tdm-reservation" content="1">'),
        "http://a.dk/frit": article("fri tekst"),
        "http://a.dk/videre": article("videre tekst"),
    }
    crawled = crawler.run()
    page = crawled.pages["http://a.dk/mit"]
    assert (page["outcome"], page["reason"]) == ("refused", "reserved")
    assert page["payload_digest"].startswith("sha256:")
    assert page["decision"]["outcome"] == "exclude"
    assert "tdmrep" in {signal["mechanism"] for signal in page["signals"]}
    bodies = _bodies(crawled.folder)
    assert "http://a.dk/mit" not in bodies
    assert not [url for url, body in bodies.items() if b"forbeholdt" in body]
    assert crawled.outcomes()["http://a.dk/videre"] == "captured"


def test_a_price_is_kept_and_the_page_is_not(web: LittleWeb, crawler: Crawler) -> None:
    """A 402 is refused as payment_required, with the price its headers name."""
    web.pages = {"http://a.dk/": reply("betal", 402, crawler_price="USD 0.01")}
    page = crawler.run().pages["http://a.dk/"]
    assert (page["outcome"], page["reason"], page["status"]) == ("refused", "payment_required", 402)
    assert [(signal["mechanism"], signal["value"]) for signal in page["signals"]] == [("payment", "USD 0.01")]


def test_evidence_has_warcs_of_its_own(web: LittleWeb, crawler: Crawler) -> None:
    """robots.txt and the like are kept as they came, apart from the pages; what is asked for as both is in both."""
    web.pages = {
        "http://a.dk/robots.txt": reply("User-agent: *\nDisallow:\n", Content_Type="text/plain"),
        "http://a.dk/": article("forside", "/ai.txt"),
        "http://a.dk/ai.txt": reply("User-agent: *\nDisallow: *.jpg\n", Content_Type="text/plain"),
    }
    crawled = crawler.run()
    report, folder = crawled.report, crawled.folder
    (pages,), (evidence,) = report["warcs"], report["evidence_warcs"]
    assert (pages["file"], evidence["file"]) == ("00000.warc.gz", "evidence-00000.warc.gz")
    assert {path.name for path in folder.glob("*.warc.gz")} == {pages["file"], evidence["file"]}
    assert [each.url for each in read_captures(folder / pages["file"])] == ["http://a.dk/", "http://a.dk/ai.txt"]
    kept = {each.url: each.payload for each in read_captures(folder / evidence["file"])}
    assert kept["http://a.dk/robots.txt"] == b"User-agent: *\nDisallow:\n"
    assert set(kept) == {*web.urls} - {"http://a.dk/", "http://a.dk/sitemap.xml"}
    assert (report["captured"], report["known"], pages["records"]) == (2, 2, 2)
    assert report["evidence"] == evidence["records"] == len(kept)


def test_the_sums_of_a_report_add_up(web: LittleWeb, crawler: Crawler) -> None:
    """Every known page is captured, redirected, refused or failed, and the last event is the report."""
    web.pages = {
        "http://a.dk/": article("forside", "/ok", "/vaek", "/bort", "/billede"),
        "http://a.dk/ok": article("ok"),
        "http://a.dk/bort": reply("", 301, Location="/ok"),
        "http://a.dk/billede": reply(b"GIF89a", Content_Type="image/gif"),
    }
    report = (crawled := crawler.run()).report
    assert (report["known"], report["captured"], report["redirected"]) == (5, 2, 1)
    assert (report["refused"], report["failed"]) == ({"not_text": 1}, {"http_404": 1})
    assert {key: crawled.events[-1][key] for key in report} == report
    assert report["requests"] == len(web.asked)
    assert {event["event"] for event in crawled.events[:-1]} == {"progress"}


def _calendar(url: str) -> Answer:
    parts = url.split("/")
    if not parts[4:]:
        return reply("", 404)
    year, month = int(parts[4]), int(parts[5])
    days = [f"/kalender/{year}/{month}/dag-{day}?visning={view}" for day in range(1, 29) for view in ("uge", "dag")]
    return article(f"Kalender {month}/{year}", f"/kalender/{year + month // 12}/{month % 12 + 1}", *days)


def _session(url: str) -> Answer:
    number = int(url.rsplit("/", 1)[1]) if "/artikel/" in url else 0
    session = f"{hash((url, number)) & 0xFFFFFFFFFFFF | 1 << 48:x}"
    return article(story(number), *(f"/s/{session}/artikel/{other}" for other in range(6)))


_TICKET = count()


def _facets(url: str) -> Answer:
    path = url.split("?", maxsplit=1)[0].removeprefix("http://a.dk").rstrip("/")
    tags = ("cykel", "kage", "vejr", "skov", "strand", "by", "hest", "kat")
    return article(
        f"Emner: {path.replace('/', ', ')}",
        *(f"{path}/{tag}?sort={s}&side={next(_TICKET)}" for tag in tags for s in "ab"),
    )


def _labyrinth(url: str) -> Answer:
    name = story(url, 2).replace(" ", "/")
    return article("Du er faret vild", *(f"/{name}{number}/" for number in range(9)))


@pytest.mark.parametrize("trap", [_calendar, _session, _facets, _labyrinth])
def test_traps_are_bounded(web: LittleWeb, crawler: Crawler, trap: Callable[[str], Answer]) -> None:
    """A calendar, session ids, facets and a labyrinth without end cost some hundred requests each."""
    files = ("robots.txt", "tdmrep.json", "ai.txt", "trust.txt", "sitemap.xml")
    web.otherwise = lambda url: reply("", 404) if url.endswith(files) else trap(url)
    seed = {_calendar: "/kalender/2025/1", _session: "/s/0/artikel/0", _facets: "/emne", _labyrinth: "/start"}[trap]
    crawled = crawler.run(seeds=[f"http://a.dk{seed}"], limits={"pages_max": 5000})
    assert crawled.code == 0, crawled.log
    assert crawled.report["captured"] < (1300 if trap is _labyrinth else 450)
    assert crawled.report["refused"]["trap"] > 0
    assert crawled.report["trapped"] > 0
    assert sum(told["turned_away"] for told in crawled.report["traps"]) > 0


def test_parameters_in_another_order_are_one_page(web: LittleWeb, crawler: Crawler) -> None:
    """The order seen first is asked for, as robots.txt sees it; a source's own rules drop parameters."""
    links = ("/liste?b=2&a=1", "/liste?a=1&b=2", "/liste?a=1&view=print&b=2", "/liste?sort_by=x", "/lukket?x=1&a=2")
    web.pages = {"http://a.dk/": article("forsiden", *links)}
    web.pages["http://a.dk/robots.txt"] = reply("User-agent: *\nDisallow: /*?x=", Content_Type="text/plain")
    web.otherwise = lambda url: article(story(url)) if "?" in url or "liste" in url else reply("", 404)
    crawled = crawler.run(drop_parameters=["view", "sort*"])
    assert crawled.outcomes() == {
        "http://a.dk/": "captured",
        "http://a.dk/liste": "captured",
        "http://a.dk/liste?b=2&a=1": "captured",
        "http://a.dk/lukket?x=1&a=2": "robots_disallowed",
    }


def test_a_redirect_to_another_order_leads_to_the_page(web: LittleWeb, crawler: Crawler) -> None:
    """A redirect's end is the URL under which the page is known."""
    web.pages = {
        "http://a.dk/": article("forsiden", "/p?b=2&a=1", "/gammel"),
        "http://a.dk/gammel": reply("", 301, Location="/p?a=1&b=2"),
        "http://a.dk/p?b=2&a=1": article(story("p")),
    }
    assert crawler.run().pages["http://a.dk/gammel"]["final_url"] == "http://a.dk/p?b=2&a=1"


def test_a_page_that_says_it_is_not_there_is_no_page(web: LittleWeb, crawler: Crawler) -> None:
    """A soft 404 is refused as such, and where it leads is not followed."""
    web.pages = {
        "http://a.dk/": article("forsiden", "/vaek"),
        "http://a.dk/vaek": article("Siden blev ikke fundet", "/mere"),
    }
    assert crawler.run().outcomes() == {"http://a.dk/": "captured", "http://a.dk/vaek": "soft_404"}


def test_feeds_of_the_front_page_are_read(web: LittleWeb, crawler: Crawler) -> None:
    """RSS and Atom that a page near the seed names lead to the pages they name."""
    head = '<link rel="alternate" type="application/rss+xml" href="/feed.xml">'
    feed = "<rss><channel><item><title>Nyt</title><link>http://a.dk/nyhed</link></item></channel></rss>"
    web.pages = {
        "http://a.dk/": article("forsiden", head=head),
        "http://a.dk/feed.xml": reply(feed, Content_Type="application/rss+xml"),
        "http://a.dk/nyhed": article(story("nyhed")),
    }
    assert crawler.run().outcomes() == {"http://a.dk/": "captured", "http://a.dk/nyhed": "captured"}


def test_a_large_archive_is_no_trap(web: LittleWeb, crawler: Crawler) -> None:
    """Hundreds of numbered pages with a text of their own are all fetched, menus and all."""
    menu = story("menu", 300)
    links = [f"/arkiv/{number}" for number in range(300)]
    web.pages = {f"http://a.dk{link}": article(f"{menu} {story(link, 40)}") for link in links}
    web.pages["http://a.dk/"] = article("arkiv", *links)
    assert crawler.run().report["captured"] == 301


def test_a_job_that_cannot_be_read_says_why(crawler: Crawler) -> None:
    """A seed off the job's hosts, an address for a host, and a job without seeds end with exit 1 and a message."""
    for wishes in ({"seeds": ["http://b.dk/"]}, {"hosts": ["127.0.0.1"]}, {"seeds": []}, {"status": "måske"}):
        crawled = crawler.run(**wishes)
        assert (crawled.code, len(crawled.log.strip().splitlines())) == (1, 1), crawled.log


def test_without_a_proxy_the_inside_is_out_of_reach(web: LittleWeb, crawler: Crawler) -> None:
    """A name of the job's own hosts that resolves to loopback is not connected to, whatever the environment says."""
    crawled = crawler.run(proxy="", hosts=["localtest.localdomain.dk"], seeds=["http://localtest.localdomain.dk/"])
    assert crawled.outcomes() == {"http://localtest.localdomain.dk/": "robots_unreachable"}
    assert web.asked == []
