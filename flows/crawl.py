"""Crawl: one source, one child process, captures into storage.

A crawl works in a folder of its own on local disk and is moved into storage when it is finished, its report last.
Killed anywhere and started again it goes on; a finished crawl that is still fresh is not repeated. What comes as
files goes the same way: its crawl is an intake, and fresh as long as the files are the same.
"""

import json
import shutil
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from corpus.captures import digest_of
from crawler.api import Listed, listed_from
from crawler.files import PAGES_FILE, PREVIOUS_FILE, REPORT_FILE
from crawler.job import Job, Limits, Scope, to_json
from crawler.rendering import Rendering
from crawler.starting import Crawls, StartError
from flows.catalogue import CatalogueSource
from flows.checkpoints import JOB_FILE, Checkpoints, forget, restore, write_whole
from flows.errors import CrawlError
from flows.intake import Files, scope_names
from flows.lifting import take_pages_along
from flows.paths import STAMP, crawl_prefix, crawled_at, digest_of_parts, finished_crawls, newest_crawl
from flows.progress import emit
from flows.rights import crawl_terms, terms_of
from flows.stopping import told_to_stop
from flows.workspace import Workspace
from ledger.budgets import check_budget
from ledger.journal import PROGRAM, Stamp
from ledger.records import CrawlRecord
from ledger.sources import record_crawl

NAMELESS = (
    "Sites cannot see who crawls them, or how to refuse: publish a page such as docs/om-robotten.md, and set "
    "FODAFTRYK_CRAWLER__ABOUT_URL (about_url in [crawler] of fodaftryk.toml) to its address."
)

_COMPLETE, _INCOMPLETE = 0, 3
_UNREACHED = frozenset({"robots_unreachable", "dns", "connection", "timeout", "out_of_budget"})


def crawl_source(space: Workspace, source: CatalogueSource, now: datetime, *, pinned: bool = False) -> str:
    """Crawl a source, or take in its files, unless it is fresh; returns the crawl's prefix in storage.

    With `pinned`, `now` also stands for the clock in what is recorded, so that a run can be repeated exactly.
    Raises CrawlError when the crawl fails, is not complete, or reaches nothing.
    """
    with space.alone_in(f"crawl-{source.name}"):
        if source.intake is not None:
            with Files(space, source, now) as files:
                return _take_in(space, source, files, now, pinned=pinned)
        fresh = fresh_crawl(space, source, now)
        if fresh:
            emit("fresh", source.name, crawl=fresh)
            return crawl_prefix(source.name, fresh)
        folder = _folder(space, source, now, _scope_digest(space, source))
        job_file = folder / JOB_FILE
        if not job_file.is_file():
            check_budget(space.ledger, source.name, now.date(), Stamp(PROGRAM, now))
            folder.mkdir(parents=True, exist_ok=True)
            _take_along(space, source, folder, now)
            write_whole(job_file, to_json(job_of(space, source, folder, now if pinned else None)))
        if not (space.settings.crawler.about_url or space.settings.crawler.proxy):
            emit("hint", source.name, message=NAMELESS)
        emit("crawl", source.name, crawl=folder.name)
        _run(space.crawls, source.name, job_file, Checkpoints(space, folder))
        prefix = _finish(space, source, folder)
        forget(space, source.name)
        return prefix


def fresh_crawl(space: Workspace, source: CatalogueSource, now: datetime, files: str = "") -> str | None:
    """The newest finished crawl, when it had the scope and terms of today and is young enough; else None.

    An intake had the same files (`files` is their digest) and does not age.
    """
    newest = newest_crawl(space.storage, source.name, now)
    if newest is None or not newest.endswith(f"-{_scope_digest(space, source, files)}"):
        return None
    age = now.replace(microsecond=0) - crawled_at(newest)
    is_young = age < timedelta(days=source.crawl.fresh_days) or not age
    return newest if is_young or source.intake is not None else None


def scope_of(source: CatalogueSource) -> Scope:
    """Which URLs belong to a source, as its catalogue file says today."""
    plan = source.crawl
    return Scope(frozenset(plan.hosts), plan.include, plan.exclude, scope_names(source))


