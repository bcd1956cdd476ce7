"""The `[crawl.api]` table of a source's file: how the listings of an API are read, and what their rows are.

As in `source_tables`, a field's description stands in the schema for editors and is the remedy that is told.
"""

import re
from typing import Annotated, Self

from pydantic import AfterValidator, Field, model_validator

from crawler.api import Api, ListingFormat, RowIs, address_of
from crawler.fields import Fields, TextType
from flows.table import Columns, Table, Text

_IN_JSON = (ListingFormat.JSON, ListingFormat.ODATA)


def _address(text: str) -> str:
    if set(re.findall(r"\{.*?\}", text)) - {"{id}", "{url}"} or "{" not in text:
        raise ValueError(f"{text!r} has no {{id}} or {{url}}, or something else in braces")
    trial = Api(ListingFormat.JSON, RowIs.ADDRESS, address=text)
    if not address_of(trial, "1", "https://www.eksempel.dk/1"):
        raise ValueError(f"{text!r} gives no http or https address on the public web")
    return text


def _since(text: str) -> str:
    if set(re.findall(r"\{.*?\}", text)) not in ({"{time}"}, {"{date}"}) or "=" not in text:
        raise ValueError(f"{text!r} is no query with {{time}} or {{date}} in it")
    return text


class Count(Table):
    """Pages that are counted in their address."""

    parameter: Annotated[str, Field(pattern=r"^[^=&?#\s]+$", description="The parameter that counts, such as $skip.")]
    step: Annotated[int, Field(ge=1, description="By how much it grows: 100 for rows, 1 for pages.")]


class ApiTable(Table):
    """How the listings of an API are read; the seeds of [crawl] are their first pages."""

    format: Annotated[ListingFormat, Field(description=f"One of {', '.join(ListingFormat)}.")]
    row: Annotated[
        RowIs,
        Field(description="What a row is: text, or address when its text is fetched from an address of its own."),
    ] = RowIs.TEXT
    rows: Annotated[
        Text | None,
        Field(description="Where in JSON the list of rows is, dots between the names; the whole when left out."),
    ] = None
    next: Annotated[
        Text | None,
        Field(
            description="Where in JSON the next page's address is, dots between the names. When left out it is OData's "
            "nextLink, Atom's link, or what the Link header says."
        ),
    ] = None
    count: Annotated[
        Count | None,
        Field(
            description='How the next page is counted when none is named: { parameter = "$skip", step = 100 }. A page '
            "without rows is the last."
        ),
    ] = None
    address: Annotated[
        Annotated[str, AfterValidator(_address)] | None,
        Field(
            description="A row's address, made of its {id} or its {url}, such as https://www.eksempel.dk/sag/{id}; the "
            "field `url` alone when left out."
        ),
    ] = None
    since: Annotated[
        Annotated[str, AfterValidator(_since)] | None,
        Field(
            description="The query that asks for what changed since {time} (2026-11-24T12:00:00, UTC) or {date}, such "
            "as changed_after={date}; everything is listed each time when left out."
        ),
    ] = None
    text_type: Annotated[
        TextType, Field(description=f"What the text of rows is written in: one of {', '.join(TextType)}.")
    ] = TextType.PLAIN
    fields: Annotated[
        Columns | None,
        Field(description="The [crawl.api.fields] table: which key of JSON holds what; Atom's are known."),
    ] = None

    @model_validator(mode="after")
    def _fits_its_format(self) -> Self:
        only_json = {"rows": self.rows, "next": self.next, "fields": self.fields, "count": self.count}
        told = [name for name, value in only_json.items() if value is not None]
        if self.format not in _IN_JSON and told:
            raise ValueError(f"{self.format} has {', '.join(told)} of its own: take that out")
        if self.next and self.count:
            raise ValueError("the next page is named by `next` and counted by `count`: keep one of them")
        if self.format is ListingFormat.SITEMAP and self.row is not RowIs.ADDRESS:
            raise ValueError('the rows of a sitemap are addresses: write row = "address"')
        has_address = self.address or (self.fields and self.fields.url) or self.format not in _IN_JSON
        if self.row is RowIs.ADDRESS and not has_address:
            raise ValueError("the rows are addresses, but nothing says which: add `address`, or `url` in its fields")
        return self

    def value(self) -> Api:
        """The API as the crawler takes it."""
        return Api(
            format=self.format,
            row=self.row,
            rows=self.rows or "",
            next=self.next or "",
            count_by=self.count.parameter if self.count else "",
            count_step=self.count.step if self.count else 0,
            address=self.address or "",
            since=self.since or "",
            fields=Fields(**dict(self.fields or Columns()), type=self.text_type),
        )
