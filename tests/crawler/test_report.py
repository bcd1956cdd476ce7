"""Reports: a crawl told to stop while it knows very much tells the sums of the report it would write in full."""

import json
from pathlib import Path

from crawler.files import PAGES_FILE, REPORT_FILE
from crawler.frontier import Frontier
from crawler.report import write_brief, write_report
from crawler.turns import Found, Kind, Outcome

HEAD = {"source": "prøve", "crawl": "c1", "complete": False, "started": "", "ended": ""}


def test_the_brief_report_has_the_sums_of_the_other(tmp_path: Path) -> None:
    """Done, refused, failed, under way and pending: each is counted in both as the same."""
    outcomes = (Outcome("captured"), Outcome("refused", "reserved"), Outcome("failed", "http_500"), Outcome("captured"))
    with Frontier(tmp_path / "frontier.sqlite", 10) as frontier:
        for number in range(8):
            frontier.add(Found(f"http://a.dk/{number}", "a.dk", 0, ""))
        frontier.add(Found("http://a.dk/sitemap.xml", "a.dk", 0, "", Kind.SITEMAP))
        for outcome in outcomes:
            turn = frontier.next("a.dk")
            assert turn is not None
            frontier.finish(turn, outcome)
        assert frontier.next("a.dk") is not None
        brief = write_brief(tmp_path, frontier, HEAD)
        assert json.loads((tmp_path / REPORT_FILE).read_text()) == brief
        assert not (tmp_path / PAGES_FILE).exists()
        frontier.refuse_pending("interrupted")
        full = write_report(tmp_path, frontier, HEAD)
    assert brief["refused"] == {"interrupted": 4, "reserved": 1}
    assert {name: full[name] for name in brief} == brief
