"""A crawl that is killed, stopped or orphaned loses nothing and says that it is not complete."""

import json
import os
import signal
import sqlite3
import subprocess
import sys
import time
from collections import Counter
from pathlib import Path

import pytest

from corpus.captures import read_captures
from tests.crawler.little_web import Crawler, LittleWeb, article, reply, story

PAGES = 150
SITEMAPS = "Sitemap: http://a.dk/kort.xml\nSitemap: http://a.dk/kort3.xml\nSitemap: http://b.dk/kort.xml\n"


def _site(web: LittleWeb) -> None:
    """A tree of pages, each with three further ones."""
    for number in range(PAGES):
        links = [f"/side/{child}" for child in range(3 * number + 1, 3 * number + 4) if child < PAGES]
        path = f"side/{number}" if number else ""
        web.pages[f"http://a.dk/{path}"] = article(story(number, 30), *links)


def _files(folder: Path) -> dict[str, bytes]:
    """Everything a crawl leaves behind but the frontier."""
    return {path.name: path.read_bytes() for path in folder.iterdir() if "sqlite" not in path.name}


def _captured(folder: Path) -> Counter[str]:
    warcs = sorted(folder.glob("*.warc.gz"))
    return Counter(
        capture.url
        for warc in warcs
        for capture in read_captures(warc)
        if capture.url == "http://a.dk/" or "/side/" in capture.url
    )


def _wait_for_captures(folder: Path, least: int) -> None:
    deadline = time.monotonic() + 30
    while time.monotonic() < deadline:
        if (folder / "frontier.sqlite").exists():
            try:
                with sqlite3.connect(f"file:{folder / 'frontier.sqlite'}?mode=ro", uri=True) as db:
                    count = db.execute("SELECT count(*) FROM urls WHERE outcome = 'captured'").fetchone()[0]
                db.close()
            except sqlite3.OperationalError:  # the file is being made
                count = 0
            if count >= least:
                return
        time.sleep(0.02)
    raise AssertionError("the crawl did not get going")


def test_kill_nine_again_and_again_changes_nothing(web: LittleWeb, crawler: Crawler) -> None:
    """Killed four times and resumed, a crawl has every page once, whole WARCs, and the sums of an uninterrupted one."""
    _site(web)
    last = f"http://a.dk/side/{PAGES - 1}"
    good, web.pages[last] = web.pages[last], lambda _: web.closing.wait(60)  # so that none ends before it is killed
    for least in (1, 30, 60, 90):
        process = crawler.start(delay_s_min=0.005)
        _wait_for_captures(crawler.folder, least)
        process.send_signal(signal.SIGKILL)
        process.communicate()
        assert process.returncode == -signal.SIGKILL
    web.pages[last] = good
    crawled = crawler.run(delay_s_min=0.005)
    assert crawled.code == 0, crawled.log
    expected = Counter(dict.fromkeys(web.pages, 1))
    assert _captured(crawled.folder) == expected
    assert {url for url, page in crawled.pages.items() if page["outcome"] == "captured"} == set(expected)
    assert crawled.report["complete"]


def test_sigterm_stops_soon_and_the_next_run_completes(web: LittleWeb, crawler: Crawler) -> None:
    """A slow answer does not hold up a stop: exit 3 within 10 s, a report that says so, and nothing lost."""
    _site(web)

    def slow(connection: object) -> None:
        del connection
        web.closing.wait(60)

    good = web.pages.pop("http://a.dk/side/2")
    web.pages["http://a.dk/side/2"] = slow
    process = crawler.start(limits={"response_s_max": 60})
    _wait_for_captures(crawler.folder, 1)
    began = time.monotonic()
    process.send_signal(signal.SIGTERM)
    stopped = crawler.finish(process)
    assert time.monotonic() - began < 10
    assert (stopped.code, stopped.report["complete"]) == (3, False)
    assert stopped.report["refused"]["interrupted"] > 0
    web.pages["http://a.dk/side/2"] = good
    resumed = crawler.run()
    assert resumed.code == 0, resumed.log
    assert _captured(resumed.folder) == Counter(dict.fromkeys(web.pages, 1))
    assert resumed.events[-1]["event"] == "finished"
    assert {key: resumed.events[-1][key] for key in resumed.report} == resumed.report


def test_a_budget_of_pages_is_kept_and_can_grow(web: LittleWeb, crawler: Crawler) -> None:
    """With room for ten pages ten are asked for, and that is all; with more room the next run goes on behind them."""
    _site(web)
    first = crawler.run(limits={"pages_max": 10})
    assert (first.code, first.report["complete"], first.report["captured"]) == (0, True, 10)
    assert first.report["refused"] == {"out_of_budget": first.report["known"] - 10}
    second = crawler.run()
    assert (second.code, second.report["captured"], second.report["refused"]) == (0, PAGES, {})
    assert Counter(web.urls)["http://a.dk/"] == 1


def test_other_budgets_end_a_crawl(web: LittleWeb, crawler: Crawler) -> None:
    """Bytes, time and depth are bounded; what lies too deep is refused, and the crawl is complete without it."""
    _site(web)
    shallow = crawler.run(limits={"depth_max": 1})
    assert (shallow.code, shallow.report["captured"]) == (0, 4)
    assert set(shallow.report["refused"]) == {"too_deep"}
    crawler.folder = crawler.folder.with_name("bytes")
    light = crawler.run(limits={"bytes_max": 2000})
    assert (light.code, light.report["complete"]) == (0, True)
    assert light.report["captured"] < 20
    assert light.report["refused"]["out_of_budget"] > 0
    crawler.folder = crawler.folder.with_name("seconds")
    began = time.monotonic()
    short = crawler.run(limits={"seconds_max": 4}, delay_s_min=0.4)
    assert (short.code, short.report["complete"], time.monotonic() - began < 20) == (0, True, True)
    assert 0 < short.report["captured"] < 12
    assert short.report["refused"]["out_of_budget"] > 0


