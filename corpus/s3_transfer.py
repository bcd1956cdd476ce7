"""Bytes on their way to and from a bucket: whole, or known not to be.

Every object is put with its SHA-256 in its metadata and the MD5 of each request's bytes, which the store compares. A
reply that was lost leaves doubt whether the object is there: then it is asked for, and the same size and digest are an
answer. A download that breaks off goes on where it was, and what came is held against the digest.
"""

import hashlib
from base64 import b64encode
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, suppress
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from corpus.errors import StorageError
from corpus.s3_faults import ATTEMPTS_MAX, FAULTS, explained, is_missing, passes, pause, tried, whole
from corpus.storage import PIECE_BYTES

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client
    from mypy_boto3_s3.type_defs import CompletedPartTypeDef, HeadObjectOutputTypeDef

PART_BYTES = 32 * 2**20
"""Bytes of a request; a larger file goes in parts. S3 takes 10,000 of them, so files of up to 320 GB."""

PARTS_AT_ONCE = 4
"""Parts under way together: their bytes are in memory, 128 MB at most."""

DIGEST = "sha256"
"""The name under which an object's metadata has its hex SHA-256."""

_READBACK_ATTEMPTS = 4
_WHOLE_ATTEMPTS = 3
"""Downloads of an object whose bytes are not those of its digest, before it is given up."""


