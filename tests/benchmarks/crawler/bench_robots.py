"""robots.txt in every shape it is met in: what it forbids is asked for 0 times, and what it allows is asked for."""

import gzip
import socket
import struct
import subprocess
import sys
import time
from dataclasses import dataclass
from itertools import pairwise

from crawler.observe.robots import BYTES_MAX
from tests.benchmarks.crawler.web import ROOT
from tests.benchmarks.figures import show
from tests.crawler.little_web import Answer, Crawler, LittleWeb, article, reply, story

RULES = "User-agent: *\nDisallow: /lukket/\n"
PAGES, ASKED_BEFORE, CHANGED = 40, 20, "Disallow: /*/lukket"
"""In one crawl: pages of either kind, and how many requests come before the rules change, and to what."""

EVERYTHING, SOME, NOTHING = ("/", "/aaben/", "/lukket/"), ("/", "/aaben/"), ()
"""What may be asked for of a host's pages, by the beginnings of their paths."""


PATHS = ("/", "/aaben/1", "/aaben/om", "/aaben/4", *(f"/lukket/{number}" for number in range(1, 5)))


@dataclass(frozen=True)
class Case:
    """A host's answer for /robots.txt, and which of its paths may be asked for after it."""

    answer: Answer
    allowed: tuple[str, ...]


def _text(body: str | bytes, status: int = 200, **headers: str) -> bytes:
    return reply(body, status, **{"Content_Type": "text/plain", **headers})


