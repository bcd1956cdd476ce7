"""Whose turn it is among many hosts: each comes up in turn, and one that must wait holds up nobody."""

import json
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from crawler.frontier import Frontier
from crawler.job import from_json
from crawler.pace import Pace
from crawler.scheduler import FrontierScheduler
from crawler.spider import PageSpider
from crawler.turns import Found, Outcome
from crawler.work import Work
from ledger.policy import load_policy

HOSTS = ["a.dk", "b.dk", "c.dk"]


@pytest.fixture
def spider(tmp_path: Path) -> Iterator[PageSpider]:
    """A spider with three pages pending on each of three hosts."""
    row = {"source": "prøve", "crawl": "c1", "folder": str(tmp_path), "hosts": HOSTS, "status": "confirmed"}
    job = from_json(json.dumps({**row, "seeds": ["http://a.dk/"]}))
    with Frontier(tmp_path / "frontier.sqlite", 100) as frontier:
        for host in HOSTS:
            for number in range(3):
                frontier.add(Found(f"http://{host}/{number}", host, 1, ""))
        spider = PageSpider()
        spider.work = Work(job, load_policy(None), frontier, {}, Pace(1.0, 1e6), lambda: datetime.now(UTC))
        yield spider


def _urls(scheduler: FrontierScheduler) -> list[str]:
    """What is handed out until no host is free."""
    return [request.url for request in iter(scheduler.next_request, None)]


def _give_back(spider: PageSpider, urls: list[str]) -> None:
    for url in urls:
        spider.work.pace.host(url.split("/")[2]).busy -= 1


def test_hosts_take_turns(spider: PageSpider) -> None:
    """A host gets one URL at a time, and every host one before the first gets its second."""
    scheduler = FrontierScheduler(spider)
    for number in range(3):
        urls = _urls(scheduler)
        assert urls == [f"http://{host}/{number}" for host in HOSTS]
        assert scheduler.has_pending_requests() is (number < 2)
        _give_back(spider, urls)


def test_a_host_that_waits_holds_up_nobody(spider: PageSpider) -> None:
    """One that is left alone for long is passed over; one that is for a short while comes up again after it."""
    scheduler, found = FrontierScheduler(spider), []
    spider.work.pace.pause("b.dk", 3600)
    spider.work.pace.pause("c.dk", 1.5)
    deadline = time.monotonic() + 60
    while len(found) < 6 and time.monotonic() < deadline:
        urls = _urls(scheduler)
        _give_back(spider, urls)
        found += urls
        time.sleep(0.01)
    assert sorted(found) == [f"http://{host}/{number}" for host in ("a.dk", "c.dk") for number in range(3)]
    assert scheduler.has_pending_requests()


def test_a_host_comes_back_with_its_next_url(spider: PageSpider) -> None:
    """A host that had nothing left is taken up again, once, when a URL of it is found or put back."""
    scheduler = FrontierScheduler(spider)
    for _ in range(3):
        _give_back(spider, _urls(scheduler))
    assert not scheduler.has_pending_requests()
    spider.work.frontier.add(Found("http://c.dk/ny", "c.dk", 1, ""))
    spider.work.frontier.add(Found("http://c.dk/nyere", "c.dk", 2, ""))
    request = scheduler.next_request()
    assert request is not None
    assert request.url == "http://c.dk/ny"
    assert scheduler.next_request() is None
    spider.work.frontier.put_back(request.meta["turn"])
    _give_back(spider, [request.url])
    assert _urls(scheduler) == ["http://c.dk/ny"]


def test_what_is_left_is_counted_without_counting_rows(spider: PageSpider) -> None:
    """Pending and in flight are left, done is not, in this run and for the next."""
    frontier = spider.work.frontier
    first = frontier.next("a.dk")
    second = frontier.next("a.dk")
    assert first is not None
    assert second is not None
    frontier.finish(first, Outcome("captured"))
    assert frontier.left() == frontier.db.execute("SELECT count(*) FROM urls WHERE state <> 'done'").fetchone()[0] == 8
    frontier.commit()
    with Frontier(Path(frontier.db.execute("PRAGMA database_list").fetchone()[2]), 100) as again:
        assert (again.left(), again.pending["a.dk"], again.roused) == (8, 2, HOSTS)