@dataclass(frozen=True, slots=True)
class Bucket:
    """A bucket as requests name it: the client, the bucket, its name in messages, and how what is put is encrypted."""

    client: "S3Client"
    name: str
    where: str
    encryption: dict[str, Any] = field(default_factory=dict)

    def put(self, key: str, path: Path) -> None:
        """Put a file, in parts when it is large."""
        with path.open("rb") as file:
            size, digest = path.stat().st_size, hashlib.file_digest(file, "sha256").hexdigest()
        put = self._in_parts if size > PART_BYTES else self._in_one
        self._sure(partial(put, key, path, digest), key, (size, digest))

    def put_bytes(self, key: str, data: bytes, **conditions: str) -> None:
        """Put bytes. Raises what boto3 does, as when a condition does not hold."""
        digest = hashlib.sha256(data).hexdigest()
        put = partial(self._put_object, key, data, digest, **conditions)
        if conditions:
            put()
        else:
            self._sure(put, key, (len(data), digest))

    def head(self, key: str, attempts: int = ATTEMPTS_MAX) -> "HeadObjectOutputTypeDef | None":
        """What the store says of an object; None when there is none."""
        try:
            return tried(lambda: self.client.head_object(Bucket=self.name, Key=key), "ContentLength", attempts)
        except FAULTS as error:
            if is_missing(error):
                return None
            raise

    def make_young(self, key: str, digest: str) -> None:
        """Have the store copy an object onto itself, so that it counts as put just now."""
        named: dict[str, Any] = {"Bucket": self.name, "Key": key}
        told: dict[str, Any] = {"MetadataDirective": "REPLACE", "Metadata": {DIGEST: digest}, **self.encryption}
        tried(lambda: self.client.copy_object(**named, **told | {"CopySource": named}), "CopyObjectResult")

    def _sure(self, put: Callable[[], object], key: str, expected: tuple[int, str]) -> None:
        """Put, and when that ends in a fault, see whether the object is there after all: a reply may have been lost."""
        try:
            put()
        except FAULTS:
            found = self.head(key, _READBACK_ATTEMPTS)
            if found is None or (found["ContentLength"], digest_of(found)) != expected:
                raise

    def _in_one(self, key: str, path: Path, digest: str) -> None:
        self._put_object(key, path.read_bytes(), digest)

    def _put_object(self, key: str, data: bytes, digest: str, **conditions: str) -> None:
        told: dict[str, Any] = {**self.encryption, **conditions, "Metadata": {DIGEST: digest}}
        told |= {"Body": data, "ContentMD5": _md5(data)}
        tried(lambda: self.client.put_object(Bucket=self.name, Key=key, **told))

    def _in_parts(self, key: str, path: Path, digest: str) -> None:
        """Upload in parts; the store shows the object when the last is in. What is not finished is taken back."""
        told: dict[str, Any] = {"Metadata": {DIGEST: digest}, **self.encryption}
        begun = tried(lambda: self.client.create_multipart_upload(Bucket=self.name, Key=key, **told), "UploadId")
        count = -(-path.stat().st_size // PART_BYTES)
        named: dict[str, Any] = {"Bucket": self.name, "Key": key, "UploadId": begun["UploadId"]}
        try:
            with ThreadPoolExecutor(PARTS_AT_ONCE) as pool:
                parts = list(pool.map(partial(self._part, path, named), range(count)))
            told = {"MultipartUpload": {"Parts": parts}}
            tried(lambda: self.client.complete_multipart_upload(**named, **told), "ETag")
        except BaseException:
            with suppress(*FAULTS):
                self.client.abort_multipart_upload(**named)
            raise

    def _part(self, path: Path, named: dict[str, Any], place: int) -> "CompletedPartTypeDef":
        with path.open("rb") as file:
            file.seek(place * PART_BYTES)
            data = file.read(PART_BYTES)
        number = place + 1
        told: dict[str, Any] = {"Body": data, "ContentMD5": _md5(data)}
        reply = tried(lambda: self.client.upload_part(**named, PartNumber=number, **told), "ETag")
        return {"PartNumber": number, "ETag": reply["ETag"]}


@dataclass
class Reading:
    """An object that is read from a bucket, from a place on; `digest` is what it was put with, once bytes came."""

    bucket: Bucket
    key: str
    start: int = 0
    digest: str = field(default="", init=False)
    _mark: str = field(default="", init=False)

    def __iter__(self) -> Iterator[bytes]:
        """The bytes; a fault that passes is waited for, again and again while between them pieces come whole."""
        place, failed = self.start, 0
        while True:
            try:
                for piece in self._pieces(place):
                    place += len(piece)
                    failed = 0 if len(piece) == PIECE_BYTES else failed
                    yield piece
            except FAULTS as error:
                failed += 1
                if not passes(error) or failed >= ATTEMPTS_MAX:
                    raise
                pause(failed - 1)
            else:
                return

    def _pieces(self, place: int) -> Iterator[bytes]:
        """One reply's pieces from `place` on; a store that does not know ranges sends what is skipped."""
        told: dict[str, Any] = {"Range": f"bytes={place}-"} if place else {}
        told |= {"IfMatch": self._mark} if self._mark else {}
        reply = whole(self.bucket.client.get_object(Bucket=self.bucket.name, Key=self.key, **told), "ContentLength")
        self._mark, self.digest = reply.get("ETag", ""), digest_of(reply)
        skipped = 0 if reply.get("ContentRange") else place
        with closing(reply["Body"]) as body:  # its own block would hand over the stream below it, which may be cut
            while piece := body.read(PIECE_BYTES):
                if skipped < len(piece):
                    yield piece[skipped:]
                skipped = max(0, skipped - len(piece))


def digest_of(reply: Mapping[str, Any]) -> str:
    """The digest an object was put with; empty where others put it. Some stores give its name back in capitals."""
    return next((value for name, value in reply["Metadata"].items() if name.lower() == DIGEST), "")


def download(bucket: Bucket, key: str, path: Path, say: Callable[[int], object]) -> None:
    """Write an object to a file and hold it against its digest; `say` is told of bytes as they come.

    Raises StorageError when it comes with other bytes again and again.
    """
    with explained(bucket.where):
        for _ in range(_WHOLE_ATTEMPTS):
            reading, found = Reading(bucket, key), hashlib.sha256()
            with path.open("wb") as file:
                for piece in reading:
                    found.update(piece)
                    file.write(piece)
                    say(len(piece))
            if reading.digest in {"", found.hexdigest()}:
                return
    raise StorageError(
        f"{bucket.where}: {key} comes with other bytes than it was put with. It is damaged in the store, or on the "
        "way: compare it with a backup, and put it anew."
    )


def _md5(data: bytes) -> str:
    return b64encode(hashlib.md5(data, usedforsecurity=False).digest()).decode()
