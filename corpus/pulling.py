"""Pulling: a release, or a slice of it, brought from storage into a folder, each shard held against its digest.

Several shards come at once, each streamed to `.pull` in the folder and moved to its place when it is whole; a pull that
was killed goes on within the shard it was at. Of a shard that has come a filter takes its rows (`slicing`). Memory is a
few megabytes a download, and a row group for each filter at work; nothing grows with the release but its manifest.
The checksums are written last: a folder without them is not finished.
"""

import hashlib
import json
import shutil
import threading
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from pathlib import Path, PurePosixPath

from corpus.checksums import BESIDE, NAME, digest_of, read_checksums
from corpus.errors import PullError
from corpus.orphans import WITHDRAWN_FILE
from corpus.pull_folder import at_work, begin, check_folder, noted
from corpus.pulled import (
    CHECKSUMS,
    MANIFEST,
    MANIFEST_BYTES_MAX,
    README,
    RECEIPT,
    RELEASE,
    WORK,
    Choice,
    Listed,
    Offer,
    manifest_of,
    read_manifest,
    readme_of,
    write_checksums,
    write_whole,
)
from corpus.slicing import Slice, slice_apart, slicers
from corpus.storage import Storage, on_disk, publish
from corpus.where import check_filter
from corpus.workers import Template

JOBS_MAX = 32
"""Downloads at once: more fill no line that is not full already."""

SLICES_AT_ONCE = 2
"""Shards that are filtered together: this is what a filter's memory is multiplied with."""

BESIDE_MAX = 1_000
"""Most files beside a manifest that are pulled with it."""

SPARE_BYTES = 64 * 2**20
"""Room that must stay free on the disk."""

VKEY = "checkpoints/ledger.vkey"
"""Where a storage has the public key of its ledger."""

_ATTEMPTS = 2


@dataclass(frozen=True, slots=True)
class Order:
    """What is to be pulled: of which offer, what, into which folder, in how many downloads, with which receipt.

    `receipt` makes one when the folder has none yet, and enters it before anything is brought.
    """

    offer: Offer
    choice: Choice
    folder: Path
    jobs: int = 8
    receipt: Callable[[bytes | None], bytes] | None = None


def read_offer(storage: Storage, version: str) -> Offer:
    """Read what a storage offers under a version.

    Raises PullError when that is no release of it, or one that texts were withdrawn from since it was sealed.
    """
    key = f"releases/{version}/{MANIFEST}"
    if not NAME.fullmatch(version) or not storage.exists(key):
        raise PullError(
            f"{storage.uri(key)} is not there: see `fodaftryk release list`, or the publisher, for versions."
        )
    if storage.exists(f"releases/{version}/{WITHDRAWN_FILE}"):
        raise _withdrawn(version)
    data = b"".join(_limited(storage.read(key), MANIFEST_BYTES_MAX, key))
    offer = read_manifest(data, storage.uri(key))
    if offer.version != version:
        raise PullError(f"{storage.uri(key)} is the manifest of release {offer.version}: it was exchanged.")
    return offer


def missing_bytes(order: Order) -> int:
    """How many bytes are still to come, by the sizes of what is there, and by the notes of what was sliced."""
    missing = 0
    for shard in order.offer.chosen(order.choice):
        work = order.folder / WORK / shard.sha256
        sliced_before = order.choice.where and work.with_suffix(".json").is_file()
        if not sliced_before and _size(order.folder / shard.path) != shard.bytes:
            missing += shard.bytes - min(max(_size(work.with_suffix(".part")), 0), shard.bytes)
    return missing


def pull(storage: Storage, order: Order, say: Callable[[int], object]) -> list[Listed]:
    """Bring what was ordered into its folder; returns the shards that are there then. Again it changes nothing.

    `say` is told of bytes as they come, from any thread. Raises PullError when the folder is another's or has no room,
    FilterError when the filter does not fit, StorageError when the storage refuses or holds other bytes.
    """
    if order.choice.where:
        check_filter(order.choice.where, order.offer.columns)
    folder, wanted = order.folder, {"release_manifest": order.offer.digest, "choice": order.choice.to_dict()}
    with on_disk(folder, how=""), at_work(folder):
        check_folder(folder, wanted)
        _check_room(order)
        begin(folder, wanted, order.receipt)
        (folder / CHECKSUMS).unlink(missing_ok=True)
        with slicers() as template:
            shards = _Bringing(storage, order, say, template).all()
        beside = _bring_beside(storage, order)
        write_whole(folder / MANIFEST, manifest_of(order.offer, order.choice, shards))
        write_whole(folder / README, readme_of(order.offer, order.choice, shards))
        receipt = [RECEIPT] if (folder / RECEIPT).is_file() else []
        write_checksums(folder, [MANIFEST, README, *receipt, *beside, *(shard.path for shard in shards)])
        shutil.rmtree(folder / WORK)
    return shards


