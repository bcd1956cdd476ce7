"""Content-Usage and Content-Signal, in robots.txt and in headers, and training crawlers shut out by name."""

from collections.abc import Callable

import pytest

from crawler.observe import ai_agents, content_signal, content_usage
from crawler.observe.evidence import EvidenceFile
from crawler.observe.robots import Robots

HOST = "http://avis.dk.test"
Make = Callable[..., EvidenceFile]


def usage(file: Make, lines: str, path: str) -> list[str]:
    """Verdicts of the Content-Usage lines of one group, for a path."""
    evidence = file("/robots.txt", f"User-agent: *\nAllow: /\n{lines}")
    found = content_usage.STANDARD.in_robots(Robots.parse(evidence.body), evidence, HOST + path)
    return [signal.verdict.value for signal in found]


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("train-ai=n", ["reserved"]),
        ("train-ai=y", ["permitted"]),
        ('search=y, train-ai=n;x="1"', ["reserved"]),
        ("train-ai=n, train-ai=y", ["permitted"]),
        ("genai=n", ["reserved"]),
        ("genai=y", ["unknown"]),
        ("bogus=n", []),
        ("train-ai", ["malformed"]),
        ("train-ai=no", ["malformed"]),
        ("train-ai=yes", ["malformed"]),
        ("train-ai=(y)", ["malformed"]),
        ("ai=maybe", ["malformed"]),
        ("train-ai=y, ai=maybe", ["permitted", "malformed"]),
        ("train-ai=y,", ["malformed"]),
        ("train-ai=@99999999999999", ["malformed"]),
        ("train-ai=?0", ["malformed"]),
        ("train-ai=N", ["malformed"]),
        ('train-ai="n"', ["malformed"]),
        ("ai=n train-ai=n", ["malformed"]),
        ("train-ai = n", ["malformed"]),
        ("Train-AI=n", ["malformed"]),
        ("train-ai=n,", ["malformed"]),
        ("train-ai: no", ["malformed"]),
        ("search=n,", []),
        ("email-ai=n,", []),
        ("\udcff", []),
    ],
)
def test_a_usage_value_is_read_strictly_and_doubted_in_favour_of_the_publisher(value: str, expected: list[str]) -> None:
    """Only the draft's own form permits; what speaks of training in any other is malformed, and so held."""
    assert [preference.verdict.value for preference in content_usage.read(value)] == expected


@pytest.mark.parametrize(
    ("path", "expected"),
    [("/blog/1", ["reserved"]), ("/blog/fri/2", ["permitted"]), ("/andet", []), ("/to/1", ["permitted", "reserved"])],
)
def test_the_longest_path_decides_and_equal_paths_both_count(file: Make, path: str, expected: list[str]) -> None:
    """Paths in Content-Usage match as Allow does, but a tie keeps both, so that the reservation wins."""
    lines = (
        "Content-Usage: /blog/ train-ai=n\nContent-Usage: /blog/fri/ train-ai=y\n"
        "Content-Usage: /to/ train-ai=y\nContent-Usage: /to/ train-ai=n\n"
    )
    assert usage(file, lines, path) == expected


def test_silence_of_a_longer_path_lifts_nothing(file: Make) -> None:
    """A site that reserves training does not lose that where it speaks of search alone."""
    assert usage(file, "Content-Usage: train-ai=n\nContent-Usage: /soeg/ search=n", "/soeg/1") == ["reserved"]


def test_what_cannot_be_read_lifts_nothing_and_is_not_lifted_by_less(file: Make) -> None:
    """A broken line for a longer path stands beside the reservation of a shorter one, and beside its permission."""
    broken = "Content-Usage: /x/ train-ai=maybe"
    assert usage(file, f"Content-Usage: train-ai=n\n{broken}", "/x/1") == ["reserved", "malformed"]
    assert usage(file, f"Content-Usage: train-ai=y\n{broken}", "/x/1") == ["permitted", "malformed"]
    assert usage(file, f"{broken}\nContent-Usage: /x/fri/ train-ai=y", "/x/fri/1") == ["permitted"]


