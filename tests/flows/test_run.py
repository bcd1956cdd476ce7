"""The whole way, as a user walks it: the command, a web, and a release."""

import gzip
import json
import tomllib
from dataclasses import replace
from pathlib import Path
from typing import Any

import duckdb
import pytest

from corpus.captures import read_captures
from corpus.documents import Reason
from deploy.demo.serve import HERE
from flows.lookup import bring_up
from flows.passages import PassageFinder
from flows.records import newest_record
from flows.settings import Settings
from flows.workspace import open_workspace
from ledger.journal import entries
from ledger.sources import sources
from ledger.store import open_ledger
from ledger.targets import Target, TargetKind
from ledger.works_found import find, find_in_source, find_work
from tests.flows.conftest import Demo

PAGES = tomllib.loads((HERE / "expected.toml").read_text(encoding="utf-8"))["pages"]
QUALITY = {str(reason) for reason in Reason if reason is not Reason.NOT_DANISH}


def pages_of(demo: Demo) -> dict[str, dict[str, Any]]:
    """What `fodaftryk pages` says, by URL."""
    done = demo.call("pages", "--text")
    assert done.returncode == 0, done.stderr
    return {row["url"]: row for row in map(json.loads, done.stdout.splitlines())}


def fate_of(row: dict[str, Any]) -> str:
    """The fate the demo's table speaks of, from a row of `pages`."""
    if row["final_url"] != row["url"]:
        return "redirected"
    if row["decision"] == "keep":
        return "released"
    if row["reason"] in QUALITY:
        return "marked"
    if row["reason"].startswith("signal-malformed"):
        return "held"
    if row["reason"] in {"not_danish", "duplicate", "reserved"}:
        return str(row["reason"])
    return "failed" if row["reason"].startswith("http_") else "refused"


def test_every_page_has_the_fate_it_should(demo: Demo) -> None:
    """Released, held, reserved, refused, not Danish, a copy: each URL of the demo web is what its table says."""
    rows = pages_of(demo)
    assert {page["url"]: page["fate"] for page in PAGES} == {url: fate_of(row) for url, row in rows.items()}


def test_what_is_released_is_on_the_right_it_should(demo: Demo) -> None:
    """Each released document names the licence and the basis of the demo's table, and its text hides persons."""
    shards = str(demo.data / "shards/*/*.parquet")
    rows = duckdb.sql(f"SELECT url, basis, licence, text FROM read_parquet('{shards}')").fetchall()
    released = {url: (basis, licence, text) for url, basis, licence, text in rows}
    for page in (page for page in PAGES if page["fate"] == "released"):
        basis, licence, text = released.pop(page["url"])
        assert (basis, licence) == (page["basis"], page["licence"])
        assert all(string in text for string in page.get("kept", []))
        assert not any(string in text for string in page.get("gone", []))
    assert not released


def test_nothing_forbidden_was_asked_for(demo: Demo) -> None:
    """No URL that robots.txt or a reservation closes was ever requested, and every host's robots.txt came first."""
    forbidden = {f"GET {page['url']}" for page in PAGES if page.get("fetched") is False}
    assert forbidden
    assert not forbidden & set(demo.seen)
    hosts = {request.split("/")[2] for request in demo.seen}
    for host in hosts:
        first = next(request for request in demo.seen if request.split("/")[2] == host)
        assert first == f"GET http://{host}/robots.txt"


def test_a_reserved_text_is_nowhere(demo: Demo) -> None:
    """The body of a reserved page is in no capture, though its digest and the reservation are on record."""
    reserved = {page["url"] for page in PAGES if page["fate"] == "reserved"}
    captured = {capture.url for path in demo.data.rglob("*.warc.gz") for capture in read_captures(path)}
    assert not reserved & captured
    rows = [
        json.loads(line)
        for path in demo.data.rglob("pages.jsonl.gz")
        for line in gzip.decompress(path.read_bytes()).decode().splitlines()
    ]
    on_record = {row["url"]: row for row in rows if row["url"] in reserved}
    assert set(on_record) == reserved
    assert all(row["signals"] for row in on_record.values())


def test_the_funnel_adds_up(summary: dict[str, Any]) -> None:
    """Known is captured, redirected, refused and failed; captured is released and every reason why not."""
    funnel = summary["funnel"]
    total = {name: sum(value.values()) if isinstance(value, dict) else value for name, value in funnel.items()}
    assert total["known"] == len(PAGES)
    assert total["known"] == sum(total[name] for name in ("captured", "redirected", "refused", "failed"))
    after = ("released", "duplicate", "marked", "held", "excluded", "unread")
    assert total["captured"] == sum(total.get(name, 0) for name in after)
    assert summary["problems"] == []


def test_the_summary_says_what_is_owed(summary: dict[str, Any]) -> None:
    """The newspaper's agreement accrues by its words; open licences and mining owe nobody."""
    paid = [row for row in summary["sources"] if row["payment"] != "not_due"]
    assert [(row["source"], row["basis"], row["payment"], row["currency"]) for row in paid] == [
        ("avis", "agreement", "accrued", "DKK")
    ]
    assert float(paid[0]["owed"]) == pytest.approx(paid[0]["words"] * 1200 / 1_000_000)


