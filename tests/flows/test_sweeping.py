"""Sweeping: what nothing refers to goes when it is old, and a release never loses a shard, whoever comes between."""

import os
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

from corpus.errors import SealError, StorageError
from corpus.orphans import check_stored
from corpus.releases import Manifest, publish, stage
from corpus.shards import Shard
from corpus.storage import FolderStorage
from flows import sweeping
from flows.cli_storage import _age
from flows.settings import Settings
from flows.sweeping import record_stored, settled, sweep
from flows.workspace import Workspace, open_workspace
from ledger.errors import Overtaken, RecordConflict
from ledger.journal import PROGRAM, Stamp, entries
from ledger.records import ReleaseRecord, Source, SourceStatus, Usage
from ledger.releases import record_release
from ledger.sources import sync_source
from ledger.sweeps import Sweeps, begin_sweep, end_sweep, sweeps

NOW = datetime(2026, 11, 24, 12, tzinfo=UTC)
STAMP = Stamp(PROGRAM, NOW)
OLD = timedelta(days=30)
WEEK = timedelta(days=7)


@pytest.fixture
def space(tmp_path: Path) -> Iterator[Workspace]:
    """A workspace with one source."""
    with open_workspace(Settings(data=tmp_path / "data", catalogue=tmp_path)) as opened:
        source = Source("avis", "Avisen", "https://avis.example/", SourceStatus.CONFIRMED, "Avis A/S", "", "newspaper")
        sync_source(opened.ledger, source, [], [], NOW)
        yield opened


def shard(space: Workspace, text: str, age: timedelta = OLD) -> Shard:
    """A stored shard, as if put some time ago; for these tests any bytes are one."""
    import hashlib

    digest = hashlib.sha256(text.encode()).hexdigest()
    key = f"shards/avis/{digest}.parquet"
    with space.scratch() as path:
        path.write_text(text)
        space.storage.put_once(key, path)
    grow_old(space, key, age)
    return Shard(key, digest, "avis", "CC0-1.0", "open_licence", "open", 1, 1, len(text.encode()))


def grow_old(space: Workspace, key: str, age: timedelta = OLD) -> None:
    """Have an object count as put some time ago."""
    assert isinstance(space.storage, FolderStorage)
    then = time.time() - age.total_seconds()
    os.utime(space.storage.root / key, (then, then))


def manifest(*shards: Shard, version: str = "0.1.0") -> Manifest:
    """A release of some shards."""
    return Manifest(version, date(2026, 11, 24), {"policy": "p"}, shards, {}, {"avis": "Avis A/S"})


def record_of(released: Manifest) -> ReleaseRecord:
    """What the ledger is told of a release."""
    digests = tuple(each.sha256 for each in released.shards)
    usage = Usage("avis", "open_licence", "open", "CC0-1.0", len(digests), len(digests), 1, digests)
    return ReleaseRecord(released.version, released.digest, "p", released.as_of, (usage,))


def seal(space: Workspace, released: Manifest) -> None:
    """Seal a release as the flow does."""

    def commit(known: int) -> bool:
        stage(released, space.storage, {"README.md": b"card"})
        return record_release(space.ledger, replace(record_of(released), sweeps=known), NOW)

    record_stored(space, released.shards, commit)
    publish(released.digest, space.storage)


def test_only_what_is_old_and_of_nothing_goes(space: Workspace) -> None:
    """Released, staged of late, young or put again: all stay; an old orphan goes, and a dry run takes nothing."""
    released, waiting, orphan = shard(space, "released"), shard(space, "waiting"), shard(space, "orphan")
    young, again = shard(space, "young", timedelta(days=1)), shard(space, "again")
    shard(space, "again", timedelta())
    seal(space, manifest(released))
    stage(manifest(waiting, version="0.2.0"), space.storage, {})
    stale = stage(manifest(version="9.9.9"), space.storage, {"README.md": b"card"})
    counted = [f"statistics/{each.sha256}.1.json" for each in (released, orphan)]
    for key in counted:
        space.storage.put_bytes(key, b"{}")
    for key in (f"manifests/{stale}.json", f"manifests/{stale}/README.md", *counted):
        grow_old(space, key)
    for key in list(space.storage.keys(f"manifests/{manifest(released).digest}")):
        grow_old(space, key)
    would = {each.key for each in sweep(space, WEEK, dry_run=True).objects}
    assert would == {orphan.path, counted[1], f"manifests/{stale}.json", f"manifests/{stale}/README.md"}
    assert all(map(space.storage.exists, would))
    assert {each.key for each in sweep(space, WEEK).objects} == would
    assert not any(map(space.storage.exists, would))
    check_stored([released, waiting, young, again], space.storage)
    assert sweep(space, WEEK).objects == ()
    kinds = [(entry.kind, entry.body) for entry in entries(space.ledger, "storage")]
    assert [kind for kind, _ in kinds] == ["sweep", "swept"]
    assert '"objects":4' in kinds[1][1]


