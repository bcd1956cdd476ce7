"""Fetching: a file of an intake brought to local disk from where it lies.

Copies lie in the work folder, each with the mark of its version beside it, until the intake is finished: a run that
was killed finds them again.
"""

import hashlib
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

from corpus.storage import on_disk
from crawler.job import user_agent
from flows.catalogue import CatalogueSource
from flows.digesting import Told
from flows.errors import CrawlError
from flows.places import Given, Where
from flows.workspace import Workspace

if TYPE_CHECKING:
    from crawler.intake.download import Downloads


class Fetching:
    """Brings the files of one source here. All it does raises CrawlError or StorageError, with the remedy."""

    def __init__(self, space: Workspace, source: CatalogueSource, now: datetime) -> None:
        self._space, self._source, self._now = space, source, now
        self._copies = space.work / "intake" / source.name
        self._downloads: Downloads | None = None
        self._tell: Callable[[int, int | None], None] = Told(source.name, "fetching", "")

    def bring(self, given: Given) -> tuple[Given, Path]:
        """The file with the mark of the version that was brought, and where it lies now."""
        self._tell = Told(self._source.name, "fetching", given.name)
        if given.where is Where.DISK:
            return given, Path(given.place)
        if given.where is Where.STORAGE:
            return given, self._space.storage.local(given.place)
        copy = self._copies / hashlib.sha256(given.place.encode()).hexdigest()[:32]
        with on_disk(copy):
            copy.parent.mkdir(parents=True, exist_ok=True)
            if given.where is Where.WEB:
                with self._web() as downloads:
                    return replace(given, mark=downloads.fetch(given.place, copy)), copy
            self._from_bucket(given, copy)
            return given, copy

    def is_unchanged(self, given: Given, mark: str) -> bool:
        """Whether a file on the web is said to be still the one that had this mark."""
        with self._web() as downloads:
            return downloads.is_unchanged(given.place, mark)

    def forget(self, path: Path) -> None:
        """Remove a copy that is not what it should be; a file that is no copy of ours stays."""
        if path.parent == self._copies:
            path.unlink(missing_ok=True)

    def close(self) -> None:
        """Close connections; the copies stay."""
        if self._downloads is not None:
            self._downloads.close()

    def clear(self) -> None:
        """Remove the copies, when the intake is finished."""
        shutil.rmtree(self._copies, ignore_errors=True)

    def _from_bucket(self, given: Given, copy: Path) -> None:
        from corpus.storage_s3 import S3Storage  # noqa: PLC0415 - boto3 takes half a second

        note, part = copy.with_name(f"{copy.name}.mark"), copy.with_name(f"{copy.name}.part")
        if copy.is_file() and note.is_file() and note.read_text() == given.mark:
            return
        bucket, _, key = given.place.removeprefix("s3://").partition("/")
        store = S3Storage(replace(self._space.settings.storage, url=f"s3://{bucket}"), self._copies)
        done = 0

        def say(size: int) -> None:
            nonlocal done
            done += size
            self._tell(done, None)

        store.download(key, part, say)
        note.write_text(given.mark)
        part.replace(copy)

    def _say(self, done: int, whole: int | None) -> None:
        """Tell of the file that is under way."""
        self._tell(done, whole)

    @contextmanager
    def _web(self) -> Iterator["Downloads"]:
        """What asks the web, made when it is first needed."""
        from crawler.intake.asking import DownloadError, Manner  # noqa: PLC0415 - Scrapy takes half a second
        from crawler.intake.download import Downloads  # noqa: PLC0415 - as above

        settings, plan = self._space.settings.crawler, self._source.crawl
        if self._downloads is None:
            manner = Manner(
                proxy=settings.proxy,
                user_agent=user_agent(settings.about_url),
                delay_s_min=plan.delay_s_min if plan.delay_s_min is not None else settings.delay_s_min,
                bytes_max=plan.bytes_max,
                seconds_max=plan.seconds_max,
                now=self._now,
            )
            self._downloads = Downloads(manner, self._say)
        try:
            yield self._downloads
        except DownloadError as error:
            raise CrawlError(f"{self._source.name}: {error}.") from error