@pytest.mark.parametrize("limits", [{}, {"pages_max": 10}, {"bytes_max": 2000}, {"seconds_max": 1}])
def test_a_finished_crawl_run_again_asks_nothing(web: LittleWeb, crawler: Crawler, limits: dict[str, int]) -> None:
    """Running a complete crawl again, by another clock, makes no request and leaves byte-identical files."""
    _site(web)
    web.pages["http://a.dk/robots.txt"] = reply(SITEMAPS, Content_Type="text/plain")
    wishes = {"limits": limits, "sitemaps": ["http://a.dk/kort.xml", "http://a.dk/kort2.xml"]}
    first = crawler.run(**wishes, now="2026-11-01T12:00:00+00:00", delay_s_min=0.02 if "seconds_max" in limits else 0)
    assert (first.code, first.report["complete"]) == (0, True), first.log
    assert ("out_of_budget" in first.report["refused"]) is bool(limits)
    files = _files(first.folder)
    asked = len(web.asked)
    for day in (2, 3):
        assert crawler.run(**wishes, now=f"2026-11-0{day}T12:00:00+00:00").code == 0
        assert len(web.asked) == asked
        assert _files(first.folder) == files


def test_a_crawl_stopped_midway_has_the_counts_of_an_undisturbed_one(web: LittleWeb, crawler: Crawler) -> None:
    """What was counted before a kill is not counted again when the crawl goes on."""
    _site(web)
    web.pages["http://a.dk/robots.txt"] = reply(SITEMAPS, Content_Type="text/plain")
    whole = crawler.run(sitemaps=["http://a.dk/kort.xml"]).report
    crawler.folder = crawler.folder.with_name("stopped")
    process = crawler.start(sitemaps=["http://a.dk/kort.xml"], delay_s_min=0.01)
    _wait_for_captures(crawler.folder, 30)
    process.send_signal(signal.SIGKILL)
    process.communicate()
    resumed = crawler.run(sitemaps=["http://a.dk/kort.xml"]).report
    counts = ("known", "captured", "sitemaps", "sitemaps_left", "out_of_scope", "trapped")
    assert {name: resumed[name] for name in counts} == {name: whole[name] for name in counts}
    assert (whole["sitemaps"], whole["out_of_scope"]) == (2, 1)


def test_a_stop_is_no_end(web: LittleWeb, crawler: Crawler) -> None:
    """A crawl stopped by a signal is incomplete however little of its budget is left; the next run ends it."""
    _site(web)
    process = crawler.start(limits={"pages_max": 20}, delay_s_min=0.2)
    _wait_for_captures(crawler.folder, 2)
    process.send_signal(signal.SIGTERM)
    stopped = crawler.finish(process)
    assert (stopped.code, stopped.report["complete"]) == (3, False)
    assert set(stopped.report["refused"]) == {"interrupted"}
    ended = crawler.run(limits={"pages_max": 20})
    assert (ended.code, ended.report["complete"], ended.report["captured"]) == (0, True, 20)
    assert set(ended.report["refused"]) == {"out_of_budget"}


def test_a_folder_of_another_crawl_is_left_alone(web: LittleWeb, crawler: Crawler) -> None:
    """A job that names another crawl's folder ends with a message, not with a mixture."""
    web.pages = {"http://a.dk/": article("forside")}
    crawler.run()
    other = crawler.run(crawl="c2")
    assert other.code == 1
    assert "a folder of its own" in other.log


def test_two_processes_do_not_share_a_crawl(web: LittleWeb, crawler: Crawler) -> None:
    """While one process crawls into a folder, a second one ends with a message and changes nothing."""
    _site(web)
    first = crawler.start(delay_s_min=0.3)
    _wait_for_captures(crawler.folder, 1)
    second = crawler.run()
    assert second.code == 1
    assert "Another process" in second.log
    first.send_signal(signal.SIGTERM)
    assert crawler.finish(first).code == 3


def test_the_crawler_dies_with_its_parent(web: LittleWeb, crawler: Crawler) -> None:
    """When the process that started it is killed, a crawl stops by itself."""
    _site(web)
    job = crawler.job(delay_s_min=2)
    starter = (
        "import subprocess, sys, time\n"
        f"child = subprocess.Popen([{sys.executable!r}, '-m', 'crawler', {str(job)!r}], stdout=subprocess.DEVNULL)\n"
        "print(child.pid, flush=True)\ntime.sleep(60)\n"
    )
    root = Path(__file__).parents[2]
    with subprocess.Popen([sys.executable, "-c", starter], stdout=subprocess.PIPE, text=True, cwd=root) as parent:
        assert parent.stdout is not None
        child = int(parent.stdout.readline())
        deadline = time.monotonic() + 30
        while not web.asked and time.monotonic() < deadline:
            time.sleep(0.05)
        parent.kill()
    deadline = time.monotonic() + 15
    while _is_running(child) and time.monotonic() < deadline:
        time.sleep(0.05)
    assert not _is_running(child)
    assert not json.loads((crawler.folder / "report.json").read_text())["complete"]


def _is_running(pid: int) -> bool:
    try:
        os.kill(pid, 0)
        return Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0] != "Z"
    except (ProcessLookupError, FileNotFoundError):
        return False