def _take_in(space: Workspace, source: CatalogueSource, files: Files, now: datetime, *, pinned: bool) -> str:
    """Take in a source's files unless that is done; returns its prefix, empty while nothing is delivered.

    Raises CrawlError when files cannot be had or nothing can be taken of them, and behind the finished intake when
    single files are broken.
    """
    if not files.known:
        emit("awaiting", source.name)
        return ""
    files.learn()
    fresh = fresh_crawl(space, source, now, files.digest)
    if fresh:
        emit("fresh", source.name, crawl=fresh)
        files.clear()
        return crawl_prefix(source.name, fresh)
    check_budget(space.ledger, source.name, now.date(), Stamp(PROGRAM, now))
    files.bring()
    folder = _folder(space, source, now, _scope_digest(space, source, files.digest))
    folder.mkdir(parents=True, exist_ok=True)
    job_file = folder / JOB_FILE
    job = files.given_to(job_of(space, source, folder, now if pinned else None))
    write_whole(job_file, to_json(job))  # also when it goes on: the files may lie elsewhere by now
    emit("intake", source.name, crawl=folder.name, files=len(files.known))
    _run(space.crawls, source.name, job_file, Checkpoints(space, folder))
    spoilt = files.check(folder)
    files.note(folder.name)
    prefix = _finish(space, source, folder)
    forget(space, source.name)
    files.clear()
    if spoilt:
        raise CrawlError(spoilt)
    return prefix


def job_of(space: Workspace, source: CatalogueSource, folder: Path, now: datetime | None) -> Job:
    """What a crawl of a source is asked to do; `now` stands for the clock when it is given."""
    settings, plan = space.settings.crawler, source.crawl
    return Job(
        source=source.name,
        crawl=folder.name,
        folder=folder.resolve(),
        scope=scope_of(source),
        terms=crawl_terms(space, source),
        seeds=plan.seeds,
        sitemaps=plan.sitemaps,
        limits=Limits(plan.pages_max, plan.depth_max, plan.bytes_max, plan.seconds_max),
        delay_s_min=plan.delay_s_min if plan.delay_s_min is not None else settings.delay_s_min,
        drop_parameters=plan.drop_parameters,
        proxy=settings.proxy,
        user_agent_url=settings.about_url,
        policy=space.settings.ledger.policy,
        now=now,
        rendering=Rendering(frozenset(plan.render_hosts), settings.chromium) if plan.render else None,
        api=plan.api.value() if plan.api else None,
        listed=_listed(space, source, folder) if plan.api else None,
    )


def _listed(space: Workspace, source: CatalogueSource, folder: Path) -> Listed | None:
    """What earlier crawls of the same listings came to, as the newest one's report tells; None when it does not."""
    newest = newest_crawl(space.storage, source.name, crawled_at(folder.name))
    if newest is None or not newest.endswith(f"-{_scope_digest(space, source)}"):
        return None
    report = json.loads(space.storage.local(f"{crawl_prefix(source.name, newest)}/{REPORT_FILE}").read_bytes())
    return listed_from(report["listed"]) if report.get("listed") else None


def _take_along(space: Workspace, source: CatalogueSource, folder: Path, now: datetime) -> None:
    """Put the page list of the crawl before into the folder of a new one, which goes on from it."""
    newest = newest_crawl(space.storage, source.name, now)
    if newest is not None:
        crawl = crawl_prefix(source.name, newest)
        take_pages_along(space, crawl, space.storage.local(f"{crawl}/{PAGES_FILE}"), folder / PREVIOUS_FILE)


def _scope_digest(space: Workspace, source: CatalogueSource, files: str = "") -> str:
    """Eight hex digits for what decides which pages are taken: another scope, agreement or file, another crawl."""
    plan, terms = source.crawl, terms_of(space, source)
    limits = (plan.pages_max, plan.depth_max, plan.bytes_max, plan.seconds_max)
    place = (plan.seeds, plan.hosts, plan.include, plan.exclude, plan.sitemaps, plan.drop_parameters, plan.api)
    rendering = (plan.render, plan.render_hosts) if plan.render else ()
    parts = (*place, limits, terms.status, terms.agreements, *rendering)
    return digest_of_parts(*(repr(part) for part in parts), *([files] if source.intake is not None else []))[:8]


