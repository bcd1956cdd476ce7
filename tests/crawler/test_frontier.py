"""The frontier and the archive: what was committed stands, what was not never happened."""

from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory

from hypothesis import given, settings
from hypothesis import strategies as st

from corpus.captures import Capture, read_captures
from crawler.archive import Archive, Series
from crawler.frontier import Frontier
from crawler.turns import Found, Outcome

STEPS = st.lists(st.sampled_from(["add", "finish", "put back", "take", "commit", "crash"]), max_size=40)


def _open(folder: Path) -> tuple[Frontier, dict[Series, Archive]]:
    """A frontier and its archives, as a process that begins has them."""
    frontier = Frontier(folder / "frontier.sqlite", 100)
    return frontier, {series: Archive(folder, frontier, series) for series in Series}


def _crash(frontier: Frontier, archives: dict[Series, Archive]) -> None:
    """End as a killed process does: nothing more is committed."""
    frontier.db.execute("ROLLBACK")
    frontier.db.close()
    for archive in archives.values():
        archive.close()


def _capture(url: str) -> Capture:
    return Capture(url, datetime(2026, 11, 1, tzinfo=UTC), 200, (("Content-Type", "text/html"),), url.encode())


@settings(max_examples=40, deadline=None)
@given(STEPS)
def test_captures_and_outcomes_are_lost_or_kept_together(steps: list[str]) -> None:
    """After any order of steps and crashes, the WARCs hold exactly the captures the frontier says are done."""
    with TemporaryDirectory() as name:
        folder = Path(name)
        frontier, archives = _open(folder)
        for number, step in enumerate([*steps, "crash"]):
            if step == "add":
                frontier.add(Found(f"http://a.dk/{number}", "a.dk", number % 3, ""))
            elif step == "commit":
                frontier.commit()
            elif step == "crash":
                _crash(frontier, archives)
                frontier, archives = _open(folder)
                assert frontier.left() == frontier.pending["a.dk"]
            elif turn := frontier.next("a.dk"):
                if step == "put back":
                    frontier.put_back(turn, attempts=1)
                elif step == "finish":
                    archives[Series.PAGES].write(_capture(turn.found.url))
                    archives[Series.EVIDENCE].write(_capture(turn.found.url + "/robots.txt"))
                    frontier.finish(turn, Outcome("captured"))
        done = sorted(row["url"] for row in frontier.pages() if row["outcome"] == "captured")
        _crash(frontier, archives)
        assert sorted(capture.url for capture in read_captures(folder / "00000.warc.gz")) == done
        evidence = sorted(capture.url for capture in read_captures(folder / "evidence-00000.warc.gz"))
        assert evidence == sorted(f"{url}/robots.txt" for url in done)


def test_a_url_found_nearer_moves_up(tmp_path: Path) -> None:
    """A page refused as too deep is asked for when a shorter way to it is found."""
    with Frontier(tmp_path / "frontier.sqlite", 10) as frontier:
        frontier.add(Found("http://a.dk/x", "a.dk", 9, "http://a.dk/langt"))
        turn = frontier.next("a.dk")
        assert turn is not None
        frontier.finish(turn, Outcome("refused", "too_deep", asked=False))
        assert frontier.next("a.dk") is None
        frontier.add(Found("http://a.dk/x", "a.dk", 2, "http://a.dk/kort"))
        again = frontier.next("a.dk")
        assert again is not None
        assert (again.found.depth, again.found.found_on, frontier.outcomes["refused"]) == (2, "http://a.dk/kort", 0)


def test_there_is_room_for_so_many_urls(tmp_path: Path) -> None:
    """Links beyond what the budget could ever reach are not kept, however many there are."""
    with Frontier(tmp_path / "frontier.sqlite", 1) as frontier:
        added = [frontier.add(Found(f"http://a.dk/{number}", "a.dk", 1, "")) for number in range(80)]
        assert added == [True] * 50 + [False] * 30
        assert frontier.add(Found("http://a.dk/0", "a.dk", 1, ""))


def test_so_many_names_are_admitted_in_all_runs_together(tmp_path: Path) -> None:
    """A name that was admitted stays so; new ones find no place once it is full, after a restart too."""
    with Frontier(tmp_path / "frontier.sqlite", 1) as frontier:
        assert [frontier.admit("file", name, 2) for name in "aabca"] == [True, True, True, False, True]
        assert frontier.admit("origin", "c", 2)
    with Frontier(tmp_path / "frontier.sqlite", 1) as frontier:
        assert [frontier.admit("file", name, 2) for name in "abc"] == [True, True, False]
