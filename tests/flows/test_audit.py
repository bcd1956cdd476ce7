"""`fodaftryk ledger audit` and its neighbours: the ledger held against what lies in storage and in other hands."""

import json
import shutil
import sqlite3
from collections.abc import Callable
from contextlib import closing
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from corpus.releases import Manifest, publish, stage
from corpus.shards import Shard
from flows.attesting import attest_release, publish_checkpoint
from flows.cli import app
from flows.errors import FlowError
from flows.release import record_of
from flows.settings import Settings, moment
from flows.verify import verify
from flows.workspace import open_workspace
from ledger.errors import JournalBroken, RecordRefused
from ledger.records import Source, SourceStatus
from ledger.releases import record_release
from ledger.sources import sync_source

NOW = moment("2026-11-24T12:00:00Z")
DAY = date(2026, 11, 24)
SHARDS = (Shard("shards/avis/ab.parquet", "ab" * 32, "avis", "CC0-1.0", "open_licence", "open", 7, 700, 7000),)


@pytest.fixture
def house(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder whose data has two releases of a source, the second sealed later."""
    monkeypatch.chdir(tmp_path)
    with open_workspace(Settings(data=tmp_path / "data")) as space:
        source = Source("avis", "Avisen", "https://avis.dk/", SourceStatus.CONFIRMED, "Æske ApS", "", "news")
        sync_source(space.ledger, source, [], [], NOW)
        for version in ("0.1.0", "0.2.0"):
            manifest = Manifest(version, DAY, {"policy": "p"}, SHARDS, {"avis": {"released": 7}}, {"avis": "Æske ApS"})
            digest = stage(manifest, space.storage)
            record_release(space.ledger, record_of(manifest, digest), NOW)
            attest_release(space, version)
            publish(digest, space.storage)
    return tmp_path


def command(*arguments: object, code: int = 0) -> str:
    """Run a command in this process; what it printed."""
    done = CliRunner().invoke(app, [str(argument) for argument in arguments])
    if done.exception and not isinstance(done.exception, SystemExit):
        raise done.exception
    assert done.exit_code == code, done.output
    return done.output


def audited(*arguments: object, code: int = 0) -> dict[str, Any]:
    """What the audit prints as JSON."""
    told: dict[str, Any] = json.loads(command("ledger", "audit", "--json", *arguments, code=code))
    return told


def test_a_whole_house_has_no_findings(house: Path) -> None:
    """Ledger, checkpoints and releases fit together, and each release's folder can be verified by itself."""
    told = audited()
    assert (told["entries"], told["covered"], told["checkpoints"], told["releases"]) == (7, 7, 4, 2)
    assert "Everything fits together" in command("ledger", "audit")
    vkey = (house / "data/checkpoints/ledger.vkey").read_text().strip()
    verdict = verify(house / "data/releases/0.1.0", vkey)
    assert (verdict.what, verdict.findings, verdict.counted["release"]) == ("a release's manifest", (), "0.1.0")
    assert vkey in command("ledger", "checkpoint")


def _delete(*names: str) -> Callable[[Path], None]:
    def do(data: Path) -> None:
        for name in names:
            (data / name).unlink()

    return do


def _copy(name: str, over: str) -> Callable[[Path], None]:
    return lambda data: [shutil.copyfile(data / name, data / over), None][1]


def _edit(name: str, old: str, new: str) -> Callable[[Path], None]:
    def do(data: Path) -> None:
        text = (data / name).read_text()
        assert old in text
        (data / name).write_text(text.replace(old, new))

    return do


def _sql(*statements: str) -> Callable[[Path], None]:
    def do(data: Path) -> None:
        with closing(sqlite3.connect(data / "ledger.sqlite")) as connection:
            for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'").fetchall():
                connection.execute(f"DROP TRIGGER {name}")
            for statement in statements:
                connection.execute(statement)
            connection.commit()

    return do


ONE, TWO = "checkpoints/000000000004", "checkpoints/000000000007"
CUT = _sql(*(f"DELETE FROM {table} WHERE entry_seq > 3" for table in ("obligation", "usage", "release")),
           "DELETE FROM usage_shard WHERE usage_seq > 3", "DELETE FROM entry WHERE seq > 3")  # fmt: skip


@pytest.mark.parametrize(
    ("tamper", "wanted"),
    [
        (CUT, f"{TWO} has 7 entries, and the journal 4: 3 are gone"),
        (lambda data: [CUT(data), _delete(TWO)(data), None][2], "releases/0.2.0/checkpoint has 7 entries"),
        (CUT, "releases/0.2.0/manifest.json is a release that this ledger has no entry of"),
        (_sql("UPDATE entry SET actor = 'x' WHERE seq = 1"), "entry 1 was changed"),
        (_copy(ONE, TWO), f"{TWO} is the checkpoint of 4 entries: another was exchanged"),
        (_copy("releases/0.1.0/checkpoint", "releases/0.2.0/checkpoint"), "has 4 entries and not the release's own"),
        (_delete("releases/0.1.0/checkpoint"), "releases/0.1.0/checkpoint is missing"),
        (_edit(TWO, "\n7\n", "\n8\n"), f"{TWO} the signature of"),
        (_edit("releases/0.1.0/manifest.json", '"words": 700', '"words": 701'), "is not the manifest that the ledger"),
        (_delete("releases/0.1.0/manifest.json"), "releases/0.1.0/manifest.json cannot be read"),
        (_sql("UPDATE usage SET words = 1"), "usage 0.1.0 avis open_licence open CC0-1.0 is not what entry 2 says"),
        (_sql("UPDATE usage SET words = 1"), "counts other documents, words, bytes or shards than the ledger"),
    ],
)
def test_what_was_tampered_with_is_found(house: Path, tamper: Callable[[Path], None], wanted: str) -> None:
    """A cut tail, exchanged and lost checkpoints, another manifest, other counts."""
    tamper(house / "data")
    found = audited(code=1)["findings"]
    assert wanted in "; ".join(f"{finding['where']} {finding['what']}" for finding in found)


def test_a_checkpoint_in_other_hands_finds_what_ours_no_longer_show(house: Path) -> None:
    """When tail, checkpoints and release are all gone, a holder's file still shows it; so does another's key."""
    shutil.copyfile(house / "data" / TWO, house / "kept")
    CUT(house / "data")
    (house / "data" / TWO).unlink()
    shutil.rmtree(house / "data/releases/0.2.0")
    assert audited()["entries"] == 4
    assert "3 are gone" in audited("--checkpoint", house / "kept", code=1)["findings"][0]["what"]
    other = "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW"
    assert all("not signed by" in found["what"] for found in audited("--key", other, code=1)["findings"])


def test_a_lost_ledger_is_brought_back(house: Path) -> None:
    """Backed up, lost and restored, the audit finds nothing; over a ledger that stands it must be asked for."""
    before = audited()
    assert "not in it" in command("ledger", "backup", house / "backup")
    with pytest.raises(RecordRefused, match="replace"):
        command("ledger", "restore", house / "backup")
    with pytest.raises(FlowError, match="there already"):
        command("ledger", "backup", house / "backup")
    for file in (house / "data").glob("ledger.sqlite*"):
        file.unlink()
    with pytest.raises(FlowError, match="There is no ledger"):
        command("ledger", "backup", house / "nothing")
    with open_workspace(Settings(data=house / "data")) as space, pytest.raises(JournalBroken):
        publish_checkpoint(space)
    assert "7 entries" in command("ledger", "restore", house / "backup", "--replace")
    assert audited() == before


def test_names_are_erased_when_the_catalogue_no_longer_has_them(house: Path) -> None:
    """The command says which entries hid them; a source that is in the catalogue would get them back."""
    (house / "catalogue").mkdir()
    assert "these entries hid: 0." in command("ledger", "erase", "avis")
    assert "nothing left" in command("ledger", "erase", "avis")
    assert audited()["findings"] == []
    shutil.copytree(Path(__file__).parents[2] / "deploy/demo/catalogue", house / "catalogue", dirs_exist_ok=True)
    name = next(iter((house / "catalogue").glob("*.toml"))).stem
    with pytest.raises(FlowError, match="take its file out"):
        command("ledger", "erase", name)
