"""Conflicts, agreements, lists and cases on the command line: recorded, shown, and mistakes told with their line."""

import json
from pathlib import Path

import pytest

from flows.settings import load_settings, moment
from flows.sources import sync_catalogue
from flows.workspace import open_workspace
from tests.flows.test_cli import AVIS, Call, call

__all__ = ["call"]

CONFLICT = """
[[rights.licences]]
licence = "CC-BY-SA-4.0"
asserted_by = "stedet"
place = "https://avis.example.dk/om"
kind = "prose"
[[rights.licences]]
licence = "CC0-1.0"
asserted_by = "et datablad"
place = "https://data.example.dk/avis"
on = 2025-08-08
"""


@pytest.fixture
def contested(call: Call) -> Call:
    """The command in a folder whose one source has two licences."""
    Path("catalogue", "avis.toml").write_text(AVIS.format(name="avis") + CONFLICT)
    return call


def test_a_conflict_is_shown_and_settled_with_a_note(contested: Call) -> None:
    """Who says what is shown without a run; settled it is only shown when asked for, and the note with it."""
    code, out, _ = contested("ledger", "conflicts", "--json")
    found = json.loads(out)
    assert code == 0
    assert [said["asserted_by"] for said in found[0]["assertions"]] == ["stedet", "et datablad"]
    assert "ledger settle" in contested("ledger", "conflicts")[1]
    assert "avis" in contested("sources", "check")[1]
    name = found[0]["id"]
    assert contested("ledger", "settle", name, "--licence", "CC-BY-SA-4.0")[0] == 2
    assert contested("ledger", "settle", name, "--note", "x")[0] == 2
    assert contested("ledger", "settle", "0" * 12, "--none", "--note", "x")[0] == 1
    assert contested("ledger", "settle", name, "--licence", "CC-BY-SA-4.0", "--note", "læst i sidens fod")[0] == 0
    assert json.loads(contested("ledger", "conflicts", "--json")[1]) == []
    settled = json.loads(contested("ledger", "conflicts", "avis", "--all", "--json")[1])[0]
    assert (settled["settled"][:12], settled["note"]) == ("CC-BY-SA-4.0", "læst i sidens fod")
    assert "no source is called" in contested("ledger", "conflicts", "findes-ikke")[2]


TERMS = (
    *("--party-kind", "collective", "--represents", "forlagene", "--embargo-months", "12"),
    *("--model-licence", "Apache-2.0", "--attach", "kontrakt.pdf", "--price", "45000000", "--per", "year"),
    *("--currency", "NOK", "--cap", "50000000", "--use", "train", "--use", "evaluate"),
)


def test_an_agreement_is_recorded_with_its_conditions(contested: Call) -> None:
    """Embargo, the model's licence, bounds of the price and the digest of what was signed are shown again."""
    with open_workspace(load_settings()) as space:
        sync_catalogue(space, moment("2026-11-24"))
    Path("kontrakt.pdf").write_bytes(b"underskrevet")
    wanted = ("ledger", "agree", "avis", "--id", "k", "--party", "Kopinor", "--start", "2020-01-01", *TERMS)
    assert contested(*wanted)[0] == 0
    assert "already" in contested(*wanted)[1]
    row = json.loads(contested("ledger", "agreements", "--json")[1])[0]
    assert row["conditions"] == "12 months' embargo; model under Apache-2.0"
    assert row["price"] == "45000000.00 NOK per year, at most 50000000.00"
    assert row["state"] == "in force"
    assert row["attachments"].startswith("sha256:")
    assert "No agreement ends" in contested("ledger", "agreements", "--ending")[1]
    assert contested(*wanted[:-4], "--use", "sell")[0] == 2
    assert "kontrakt.txt" in contested(*wanted, "--attach", "kontrakt.txt")[2]


LIST = ("--id", "koda", "--by", "Koda", "--place", "https://koda.example/")


