"""The crawl of an API: what its listings hold and name becomes captures, and nothing of it is lost in silence."""

import json
import shutil
import signal
from collections import Counter
from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest

from corpus.captures import read_captures
from tests.crawler.little_web import Crawled, Crawler, LittleWeb, reply, story
from tests.crawler.test_resume import _wait_for_captures

FIRST = "2026-11-01T12:00:00+00:00"
ODATA = {"format": "odata", "fields": {"text": "resume", "title": "titel", "licence": "licens", "url": "adresse"}}
API = "http://a.dk/api/Sag"
CC_BY = "https://creativecommons.org/licenses/by/4.0/"


def answer(body: object, status: int = 200, **headers: str) -> bytes:
    """An answer in JSON."""
    return reply(json.dumps(body), status, Content_Type="application/json; charset=utf-8", **headers)


def odata(web: LittleWeb, rows: list[Any], size: int = 2, **headers: str) -> None:
    """An OData listing of rows, so many on a page."""
    for start in range(0, len(rows), size):
        page = {"odata.metadata": "http://a.dk/api/$metadata#Sag", "value": rows[start : start + size]}
        if start + size < len(rows):
            page["odata.nextLink"] = f"{API}?$skip={start + size}"
        web.pages[API + (f"?$skip={start}" if start else "")] = answer(page, **headers)


def run(crawler: Crawler, api: Mapping[str, Any], **wishes: Any) -> Crawled:
    """Crawl an API to the end."""
    return crawler.run(**wishes_of(api, **wishes))


def wishes_of(api: Mapping[str, Any], **wishes: Any) -> dict[str, Any]:
    """What a job of an API's crawl says beside the usual."""
    return {"seeds": [API], "api": api, "source": "proeve", "names": "urn:fodaftryk:proeve:", "now": FIRST, **wishes}


def again(crawler: Crawler, api: Mapping[str, Any], *, days: int = 30, **wishes: Any) -> Crawled:
    """Crawl once more, beginning from what the crawl before left."""
    second = replace(crawler, folder=crawler.folder.with_name(crawler.folder.name + "-2"))
    second.folder.mkdir()
    shutil.copyfile(crawler.folder / "pages.jsonl.gz", second.folder / "previous.jsonl.gz")
    listed = json.loads((crawler.folder / "report.json").read_text())["listed"]
    now = (datetime.fromisoformat(FIRST) + timedelta(days=days)).isoformat()
    return run(second, api, crawl="c2", listed=listed or None, **{"now": now, **wishes})


def row(number: int, **more: Any) -> dict[str, Any]:
    """A row of the listing with a text of its own."""
    return {"id": number, "titel": f"Sag {number}", "resume": story(number), **more}


def name(number: object) -> str:
    """The name of a row without an address."""
    return f"urn:fodaftryk:proeve:{number}"


def captured(crawled: Crawled, files: str = "[0-9]*.warc.gz") -> dict[str, bytes]:
    """The bodies in a crawl's WARC files by URL; each stands there once."""
    found = [capture for path in sorted(crawled.folder.glob(files)) for capture in read_captures(path)]
    assert not [url for url, count in Counter(capture.url for capture in found).items() if count > 1]
    return {capture.url: capture.payload for capture in found}


def assert_adds_up(crawled: Crawled) -> None:
    """Rows in are pages known, those named again, and those that the scope leaves out; pages known have an outcome."""
    report = crawled.report
    assert report["rows"] == sum(report[word] for word in ("known", "rows_again", "out_of_scope", "trapped", "no_room"))
    words = [page["outcome"] for page in crawled.pages.values()]
    assert len(words) == report["known"]
    assert set(words) <= {"captured", "refused", "failed"}


def test_rows_of_odata_become_captures(web: LittleWeb, crawler: Crawler) -> None:
    """Three pages of rows: texts are captured under their addresses or our names, and each other row says why not."""
    rows = [
        row(1),
        row(2, adresse="http://a.dk/sag/2", licens=CC_BY),
        row(3, resume=None),
        row(4, resume=" "),
        row(5, adresse="http://b.dk/sag/5"),
        "ingen række",
    ]
    odata(web, rows)
    crawled = run(crawler, ODATA)
    assert crawled.code == 0, crawled.log
    assert captured(crawled) == {name(1): story(1).encode(), "http://a.dk/sag/2": story(2).encode()}
    listings = [url for url in captured(crawled, "evidence*") if url.startswith(API)]
    assert listings == [API, f"{API}?$skip=2"]  # and not the third, which holds another host's text
    outcomes = crawled.outcomes()
    assert (outcomes[name(3)], outcomes[name(4)]) == ("no_text", "empty")
    assert sorted(outcomes.values()) == ["bad_row", "captured", "captured", "empty", "no_text"]
    assert crawled.pages[name(1)]["found_on"] == API
    told = [said["value"] for said in crawled.pages["http://a.dk/sag/2"]["signals"] if said["mechanism"] == "licence"]
    assert told == ["CC-BY-4.0"]
    report = crawled.report
    assert (report["listings"], report["rows"], report["out_of_scope"]) == (3, 6, 1)
    assert report["listed"]["full"] == report["started"]
    assert_adds_up(crawled)
    assert "http://a.dk/sitemap.xml" not in web.urls
    assert web.urls.count("http://a.dk/robots.txt") == 1
    assert web.asked[web.urls.index(API)][2]["accept"].startswith("application/json")