class _Bringing:
    """Brings the chosen shards, several at once."""

    def __init__(self, storage: Storage, order: Order, say: Callable[[int], object], slicers: Template) -> None:
        self._storage, self._order, self._say, self._slicers = storage, order, say, slicers
        self._slicing, self._stopped = threading.Semaphore(SLICES_AT_ONCE), threading.Event()

    def all(self) -> list[Listed]:
        """Bring all of them; the first fault ends it, and what has come stays for the next time."""
        bring = self._slice if self._order.choice.where else self._whole
        with ThreadPoolExecutor(min(self._order.jobs, JOBS_MAX)) as pool:
            futures = [pool.submit(bring, shard) for shard in self._order.offer.chosen(self._order.choice)]
            try:
                brought = [future.result() for future in futures]
            except BaseException:
                self._stopped.set()
                pool.shutdown(wait=True, cancel_futures=True)
                raise
        return [shard for shard in brought if shard is not None]

    def _whole(self, shard: Listed) -> Listed:
        """Have a shard in its place, as the release has it."""
        target = self._order.folder / shard.path
        if _size(target) != shard.bytes or digest_of(target) != shard.sha256:
            part = self._fetch(shard)
            target.parent.mkdir(parents=True, exist_ok=True)
            publish(part, target)
        return shard

    def _slice(self, shard: Listed) -> Listed | None:
        """Have the rows of a shard that the filter keeps as a shard of their own; None when it keeps none."""
        note = self._order.folder / WORK / f"{shard.sha256}.json"
        known = noted(note)
        if known is None or (known and digest_of(self._order.folder / known["path"]) != known["sha256"]):
            part = self._fetch(shard)
            with self._slicing:
                self._stop_if_told()
                known = slice_apart(self._slicers, Slice(part, shard, self._order.choice.where, self._order.folder))
            write_whole(note, json.dumps(known).encode())
            part.unlink()
        return replace(shard, **known) if known else None

    def _fetch(self, shard: Listed) -> Path:
        """Download a shard, on from where an earlier try was, and hold it against its digest."""
        part = self._order.folder / WORK / f"{shard.sha256}.part"
        for _ in range(_ATTEMPTS):
            found = hashlib.sha256()
            size = self._known(part, shard, found)
            with part.open("ab") as file:
                if size < shard.bytes:
                    for piece in self._storage.read(shard.path, size):
                        self._stop_if_told()
                        found.update(piece)
                        file.write(piece)
                        size += len(piece)
                        self._say(len(piece))
                        if size > shard.bytes:
                            break
            if size == shard.bytes and found.hexdigest() == shard.sha256:
                return part
            part.unlink()
        raise PullError(
            f"{self._storage.uri(shard.path)} comes with other bytes than the release lists. Tell who publishes it; "
            "what was pulled so far stays, and a later pull goes on."
        )

    def _known(self, part: Path, shard: Listed, found: "hashlib._Hash") -> int:
        """Take in what an earlier try has left of a shard; returns its size."""
        if _size(part) > shard.bytes:
            part.unlink()
        if part.is_file():
            with part.open("rb") as file:
                while piece := file.read(2**20):
                    found.update(piece)
        return max(0, _size(part))

    def _stop_if_told(self) -> None:
        if self._stopped.is_set():
            raise PullError("another shard could not be pulled")


def _bring_beside(storage: Storage, order: Order) -> list[str]:
    """Bring what lies beside the manifest, and the manifest as it was read; returns their names in the folder."""
    prefix, folder = f"releases/{order.offer.version}/", order.folder / RELEASE
    shutil.rmtree(folder, ignore_errors=True)
    names = {key.removeprefix(prefix): key for key in storage.keys(prefix)}
    if WITHDRAWN_FILE in names:  # while it was pulled
        raise _withdrawn(order.offer.version)
    if len(names) > BESIDE_MAX or not all(NAME.fullmatch(name) for name in names):
        raise PullError(f"{storage.uri(prefix)} holds other files than a release has: tell who publishes it.")
    if storage.exists(VKEY):
        names[PurePosixPath(VKEY).name] = VKEY
    for name, key in names.items():
        write_whole(folder / name, b"".join(_limited(storage.read(key), MANIFEST_BYTES_MAX, key)))
    write_whole(folder / MANIFEST, order.offer.manifest)
    stated, wrong = read_checksums((folder / BESIDE).read_bytes()) if BESIDE in names else ({}, [])
    for name in [BESIDE] if wrong else [name for name in stated if digest_of(folder / name) != stated[name]]:
        raise PullError(f"{storage.uri(prefix + name)} is not as it was sealed, or is gone: tell who publishes it.")
    return [f"{RELEASE}/{name}" for name in names.keys() | {MANIFEST}]


def _withdrawn(version: str) -> PullError:
    return PullError(
        f"texts were withdrawn from release {version} since it was sealed, so it is pulled no more. Pull a newer one, "
        "which is without them, into a new folder: see `fodaftryk release list`, or the publisher, for versions."
    )


def _check_room(order: Order) -> None:
    """Make sure, before anything comes, that the disk has room; a slice is told when it is full, and goes on then."""
    largest = max((shard.bytes for shard in order.offer.chosen(order.choice)), default=0)
    needed = largest * (order.jobs + 1) if order.choice.where else missing_bytes(order)
    free = shutil.disk_usage(order.folder).free
    if needed + SPARE_BYTES > free:
        raise PullError(
            f"{order.folder} has room for {free:,} bytes, and {needed + SPARE_BYTES:,} are needed: free some, or name "
            "a folder on a larger disk."
        )


def _limited(pieces: Iterator[bytes], bytes_max: int, key: str) -> Iterator[bytes]:
    """Pieces of a file that is small enough. Raises PullError when it is not."""
    size = 0
    for piece in pieces:
        size += len(piece)
        if size > bytes_max:
            raise PullError(f"{key} is larger than the {bytes_max:,} bytes that are read.")
        yield piece


def _size(path: Path) -> int:
    """The size of a file; -1 when there is none."""
    return path.stat().st_size if path.is_file() else -1


def urls(storage: Storage, offer: Offer, shards: Sequence[Listed], seconds: int) -> Iterator[tuple[str, str]]:
    """Signed URLs of a release's own files and of shards, each with the path it belongs at in a copy of the storage."""
    keys = [*storage.keys(f"releases/{offer.version}/"), *(shard.path for shard in shards)]
    return ((key, storage.presigned(key, seconds)) for key in keys)
