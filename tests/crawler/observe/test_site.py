"""All of a site's files together, and the two small ones: ai.txt and trust.txt."""

from collections.abc import Callable

import pytest

from crawler.observe import ai_txt, trust_txt
from crawler.observe.evidence import EvidenceFile
from crawler.observe.robots import Robots
from crawler.observe.site import SiteFiles, needed_files, rsl_urls, site_signals

HOST = "http://avis.dk.test"
Make = Callable[..., EvidenceFile]


@pytest.mark.parametrize(
    ("body", "path", "reserved"),
    [
        ("User-Agent: *\nDisallow: *.txt\nDisallow: *.html\nDisallow: /", "/x", True),
        ("User-Agent: *\nDisallow: *", "/x", True),
        ("User-Agent: *\nDisallow: *.html", "/x", True),
        ("User-Agent: *\nDisallow: .txt", "/x", True),
        ("User-Agent: *\nDisallow: /*.htm$", "/x", True),
        ("User-Agent: *\nDisallow: *.pdf", "/x", False),
        ("User-Agent: *\nDisallow: *.pdf", "/x.pdf", True),
        ("User-Agent: *\nDisallow: html", "/x", False),
        ("User-Agent: *\nDisallow: *.jpg\nAllow: *.html", "/x", False),
        ("User-Agent: *\nDisallow: /privat/", "/x", False),
        ("User-Agent: *\nDisallow: /privat/", "/privat/x", True),
        ("User-Agent: *\nDisallow:", "/x", False),
        ("Training: Deny", "/x", True),
        ("Training: Conditional", "/x", True),
        ("Training: allow", "/x", False),
        ("<html>", "/x", False),
    ],
)
def test_ai_txt_reserves_text(file: Make, body: str, path: str, *, reserved: bool) -> None:
    """Everything, text files, or the page's own path; pictures alone say nothing of text."""
    verdicts = {signal.verdict.value for signal in ai_txt.statements(file("/ai.txt", body), HOST + path)}
    assert verdicts == ({"reserved"} if reserved else set())


@pytest.mark.parametrize("value", ["måske", "", "allow, but not for text"])
def test_a_word_about_training_that_is_neither_yes_nor_no_holds(file: Make, value: str) -> None:
    """Whoever writes `Training:` means something by it, and what is not known is not taken for a yes."""
    found = ai_txt.statements(file("/ai.txt", f"Training: {value}"), HOST + "/x")
    assert [signal.verdict.value for signal in found] == ["malformed"]


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ("datatrainingallowed=no", ["reserved"]),
        ("# x\r\nDataTrainingAllowed = No # nej", ["reserved"]),
        ("datatrainingallowed=yes", ["permitted"]),
        ("datatrainingallowed=yes\ndatatrainingallowed=no", ["permitted", "reserved"]),
        ("datatrainingallowed=kun lidt", ["malformed"]),
        ("datatrainingallowed: no", ["malformed"]),
        ("datatrainingallowed", ["malformed"]),
        ("member=https://www.journallist.example/\n# datatrainingallowed=no", []),
        ("<!doctype html><p>datatrainingallowed=no", []),
    ],
)
def test_trust_txt_speaks_for_the_whole_site(file: Make, body: str, expected: list[str]) -> None:
    """One attribute of the file is about training; another value than yes or no is held."""
    assert [each.verdict.value for each in trust_txt.statements(file("/trust.txt", body))] == expected


@pytest.mark.parametrize("body", ["datatrainingallowed=no".encode("utf-16"), b"\x1f\x8b\x08rest", b"x\0y"])
def test_a_small_file_that_is_no_text_holds(file: Make, body: bytes) -> None:
    """UTF-16 and compressed bytes may say no; they are not read as silence."""
    found = (*trust_txt.statements(file("/trust.txt", body)), *ai_txt.statements(file("/ai.txt", body), HOST + "/x"))
    assert [(each.verdict.value, each.label) for each in found] == [("malformed", "unreadable")] * 2


def site(*files: EvidenceFile) -> SiteFiles:
    """A site that answers 404 but for these files."""
    given = {each.url: each for each in files}
    missing = [
        EvidenceFile(url, 404, b"", files[0].fetched_at) for url in needed_files(HOST) if url not in given
    ]  # fmt: skip
    return SiteFiles(HOST, (*files, *missing))


