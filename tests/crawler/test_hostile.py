"""Servers that drip, stall, lie about lengths and never end: each costs a bounded time and is named in the report."""

import gzip
import socket
import struct
import time
from urllib.parse import urlsplit

from corpus.captures import read_captures
from crawler.evidence import EVIDENCE_BYTES_MAX
from crawler.origins import LICENCE_FILES_MAX, LICENCE_ORIGINS_MAX
from tests.crawler.little_web import Answer, Crawler, LittleWeb, article, reply, story

HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nConnection: close\r\n"


def _drip(first: bytes, unit: bytes, pause_s: float, web: LittleWeb) -> Answer:
    def answer(connection: socket.socket) -> None:
        connection.sendall(first)
        while not web.closing.wait(pause_s):
            connection.sendall(unit)

    return answer


def _reset(connection: socket.socket) -> None:
    connection.sendall(HEAD + b"Content-Length: 5000\r\n\r\n<p>halvt")
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    connection.close()


def test_each_hostile_answer_costs_a_bounded_time_and_has_a_name(web: LittleWeb, crawler: Crawler) -> None:
    """No shape of answer holds the crawl up, is captured, or is without a word in the report."""
    bomb = gzip.compress(b"0" * 40_000_000)
    hostile: dict[str, tuple[Answer, str]] = {
        "silent": (_drip(b"", b"", 0.1, web), "timeout"),
        "slowhead": (_drip(b"HTTP/1.1 200 OK\r\nX-Slow: ", b"a", 0.1, web), "timeout"),
        "slowbody": (_drip(HEAD + b"Content-Length: 9999\r\n\r\n<html>", b"a", 0.1, web), "timeout"),
        "endless": (_drip(HEAD + b"\r\n<html>", b"<p>og", 0.01, web), "timeout"),
        "stall": (_drip(HEAD + b"Content-Length: 5000\r\n\r\n", b"", 0.1, web), "timeout"),
        "fast": (_drip(HEAD + b"\r\n<html>", b"x" * 2**20, 0, web), "too_large"),
        "long": (HEAD + b"Content-Length: 999999999\r\n\r\n<html>", "too_large"),
        "bomb": (reply(bomb, Content_Encoding="gzip"), "too_large"),
        "halfgzip": (reply(gzip.compress(story(1).encode())[:-20], Content_Encoding="gzip"), "undecodable"),
        "brotli": (reply(b"?", Content_Encoding="br"), "undecodable"),
        "badgzip": (reply(b"intet gzip", Content_Encoding="gzip"), "undecodable"),
        "headers": (b"HTTP/1.1 200 OK\r\n" + b"X-Fyld: x\r\n" * 50_000 + b"\r\nok", "connection"),
        "bigheader": (b"HTTP/1.1 200 OK\r\nX-Stor: " + b"x" * 2_000_000 + b"\r\n\r\nok", "connection"),
        "badstatus": (b"HTTP/1.1 abc OK\r\n\r\n", "connection"),
        "garbage": (b"\x00\x01\x02 ikke http\r\n\r\n", "connection"),
        "short": (HEAD + b"Content-Length: 5000\r\n\r\n<html>kort", "truncated"),
        "reset": (_reset, "truncated"),
        "empty": (b"", "connection"),
    }
    web.pages = {f"http://{name}.dk/": answer for name, (answer, _) in hostile.items()}
    web.pages["http://god.dk/"] = article("en god side")
    hosts = [*(f"{name}.dk" for name in hostile), "god.dk"]
    began = time.monotonic()
    crawled = crawler.run(hosts=hosts, seeds=[f"http://{host}/" for host in hosts])
    assert crawled.code == 0, crawled.log
    assert time.monotonic() - began < 45
    named = {url.removeprefix("http://").removesuffix(".dk/"): word for url, word in crawled.outcomes().items()}
    assert named == {**{name: word for name, (_, word) in hostile.items()}, "god": "captured"}


def test_what_is_no_text_is_not_downloaded(web: LittleWeb, crawler: Crawler) -> None:
    """A film's body is left at the server; HTML without a type is known by how it begins."""
    sent = []

    def film(connection: socket.socket) -> None:
        connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Type: video/mp4\r\nContent-Length: 9000000\r\n\r\n")
        try:
            for _ in range(90):
                connection.sendall(b"x" * 100_000)
                sent.append(100_000)
                web.closing.wait(0.01)
        finally:
            connection.close()

    web.pages = {
        "http://a.dk/": article("forsiden", "/film", "/utypet"),
        "http://a.dk/film": film,
        "http://a.dk/utypet": HEAD.replace(b"text/html", b"application/octet-stream") + b"\r\n<!doctype html><p>hej",
    }
    crawled = crawler.run()
    assert crawled.outcomes() == {
        "http://a.dk/": "captured",
        "http://a.dk/film": "not_text",
        "http://a.dk/utypet": "captured",
    }
    assert sum(sent) < 9_000_000


