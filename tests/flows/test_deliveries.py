"""Deliveries: kept whole or not at all, recorded once, taken in under the source's terms, the newest first."""

import json
import os
import signal
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from flows.cli import main
from flows.deliveries import Handover, deliver, look
from flows.errors import CrawlError
from flows.settings import moment
from flows.sources import sync_catalogue
from flows.workspace import look_into, open_workspace
from ledger.journal import entries
from tests.conftest import s3_settings
from tests.flows.conftest import NOW
from tests.flows.house import AGREED, House
from tests.flows.made_files import danish, docx, packed, pdf

TEXTS = danish()
SOONER, LATER = "2026-11-20T12:00:00Z", "2026-12-24T12:00:00Z"


@pytest.fixture
def house(tmp_path: Path) -> House:
    """A source that takes deliveries under an agreement, and a folder with two files to deliver."""
    house = House(tmp_path)
    house.source(access="delivery", rights=AGREED)
    (house.files / "bog.txt").write_text(TEXTS[0])
    (house.files / "artikler.zip").write_bytes(packed({"et.docx": docx(TEXTS[1]), "to.pdf": pdf(TEXTS[2])}))
    return house


Call = Callable[..., tuple[int, str, str]]


@pytest.fixture
def call(house: House, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Iterator[Call]:
    """Runs a command with the house's settings; gives exit code, output and errors."""
    for name in [name for name in os.environ if name.startswith("FODAFTRYK_")]:
        monkeypatch.delenv(name)
    monkeypatch.chdir(house.folder)
    handler = signal.getsignal(signal.SIGTERM)

    def run(*arguments: str) -> tuple[int, str, str]:
        monkeypatch.setattr(sys, "argv", ["fodaftryk", *arguments])
        capsys.readouterr()
        with pytest.raises(SystemExit) as ended:
            main()
        told = capsys.readouterr()
        return int(ended.value.code or 0), told.out, " ".join(told.err.replace("│", "").split())

    yield run
    signal.signal(signal.SIGTERM, handler)


def handed_over(house: House, at: str = SOONER, note: str = "") -> bool:
    """Deliver the folder of files; whether it was new."""
    with open_workspace(house.settings) as space:
        sync_catalogue(space, moment(at))
        return deliver(space, "forlag", look("forlag", [house.files]), Handover("", note, "operator"), moment(at))


def test_a_delivery_is_kept_and_recorded_once(house: House, call: Call) -> None:
    """Its files lie in storage as they came, its entry holds digests and no names, and again it changes nothing."""
    (house.files / "link.txt").symlink_to("bog.txt")
    (house.files / "tom.txt").write_text("")
    command = ("deliver", "forlag", "files", "--agreement", "aftale-1", "--note", "fra Bo", "--now", SOONER)
    code, out, err = call(*command)
    assert (code, err) == (0, "delivered forlag files=2 of=2")
    assert "2 files" in out
    assert "link.txt (link)" in out
    assert "tom.txt (empty)" in out
    (folder,) = (house.folder / "data" / "deliveries" / "forlag").iterdir()
    manifest = json.loads((folder / "manifest.json").read_text())
    kept = {row["name"]: (folder / "files" / row["sha256"]).read_bytes() for row in manifest["files"]}
    assert kept == {name: (house.files / name).read_bytes() for name in ("artikler.zip", "bog.txt")}
    code, out, _ = call(*command)
    assert code == 0
    assert "kept already" in out
    with look_into(house.settings) as space:
        (entry,) = [entry for entry in entries(space.ledger, "source:forlag") if entry.kind == "delivery"]
    body = json.loads(entry.body)
    assert (body["delivery"], body["agreement"], body["files"]) == (f"sha256:{folder.name}", "aftale-1", 2)
    assert not any(word in entry.body for word in ("Bo", "bog", "artikler"))


def test_the_holders_own_files_may_change(house: House) -> None:
    """What is kept is a copy: the holder edits a file in place, and the delivery stands as it came."""
    assert handed_over(house)
    with (house.files / "bog.txt").open("a") as file:
        file.write("og mere")
    house.take()
    assert house.pages()["bog.txt"]["outcome"] == "captured"


def test_without_an_agreement_it_is_held(house: House) -> None:
    """Texts come under the source's terms: without an agreement they are held, with one they may be used."""
    house.source(access="delivery", rights="")
    handed_over(house)
    house.take()
    assert {page["decision"]["rule"] for page in house.pages().values()} == {"reservations-unread"}
    house.source(access="delivery", rights=AGREED)
    house.take(LATER)
    assert {page["decision"]["rule"] for page in house.pages().values()} == {"agreement"}
    assert sorted(house.pages()) == ["artikler.zip/et.docx", "artikler.zip/to.pdf", "bog.txt"]


def test_a_later_delivery_adds_and_replaces(house: House) -> None:
    """Of files with one name the newest stands, of texts with one id too, and what has another name is added."""
    (house.files / "rows.jsonl").write_text(row("1", TEXTS[3]) + row("2", TEXTS[4]))
    assert handed_over(house)
    assert not handed_over(house, NOW)
    for path in house.files.iterdir():
        path.unlink()
    (house.files / "bog.txt").write_text(TEXTS[5])
    (house.files / "mere.jsonl").write_text(row("2", TEXTS[6]))
    assert handed_over(house, NOW)
    house.take(SOONER)
    assert house.pages()["2"]["outcome"] == "captured"
    house.take(LATER)
    pages = house.pages()
    assert pages["2"]["found_on"] == "mere.jsonl"
    assert pages["rows.jsonl:2"]["reason"] == "duplicate"
    assert {name for name, page in pages.items() if page["outcome"] == "captured"} == {
        *("1", "2", "bog.txt", "artikler.zip/et.docx", "artikler.zip/to.pdf")
    }


def row(name: str, text: str) -> str:
    """A line of JSON."""
    return json.dumps({"id": name, "text": text}) + "\n"


def test_nothing_delivered_yet(house: House) -> None:
    """A source that awaits its first delivery is no problem, and files without a manifest are none."""
    left = house.folder / "data" / "deliveries" / "forlag" / ("0" * 64) / "files"
    left.mkdir(parents=True)
    (left / "a").write_text("killed before the manifest")
    assert house.take() == ""


def test_a_rehearsal_keeps_nothing(house: House, call: Call) -> None:
    """`--dry-run` counts files by kind, what would be taken, left and decided, and leaves no data folder behind."""
    (house.files / "regneark.xlsx").write_bytes(b"PK")
    code, out, err = call("deliver", "forlag", "files", "--dry-run", "--json")
    assert code == 0, err
    told = json.loads(out)
    assert told["files"] == {".zip": 1, ".txt": 1, ".xlsx": 1}
    assert sum(told["texts"].values()) == 3
    assert told["left"] == {"not_text": 1}
    assert told["decided"] == {"include: agreement": 3}
    assert not told["delivered_before"]
    assert "texts that would be taken" in call("deliver", "forlag", "files", "--dry-run")[1]
    assert not (house.folder / "data").exists()


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (("forlag", "mangler"), "mangler: there is no such file or folder"),
        (("forlaget", "files"), "fodaftryk sources"),
        (("forlag", "files", "--agreement", "aftale-2"), "fodaftryk ledger agree"),
        (("forlag", "files", "--actor", "Bo Bøgh"), "cannot stand in the journal"),
        (("dump", "files"), 'access = "delivery"'),
    ],
)
def test_a_delivery_that_cannot_be_made(house: House, call: Call, arguments: tuple[str, ...], told: str) -> None:
    """A wrong path, source, agreement or actor is told with what to do, and nothing is recorded."""
    house.source("dump")
    code, _, err = call("deliver", *arguments)
    assert code == 1
    assert told in err
    assert not list(house.folder.glob("data/ledger.sqlite")) or not recorded(house)


def recorded(house: House) -> list[str]:
    """Kinds of the journal's entries about deliveries."""
    with look_into(house.settings) as space:
        return [entry.kind for entry in entries(space.ledger) if entry.kind == "delivery"]


def test_a_manifest_that_was_changed(house: House) -> None:
    """A manifest that is not the one the ledger recorded stops the intake, and names the delivery."""
    handed_over(house)
    (manifest,) = house.folder.rglob("manifest.json")
    manifest.write_text(manifest.read_text().replace("bog.txt", "brev.txt"))
    with pytest.raises(CrawlError, match=r"manifest of the delivery .* was changed"):
        house.take()


def test_a_delivery_on_s3_and_postgresql(house: House, moto_url: str, postgresql_url: str, tmp_path: Path) -> None:
    """With the data on S3 and the ledger in PostgreSQL the same delivery gives the same captures."""
    handed_over(house)
    house.take()
    other = House(tmp_path, storage=s3_settings(moto_url, tmp_path.name), ledger=postgresql_url)
    assert handed_over(other)
    assert not handed_over(other)
    other.take()
    assert other.pages() == house.pages()
