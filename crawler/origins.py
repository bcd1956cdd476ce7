"""What each origin allows and says of itself: robots.txt first, then the files that carry rights signals.

Everything fails closed. A robots.txt that cannot be had means that nothing may be asked (RFC 9309 2.3.1.4, and
stricter: 429, HTML in its place, too many redirects); one that is refused (401, 403) means the same under another
name. Answers are read again when they are 24 hours old. When robots.txt then cannot be had, the copy this crawl read
last, if it allowed anything, keeps its word: it is taken up for another 24 hours at a time as long as it was fetched
no more than 30 days before, and so is never older than 31. A new crawl begins without a copy.
"""

import asyncio
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum

from crawler.evidence import Evidence
from crawler.observe.evidence import EvidenceFile
from crawler.observe.robots import PRODUCT_TOKEN, Robots
from crawler.observe.site import SiteFiles, needed_files, rsl_urls
from crawler.pace import Pace
from crawler.urls import canonical, host_of, origin_of

LIFE = timedelta(hours=24)
"""How long an answer holds before it is read again (RFC 9309 2.4)."""

GOOD_COPY_LIFE = timedelta(days=30)
"""Age at which a good robots.txt is taken up no more when none can be had (RFC 9309 2.3.1.4)."""

REDIRECTS_MAX = 5
"""Redirects followed from robots.txt or an evidence file (RFC 9309 2.3.1.2)."""

RETRY_PAUSES_S = (1.0, 5.0)
"""Pauses before a file that was unreachable is asked for again: one hiccup should not cost the whole site."""

RSL_FILES_MAX = 10
"""RSL files followed from one robots.txt or one page."""

LICENCE_FILES_MAX = 100
"""RSL files asked for in one crawl; a site has one or a few. In memory at most 1 MiB each (`EVIDENCE_BYTES_MAX`)."""

LICENCE_ORIGINS_MAX = 20
"""Origins they lie on or are redirected to, in one crawl: each is asked for its robots.txt, and may be a stranger."""


class Access(StrEnum):
    """What a URL's robots.txt says about asking for it; the refusals are the report's reasons."""

    ALLOWED = "allowed"
    DISALLOWED = "robots_disallowed"
    REFUSED = "robots_refused"
    UNREACHABLE = "robots_unreachable"


@dataclass(frozen=True)
class Rules:
    """The standing of one origin: `access` for all its URLs, and `robots` where that is `ALLOWED`."""

    access: Access
    robots: Robots
    file: EvidenceFile

    def access_to(self, url: str) -> Access:
        """May this URL of the origin be asked for?"""
        if self.access is not Access.ALLOWED or self.robots.allows(url, PRODUCT_TOKEN):
            return self.access
        return Access.DISALLOWED


def rules_of(file: EvidenceFile) -> Rules:
    """What an answer for robots.txt means."""
    status = file.status
    if status is not None and 200 <= status < 300:
        robots = Robots.parse(file.body)
        return Rules(Access.ALLOWED if robots.readable else Access.UNREACHABLE, robots, file)
    nothing = Robots.parse(b"")
    if status in (401, 403):
        return Rules(Access.REFUSED, nothing, file)
    if file.unreachable:
        return Rules(Access.UNREACHABLE, nothing, file)
    return Rules(Access.ALLOWED, nothing, file)


