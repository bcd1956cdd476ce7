"""Pages that an earlier crawl captured and this one did not receive again: what stands of them, and on what right.

Their signals are put together: what the site says in files of its own as this crawl read it, what the page said when
it was last received, and what the headers of a 304 add. Statements are only added to what the page said, so a
reservation that was lifted is seen when the page is next read in full, and one that is new is seen at once.
"""

from collections.abc import Callable, Iterable
from datetime import datetime

from corpus.captures import Capture
from crawler.archive import Series
from crawler.evidence import kept_file
from crawler.frontier import Frontier
from crawler.history import Past
from crawler.judging import judged, refusal_of, with_evidence
from crawler.observe.page import page_signals
from crawler.observe.site import SiteFiles, needed_files, rsl_urls, site_signals
from crawler.origins import Access, rules_of
from crawler.turns import Kind, Outcome
from crawler.urls import origin_of
from crawler.work import Work
from ledger.decide import decide
from ledger.signals import RightsSignal, signals_from_json

GONE = frozenset({401, 403, 404, 410, 451})
"""Statuses that say a page is no longer offered to us; any other that is no success may pass, and the page stands."""


def not_modified(work: Work, capture: Capture, past: Past, files: SiteFiles) -> Outcome:
    """The outcome of a page that was answered with 304: unchanged, unless it is reserved by now."""
    signals = (*site_signals(files, capture.url), *_said_by_page((files,), past), *page_signals(capture, None))
    decision = decide(signals, work.job.terms.at(capture.url), work.policy, work.now().date())
    outcome = judged(capture, signals, decision, standing="unchanged")
    return outcome.but(
        payload_digest=past.payload_digest,
        content_type=past.content_type,
        etag=outcome.etag or past.etag,
        last_modified=outcome.last_modified or past.last_modified,
        read_at=past.read_at,
    )


def kept(work: Work, outcome: Outcome, capture: Capture, past: Past | None, write: Callable[[], None]) -> Outcome:
    """Write what is to be kept of a text that was received: its body, by `write`, or that it is as it was."""
    if past is not None and past.payload_digest == capture.payload_digest:
        same = outcome.but(outcome="unchanged") if outcome.outcome == "captured" else outcome
        return revisited(work, same, capture, past)
    if outcome.outcome == "captured":
        write()
    return outcome


def revisited(work: Work, outcome: Outcome, capture: Capture, past: Past) -> Outcome:
    """Write that a page is unchanged, when that is its outcome."""
    if outcome.outcome == "unchanged":
        captured_at = datetime.fromisoformat(past.captured_at)
        work.archives[Series.PAGES].write_revisit(capture, past.payload_digest, captured_at)
    return outcome


def carried(work: Work, url: str, past: Past, reason: str, *, heard: tuple[RightsSignal, ...] = ()) -> Outcome:
    """The outcome of a page that could not be had this time, for a reason that may pass, or that was not asked for.

    It is decided by the evidence files this crawl has kept, and where it has none by what stood when it was read; for
    a row, by those of the listing it stood in and of its own address; and by what was `heard`, where the page was
    answered and only not to be read.
    """
    addresses = (past.found_on, url) if past.kind == Kind.ROW else (url,)
    found = ((address, _kept_site(work.frontier, origin_of(address))) for address in addresses)
    sites = {address: files for address, files in found if files is not None}
    if addresses[0] in sites:
        access = rules_of(sites[addresses[0]].files[0]).access_to(addresses[0])
        if access is not Access.ALLOWED:
            return Outcome("refused", access.value, asked=False)
    of_sites = (said for address, files in sites.items() for said in site_signals(files, address))
    signals = tuple(dict.fromkeys((*of_sites, *_said_by_page(sites.values(), past), *heard)))
    decision = decide(signals, work.job.terms.at(url), work.policy, work.now().date())
    left_out = decision.outcome == "exclude"
    outcome = Outcome(
        "refused" if left_out else "carried",
        refusal_of(decision) if left_out else reason,
        content_type=past.content_type,
        fetched_at=past.fetched_at,
        payload_digest=past.payload_digest,
        etag=past.etag,
        last_modified=past.last_modified,
        read_at=past.read_at,
        asked=False,
    )
    return with_evidence(outcome, signals, decision)


def _said_by_page(sites: Iterable[SiteFiles], past: Past) -> tuple[RightsSignal, ...]:
    """Past statements that stood on the page, or in a file only the page named, and in none of these sites' own."""
    of_sites: set[str] = set()
    for files in sites:
        of_sites |= {*needed_files(files.origin), *(rsl_urls(files.robots) if files.robots else ())}
    return tuple(said for said in signals_from_json(past.signals) if said.place.partition("#")[0] not in of_sites)


def _kept_site(frontier: Frontier, origin: str) -> SiteFiles | None:
    """An origin's evidence files as this crawl last kept them, robots.txt first; None when that was never read."""
    robots, *rest = needed_files(origin)
    first = kept_file(frontier, robots)
    if first is None:
        return None
    found = (kept_file(frontier, url) for url in (robots, *rest, *rsl_urls(rules_of(first).robots)))
    return SiteFiles(origin, tuple(file for file in found if file is not None))