def test_documents_are_fetched_where_rows_say(web: LittleWeb, crawler: Crawler) -> None:
    """Pages are counted to the empty one; a row's document is JSON with a text, or any page; links are not followed."""
    for number in range(5):
        web.pages[f"http://a.dk/dok/{number}"] = answer({"data": {"tekst": story(number), "titel": "En"}}, ETag='"1"')
    web.pages["http://a.dk/dok/1"] = reply(f'<p>{story(1)}</p><a href="/dok/9">mere</a>')
    web.pages["http://a.dk/dok/2"] = answer({"data": {}})
    web.pages["http://a.dk/dok/3"] = answer({}, 404)
    for skip in (0, 2, 4, 6):
        ids = [{"nr": number} for number in range(skip, min(skip + 2, 5))]
        web.pages[API + (f"?skip={skip}" if skip else "")] = answer({"svar": {"sager": ids}})
    api = {
        "format": "json",
        "row": "address",
        "rows": "svar.sager",
        "count_by": "skip",
        "count_step": 2,
        "address": "http://a.dk/dok/{id}",
        "fields": {"id": "nr", "text": "data.tekst", "title": "data.titel"},
    }
    crawled = run(crawler, api)
    assert crawled.code == 0, crawled.log
    assert crawled.outcomes() == {
        "http://a.dk/dok/0": "captured",
        "http://a.dk/dok/1": "captured",
        "http://a.dk/dok/2": "no_text",
        "http://a.dk/dok/3": "http_404",
        "http://a.dk/dok/4": "captured",
    }
    assert captured(crawled)["http://a.dk/dok/0"] == story(0).encode()
    assert json.loads(captured(crawled, "evidence*")["http://a.dk/dok/0"])["data"]["titel"] == "En"
    assert_adds_up(crawled)
    web.pages["http://a.dk/dok/0"] = reply("", 304)
    web.pages["http://a.dk/dok/4"] = answer({"data": {"tekst": story("nu")}})
    second = again(crawler, api)
    assert {url[-1]: page["change"] for url, page in second.pages.items()} == {
        "0": "unchanged", "1": "unchanged", "2": "", "3": "", "4": "changed",
    }  # fmt: skip
    assert captured(second) == {"http://a.dk/dok/4": story("nu").encode()}


def test_an_atom_feed_is_read_to_its_last_page(web: LittleWeb, crawler: Crawler) -> None:
    """Entries that hold their text are captured as they are, the others fetched where they point."""
    entry = "<entry><id>{0}</id><title>{0}</title><content>{1}</content></entry>"
    linked = '<entry><id>2</id><link href="/artikel/2"/></entry>'
    feed = '<feed xmlns="http://www.w3.org/2005/Atom">{}</feed>'
    web.pages = {
        API: reply(feed.format(entry.format(1, story(1)) + linked + f'<link rel="next" href="{API}?side=2"/>')),
        f"{API}?side=2": reply(feed.format(entry.format(3, story(3)))),
        "http://a.dk/artikel/2": reply(f"<p>{story(2)}</p>"),
    }
    crawled = run(crawler, {"format": "atom"})
    assert crawled.code == 0, crawled.log
    assert set(captured(crawled)) == {name(1), "http://a.dk/artikel/2", name(3)}
    assert_adds_up(crawled)