def _licence_link(url: str) -> str:
    return f'<link rel="license" type="application/rsl+xml" href="{url}">'


def test_pages_cannot_make_us_ask_for_licence_files_without_end(web: LittleWeb, crawler: Crawler) -> None:
    """Pages that name licence files on ever new hosts, or ever new files, are held, and what was not asked counted."""
    for number in range(120):
        names = [f"http://fremmed{number}.dk/l.xml", f"http://a.dk/l{number}.xml", f"http://a.dk/bort{number}.xml"]
        head = "".join(map(_licence_link, names))
        web.pages[f"http://a.dk/{number}"] = article(story(number, 30), f"/{number + 1}", head=head)
        web.pages[f"http://a.dk/bort{number}.xml"] = reply("", 302, Location=f"http://offer{number}.dk/l.xml")
    crawled = crawler.run(seeds=["http://a.dk/0"], limits={"depth_max": 200})
    assert (crawled.code, crawled.report["captured"]) == (0, 120), crawled.log
    asked = [urlsplit(url) for url in web.urls]
    assert len({parts.netloc for parts in asked} - {"a.dk"}) == LICENCE_ORIGINS_MAX
    files = {parts.geturl() for parts in asked if parts.path.endswith(".xml") and "sitemap" not in parts.path}
    assert len(files) <= LICENCE_FILES_MAX + LICENCE_ORIGINS_MAX  # and where some of them are redirected to
    assert crawled.report["licence_files_refused"] > 0
    assert {page["decision"]["rule"] for page in crawled.pages.values() if page["decision"]} == {"signal-malformed:rsl"}


def test_an_evidence_file_that_inflates_is_cut(web: LittleWeb, crawler: Crawler) -> None:
    """What is kept and read of an evidence file has a limit after inflating too; the page is judged by what is left."""
    rules = b'[{"location": "/", "tdm-reservation": 0}' + b" " * (4 * EVIDENCE_BYTES_MAX) + b"]"
    web.pages = {
        "http://a.dk/": article("forside"),
        "http://a.dk/.well-known/tdmrep.json": reply(
            gzip.compress(rules), Content_Type="application/json", Content_Encoding="gzip"
        ),
    }
    crawled = crawler.run()
    kept = {each.url: each for each in read_captures(crawled.folder / "evidence-00000.warc.gz")}
    cut = kept["http://a.dk/.well-known/tdmrep.json"]
    assert len(cut.payload) == EVIDENCE_BYTES_MAX
    page = crawled.pages["http://a.dk/"]
    assert page["decision"]["rule"] == "signal-malformed:tdmrep"
    assert cut.payload_digest in {signal["digest"] for signal in page["signals"]}


def test_a_stranger_who_is_slow_does_not_hold_the_crawl_up(web: LittleWeb, crawler: Crawler) -> None:
    """Licences and evidence that lie with a host that may not be asked in time are done without, and hold the pages."""
    slow = reply("User-agent: *\nCrawl-delay: 100000\n", Content_Type="text/plain")
    web.pages = {
        "http://a.dk/": article("forside", "/2", head=_licence_link("http://fremmed.dk/l.xml")),
        "http://a.dk/2": article("side to", head=_licence_link("http://fremmed.dk/l.xml")),
        "http://b.dk/": article("en anden"),
        "http://b.dk/.well-known/tdmrep.json": reply("", 302, Location="http://andenfremmed.dk/tdm.json"),
        "http://c.dk/": article("en tredje"),
        "http://c.dk/robots.txt": reply("", 302, Location="http://andenfremmed.dk/regler"),
        "http://fremmed.dk/robots.txt": slow,
        "http://andenfremmed.dk/robots.txt": slow,
    }
    hosts = ["b.dk", "a.dk", "c.dk"]
    began = time.monotonic()
    crawled = crawler.run(hosts=hosts, seeds=[f"http://{host}/" for host in hosts], limits={"seconds_max": 40})
    assert (crawled.code, time.monotonic() - began < 20) == (0, True), crawled.log
    rules = {url: page["decision"]["rule"] for url, page in crawled.pages.items() if page["outcome"] == "captured"}
    assert rules["http://a.dk/"] == rules["http://a.dk/2"] == "signal-malformed:rsl"
    assert rules["http://b.dk/"] == "signal-malformed:tdmrep"
    assert "out_of_budget" not in crawled.report["refused"]
    assert len(web.asked) < 50
