"""The tables of a source's file: `[crawl]`, and `[rights]` with its licences and agreements.

These models are the format: a field's description stands in the schema for editors, and is the remedy that is told
when its value is wrong. A check's message says what is wrong.
"""

from collections.abc import Mapping
from datetime import date
from enum import StrEnum
from typing import Annotated, Any, Self

from pydantic import AfterValidator, Field, model_validator

from crawler.job import Limits
from crawler.urls import ascii_host, canonical, host_of, is_outside
from flows.api_table import ApiTable
from flows.table import Table, Text
from ledger.agreements import AgreementForm, Rate, RateUnit
from ledger.licences import LicenceAssertion, normalise_licence
from ledger.money import check_currency, parse_amount

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


def _licence(text: str) -> str:
    spelled = normalise_licence(text)
    if not spelled:
        raise ValueError(f"{text!r} is no licence that is known")
    return spelled


def _amount(text: str) -> str:
    if parse_amount(text) < 0:
        raise ValueError(f"{text!r} is less than nothing")
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


class Assertion(Table):
    """A licence that someone says the whole source is under. Two who disagree are two assertions."""

    licence: Annotated[
        Annotated[str, AfterValidator(_licence)],
        Field(
            description="An SPDX expression such as CC-BY-4.0, or LicenseRef-DK-OHL-9 for official documents. Where "
            "none fits, leave the assertion out and write what is known in the `note` of [rights]."
        ),
    ]
    asserted_by: Annotated[Text, Field(description="Who says so: the holder, a data set's card, the operator.")]
    place: Annotated[Text, Field(description="Where it is said: an address, or a letter and where it is kept.")]
    on: Annotated[date | None, Field(description="The day it was seen, as 2026-11-24.")] = None
    confirmed: Annotated[
        bool, Field(description="true once a person of yours has read it at its place; only then is it relied on.")
    ] = False
    note: Annotated[str, Field(description="What a reader should know beside it, as text.")] = ""

    def value(self) -> LicenceAssertion:
        """The assertion as the ledger holds it."""
        return LicenceAssertion(**dict(self))


class Price(Table):
    """What is paid for each unit."""

    per: Annotated[RateUnit, Field(description="One of million_words, document and release.")]
    amount: Annotated[
        Annotated[str, AfterValidator(_amount)],
        Field(description='Digits in quotes, such as "12.50", with at most six decimals; "0" says that it is free.'),
    ]
    currency: Annotated[
        Annotated[str, AfterValidator(check_currency)], Field(description="A currency's three letters, such as DKK.")
    ]

    def value(self) -> Rate:
        """The price as the ledger holds it."""
        return Rate(self.per, parse_amount(self.amount), self.currency)


class AgreementTable(Table):
    """One agreement with a rights holder."""

    id: Annotated[
        str,
        Field(
            pattern=r"^[A-Za-z0-9][A-Za-z0-9.-]*$",
            description="Letters, digits, . and -; used once in the whole catalogue, and never for other terms.",
        ),
    ]
    party: Annotated[Text, Field(description="Who agreed.")]
    payee: Annotated[Text, Field(description="Who is paid: the party, or the organisation that collects for it.")]
    form: Annotated[AgreementForm, Field(description="One of statute, open_licence, written and verbal.")]
    uses: Annotated[
        tuple[Text, ...], Field(min_length=1, description='What it allows, such as ["train"]; at least one use.')
    ]
    start: Annotated[date, Field(description="Its first day, as 2026-01-01.")]
    end: Annotated[date | None, Field(description="Its last day, as 2028-12-31; open when left out.")] = None
    rate: Annotated[
        Price | None,
        Field(
            description='A price such as { per = "million_words", amount = "12.50", currency = "DKK" }; left out it '
            "says that no price was agreed, which is not the same as free."
        ),
    ] = None
    note: Annotated[str, Field(description="What a reader should know beside it, as text.")] = ""

    @model_validator(mode="after")
    def _ends_after_it_starts(self) -> Self:
        if self.end is not None and self.end < self.start:
            raise ValueError(f"it ends on {self.end}, before it starts on {self.start}: correct one of them")
        return self


class Rights(Table):
    """Whose the texts are, and on what terms they may be used."""

    holder: Annotated[Text, Field(description='Who holds the rights, or "unknown" until somebody has found out.')]
    payee: Annotated[str, Field(description="Who collects for the holder, such as dpcmo; empty for the holder.")] = ""
    note: Annotated[str, Field(description="What is known of the rights and is no licence, as text.")] = ""
    licences: Annotated[
        tuple[Assertion, ...], Field(description="One [[rights.licences]] table for each who asserts a licence.")
    ] = ()
    agreements: Annotated[
        tuple[AgreementTable, ...], Field(description="One [[rights.agreements]] table for each agreement.")
    ] = ()
