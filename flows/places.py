"""Which files the places in an `[intake]` stand for: names to take them by, and marks to know their versions by.

A file's name is its own, and below a folder, a prefix or the fixed part of a pattern, the path from there. Files are
looked at and not read. What is hidden (its name or folder begins with a dot) is passed over.
"""

import glob
import os
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from enum import StrEnum
from pathlib import Path, PurePosixPath
from urllib.parse import unquote, urlsplit

from corpus.storage import StorageSettings
from flows.errors import CrawlError

FILES_MAX = 100_000
"""Files of one intake: their names are held in memory and stand in its job, some 300 bytes each. More than these are
better packed in archives or tables anyway."""


class Where(StrEnum):
    """The kinds of places files lie at: a disk of this machine, a bucket, the web, and our own storage."""

    DISK = "disk"
    BUCKET = "bucket"
    WEB = "web"
    STORAGE = "storage"


@dataclass(frozen=True, slots=True)
class Given:
    """A file as it was found: the name it is taken by, its place (a path, an address or a key), and its mark.

    The mark is another when the content is; it is empty for what has to be asked for to know.
    """

    name: str
    where: Where
    place: str
    mark: str = ""


def given_files(places: Iterable[str], base: Path, settings: StorageSettings) -> list[Given]:
    """All files of some places, by name; relative paths begin at `base`.

    Raises CrawlError for a place without files, for two files of one name and for too many; StorageError for S3.
    """
    found: dict[str, Given] = {}
    for place in places:
        is_empty = True
        for given in _files_at(place, base, settings):
            is_empty = False
            held = found.setdefault(given.name, given)
            if held.place != given.place:
                raise CrawlError(
                    f"{held.place} and {given.place} are both called {given.name}: name the folder above them instead"
                )
            if len(found) > FILES_MAX:
                raise CrawlError(f"{place}: more than {FILES_MAX} files: pack them in ZIP or tar archives.")
        if is_empty:
            raise CrawlError(f"{place}: there is no file there. See to the place, counted from {base}.")
    return sorted(found.values(), key=lambda given: given.name)


def local_file(path: Path, name: str) -> Given:
    """A file on disk. Raises CrawlError when its name cannot be written down, or it is gone."""
    try:
        name.encode()
    except UnicodeEncodeError:
        raise CrawlError(f"{path!r}: its name is not UTF-8: rename it.") from None
    with readable(path):
        about = path.stat()
    return Given(name, Where.DISK, str(path), f"{about.st_size} {about.st_mtime_ns} {about.st_ino}")


@contextmanager
def readable(path: Path) -> Iterator[None]:
    """Turn what the disk refuses within the block into a CrawlError that names `path` and the remedy."""
    try:
        yield
    except OSError as error:
        raise CrawlError(
            f"{path} cannot be read ({error.strerror}): see that it is there, and yours to read."
        ) from error


def below(folder: Path) -> Iterator[tuple[Path, str]]:
    """The files below a folder and their paths from it, in order; links to folders are not followed."""
    for parent, folders, files in os.walk(folder, onerror=_told):
        folders[:] = sorted(name for name in folders if not name.startswith("."))
        for name in sorted(files):
            if not name.startswith("."):
                path = Path(parent, name)
                yield path, path.relative_to(folder).as_posix()


def _files_at(place: str, base: Path, settings: StorageSettings) -> Iterator[Given]:
    if place.startswith("s3://"):
        yield from _objects(place, settings)
    elif place.startswith(("http://", "https://")):
        parts = urlsplit(place)
        yield Given(unquote(PurePosixPath(parts.path).name) or str(parts.hostname), Where.WEB, place)
    else:
        with readable(base / place):
            yield from _local(base.resolve() / place)


def _local(path: Path) -> Iterator[Given]:
    if path.is_file():
        yield local_file(path, path.name)
    elif path.is_dir():
        yield from (local_file(file, name) for file, name in below(path) if file.is_file())
    elif glob.has_magic(str(path)):
        fixed = next(parent for parent in path.parents if not glob.has_magic(str(parent)))
        for match in sorted(fixed.glob(str(path.relative_to(fixed)))):
            for given in _local(match):
                inside = Path(given.place).relative_to(fixed)
                if not any(part.startswith(".") for part in inside.parts):
                    yield replace(given, name=inside.as_posix())


def _objects(place: str, settings: StorageSettings) -> Iterator[Given]:
    """The object at an address, or else all objects below it."""
    from corpus.storage_s3 import S3Storage  # noqa: PLC0415 - boto3 takes half a second

    bucket, _, key = place.removeprefix("s3://").partition("/")
    folder, _, last = key.rpartition("/")
    store = S3Storage(replace(settings, url=f"s3://{bucket}/{folder}"), Path())
    for each in store.objects(last):  # sorted, so an object of just this name comes first
        inside = each.key if each.key == last or not last else each.key.removeprefix(f"{last}/")
        if not each.key.endswith("/") and not inside.startswith(".") and "/." not in inside:
            if last and inside == each.key != last:  # it only begins alike
                continue
            yield Given(inside, Where.BUCKET, store.uri(each.key), each.mark)
            if each.key == last:
                return


def _told(error: OSError) -> None:
    with readable(Path(error.filename)):
        raise error
