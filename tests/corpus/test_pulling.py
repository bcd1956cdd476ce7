"""Pulling: what lies in the folder is what was released, or it is told, by name."""

import json
import os
import random
import resource
import shutil
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from corpus import pulling, s3_faults, slicing
from corpus.checksums import BESIDE, own_line
from corpus.errors import FilterError, PullError, StorageError
from corpus.pulled import (
    CHECKSUMS,
    MANIFEST,
    MANIFEST_BYTES_MAX,
    RELEASE,
    Choice,
    Listed,
    files_of,
    read_manifest,
    write_checksums,
)
from corpus.pulled_checks import Findings, check_pulled, check_synced
from corpus.pulling import Order, missing_bytes, pull, read_offer
from corpus.storage import FolderStorage, Storage, StorageSettings, open_storage
from tests.conftest import s3_settings
from tests.corpus.damage import DAMAGES, damage
from tests.corpus.released import release, rows_of
from tests.faulty import Faults, faulty

ALL = Choice()
OPEN = Choice(tier=("open",))
LONG = Choice(source=("avis",), where="words > 20 and published is not null")


@pytest.fixture
def storage(tmp_path: Path) -> FolderStorage:
    """A storage with one release of four shards."""
    made = FolderStorage(tmp_path / "storage")
    release(made, tmp_path)
    return made


def pulled(storage: Storage, folder: Path, choice: Choice = ALL) -> Path:
    """Pull a choice of the release."""
    pull(storage, Order(read_offer(storage, "0.1.0"), choice, folder), lambda _: None)
    return folder


def files(folder: Path) -> dict[str, bytes]:
    """Every file in a folder."""
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def test_what_is_pulled_is_what_was_released(storage_settings: StorageSettings, tmp_path: Path) -> None:
    """From a folder and from two servers, all shards and what lies beside the manifest come, and are found whole."""
    storage = open_storage(storage_settings, tmp_path / "cache")
    manifest = release(storage, tmp_path)
    came: list[int] = []
    order = Order(read_offer(storage, "0.1.0"), Choice(), tmp_path / "out")
    shards = pull(storage, order, came.append)
    assert sum(came) == sum(shard.bytes for shard in manifest.shards)
    assert {shard.path for shard in shards} == {shard.path for shard in manifest.shards}
    held = files(tmp_path / "out")
    assert held[f"{RELEASE}/{MANIFEST}"] == manifest.to_json()
    assert held["release/ATTRIBUTION.md"] == b"# who\n"
    assert all(held[shard.path] == storage.local(shard.path).read_bytes() for shard in manifest.shards)
    assert check_pulled(tmp_path / "out") == ({"release": "0.1.0", "shards": 4, "documents": 122}, [])
    pull(storage, order, came.append)
    assert files(tmp_path / "out") == held
    assert sum(came) == sum(shard.bytes for shard in manifest.shards)


def test_a_choice_takes_whole_shards(storage: FolderStorage, tmp_path: Path) -> None:
    """Of the shards only those come that every list names, unchanged, and the manifest says that it is a slice."""
    folder = pulled(storage, tmp_path / "out", Choice(tier=("open", "x"), source=("blog",)))
    told = json.loads((folder / MANIFEST).read_text())
    assert [(shard["source"], shard["tier"]) for shard in told["shards"]] == [("blog", "open")]
    assert (told["slice"], told["choice"]["source"], told["totals"]["rows"]) == (True, ["blog"], 30)
    assert check_pulled(folder) == ({"release": "0.1.0", "shards": 1, "documents": 30, "slice": True}, [])
    assert pulled(storage, tmp_path / "none", Choice(source=("nobody",))).is_dir()
    assert check_pulled(tmp_path / "none")[1] == []


