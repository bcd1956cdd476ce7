"""Pages of listings, from bytes to rows and the address of the next page: JSON, OData, Atom and sitemaps.

Pure. A page that cannot be read whole is an error and gives nothing: what it leaves out must not look as if it were
not there.
"""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from lxml import etree

from corpus.captures import Capture
from crawler.api import Api, ListingFormat, RowIs, address_of, with_query
from crawler.fields import Fields, TextType
from crawler.intake.items import Item, Unread
from crawler.intake.rows import item_of, value_at, words_at
from crawler.observe.link_header import links
from crawler.sitemaps import parse_sitemap
from crawler.urls import canonical

ROWS_MAX = 2_000
"""Rows of one page: APIs give 1,000 at most, and all rows of a page are settled in one go."""

SITEMAP_ROWS_MAX = 50_000
"""Addresses of one sitemap, the standard's own limit; they cost no more than a line each."""

VALUES_MAX = 2_000_000
"""Values in one document of JSON, counted by the signs between them: each takes about 100 bytes of memory."""

NEXT_KEYS = ("odata.nextLink", "@odata.nextLink")
"""Where OData 3 and 4 say the next page's address (OData JSON Format 4.0, 4.5.5)."""

_ATOM_FIELDS = Fields("text", "id", "url", "title", "author", "published", "licence")
_ATOM_TYPES = {"text": TextType.PLAIN, "": TextType.PLAIN, "html": TextType.HTML, "xhtml": TextType.HTML}