def test_sitemaps_name_what_is_fetched_under_them(web: LittleWeb, crawler: Crawler) -> None:
    """An index leads to sitemaps, and each address they name is fetched as the template says."""
    web.pages = {
        "http://a.dk/eli/sitemap.xml": reply("<sitemapindex><sitemap><loc>/eli/1.xml</loc></sitemap></sitemapindex>"),
        "http://a.dk/eli/1.xml": reply("<urlset><url><loc>http://a.dk/eli/lta/2026/7</loc></url></urlset>"),
        "http://a.dk/eli/lta/2026/7/rawhtml": reply(f"<p>{story(7)}</p>"),
    }
    api = {"format": "sitemap", "row": "address", "address": "{url}/rawhtml"}
    crawled = run(crawler, api, seeds=["http://a.dk/eli/sitemap.xml"])
    assert crawled.code == 0, crawled.log
    assert crawled.outcomes() == {"http://a.dk/eli/lta/2026/7/rawhtml": "captured"}


TDMREP = "http://a.dk/.well-known/tdmrep.json"
RESERVED = '[{{"location": "{}", "tdm-reservation": 1}}]'


@pytest.mark.parametrize(
    ("more", "headers", "site"),
    [
        ({}, {"tdm_reservation": "1"}, {}),
        ({}, {}, {TDMREP: RESERVED.format("/api")}),
        ({"adresse": "http://a.dk/lov/1"}, {}, {TDMREP: RESERVED.format("/lov")}),
        ({}, {}, {"http://a.dk/robots.txt": "User-agent: *\nContent-Signal: ai-train=no\n"}),
    ],
)
def test_reservations_of_the_api_hold_for_its_rows(
    crawler: Crawler, more: dict[str, str], headers: dict[str, str], site: dict[str, str]
) -> None:
    """What the listing's headers and site say, and what the site of a row's address says, takes the row's text."""
    odata(crawler.web, [row(1, **more)], **headers)
    crawler.web.pages |= {url: reply(body, Content_Type="text/plain") for url, body in site.items()}
    crawled = run(crawler, ODATA)
    assert list(crawled.outcomes().values()) == ["reserved"]
    assert not captured(crawled)
    assert API not in captured(crawled, "evidence*")


def test_a_listing_that_leads_back_ends_there(web: LittleWeb, crawler: Crawler) -> None:
    """A next page that was read already, or that is the same bytes again, ends the listing and is told."""
    first = {"value": [row(1)], "odata.nextLink": f"{API}?$skip=1"}
    web.pages = {API: answer(first), f"{API}?$skip=1": answer({"value": [row(2)], "odata.nextLink": API})}
    crawled = run(crawler, ODATA)
    assert (crawled.code, crawled.report["captured"], crawled.report["listings_ended"]) == (0, 2, {"loop": 1})
    assert crawled.report["listed"] == {}
    web.asked.clear()
    web.otherwise = lambda url: answer([row(1)]) if url.startswith(API) else reply("", 404)
    web.pages = {}
    same = replace(crawler, folder=crawler.folder.with_name("ens"))
    counted = {"format": "json", "count_by": "side", "count_step": 1, "fields": ODATA["fields"]}
    crawled = run(same, counted)
    assert (crawled.code, crawled.report["captured"], crawled.report["rows_again"]) == (0, 1, 1)
    assert crawled.report["listings_ended"] == {"loop": 1}
    assert_adds_up(crawled)


@pytest.mark.parametrize(
    ("broken", "reason"),
    [
        (reply('{"value": [{"id"', Content_Type="application/json"), "not_json"),
        (answer({"fejl": 1}, 400), "http_400"),
        (answer({"value": [row(3)], "odata.nextLink": "http://b.dk/api"}), "next_out_of_scope"),
    ],
)
def test_a_listing_that_breaks_off_is_not_complete(
    web: LittleWeb, crawler: Crawler, broken: bytes, reason: str
) -> None:
    """A page that cannot be read leaves the crawl incomplete, with the reason; once it is mended a run goes on."""
    rows = [row(number) for number in range(1, 7)]
    odata(web, rows)
    good = web.pages[f"{API}?$skip=2"]
    web.pages[f"{API}?$skip=2"] = broken
    crawled = run(crawler, ODATA)
    assert (crawled.code, crawled.report["complete"]) == (3, False)
    assert crawled.report["listings_failed"] == {reason: 1}
    assert (set(captured(crawled)), crawled.report["listed"]) == ({name(1), name(2)}, {})
    web.pages[f"{API}?$skip=2"] = good
    resumed = run(crawler, ODATA)
    assert (resumed.code, resumed.report["complete"], resumed.report["listings_failed"]) == (0, True, {})
    assert set(captured(resumed)) == {name(number) for number in range(1, 7)}
    assert web.urls.count(API) == 1
    assert_adds_up(resumed)