def test_only_our_group_speaks_to_us(file: Make) -> None:
    """A preference in another crawler's group is not ours, and ours replaces that of all."""
    body = "User-agent: *\nContent-Usage: train-ai=n\nUser-agent: X\nAllow: /\n\nUser-agent: Fodaftryk\nAllow: /"
    evidence = file("/robots.txt", body)
    assert content_usage.STANDARD.in_robots(Robots.parse(evidence.body), evidence, HOST + "/x") == ()


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("search=yes, ai-input=no, ai-train=no", [("reserved", "ai-train")]),
        ("search=yes,ai-train=yes", [("permitted", "ai-train")]),
        ("AI-Train=NO", [("reserved", "ai-train")]),
        ("search=yes", []),
        ("ai-train=yes, ai-train=no", [("permitted", "ai-train"), ("reserved", "ai-train")]),
        ("search=yes,use=reference", [("reserved", "use")]),
        ("search=yes,use=full", []),
        ("ai-train=yes,use=reference", [("permitted", "ai-train")]),
        ("ai-train=no,use=full", [("reserved", "ai-train")]),
        ("ai-train: no", [("malformed", "ai-train")]),
        ("ai-train=false", [("malformed", "ai-train")]),
        ("ai-train=maybe", [("malformed", "ai-train")]),
        ("ai-train", [("malformed", "ai-train")]),
        ("train-ai=no", [("malformed", "ai-train")]),
        ("search=yes ai-train=yes", [("malformed", "ai-train")]),
        ("ai-train=yes, ai-train: no", [("permitted", "ai-train"), ("malformed", "ai-train")]),
        ("ai-train=maybe,use=reference", [("malformed", "ai-train"), ("reserved", "use")]),
        ("no-ai-train=yes", []),
    ],
)
def test_content_signals_are_read_as_published(value: str, expected: list[tuple[str, str]]) -> None:
    """`no` reserves, `yes` permits, silence is neither, any other word holds, and `use` short of `full` reserves."""
    assert [(each.verdict.value, each.label) for each in content_signal.read(value)] == expected


def test_a_header_yes_may_be_a_default_and_permits_nothing(said: Callable[..., set[tuple[str, ...]]]) -> None:
    """Networks send `ai-train=yes` by themselves, so it is only kept; `no` counts wherever it stands."""
    assert said("", ("Content-Signal", "ai-train=yes")) == {("content_signal", "unknown", "ai-train", "yes")}
    assert said("", ("content-signal", "ai-train=no")) == {("content_signal", "reserved", "ai-train", "no")}
    assert said("", ("content-signal", "ai-train=maybe")) == {("content_signal", "malformed", "ai-train", "maybe")}


def test_several_usage_headers_are_one_dictionary(said: Callable[..., set[tuple[str, ...]]]) -> None:
    """The last value of a repeated key counts, as in any structured field."""
    headers = (("Content-Usage", "train-ai=y"), ("content-usage", "train-ai=n"))
    assert said("", *headers) == {("content_usage", "reserved", "train-ai", "n")}


MANAGED = """# BEGIN Cloudflare Managed content
User-agent: *
Content-Signal: search=yes,ai-train=no
Allow: /

User-agent: CCBot
Disallow: /

User-agent: gptbot
Disallow: /
# END Cloudflare Managed Content

User-agent: *
Disallow: /admin/
"""


def test_a_managed_file_says_both_things(file: Make) -> None:
    """Cloudflare's file reserves by its signal, and by proxy for the crawlers it names; both groups for `*` count."""
    evidence = file("/robots.txt", MANAGED)
    robots = Robots.parse(evidence.body)
    signals = content_signal.STANDARD.in_robots(robots, evidence, HOST + "/x")
    assert [(each.verdict.value, each.place) for each in signals] == [("reserved", f"{HOST}/robots.txt#line=3")]
    proxies = ai_agents.statements(robots, evidence, HOST + "/x")
    assert [(each.verdict.value, each.value) for each in proxies] == [("reserved", "CCBot,GPTBot")]
    assert not robots.allows(HOST + "/admin/x", "Fodaftryk")


@pytest.mark.parametrize(
    ("body", "path", "expected"),
    [
        ("User-agent: *\nDisallow: /", "/x", ""),
        ("User-agent: GPTBot\nDisallow: /a/", "/a/1", "GPTBot"),
        ("User-agent: GPTBot\nDisallow: /a/", "/b/1", ""),
        ("User-agent: ChatGPT-User\nUser-agent: PerplexityBot\nDisallow: /", "/x", ""),
        ("User-agent: Google-Extended\nCrawl-delay: 1\nUser-agent: CCBot\nDisallow: /", "/x", "CCBot,Google-Extended"),
        ("User-agent: CCBot\nDisallow:", "/x", ""),
    ],
)
def test_a_training_crawler_shut_out_by_name_is_a_sign(file: Make, body: str, path: str, expected: str) -> None:
    """Only training crawlers count, only when named, and only for the paths they are kept from."""
    evidence = file("/robots.txt", body)
    found = ai_agents.statements(Robots.parse(evidence.body), evidence, HOST + path)
    assert ",".join(signal.value for signal in found) == expected
