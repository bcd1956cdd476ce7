"""All that a site says in files of its own about one of its pages."""

from dataclasses import dataclass
from functools import cached_property, lru_cache
from itertools import chain
from urllib.parse import urljoin

from crawler.observe import ai_agents, ai_txt, content_signal, content_usage, rsl, tdmrep, trust_txt
from crawler.observe.evidence import EvidenceFile, statement, unheard
from crawler.observe.robots import PRODUCT_TOKEN, Robots
from ledger.signals import Mechanism, RightsSignal, Verdict

ORIGINS_KEPT = 1024
"""Origins whose evidence files' addresses are remembered, half a kilobyte each: of an archive's records each is asked
whether it is one."""

_ROBOTS = "/robots.txt"
_NO_RULES = frozenset({401, 403, *range(300, 400)})
"""To be refused the rules, or led in a circle, is not to be free of them (stricter than RFC 9309 §2.3.1)."""


@dataclass(frozen=True)
class SiteFiles:
    """The evidence files of one `scheme://host[:port]`, each found again by the address that was asked for.

    Besides those of `needed_files` it holds the RSL files that `rsl_urls` names. robots.txt is parsed once.
    """

    origin: str
    files: tuple[EvidenceFile, ...]

    def get(self, path: str) -> EvidenceFile | None:
        """The file at a path of this origin, or at an address anywhere; None when it was not asked for."""
        return self._by_url.get(urljoin(self.origin, path))

    @cached_property
    def robots(self) -> Robots | None:
        """The parsed robots.txt; None when there is none to read."""
        file = self.get(_ROBOTS)
        return Robots.parse(file.body) if file is not None and file.answered else None

    @cached_property
    def _by_url(self) -> dict[str, EvidenceFile]:
        return {file.url: file for file in self.files}


@lru_cache(ORIGINS_KEPT)
def needed_files(origin: str) -> tuple[str, ...]:
    """Addresses to ask before the first page of an origin; robots.txt comes first."""
    return tuple(urljoin(origin, path) for path in (_ROBOTS, tdmrep.PATH, ai_txt.PATH, *trust_txt.PATHS))


def rsl_urls(robots: Robots) -> tuple[str, ...]:
    """Addresses of the RSL licence files a robots.txt names; they may be on other hosts."""
    named = (line.value for line in robots.licences(PRODUCT_TOKEN))
    return tuple(dict.fromkeys(url for url in named if url.lower().startswith(("http://", "https://"))))


def site_signals(files: SiteFiles, url: str) -> tuple[RightsSignal, ...]:
    """Every site-level statement that applies to a page of this origin.

    A TDMRep reservation among them may be lifted by the page's own headers or metas; the others stand before the page
    is fetched. A file that was not asked for counts as unreachable: what it says is not known.
    """
    return tuple(
        chain(
            _from_robots(files, url),
            _from_tdmrep(files, url),
            _from_ai_txt(files, url),
            _from_trust_txt(files),
        )
    )


def _from_robots(files: SiteFiles, url: str) -> tuple[RightsSignal, ...]:
    file = files.get(_ROBOTS)
    if file is None:
        return (_not_asked(Mechanism.ROBOTS, files, _ROBOTS),)
    if file.unreachable or file.status in _NO_RULES:
        return (unheard(Mechanism.ROBOTS, file),)
    robots = files.robots
    if robots is None:
        return ()
    if not robots.readable:
        return (statement(Mechanism.ROBOTS, Verdict.MALFORMED, ("unreadable", ""), "", file.seen.at("file")),)
    return (
        *ai_agents.statements(robots, file, url),
        *content_usage.STANDARD.in_robots(robots, file, url),
        *content_signal.STANDARD.in_robots(robots, file, url),
        *_from_rsl(files, robots, (file, url)),
    )


def _from_rsl(files: SiteFiles, robots: Robots, about: tuple[EvidenceFile, str]) -> tuple[RightsSignal, ...]:
    """What the licence files say that robots.txt names; one that is not at hand, or named without host, holds."""
    robots_file, url = about
    found: list[RightsSignal] = []
    for line in robots.licences(PRODUCT_TOKEN):
        file = files.get(line.value)
        seen = robots_file.seen.at(f"line={line.number}")
        found += rsl.statements(file, url) if file is not None else [rsl.missing(line.value, seen)]
    return tuple(dict.fromkeys(found))


def _from_tdmrep(files: SiteFiles, url: str) -> tuple[RightsSignal, ...]:
    file = files.get(tdmrep.PATH)
    return (_not_asked(Mechanism.TDMREP, files, tdmrep.PATH),) if file is None else tdmrep.file_statements(file, url)


def _from_ai_txt(files: SiteFiles, url: str) -> tuple[RightsSignal, ...]:
    file = files.get(ai_txt.PATH)
    return (_not_asked(Mechanism.AI_TXT, files, ai_txt.PATH),) if file is None else ai_txt.statements(file, url)


def _from_trust_txt(files: SiteFiles) -> tuple[RightsSignal, ...]:
    """What the first trust.txt that is there says; one that may be there, and was not had, is not passed over."""
    for path in trust_txt.PATHS:
        file = files.get(path)
        if file is None:
            return (_not_asked(Mechanism.TRUST_TXT, files, path),)
        if file.unreachable or trust_txt.exists(file):
            return trust_txt.statements(file)
    return ()


def _not_asked(mechanism: Mechanism, files: SiteFiles, path: str) -> RightsSignal:
    place = urljoin(files.origin, path)
    return RightsSignal(mechanism, Verdict.MALFORMED, "not asked for", "", f"{place}#file", "", "", "")