def test_a_listing_waits_as_it_is_told(web: LittleWeb, crawler: Crawler) -> None:
    """A 429 with Retry-After is asked again after that time, and the listing goes on."""
    odata(web, [row(number) for number in range(1, 5)])
    good, url = web.pages[f"{API}?$skip=2"], f"{API}?$skip=2"

    def busy(connection: Any) -> None:
        web.pages[url] = good
        connection.sendall(answer({}, 429, Retry_After="2"))

    web.pages[url] = busy
    crawled = run(crawler, ODATA)
    assert (crawled.code, crawled.report["captured"]) == (0, 4)
    first, second = [at for at, asked, _ in web.asked if asked == url]
    assert second - first >= 2


def test_kill_nine_in_a_listing_changes_nothing(web: LittleWeb, crawler: Crawler) -> None:
    """Killed three times and resumed, the crawl of an API has every row once, and the sums of an undisturbed one."""
    rows = [row(number, **({"resume": None} if number % 7 == 0 else {})) for number in range(1, 121)]
    odata(web, rows, size=4)
    for least in (1, 30, 60):
        process = crawler.start(**wishes_of(ODATA, delay_s_min=0.05))
        _wait_for_captures(crawler.folder, least)
        process.send_signal(signal.SIGKILL)
        process.communicate()
    resumed = run(crawler, ODATA)
    assert resumed.code == 0, resumed.log
    whole = run(replace(crawler, folder=crawler.folder.with_name("hel")), ODATA)
    assert captured(resumed) == captured(whole)
    assert len(captured(resumed)) == 103
    counts = ("known", "captured", "failed", "rows", "rows_again", "listings")
    assert [resumed.report[word] for word in counts] == [whole.report[word] for word in counts]
    assert_adds_up(resumed)


def test_a_second_crawl_tells_what_changed_and_what_is_gone(web: LittleWeb, crawler: Crawler) -> None:
    """Rows with the same bytes are revisits; a row missing in a whole listing is gone, in a broken one it stands."""
    odata(web, [row(number) for number in range(1, 5)])
    run(crawler, ODATA)
    odata(web, [row(1), row(2, resume=story("ny")), row(4), row(5)])
    second = again(crawler, ODATA)
    assert second.code == 0, second.log
    changes = {url.rpartition(":")[2]: page["change"] for url, page in second.pages.items()}
    assert changes == {"1": "unchanged", "2": "changed", "3": "gone", "4": "unchanged", "5": "new"}
    assert second.report["failed"] == {"not_listed": 1}
    assert set(captured(second)) == {name(2), name(5)}
    written = (second.folder / "pages.jsonl.gz").read_bytes()
    crawler.folder, first = second.folder, crawler.folder
    assert run(crawler, ODATA, crawl="c2", now="2027-01-01T12:00:00+00:00").code == 0
    assert (second.folder / "pages.jsonl.gz").read_bytes() == written
    shutil.rmtree(second.folder)
    crawler.folder = first
    web.pages[f"{API}?$skip=2"] = answer({}, 400)
    broken = again(crawler, ODATA)
    assert (broken.code, broken.report["carried"]) == (3, {"interrupted": 2})
    assert broken.pages[name(3)]["change"] == "carried"


def test_only_what_changed_is_asked_for_where_the_api_can_say(web: LittleWeb, crawler: Crawler) -> None:
    """Rows that a query for changes does not name stand, unless reserved by now; after 90 days all is listed."""
    api = {**ODATA, "since": "$filter=opdateringsdato gt datetime'{time}'"}
    odata(web, [row(number) for number in range(1, 5)])
    run(crawler, api)
    asked = f"{API}?$filter=opdateringsdato%20gt%20datetime%272026-10-31T12:00:00%27"
    web.pages = {asked: answer({"value": [row(2, resume=story("ny")), row(3)]})}
    second = again(crawler, api)
    assert second.code == 0, second.log
    changes = {url.rpartition(":")[2]: page["change"] for url, page in second.pages.items()}
    assert changes == {"1": "carried", "2": "changed", "3": "unchanged", "4": "carried"}
    assert second.report["listed"] == {"until": second.report["started"], "full": "2026-11-01T12:00:00Z"}
    shutil.rmtree(second.folder)
    web.pages["http://a.dk/.well-known/tdmrep.json"] = reply('[{"location": "/api", "tdm-reservation": 1}]')
    reserved = again(crawler, api)
    assert {page["change"] for page in reserved.pages.values()} == {"withdrawn"}
    shutil.rmtree(reserved.folder)
    odata(web, [row(1)])
    del web.pages["http://a.dk/.well-known/tdmrep.json"]
    full = again(crawler, api, days=90)
    assert full.report["changes"]["gone"] == 3