def test_running_again_changes_nothing(demo: Demo) -> None:
    """A second run asks the web for nothing, seals nothing, and leaves every file as it was."""
    apart = ("prefect", "work", "ledger")
    before = {path: path.read_bytes() for path in demo.data.rglob("*") if path.is_file() and not _in(path, demo, apart)}
    asked = len(demo.seen)
    again = demo.run()
    assert not again["release"]["new"]
    assert len(demo.seen) == asked
    after = {path: path.read_bytes() for path in demo.data.rglob("*") if path.is_file() and not _in(path, demo, apart)}
    assert after == before


def _in(path: Path, demo: Demo, names: tuple[str, ...]) -> bool:
    return path.relative_to(demo.data).parts[0].startswith(names)


def test_a_page_is_explained(demo: Demo) -> None:
    """`explain` tells a held page's raw statement and rule, and a copy's original."""
    held = demo.answer("explain", "http://kommune.demo.test/plan/klimatilpasning.html")
    assert held["fate"]["fate"] == "held"
    assert any("ai=n" in signal["raw"] for signal in held["page"]["signals"])
    copy = demo.answer("explain", "http://blog.demo.test/2025/moellen.html")
    assert copy["fate"]["fate"] == "duplicate"
    assert [(other["source"], other["fate"]) for other in copy["copies"]] == [("bibliotek", "released")]
    kept = demo.answer("explain", copy["copies"][0]["url"])
    assert kept["release"] == "0.1.0"
    assert (demo.data / kept["shard"]).is_file()
    shown = demo.call("explain", copy["copies"][0]["url"]).stdout
    assert "CC-BY-4.0" in shown
    assert "0.1.0" in shown


def test_what_was_collected_is_looked_up(demo: Demo) -> None:
    """Every document has a work with its fate, a passage finds the text and its copy, and doing it again is nothing."""
    ledger = open_ledger(f"sqlite:///{demo.data / 'ledger.sqlite'}")
    shards = str(demo.data / "shards/*/*.parquet")
    texts = dict(duckdb.sql(f"SELECT id, text FROM read_parquet('{shards}')").fetchall())
    released = {work.id for source in sources(ledger) for work in find_in_source(ledger, source.name).works
                if work.fate == "released"}  # fmt: skip
    assert released == set(texts)
    assert find(ledger, Target.of(TargetKind.DOMAIN, "demo.test")).works
    copy = find(ledger, Target.of(TargetKind.DOCUMENT, "http://blog.demo.test/2025/moellen.html")).works[0]
    assert copy.fate == "duplicate"
    original = find_work(ledger, find_work(ledger, copy.id).copies[0].id).found
    assert find_work(ledger, original.id).signals
    with open_workspace(Settings(data=demo.data)) as space:
        before = entries(ledger)
        record = newest_record(space)
        assert record is not None
        bring_up(space, record)
        assert entries(ledger) == before
        passage = " ".join(texts[original.id].split()[20:70])
        assert {match.work for match in PassageFinder(space)(passage)} >= {copy.id, original.id}
    ledger.close()


def test_a_page_nobody_knows_is_told(demo: Demo) -> None:
    """An address no crawl met is an error that says where to look."""
    done = demo.call("explain", "http://blog.demo.test/ingen-kender-den.html")
    assert done.returncode == 1
    assert "fodaftryk pages" in done.stderr


def test_status_and_releases_are_shown(demo: Demo) -> None:
    """`status`, `releases` and `sources` list what is there, for people and for programs."""
    status = {row["source"]: row for row in demo.answer("status")}
    assert status["avis"]["payment"] == "accrued"
    assert status["nyheter"]["documents"] == 0
    assert [row["version"] for row in demo.answer("release", "list")] == ["0.1.0"]
    assert "Fjordbladet" in demo.call("sources").stdout


def test_an_agreement_and_a_payment_are_recorded(demo: Demo, tmp_path: Path) -> None:
    """What was agreed and paid is recorded once, shown with the source's entries, and changes its status."""
    copy = replace(demo, data=tmp_path / "data")
    copy.data.mkdir()
    (copy.data / "ledger.sqlite").write_bytes((demo.data / "ledger.sqlite").read_bytes())
    paid = ("--source", "avis", "--reference", "bank-1", "--on", "2026-11-24")
    payment = ("ledger", "pay", "Fjordbladet A/S", "1.00", *paid)
    assert copy.call("ledger", "invoice", "Fjordbladet A/S").returncode == 0
    assert copy.call(*payment).returncode == 0
    assert copy.call(*payment).returncode == 0
    terms = ("--party", "Bloggen", "--start", "2026-01-01", "--price", "5")
    assert copy.call("ledger", "agree", "blog", "--id", "blog-1", *terms).returncode == 0
    shown = copy.answer("ledger", "show", "avis")
    assert [row["amount"] for row in shown["payments"]] == ["1.00"]
    assert {row["status"] for row in shown["obligations"]} <= {"invoiced", "paid"}
    assert "payment" in {row["kind"] for row in shown["entries"]}
    assert [row["id"] for row in copy.answer("ledger", "show", "blog")["agreements"]] == ["blog-1"]
    assert {row["source"]: row["status"] for row in copy.answer("ledger", "accounts")}["avis"] in {"invoiced", "paid"}
    refused = copy.call("ledger", "pay", "Somebody else", "1.00", "--reference", "bank-2")
    assert refused.returncode == 1
    assert "Fjordbladet A/S" in refused.stderr
