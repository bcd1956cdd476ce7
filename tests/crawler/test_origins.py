"""What an origin's robots.txt means over time, and where a redirect may lead."""

import asyncio
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from crawler import origins
from crawler.evidence import Evidence
from crawler.frontier import Frontier
from crawler.observe.evidence import EvidenceFile
from crawler.origins import Access, Origins
from crawler.pace import Pace

ROBOTS = "http://a.dk/robots.txt"


class Answers(Evidence):
    """Evidence from a table instead of the network, by a clock that is set by hand; all else is the real thing.

    `web` has a status and a body, or a redirect's target, by URL.
    """

    def __init__(self, frontier: Frontier) -> None:
        nothing: Any = None
        super().__init__(nothing, frontier, nothing, lambda: self.time)
        self.time = datetime(2026, 11, 1, 12, tzinfo=UTC)
        self.web: dict[str, tuple[int, bytes] | str] = {}
        self.asked: list[str] = []

    async def fetch(self, url: str) -> tuple[EvidenceFile, str]:
        """Answer from the table, with 404 for what is not in it."""
        self.asked.append(url)
        found = self.web.get(url, (404, b""))
        if isinstance(found, str):
            return EvidenceFile(url, 302, b"", self.now()), found
        return EvidenceFile(url, *found, self.now()), ""


@pytest.fixture
def answers(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Answers]:
    """A table to answer from, on a frontier of its own; nothing is asked for twice."""
    monkeypatch.setattr(origins, "RETRY_PAUSES_S", ())
    with Frontier(tmp_path / "frontier.sqlite", 10) as frontier:
        yield Answers(frontier)


@pytest.fixture
def begin(answers: Answers) -> Callable[[], Origins]:
    """Begin a run of the crawl, which remembers what is in the frontier and nothing else."""
    return lambda: Origins(answers, Pace(0, 1e9))


def _access(run: Origins, url: str = "http://a.dk/x") -> Access:
    return asyncio.run(run.access_to(url))


def test_an_answer_holds_for_a_day_after_it_came(answers: Answers, begin: Callable[[], Origins]) -> None:
    """A run that goes on with an answer of an earlier one asks again when the answer, not the run, is a day old."""
    assert _access(begin()) is Access.ALLOWED
    answers.web[ROBOTS] = (200, b"User-agent: *\nDisallow: /")
    answers.time += timedelta(hours=23)
    resumed = begin()
    assert (_access(resumed), len(answers.asked)) == (Access.ALLOWED, 1)
    answers.time += timedelta(hours=2)
    assert (_access(resumed), len(answers.asked)) == (Access.DISALLOWED, 2)


def test_a_good_copy_holds_until_it_is_thirty_days_old_and_one_day_more(
    answers: Answers, begin: Callable[[], Origins]
) -> None:
    """While no other can be had it is taken up for a day at a time, the last time on its thirtieth day."""
    run = begin()
    fetched = answers.time
    assert _access(run) is Access.ALLOWED
    answers.web[ROBOTS] = (503, b"")
    answers.time = fetched + timedelta(days=30)
    assert _access(run) is Access.ALLOWED
    answers.time = fetched + timedelta(days=31)
    assert (_access(run), len(answers.asked)) == (Access.ALLOWED, 2)
    answers.time = fetched + timedelta(days=31, seconds=1)
    assert (_access(run), len(answers.asked)) == (Access.UNREACHABLE, 3)
    assert _access(begin()) is Access.UNREACHABLE


@pytest.mark.parametrize("name", ["http://a.dk/l.xml", "http://a.dk/x/robots.txt", "http://a.dk/robots.txt?x"])
def test_a_licence_file_leads_only_where_it_may_be_read(
    answers: Answers, begin: Callable[[], Origins], name: str
) -> None:
    """A redirect to what another host's robots.txt forbids is not followed, whatever the file is called."""
    answers.web |= {
        name: "http://b.dk/lukket/l.xml",
        "http://b.dk/robots.txt": (200, b"User-agent: *\nDisallow: /lukket/"),
        "http://b.dk/lukket/l.xml": (200, b"<rsl/>"),
    }
    (file,) = asyncio.run(begin().named_files((name,)))
    assert file.status is None
    assert "http://b.dk/lukket/l.xml" not in answers.asked


def test_a_robots_txt_may_lead_anywhere(answers: Answers, begin: Callable[[], Origins]) -> None:
    """Its redirects are followed across hosts, and the answer is for the host that was asked (RFC 9309 2.3.1.2)."""
    answers.web |= {ROBOTS: "http://b.dk/regler", "http://b.dk/regler": (200, b"User-agent: *\nDisallow: /x")}
    run = begin()
    assert (_access(run), _access(run, "http://a.dk/y")) == (Access.DISALLOWED, Access.ALLOWED)
    assert answers.asked == [ROBOTS, "http://b.dk/regler"]
