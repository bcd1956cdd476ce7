"""Pulls that were damaged, and what a pull takes in memory.

Each damage is done to a copy of its own of a whole release, some of its shards, some of its rows, or a copy of the
storage: a flipped bit anywhere, a cut, grown, emptied, missing, additional or exchanged shard, another manifest. It
counts as found when `fodaftryk verify` names the very file. As many are done to a shard in the storage, and count as
found when the pull is refused with the shard's name.

Memory is what the command takes for a release of large shards, whole and filtered, above what it takes for a tiny one.
"""

import os
import random
import shutil
import subprocess
import sys
from collections import Counter
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from corpus.errors import PullError
from corpus.pulled import Choice
from corpus.pulling import SLICES_AT_ONCE, Order, pull, read_offer
from corpus.storage import FolderStorage
from flows.settings import Settings
from flows.verify import verify
from flows.workspace import open_workspace
from tests.benchmarks.figures import show
from tests.corpus.damage import DAMAGES, damage
from tests.corpus.released import RIGHTS, SCHEMA, publish_shards, release, store_table
from tests.flows.test_pull import seal

CHOICES = {
    "whole": Choice(),
    "shards": Choice(tier=("open",)),
    "rows": Choice(where="words > 20 and published is not null"),
}
MEMORY_MB_MAX = 150
"""What a pull may take above a tiny one: eight downloads and two filters at work, whatever the release's size."""

LARGE_SHARDS, LARGE_ROWS, LARGE_CHARS = 8, 6_000, 6_000
"""Eight shards of 36 MB of text that does not compress."""


def copies(folder: Path) -> tuple[dict[str, Path], str]:
    """What teams may have of a release that a ledger sealed, and the key to check it with."""
    settings, made = Settings(data=folder / "data", catalogue=folder), {}
    with open_workspace(settings) as space:
        seal(space, folder)
        for name, choice in CHOICES.items():
            made[name] = folder / name
            pull(space.storage, Order(read_offer(space.storage, "0.1.0"), choice, made[name]), lambda _: None)
    made["copy"] = folder / "copy"
    for name in ("releases", "shards", "checkpoints"):
        shutil.copytree(settings.data / name, made["copy"] / name)
    return made, (settings.data / "checkpoints" / "ledger.vkey").read_text().strip()


def test_every_damage_is_found(request: pytest.FixtureRequest, tmp_path: Path) -> None:
    """Whatever is damaged in a pull, by whatever means, is found and named."""
    count, seed = request.config.getoption("--damages"), request.config.getoption("--seed")
    made, vkey = copies(tmp_path)
    for folder in made.values():
        assert verify(folder, vkey).findings == ()
    found, missed = Counter[str](), []
    for number in range(count):
        draw = random.Random(f"{seed} {number}")
        kind, what = DAMAGES[number % len(DAMAGES)], draw.choice(sorted(made))
        shutil.copytree(made[what], tmp_path / "damaged")
        name = damage(tmp_path / "damaged", kind, draw)
        named = {each.where.split(",")[0] for each in verify(tmp_path / "damaged", vkey).findings}
        found[kind] += name in named
        missed += [] if name in named else [(number, what, kind, name)]
        shutil.rmtree(tmp_path / "damaged")
    show("damaged pulls", {"damaged": count, "found": found.total(), **found})
    assert missed == []


def test_what_is_damaged_in_the_storage_is_not_pulled(request: pytest.FixtureRequest, tmp_path: Path) -> None:
    """A shard that was damaged in the storage is named, and the pull does not count as one."""
    count, seed = request.config.getoption("--damages"), request.config.getoption("--seed")
    storage, refused = FolderStorage(tmp_path / "storage"), 0
    manifest = release(storage, tmp_path)
    for number in range(count):
        draw = random.Random(f"{seed} {number}")
        shard = draw.choice(manifest.shards)
        path, whole = storage.root / shard.path, storage.local(shard.path).read_bytes()
        place = draw.randrange(len(whole))
        flipped = whole[:place] + bytes([whole[place] ^ 1 << draw.randrange(8)]) + whole[place + 1 :]
        path.write_bytes(draw.choice([flipped, whole[:place], whole + whole[:1], b""]))
        order = Order(read_offer(storage, "0.1.0"), draw.choice(list(CHOICES.values())[::2]), tmp_path / "out")
        try:
            pull(storage, order, lambda _: None)
        except PullError as error:
            refused += shard.sha256 in str(error)
        path.write_bytes(whole)
        shutil.rmtree(tmp_path / "out")
    show("damaged storage", {"damaged": count, "refused": refused})
    assert refused == count


def peak_mb(folder: Path, storage: FolderStorage, *options: str) -> float:
    """The most memory that the command has while it pulls, with that of the processes that filter for it."""
    code = (
        "import sys, resource; from flows.cli import app; app(sys.argv[1:], standalone_mode=False); "
        "own = open('/proc/self/status').read().partition('VmHWM:')[2].split()[0]; "
        f"print(int(own) + {SLICES_AT_ONCE} * resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss)"
    )
    arguments = ["pull", f"{storage.root}/releases/0.1.0", "--to", str(folder), "--as", "bench", *options]
    kept = {name: value for name, value in os.environ.items() if not name.startswith("FODAFTRYK_")}
    command = [sys.executable, "-c", code, *arguments]
    done = subprocess.run(command, capture_output=True, text=True, check=True, env=kept, cwd=storage.root.parent)
    return int(done.stdout.split()[-1]) / 1024


def test_memory_does_not_grow_with_the_release(tmp_path: Path) -> None:
    """A release of large shards takes little more than a tiny one, whole and filtered."""
    tiny, large = FolderStorage(tmp_path / "tiny"), FolderStorage(tmp_path / "large")
    release(tiny, tmp_path)
    shards, draw = [], random.Random(1)
    for number in range(LARGE_SHARDS):
        rows = [
            {
                "id": f"{number} {row}",
                "text": draw.randbytes(LARGE_CHARS // 2).hex(),
                "source": "avis",
                "licence": "CC0-1.0",
                "published": None,
                "words": row % 400,
            }
            for row in range(LARGE_ROWS)
        ]
        table = pa.Table.from_pylist(rows, SCHEMA)
        shards.append(store_table(large, tmp_path, table, RIGHTS[0]))
    publish_shards(large, "0.1.0", shards)
    filtered = ("--where", "words > 200")
    least = [peak_mb(tmp_path / f"t{len(options)}", tiny, *options) for options in ((), filtered)]
    most = [peak_mb(tmp_path / f"l{len(options)}", large, *options) for options in ((), filtered)]
    figures = {
        "release, MB": sum(shard.bytes for shard in shards) / 2**20,
        "tiny, MB": least[0],
        "whole, MB above": most[0] - least[0],
        "filtered, MB above": most[1] - least[1],
    }
    assert pq.read_table(tmp_path / f"l{len(filtered)}" / "shards", columns=["words"]).num_rows > 0
    show("memory of a pull", figures)
    assert max(most[0] - least[0], most[1] - least[1]) <= MEMORY_MB_MAX
