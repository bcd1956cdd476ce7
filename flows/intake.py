"""Intake: the files of a source, told apart by their digests, brought here and given to the crawler.

A file that a finished intake has noted, and whose mark has not changed, is not read again to know its digest; the web
is asked again when the source's `fresh_days` are over. Only when some file is another, or the source's fields or
terms are, are all files brought here and taken in anew.
"""

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from crawler.delivered import DeliveredFile
from crawler.files import PAGES_FILE, REPORT_FILE
from crawler.intake.items import names_of
from crawler.job import Job
from flows.catalogue import CatalogueSource
from flows.deliveries import delivered_files
from flows.digesting import Told, digest_file
from flows.errors import CrawlError
from flows.fetching import Fetching
from flows.paths import crawl_prefix, crawled_pages, digest_of_parts, newest_crawl
from flows.places import Given, Where, given_files, local_file
from flows.source_tables import Access
from flows.workspace import Workspace

FILES_FILE = "files.json"
"""Beside a finished intake's captures: its files, with place, mark and digest."""

_SPOILT = {
    "broken_file": "ends too soon or is not what it says: get it anew",
    "broken_member": "has a broken part: have it packed anew",
    "encrypted": "needs a password: have it packed without one",
    "inflates_too_far": "inflates beyond all measure, as only files do that are made to hurt: look into it",
}
"""What is wrong with whole files, and the remedy; it is told once, when they are taken in."""

_RIGHTS = frozenset({"reserved", "robots_disallowed", "robots_refused", "robots_unreachable"})
"""Refusals that must count although nothing was captured."""

NAMES_TOLD = 5
"""Files named in a message."""


@dataclass(frozen=True, slots=True)
class Known:
    """A file, its digest (empty: not known yet), and when its place was last asked for that, ISO 8601."""

    given: Given
    sha256: str
    seen: str