def test_a_filter_keeps_rows(storage: FolderStorage, tmp_path: Path) -> None:
    """The rows that fit are written as shards that say which they are of; one without such rows is left out."""
    folder = pulled(storage, tmp_path / "out", LONG)
    told = json.loads((folder / MANIFEST).read_text())
    offer = read_offer(storage, "0.1.0")
    assert {shard["of"] for shard in told["shards"]} == {shard.sha256 for shard in offer.chosen(LONG)}
    wanted = [
        row
        for licence, count in (("CC0-1.0", 30), ("LicenseRef-Agreement-a", 31))
        for row in rows_of("avis", licence, count)
        if int(str(row["words"])) > 20 and row["published"]
    ]
    rows = pq.read_table(folder / "shards").drop_columns("source").to_pylist()
    assert sorted(row["id"] for row in rows) == sorted(str(row["id"]) for row in wanted)
    assert told["totals"]["words"] == sum(int(str(row["words"])) for row in wanted)
    schema = pq.read_schema(folder / told["shards"][0]["path"])
    assert schema.field("words").metadata[b"meaning"] == b"words of the text"
    assert check_pulled(folder)[1] == []
    again = pulled(storage, tmp_path / "again", LONG)
    assert files(again) == files(folder)
    alone = pulled(storage, tmp_path / "alone", Choice(where="words = 31"))
    assert len(json.loads((alone / MANIFEST).read_text())["shards"]) == 2


def first_shard(storage: FolderStorage) -> tuple[Path, Listed]:
    """A shard of the release with 30 rows, where it lies, and as it is listed."""
    shard = next(shard for shard in read_offer(storage, "0.1.0").shards if shard.source == "avis")
    return storage.local(shard.path), shard