def test_a_release_that_another_ledger_sealed_keeps_its_shards(space: Workspace) -> None:
    """What any manifest in storage names is kept, also one our ledger does not know; a broken one stops the sweep."""
    theirs = shard(space, "theirs")
    publish(stage(manifest(theirs), space.storage, {}), space.storage)
    for key in list(space.storage.keys("manifests/")):
        space.storage.remove(key)
    shard(space, "orphan")
    assert theirs.path not in {each.key for each in sweep(space, WEEK, dry_run=True).objects}
    space.storage.put_bytes("releases/0.3.0/manifest.json", b"{")
    with pytest.raises(StorageError, match="nobody knows which shards it names"):
        sweep(space, WEEK)


def test_what_killed_puts_left_goes_too(space: Workspace) -> None:
    """Hidden folders of puts that never ended go when they are old; others' hidden folders stay."""
    assert isinstance(space.storage, FolderStorage)
    folder = space.storage.root / "shards" / "avis"
    for name, file in ((".ab12_x9z", "file"), (".ab12_y9z", "note"), (".git", "file")):
        (folder / name).mkdir(parents=True)
        (folder / name / file).write_bytes(b"half")
        os.utime(folder / name, (0, 0))
    (folder / ".ab12_z9z").mkdir()
    assert sweep(space, WEEK).uploads == 1
    assert sorted(path.name for path in folder.iterdir()) == [".ab12_y9z", ".ab12_z9z", ".git"]


def test_a_shard_that_was_swept_is_missed_before_it_is_recorded(space: Workspace) -> None:
    """A run that packed a shard long ago, and lost it to a sweep, records nothing and is told to run again."""
    lost = shard(space, "lost")
    sweep(space, WEEK)
    with pytest.raises(SealError, match="run again, and they are packed again"):
        seal(space, manifest(lost))
    seal(space, manifest(shard(space, "lost")))


def test_a_sweep_that_comes_between_is_seen(space: Workspace, monkeypatch: pytest.MonkeyPatch) -> None:
    """A sweep between the look at the shards and the record makes the look be done again, and nothing is lost."""
    wanted, came = shard(space, "wanted"), []
    stage(manifest(wanted), space.storage, {})

    def look(shards: list[Shard], storage: FolderStorage) -> None:
        check_stored(shards, storage)
        if not came:
            for key in list(storage.keys("manifests/")):  # staged so long ago that a sweep takes it for forgotten
                grow_old(space, key)
            came.append(sweep(space, WEEK))

    monkeypatch.setattr(sweeping, "check_stored", look)
    with pytest.raises(SealError, match="are gone from storage"):
        seal(space, manifest(wanted))
    assert wanted.path in {each.key for each in came[0].objects}
    came.clear()
    seal(space, manifest(shard(space, "wanted", timedelta())))
    assert len(came) == 1


def test_a_release_that_comes_between_is_seen(space: Workspace, monkeypatch: pytest.MonkeyPatch) -> None:
    """A release recorded after the sweep has looked for orphans, and before it removes them, keeps its shards."""
    wanted, orphan = shard(space, "wanted"), shard(space, "orphan")
    look = sweeping.settled

    def sealed_first(where: Workspace) -> int:
        monkeypatch.setattr(sweeping, "settled", look)
        seal(space, manifest(wanted))
        return look(where)

    monkeypatch.setattr(sweeping, "settled", sealed_first)
    assert [each.key for each in sweep(space, WEEK).objects] == [orphan.path]
    check_stored([wanted], space.storage)


