"""Storage in a bucket of any S3-compatible store; loaded only where one is set, as boto3 takes half a second.

Copies of objects are kept on local disk, apart for each endpoint, bucket and prefix, so that what one bucket holds
is never read as another's. How bytes travel is in `s3_transfer`, what is tried again in `s3_faults`.
"""

import hashlib
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from datetime import datetime, timedelta
from email.utils import parsedate_to_datetime
from functools import partial
from http import HTTPStatus
from pathlib import Path
from typing import TYPE_CHECKING, Any

import boto3
from botocore.config import Config
from botocore.exceptions import ClientError

from corpus.errors import StorageError
from corpus.s3_faults import FAULTS, explained, is_missing, pause, status_of, tried
from corpus.s3_transfer import Bucket, Reading, digest_of, download
from corpus.storage import StorageSettings, StoredObject, on_disk, publish, taken, unfinished

if TYPE_CHECKING:
    from mypy_boto3_s3.type_defs import HeadObjectOutputTypeDef

CONNECTIONS_MAX = 32
"""Connections kept: pulling has at most so many downloads under way."""

YOUNG = timedelta(days=1)
"""An object of this age at most is not made younger when it is put again: a sweep takes only older ones."""

GUARDS_MAX = 20
"""Times a guarded key is looked at and tried anew; each time another writer has come between."""


class S3Storage:
    """Objects in a bucket of any S3-compatible store."""

    def __init__(self, settings: StorageSettings, cache: Path) -> None:
        """Connect, and find out at once whether the bucket can be used."""
        name, _, prefix = settings.url.removeprefix("s3://").partition("/")
        self._prefix, endpoint = prefix.strip("/"), settings.endpoint_url
        place = f"{endpoint}\n{name}\n{self._prefix}"
        self._cache = cache / hashlib.sha256(place.encode()).hexdigest()[:16]
        where = f"s3://{name} at {endpoint or 'Amazon'}"
        try:
            with explained(where):
                client = _client(settings)
                self._bucket = Bucket(client, name, where, _encryption(settings))
                tried(lambda: client.head_bucket(Bucket=name))
        except ValueError as error:  # boto3's answer to an endpoint that is no address
            raise StorageError(
                f"{endpoint!r} is no store's address: write it in full, as https://s3.example.dk, with "
                "FODAFTRYK_STORAGE__ENDPOINT_URL or [storage] endpoint_url in fodaftryk.toml."
            ) from error

    def put(self, key: str, path: Path) -> None:
        """Upload, in parts when large."""
        with self._replacing(key):
            self._bucket.put(self._key(key), path)

    def put_once(self, key: str, path: Path) -> None:
        """Ask for the object's head; one of this size, and not of another digest, stays and is made young."""
        with self._explained():
            found = self._bucket.head(self._key(key))
            if found is not None and found["ContentLength"] == path.stat().st_size:
                with path.open("rb") as file:
                    digest = hashlib.file_digest(file, "sha256").hexdigest()
                if digest_of(found) in {"", digest} and self._is_young(key, found, digest):
                    return
        self.put(key, path)

    def put_bytes(self, key: str, data: bytes, *, only_new: bool = False) -> None:
        """Upload; a guarded key is looked at first, and put on condition that there is none.

        The look is what guards it in a store that ignores the condition, or refuses it as unknown, and what answers
        when a reply was lost: the first attempt of ours may have landed.
        """
        with self._replacing(key):
            if not only_new:
                self._bucket.put_bytes(self._key(key), data)
                return
            for attempt in range(GUARDS_MAX):
                held = self._held(key)
                if held is not None:
                    if held != data:
                        raise taken(key)
                    return
                try:
                    self._bucket.put_bytes(self._key(key), data, IfNoneMatch="*")
                except ClientError as error:
                    if status_of(error) == HTTPStatus.NOT_IMPLEMENTED:
                        self._bucket.put_bytes(self._key(key), data)
                        return
                    if status_of(error) not in {HTTPStatus.PRECONDITION_FAILED, HTTPStatus.CONFLICT}:
                        raise
                    pause(attempt)
                else:
                    return
        raise StorageError(f"{self.uri(key)} is written by others again and again: see who they are; then run again.")

    def local(self, key: str) -> Path:
        """Download once; content under a key does not change, so a copy stays good until we put the key anew."""
        path = self._cache / key
        if not path.is_file():
            with unfinished(path) as temporary:
                download(self._bucket, self._key(key), temporary, lambda _: None)
                publish(temporary, path)
        return path

    def read(self, key: str, start: int = 0) -> Iterator[bytes]:
        """Stream, going on where a reply breaks off; no copy is kept."""
        with self._explained():
            yield from Reading(self._bucket, self._key(key), start)

    def exists(self, key: str) -> bool:
        """Ask for the object's head."""
        with self._explained():
            return self._bucket.head(self._key(key)) is not None

    def keys(self, prefix: str) -> Iterator[str]:
        """List, a page of a thousand at a time."""
        return (each.key for each in self.objects(prefix))

    def objects(self, prefix: str) -> Iterator[StoredObject]:
        """List; unlike our own objects, what others have put here may change."""
        cut = len(self._key(""))
        told: dict[str, Any] = {"Bucket": self._bucket.name, "Prefix": self._key(prefix)}
        with self._explained():
            while True:
                page = tried(lambda: self._bucket.client.list_objects_v2(**told), "IsTruncated")
                for entry in sorted(page.get("Contents", []), key=lambda entry: entry["Key"]):
                    modified = entry["LastModified"]
                    mark = f"{entry['ETag']} {modified.isoformat()}"
                    yield StoredObject(entry["Key"][cut:], entry["Size"], mark, modified)
                if not page.get("NextContinuationToken"):
                    return
                told["ContinuationToken"] = page["NextContinuationToken"]

    def remove(self, key: str) -> None:
        """Delete the object, and the copy that was kept of it."""
        with self._replacing(key):
            tried(lambda: self._bucket.client.delete_object(Bucket=self._bucket.name, Key=self._key(key)))

    def uri(self, key: str) -> str:
        """The `s3://` URL."""
        return f"s3://{self._bucket.name}/{self._key(key)}"

    def presigned(self, key: str, seconds: int) -> str:
        """Sign a URL with our key; nothing is asked of the store."""
        told = {"Bucket": self._bucket.name, "Key": self._key(key)}
        with self._explained():
            return self._bucket.client.generate_presigned_url("get_object", Params=told, ExpiresIn=seconds)

    def download(self, key: str, path: Path, say: Callable[[int], object]) -> None:
        """Write an object to a file, past our own copies; `say` is told of bytes as they come."""
        with on_disk(path):
            download(self._bucket, self._key(key), path, say)

    def abort_uploads(self, before: datetime) -> int:
        """Take back uploads in parts that were begun before a time and never finished; returns how many.

        A store that does not tell of them has none to take back.
        """
        told: dict[str, Any] = {"Bucket": self._bucket.name, "Prefix": self._key("")}
        client, old = self._bucket.client, list[dict[str, Any]]()
        try:
            while True:
                page = tried(partial(client.list_multipart_uploads, **told), "IsTruncated")
                found = [each for each in page.get("Uploads", []) if each["Initiated"] < before]
                old += [{"Key": each["Key"], "UploadId": each["UploadId"]} for each in found]
                if not (page["IsTruncated"] and page.get("NextKeyMarker")):
                    break
                told |= {"KeyMarker": page["NextKeyMarker"], "UploadIdMarker": page.get("NextUploadIdMarker", "")}
        except FAULTS:
            return 0
        with self._explained():
            for named in old:
                tried(partial(client.abort_multipart_upload, Bucket=self._bucket.name, **named))
        return len(old)

    def _is_young(self, key: str, found: "HeadObjectOutputTypeDef", digest: str) -> bool:
        """Whether an object counts as put of late in the listing that a sweep goes by, or could be made to."""
        try:
            now = parsedate_to_datetime(found["ResponseMetadata"]["HTTPHeaders"].get("date", ""))
            if self._age(key, now) < YOUNG:
                return True
            self._bucket.make_young(self._key(key), digest)
        except (ValueError, TypeError, *FAULTS):  # without a clock or copying, the bytes are put again
            return False
        return self._age(key, now) < YOUNG

    def _age(self, key: str, now: datetime) -> timedelta:
        """How old an object is in a listing; some stores say something else of it alone."""
        listed = next((each.modified for each in self.objects(key) if each.key == key), None)
        return timedelta.max if listed is None else now - listed

    def _held(self, key: str) -> bytes | None:
        """What lies under a key now; None when there is nothing."""
        try:
            return b"".join(Reading(self._bucket, self._key(key)))
        except FAULTS as error:
            if is_missing(error):
                return None
            raise

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

    def _explained(self) -> AbstractContextManager[None]:
        return explained(self._bucket.where)