class ListingError(ValueError):
    """A page of a listing, or a document of JSON, cannot be read; `reason` is the report's word for why."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


@dataclass(frozen=True, slots=True)
class Row:
    """One row: the text it is, or why there is none; or, when its text lies elsewhere, `address`.

    `address` is canonical. `modified` is when the row says it changed, as written.
    """

    read: Item | Unread
    address: str = ""
    modified: str = ""


@dataclass(frozen=True, slots=True)
class Listing:
    """One page: its rows in their order, and the canonical addresses of the pages to go on with."""

    rows: tuple[Row, ...]
    next: tuple[str, ...] = ()


def read_listing(capture: Capture, api: Api) -> Listing:
    """Read one page of a listing; raises `ListingError`."""
    if api.format is ListingFormat.SITEMAP:
        return _sitemap(capture, api)
    read = _atom if api.format is ListingFormat.ATOM else _json
    rows, following = read(capture, api)
    if len(rows) > ROWS_MAX:
        raise ListingError("too_many_rows")
    if api.count_by:
        return Listing(rows, (_counted(capture.url, api),) if rows else ())
    following = following or next((link.url for link in links(capture) if "next" in link.relations), "")
    if not following:
        return Listing(rows)
    spelled = canonical(following, base=capture.url)
    if not spelled:
        raise ListingError("bad_next")
    return Listing(rows, (spelled,))


def read_detail(capture: Capture, fields: Fields) -> Item | Unread:
    """The text of a document of JSON about one row, with what it says of itself; raises `ListingError`."""
    document = _document(capture.payload)
    if not isinstance(document, dict):
        raise ListingError("no_object")
    return item_of(document, fields)


def is_json(content_type: str) -> bool:
    """Whether a Content-Type is JSON, plain or with a format of its own (RFC 6839, 3.1)."""
    kind = content_type.partition(";")[0].strip().lower()
    return kind in {"application/json", "text/json"} or kind.endswith("+json")


def _document(payload: bytes) -> Any:  # noqa: ANN401 - any JSON
    if sum(map(payload.count, (b",", b"[", b"{"))) > VALUES_MAX:
        raise ListingError("too_many_values")
    try:
        return json.loads(payload)
    except RecursionError as error:
        raise ListingError("too_deep") from error
    except ValueError as error:
        raise ListingError("not_json") from error


def _json(capture: Capture, api: Api) -> tuple[tuple[Row, ...], str]:
    document = _document(capture.payload)
    top = document if isinstance(document, dict) else {}
    is_odata = api.format is ListingFormat.ODATA
    path = api.rows or ("value" if is_odata else "")
    found = value_at(top, path) if path else document
    if not isinstance(found, list):
        raise ListingError("no_rows")
    following = [value_at(top, api.next)] if api.next else [top.get(key) for key in NEXT_KEYS if is_odata]
    stated = next((value for value in following if value), "")
    if not isinstance(stated, str):
        raise ListingError("bad_next")
    return tuple(_row(value, api, capture.url) for value in found), stated


def _row(value: object, api: Api, base: str) -> Row:
    if not isinstance(value, dict):
        return Row(Unread("failed", "bad_row"))
    name, stated = words_at(value, api.fields.id), words_at(value, api.fields.url)
    own = canonical(stated, base=base) if stated else ""
    address = address_of(api, name, own)
    if api.row is RowIs.ADDRESS:
        return Row(Unread("failed", "bad_url" if stated else "no_address", name), address)
    read = item_of(value, api.fields)
    if isinstance(read, Unread):
        return Row(replace(read, what=address or name))
    return Row(replace(read, url=address or stated))


def _counted(url: str, api: Api) -> str:
    """The address of the page behind this one; counting begins at 0 where the address does not say."""
    stated = dict(parse_qsl(urlsplit(url).query)).get(api.count_by, "0")
    if not stated.isdecimal() or len(stated) > 12:
        raise ListingError("bad_next")
    return with_query(url, f"{api.count_by}={int(stated) + api.count_step}")


def _sitemap(capture: Capture, api: Api) -> Listing:
    sitemap = parse_sitemap(capture.payload, capture.url)
    if not sitemap.pages and not sitemap.sitemaps:
        raise ListingError("no_rows")
    rows = tuple(
        Row(Unread("failed", "bad_url", url), address_of(api, "", url), modified)
        for url, modified in sitemap.pages.items()
    )
    if len(rows) > SITEMAP_ROWS_MAX:
        raise ListingError("too_many_rows")
    return Listing(rows, sitemap.sitemaps)


def _atom(capture: Capture, api: Api) -> tuple[tuple[Row, ...], str]:
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, remove_comments=True)
    try:
        feed = etree.fromstring(capture.payload, parser)
    except (etree.XMLSyntaxError, ValueError) as error:
        raise ListingError("not_a_feed") from error
    if feed.getroottree().docinfo.internalDTD is not None or etree.QName(feed).localname != "feed":
        raise ListingError("not_a_feed")
    rows = tuple(_entry(entry, api, capture.url) for entry in feed.iterfind("{*}entry"))
    return rows, next(_linked(feed, "next"), "")


def _entry(entry: etree._Element, api: Api, base: str) -> Row:
    """A feed's entry: its content is its text, unless that lies elsewhere (RFC 4287, 4.1.3)."""
    content = entry.find("{*}content")
    stated = next(_linked(entry, "alternate"), "") if content is None else content.get("src", "")
    stated = stated or next(_linked(entry, "alternate"), "")
    own = canonical(stated, base=base) if stated else ""
    name, modified = _text_at(entry, "id"), _text_at(entry, "updated")
    address = address_of(api, name, own)
    text = None if content is None or content.get("src") else _text_of(content)
    if api.row is RowIs.ADDRESS or (text is None and address):
        return Row(Unread("failed", "bad_url" if stated else "no_address", name), address, modified)
    values: Mapping[str, Any] = {
        "text": text,
        "id": name,
        "title": _text_at(entry, "title"),
        "author": [found for author in entry.iterfind("{*}author") if (found := _text_at(author, "name"))],
        "published": _text_at(entry, "published") or modified,
        "licence": next(_linked(entry, "license"), "") or _text_at(entry, "rights"),
    }
    kind = "" if content is None else content.get("type", "").lower()
    read = item_of(values, replace(_ATOM_FIELDS, type=_ATOM_TYPES.get(kind, TextType.PLAIN)))
    if isinstance(read, Unread):
        return Row(replace(read, what=address or name), modified=modified)
    return Row(replace(read, url=address), modified=modified)


def _text_of(content: etree._Element) -> str | None:
    """The text of an entry's content, XHTML as HTML; None for other media, which may be anything in base64."""
    kind = content.get("type", "").lower()
    if kind == "xhtml":
        return "".join(etree.tostring(child, encoding="unicode", method="html", with_tail=False) for child in content)
    return "".join(map(str, content.itertext())) if kind in _ATOM_TYPES or kind.startswith("text/") else None


def _linked(element: etree._Element, relation: str) -> Iterator[str]:
    for link in element.iterfind("{*}link"):
        if (link.get("rel") or "alternate").lower() == relation and link.get("href"):
            yield link.get("href", "").strip()


def _text_at(element: etree._Element, name: str) -> str:
    return " ".join((element.findtext(f"{{*}}{name}") or "").split())
