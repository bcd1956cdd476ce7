"""Crawls are forked from one process, and are as much processes of their own as if each had been started alone."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from crawler.starting import Crawls, StartError
from tests.crawler.little_web import Crawler, LittleWeb, article

ENDS_S_MAX = 30


def parent_of(pid: int) -> int:
    """The process that started another."""
    return int(Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[1])


def runs(pid: int) -> bool:
    """Whether a process is there and not a zombie."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except (FileNotFoundError, ProcessLookupError):
        return False


def ends(pid: int) -> bool:
    """Whether a process ends soon."""
    deadline = time.monotonic() + ENDS_S_MAX
    while runs(pid) and time.monotonic() < deadline:
        time.sleep(0.02)
    return not runs(pid)


def test_nothing_is_loaded_that_does_not_bear_a_fork() -> None:
    """Before it forks, the template has one thread, and no reactor that crawls would share."""
    loads = "import sys, threading; from importlib import import_module; from crawler.template import LOADED\n"
    tells = "print('twisted.internet.reactor' in sys.modules, threading.active_count())"
    code = f"{loads}for name in LOADED: import_module(name)\n{tells}"
    done = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True)
    assert done.stdout.split() == ["False", "1"]


def test_crawls_have_their_own_output_end_and_code(web: LittleWeb, crawler: Crawler, crawls: Crawls) -> None:
    """Of two crawls at once, and one that cannot begin, each tells of itself, and no file stays open."""
    web.pages = {"http://a.dk/": article("en"), "http://b.dk/": article("to")}
    before = len(list(Path("/proc/self/fd").iterdir()))
    other = Crawler(web, crawler.folder.with_name("other"), crawls)
    first, second = crawler.start(source="a"), other.start(source="b", hosts=["b.dk"], seeds=["http://b.dk/"])
    log = crawler.folder.with_name("none.log")
    with log.open("wb") as file, crawls.start(crawler.folder.with_name("none.json"), file.fileno()) as none:
        assert none.told.read() == ""
    assert (none.returncode, "none.json" in log.read_text()) == (1, True)
    told = {"a": crawler.finish(first), "b": other.finish(second)}
    assert first.pid != second.pid
    for source, crawled in told.items():
        assert (crawled.code, {event["source"] for event in crawled.events}) == (0, {source})
        assert crawled.outcomes() == {f"http://{source}.dk/": "captured"}
    assert len(list(Path("/proc/self/fd").iterdir())) == before


def test_crawls_are_told_to_stop_when_who_started_them_is_killed(web: LittleWeb, crawler: Crawler) -> None:
    """Nothing goes on behind a program that is gone, and the next one goes on where the crawl was left."""
    web.pages = {"http://a.dk/": article("en", *(f"/{number}" for number in range(50)))}
    program = (
        "import sys; from pathlib import Path; from crawler.starting import *\n"
        f"with Crawls() as crawls, crawls.start(Path({str(crawler.job(delay_s_min=1))!r}), 2) as crawl:\n"
        "    print(crawl.pid, flush=True)\n"
    )
    with subprocess.Popen([sys.executable, "-c", program], stdout=subprocess.PIPE, text=True) as starter:
        assert starter.stdout is not None
        crawl = int(starter.stdout.readline())
        keeper = parent_of(crawl)
        template = parent_of(keeper)
        deadline = time.monotonic() + ENDS_S_MAX
        while not web.asked and time.monotonic() < deadline:
            time.sleep(0.02)
        starter.kill()
    assert all(ends(pid) for pid in (template, keeper, crawl))
    crawled = crawler.run()
    assert (crawled.code, crawled.report["failed"]) == (0, {"http_404": 50})


def test_the_loss_of_the_template_is_told(web: LittleWeb, crawler: Crawler) -> None:
    """When the process that crawls are forked from is killed, its crawls end as killed, and no other one begins."""
    web.pages = {"http://a.dk/": article("en", *(f"/{number}" for number in range(50)))}
    with Crawls() as crawls:
        crawler.crawls = crawls
        started = crawler.start(delay_s_min=1)
        os.kill(parent_of(parent_of(started.pid)), signal.SIGKILL)
        started.communicate()
        assert (started.returncode, ends(started.pid)) == (-signal.SIGKILL, True)
        with pytest.raises(StartError, match="run again"):
            crawler.start()
