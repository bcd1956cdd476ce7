"""Publishing through a proxy that fails, two publishers at once, and a sweep that never rests: counted, not judged.

Each publisher packs shards, seals under the next version that is free, and shows the release, as the flow does; what it
packs was often left by a killed run before. The sweep takes what is a moment old already, so it is after all that is
packed. One publisher in ten is killed between the ledger's row and the manifest, and the next run shows what it left. A
reader looks all the while.
"""

import hashlib
import json
import random
import threading
import time
from collections import Counter
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

from corpus.errors import SealError, StorageError
from corpus.releases import Manifest, publish, stage
from corpus.shards import Shard
from corpus.storage import Storage, StorageSettings, open_storage
from flows.settings import Settings
from flows.sweeping import record_stored, sweep
from flows.workspace import Workspace, open_workspace
from ledger.errors import RecordConflict
from ledger.records import ReleaseRecord, Source, SourceStatus, Usage
from ledger.releases import record_release, releases
from ledger.sources import sync_source
from tests.faulty import Faults, faulty

SHARE = 0.3
PUBLISHERS = 2
REST_S = 2.0
"""Between two sweeps."""

KILLED = 0.1
SOURCES = 10

LEFT_BEFORE = 0.5
"""Of all publishes, those whose shards a killed run has left in storage already."""

NOW = datetime(2026, 11, 24, 12, tzinfo=UTC)


@dataclass
class Run:
    """What the threads share: the settings through the proxy, and what was counted."""

    settings: Settings
    counts: Counter[str] = field(default_factory=Counter)
    wrong: list[str] = field(default_factory=list)
    ended: threading.Event = field(default_factory=threading.Event)


def pack(space: Workspace, content: str) -> Shard:
    """Pack a shard; for these figures any bytes are one, and its source is one of some that a digest says."""
    data = (content * 40).encode()
    digest = hashlib.sha256(data).hexdigest()
    source = f"avis{int(digest[:4], 16) % SOURCES}"
    key = f"shards/{source}/{digest}.parquet"
    with space.scratch() as path:
        path.write_bytes(data)
        space.storage.put_once(key, path)
    return Shard(key, digest, source, "CC0-1.0", "open_licence", "open", 1, 1, len(data))


def seal(space: Workspace, number: int, shards: tuple[Shard, ...]) -> Manifest:
    """Record a release under the first version that is free from a number on."""
    while True:
        manifest = Manifest(f"0.{number}.0", date(2026, 11, 24), {"policy": "p"}, shards, {}, {})
        usages = tuple(
            Usage(source, "open_licence", "open", "CC0-1.0", 1, 1, 1, tuple(each.sha256 for each in mine))
            for source in sorted({shard.source for shard in shards})
            for mine in [[shard for shard in shards if shard.source == source]]
        )
        record = ReleaseRecord(manifest.version, manifest.digest, "p", manifest.as_of, usages)

        def commit(sweeps: int, manifest: Manifest = manifest, record: ReleaseRecord = record) -> bool:
            stage(manifest, space.storage, {"README.md": manifest.version.encode()})
            return record_release(space.ledger, replace(record, sweeps=sweeps), NOW)

        try:
            record_stored(space, shards, commit)
        except RecordConflict:
            number += 1
        else:
            return manifest


def publisher(run: Run, name: int, count: int, seed: int) -> None:
    """Publish so many releases, one after the other, as so many runs of the flow."""
    draw = random.Random(f"{seed} {name}")
    killed: list[str] = []
    with open_workspace(run.settings) as space:
        latest = 1
        for number in range(count):
            contents = [f"{name} {number} {part} " for part in range(2)] + [f"shared {draw.randrange(2 * count)} "]
            if draw.random() < LEFT_BEFORE:
                for content in contents:
                    pack(space, content)
                time.sleep(0.2 * draw.random())
            try:
                for digest in killed:
                    publish(digest, space.storage)
                killed.clear()
                while True:
                    try:
                        manifest = seal(space, latest, tuple(pack(space, content) for content in contents))
                        break
                    except SealError:  # a shard was swept before it was sealed: the run is done again, as it is told
                        run.counts["packed again"] += 1
                latest = int(manifest.version.split(".")[1])
                if draw.random() < KILLED:
                    killed.append(manifest.digest)
                else:
                    publish(manifest.digest, space.storage)
                run.counts["published"] += 1
            except Exception as error:  # noqa: BLE001 - each is a figure
                run.wrong.append(f"{type(error).__name__}: {error}")
        for digest in killed:
            publish(digest, space.storage)


