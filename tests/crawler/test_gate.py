"""The gate: what robots.txt allows is asked for, nothing else, and every doubt is a no."""

import socket
from itertools import pairwise

import pytest

from tests.crawler.little_web import Answer, Crawler, LittleWeb, article, reply

RULES = "User-agent: *\nDisallow: /lukket\n"


def _text(body: str | bytes, status: int = 200, **headers: str) -> bytes:
    return reply(body, status, **{"Content_Type": "text/plain", **headers})


def _silent(web: LittleWeb) -> Answer:
    def answer(connection: socket.socket) -> None:
        connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\n")
        web.closing.wait(30)

    return answer


def test_a_robots_txt_in_doubt_closes_the_whole_host(web: LittleWeb, crawler: Crawler) -> None:
    """5xx, 429, silence, a broken answer, HTML, UTF-16, a loop, a long chain: not one page is asked for."""
    closed: dict[str, Answer] = {
        "s500": _text("User-agent: *\nAllow: /\n", 500),
        "s503": _text("", 503),
        "s429": _text("", 429),
        "html": _text("<!doctype html><html><p>User-agent: *"),
        "utf16": _text("User-agent: *\nAllow: /\n".encode("utf-16")),
        "dropped": b"",
        "short": b"HTTP/1.1 200 OK\r\nContent-Length: 500\r\n\r\nUser-agent: *",
        "silent": _silent(web),
        "loop": _text("", 302, Location="/robots.txt"),
        "inside": _text("", 302, Location="http://127.0.0.1/robots.txt"),
        "nowhere": _text("", 302),
    }
    refused = {"s401": _text("", 401), "s403": _text("", 403)}
    hosts = [f"{name}.dk" for name in (*closed, *refused, "chain")]
    web.pages = {f"http://{name}.dk/robots.txt": answer for name, answer in (closed | refused).items()}
    web.pages["http://chain.dk/robots.txt"] = _text("", 301, Location="/1")
    for hop in range(1, 9):
        web.pages[f"http://chain.dk/{hop}"] = _text("", 301, Location=f"/{hop + 1}")
    web.pages["http://chain.dk/9"] = _text("")
    web.pages |= {f"http://{host}/": article("hemmelig") for host in hosts}
    crawled = crawler.run(hosts=hosts, seeds=[f"http://{host}/" for host in hosts], limits={"response_s_max": 2})
    assert crawled.code == 0, crawled.log
    assert crawled.outcomes() == {
        **{f"http://{name}.dk/": "robots_unreachable" for name in (*closed, "chain")},
        **{f"http://{name}.dk/": "robots_refused" for name in refused},
    }
    assert not [url for url in web.urls if url.endswith(".dk/") or "127.0.0.1" in url or "tdmrep" in url]


def test_a_robots_txt_that_answers_is_obeyed(web: LittleWeb, crawler: Crawler) -> None:
    """A missing file allows, rules are obeyed, a group that names us counts, and five redirects are followed."""
    web.pages = {
        "http://mangler.dk/robots.txt": _text("", 404),
        "http://regler.dk/robots.txt": _text(RULES),
        "http://navn.dk/robots.txt": _text("User-agent: Fodaftryk\nDisallow: /lukket\n\nUser-agent: *\nDisallow:\n"),
        "http://flyttet.dk/robots.txt": _text("", 301, Location="http://andet.example/1"),
        **{f"http://andet.example/{hop}": _text("", 302, Location=f"/{hop + 1}") for hop in range(1, 5)},
        "http://andet.example/5": _text(RULES),
    }
    hosts = ["mangler.dk", "regler.dk", "navn.dk", "flyttet.dk"]
    for host in hosts:
        web.pages[f"http://{host}/"] = article(host, "/lukket/1")
        web.pages[f"http://{host}/lukket/1"] = article("lukket")
    crawled = crawler.run(hosts=hosts, seeds=[f"http://{host}/" for host in hosts])
    assert crawled.outcomes() == {
        **{f"http://{host}/": "captured" for host in hosts},
        **{f"http://{host}/lukket/1": "robots_disallowed" for host in hosts[1:]},
        "http://mangler.dk/lukket/1": "captured",
    }


def test_evidence_is_asked_for_before_pages_and_only_where_robots_allow(web: LittleWeb, crawler: Crawler) -> None:
    """robots.txt comes first, then the files with rights signals it allows, then the page; one that is closed holds."""
    web.pages = {
        "http://a.dk/robots.txt": _text("User-agent: *\nDisallow: /ai.txt\n"),
        "http://a.dk/": article("forside"),
    }
    page = crawler.run().pages["http://a.dk/"]
    assert page["decision"]["rule"] == "signal-malformed:ai_txt"  # what it says of the page is not known
    assert web.urls[0] == "http://a.dk/robots.txt"
    assert "http://a.dk/ai.txt" not in web.urls
    assert web.urls.index("http://a.dk/.well-known/tdmrep.json") < web.urls.index("http://a.dk/")
    agents = {headers["user-agent"] for _, _, headers in web.asked}
    assert agents == {"Fodaftryk/0.1 (+https://fodaftryk.example/om)"}
    assert not [headers for _, _, headers in web.asked if "cookie" in headers or "referer" in headers]


