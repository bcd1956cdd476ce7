"""The table `[crawl]` of a source's file; `[rights]` is in `flows.rights_tables`.

These models are the format: a field's description stands in the schema for editors, and is the remedy that is told
when its value is wrong. A check's message says what is wrong.
"""

from collections.abc import Mapping
from enum import StrEnum
from typing import Annotated, Any, Self

from pydantic import AfterValidator, Field, model_validator

from crawler.job import Limits
from crawler.urls import ascii_host, canonical, host_of, is_outside
from flows.api_table import ApiTable
from flows.table import Table

_LIMITS = Limits()


class Access(StrEnum):
    """How a source is reached. What is `dump` or `delivery` comes as files, and an `[intake]` tells of them."""

    SITE = "site"
    SITEMAP = "sitemap"
    FEED = "feed"
    API = "api"
    DUMP = "dump"
    DELIVERY = "delivery"


def _url(text: str) -> str:
    spelled = canonical(text)
    if not spelled:
        raise ValueError(f"{text!r} is no http or https address on the public web")
    return spelled


def _host(text: str) -> str:
    spelled = ascii_host(text)
    if not is_outside(spelled):
        raise ValueError(f"{text!r} is no host name on the public web")
    return spelled


def _pattern(text: str) -> str:
    if not text.startswith(("/", "*")):
        raise ValueError(f"{text!r} is no path pattern")
    return text


Url = Annotated[str, AfterValidator(_url)]


def _seed_hosts(read: Mapping[str, Any]) -> tuple[str, ...]:
    """The hosts a crawl begins at, in their order: what is in scope when nothing else is said."""
    return tuple(dict.fromkeys(host_of(url) for key in ("seeds", "sitemaps") for url in read.get(key, ())))


class Render(StrEnum):
    """What makes the pages of a source readable."""

    BROWSER = "browser"


class Crawl(Table):
    """Where the crawl of a source begins and ends."""

    access: Annotated[Access, Field(description="One of site, sitemap, feed, api, dump and delivery.")]
    seeds: Annotated[
        tuple[Url, ...],
        Field(description="Full http or https addresses to begin with: the home page where nothing better is known."),
    ] = ()
    sitemaps: Annotated[
        tuple[Url, ...],
        Field(description="Addresses of sitemaps that robots.txt does not name; those it names are found anyway."),
    ] = ()
    hosts: Annotated[
        tuple[Annotated[str, AfterValidator(_host)], ...],
        Field(
            default_factory=_seed_hosts,
            description="Every host that belongs to the source, by its exact name; the seeds' hosts when left out.",
        ),
    ]
    include: Annotated[
        tuple[Annotated[str, AfterValidator(_pattern)], ...],
        Field(description="Paths to take, beginning with / or *, as in robots.txt; all paths when left out."),
    ] = ()
    exclude: Annotated[
        tuple[Annotated[str, AfterValidator(_pattern)], ...],
        Field(description="Paths to leave, beginning with / or *, as in robots.txt; they win over `include`."),
    ] = ()
    drop_parameters: Annotated[
        tuple[Annotated[str, Field(pattern=r"^[^=&?#\s]+$")], ...],
        Field(description="Names of query parameters that make no other page, such as sort or filter*."),
    ] = ()
    pages_max: Annotated[int, Field(ge=1, description="Most pages asked for in one crawl.")] = _LIMITS.pages_max
    depth_max: Annotated[int, Field(ge=0, description="Most links from a seed.")] = _LIMITS.depth_max
    bytes_max: Annotated[int, Field(ge=1, description="Most bytes received in one crawl.")] = _LIMITS.bytes_max
    seconds_max: Annotated[float, Field(gt=0, description="Longest running time of one crawl.")] = _LIMITS.seconds_max
    delay_s_min: Annotated[
        float | None,
        Field(ge=0, description="Least seconds between two requests to one host; the setting's when left out."),
    ] = None
    render: Annotated[
        Render | None,
        Field(
            description='"browser" for a site whose pages are empty until their scripts have run: each is then loaded '
            "in Chromium, which must be installed. Left out, pages are read as they come: right for most sites."
        ),
    ] = None
    render_hosts: Annotated[
        tuple[Annotated[str, AfterValidator(_host)], ...],
        Field(
            description="Hosts beside `hosts` from which its pages may load scripts, styles and data, by their exact "
            "names; their robots.txt is asked as well."
        ),
    ] = ()
    api: Annotated[
        ApiTable | None,
        Field(description="The [crawl.api] table: how the listings at the seeds are read, when access is api."),
    ] = None
    fresh_days: Annotated[int, Field(ge=0, description="Days in which a finished crawl is not repeated.")] = 7

    @model_validator(mode="after")
    def _begins_somewhere(self) -> Self:
        if self.access not in (Access.DUMP, Access.DELIVERY) and not (self.seeds or self.sitemaps):
            raise ValueError("there is nothing to begin with: name at least one seed or sitemap")
        if self.render_hosts and self.render is None:
            raise ValueError('`render_hosts` is for a browser, and the source has none: add render = "browser"')
        if self.api is not None and (self.access is not Access.API or not self.seeds):
            raise ValueError('[crawl.api] tells of the listings at the seeds: write access = "api", and name a seed')
        strangers = set(_seed_hosts({"seeds": self.seeds, "sitemaps": self.sitemaps})) - set(self.hosts)
        if strangers:
            raise ValueError(f"it begins at {', '.join(sorted(strangers))}, which `hosts` leaves out: add it there")
        return self