def verdicts(files: SiteFiles, path: str = "/x") -> set[tuple[str, str]]:
    """Mechanism and verdict of every site-level statement."""
    return {(each.mechanism.value, each.verdict.value) for each in site_signals(files, HOST + path)}


def test_robots_comes_first() -> None:
    """Whether the other files may be asked for at all stands in robots.txt."""
    assert needed_files("http://avis.dk.test:8080/")[:2] == (
        "http://avis.dk.test:8080/robots.txt",
        "http://avis.dk.test:8080/.well-known/tdmrep.json",
    )


def test_every_file_is_heard(file: Make) -> None:
    """Statements of all mechanisms come together, RSL's files from whatever host they are on."""
    robots = file(
        "/robots.txt",
        "License: http://andet.dk.test/l.xml\nUser-agent: *\nContent-Usage: train-ai=y\nContent-Signal: ai-train=no\n"
        "User-agent: GPTBot\nDisallow: /x",
    )
    assert rsl_urls(Robots.parse(robots.body)) == ("http://andet.dk.test/l.xml",)
    licence = '<rsl><content url="/"><license><permits>search</permits></license></content></rsl>'
    files = site(
        robots,
        file("http://andet.dk.test/l.xml", licence),
        file("/.well-known/tdmrep.json", '[{"location":"/","tdm-reservation":0}]'),
        file("/ai.txt", "User-Agent: *\nDisallow: /"),
        file("/.well-known/trust.txt", "datatrainingallowed=no"),
    )
    assert verdicts(files) == {
        ("content_usage", "permitted"),
        ("content_signal", "reserved"),
        ("ai_agents", "reserved"),
        ("rsl", "reserved"),
        ("tdmrep", "permitted"),
        ("ai_txt", "reserved"),
        ("trust_txt", "reserved"),
    }


@pytest.mark.parametrize("status", [None, 429, 500, 503, 401, 403, 301])
def test_rules_that_cannot_be_had_are_not_no_rules(file: Make, status: int | None) -> None:
    """No answer, a refusal and a circle of redirects hold every page of the site."""
    assert verdicts(site(file("/robots.txt", "User-agent: *\nAllow: /", status))) == {("robots", "malformed")}


def test_a_page_in_place_of_robots_txt_holds(file: Make) -> None:
    """A challenge sent with 200 is no answer to the question."""
    assert verdicts(site(file("/robots.txt", "<!doctype html><p>Er du et menneske?"))) == {("robots", "malformed")}


def test_a_site_without_any_file_says_nothing(file: Make) -> None:
    """404 for all is no statement; not having asked for one of them is held."""
    assert verdicts(site(file("/robots.txt", "", 404))) == set()
    every = {(name, "malformed") for name in ("robots", "tdmrep", "ai_txt", "trust_txt")}
    assert verdicts(SiteFiles(HOST, ())) == every


@pytest.mark.parametrize(
    ("first", "second", "expected"),
    [
        (404, 503, {"malformed"}),
        (503, 200, {"malformed"}),
        (404, 200, {"reserved"}),
        (404, 404, set()),
    ],
)
def test_a_trust_txt_that_may_be_there_is_not_passed_over(
    file: Make, first: int, second: int, expected: set[str]
) -> None:
    """The first place that has the file counts; one that gave no answer may have it."""
    files = site(
        file("/robots.txt", "", 404),
        file("/trust.txt", "", first),
        file("/.well-known/trust.txt", "datatrainingallowed=no", second),
    )
    assert {verdict for _, verdict in verdicts(files)} == expected


@pytest.mark.parametrize("value", ["/l.xml", "http://andet.dk.test/l.xml", "l.xml", ""])
def test_a_named_licence_that_is_not_at_hand_holds(file: Make, value: str) -> None:
    """A License line whose file was not fetched, or whose address is none, is no permission."""
    robots = file("/robots.txt", f"License: {value}\nUser-agent: *\nAllow: /")
    assert verdicts(site(robots)) == {("rsl", "malformed")}
