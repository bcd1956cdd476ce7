"""Storage in a bucket of any S3-compatible store; loaded only where one is set, as boto3 takes half a second.

Copies of objects are kept on local disk, apart for each endpoint, bucket and prefix, so that what one bucket holds
is never read as another's.
"""

import hashlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import boto3
from boto3.exceptions import Boto3Error
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError, NoCredentialsError
from s3transfer.exceptions import RetriesExceededError

from corpus.errors import StorageError
from corpus.storage import StorageSettings, on_disk, publish, taken, unfinished

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

ATTEMPTS_MAX = 8
"""Attempts at one S3 request, with boto's exponential backoff and jitter: rides out about a minute of faults."""

_ERRORS = (BotoCoreError, ClientError, Boto3Error, RetriesExceededError)
"""What boto3 raises for the world: four trees without a common root."""

_ACCESS = "The access key is not accepted: check FODAFTRYK_STORAGE__ACCESS_KEY_ID and __SECRET_ACCESS_KEY."
_MISSING = "There is no such bucket or object: make the bucket, or check FODAFTRYK_STORAGE__URL."
_UNREACHED = "Check FODAFTRYK_STORAGE__URL, FODAFTRYK_STORAGE__ENDPOINT_URL and the network; run again."
_REMEDIES = {
    **dict.fromkeys(("403", "AccessDenied", "InvalidAccessKeyId", "SignatureDoesNotMatch", "Forbidden"), _ACCESS),
    **dict.fromkeys(("404", "NoSuchBucket", "NoSuchKey"), _MISSING),
}


@dataclass(frozen=True, slots=True)
class StoredObject:
    """An object as a bucket lists it: `mark` changes when its bytes do."""

    key: str
    size: int
    mark: str


class S3Storage:
    """Objects in a bucket of any S3-compatible store."""

    def __init__(self, settings: StorageSettings, cache: Path) -> None:
        """Connect, and find out at once whether the bucket can be used."""
        self._bucket, _, prefix = settings.url.removeprefix("s3://").partition("/")
        self._prefix, self._endpoint = prefix.strip("/"), settings.endpoint_url
        place = f"{self._endpoint}\n{self._bucket}\n{self._prefix}"
        self._cache = cache / hashlib.sha256(place.encode()).hexdigest()[:16]
        try:
            with self._explained():
                self._client = self._connected(settings)
                self._client.head_bucket(Bucket=self._bucket)
        except ValueError as error:  # boto3's answer to an endpoint that is no address
            raise StorageError(
                f"{self._endpoint!r} is no store's address: write it in full, as https://s3.example.dk, with "
                "FODAFTRYK_STORAGE__ENDPOINT_URL or [storage] endpoint_url in fodaftryk.toml."
            ) from error

    def put(self, key: str, path: Path) -> None:
        """Upload, in parts when large; S3 shows the object when the last part is in."""
        with self._replacing(key), path.open("rb") as file:
            self._client.upload_fileobj(file, self._bucket, self._key(key))

    def put_bytes(self, key: str, data: bytes, *, only_new: bool = False) -> None:
        """Upload; a refusal for being second is read back, for it may have been our own first attempt that landed."""
        with self._replacing(key):
            if not only_new:
                self._client.put_object(Bucket=self._bucket, Key=self._key(key), Body=data)
                return
            try:
                self._client.put_object(Bucket=self._bucket, Key=self._key(key), Body=data, IfNoneMatch="*")
            except ClientError as error:
                if _code(error) not in {"PreconditionFailed", "ConditionalRequestConflict"}:
                    raise
                held = self._client.get_object(Bucket=self._bucket, Key=self._key(key))["Body"].read()
                if held != data:
                    raise taken(key) from None

    def local(self, key: str) -> Path:
        """Download once; content under a key does not change, so a copy stays good until we put the key anew."""
        path = self._cache / key
        if not path.is_file():
            with unfinished(path) as temporary, self._explained():
                with temporary.open("wb") as file:
                    self._client.download_fileobj(self._bucket, self._key(key), file)
                publish(temporary, path)
        return path

    def exists(self, key: str) -> bool:
        """Ask for the object's head."""
        with self._explained():
            try:
                self._client.head_object(Bucket=self._bucket, Key=self._key(key))
            except ClientError as error:
                if _code(error) in {"404", "NoSuchKey", "NotFound"}:
                    return False
                raise
        return True

    def keys(self, prefix: str) -> Iterator[str]:
        """List, a page of a thousand at a time."""
        cut = len(self._prefix) + 1 if self._prefix else 0
        with self._explained():
            lister = self._client.get_paginator("list_objects_v2")
            for page in lister.paginate(Bucket=self._bucket, Prefix=self._key(prefix)):
                yield from sorted(entry["Key"][cut:] for entry in page.get("Contents", []))

    def remove(self, key: str) -> None:
        """Delete the object, and the copy that was kept of it."""
        with self._replacing(key):
            self._client.delete_object(Bucket=self._bucket, Key=self._key(key))

    def uri(self, key: str) -> str:
        """The `s3://` URL."""
        return f"s3://{self._bucket}/{self._key(key)}"

    def objects(self, prefix: str) -> Iterator[StoredObject]:
        """List what others have put here, by key; unlike our own objects, theirs may change."""
        cut = len(self._key(prefix)) - len(prefix)
        with self._explained():
            lister = self._client.get_paginator("list_objects_v2")
            for page in lister.paginate(Bucket=self._bucket, Prefix=self._key(prefix)):
                for entry in page.get("Contents", []):
                    mark = f"{entry['ETag']} {entry['LastModified'].isoformat()}"
                    yield StoredObject(entry["Key"][cut:], entry["Size"], mark)

    def download(self, key: str, path: Path, say: Callable[[int], object]) -> None:
        """Write an object to a file, past our own copies; `say` is told of bytes as they come, from any thread."""
        with on_disk(path), self._explained(), path.open("wb") as file:
            self._client.download_fileobj(self._bucket, self._key(key), file, Callback=say)

    @staticmethod
    def _connected(settings: StorageSettings) -> "S3Client":
        return boto3.client(
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

    def _key(self, key: str) -> str:
        return f"{self._prefix}/{key}" if self._prefix else key

    @contextmanager
    def _replacing(self, key: str) -> Iterator[None]:
        """Put a key within the block; the copy of what it held is dropped, also when it is not known what landed."""
        try:
            with self._explained():
                yield
        finally:
            with on_disk(self._cache):
                (self._cache / key).unlink(missing_ok=True)

    @contextmanager
    def _explained(self) -> Iterator[None]:
        """Turn what boto3 raises for the world into a StorageError with the remedy."""
        try:
            yield
        except _ERRORS as error:
            where = f"s3://{self._bucket} at {self._endpoint or 'Amazon'}"
            hint = _ACCESS if isinstance(error, NoCredentialsError) else _REMEDIES.get(_code(error), _UNREACHED)
            raise StorageError(f"{where} refused: {error}. {hint}") from error


def _code(error: Exception) -> str:
    return str(error.response.get("Error", {}).get("Code", "")) if isinstance(error, ClientError) else ""