def test_evidence_that_cannot_be_had_holds_the_pages(web: LittleWeb, crawler: Crawler) -> None:
    """A tdmrep.json that answers 503 leaves it open what is reserved: captured, and held for a person."""
    web.pages = {
        "http://a.dk/.well-known/tdmrep.json": reply("", 503),
        "http://a.dk/": article("forside"),
    }
    page = crawler.run().pages["http://a.dk/"]
    assert page["decision"]["outcome"] == "hold"
    assert ("tdmrep", "malformed") in {(signal["mechanism"], signal["verdict"]) for signal in page["signals"]}


def test_a_stated_delay_is_kept(web: LittleWeb, crawler: Crawler) -> None:
    """Crawl-delay holds between all requests to a host, evidence files among them."""
    web.pages = {
        "http://a.dk/robots.txt": _text("User-agent: *\nCrawl-delay: 0.5\n"),
        "http://a.dk/": article("forside", "/1", "/2"),
        "http://a.dk/1": article("en"),
        "http://a.dk/2": article("to"),
    }
    crawler.run()
    moments = [moment for moment, _, _ in web.asked]
    assert len(moments) >= 7
    assert min(later - earlier for earlier, later in pairwise(moments)) > 0.45


def test_a_delay_beyond_the_time_left_ends_the_crawl_at_once(web: LittleWeb, crawler: Crawler) -> None:
    """With an hour between requests and a minute to spend, one is made; that is all, and running again makes none."""
    web.pages = {
        "http://a.dk/robots.txt": _text("User-agent: *\nCrawl-delay: 3600\n"),
        "http://a.dk/": article("forside"),
    }
    crawled = crawler.run()
    assert (crawled.code, crawled.report["complete"]) == (0, True)
    assert crawled.outcomes() == {"http://a.dk/": "out_of_budget"}
    assert crawler.run().report == crawled.report
    assert web.urls == ["http://a.dk/robots.txt"]


@pytest.mark.parametrize("retry_after", ["1", ""])
def test_a_busy_page_is_asked_for_again_later(web: LittleWeb, crawler: Crawler, retry_after: str) -> None:
    """429 and 503 are waited out as `Retry-After` says, a few times."""
    answers = [reply("", 429, Retry_After=retry_after), article("endelig")]
    web.pages = {"http://a.dk/": lambda connection: connection.sendall(answers.pop(0))}
    assert crawler.run().outcomes() == {"http://a.dk/": "captured"}
    first, second = (moment for moment, url, _ in web.asked if url == "http://a.dk/")
    assert second - first > 0.95


def test_a_page_that_stays_busy_fails(web: LittleWeb, crawler: Crawler) -> None:
    """A Retry-After of a day is not waited for."""
    web.pages = {"http://a.dk/": reply("", 503, Retry_After="86400")}
    assert crawler.run().outcomes() == {"http://a.dk/": "http_503"}


def test_a_robots_txt_is_read_again_after_a_day_and_a_good_copy_holds_for_a_month(
    web: LittleWeb, crawler: Crawler
) -> None:
    """Within a day robots.txt is not asked for again; after it, it may fail for a month before the host is closed."""
    links = [f"/{name}" for name in ("1", "2", "lukket/3", "4")]
    web.pages = {
        "http://a.dk/robots.txt": _text(RULES),
        "http://a.dk/": article("forside", *links),
        **{f"http://a.dk{link}": article(link) for link in links},
    }

    def run(now: str, pages_max: int) -> tuple[int, dict[str, str]]:
        web.asked.clear()
        crawled = crawler.run(now=f"{now}+00:00", limits={"pages_max": pages_max})
        return web.urls.count("http://a.dk/robots.txt"), crawled.outcomes()

    assert run("2026-11-01T12:00:00", 1)[0] == 1
    assert run("2026-11-01T13:00:00", 2)[0] == 0
    web.pages["http://a.dk/robots.txt"] = _text("", 503)
    asked, outcomes = run("2026-11-02T13:00:00", 3)
    assert (asked, outcomes["http://a.dk/2"]) == (3, "captured")
    asked, outcomes = run("2026-12-24T18:00:00", 9)
    assert (asked, outcomes["http://a.dk/4"]) == (3, "robots_unreachable")
    assert "http://a.dk/lukket/3" not in web.urls