@pytest.mark.parametrize(
    ("name", "text", "told"),
    [
        ("l.csv", "kind,value\ndomain,a.dk\nisbn,123\n", "l.csv:3: '123' is no ISBN"),
        ("l.csv", "kind;value\nhat;x\n", "l.csv:2: 'hat' is no kind"),
        ("l.csv", "navn,vaerdi\nx,y\n", "l.csv:1: the first line must name"),
        ("l.csv", 'kind,value\ntitle,"a\n', "no CSV"),
        ("l.csv", "kind,value\n", "1 to 1000000 targets"),
        ("l.toml", 'domains = [\n  "a.dk",\n  "b dk",\n]\n', "l.toml:3: 'b dk' is no domain"),
        ("l.toml", 'titles = ["x", 3]\n', "l.toml:1: 3 is no text"),
        ("l.toml", 'hatte = ["x"]\n', "l.toml:1: 'hatte' is no list"),
        ("l.toml", "domains = [\n", "no TOML"),
        ("l.toml", f"domains = {'[' * 5000}", "no TOML"),
    ],
)
def test_a_mistake_in_a_list_keeps_it_out(call: Call, name: str, text: str, told: str) -> None:
    """It is told with its line, and nothing is imported."""
    Path(name).write_text(text, encoding="utf-8")
    code, _, errors = call("ledger", "reserve", name, *LIST)
    assert code == 1
    assert told in errors
    assert "No list" in call("ledger", "reservations")[1]


def test_a_list_is_imported_and_withdrawn(call: Call) -> None:
    """From CSV with a mark of its encoding, from TOML, and again without a change."""
    Path("l.csv").write_text("\ufeffKind;Value;note\ndomain;a.dk;x\ntitle;Æbler; hej\n", encoding="utf-8")
    Path("l.toml").write_text('domains = ["a.dk"]\ntitles = ["æbler"]\n', encoding="utf-8")
    assert "are reserved" in call("ledger", "reserve", "l.csv", *LIST)[1]
    assert "already" in call("ledger", "reserve", "l.toml", *LIST)[1]
    assert json.loads(call("ledger", "reservations", "--json")[1])[0]["targets"] == "domain 1, title 1"
    assert "out of effect." in call("ledger", "unreserve", "koda")[1]
    assert "No list" in call("ledger", "reservations")[1]
    assert "findes ikke" in call("ledger", "reserve", "findes ikke", *LIST)[2]


def test_a_case_goes_its_way_and_is_shown_late(call: Call) -> None:
    """Opened in the past it is late; it is acted on only when verified, and closed by an answer."""
    asked = ("ledger", "case", "open", "objection", "--about", "domain:a.dk", "--requester", "En borger")
    assert "late" in call(*asked, "--received", "2026-01-31")[1]
    rows = json.loads(call("ledger", "case", "list", "--overdue", "--json")[1])
    assert [(row["id"], row["next"], row["by"], row["late"]) for row in rows] == [
        ("2026-0001", "verified", "2026-02-07", "late")
    ]
    assert "once it is verified" in call("ledger", "case", "act", "2026-0001", "--reason", "x")[2]
    assert "identity" in call("ledger", "case", "verify", "2026-0001", "--proof", "control")[2]
    assert call("ledger", "case", "verify", "2026-0001", "--proof", "identity", "--evidence", "brev 7")[0] == 0
    assert call("ledger", "case", "act", "2026-0001", "--reason", "taget ud")[0] == 0
    assert "closed" in call("ledger", "case", "answer", "2026-0001", "--reason", "skrevet til")[1]
    assert "No case is open" in call("ledger", "case", "list")[1]
    shown = json.loads(call("ledger", "case", "show", "2026-0001", "--json")[1])
    assert [taken["step"] for taken in shown["steps"]] == ["received", "verified", "acted", "answered"]
    assert "GDPR" in shown["clock"]
    assert call(*asked[:4], "--about", "a.dk", "--requester", "x")[0] == 2
    for way in ("reject", "withdraw"):
        made = call(*asked, "--reason", way)[1].split()[1]
        assert call("ledger", "case", way, made, "--reason", "x")[0] == 0


def test_a_policy_is_compared_only_after_a_run(call: Call) -> None:
    """Before the first there is no evidence to replay; a file that is no policy is told."""
    assert "fodaftryk run" in call("policy", "diff", "current", "current")[2]