class Files:
    """The files of one source's intake. Use it as a context, which closes its connections."""

    def __init__(self, space: Workspace, source: CatalogueSource, now: datetime) -> None:
        """Find the files and what is known of them; nothing is read, and the web is not asked.

        Raises CrawlError for a place without files, StorageError when a bucket cannot be listed.
        """
        assert source.intake is not None, f"{source.name} is crawled"
        self._space, self._source, self._now, self._table = space, source, now, source.intake
        self._fetching = Fetching(space, source, now)
        self._noted = _noted(space, source.name, now)
        self._brought: dict[str, Path] = {}
        self.known = [self._known(given) for given in self._found()]

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._fetching.close()

    @property
    def digest(self) -> str:
        """Stands for the files and how they are read; empty while some file's digest is not known."""
        if not all(known.sha256 for known in self.known):
            return ""
        files = [f"{known.given.name} {known.sha256}" for known in self.known]
        return digest_of_parts(repr(self._table.value()), *files)

    def learn(self) -> None:
        """Find out every file's digest; what may have changed is read for it. Raises as `bring`."""
        self.known = [known if known.sha256 else self._learned(known) for known in self.known]

    def bring(self) -> None:
        """Have all files on local disk.

        Raises CrawlError for a file that is not what it should be or may not be had, StorageError for the disk.
        """
        self.known = [known if known.given.name in self._brought else self._here(known) for known in self.known]

    def given_to(self, job: Job) -> Job:
        """The job with the files that were brought."""
        files = [
            DeliveredFile(known.given.name, self._brought[known.given.name].resolve(), known.sha256)
            for known in self.known
        ]
        return replace(job, seeds=(), sitemaps=(), intake=replace(self._table.value(), files=tuple(files)))

    def check(self, folder: Path) -> str:
        """See that an intake read what it was given and took something; returns what is wrong with single files.

        Raises CrawlError when it did not.
        """
        name = self._source.name
        for known in self.known:
            path = Path(known.given.place)
            if known.given.where is Where.DISK and local_file(path, "").mark != known.given.mark:
                raise CrawlError(f"{name}: {path} was changed while it was read: run again.")
        report = json.loads((folder / REPORT_FILE).read_bytes())
        spoilt = _spoilt(folder, report)
        if report["captured"] or set(report["refused"]) & _RIGHTS:
            return f"{name}: {spoilt}. What could be read is taken." if spoilt else ""
        if report["out_of_scope"]:
            raise CrawlError(
                f"{name}: none of its {report['out_of_scope']} texts lies on a host of the source, so nothing is "
                "taken: name their hosts in `hosts` of [crawl]."
            )
        counts = [f"{count} {reason}" for word in ("refused", "failed") for reason, count in report[word].items()]
        why = spoilt or f"{', '.join(counts) or 'nothing is in them'}: see to `format` and [intake.fields]"
        raise CrawlError(f"{name}: no text could be taken of its files: {why}.")

    def note(self, crawl: str) -> None:
        """Note the files of a finished intake beside its captures."""
        rows = [{**asdict(known.given), "sha256": known.sha256, "seen": known.seen} for known in self.known]
        text = json.dumps(rows, ensure_ascii=False, indent=1, sort_keys=True)
        self._space.storage.put_bytes(f"{crawl_prefix(self._source.name, crawl)}/{FILES_FILE}", text.encode())

    def clear(self) -> None:
        """Remove the copies that were made."""
        self._fetching.clear()

    def _found(self) -> list[Given]:
        settings, name = self._space.settings, self._source.name
        if self._source.crawl.access is Access.DELIVERY:
            found = delivered_files(self._space, name, self._now)
        else:
            try:
                found = given_files(self._table.files, settings.catalogue, settings.storage)
            except CrawlError as error:
                raise CrawlError(f"{name}: {error}") from error
        strangers = sorted(set(self._table.sha256) - {given.name for given in found})
        if found and strangers:
            names = ", ".join(given.name for given in found[:NAMES_TOLD])
            raise CrawlError(f"{name}: sha256 names {', '.join(strangers)}, which is no file of it; there are {names}.")
        return found

    def _known(self, given: Given) -> Known:
        """What is known of a file without reading it or asking for it."""
        noted, now = self._noted.get(given.place), self._now.isoformat()
        stated = self._table.sha256.get(given.name, "")
        if given.where is Where.STORAGE:
            return Known(given, given.mark, now)
        if given.where is Where.WEB:
            if stated:
                return Known(given, stated, now)
            days = timedelta(days=self._source.crawl.fresh_days)
            if noted and self._now - datetime.fromisoformat(noted.seen) < days:
                return Known(replace(given, mark=noted.given.mark), noted.sha256, noted.seen)
        elif noted and noted.given.mark == given.mark and stated in {"", noted.sha256}:
            return Known(given, noted.sha256, now)
        return Known(given, "", now)

    def _learned(self, known: Known) -> Known:
        noted = self._noted.get(known.given.place)
        if known.given.where is Where.WEB and noted and self._fetching.is_unchanged(known.given, noted.given.mark):
            return Known(replace(known.given, mark=noted.given.mark), noted.sha256, known.seen)
        return self._here(known)

    def _here(self, known: Known) -> Known:
        """Bring a file, and see that it is what it should be."""
        given, path = self._fetching.bring(known.given)
        on_disk_as_noted = given.where is Where.DISK and known.sha256
        told = Told(self._source.name, "reading", given.name)
        sha256 = known.sha256 if on_disk_as_noted else digest_file(path, told)
        stated = given.mark if given.where is Where.STORAGE else self._table.sha256.get(given.name, sha256)
        if sha256 != stated:
            self._fetching.forget(path)
            raise CrawlError(
                f"{self._source.name}: {given.place} has the SHA-256 {sha256} and should have {stated}: get it "
                "anew, or correct `sha256` in [intake]."
            )
        self._brought[given.name] = path
        return Known(given, sha256, self._now.isoformat())


def _noted(space: Workspace, source: str, now: datetime) -> dict[str, Known]:
    """What the newest finished intake noted of its files, by place."""
    newest = newest_crawl(space.storage, source, now)
    key = f"{crawl_prefix(source, newest or '')}/{FILES_FILE}"
    if newest is None or not space.storage.exists(key):
        return {}
    return {row["place"]: _from_row(row) for row in json.loads(space.storage.local(key).read_bytes())}


def _from_row(row: Mapping[str, str]) -> Known:
    return Known(Given(row["name"], Where(row["where"]), row["place"], row["mark"]), row["sha256"], row["seen"])


def _spoilt(folder: Path, report: Mapping[str, Any]) -> str:
    """Which files are wrong as a whole, with the remedy; empty when none is."""
    reasons = [reason for reason in _SPOILT if reason in report["failed"]]
    if not reasons:
        return ""
    names: dict[str, list[str]] = {reason: [] for reason in reasons}
    for page in crawled_pages(folder / PAGES_FILE):
        told = names.get(page["reason"], []) if page["outcome"] == "failed" else []
        if page["found_on"] not in told and len(told) < NAMES_TOLD:
            told.append(page["found_on"])
    return "; ".join(f"{', '.join(names[reason])} {_SPOILT[reason]}" for reason in reasons)


def scope_names(source: CatalogueSource) -> str:
    """How the names of a source's texts begin that come without addresses, in files or in an API's listings."""
    has_names = source.intake is not None or source.crawl.api is not None
    return names_of(source.name) if has_names else ""
