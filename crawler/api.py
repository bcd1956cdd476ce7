"""How the API of a source is read: what its listings look like, and what their rows are.

A listing is a row of pages that name texts or hold them, each page leading to the next. Nothing else is followed in a
crawl of an API: what it lists is what there is.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any
from urllib.parse import quote

from crawler.fields import Fields, TextType
from crawler.urls import canonical


class ListingFormat(StrEnum):
    """What the pages of a listing are. A sitemap's index is a listing without rows, and with several next pages."""

    JSON = "json"
    ODATA = "odata"
    ATOM = "atom"
    SITEMAP = "sitemap"


class RowIs(StrEnum):
    """What a row of a listing is: a text, or the address at which one is fetched as any page is."""

    TEXT = "text"
    ADDRESS = "address"


@dataclass(frozen=True, slots=True)
class Api:
    """How listings are read; catalogue/README.md tells the same to those who write it.

    `rows` and `next` are dotted paths in JSON, to the list of rows and to the next page's address; empty, the rows are
    what the format says (the whole of JSON, OData's `value`), and next is OData's link or the `Link` header's. With
    `count_by` the next page is this one's address with that parameter greater by `count_step`, until a page is empty.
    `address` makes a row's address of `{id}` and `{url}`. `since` is a query for what changed after `{time}` or
    `{date}`. `fields` hold for rows that are texts, and for JSON at the address of a row.
    """

    format: ListingFormat
    row: RowIs = RowIs.TEXT
    rows: str = ""
    next: str = ""
    count_by: str = ""
    count_step: int = 0
    address: str = ""
    since: str = ""
    fields: Fields = field(default_factory=Fields)


@dataclass(frozen=True, slots=True)
class Listed:
    """What earlier crawls came to: all that changed until `until`; all there was, at `full`. Both are aware."""

    until: datetime
    full: datetime


def api_from(row: Mapping[str, Any]) -> Api:
    """An API's plan as it was written in a job; raises `ValueError` or `TypeError` for what is none."""
    stated = row.get("fields", {})
    known = {each.name for each in fields(Fields)}
    if unknown := sorted(set(stated) - known):
        raise ValueError(f"nobody reads the fields {', '.join(unknown)}")
    given = Fields(**{**stated, "type": TextType(stated.get("type", TextType.PLAIN))})
    kinds = {"format": ListingFormat(row["format"]), "row": RowIs(row.get("row", RowIs.TEXT))}
    return Api(**{**row, **kinds, "fields": given})


def listed_from(row: Mapping[str, str]) -> Listed:
    """What was listed before, as it was written in a job or a report."""
    return Listed(_moment(row["until"]), _moment(row["full"]))


def address_of(api: Api, name: str, url: str) -> str:
    """The canonical address of a row with an id and perhaps a URL of its own; empty when it has none."""
    if not api.address:
        return url
    if ("{id}" in api.address and not name) or ("{url}" in api.address and not url):
        return ""
    return canonical(api.address.replace("{id}", quote(name, safe="")).replace("{url}", url))


def with_query(url: str, query: str) -> str:
    """A URL with the parameters of `query` in place of its own by these names; canonical, or empty."""
    path, _, old = url.partition("?")
    new = [part for part in query.lstrip("?&").split("&") if part]
    names = {_name(part) for part in new}
    kept = [part for part in old.split("&") if part and _name(part) not in names]
    return canonical(f"{path}?{'&'.join([*kept, *new])}")


def since_query(api: Api, moment: datetime) -> str:
    """The query for what changed after a moment, in UTC."""
    spelled = moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S")
    return api.since.replace("{time}", spelled).replace("{date}", spelled[:10])


def accept_of(api: Api) -> str:
    """What is asked for where a listing can be had in several formats."""
    is_json = api.format in (ListingFormat.JSON, ListingFormat.ODATA)
    return "application/json, */*;q=0.1" if is_json else "application/atom+xml, application/xml;q=0.9, */*;q=0.1"


def _name(parameter: str) -> str:
    return parameter.partition("=")[0].replace("%24", "$").lower()


def _moment(text: str) -> datetime:
    return datetime.fromisoformat(text).astimezone(UTC)
