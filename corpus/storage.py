"""Where data lies: one seam, two implementations, a folder and S3.

A key is a relative path with forward slashes (`shards/avis/ab12.parquet`). An object appears whole or not at all, and
what is read is on local disk: `local` gives a path, on S3 a downloaded copy. Nothing is changed in place; a key that
is written twice is written with the same bytes, except where `put_bytes(..., only_new=True)` guards the commit.
"""

import os
import shutil
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol
from urllib.parse import urlsplit

from botocore.exceptions import BotoCoreError, ClientError

from corpus.errors import StorageError

ATTEMPTS_MAX = 8
"""Attempts at one S3 request, with boto's exponential backoff and jitter: rides out about a minute of faults."""


class Storage(Protocol):
    """What both kinds of storage do; all raise StorageError when the store refuses or cannot be reached."""

    def put(self, key: str, path: Path) -> None:
        """Store a file's bytes under `key`, whole or not at all; the file stays, and must not be changed after."""

    def put_bytes(self, key: str, data: bytes, *, only_new: bool = False) -> None:
        """Store bytes; with `only_new`, different bytes already there are a StorageError."""

    def local(self, key: str) -> Path:
        """A local file with the object's bytes."""

    def exists(self, key: str) -> bool:
        """Whether an object lies under `key`."""

    def keys(self, prefix: str) -> Iterator[str]:
        """Keys that begin with `prefix`, sorted."""

    def uri(self, key: str) -> str:
        """The object's address for other tools: a path or an `s3://` URL."""


@dataclass(frozen=True, slots=True)
class StorageSettings:
    """Which storage, and how to reach it.

    `url` is a folder or `s3://bucket/prefix`. Empty credentials mean boto3's own chain (environment, profile, role).
    """

    url: str = ""
    endpoint_url: str = ""
    region: str = "eu-north-1"
    access_key_id: str = ""
    secret_access_key: str = ""


def open_storage(settings: StorageSettings, cache: Path) -> Storage:
    """Open the storage that `settings.url` names: `s3://bucket/prefix`, or a folder.

    `cache` is where copies of S3 objects are kept; a folder needs none. Raises StorageError when it cannot be
    reached or written.
    """
    if settings.url.startswith("s3://"):
        return S3Storage(settings, cache)
    return FolderStorage(Path(settings.url))


class FolderStorage:
    """Objects as files below a folder."""

    def __init__(self, root: Path) -> None:
        """Make the folder, and find out at once whether it can be written."""
        self.root = root
        try:
            root.mkdir(parents=True, exist_ok=True)
            with tempfile.TemporaryFile(dir=root):
                pass
        except OSError as error:
            message = (
                f"cannot write to the data folder {root}: {error.strerror}. "
                "Give a folder you own with FODAFTRYK_STORAGE__URL or [storage] url in fodaftryk.toml."
            )
            raise StorageError(message) from error

    def put(self, key: str, path: Path) -> None:
        """Give the file a second name here, or copy it when it lies on another disk."""
        target = self._target(key)
        with tempfile.TemporaryDirectory(dir=target.parent, prefix=".") as folder:
            temporary = Path(folder) / path.name
            try:
                os.link(path, temporary)
            except OSError:
                shutil.copyfile(path, temporary)
            _publish(temporary, target)

    def put_bytes(self, key: str, data: bytes, *, only_new: bool = False) -> None:
        """Write beside the target, flush to disk, then rename (or link, which refuses an existing name)."""
        target = self._target(key)
        with tempfile.NamedTemporaryFile(dir=target.parent, prefix=".", delete=False) as file:
            file.write(data)
        temporary = Path(file.name)
        if not only_new:
            _publish(temporary, target)
            return
        try:
            _flush(temporary)
            os.link(temporary, target)
        except FileExistsError:
            if target.read_bytes() != data:
                raise _taken(key) from None
        finally:
            temporary.unlink()

    def local(self, key: str) -> Path:
        """The file itself."""
        path = self.root / key
        if not path.is_file():
            raise StorageError(f"{path} is missing. Was it removed by hand? Run again to make it anew.")
        return path

    def exists(self, key: str) -> bool:
        """Whether the file is there."""
        return (self.root / key).is_file()

    def keys(self, prefix: str) -> Iterator[str]:
        """Files below the folder, without unfinished ones (their names begin with a dot)."""
        folder = self.root / prefix.rpartition("/")[0]
        paths = (path.relative_to(self.root).as_posix() for path in folder.rglob("*") if path.is_file())
        return iter(
            sorted(key for key in paths if key.startswith(prefix) and not key.rpartition("/")[2].startswith("."))
        )

    def uri(self, key: str) -> str:
        """The file's path."""
        return str(self.root / key)

    def _target(self, key: str) -> Path:
        target = self.root / key
        target.parent.mkdir(parents=True, exist_ok=True)
        return target


