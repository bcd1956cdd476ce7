"""The value map, and the summary for who trains: what a source adds, costs and lacks; what they have to say."""

import csv
import json
from collections import Counter
from dataclasses import replace
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest
from typer.testing import CliRunner

from corpus.cards.value import Cost
from corpus.releases import read_staged, stage
from flows.cards import source_facts
from flows.cli import app
from flows.errors import FlowError
from flows.records import RunRecord, write_record
from flows.release import record_of
from flows.settings import moment
from flows.sources import read_sources, sync_catalogue
from flows.training_summary import read_answers
from flows.value import missing_of, values_of
from flows.workspace import look_into, open_workspace
from ledger.releases import record_release, releases
from tests.corpus.made_release import Text, facts_of
from tests.flows.conftest import NOW
from tests.flows.house import AGREED, OPEN, House

AS_OF = date(2026, 11, 24)
UNREAD = OPEN.replace("confirmed = true", "confirmed = false")
OTHER = UNREAD.replace("CC0-1.0", "CC-BY-4.0").replace("the holder", "somebody else")


@pytest.fixture
def house(tmp_path: Path) -> House:
    """A source of each sort that is not used yet, and one that could be."""
    house = House(tmp_path)
    house.source("fri")
    house.source("forbehold", rights="", status="reserved")
    house.source("ulaest", rights=UNREAD)
    house.source("strid", rights=UNREAD + OTHER)
    house.source("udloebet", rights=AGREED.replace("start = 2026-01-01", "start = 2025-01-01\nend = 2025-12-31"))
    house.source("aftalt", rights=AGREED.replace("aftale-1", "aftale-2"), access="delivery")
    house.source("uden", rights="")
    house.source("side", rights="", access="site", crawl='seeds = ["https://side.example.dk/"]')
    file = house.folder / "catalogue/side.toml"
    file.write_text(file.read_text().replace('[intake]\nformat = "texts"\n', ""))
    return house


def test_a_candidate_is_told_what_it_lacks(house: House) -> None:
    """Without a run the map has every source of the catalogue, nothing of their texts, and what each one lacks."""
    with open_workspace(house.settings) as space:
        sync_catalogue(space, moment(NOW))
        values = {value.source: value for value in values_of(space, AS_OF)}
    assert {value.words for value in values.values()} == {0}
    crawl = "a crawl: it was never taken in"
    assert {name: value.missing for name, value in values.items()} == {
        "fri": (crawl,),
        "forbehold": ("an agreement: its holder has reserved the texts",),
        "ulaest": (crawl, "a person who reads its licence at its place, and confirms it: CC0-1.0"),
        "strid": (
            crawl,
            "a ruling on licences that contradict each other: CC-BY-4.0 or CC0-1.0",
            "a person who reads its licence at its place, and confirms it: CC-BY-4.0, CC0-1.0",
        ),
        "udloebet": (
            crawl,
            "the agreement aftale-1 to be in force: ended 2025-12-31",
            "a licence or an agreement",
        ),
        "aftalt": ("a delivery",),
        "uden": (crawl, "a licence or an agreement"),
        "side": (crawl,),
    }


def test_what_is_held_of_a_source_is_what_it_lacks(house: House, tmp_path: Path) -> None:
    """Of a source that is used the held texts are told, most frequent first; one without good texts lacks those."""
    texts = [
        Text("fri", "a"),
        *(Text("fri", f"b{number}", fate="held", reason="signal-malformed") for number in range(3)),
        *(Text("fri", f"c{number}", fate="excluded", reason="out-of-scope") for number in range(2)),
        Text("fri", "d", fate="held", reason="evidence-too-old"),
        Text("uden", "e", fate="marked", reason="not_danish"),
        Text("aftalt", "f", fate="marked", reason="withdrawn"),
        Text("aftalt", "g", fate="excluded", reason="withdrawn"),
    ]
    facts = facts_of(tmp_path, texts)
    with look_into(house.settings) as space:
        sources = {source.name: source for source in read_sources(house.settings.catalogue)}
        lacks = {name: missing_of(space, sources[name], facts, AS_OF) for name in ("fri", "uden", "aftalt")}
    assert lacks == {
        "fri": ("texts held: 3 (signal-malformed)", "texts excluded: 2 (out-of-scope)"),
        "uden": ("texts that are Danish and good enough: all 1 were filtered",),
        "aftalt": ("a delivery", "texts excluded: 2 (withdrawn)"),
    }


