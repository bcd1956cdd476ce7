"""What one crawl is asked to do, as JSON in and out.

A job is written by whoever starts the crawl and read by the child process; it never changes while the crawl runs.
A job that continues an earlier one names the same folder, source and crawl; its limits may have grown.
"""

import json
import re
from dataclasses import asdict, dataclass, field, fields
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from crawler.api import Api, Listed, api_from, listed_from
from crawler.delivered import DeliveredFile, Format, Intake
from crawler.fields import Fields, TextType
from crawler.observe.robots import PRODUCT_TOKEN
from crawler.rendering import Rendering
from crawler.terms import terms_from_rows, terms_to_rows
from crawler.urls import ascii_host, canonical, host_of, is_outside, matches, path_of
from ledger.decide import Terms

VERSION = "0.1"


class JobError(ValueError):
    """The job file cannot be used; the message says which part and what it should be."""


@dataclass(frozen=True, slots=True)
class Limits:
    """Where a crawl ends. All are counted over all its runs.

    `pages_max` pages asked for, whatever they answered; `depth_max` links from a seed; `bytes_max` bytes of bodies
    received, as they came; `seconds_max` seconds of running time. `response_s_max` is for one response: seconds from
    connecting to its last byte, however lively it drips.
    """

    pages_max: int = 10_000
    depth_max: int = 20
    bytes_max: int = 10 * 2**30
    seconds_max: float = 6 * 3600.0
    response_s_max: float = 30.0


@dataclass(frozen=True, slots=True)
class Scope:
    """Which URLs belong to a crawl: exact host names, and path patterns as in robots.txt.

    With no `include` every path belongs; `exclude` wins over `include`. `names` is how the names begin that we give to
    a source's delivered texts without an address; they belong as well.
    """

    hosts: frozenset[str]
    include: tuple[str, ...] = ()
    exclude: tuple[str, ...] = ()
    names: str = ""

    def holds(self, url: str) -> bool:
        """Whether a canonical URL, or a name we gave, belongs to the crawl."""
        if self.names and url.startswith(self.names):
            return True
        path = path_of(url)
        return (
            host_of(url) in self.hosts
            and (not self.include or any(matches(pattern, path) for pattern in self.include))
            and not any(matches(pattern, path) for pattern in self.exclude)
        )


@dataclass(frozen=True, slots=True)
class Job:
    """One crawl of one source, or, with an `intake`, the taking in of files in place of one.

    `seeds` and `sitemaps` are canonical URLs; `drop_parameters` names parameters of a query that make no other page,
    a star being any run; `folder` is the crawl's own work folder; `proxy` is an operator's egress
    proxy (`http://host:port`), or empty; `policy` is a policy file's path, or empty for the one that is shipped;
    `now` replaces the clock in what is recorded; without `rendering` pages are read as they come. With an `api` the
    seeds are its listings, and `listed` says what earlier crawls of them came to.
    """

    source: str
    crawl: str
    folder: Path
    scope: Scope
    terms: Terms
    seeds: tuple[str, ...]
    sitemaps: tuple[str, ...] = ()
    limits: Limits = field(default_factory=Limits)
    delay_s_min: float = 1.0
    drop_parameters: tuple[str, ...] = ()
    proxy: str = ""
    user_agent_url: str = ""
    policy: str = ""
    now: datetime | None = None
    intake: Intake | None = None
    rendering: Rendering | None = None
    api: Api | None = None
    listed: Listed | None = None

    @property
    def user_agent(self) -> str:
        """What the crawler calls itself; begins with the product token robots.txt is read for."""
        return user_agent(self.user_agent_url)


def user_agent(url: str) -> str:
    """The crawler's name for itself, with the page that tells about it when there is one."""
    return f"{PRODUCT_TOKEN}/{VERSION}" + (f" (+{url})" if url else "")


def from_json(text: str) -> Job:
    """Read a job; raises `JobError` when it cannot be used."""
    try:
        job = _job(json.loads(text))
    except JobError:
        raise
    except (AttributeError, KeyError, TypeError, ValueError) as error:
        raise JobError(f"The job cannot be read ({error!r}): compare it with the fields in crawler/job.py.") from error
    if not job.seeds and not job.sitemaps and job.intake is None:
        raise JobError("The job has neither seeds nor sitemaps: name at least one URL to begin with.")
    if job.api is not None and not job.scope.names:
        raise JobError("The job has an api and no names: say how the names of rows without an address begin.")
    return job