def test_row_groups_of_a_slice_are_bounded(
    storage: FolderStorage, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A slice is written in row groups of a bounded size, whatever the groups it was read from."""
    monkeypatch.setattr(slicing, "GROUP_ROWS", 7)
    monkeypatch.setattr(slicing, "BATCH_ROWS", 3)
    file, shard = first_shard(storage)
    made = slicing.sliced(shutil.copyfile(file, tmp_path / "part"), shard, "words > 2", tmp_path)
    metadata = pq.read_metadata(tmp_path / made["path"])
    assert metadata.num_rows == made["rows"] > 20
    assert max(metadata.row_group(number).num_rows for number in range(metadata.num_row_groups)) <= 9


def test_a_shard_that_unpacks_to_more_than_there_is_is_stopped(
    storage: FolderStorage, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A few kilobytes that say one long text a thousand times end the filter, and harm nothing beside it."""
    monkeypatch.setattr(slicing, "MEMORY_BYTES_MAX", 2**30)
    text = pa.DictionaryArray.from_arrays(pa.array([0] * 1000, pa.int32()), pa.array(["a" * 2**22]))
    bomb, (file, shard) = tmp_path / "bomb", first_shard(storage)
    rows, how = pa.table({"text": text, "words": [1] * 1000}), {"compression": "zstd", "store_schema": False}
    pq.write_table(rows, bomb, dictionary_pagesize_limit=2**30, **how)
    broken = tmp_path / "broken"
    broken.write_bytes(b"PAR1" + bytes(100) + b"PAR1")
    assert bomb.stat().st_size < 100_000
    with slicing.slicers() as template:
        with pytest.raises(PullError, match="takes more than 1,073,741,824 bytes"):
            slicing.slice_apart(template, slicing.Slice(bomb, shard, "words > 0", tmp_path))
        with pytest.raises(PullError, match="no shard that can be read"):
            slicing.slice_apart(template, slicing.Slice(broken, shard, "words > 0", tmp_path))
        with pytest.raises(FilterError, match="nothing_such"):
            slicing.slice_apart(template, slicing.Slice(file, shard, "nothing_such > 0", tmp_path))
        part = shutil.copyfile(file, tmp_path / "part")
        assert slicing.slice_apart(template, slicing.Slice(part, shard, "words > 2", tmp_path))["rows"]


@pytest.mark.parametrize("choice", [Choice(), LONG])
def test_a_pull_that_was_broken_off_goes_on(
    choice: Choice, moto_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Broken off after each piece that comes, a pull begins no shard anew, and ends as an undisturbed one does."""
    monkeypatch.setattr("corpus.s3_transfer.PIECE_BYTES", 500)
    storage = open_storage(s3_settings(moto_url, tmp_path.name), tmp_path / "cache")
    release(storage, tmp_path)
    undisturbed = files(pulled(storage, tmp_path / "undisturbed", choice))
    order, came, tries = Order(read_offer(storage, "0.1.0"), choice, tmp_path / "out", jobs=2), 0, 0

    def say(size: int) -> None:
        nonlocal came
        came += size
        raise KeyboardInterrupt

    while True:
        tries += 1
        try:
            pull(storage, order, say)
        except KeyboardInterrupt:
            assert check_pulled(tmp_path / "out")[1][0][0] == CHECKSUMS
            assert missing_bytes(order) == sum(shard.bytes for shard in order.offer.chosen(choice)) - came
            continue
        break
    assert tries > 5
    assert came == sum(shard.bytes for shard in order.offer.chosen(choice))
    assert files(tmp_path / "out") == undisturbed


def test_a_pull_through_faults_is_whole(moto_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """With a third of all requests failing, a pull comes whole."""
    monkeypatch.setattr(s3_faults, "PAUSE_S_MAX", 0.01)
    settings = s3_settings(moto_url, tmp_path.name)
    release(open_storage(settings, tmp_path / "cache"), tmp_path)
    with faulty(moto_url, Faults(0.3)) as url:
        storage = open_storage(replace(settings, endpoint_url=url), tmp_path / "cache")
        assert check_pulled(pulled(storage, tmp_path / "out"))[1] == []


def test_other_bytes_in_the_storage_are_not_taken(storage: FolderStorage, tmp_path: Path) -> None:
    """A shard that was changed, cut or grown in the storage is told by its name, and nothing counts as pulled."""
    shard = read_offer(storage, "0.1.0").shards[0]
    path = storage.root / shard.path
    whole = path.read_bytes()
    for number, other in enumerate((whole[:-1], whole + b"x", whole[:50] + b"?" + whole[51:])):
        path.write_bytes(other)
        with pytest.raises(PullError, match=f"{shard.sha256}.*other bytes than the release lists"):
            pulled(storage, tmp_path / f"out{number}")
        assert check_pulled(tmp_path / f"out{number}")[1][0][0] == CHECKSUMS
        path.write_bytes(whole)
        assert check_pulled(pulled(storage, tmp_path / f"out{number}"))[1] == []


def test_a_folder_is_of_one_pull(storage: FolderStorage, tmp_path: Path) -> None:
    """Another choice, another release and a folder of something else are refused, and left as they are."""
    folder = pulled(storage, tmp_path / "out", OPEN)
    before = files(folder)
    with pytest.raises(PullError, match="holds another pull"):
        pulled(storage, folder)
    assert check_pulled(folder)[1] == []
    release(storage, tmp_path, documents=31, version="0.2.0")
    with pytest.raises(PullError, match="holds another pull"):
        pull(storage, Order(read_offer(storage, "0.2.0"), OPEN, folder), lambda _: None)
    assert files(folder) == before
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "thesis.txt").write_text("mine")
    with pytest.raises(PullError, match="holds something else"):
        pulled(storage, tmp_path / "mine")
    assert files(tmp_path / "mine") == {"thesis.txt": b"mine"}


def test_what_was_withdrawn_is_not_brought_back(storage: FolderStorage, tmp_path: Path) -> None:
    """A copy that withdrawn texts were taken out of is not mended, nor is a release pulled that they were in."""
    folder, offer = pulled(storage, tmp_path / "out"), read_offer(storage, "0.1.0")
    (folder / "withdrawn.json").write_text("{}")
    before = files(folder)
    with pytest.raises(PullError, match="would bring them back"):
        pulled(storage, folder)
    assert files(folder) == before
    storage.put_bytes("releases/0.1.0/withdrawn.json", b"{}")
    with pytest.raises(PullError, match="Pull a newer"):
        read_offer(storage, "0.1.0")
    assert offer.version == "0.1.0"


def test_what_is_withdrawn_while_it_is_pulled_is_told(storage: FolderStorage, tmp_path: Path) -> None:
    """A pull that was under way when texts were withdrawn is not finished, and says what to do."""
    order = Order(read_offer(storage, "0.1.0"), ALL, tmp_path / "out")
    with pytest.raises(PullError, match="into a new folder"):
        pull(storage, order, lambda _: storage.put_bytes("releases/0.1.0/withdrawn.json", b"{}"))
    assert check_pulled(tmp_path / "out")[1][0][0] == CHECKSUMS


def test_a_pull_mends_what_is_damaged(storage: FolderStorage, tmp_path: Path) -> None:
    """Pulling again brings what was damaged anew, and nothing else."""
    folder = pulled(storage, tmp_path / "out")
    before, came = files(folder), []
    shard = read_offer(storage, "0.1.0").shards[1]
    (folder / shard.path).write_bytes(b"\0" * shard.bytes)
    pull(storage, Order(read_offer(storage, "0.1.0"), Choice(), folder), came.append)
    assert sum(came) == shard.bytes
    assert files(folder) == before


def test_room_is_asked_for_first(storage: FolderStorage, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A disk without room is told before anything comes, and no folder is left; a slice asks for less."""
    order = Order(read_offer(storage, "0.1.0"), Choice(), tmp_path / "out")
    needed = missing_bytes(order)
    room = SimpleNamespace(free=needed + pulling.SPARE_BYTES - 1)
    monkeypatch.setattr(shutil, "disk_usage", lambda _: room)
    with pytest.raises(PullError, match="are needed: free some"):
        pull(storage, order, lambda _: None)
    assert not (tmp_path / "out").exists()
    pull(storage, replace(order, choice=LONG, jobs=1), lambda _: None)


def test_a_disk_that_fills_meanwhile_is_told(storage: FolderStorage, tmp_path: Path) -> None:
    """The message names the folder that was pulled into, and no setting: none says where that is."""
    order, before = (
        Order(read_offer(storage, "0.1.0"), ALL, tmp_path / "out"),
        resource.getrlimit(resource.RLIMIT_FSIZE),
    )
    resource.setrlimit(resource.RLIMIT_FSIZE, (4096, before[1]))  # answers as a full disk does
    try:
        with pytest.raises(StorageError, match=r"out: .*There is no room.*run again") as told:
            pull(storage, order, lambda _: None)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
    assert "FODAFTRYK" not in str(told.value)
    assert not check_pulled(pulled(storage, tmp_path / "out"))[1]


def test_a_receipt_is_there_before_anything_comes(storage: FolderStorage, tmp_path: Path) -> None:
    """The receipt is made once, before the first byte, and is kept by each later pull."""
    made: list[bytes | None] = []

    def receipt(held: bytes | None) -> bytes:
        made.append(held)
        return held or b"receipt"

    def refuse(_: bytes | None) -> bytes:
        raise PullError("no receipt, no text")

    order = Order(read_offer(storage, "0.1.0"), Choice(), tmp_path / "out", receipt=refuse)
    with pytest.raises(PullError, match="no receipt"):
        pull(storage, order, lambda _: None)
    assert not list((tmp_path / "out").rglob("*.parquet"))
    for _ in range(2):
        pull(storage, replace(order, receipt=receipt), lambda _: None)
    assert made == [None, b"receipt"]
    assert check_pulled(tmp_path / "out")[1] == []


def test_two_pulls_do_not_meet(storage: FolderStorage, tmp_path: Path) -> None:
    """A second pull into a folder is refused while the first is at work."""
    refused: list[str] = []

    def say(_: int) -> None:
        try:
            pulled(storage, tmp_path / "out")
        except PullError as error:
            refused.append(str(error))

    pull(storage, Order(read_offer(storage, "0.1.0"), Choice(), tmp_path / "out", jobs=1), say)
    assert len(refused) == 4
    assert "another pull is at work" in refused[0]
    assert check_pulled(tmp_path / "out")[1] == []


@pytest.mark.parametrize(
    "change",
    [
        lambda body: body["shards"][0].update(path="shards/../../etc/passwd"),
        lambda body: body["shards"][0].update(path="/etc/passwd"),
        lambda body: body["shards"][0].update(path=f"shards/avis/{'0' * 64}.parquet"),
        lambda body: body["shards"][0].update(source="../.."),
        lambda body: body["shards"][0].update(bytes=-1),
        lambda body: body["shards"][0].update(bytes="1"),
        lambda body: body["shards"][0].update(tier=None),
        lambda body: body["shards"].append(body["shards"][0]),
        lambda body: body.pop("version"),
        lambda body: body.update(shards=3),
        lambda body: body.update(columns=["words"]),
    ],
)
def test_a_manifest_that_is_none_is_refused(
    change: Callable[[dict[str, object]], object], storage: FolderStorage
) -> None:
    """A manifest that names paths outside, other digests or no numbers is refused, before anything is fetched."""
    body = json.loads(read_offer(storage, "0.1.0").manifest)
    change(body)
    with pytest.raises(PullError, match="no release's manifest"):
        read_manifest(json.dumps(body).encode(), "it")


def test_what_is_asked_wrongly_is_told(storage: FolderStorage, tmp_path: Path) -> None:
    """A version that is not there, a path as a version, and a filter that does not fit are told before all else."""
    for version in ("9.9.9", "../../etc", "/etc"):
        with pytest.raises(PullError, match="is not there"):
            read_offer(storage, version)
    for where, told in (
        ("licence = 'x", "is a quote missing"),
        ("lines > 3", "no column lines"),
        ("words in (1, 'a')", "of the kind int32"),
        ("published > 3", "of the kind date32"),
    ):
        with pytest.raises(FilterError, match=told):
            pulled(storage, tmp_path / "out", Choice(where=where))
        assert not (tmp_path / "out").exists()


def test_a_release_of_an_older_program_is_filtered_too(storage: FolderStorage, tmp_path: Path) -> None:
    """Where the manifest tells of no columns, a filter is held against the first shard that has come."""
    offer = replace(read_offer(storage, "0.1.0"), columns={})
    with pytest.raises(FilterError, match="no column lines"):
        pull(storage, Order(offer, Choice(where="lines > 3"), tmp_path / "out"), lambda _: None)
    shards = pull(storage, Order(offer, Choice(where="words > 29"), tmp_path / "other"), lambda _: None)
    assert sum(shard.rows for shard in shards) == 6


@pytest.fixture(params=["whole", "shards", "rows", "synced"])
def copy(request: pytest.FixtureRequest, storage: FolderStorage, tmp_path: Path) -> Path:
    """What a team may have: a pulled release, some of its shards, some of its rows, and a copy of the storage."""
    if request.param != "synced":
        choice = {"whole": Choice(), "shards": OPEN, "rows": LONG}[request.param]
        return pulled(storage, tmp_path / "out", choice)
    for name in ("releases", "shards"):
        shutil.copytree(storage.root / name, tmp_path / "out" / name)
    return tmp_path / "out"


@pytest.mark.parametrize("kind", DAMAGES)
def test_damage_is_found_and_named(kind: str, copy: Path) -> None:
    """Whatever is done to a copy, at whatever place, is found under the name of the file it was done to."""
    check = check_synced if (copy / "releases").is_dir() else check_pulled
    assert check(copy)[1] == []
    before = files(copy)
    for seed in range(2):
        draw = random.Random(f"{kind} {seed}")
        name = damage(copy, kind, draw)
        found = check(copy)[1]
        assert name in {where.split(",")[0] for where, _ in found}, (name, found)
        shutil.rmtree(copy)
        for path, data in before.items():
            (copy / path).parent.mkdir(parents=True, exist_ok=True)
            (copy / path).write_bytes(data)


@pytest.mark.parametrize("name", ["README.md", "ATTRIBUTION.md", BESIDE])
def test_a_card_that_is_not_as_sealed_does_not_come(name: str, storage: FolderStorage, tmp_path: Path) -> None:
    """What lies beside the manifest is held against the checksums that were sealed with it, and so are those."""
    key = f"releases/0.1.0/{name}"
    data = storage.local(key).read_bytes()
    storage.put_bytes(key, data.replace(b"c", b"d", 1) if name == BESIDE else b"")
    with pytest.raises(PullError, match=f"{name} is not as it was sealed"):
        pulled(storage, tmp_path / "out")
    storage.put_bytes(key, data)
    assert check_pulled(pulled(storage, tmp_path / "out"))[1] == []


def forge(folder: Path, change: Callable[[dict[str, Any]], object] = len, lines: str = "") -> Findings:
    """Change a pull's manifest, with checksums that fit and some lines besides; what is found then."""
    body = json.loads((folder / MANIFEST).read_bytes())
    change(body)
    (folder / MANIFEST).write_text(json.dumps(body))
    write_checksums(folder, [path.relative_to(folder).as_posix() for path in files_of(folder)])
    if lines:
        told = b"".join((folder / CHECKSUMS).read_bytes().splitlines(keepends=True)[:-1]) + lines.encode()
        (folder / CHECKSUMS).write_bytes(told + own_line(told))
    return check_pulled(folder)[1]


@pytest.mark.parametrize("name", ["source", "licence", "basis", "tier"])
def test_a_slice_is_on_the_right_of_its_shard(name: str, storage: FolderStorage, tmp_path: Path) -> None:
    """Whoever writes another right into the manifest of a slice, with checksums that fit, is found by the release's."""
    folder = pulled(storage, tmp_path / "out", LONG)
    assert forge(folder) == []
    found = forge(folder, lambda body: body["shards"][0].update({name: "other"}))
    assert found
    assert "another right" in found[0][1] or "cannot lie at" in found[0][1]


def test_a_shard_stands_in_a_manifest_once(storage: FolderStorage, tmp_path: Path) -> None:
    """A pull's manifest that names a shard twice, as if there were more, is found."""
    for number, choice in enumerate((ALL, LONG)):
        folder = pulled(storage, tmp_path / str(number), choice)
        found = forge(folder, lambda body: body["shards"].append(body["shards"][0]))
        assert (MANIFEST, "names a shard of the release twice") in found


def test_what_no_file_can_be_called_is_told(storage: FolderStorage, tmp_path: Path) -> None:
    """Checksums that name what no file is called, or a pipe, or are too long are found, and nothing waits or fails."""
    folder = pulled(storage, tmp_path / "out")
    names = ["a\0b", "a" * 300, "/etc/passwd", "../x", "shards/../x", "x/" * 20 + "x", "\u2028"]
    found = forge(folder, lines="".join(f"{'0' * 64}  {name}\n" for name in names))
    assert sum("is no digest of a file" in what for _, what in found) >= len(names)
    os.mkfifo(folder / "pipe")
    assert ("pipe", "is missing") in forge(folder, lines=f"{'0' * 64}  pipe\n")
    os.truncate(folder / CHECKSUMS, MANIFEST_BYTES_MAX + 1)
    assert "larger than" in check_pulled(folder)[1][0][1]