def test_the_command_writes_the_map(house: House, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """`fodaftryk value` looks and makes nothing but what it is told to write: a table, a picture and JSON."""
    monkeypatch.setenv("FODAFTRYK_DATA", str(tmp_path / "none"))
    catalogue, out = str(house.settings.catalogue), tmp_path / "map"
    done = CliRunner().invoke(app, ["value", "--catalogue", catalogue, "--out", str(out), "--json"])
    assert done.exit_code == 0, done.output
    told = json.loads(done.stdout)
    assert Counter(row["words"] for row in told) == {0: 8}
    assert json.loads((out / "value.json").read_text()) == told
    with (out / "value.csv").open(encoding="utf-8", newline="") as file:
        assert [row["source"] for row in csv.DictReader(file)] == [row["source"] for row in told]
    assert (out / "value.svg").read_bytes().startswith(b"<svg")
    assert not (tmp_path / "none").exists()


@pytest.fixture
def released(tmp_path: Path) -> House:
    """A release in the ledger: a site by agreement and a free one that has a copy of its, and the run behind it."""
    house = House(tmp_path)
    house.source("avis", rights=AGREED)
    house.source("fri")
    texts = [
        Text("avis", "a", 400_000, licence="LicenseRef-Agreement-aftale-1", basis="agreement", tier="agreed"),
        Text("avis", "b", 100_000, "released", "", "c", "LicenseRef-Agreement-aftale-1", "agreement", "agreed"),
        Text("fri", "c", 100_000, "duplicate", "duplicate", "c"),
        Text("fri", "d", 30, licence="CC0-1.0"),
        Text("fri", "e", 20, "marked", "too_short"),
    ]
    manifest = replace(facts_of(tmp_path, texts).manifest, parameters={"policy": "p"})
    with open_workspace(house.settings) as space:
        sync_catalogue(space, moment(NOW))
        space.storage.put("selection/s.parquet", tmp_path / "selection.parquet")
        digest = stage(manifest, space.storage)
        record_release(space.ledger, record_of(manifest, digest), moment(NOW))
        write_record(space, RunRecord("0.1.0", "selection/s.parquet", "", {}, {}), moment(NOW))
    return house


def test_what_a_source_adds_is_told_with_what_it_costs(released: House) -> None:
    """Half a million words at 100 a million are 50.00; 400,000 are in no other source, so a million are 125.00."""
    with look_into(released.settings) as space:
        values = {value.source: value for value in values_of(space, AS_OF)}
    avis, fri = values["avis"], values["fri"]
    assert (avis.words, avis.only_words, avis.shared_words, avis.missing) == (500_000, 400_000, 100_000, ())
    assert avis.costs == (Cost(Decimal("50.00"), "DKK"),)
    assert avis.per_million == (Cost(Decimal("125.00"), "DKK"),)
    assert (fri.words, fri.only_words, fri.copies, fri.costs, fri.payment) == (30, 30, 1, (), "not_due")
    assert (fri.passing, fri.fault, fri.danish) == (1 - 1 / 3, "too_short", 0.5)


def test_what_was_withdrawn_since_the_run_adds_nothing(released: House) -> None:
    """A source whose texts left by a patch has no words that are its own, and lacks what was withdrawn."""
    with open_workspace(released.settings) as space:
        newest = read_staged(releases(space.ledger)[-1].manifest_digest, space.storage)
        left = tuple(shard for shard in newest.shards if shard.source == "fri")
        patch = replace(newest, version="0.1.1", shards=left)
        record_release(space.ledger, record_of(patch, stage(patch, space.storage)), moment(NOW))
        values = {value.source: value for value in values_of(space, AS_OF)}
    avis = values["avis"]
    assert (avis.words, avis.only_words, avis.shared_words) == (0, 0, 0)
    assert "texts withdrawn since the newest run: 2" in avis.missing
    assert (values["fri"].only_words, values["fri"].missing) == (30, ())


def test_who_trains_on_a_part_gets_the_summary_of_it(
    released: House, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """`fodaftryk release summary` tells of the part alone, takes the provider's answers, and lists what is open."""
    monkeypatch.setenv("FODAFTRYK_DATA", str(released.settings.data))
    monkeypatch.setenv("FODAFTRYK_CATALOGUE", str(released.settings.catalogue))
    (tmp_path / "svar.toml").write_text('provider = "Firma A/S"\nversioned_names = ["dansk-1"]\n')
    command = ["release", "summary", "0.1.0", "--out", str(tmp_path / "out"), "--answers", str(tmp_path / "svar.toml")]
    done = CliRunner().invoke(app, [*command, "--tier", "open"])
    assert done.exit_code == 0, done.output
    assert "code_signatory" in done.stdout
    assert "authorised_representative" in done.stdout
    told = json.loads((tmp_path / "out/ai-act-summary.json").read_text())
    fields = {field["key"]: field["value"] for section in told["sections"] for field in section["fields"]}
    assert (fields["provider"], fields["versioned_names"]) == ("Firma A/S", ["dansk-1"])
    assert (fields["text_other_unit"], fields["licensed_concluded"]) == ("30 words", "No")
    assert (tmp_path / "out/ai-act-summary.html").exists()
    (tmp_path / "svar.toml").write_text("crawler_name = 'x'\n")
    with pytest.raises(FlowError, match="as the corpus says it"):
        CliRunner().invoke(app, command, catch_exceptions=False)
    with pytest.raises(FlowError, match="nothing of tier tdm"):
        CliRunner().invoke(app, [*command[:5], "--tier", "tdm"], catch_exceptions=False)


@pytest.mark.parametrize(
    ("written", "why"),
    [(b"provider = 1\n", "neither a text"), (b"provider\n", "no TOML"), (b"provider = '\xff'\n", "not UTF-8")],
)
def test_answers_that_cannot_be_read_are_told_with_a_remedy(tmp_path: Path, written: bytes, why: str) -> None:
    """The file, what is wrong, and what to write."""
    (tmp_path / "svar.toml").write_bytes(written)
    with pytest.raises(FlowError, match=why):
        read_answers(tmp_path / "svar.toml")
    with pytest.raises(FlowError, match="cannot be read"):
        read_answers(tmp_path / "none.toml")


def test_what_the_catalogue_states_is_in_the_facts(house: House) -> None:
    """A source's title, holder, way of coming here and licences are handed to the cards as they are."""
    facts = source_facts(read_sources(house.settings.catalogue))
    assert facts["aftalt"].access == "delivery"
    assert facts["ulaest"].profile == "literature"
    assert [(said.licence, said.confirmed) for said in facts["strid"].assertions] == [
        ("CC0-1.0", False),
        ("CC-BY-4.0", False),
    ]