class S3Storage:
    """Objects in a bucket of any S3-compatible store."""

    def __init__(self, settings: StorageSettings, cache: Path) -> None:
        """Connect, and find out at once whether the bucket can be used."""
        parts = urlsplit(settings.url)
        self._bucket, self._prefix, self._cache = parts.netloc, parts.path.strip("/"), cache
        import boto3  # noqa: PLC0415 - half a second that a folder does not owe
        from botocore.config import Config  # noqa: PLC0415 - same

        self._client = boto3.client(
            "s3",
            endpoint_url=settings.endpoint_url or None,
            region_name=settings.region,
            aws_access_key_id=settings.access_key_id or None,
            aws_secret_access_key=settings.secret_access_key or None,
            config=Config(
                retries={"max_attempts": ATTEMPTS_MAX, "mode": "standard"},
                s3={"addressing_style": "path"} if settings.endpoint_url else {},
                request_checksum_calculation="when_required",
                response_checksum_validation="when_required",
            ),
        )
        try:
            self._client.head_bucket(Bucket=self._bucket)
        except (BotoCoreError, ClientError) as error:
            raise self._refused(error) from error

    def put(self, key: str, path: Path) -> None:
        """Upload, in parts when large; S3 shows the object when the last part is in."""
        try:
            with path.open("rb") as file:
                self._client.upload_fileobj(file, self._bucket, self._key(key))
        except (BotoCoreError, ClientError) as error:
            raise self._refused(error) from error

    def put_bytes(self, key: str, data: bytes, *, only_new: bool = False) -> None:
        """Upload; a refusal for being second is read back, for it may have been our own first attempt that landed."""
        try:
            if only_new:
                self._client.put_object(Bucket=self._bucket, Key=self._key(key), Body=data, IfNoneMatch="*")
            else:
                self._client.put_object(Bucket=self._bucket, Key=self._key(key), Body=data)
        except (BotoCoreError, ClientError) as error:
            if not (only_new and _code(error) in {"PreconditionFailed", "ConditionalRequestConflict"}):
                raise self._refused(error) from error
            if self.local(key).read_bytes() != data:
                raise _taken(key) from None

    def local(self, key: str) -> Path:
        """Download once; content under a key does not change, so a copy stays good."""
        path = self._cache / key
        if not path.is_file():
            path.parent.mkdir(parents=True, exist_ok=True)
            with tempfile.NamedTemporaryFile(dir=path.parent, prefix=".", delete=False) as file:
                try:
                    self._client.download_fileobj(self._bucket, self._key(key), file)
                except (BotoCoreError, ClientError) as error:
                    Path(file.name).unlink()
                    raise self._refused(error) from error
            _publish(Path(file.name), path)
        return path

    def exists(self, key: str) -> bool:
        """Ask for the object's head."""
        try:
            self._client.head_object(Bucket=self._bucket, Key=self._key(key))
        except ClientError as error:
            if _code(error) in {"404", "NoSuchKey", "NotFound"}:
                return False
            raise self._refused(error) from error
        except BotoCoreError as error:
            raise self._refused(error) from error
        return True

    def keys(self, prefix: str) -> Iterator[str]:
        """List, a page of a thousand at a time."""
        pages = self._client.get_paginator("list_objects_v2").paginate(Bucket=self._bucket, Prefix=self._key(prefix))
        cut = len(self._prefix) + 1 if self._prefix else 0
        try:
            for page in pages:
                yield from sorted(entry["Key"][cut:] for entry in page.get("Contents", []))
        except (BotoCoreError, ClientError) as error:
            raise self._refused(error) from error

    def uri(self, key: str) -> str:
        """The `s3://` URL."""
        return f"s3://{self._bucket}/{self._key(key)}"

    def _key(self, key: str) -> str:
        return f"{self._prefix}/{key}" if self._prefix else key

    def _refused(self, error: Exception) -> StorageError:
        where = f"s3://{self._bucket}" + (f" at {self._client.meta.endpoint_url}")
        code = _code(error)
        remedy = {
            "403": "The access key is not accepted: check FODAFTRYK_STORAGE__ACCESS_KEY_ID and __SECRET_ACCESS_KEY.",
            "404": "There is no such bucket or object: make the bucket, or check FODAFTRYK_STORAGE__URL.",
        }
        aliases = {
            "AccessDenied": "403",
            "InvalidAccessKeyId": "403",
            "SignatureDoesNotMatch": "403",
            "Forbidden": "403",
        }
        aliases |= {"NoSuchBucket": "404", "NoSuchKey": "404"}
        hint = remedy.get(aliases.get(code, code), "Check FODAFTRYK_STORAGE__ENDPOINT_URL and the network; run again.")
        return StorageError(f"{where} refused: {error}. {hint}")


def _code(error: Exception) -> str:
    return str(error.response.get("Error", {}).get("Code", "")) if isinstance(error, ClientError) else ""


def _taken(key: str) -> StorageError:
    return StorageError(f"{key} already holds something else, and is never overwritten. Choose a new version.")


def _flush(path: Path) -> None:
    with path.open("rb") as file:
        os.fsync(file.fileno())


def _publish(temporary: Path, target: Path) -> None:
    """Make a finished file visible under its name: on disk first, then renamed, then the folder's entry on disk."""
    _flush(temporary)
    temporary.replace(target)
    folder = os.open(target.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)
