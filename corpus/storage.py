"""Where data lies: one seam, two implementations, a folder and S3 (`storage_s3`).

A key is a relative path with forward slashes (`shards/avis/ab12.parquet`). An object appears whole or not at all.
`local` gives a path to its bytes, on S3 of a downloaded copy; `read` streams them. Nothing is changed in place; a key
that is written twice is written with the same bytes, except where `put_bytes(..., only_new=True)` guards the commit.
A key that is named by its content is put with `put_once`, which begins the age of what is there anew, so that a sweep
of old objects (`orphans`) leaves it alone.
"""

import errno
import os
import re
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Literal, Protocol

from corpus.errors import StorageError

FILE_MODE = 0o644
"""Of stored files: other people's tools read releases. Who may come near them is said by the folder's own mode."""

PIECE_BYTES = 2**20
"""Bytes of an object that are in memory at once while it is streamed."""

_SCHEME = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:/")
_FILE = "file"
_UNFINISHED = re.compile(r"\.[a-z0-9_]{8}")
_FULL = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EFBIG})
BY_SETTINGS = " with FODAFTRYK_DATA or FODAFTRYK_STORAGE__URL (`data`, or `url` in [storage], of fodaftryk.toml)"


@dataclass(frozen=True, slots=True)
class StoredObject:
    """An object as a listing has it: `mark` changes when its bytes do, `modified` is when it was put, by the store."""

    key: str
    size: int
    mark: str
    modified: datetime


class Storage(Protocol):
    """What both kinds of storage do; all raise StorageError when the store refuses or cannot be reached."""

    def put(self, key: str, path: Path) -> None:
        """Store a file's bytes under `key`, whole or not at all; the file stays, and must not be changed after."""

    def put_bytes(self, key: str, data: bytes, *, only_new: bool = False) -> None:
        """Store bytes; with `only_new`, different bytes already there are a StorageError."""

    def put_once(self, key: str, path: Path) -> None:
        """Store a file under a key that is named by its content; one of its size that is there is only made young."""

    def local(self, key: str) -> Path:
        """A local file with the object's bytes."""

    def read(self, key: str, start: int = 0) -> Iterator[bytes]:
        """The object's bytes from `start` on, in pieces of at most `PIECE_BYTES`."""

    def exists(self, key: str) -> bool:
        """Whether an object lies under `key`."""

    def keys(self, prefix: str) -> Iterator[str]:
        """Keys that begin with `prefix`, sorted."""

    def objects(self, prefix: str) -> Iterator[StoredObject]:
        """What lies under keys that begin with `prefix`, sorted by key."""

    def remove(self, key: str) -> None:
        """Remove the object under `key`; nothing happens when there is none."""

    def abort_uploads(self, before: datetime) -> int:
        """Remove what is left of puts that were begun before a time and never finished; returns how many."""

    def uri(self, key: str) -> str:
        """The object's address for other tools: a path or an `s3://` URL."""

    def presigned(self, key: str, seconds: int) -> str:
        """A URL that anybody can fetch the object at, for so many seconds."""


@dataclass(frozen=True, slots=True)
class StorageSettings:
    """Which storage, and how to reach it.

    `url` is a folder or `s3://bucket/prefix`. Empty credentials mean boto3's own chain (environment, profile, role).
    `addressing` says where the bucket stands in a URL: `auto` is in the path where an endpoint is set, else Amazon's
    way. `sse` has the store encrypt what is put, with its own keys or with `sse_key_id` of its key service. `ca_bundle`
    is a PEM file of who may vouch for the endpoint. `checksums` is `when_required`, since many stores refuse the ones
    that boto3 else adds to every request; each object's SHA-256 is kept and compared by ourselves.
    """

    url: str = ""
    endpoint_url: str = ""
    region: str = "eu-north-1"
    access_key_id: str = ""
    secret_access_key: str = ""
    addressing: Literal["auto", "path", "virtual"] = "auto"
    sse: Literal["", "AES256", "aws:kms"] = ""
    sse_key_id: str = ""
    ca_bundle: str = ""
    checksums: Literal["when_required", "when_supported"] = "when_required"


def open_storage(settings: StorageSettings, cache: Path, *, reading: bool = False) -> Storage:
    """Open the storage that `settings.url` names: `s3://bucket/prefix`, or a folder.

    `cache` is where copies of S3 objects are kept; a folder needs none. With `reading`, a folder that is not there is
    an empty storage and is not made. Raises StorageError when the URL is of another kind, or the storage cannot be
    reached, or written.
    """
    if settings.url.startswith("s3://"):
        from corpus.storage_s3 import S3Storage  # noqa: PLC0415 - half a second that a folder does not owe

        return S3Storage(settings, cache)
    if _SCHEME.match(settings.url):
        raise StorageError(
            f"data cannot lie at {settings.url}: give a folder's path, such as /srv/fodaftryk, or s3://bucket/prefix "
            "with FODAFTRYK_STORAGE__URL or [storage] url in fodaftryk.toml."
        )
    return FolderStorage(Path(settings.url), reading=reading)


