"""Pulling at the command line: by version and by address, with receipts, and checked afterwards."""

import json
import random
import shutil
import subprocess
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from corpus.checksums import BESIDE, checksums_of, digest_of
from corpus.errors import CorpusError
from corpus.pulled import files_of, write_checksums
from corpus.releases import Manifest
from flows.attesting import attest_release, public_key
from flows.cli import app
from flows.errors import FlowError
from flows.settings import Settings, moment
from flows.verify import verify
from flows.workspace import Workspace, open_workspace
from ledger.errors import LedgerError
from ledger.journal import entries
from ledger.notes import new_secret_key
from ledger.receipts import receipts
from ledger.records import ReleaseRecord, Source, SourceStatus, Usage
from ledger.releases import record_release
from ledger.sources import sync_source
from tests.conftest import s3_settings
from tests.corpus.damage import DAMAGES, damage
from tests.corpus.released import release

AGREED = "LicenseRef-Agreement-a"


@dataclass
class Shop:
    """A storage with a release that its ledger has sealed."""

    settings: Settings
    manifest: Manifest
    folder: Path
    vkey: str


def record_of(manifest: Manifest) -> ReleaseRecord:
    """What the ledger is told of a release; agreements are no matter here."""
    groups: dict[tuple[str, str, str, str], list[Any]] = {}
    for shard in manifest.shards:
        groups.setdefault((shard.source, "open_licence", shard.tier, shard.licence), []).append(shard)
    usages = tuple(Usage(*key, 1, 1, 1, tuple(each.sha256 for each in some)) for key, some in groups.items())
    return ReleaseRecord(manifest.version, manifest.digest, "p", manifest.as_of, usages)


def seal(space: Workspace, folder: Path) -> Manifest:
    """Seal a release of two sources, each on two rights."""
    for name in ("avis", "blog"):
        source = Source(name, name, f"https://{name}.example/", SourceStatus.CONFIRMED, "H", "", "newspaper")
        sync_source(space.ledger, source, [], [], moment())
    manifest = release(space.storage, folder)
    sums = space.storage.local(f"releases/{manifest.version}/{BESIDE}")
    record_release(space.ledger, replace(record_of(manifest), beside=digest_of(sums)), moment())
    attest_release(space, manifest.version)
    return manifest


def set_up(settings: Settings, folder: Path, monkeypatch: pytest.MonkeyPatch) -> Shop:
    """Seal a release and have commands find its storage and ledger."""
    with open_workspace(settings) as space:
        manifest, vkey = seal(space, folder), public_key(space).vkey
    monkeypatch.chdir(folder)
    monkeypatch.setenv("FODAFTRYK_DATA", str(settings.data))
    for name in ("url", "endpoint_url", "access_key_id", "secret_access_key"):
        if getattr(settings.storage, name):
            monkeypatch.setenv(f"FODAFTRYK_STORAGE__{name.upper()}", getattr(settings.storage, name))
    return Shop(settings, manifest, folder, vkey)