def sweeper(run: Run) -> None:
    """Sweep again and again whatever nothing refers to, however young it is."""
    with open_workspace(run.settings) as space:
        while not run.ended.wait(REST_S):
            try:
                run.counts["swept"] += len(sweep(space, timedelta()).objects)
                run.counts["sweeps"] += 1
            except Exception as error:  # noqa: BLE001 - each is a figure
                run.wrong.append(f"sweep: {type(error).__name__}: {error}")


def reader(run: Run, storage: Storage) -> None:
    """Look at each manifest as soon as it can be seen, past the proxy."""
    seen: set[str] = set()
    while True:
        last = run.ended.is_set()
        for key in [key for key in storage.keys("releases/") if key.endswith("manifest.json") and key not in seen]:
            seen.add(key)
            run.counts["half visible"] += not is_whole(storage, key.split("/")[1])
        if last:
            return
        run.ended.wait(0.5)


def is_whole(storage: Storage, version: str) -> bool:
    """Whether all that a shown manifest needs is there."""
    try:
        manifest = manifest_at(storage, version)
        sizes = [sum(map(len, storage.read(shard.path))) for shard in manifest.shards]
        beside = b"".join(storage.read(f"releases/{version}/README.md"))
    except StorageError:
        return False
    return sizes == [shard.bytes for shard in manifest.shards] and beside == version.encode()


def manifest_at(storage: Storage, version: str) -> Manifest:
    """The manifest that is shown under a version."""
    body = json.loads(b"".join(storage.read(f"releases/{version}/manifest.json")))
    shards = tuple(Shard(**shard) for shard in body["shards"])
    as_of = date.fromisoformat(body["as_of"])
    return Manifest(body["version"], as_of, body["parameters"], shards, body["funnel"], body["rights_holders"])


def lost(settings: Settings, storage: Storage) -> int:
    """How many releases of the ledger are not shown as they were sealed, or miss a shard's bytes."""
    missing = 0
    with open_workspace(settings) as space:
        for record in releases(space.ledger):
            try:
                manifest = manifest_at(storage, record.version)
                digests = [hashlib.sha256(b"".join(storage.read(shard.path))).hexdigest() for shard in manifest.shards]
            except StorageError:
                missing += 1
            else:
                fits = digests == [shard.sha256 for shard in manifest.shards]
                missing += manifest.digest != record.manifest_digest or not fits
    return missing


def race(count: int, seed: int, direct: StorageSettings, folder: Path) -> tuple[dict[str, object], list[str]]:
    """Publish so many releases into an empty storage; returns what was counted, and every error that was one."""
    faults = Faults(0.0, seed=seed)
    with faulty(direct.endpoint_url, faults) as url:
        settings = Settings(data=folder / "data", storage=replace(direct, endpoint_url=url), catalogue=folder)
        with open_workspace(settings) as space:
            for number in range(SOURCES):
                name = f"avis{number}"
                source = Source(name, name, "https://avis.example/", SourceStatus.CONFIRMED, "H", "", "newspaper")
                sync_source(space.ledger, source, [], [], NOW)
        run, storage = Run(settings), open_storage(direct, folder / "cache", reading=True)
        faults.share, began = SHARE, time.monotonic()
        publishers = [
            threading.Thread(target=publisher, args=(run, name, count // PUBLISHERS, seed))
            for name in range(PUBLISHERS)
        ]
        others = [threading.Thread(target=sweeper, args=(run,)), threading.Thread(target=reader, args=(run, storage))]
        for thread in [*publishers, *others]:
            thread.start()
        for thread in publishers:
            thread.join()
        run.ended.set()
        for thread in others:
            thread.join()
    figures: dict[str, object] = {
        "publishes": count,
        "published": run.counts["published"],
        "half visible": run.counts["half visible"],
        "lost": lost(settings.model_copy(update={"storage": direct}), storage),
        "false failures": len(run.wrong),
        "requests": faults.done.total(),
        "requests failed": 1 - faults.done["passed"] / faults.done.total(),
        "sweeps": run.counts["sweeps"],
        "objects swept": run.counts["swept"],
        "packed again": run.counts["packed again"],
        "seconds": time.monotonic() - began,
    }
    return figures, run.wrong
