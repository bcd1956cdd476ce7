"""A month later: the same web is crawled again, and what did not change is neither kept twice nor released anew."""

import json
import shutil
from dataclasses import replace
from pathlib import Path

import pytest

from deploy.demo.serve import HERE
from tests.flows.conftest import Demo

LATER = "2026-12-24T12:00:00Z"


@pytest.fixture
def later(demo: Demo, tmp_path: Path) -> Demo:
    """A copy of the demo's data."""
    shutil.copytree(demo.data, tmp_path / "data")
    return replace(demo, data=tmp_path / "data")


def test_what_did_not_change_is_no_new_release(demo: Demo, later: Demo) -> None:
    """Every page is asked for again; bodies stay with the first crawl, and the release stands byte for byte."""
    asked = len(demo.seen)
    summary = later.answer("run", "--now", LATER)
    assert len(demo.seen) > asked
    assert summary["release"]["version"] == "0.1.0"
    assert not summary["release"]["new"]
    assert later.released() == demo.released()
    funnel, before = summary["funnel"], json.loads((demo.data / "summary.json").read_text())["funnel"]
    assert (funnel["captured"], funnel["unchanged"]) == (0, before["captured"])
    assert funnel["released"] == before["released"]
    first, second = sorted((later.data / "captures" / "blog").iterdir())
    assert (second / "00000.warc.gz").stat().st_size < (first / "00000.warc.gz").stat().st_size
    kept = later.answer("explain", "http://bibliotek.demo.test/lokalhistorie/moellen.html")
    assert (kept["release"], kept["page"]["change"]) == ("0.1.0", "unchanged")
    assert kept["document"]["crawl"] == min(path.name for path in (later.data / "captures" / "bibliotek").iterdir())
    rows = [json.loads(line) for line in later.call("pages").stdout.splitlines()]
    kept_rows = [row for row in rows if row["decision"] == "keep"]
    assert sum(row["final_url"] == row["url"] for row in kept_rows) == before["released"]
    assert [row["url"] for row in kept_rows if row["final_url"] != row["url"]] == [
        "http://blog.demo.test/gammel-adresse"
    ]


def test_a_source_that_says_no_is_known_and_leaves_the_release(
    web: tuple[str, list[str]], prefect: dict[str, str], tmp_path: Path
) -> None:
    """When nothing of a source may be used any more its pages still have an answer, and the next release lacks them."""
    (tmp_path / "catalogue").mkdir()
    file = tmp_path / "catalogue" / "avis.toml"
    agreed = (HERE / "catalogue" / "avis.toml").read_text()
    file.write_text(agreed)
    demo = Demo(tmp_path / "data", *web, prefect, {"FODAFTRYK_CATALOGUE": str(file.parent)})
    assert demo.run()["funnel"]["released"] > 0
    file.write_text(agreed.partition("[[rights.agreements]]")[0].replace('"agreed"', '"confirmed"'))
    summary = demo.answer("run", "--now", LATER)
    assert summary["release"]["version"] == "0.1.1"  # documents only went out: a patch
    assert summary["funnel"].get("released", 0) == 0
    assert summary["funnel"]["known"] == sum(summary["funnel"]["refused"].values())
    told = demo.answer("explain", "http://avis.demo.test/")
    assert told["page"]["reason"] == "reserved"
    rows = [json.loads(line) for line in demo.call("pages").stdout.splitlines()]
    assert {row["decision"] for row in rows} == {"drop"}
