"""Deliveries: files that a rights holder hands over, kept as they came, and taken in from there.

    deliveries/<source>/<digest>/files/<sha256>     each file, by its content
    deliveries/<source>/<digest>/manifest.json      put when all files are there: their names, and what was said beside

The digest is of the files' names and contents, so the same delivery twice is one. The ledger's entry is the commit and
gives the order: of files with one name the newest delivery's stands, and what stands is taken newest delivery first,
since of two texts with one address or id the first that is taken is kept.
"""

import hashlib
import json
import shutil
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path

from corpus.storage import on_disk
from flows.digesting import Told, digest_file
from flows.errors import CrawlError, FlowError
from flows.places import FILES_MAX, Given, Where, below
from flows.progress import emit
from flows.workspace import Workspace
from ledger.deliveries import deliveries, record_delivery
from ledger.journal import Stamp, new_nonce
from ledger.records import Delivery

FILES_BETWEEN = 100
"""Files between two lines of progress."""


@dataclass(frozen=True, slots=True)
class Offered:
    """A file on disk that is to be delivered: its name, where it lies, its bytes and their digest in hex."""

    name: str
    path: Path
    bytes: int
    sha256: str


@dataclass(frozen=True, slots=True)
class Offer:
    """What is to be delivered, by name, and what is left: names, and why."""

    files: tuple[Offered, ...]
    left: tuple[tuple[str, str], ...]

    @property
    def digest(self) -> str:
        """Hex SHA-256 of the list of names and digests."""
        return _digest([(file.name, file.sha256) for file in self.files])

    @property
    def bytes(self) -> int:
        """Bytes of all files."""
        return sum(file.bytes for file in self.files)


@dataclass(frozen=True, slots=True)
class Handover:
    """What is said beside a delivery: the agreement it is made under (an id, or empty), a note, and who records it."""

    agreement: str
    note: str
    actor: str


def look(source: str, paths: Sequence[Path]) -> Offer:
    """Look through files and folders for a source, and digest what can be delivered; links and such are left.

    Raises FlowError when there is nothing, or two files of one name.
    """
    files: dict[str, Offered] = {}
    left: list[tuple[str, str]] = []
    for path, name in _listed(paths):
        odd = _oddity(path, name)
        if odd:
            left.append((str(path), odd))
        elif name in files:
            raise FlowError(
                f"{files[name].path} and {path} are both called {name}: give the folder above them instead."
            )
        elif len(files) >= FILES_MAX:
            raise FlowError(f"more than {FILES_MAX} files: pack them in ZIP or tar archives first.")
        else:
            files[name] = Offered(name, path, path.stat().st_size, digest_file(path, Told(source, "reading", name)))
    if not files:
        raise FlowError(f"there is no file to deliver in {', '.join(map(str, paths))}.")
    return Offer(tuple(files[name] for name in sorted(files)), tuple(left))


def deliver(space: Workspace, source: str, offer: Offer, handover: Handover, now: datetime) -> bool:
    """Keep an offer's files and record the delivery; tells whether it was new.

    Raises FlowError when a file changes meanwhile, StorageError, and the ledger's errors.
    """
    delivery = Delivery(source, offer.digest, len(offer.files), offer.bytes, handover.agreement)
    stamp = Stamp(handover.actor, now)
    with space.alone_in(f"deliver-{source}"):
        key = _manifest_key(source, offer.digest)
        if not space.storage.exists(key):
            for number, file in enumerate(offer.files, 1):
                _keep(space, source, offer.digest, file)
                if number % FILES_BETWEEN == 0 or number == len(offer.files):
                    emit("delivered", source, files=number, of=len(offer.files))
            said = {"text": handover.note, "nonce": new_nonce()}
            rows = [{"name": file.name, "sha256": file.sha256, "bytes": file.bytes} for file in offer.files]
            body = {**asdict(delivery), "note": said, "files": rows, "at": now.isoformat(), "by": handover.actor}
            text = json.dumps(body, ensure_ascii=False, indent=1, sort_keys=True)
            space.storage.put_bytes(key, text.encode(), only_new=True)
        note = json.loads(space.storage.local(key).read_bytes())["note"]
        return record_delivery(space.ledger, delivery, note, stamp)


def delivered_files(space: Workspace, source: str, now: datetime) -> list[Given]:
    """The files of a source's deliveries that stand at a time and are not withdrawn, in the order they are to be taken.

    Raises CrawlError when what is kept of a delivery is not what the ledger has recorded.
    """
    found: dict[str, Given] = {}
    recorded = [delivery for delivery, at in deliveries(space.ledger, source) if at <= now]
    for delivery in reversed(recorded):
        rows = json.loads(space.storage.local(_manifest_key(source, delivery.digest)).read_bytes())["files"]
        if _digest([(row["name"], row["sha256"]) for row in rows]) != delivery.digest:
            raise CrawlError(
                f"{source}: the manifest of the delivery {delivery.digest} was changed after it was recorded: put back "
                "the one that was kept, or have it delivered again."
            )
        withdrawn = {key.rpartition("/")[2] for key in space.storage.keys(withdrawn_key(source, delivery.digest, ""))}
        for row in rows:
            if row["sha256"] in withdrawn:
                continue
            place = f"{_folder(source, delivery.digest)}/files/{row['sha256']}"
            found.setdefault(row["name"], Given(row["name"], Where.STORAGE, place, row["sha256"]))
    return list(found.values())


def _folder(source: str, digest: str) -> str:
    return f"deliveries/{source}/{digest}"


def withdrawn_key(source: str, digest: str, sha256: str) -> str:
    """What says that a delivered file was removed, as its texts were withdrawn."""
    return f"{_folder(source, digest)}/withdrawn/{sha256}"


def _manifest_key(source: str, digest: str) -> str:
    return f"{_folder(source, digest)}/manifest.json"


def _digest(files: Sequence[tuple[str, str]]) -> str:
    return hashlib.sha256(json.dumps(files, ensure_ascii=False).encode()).hexdigest()


def _listed(paths: Sequence[Path]) -> list[tuple[Path, str]]:
    listed: list[tuple[Path, str]] = []
    for path in paths:
        if path.is_dir():
            listed += below(path)
        elif path.exists():
            listed.append((path, path.name))
        else:
            raise FlowError(f"{path}: there is no such file or folder.")
    return listed


def _oddity(path: Path, name: str) -> str:
    """Why a file is not delivered; empty when it is."""
    try:
        name.encode()
    except UnicodeEncodeError:
        return "name_not_utf8"
    if path.is_symlink():
        return "link"
    if not path.is_file():
        return "not_a_file"
    return "" if path.stat().st_size else "empty"


def _keep(space: Workspace, source: str, digest: str, file: Offered) -> None:
    """Put a copy of a file into storage; the holder's own file may be changed tomorrow, so it is never linked to."""
    key = f"{_folder(source, digest)}/files/{file.sha256}"
    if space.storage.exists(key):
        return
    with space.scratch() as copy, on_disk(copy):
        shutil.copyfile(file.path, copy)
        if digest_file(copy, Told(source, "keeping", file.name)) != file.sha256:
            raise FlowError(f"{file.path} was changed while it was read: deliver again.")
        space.storage.put(key, copy)