def _folder(space: Workspace, source: CatalogueSource, now: datetime, digest: str) -> Path:
    """The folder of this crawl when it was begun and not finished, or of a new one; others' leavings are removed."""
    parent = space.work / "crawls" / source.name
    restore(space, source.name, digest, parent)
    begun = sorted(parent.glob("*")) if parent.is_dir() else []
    finished = set(finished_crawls(space.storage, source.name))
    mine = [folder for folder in begun if folder.name.endswith(f"-{digest}") and folder.name not in finished]
    for folder in set(begun) - set(mine):
        shutil.rmtree(folder)
    return mine[-1] if mine else parent / f"{now.strftime(STAMP)}-{digest}"


def _run(crawls: Crawls, source: str, job_file: Path, checkpoints: Checkpoints) -> None:
    """Run the crawl in its own process, passing on what it tells; the crawler dies with this process."""
    log = job_file.with_name("crawl.log")
    try:
        with (
            log.open("ab") as errors,
            crawls.start(job_file, errors.fileno()) as child,
            told_to_stop(child, checkpoints.put),
        ):
            for line in child.told:
                told = json.loads(line)
                if told["event"] == "progress":
                    shown = ("captured", "refused", "failed", "pending")
                    emit("crawling", source, **{name: told[name] for name in shown})
                    checkpoints.tick()
    except StartError as error:
        raise CrawlError(f"{source}: {error}") from error
    if child.returncode != _COMPLETE:
        checkpoints.put()
    if child.returncode == _INCOMPLETE:
        why = _broken(job_file.parent)
        raise CrawlError(
            f"{source}: the crawl stopped before it was complete{why}; run again and it goes on. Log: {log}"
        )
    if child.returncode != _COMPLETE:
        tail = log.read_text(errors="replace").strip().splitlines()[-1:]
        raise CrawlError(f"{source}: the crawl failed: {' '.join(tail)} Full log: {log}")


def _broken(folder: Path) -> str:
    """Why the listings of an API broke off, in words that stand after what happened; empty when they did not."""
    path = folder / REPORT_FILE
    report = json.loads(path.read_bytes()) if path.is_file() else {}
    reasons = ", ".join(report.get("listings_failed", ()))
    return f" (a page of its listing could not be read: {reasons})" if reasons else ""


def _reached_nothing(report: dict[str, Any]) -> bool:
    told = {**report["refused"], **report["failed"]}
    return report["captured"] == 0 and bool(told) and set(told) <= _UNREACHED


def _finish(space: Workspace, source: CatalogueSource, folder: Path) -> str:
    """Record the crawl, put its captures into storage, its report last, and clear the folder."""
    data = (folder / "report.json").read_bytes()
    report = json.loads(data)
    if _reached_nothing(report):
        shutil.rmtree(folder)
        raise CrawlError(
            f"{source.name}: {source.homepage} could not be reached, and what cannot be read is not taken. "
            "Check the address and the network (FODAFTRYK_CRAWLER__PROXY); then run again."
        )
    prefix = crawl_prefix(source.name, folder.name)
    counts = {name: report[name] for name in ("known", "captured", "redirected")}
    counts |= {name: sum(report[name].values()) for name in ("refused", "failed")} | report["changes"]
    record = CrawlRecord(source.name, folder.name, digest_of(data), counts)
    record_crawl(space.ledger, record, datetime.fromisoformat(report["ended"]))
    for path in [*sorted(folder.glob("*.warc.gz")), folder / "pages.jsonl.gz"]:
        space.storage.put(f"{prefix}/{path.name}", path)
    space.storage.put_bytes(f"{prefix}/report.json", data)
    shutil.rmtree(folder)
    emit("crawled", source.name, **{name: count for name, count in report["changes"].items() if count})
    return prefix