class FolderStorage:
    """Objects as files below a folder."""

    def __init__(self, root: Path, *, reading: bool = False) -> None:
        """Make the folder, and find out at once whether it can be written; with `reading`, touch nothing."""
        self.root = root
        with on_disk(root):
            if not reading:
                root.mkdir(parents=True, exist_ok=True)
                with tempfile.TemporaryFile(dir=root):
                    pass
            elif root.exists() and not root.is_dir():
                raise NotADirectoryError(errno.ENOTDIR, os.strerror(errno.ENOTDIR))

    def put(self, key: str, path: Path) -> None:
        """Give the file a second name here, or copy it when it lies on another disk."""
        target = self.root / key
        with unfinished(target) as temporary:
            try:
                os.link(path, temporary)
            except OSError:
                shutil.copyfile(path, temporary)
            temporary.chmod(FILE_MODE)
            publish(temporary, target)

    def put_once(self, key: str, path: Path) -> None:
        """Set the time of the file that is there; put it when it is not, or is cut, or is not ours to set."""
        target = self.root / key
        with on_disk(target), suppress(FileNotFoundError, PermissionError):
            if target.stat().st_size == path.stat().st_size:
                os.utime(target)
                return
        self.put(key, path)

    def put_bytes(self, key: str, data: bytes, *, only_new: bool = False) -> None:
        """Write beside the target, flush to disk, then rename (or link, which refuses an existing name)."""
        target = self.root / key
        with unfinished(target) as temporary:
            temporary.write_bytes(data)
            temporary.chmod(FILE_MODE)
            if not only_new:
                publish(temporary, target)
                return
            _flush(temporary)
            try:
                os.link(temporary, target)
            except FileExistsError:
                if target.read_bytes() != data:
                    raise taken(key) from None
            _flush(target.parent)

    def local(self, key: str) -> Path:
        """The file itself."""
        path = self.root / key
        if not path.is_file():
            raise StorageError(f"{path} is missing. Was it removed by hand? Run again to make it anew.")
        return path

    def read(self, key: str, start: int = 0) -> Iterator[bytes]:
        """Read the file on from `start`."""
        path = self.local(key)
        with on_disk(path), path.open("rb") as file:
            file.seek(start)
            while piece := file.read(PIECE_BYTES):
                yield piece

    def exists(self, key: str) -> bool:
        """Whether the file is there."""
        return (self.root / key).is_file()

    def keys(self, prefix: str) -> Iterator[str]:
        """Files below the folder; those whose name or folder begins with a dot are unfinished, or somebody else's."""
        found = []
        for folder, folders, files in os.walk(self.root / prefix.rpartition("/")[0], onerror=_unlisted):
            folders[:] = [name for name in folders if not name.startswith(".")]
            inside = Path(folder).relative_to(self.root)
            found += [(inside / name).as_posix() for name in files if not name.startswith(".")]
        return iter(sorted(key for key in found if key.startswith(prefix)))

    def objects(self, prefix: str) -> Iterator[StoredObject]:
        """The files that `keys` lists, but those that are gone meanwhile."""
        for key in self.keys(prefix):
            with on_disk(self.root / key), suppress(FileNotFoundError):
                stat = (self.root / key).stat()
                modified = datetime.fromtimestamp(stat.st_mtime, UTC)
                yield StoredObject(key, stat.st_size, f"{stat.st_ino} {stat.st_mtime_ns}", modified)

    def remove(self, key: str) -> None:
        """Remove the file; its folder stays."""
        with on_disk(self.root / key):
            (self.root / key).unlink(missing_ok=True)

    def abort_uploads(self, before: datetime) -> int:
        """Remove the hidden folders that killed processes left, by the names that `unfinished` gives them."""
        left = []
        for folder, folders, _ in os.walk(self.root, onerror=_unlisted):
            left += [Path(folder, name) for name in folders if _UNFINISHED.fullmatch(name)]
            folders[:] = [name for name in folders if not name.startswith(".")]
        old = [path for path in left if path.stat().st_mtime < before.timestamp() and _holds_one_file(path)]
        for path in old:
            shutil.rmtree(path, ignore_errors=True)
        return len(old)

    def uri(self, key: str) -> str:
        """The file's path."""
        return str(self.root / key)

    def presigned(self, key: str, seconds: int) -> str:  # noqa: ARG002 - as the seam has it
        """Raise StorageError: nobody serves a folder."""
        raise StorageError(f"{self.root / key} is a file, which has no URL: URLs are signed for storage on S3 alone.")


@contextmanager
def on_disk(path: Path, how: str = BY_SETTINGS) -> Iterator[None]:
    """Turn what the disk refuses within the block into a StorageError that names `path` and the remedy.

    `how` says by what another place is chosen; empty where it was named with the command.
    """
    try:
        yield
    except OSError as error:
        remedy = (
            "There is no room: free some, or choose a larger disk"
            if error.errno in _FULL
            else "See that it is there and yours to read and write, or choose another folder"
        )
        raise StorageError(f"cannot use {path}: {error}. {remedy}{how}; then run again.") from error


@contextmanager
def unfinished(target: Path, how: str = BY_SETTINGS) -> Iterator[Path]:
    """Give a name for a file that is not whole yet, in a hidden folder beside its target; gone behind the block.

    Raises StorageError for what the disk refuses meanwhile.
    """
    with on_disk(target, how):
        target.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=target.parent, prefix=".") as folder:
            yield Path(folder) / _FILE


def publish(temporary: Path, target: Path) -> None:
    """Make a finished file visible under its name: on disk first, then renamed, then the folder's entry on disk."""
    _flush(temporary)
    temporary.replace(target)
    _flush(target.parent)


def _holds_one_file(folder: Path) -> bool:
    """Whether nothing is in a folder but what `unfinished` puts there: hidden folders of others stay."""
    return all(path.name == _FILE and path.is_file() for path in folder.iterdir())


def taken(key: str) -> StorageError:
    """The error for a key that is guarded and holds other bytes."""
    return StorageError(f"{key} already holds something else, and is never overwritten. Choose a new version.")


def _unlisted(error: OSError) -> None:
    """A folder that cannot be listed hides what is in it; one that is not there, or no longer, holds nothing."""
    if not isinstance(error, FileNotFoundError):
        with on_disk(Path(error.filename)):
            raise error


def _flush(path: Path) -> None:
    """Have a file, or a folder's entries, on disk before going on."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