@pytest.fixture
def shop(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Shop:
    """A release in a folder."""
    return set_up(Settings(data=tmp_path / "data", catalogue=tmp_path), tmp_path, monkeypatch)


@pytest.fixture
def far_away(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> str:
    """The address of the release, for somebody without its ledger and settings."""
    monkeypatch.setenv("FODAFTRYK_DATA", str(shop.folder / "elsewhere"))
    return str(shop.settings.data / "releases" / "0.1.0")


def told(*arguments: str) -> Any:
    """What a command that ends well prints as JSON: one value, or one a line."""
    done = CliRunner().invoke(app, [*arguments, "--json"], catch_exceptions=False)
    assert done.exit_code == 0, done.output
    lines = [json.loads(line) for line in done.stdout.splitlines()]
    return lines[0] if len(lines) == 1 else lines


def refused(*arguments: str) -> str:
    """What a command that is refused says."""
    with pytest.raises((FlowError, CorpusError, LedgerError)) as error:
        CliRunner().invoke(app, list(arguments), catch_exceptions=False)
    return str(error.value)


def test_a_card_that_was_exchanged_with_its_checksums_is_found(shop: Shop) -> None:
    """The ledger's entry names the checksums of what lies beside the manifest: who changes a card must change those."""
    told("pull", "0.1.0", "--to", "mine", "--tier", "open")
    folder = shop.folder / "mine"
    assert not verify(folder, shop.vkey).findings
    (folder / "release" / "ATTRIBUTION.md").write_text("# somebody else\n")
    cards = [path for path in (folder / "release").iterdir() if path.name in {"ATTRIBUTION.md", "README.md"}]
    (folder / "release" / BESIDE).write_bytes(checksums_of({path.name: digest_of(path) for path in cards}))
    write_checksums(folder, [path.relative_to(folder).as_posix() for path in files_of(folder)])
    assert [each.where for each in verify(folder, shop.vkey).findings] == [f"release/{BESIDE}"]
    shutil.copyfile(folder / "release" / BESIDE, shop.settings.data / "releases" / "0.1.0" / BESIDE)
    again = refused("pull", "0.1.0", "--to", "again", "--tier", "open", "--key", shop.vkey)
    assert f"does not vouch for this release: {BESIDE}" in again


def test_an_open_part_is_pulled_without_a_word(shop: Shop) -> None:
    """A plan is told first; what comes is the open tier, checked by the key, and nobody leaves a receipt."""
    plan = told("pull", "0.1.0", "--tier", "open", "--dry-run")
    assert [(row["source"], row["documents"]) for row in plan] == [("avis", 30), ("blog", 30)]
    assert not (shop.folder / "out").exists()
    done = told("pull", "0.1.0", "--to", "out", "--tier", "open")
    assert (done["shards"], done["documents"]) == (2, 60)
    assert told("ledger", "receipts") == []
    verdict = told("verify", "out", "--key", shop.vkey)
    assert (verdict["what"], verdict["holds"], verdict["release"]) == ("a pulled release", True, "0.1.0")
    text = CliRunner().invoke(app, ["pull", "0.1.0", "--to", "out", "--tier", "open"]).stdout
    assert "60 documents" in text.replace("\n", " ")
    subprocess.run(["sha256sum", "--check", "--quiet", "checksums.sha256"], cwd=shop.folder / "out", check=True)


def test_the_rest_comes_with_a_receipt(shop: Shop) -> None:
    """Without a name nothing of the other tiers comes; with one the ledger has it first, once for each folder."""
    assert "--as NAME" in refused("pull", "0.1.0", "--to", "out")
    assert not (shop.folder / "out").exists()
    for _ in range(2):
        told("pull", "0.1.0", "--to", "out", "--as", "Sprogmodel A/S")
    told("pull", "0.1.0", "--to", "rows", "--as", "Sprogmodel A/S", "--where", "words > 25", "--source", "avis")
    rows = told("ledger", "receipts", "0.1.0")
    assert [(row["pulled_by"], row["tiers"], row["documents"]) for row in rows] == [
        ("Sprogmodel A/S", "agreed, open", 122),
        ("Sprogmodel A/S", "agreed, open", 61),
    ]
    assert json.loads(rows[1]["choice"])["where"] == "words > 25"
    assert json.loads((shop.folder / "out" / "receipt.json").read_text())["id"] == rows[0]["receipt"]
    assert all(told("verify", name, "--key", shop.vkey)["holds"] for name in ("out", "rows"))
    assert "is of another pull, or of somebody else" in refused("pull", "0.1.0", "--to", "out", "--as", "En anden")
    with open_workspace(shop.settings) as space:
        assert len(receipts(space.ledger)) == 2
        assert "Sprogmodel" not in "".join(entry.body for entry in entries(space.ledger, "release:0.1.0"))


def test_far_away_a_receipt_is_sent(shop: Shop, far_away: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """By address, without ledger and settings, a release comes whole; its receipt is entered when it was sent."""
    assert "--as NAME" in refused("pull", far_away, "--to", "out")
    text = CliRunner().invoke(app, ["pull", f"{far_away}/manifest.json", "--to", "out", "--as", "Sprogmodel"]).stdout
    assert "Send out/receipt.json to who publishes" in text.replace("\n", " ")
    assert told("verify", "out", "--key", shop.vkey)["holds"]
    assert not (shop.folder / "elsewhere").exists()
    monkeypatch.chdir(shop.settings.data)
    told("pull", "releases/0.1.0", "--to", str(shop.folder / "near"), "--tier", "open")
    monkeypatch.chdir(shop.folder)
    monkeypatch.setenv("FODAFTRYK_DATA", str(shop.settings.data))
    assert told("ledger", "receive", "out/receipt.json")[0]["new"]
    assert not told("ledger", "receive", "out/receipt.json")[0]["new"]
    assert [row["pulled_by"] for row in told("ledger", "receipts")] == ["Sprogmodel"]


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (lambda receipt: receipt.update(release="9.9.9"), "no release 9.9.9"),
        (lambda receipt: receipt.update(manifest="0" * 64), "another manifest"),
        (lambda receipt: receipt.update(words="many"), "of other kinds"),
        (lambda receipt: receipt.update(words=-1), "cannot be"),
        (lambda receipt: receipt.update(pulled_by=""), "an office or a team"),
        (lambda receipt: receipt.update(choice="[]"), "not told as it is"),
        (lambda receipt: receipt.pop("tiers"), "no receipt"),
        (lambda receipt: receipt.update(tiers=3), "no receipt"),
    ],
)
def test_what_is_no_receipt_is_not_entered(
    change: Callable[[dict[str, Any]], object], words: str, shop: Shop, far_away: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A receipt that was changed, or is none, is told and leaves no entry."""
    told("pull", far_away, "--to", "out", "--as", "Sprogmodel")
    receipt = json.loads(Path("out/receipt.json").read_text())
    change(receipt)
    Path("sent.json").write_text(json.dumps(receipt))
    monkeypatch.setenv("FODAFTRYK_DATA", str(shop.settings.data))
    assert words in refused("ledger", "receive", "sent.json")
    assert told("ledger", "receipts") == []


def test_what_is_asked_wrongly_is_told(shop: Shop) -> None:
    """A version nobody sealed, an address of nothing, a mistyped name and no folder are told with what to do."""
    assert "no release 9.9.9 is in the ledger" in refused("pull", "9.9.9", "--to", "out")
    assert "give its version" in refused("pull", "./data", "--to", "out")
    assert "is not there" in refused("pull", "./data/releases/9.9.9", "--to", "out")
    assert "has no source radio: avis, blog" in refused("pull", "0.1.0", "--to", "out", "--source", "radio")
    assert "--to DIR" in refused("pull", "0.1.0", "--tier", "open")
    assert "no column lines" in refused("pull", "0.1.0", "--tier", "open", "--where", "lines > 3", "--dry-run")
    assert "S3 alone" in refused("pull", "0.1.0", "--urls", "--as", "Sprogmodel")
    assert "leave --where out" in refused("pull", "0.1.0", "--urls", "--as", "Sprogmodel", "--where", "words > 3")
    assert told("ledger", "receipts") == []
    manifest = shop.settings.data / "releases" / "0.1.0" / "manifest.json"
    manifest.write_bytes(manifest.read_bytes().replace(b"2026-11-24", b"2026-11-25"))
    assert "not the manifest that the ledger recorded" in refused("pull", "0.1.0", "--to", "out", "--tier", "open")
    assert not (shop.folder / "out").exists()


def test_signed_urls_make_a_copy(rclone_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What signed URLs give, laid where they say, is a copy that holds; URLs of the other tiers leave a receipt."""
    import urllib.request

    storage = s3_settings(rclone_url, tmp_path.name)
    set_up(Settings(data=tmp_path / "data", catalogue=tmp_path, storage=storage), tmp_path, monkeypatch)
    assert "--as NAME" in refused("pull", "0.1.0", "--urls")
    for row in told("pull", "0.1.0", "--urls", "--as", "Sprogmodel"):
        path = tmp_path / "copy" / row["path"]
        path.parent.mkdir(parents=True, exist_ok=True)
        with urllib.request.urlopen(row["url"], timeout=10) as reply:
            path.write_bytes(reply.read())
    verdict = told("verify", "copy")
    assert (verdict["what"], verdict["holds"], verdict["shards"]) == ("a copy of a storage", True, 4)
    assert "name the one you trust" in verdict["ledger"]
    assert len(told("ledger", "receipts")) == 1


def test_a_release_on_s3_comes_by_its_address(moto_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """An `s3://` address is reached with the endpoint and the key of the settings alone."""
    storage = s3_settings(moto_url, tmp_path.name)
    shop = set_up(Settings(data=tmp_path / "data", catalogue=tmp_path, storage=storage), tmp_path, monkeypatch)
    monkeypatch.setenv("FODAFTRYK_DATA", str(tmp_path / "elsewhere"))
    monkeypatch.delenv("FODAFTRYK_STORAGE__URL")
    told("pull", f"{storage.url}/releases/0.1.0", "--to", "out", "--as", "Sprogmodel")
    assert told("verify", "out", "--key", shop.vkey)["holds"]


@pytest.fixture(params=["pulled", "slice", "copy"])
def given(request: pytest.FixtureRequest, shop: Shop) -> Path:
    """What a team may have."""
    if request.param == "copy":
        for name in ("releases", "shards", "checkpoints"):
            shutil.copytree(shop.settings.data / name, shop.folder / "out" / name)
        return shop.folder / "out"
    where = ["--where", "words > 20"] if request.param == "slice" else []
    told("pull", "0.1.0", "--to", "out", "--as", "Sprogmodel", *where)
    return shop.folder / "out"


def test_a_copy_is_checked_against_the_ledger(given: Path, shop: Shop) -> None:
    """A copy that another release's manifest was put into, with checksums that fit, is found by the ledger's proof."""
    assert verify(given, None).findings == verify(given, shop.vkey).findings == ()
    assert verify(given, None).key_came_along
    release = given / ("releases/0.1.0" if (given / "releases").is_dir() else "release")
    body = json.loads((release / "manifest.json").read_text())
    body["as_of"] = "2026-11-25"
    (release / "manifest.json").write_text(json.dumps(body))
    found = {each.where for each in verify(given, shop.vkey).findings}
    assert (release / "manifest.json").relative_to(given).as_posix() in found


def test_what_a_key_does_not_vouch_for_is_not_pulled(shop: Shop, far_away: str) -> None:
    """With the publisher's key the release comes; with another, another manifest or no proof nothing is brought."""
    wanted = ("pull", far_away, "--tier", "open", "--to", "out", "--key")
    assert told(*wanted, shop.vkey)["documents"] == 60
    shutil.rmtree(shop.folder / "out")
    other = new_secret_key("other", shop.folder / "other.key").public.vkey
    assert "does not vouch" in refused(*wanted, other)
    release = Path(far_away)
    whole = (release / "manifest.json").read_bytes()
    (release / "manifest.json").write_bytes(whole.replace(b"2026-11-24", b"2026-11-25"))
    assert "not the manifest that the ledger recorded" in refused(*wanted, shop.vkey)
    (release / "manifest.json").write_bytes(whole)
    (release / "ledger.tlog-proof").unlink()
    assert "ledger.tlog-proof is missing" in refused(*wanted, shop.vkey)
    assert not (shop.folder / "out").exists()


@pytest.mark.parametrize("kind", DAMAGES)
def test_damage_is_found_offline(kind: str, given: Path, shop: Shop) -> None:
    """Whatever is done to a copy is found and named by the command, with the key and without, and ends it with 1."""
    name = damage(given, kind, random.Random(kind))
    for key in ([], ["--key", shop.vkey]):
        done = CliRunner().invoke(app, ["verify", str(given), *key, "--json"], catch_exceptions=False)
        assert done.exit_code == 1
        assert name in {each["where"].split(",")[0] for each in json.loads(done.stdout)["findings"]}


@pytest.mark.parametrize(
    "notes", ["[]", "{", '{"files": [1]}', '{"files": {"x": 3}}', '{"shards": [{}]}', '{"instead": 7}']
)
def test_notes_that_are_none_are_found(notes: str, given: Path) -> None:
    """What lies where withdrawn texts are noted and is no such note is a finding, whatever it is."""
    place = next((given / "releases").iterdir()) if (given / "releases").is_dir() else given
    (place / "withdrawn.json").write_text(notes)
    name = (place / "withdrawn.json").relative_to(given).as_posix()
    assert [(each.where, each.what) for each in verify(given, None).findings] == [
        (name, "is no note of what was withdrawn")
    ]


def test_more_than_is_told_is_counted(shop: Shop) -> None:
    """Of many findings the first hundred are told, and how many there are besides."""
    told("pull", "0.1.0", "--to", "out", "--tier", "open")
    for number in range(120):
        (shop.folder / "out" / "shards" / f"{number}.parquet").write_bytes(b"x")
    done = CliRunner().invoke(app, ["verify", "out", "--json"], catch_exceptions=False)
    assert (len(json.loads(done.stdout)["findings"]), json.loads(done.stdout)["more_findings"]) == (100, 20)
    shown = CliRunner().invoke(app, ["verify", "out"], catch_exceptions=False)
    assert "And 20 more that are not shown" in " ".join(shown.stdout.split())