class Origins:
    """The rules and files of the origins of one crawl; each is asked for by one at a time, however many wait."""

    def __init__(self, evidence: Evidence, pace: Pace) -> None:
        self._evidence, self._pace = evidence, pace
        self._rules: dict[str, tuple[Rules, datetime]] = {}
        self._sites: dict[str, SiteFiles] = {}
        self._files: dict[str, EvidenceFile] = {}
        self._locks: dict[str, asyncio.Lock] = {}

    async def rules(self, origin: str) -> Rules:
        """What an origin's robots.txt allows, asked for at most 24 hours ago; while none can be had, see above."""
        async with self._locks.setdefault(f"rules of {origin}", asyncio.Lock()):
            held = self._rules.get(origin)
            if held is not None and self._evidence.now() - held[1] <= LIFE:
                return held[0]
            rules = await self._read_rules(f"{origin}/robots.txt")
            fresh = self._is_fresh(rules.file)
            self._rules[origin] = rules, rules.file.fetched_at if fresh else self._evidence.now()
            self._pace.slow_down(host_of(origin), rules.robots.crawl_delay_s(PRODUCT_TOKEN))
            return rules

    async def access_to(self, url: str) -> Access:
        """May this URL be asked for, by the robots.txt of its origin?"""
        return (await self.rules(origin_of(url))).access_to(url)

    async def site_files(self, origin: str) -> SiteFiles:
        """An origin's evidence files, robots.txt first; those robots.txt forbids are left out.

        A licence file that robots.txt names but that may not be asked for counts as one that cannot be had.
        """
        rules = await self.rules(origin)
        wanted = [await self._file(url) for url in needed_files(origin) if url != rules.file.url]
        named = await self.named_files(rsl_urls(rules.robots))
        files = (rules.file, *(file for file in wanted if file), *named)
        held = self._sites.get(origin)
        if held is None or [*map(id, held.files)] != [*map(id, files)]:
            held = self._sites[origin] = SiteFiles(origin, files)  # kept, as it holds the parsed robots.txt
        return held

    async def named_files(self, urls: tuple[str, ...]) -> tuple[EvidenceFile, ...]:
        """The licence files a page or robots.txt names, each with its answer or without a status.

        Files beyond the crawl's limits are not asked for and not answered: a page that names one is held. So is one
        whose file lies with a host that may not be asked in time: it must not wait for a stranger.
        """
        found = []
        for url in urls[:RSL_FILES_MAX]:
            spelled = canonical(url)
            if spelled and not self._admits(spelled):
                continue
            file = await self._file(spelled) if spelled and self._comes_in_time(spelled) else None
            if file is None:
                file = EvidenceFile(url, None, b"", self._evidence.now())
            elif file.url != url:
                file = replace(file, url=url)
            found.append(file)
        return tuple(found)

    async def terms_file(self, url: str) -> EvidenceFile | None:
        """A terms page of a site, without a status when it cannot be had in time; None when it may not be asked for."""
        if not self._comes_in_time(url):
            return EvidenceFile(url, None, b"", self._evidence.now())
        return await self._file(url)

    async def _file(self, url: str) -> EvidenceFile | None:
        """One evidence file, at most 24 hours old; None when it may not be asked for."""
        async with self._locks.setdefault(url, asyncio.Lock()):
            file = self._files.get(url)
            if file is None or not self._is_fresh(file):
                if await self.access_to(url) is not Access.ALLOWED:
                    return None
                file = await self._kept_or_asked(url)
                self._files[url] = file
            return file

    async def _read_rules(self, url: str) -> Rules:
        last = self._evidence.last(url)
        rules = rules_of(await self._kept_or_asked(url))
        if rules.access is Access.UNREACHABLE and last is not None:
            good = rules_of(last)
            if good.access is Access.ALLOWED and self._evidence.now() - last.fetched_at <= GOOD_COPY_LIFE:
                self._evidence.keep(last)
                return good
        return rules

    async def _kept_or_asked(self, url: str) -> EvidenceFile:
        """The answer an earlier run kept, if it is one and fresh; else a new one, asked for up to three times."""
        last = self._evidence.last(url)
        if last is not None and self._is_fresh(last) and not last.unreachable:
            return last
        file, again = await self._followed(url)
        for pause in RETRY_PAUSES_S:
            if not again:
                break
            await self._pace.rest(pause)
            file, again = await self._followed(url)
        self._evidence.keep(file)
        return file

    async def _followed(self, url: str) -> tuple[EvidenceFile, bool]:
        """The answer at the end of the redirects, under the URL that was asked for, and whether to ask again may help.

        Redirects that lead nowhere, or where they are not followed, leave the file without a status, and always will.
        """
        target = url
        for _ in range(REDIRECTS_MAX + 1):
            file, location = await self._evidence.fetch(target)
            if not location:
                nowhere = file.status is not None and 300 <= file.status < 400
                answer = EvidenceFile(url, None if nowhere else file.status, file.body, file.fetched_at)
                return answer, file.unreachable
            if not await self._may_lead(url, location):
                break
            target = location
        return EvidenceFile(url, None, b"", self._evidence.now()), False

    async def _may_lead(self, url: str, location: str) -> bool:
        """May a redirect be followed? robots.txt may lead anywhere (RFC 9309 2.3.1.2), the rest where it is allowed."""
        origin = origin_of(url)
        if url != f"{origin}/robots.txt":
            is_named = url not in needed_files(origin)
            if is_named and not self._admits_origin_of(location):
                return False
            if await self.access_to(location) is not Access.ALLOWED:
                return False
        return host_of(location) == host_of(url) or self._comes_in_time(location)

    def _admits(self, url: str) -> bool:
        return self._admits_origin_of(url) and self._evidence.admits("file", url, LICENCE_FILES_MAX)

    def _admits_origin_of(self, url: str) -> bool:
        """Whether a licence file may lie on an origin: one whose robots.txt is at hand anyway, or one of the first."""
        origin = origin_of(url)
        return origin in self._rules or self._evidence.admits("origin", origin, LICENCE_ORIGINS_MAX)

    def _comes_in_time(self, url: str) -> bool:
        """Whether a file is at hand, or its host's turn comes before the crawl's end; when the crawl ends, all wait."""
        held = self._files.get(url)
        is_held = held is not None and self._is_fresh(held)
        return is_held or self._pace.is_over or self._pace.comes_in_time(host_of(url))

    def _is_fresh(self, file: EvidenceFile) -> bool:
        return self._evidence.now() - file.fetched_at <= LIFE