def _client(settings: StorageSettings) -> Any:  # noqa: ANN401 - boto3 tells its type by the service's name alone
    """Connect as the settings say; tries are our own. Raises StorageError for a bundle that is not there."""
    if settings.ca_bundle and not Path(settings.ca_bundle).is_file():
        raise StorageError(f"{settings.ca_bundle} is no file: name a PEM file with FODAFTRYK_STORAGE__CA_BUNDLE.")
    style = settings.addressing
    if style == "auto" and settings.endpoint_url:
        style = "path"
    return boto3.client(
        "s3",
        endpoint_url=settings.endpoint_url or None,
        region_name=settings.region,
        aws_access_key_id=settings.access_key_id or None,
        aws_secret_access_key=settings.secret_access_key or None,
        verify=settings.ca_bundle or None,
        config=Config(
            signature_version="s3v4",
            retries={"total_max_attempts": 1, "mode": "standard"},
            s3={"addressing_style": style},
            max_pool_connections=CONNECTIONS_MAX,
            request_checksum_calculation=settings.checksums,
            response_checksum_validation=settings.checksums,
        ),
    )


def _encryption(settings: StorageSettings) -> dict[str, str]:
    """How a store is told to encrypt what is put. Raises StorageError when a key is named that would not be used."""
    if settings.sse_key_id and settings.sse != "aws:kms":
        raise StorageError('storage.sse_key_id is of the store\'s key service: set storage.sse = "aws:kms" with it.')
    told = {"ServerSideEncryption": settings.sse, "SSEKMSKeyId": settings.sse_key_id}
    return {name: value for name, value in told.items() if value}