def test_one_sweep_at_a_time(space: Workspace) -> None:
    """Another sweep is refused while one is under way, and so is a release; ending one twice changes nothing."""
    begin_sweep(space.ledger, 1, STAMP)
    with pytest.raises(RecordConflict, match="under way"):
        begin_sweep(space.ledger, 1, STAMP)
    record = replace(record_of(manifest(shard(space, "a"))), sweeps=1)
    with pytest.raises(Overtaken, match="being swept"):
        record_release(space.ledger, record, NOW)
    end_sweep(space.ledger, 0, {}, STAMP)
    assert sweeps(space.ledger).under_way
    for _ in range(2):
        end_sweep(space.ledger, 1, {}, STAMP)
    assert [entry.kind for entry in entries(space.ledger, "storage")] == ["sweep", "swept"]
    assert record_release(space.ledger, record, NOW)


def test_sealing_waits_for_a_sweep(space: Workspace, monkeypatch: pytest.MonkeyPatch) -> None:
    """A release is recorded as soon as the sweep has ended, and one that was killed is ended in its place."""
    monkeypatch.setattr(sweeping, "LOOK_S", 0.01)
    wanted = shard(space, "wanted")
    begin_sweep(space.ledger, 1, STAMP)
    waiting = threading.Thread(target=seal, args=(space, manifest(wanted)))
    waiting.start()
    end_sweep(space.ledger, 1, {}, STAMP)
    waiting.join(30)
    assert space.storage.exists("releases/0.1.0/manifest.json")
    begin_sweep(space.ledger, 1, STAMP)
    monkeypatch.setattr(sweeping, "ABANDONED_S", 0.05)
    assert settled(space) == 2
    assert '"abandoned":true' in entries(space.ledger, "storage")[-1].body


def test_a_sweep_that_was_killed_here_is_ended_soon(space: Workspace, monkeypatch: pytest.MonkeyPatch) -> None:
    """One that still lives is waited for; one whose process is gone is ended as soon as what it asked for is done."""
    monkeypatch.setattr(sweeping, "LOOK_S", 0.01)
    monkeypatch.setattr(sweeping, "SETTLE_S", 0.0)
    script = (
        "import sys, time\nfrom pathlib import Path\nfrom flows.settings import Settings\n"
        "from flows.sweeping import under_way\nfrom flows.workspace import open_workspace\n"
        "with open_workspace(Settings(data=Path(sys.argv[1]), catalogue=Path(sys.argv[1]))) as space:\n"
        "    with under_way(space, 1, {}):\n        print('sweeping', flush=True)\n        time.sleep(60)\n"
    )
    with subprocess.Popen(
        [sys.executable, "-c", script, str(space.settings.data)], stdout=subprocess.PIPE, text=True
    ) as other:
        assert other.stdout is not None
        assert other.stdout.readline() == "sweeping\n"
        waiting = threading.Thread(target=seal, args=(space, manifest(shard(space, "wanted"))))
        waiting.start()
        waiting.join(0.2)
        assert waiting.is_alive()
        other.kill()
        waiting.join(30)
    assert space.storage.exists("releases/0.1.0/manifest.json")
    assert '"abandoned":true' in entries(space.ledger, "storage")[-1].body


def test_a_sweep_that_came_first_ends_neither_itself_nor_another(
    space: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Though others swept since it waited for its turn, a sweep ends itself, and nobody is left to wait for it."""
    look = sweeping.settled

    def swept_first(where: Workspace) -> int:
        number = look(where)
        monkeypatch.setattr(sweeping, "settled", look)
        with sweeping.under_way(where, 0, {}):
            pass
        return number

    shard(space, "orphan")
    monkeypatch.setattr(sweeping, "settled", swept_first)
    assert len(sweep(space, WEEK).objects) == 1
    assert sweeps(space.ledger) == Sweeps(2, under_way=False)


def test_a_long_sweep_lets_others_in(space: Workspace, monkeypatch: pytest.MonkeyPatch) -> None:
    """A sweep that takes longer than it may ends and begins anew, and removes all in the end."""
    monkeypatch.setattr(sweeping, "SWEEP_S_MAX", 0.0)
    for name in "abc":
        shard(space, name)
    assert len(sweep(space, WEEK).objects) == 3
    assert sweeps(space.ledger).begun >= 3


@pytest.mark.parametrize("text", ["7", "7w", "47h", "1d", "-7d", ""])
def test_an_age_that_is_too_young_or_none_is_refused(text: str) -> None:
    """An age is told in days or hours, and is two days at least."""
    import typer

    with pytest.raises(typer.BadParameter):
        _age(text)
    assert _age("72h") == timedelta(days=3)