def to_json(job: Job) -> str:
    """Write a job so that `from_json` reads the same."""
    row = {
        "source": job.source,
        "crawl": job.crawl,
        "folder": str(job.folder),
        "seeds": list(job.seeds),
        "hosts": sorted(job.scope.hosts),
        "include": list(job.scope.include),
        "exclude": list(job.scope.exclude),
        "sitemaps": list(job.sitemaps),
        "limits": asdict(job.limits),
        "delay_s_min": job.delay_s_min,
        "drop_parameters": list(job.drop_parameters),
        "proxy": job.proxy,
        "user_agent_url": job.user_agent_url,
        **terms_to_rows(job.terms),
        "policy": job.policy,
        "now": job.now.isoformat() if job.now else None,
        "names": job.scope.names,
        "intake": asdict(job.intake) if job.intake else None,
        "rendering": {**asdict(job.rendering), "hosts": sorted(job.rendering.hosts)} if job.rendering else None,
        "api": asdict(job.api) if job.api else None,
        "listed": asdict(job.listed) if job.listed else None,
    }
    return json.dumps(row, ensure_ascii=False, indent=1, sort_keys=True, default=str)


def _job(row: dict[str, Any]) -> Job:
    scope = Scope(
        hosts=frozenset(_host(name) for name in row["hosts"]),
        include=tuple(row.get("include", ())),
        exclude=tuple(row.get("exclude", ())),
        names=str(row.get("names", "")),
    )
    now = row.get("now")
    return Job(
        source=str(row["source"]),
        crawl=str(row["crawl"]),
        folder=Path(row["folder"]),
        scope=scope,
        terms=terms_from_rows(row),
        seeds=tuple(_start(url, scope) for url in row.get("seeds", ())),
        sitemaps=tuple(_start(url, scope) for url in row.get("sitemaps", ())),
        limits=Limits(**row.get("limits", {})),
        delay_s_min=float(row.get("delay_s_min", 1.0)),
        drop_parameters=tuple(row.get("drop_parameters", ())),
        proxy=str(row.get("proxy", "")),
        user_agent_url=str(row.get("user_agent_url", "")),
        policy=str(row.get("policy") or ""),
        now=datetime.fromisoformat(now).astimezone(UTC) if now else None,
        intake=_intake(row["intake"]) if row.get("intake") else None,
        rendering=_rendering(row["rendering"]) if row.get("rendering") is not None else None,
        api=api_from(row["api"]) if row.get("api") else None,
        listed=listed_from(row["listed"]) if row.get("listed") else None,
    )


def _rendering(row: dict[str, Any]) -> Rendering:
    return Rendering(**{**row, "hosts": frozenset(_host(name) for name in row.get("hosts", ()))})


def _intake(row: dict[str, Any]) -> Intake:
    stated = row.get("fields", {})
    unknown = sorted(set(stated) - {each.name for each in fields(Fields)})
    if unknown:
        raise JobError(f"The intake's fields name {', '.join(unknown)}, which nobody reads: take them out.")
    files = tuple(_delivered(item) for item in row["files"])
    names = [file.name for file in files]
    if not files or len(set(names)) < len(names):
        raise JobError("The intake names no file, or two by the same name: give each file a name of its own.")
    given = Fields(**{**stated, "type": TextType(stated.get("type", TextType.PLAIN))})
    if not given.text:
        raise JobError("The intake's fields name no text: say which column or key holds it.")
    return Intake(Format(row["format"]), files, given)


def _delivered(row: dict[str, str]) -> DeliveredFile:
    if not re.fullmatch(r"[0-9a-f]{64}", row["sha256"]):
        raise JobError(f"{row['sha256']!r} is no SHA-256 of the file {row['name']}: write its 64 hex digits.")
    return DeliveredFile(row["name"], Path(row["path"]), row["sha256"])


def _host(name: str) -> str:
    host = ascii_host(name)
    if not is_outside(host):
        raise JobError(f"{name!r} is not a host of the public web: write it as in www.eksempel.dk.")
    return host


def _start(url: str, scope: Scope) -> str:
    spelled = canonical(url)
    if not spelled or host_of(spelled) not in scope.hosts:
        raise JobError(f"{url!r} is no http(s) URL on one of the job's hosts: add its host, or take it out.")
    return spelled