def _padded(before: int) -> str:
    """A file of 600 KiB with its rule behind so many bytes."""
    line = "# " + "x" * 77 + "\n"
    lines = [*[line] * (before // len(line)), RULES, *[line] * ((600 * 1024 - before) // len(line))]
    return "".join(lines)


def _reset(connection: socket.socket) -> None:
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    connection.close()


def _cases(web: LittleWeb) -> dict[str, Case]:
    """Each case by its name, which is its host's too."""

    def hang(connection: socket.socket) -> None:
        connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\n")
        web.closing.wait(60)

    own = "User-agent: Fodaftryk\n"
    found: dict[tuple[str, ...], dict[str, Answer]] = {
        SOME: {
            "rules": _text(RULES),
            "redirected": _text("", 301, Location="/regler"),
            "bom": _text(b"\xef\xbb\xbf" + RULES.encode()),
            "bom-own": _text(b"\xef\xbb\xbf" + f"{own}Disallow: /lukket/\n\nUser-agent: *\nDisallow:\n".encode()),
            "gzip": _text(gzip.compress(RULES.encode()), Content_Encoding="gzip"),
            "inside-500k": _text(_padded(BYTES_MAX - 2000)),
            "unknown-between": _text(f"{own}Host: x\nVisit-time: 1\nUser-agent: Anden\nDisallow: /lukket/\n"),
            "delay-between": _text(f"{own}Crawl-delay: 0\nUser-agent: Anden\nDisallow: /lukket/\n"),
            "substring": _text(f"User-agent: Foda\nDisallow: /\n\nUser-agent: FodaftrykBot\nDisallow: /\n\n{RULES}"),
            "own-before-star": _text(f"{own}Disallow: /lukket/\n\nUser-agent: *\nDisallow: /\n"),
            "own-behind-star": _text(f"User-agent: *\nDisallow: /\n\n{own}Disallow: /lukket/\n"),
            "own-twice": _text(f"{own}Disallow: /x\n\n{RULES}\n{own.upper()}Disallow: /lukket/\n"),
            "own-with-version": _text("User-agent: fodaftryk/1.0\nDisallow: /lukket/\n\nUser-agent: *\nDisallow:\n"),
            "longest": _text("User-agent: *\nDisallow: /\nAllow: /$\nAllow: /a\nAllow: /sitemap.xml\nDisallow: /l\n"),
            "star-and-end": _text("User-agent: *\nDisallow: /*ket/*$\n"),
            "encoded": _text("User-agent: *\nDisallow: /%6Cukket/\n"),
            "old-mac": _text(RULES.replace("\n", "\r")),
            "no-last-line-end": _text(RULES.strip()),
            "misspelt": _text("Useragent: *\nDissallow: /lukket/\n"),
            "comments": _text("user-AGENT : * # alle\n\n\n  disallow:/lukket/ # her\n"),
            "type-unsaid": _text(RULES, Content_Type="application/octet-stream"),
        },
        EVERYTHING: {
            "s404": _text("", 404),
            "s410": _text("", 410),
            "empty": _text(""),
            "empty-rule": _text("User-agent: *\nDisallow:\n"),
            "beyond-500k": _text(_padded(BYTES_MAX + 2000)),
            "own-is-open": _text(f"User-agent: *\nDisallow: /\n\n{own}Disallow:\n"),
        },
        NOTHING: {
            **{f"s{status}": _text("User-agent: *\nAllow: /\n", status) for status in (401, 403, 429, 500, 502, 503)},
            "loop": _text("", 302, Location="/robots.txt"),
            "chain": _text("", 301, Location="/1"),
            "nowhere": _text("", 302),
            "reset": _reset,
            "hang": hang,
            "short": b"HTTP/1.1 200 OK\r\nContent-Length: 500\r\n\r\nUser-agent: *",
            "utf16": _text("User-agent: *\nAllow: /\n".encode("utf-16")),
            "packed": _text(gzip.compress(b"User-agent: *\nAllow: /\n")),
            "html": _text("<!doctype html><html><p>User-agent: *"),
            "broken-gzip": _text(gzip.compress(RULES.encode())[:20], Content_Encoding="gzip"),
            "own-is-closed": _text(f"User-agent: *\nAllow: /\n\n{own}Disallow: /\n"),
        },
    }
    return {name: Case(answer, allowed) for allowed, cases in found.items() for name, answer in cases.items()}


def test_what_robots_txt_forbids_is_never_asked_for(web: LittleWeb, crawler: Crawler) -> None:
    """By link, by redirect and by sitemap: forbidden pages fetched 0, allowed ones all."""
    cases = _cases(web)
    hosts = [f"{name}.dk" for name in cases]
    for host, case in zip(hosts, cases.values(), strict=True):
        web.pages[f"http://{host}/robots.txt"] = case.answer
        web.pages[f"http://{host}/"] = article(story(host), "/aaben/1", "/aaben/om", "/lukket/1", "/LUKKET/../lukket/2")
        web.pages[f"http://{host}/aaben/om"] = reply("", 302, Location="/lukket/3")
        web.pages[f"http://{host}/sitemap.xml"] = reply(f"http://{host}/lukket/4\nhttp://{host}/aaben/4\n")
        web.pages |= {f"http://{host}{path}": article(story(host + path)) for path in PATHS[1:] if path != "/aaben/om"}
        web.pages |= {f"http://{host}/{hop}": _text("", 301, Location=f"/{hop + 1}") for hop in range(1, 9)}
    web.pages["http://redirected.dk/regler"] = _text(RULES)
    crawled = crawler.run(hosts=hosts, seeds=[f"http://{host}/" for host in hosts], limits={"response_s_max": 2})
    assert crawled.code == 0, crawled.log
    wrong, missing = [], []
    for host, case in zip(hosts, cases.values(), strict=True):
        paths = {url.partition(host)[2] for url in web.urls if url.startswith(f"http://{host}/")}
        pages = {path for path in paths if path == "/" or path.startswith(("/aaben/", "/lukket/"))}
        wanted = {path for path in PATHS if path[: path.rfind("/") + 1] in case.allowed}
        wrong += [host + path for path in pages - wanted]
        missing += [host + path for path in wanted - pages]
    show(
        "robots",
        {"cases": len(cases), "forbidden pages fetched": len(wrong), "allowed pages not fetched": len(missing)},
    )
    assert (wrong, missing) == ([], [])


def test_a_change_is_seen_within_a_day_of_one_crawl(web: LittleWeb, crawler: Crawler) -> None:
    """A crawl that runs for days reads robots.txt again, and from then on asks for nothing that it now forbids."""
    began, answers = time.monotonic(), []

    def rules(connection: socket.socket) -> None:
        answers.append((time.monotonic(), CHANGED if len(web.asked) > ASKED_BEFORE else "Disallow:"))
        connection.sendall(_text("User-agent: *\n" + answers[-1][1]))

    links = [f"/{number:02}/{part}" for number in range(PAGES) for part in ("aaben", "lukket")]
    web.pages = {
        "http://a.dk/robots.txt": rules,
        "http://a.dk/": article("forside", *links),
        **{f"http://a.dk{link}": article(story(link)) for link in links},
    }
    job = crawler.job(now=None, delay_s_min=0.1, limits={"seconds_max": 60})
    subprocess.run([sys.executable, "-m", "tests.benchmarks.crawler.days", str(job)], check=True, cwd=ROOT)
    told = next(moment for moment, said in answers if said == CHANGED)
    forbidden = [moment for moment, url, _ in web.asked if url.endswith("/lukket")]
    late = [moment for moment in forbidden if moment > told]
    gaps = [later - earlier for (earlier, _), (later, _) in pairwise(answers)]
    show("robots within one crawl", {
        "days": time.monotonic() - began, "robots.txt read": len(answers), "longest without reading, days": max(gaps),
        "pages fetched while allowed": len(forbidden) - len(late), "forbidden pages fetched": len(late),
    })  # fmt: skip
    assert forbidden
    assert not late
    assert sum(url.endswith("/aaben") for url in web.urls) == PAGES
