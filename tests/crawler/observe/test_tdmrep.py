"""TDMRep: the file, the header, the meta, and which of them stands."""

import json
from collections.abc import Callable
from datetime import date

import pytest

from corpus.captures import Capture
from crawler.observe import tdmrep
from crawler.observe.evidence import EvidenceFile
from crawler.observe.html import parse_html
from crawler.observe.page import page_signals
from ledger.decide import Terms, decide
from ledger.policy import load_policy
from ledger.records import SourceStatus
from ledger.signals import RightsSignal, effective

HOST = "http://avis.dk.test"
Make = Callable[..., EvidenceFile]
Steps = tuple[int | None, str | None, str | None]
RULES = [
    {"location": "/aaben/", "tdm-reservation": 0},
    {"location": "/arkiv/*.html$", "tdm-reservation": 1, "tdm-policy": "http://avis.dk.test/p.json"},
    {"location": "/arkiv/", "tdm-reservation": 0},
    {"location": "/sær/", "tdm-reservation": "1"},
    {"location": "/sand/", "tdm-reservation": True},
    {"location": "/to/", "tdm-reservation": 2},
    {"location": "/falsk/", "tdm-reservation": False},
    {"location": "/tavs/", "tdm-policy": "http://avis.dk.test/p.json"},
    {"location": "http://avis.dk.test/hel/", "tdm-reservation": 1},
    {"location": "https://AVIS.dk.test:443/port/", "tdm-reservation": 1},
    {"location": "http://andet.dk.test/", "tdm-reservation": 1},
]


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("/aaben/1", ["permitted"]),
        ("/arkiv/1.html", ["reserved"]),
        ("/arkiv/1.txt.htm", ["permitted"]),
        ("/Arkiv/1.html", []),
        ("/s%C3%A6r/1", ["reserved"]),
        ("/sand/1", ["reserved"]),
        ("/to/1", ["malformed"]),
        ("/falsk/1", ["malformed"]),
        ("/tavs/1", ["malformed"]),
        ("/hel/1", ["reserved"]),
        ("/port/1", ["reserved"]),
        ("/andet", []),
    ],
)
def test_the_first_rule_that_matches_decides(file: Make, path: str, expected: list[str]) -> None:
    """Order decides, not length; "1" and true leave no doubt, and any other value, or none, is held."""
    found = tdmrep.file_statements(file(tdmrep.PATH, json.dumps(RULES)), HOST + path)
    assert [signal.verdict.value for signal in found] == expected


@pytest.mark.parametrize(
    "body",
    [
        *("{", '{"location": "/", "tdm-reservation": 1}', "[" * 100_000, "1", b"\xff\xfe\xfd"),
        *('[{"tdm-reservation": 1}]', '[{"tdm-reservation": "ja"}]', '["/"]', '[["/", 1]]'),
        '[{"location": "http://[", "tdm-reservation": 1}]',
        '[{"location": "https://*.dk.test/", "tdm-reservation": 1}]',
    ],
)
def test_a_file_that_cannot_be_read_holds(file: Make, body: str | bytes) -> None:
    """Broken JSON, JSON of another shape, and a rule without a place that can be read are malformed for any path."""
    assert [signal.verdict.value for signal in tdmrep.file_statements(file(tdmrep.PATH, body), HOST + "/x")] == [
        "malformed"
    ]


@pytest.mark.parametrize(
    ("status", "body", "expected"),
    [
        (404, "", []),
        (200, "<!doctype html><title>Siden findes ikke</title>", []),
        (200, "\ufeff[]", []),
        (503, "", ["malformed"]),
        (429, "", ["malformed"]),
        (None, "", ["malformed"]),
    ],
)
def test_no_file_is_no_statement_but_no_answer_is_held(
    file: Make, status: int | None, body: str, expected: list[str]
) -> None:
    """A missing file, or a page in its place, means the standard is not used there; an open question does not."""
    found = tdmrep.file_statements(file(tdmrep.PATH, body, status), HOST + "/x")
    assert [signal.verdict.value for signal in found] == expected


def said_in(steps: Steps, file: Make, page: Callable[..., Capture]) -> tuple[RightsSignal, ...]:
    """The statements of a file, a header and a meta with these values; None leaves the step out."""
    in_file, header, meta = steps
    rules = [] if in_file is None else [{"location": "/", "tdm-reservation": in_file}]
    html = f'<head><meta name="TDM-Reservation" content="{meta}"></head>' if meta is not None else "<p>x"
    capture = page(html, *([("TDM-Reservation", header)] if header is not None else []))
    in_site = tdmrep.file_statements(file(tdmrep.PATH, json.dumps(rules)), capture.url)
    return (*in_site, *page_signals(capture, parse_html(capture)))


@pytest.mark.parametrize(
    ("steps", "expected"),
    [
        ((1, None, None), {"reserved"}),
        ((1, "0", None), {"permitted"}),
        ((1, None, "0"), {"permitted"}),
        ((1, "1", "0"), {"permitted"}),
        ((0, "1", None), {"reserved"}),
        ((0, "0", "1"), {"reserved"}),
        ((0, "true", None), {"reserved"}),
        ((None, None, "True"), {"reserved"}),
        ((None, " 1 ", None), {"reserved"}),
        ((None, "0, 1", None), {"reserved", "permitted"}),
    ],
)
def test_meta_supersedes_header_and_header_the_file(
    file: Make, page: Callable[..., Capture], steps: Steps, expected: set[str]
) -> None:
    """Of file, header and meta the last that sets a value stands."""
    assert {signal.verdict.value for signal in effective(said_in(steps, file, page))} == expected


@pytest.mark.parametrize("value", ["yes", "2", "", "nej", "-0", "false"])
@pytest.mark.parametrize("in_file", [None, 0, 1])
@pytest.mark.parametrize("place", ["header", "meta"])
def test_a_value_that_cannot_be_read_holds(
    file: Make, page: Callable[..., Capture], value: str, in_file: int | None, place: str
) -> None:
    """In a header or a meta it is malformed, and lifts no doubt and no reservation: the page is not included."""
    steps = (in_file, value, None) if place == "header" else (in_file, None, value)
    signals = said_in(steps, file, page)
    assert [signal.verdict.value for signal in signals if signal.place.endswith(f"#{place}")] == ["malformed"]
    terms = Terms(SourceStatus.CONFIRMED)
    assert decide(signals, terms, load_policy(), date(2026, 11, 1)).outcome != "include"


def test_the_policy_is_kept_with_the_reservation(page: Callable[..., Capture]) -> None:
    """The address of the policy stands in the raw text: it says who to ask."""
    html = '<meta property="tdm:reservation" content="1"><meta name="tdm-policy" content="/politik.json">'
    capture = page(html)
    assert [signal.raw for signal in page_signals(capture, parse_html(capture))] == [
        "tdm-reservation: 1; tdm-policy: /politik.json"
    ]
