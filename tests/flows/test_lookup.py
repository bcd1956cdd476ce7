"""What the portal looks up: brought up to each run, and forgotten with what is withdrawn."""

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from flows.finding import Found as Withdrawing
from flows.honour import honour
from flows.lookup import bring_up
from flows.passages import PassageFinder
from flows.quoting import noted_quoting, quoting
from flows.value import values_of
from flows.worth import OVERLAPS, WorthMap
from ledger.case_book import open_case, take_step
from ledger.cases import Case, CaseKind, CaseStep, Proof, Step
from ledger.journal import Stamp, entries
from ledger.targets import Target, TargetKind
from ledger.works_found import Found, find, find_work
from tests.flows.house import House
from tests.flows.little import DAY, Little, text_about

STAMP = Stamp("jura", DAY)
STORY = f"{text_about('hvalen')} ISBN 0-306-40615-2"


@pytest.fixture
def little(tmp_path: Path) -> Iterator[Little]:
    """A released corpus: a story with an ISBN, its copy on another site, and other texts; looked into."""
    with Little.opened(tmp_path) as opened:
        opened.capture("blog", {"story": STORY, "other": text_about("skoven")})
        opened.capture("web", {"same": STORY, **{f"p{n}": text_about(f"p{n}") for n in range(4)}})
        assert opened.release() == "0.1.0"
        assert opened.record is not None
        bring_up(opened.space, opened.record)
        yield opened


def found(little: Little, kind: TargetKind, text: str) -> list[Found]:
    """The works a target names."""
    return list(find(little.space.ledger, Target.of(kind, text)).works)


def passage(little: Little, text: str) -> set[str]:
    """The addresses of the works that a text stands in."""
    return {find_work(little.space.ledger, match.work).found.url for match in PassageFinder(little.space)(text)}


def withdraw(little: Little) -> None:
    """Have a takedown of the blog that was shown to come from it."""
    received = CaseStep(Step.RECEIVED, DAY.date(), "jura", "brev")
    target = Target.of(TargetKind.DOMAIN, "blog.test")
    case = open_case(little.space.ledger, Case("", CaseKind.TAKEDOWN, (target,), "Bloggen", "", (received,)), STAMP)
    take_step(little.space.ledger, case.id, CaseStep(Step.VERIFIED, DAY.date(), "jura", "mail", (Proof.MAIL,)), STAMP)


def test_works_are_what_the_selection_says(little: Little) -> None:
    """The story is released once, its copy is told as one; both are found by ISBN, and a passage finds both."""
    works = {work.url: work for work in found(little, TargetKind.ISBN, "9780306406157")}
    assert {url: work.fate for url, work in works.items()} == {
        "http://blog.test/story": "released", "http://web.test/same": "duplicate",
    }  # fmt: skip
    assert works["http://blog.test/story"].releases == ("0.1.0",)
    assert passage(little, " ".join(STORY.split()[30:90])) == set(works)
    assert passage(little, text_about("noget helt andet")) == set()


def test_bringing_up_again_changes_nothing(little: Little) -> None:
    """The files keep their names and times, and the journal has no entry of it."""
    folder = little.space.settings.data / "lookup"
    before = (
        {path: path.stat().st_mtime_ns for path in folder.rglob("*") if path.is_file()},
        entries(little.space.ledger),
    )
    assert little.record is not None
    bring_up(little.space, little.record)
    after = (
        {path: path.stat().st_mtime_ns for path in folder.rglob("*") if path.is_file()},
        entries(little.space.ledger),
    )
    assert before == after


def test_what_is_withdrawn_is_found_no_more(little: Little) -> None:
    """As soon as it is honoured no passage, title or number leads to it; where it was is still told, and stays so."""
    asked, finder = " ".join(STORY.split()[30:90]), PassageFinder(little.space)
    story = found(little, TargetKind.DOCUMENT, "http://blog.test/story")[0]
    assert finder(asked)
    withdraw(little)
    honour(little.space, [], DAY)
    for again in (False, True):
        if again:
            little.release()
            assert little.record is not None
            bring_up(little.space, little.record)
        assert PassageFinder(little.space)(asked) == []
        assert found(little, TargetKind.ISBN, "9780306406157") == []
        told = find_work(little.space.ledger, story.id).found
        assert (told.title, told.author, told.fate, told.releases) == ("", "", "excluded", ("0.1.0",))
    assert passage(little, text_about("p1")) == {"http://web.test/p1"}


@pytest.mark.parametrize("step", ["flows.lookup.forget_works", "flows.lookup._take_out"])
def test_a_kill_while_purging_leaves_nothing_to_be_found(
    step: str, little: Little, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Killed before the documents are purged, or behind it, the next round and run end as if it was not."""
    asked = " ".join(STORY.split()[30:90])
    withdraw(little)
    with monkeypatch.context() as patched:
        patched.setattr(step, killed)
        with pytest.raises(KeyboardInterrupt):
            honour(little.space, [], DAY)
    if step.endswith("_take_out"):
        assert not little.holding("hvalen", "lookup/blog/")
        assert passage(little, asked) <= {"http://web.test/same"}
    honour(little.space, [], DAY)
    assert not little.holding("hvalen", "lookup/", "documents/")
    assert passage(little, asked) == set()
    assert little.record is not None
    bring_up(little.space, little.record)
    assert {key.split("/")[1] for key in little.space.storage.keys("lookup/")} == {"blog", "web"}
    assert not found(little, TargetKind.ISBN, "9780306406157")


def killed(*_: object) -> None:
    """What a kill does to a step."""
    raise KeyboardInterrupt


def test_a_longer_text_that_quotes_a_withdrawn_one_is_told(tmp_path: Path) -> None:
    """It stays, as most of it is somebody else's; who settles the case is told where it is, also when all is purged."""
    with Little.opened(tmp_path) as little:
        space, long = little.space, f"{text_about('havet', 700)}\n\n{STORY}\n\n{text_about('engen', 400)}"
        little.capture("blog", {"story": STORY, "other": text_about("skoven"), "short": "En kort tekst."})
        little.capture("web", {"same": STORY, "long": long, **{f"p{n}": text_about(f"p{n}") for n in range(3)}})
        little.release()
        assert little.record is not None
        bring_up(space, little.record)
        withdraw(little)
        assert honour(space, [], DAY).excluded == {"case:2026-0001": 4}
        [told] = noted_quoting(space, "case:2026-0001")
        assert (told["url"], told["source"], told["share"]) == ("http://web.test/long", "web", 1.0)
        assert honour(space, [], DAY).excluded == {}
        assert noted_quoting(space, "case:2026-0001") == [told]
        assert passage(little, STORY) == {"http://web.test/long"}


def test_texts_that_are_too_many_to_look_for_are_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """Who settles a very large withdrawal learns that quotations of some of its texts were not looked for."""
    monkeypatch.setattr("flows.quoting.LOOKED_FOR_MAX", 1)
    texts = Withdrawing({name: ("", np.zeros(1, dtype=np.uint32), True) for name in ("a", "b", "c")})
    with Little.opened(tmp_path) as little, caplog.at_level("INFO", "fodaftryk.progress"):
        assert quoting(little.space, {"case:2026-0001": texts}) == {}
    assert "quotations not looked for documents=2" in " ".join(caplog.text.split())


def test_files_of_no_run_are_removed(little: Little) -> None:
    """What belongs to no documents file of the newest run goes."""
    little.space.storage.put_bytes("lookup/blog/old.passages", b"x")
    assert little.record is not None
    bring_up(little.space, little.record)
    assert not little.space.storage.exists("lookup/blog/old.passages")


def test_the_value_map_is_counted_behind_the_run(little: Little, monkeypatch: pytest.MonkeyPatch) -> None:
    """Who looks at it has the selection counted no more, is told the same, and has it counted where it was not yet."""
    house = House(little.space.settings.catalogue.parent)
    for name in ("blog", "web"):
        house.source(name)
    told = {value.source: (value.words, value.only_words) for value in values_of(little.space, DAY.date())}
    counted = WorthMap(little.space)()
    assert {one.source: (one.words, one.only_words) for one in counted} == told
    assert sum(one.only_words for one in counted)
    with monkeypatch.context() as alone:
        alone.setattr("flows.worth.overlaps", None)
        assert WorthMap(little.space)() == counted
    little.space.storage.remove(OVERLAPS)
    assert WorthMap(little.space)() == counted
